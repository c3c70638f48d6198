/** Rows that stay in the snapshot's file, and the index beside it that finds them. */
import { readdirSync, readlinkSync } from 'node:fs'
import {
  copyFile,
  mkdtemp,
  open as openForWriting,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event, Store } from '../bot/store.ts'
import { indexFaultsOf } from '../server/store/base/check-index.ts'
import { openBase } from '../server/store/base/open.ts'
import { type Disk, realDisk } from '../server/store/disk.ts'
import { entryOf } from '../server/store/entry.ts'
import { type LowdbOptions, openLowdbStore } from '../server/store/lowdb.ts'
import { type Changes, emptyImage, Memory } from '../server/store/memory.ts'
import { keptRows, readLowdbFolder } from '../server/store/read.ts'
import { SnapshotFile } from '../server/store/snapshot.ts'
import { anyCharacter } from './support/characters.ts'
import { collector } from './support/collect.ts'
import { eventually } from './support/eventually.ts'
import { type Gate, newGate } from './support/gate.ts'

let folder: string
let said: string[]
let stores: Store[]
let day: string
const log = { warn: (message: string) => said.push(message), error: (message: string) => said.push(message) }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'base-'))
  said = []
  stores = []
  day = '2026-03-03'
})
afterEach(async () => {
  for (const store of stores) await store.close()
  await rm(folder, { recursive: true })
})

async function open(options: LowdbOptions = {}): Promise<Store> {
  const store = await openLowdbStore(folder, { log, clock: () => new Date(`${day}T01:00:00Z`), ...options })
  stores.push(store)
  return store
}

const path = (name: string): string => join(folder, name)
/** Two words fill a block of keys a dozen times over. */
const wide = (word: string): string => `${word} ${'x'.repeat(700)}`
const event = (id: string, at: string, word = ''): Event => ({
  id,
  kind: 'danger',
  resident: word,
  at: wide(at),
  detail: {},
})

async function fill(count: number): Promise<void> {
  const store = await open()
  await store.transaction(async (tx) => {
    for (let n = 0; n < count; n++) await tx.insert('events', event(`e${n}`, `${n % 10}`))
  })
  await store.close()
}

const idsIn = async (store: Pick<Store, 'list'>): Promise<string[]> =>
  (await store.list('events', 'ofKind', { equals: ['danger'], limit: 1000 })).map(({ id }) => id)

/** The folder's files that this process holds open. */
function openedFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`)
      return file.startsWith(folder) ? [file] : []
    } catch {
      return []
    }
  })
}

async function idsWalked(store: Pick<Store, 'scan'>): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.scan('events')) ids.push(id)
  return ids
}

/** The rows as a plain program would keep them. */
class Plain {
  readonly rows = new Map<string, Event>()
  inOrder(): Event[] {
    const key = ({ kind, at, id }: Event) => [kind, at, id]
    return [...this.rows.values()].sort((a, b) => {
      const [one, other] = [key(a), key(b)]
      const place = one.findIndex((part, index) => part !== other[index])
      return place < 0 ? 0 : (one[place] ?? '') < (other[place] ?? '') ? -1 : 1
    })
  }
}

const KINDS: readonly Event['kind'][] = ['danger', 'followed', 'erased']
const ids = fc.oneof(
  fc.integer({ min: 0, max: 60 }).map(String),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 3 }),
  fc.constantFrom('a","x":"b', 'a', '\ud800', '\ud83d\ude00', '\uffff', '\0', 'a\nb', '\\'),
)
const change = fc.record({
  id: ids,
  row: fc.option(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      at: fc.oneof(
        fc.integer({ min: 0, max: 9 }).map(String),
        fc.string({ unit: anyCharacter, maxLength: 3 }),
      ),
      room: fc.constantFrom(0, 0, 700, 9000),
    }),
    { freq: 3 },
  ),
})
/**
 * Changes before a snapshot is written, while it is written, and once it is stood upon. `late` are those that the journal
 * has not written when the snapshot begins: where it fails to, they are taken back, and no snapshot is written either.
 */
const round = fc.record({
  before: fc.array(change, { maxLength: 60 }),
  late: fc.array(change, { maxLength: 6 }),
  during: fc.array(change, { maxLength: 6 }),
  after: fc.array(change, { maxLength: 6 }),
  undone: fc.boolean(),
  ends: fc.constantFrom('written', 'written', 'not written', 'taken back'),
})

test('whatever changes before, while and after snapshots are written, rows and their order are those of a plain table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
      const place = await mkdtemp(join(folder, 'place-'))
      const file = new SnapshotFile({ folder: place, disk: realDisk, clock: () => new Date(0) })
      let memory = new Memory(emptyImage())
      const plain = new Plain()
      const apply = (changes: typeof change extends fc.Arbitrary<infer C> ? C[] : never): (() => void) => {
        const mine: Changes = new Map()
        for (const { id, row } of changes) {
          const full = row && { ...event(id, ''), kind: row.kind, at: row.at + 'x'.repeat(row.room) }
          mine.set(id, full ? entryOf('events', full) : undefined)
          if (full) plain.rows.set(id, full)
          else plain.rows.delete(id)
        }
        return memory.apply(new Map([['events', mine]]))
      }
      const check = () => {
        const want = plain.inOrder()
        for (const kind of KINDS) {
          const found = memory.find('events', 'ofKind', { equals: [kind], limit: 1000 })
          expect(found.map(({ json }) => json)).toEqual(
            want.filter((row) => row.kind === kind).map((row) => JSON.stringify(row)),
          )
        }
        const [some] = want.slice(want.length >> 1)
        if (some) {
          expect(memory.count('events', 'ofKind', { equals: [some.kind], limit: 1000 })).toBe(
            want.filter((row) => row.kind === some.kind).length,
          )
          const last = { equals: [some.kind], limit: 3, backwards: true }
          expect(memory.find('events', 'ofKind', last).map(({ id }) => id)).toEqual(
            want
              .filter((row) => row.kind === some.kind)
              .slice(-3)
              .reverse()
              .map(({ id }) => id),
          )
          const from = { equals: [some.kind], from: some.at, limit: 3 }
          const after = want.filter((row) => row.kind === some.kind && row.at >= some.at).slice(0, 3)
          expect(memory.find('events', 'ofKind', from).map(({ id }) => id)).toEqual(after.map(({ id }) => id))
        }
        for (const id of [...plain.rows.keys(), 'none', 'b'])
          expect(memory.get('events', id)?.json).toBe(
            plain.rows.has(id) ? JSON.stringify(plain.rows.get(id)) : undefined,
          )
      }
      let seq = 0
      /** As it is before `work`, again. */
      const takenBack = (work: () => () => void) => {
        const rows = new Map(plain.rows)
        const undo = work()
        check()
        undo()
        plain.rows.clear()
        for (const [id, row] of rows) plain.rows.set(id, row)
        check()
      }
      for (const { before, late, during, after, undone, ends } of rounds) {
        apply(before)
        check()
        if (ends === 'taken back') {
          takenBack(() => {
            const undos = [apply(late)]
            memory.image(++seq)
            undos.push(apply(during))
            return () => undos.reverse().forEach((undo) => void undo())
          })
          continue
        }
        const image = memory.image(++seq)
        apply(during)
        if (ends === 'not written') {
          check()
          continue
        }
        await file.write(image)
        check()
        const old = memory.base
        if (!file.base) throw new Error('no snapshot was written')
        memory.settleOn(file.base)
        expect(memory.size - file.base.size).toBe(new Set(during.map(({ id }) => id)).size)
        if (undone) takenBack(() => apply(after))
        else apply(after)
        old?.leave()
        check()
        expect(await indexFaultsOf(memory.base)).toEqual([])
        const kept: string[] = []
        for await (const batch of keptRows('events', memory.rows('events')))
          for (const { id, json } of batch) kept.push(`${id} ${json}`)
        expect(kept.sort()).toEqual([...plain.rows].map(([id, row]) => `${id} ${JSON.stringify(row)}`).sort())
      }
      // What was written last is what a start finds.
      const last = memory.image(++seq)
      await file.write(last)
      memory.base?.leave()
      file.base?.leave()
      const again = new SnapshotFile({ folder: place, disk: realDisk, clock: () => new Date(0) })
      memory = new Memory((await again.read()) ?? emptyImage())
      expect(again.isIndexed).toBe(true)
      check()
      again.base?.leave()
    }),
    { numRuns: 20 },
  )
})

test('what a snapshot was made of is held no longer than it is written', async () => {
  const collect = collector()
  const file = new SnapshotFile({ folder, disk: realDisk, clock: () => new Date(0) })
  const memory = new Memory(emptyImage())
  const written = async (id: string): Promise<WeakRef<object>[]> => {
    const entry = entryOf('events', event(id, ''))
    memory.apply(new Map([['events', new Map([[id, entry]])]]))
    const image = memory.image(1)
    await file.write(image)
    const before = memory.base
    if (file.base) memory.settleOn(file.base)
    before?.leave()
    return [new WeakRef(image), new WeakRef(image.rows.events), new WeakRef(entry)]
  }
  const held = [...(await written('a')), ...(await written('b'))]
  await pause()
  collect()
  expect(held.map((one) => one.deref())).toEqual(held.map(() => undefined))
  expect(['a', 'b'].map((id) => memory.get('events', id)?.id)).toEqual(['a', 'b'])
  memory.base?.leave()
})

describe('the index', () => {
  const damages: [string, () => Promise<void>][] = [
    ['gone', () => rm(path('db.index'))],
    ['empty', () => writeFile(path('db.index'), '')],
    ['cut short', async () => truncate(path('db.index'), (await readFile(path('db.index'))).length - 100)],
    ['garbage', () => writeFile(path('db.index'), 'x'.repeat(9000))],
    ['with a flipped bit in a key', () => flip(20)],
    ['with a flipped bit in where rows are', () => flip(-2000)],
    ['with a flipped bit in what it says of itself', () => flip(-20)],
    [
      "another snapshot's",
      async () => {
        const own = folder
        folder = await mkdtemp(join(own, 'other-'))
        await fill(300)
        await copyFile(path('db.index'), join(own, 'db.index'))
        folder = own
      },
    ],
    [
      'of other indexes than this program has',
      async () => {
        const bytes = await readFile(path('db.index'))
        const { crc32 } = await import('node:zlib')
        bytes.write('noKind', bytes.indexOf('ofKind', bytes.length - 20_000))
        bytes.writeUInt32LE(crc32(bytes.subarray(0, -32)), bytes.length - 20)
        await writeFile(path('db.index'), bytes)
      },
    ],
  ]
  async function flip(at: number): Promise<void> {
    const bytes = await readFile(path('db.index'))
    const place = at < 0 ? bytes.length + at : at
    bytes[place] = (bytes[place] ?? 0) ^ 1
    await writeFile(path('db.index'), bytes)
  }

  test.each(damages)('%s: nothing is missing, and it is made anew', async (_name, damage) => {
    await fill(200)
    await damage()
    const damaged = await readFile(path('db.index')).catch(() => null)
    const beside = await readLowdbFolder(folder)
    const want = await idsIn(beside)
    expect(want).toHaveLength(200)
    await beside.close()
    // Whoever only reads modifies nothing.
    const after = await readFile(path('db.index')).catch(() => null)
    expect(damaged && after ? after.equals(damaged) : after).toBe(damaged && true)
    const store = await open()
    expect(await idsIn(store)).toEqual(want)
    expect(await store.get('events', 'e7')).toEqual(event('e7', '7'))
    expect(said).toEqual([])
    await store.close()
    const file = new SnapshotFile({ folder, disk: realDisk, clock: () => new Date(0) })
    await file.read()
    expect(file.isIndexed).toBe(true)
    expect(await indexFaultsOf(file.base)).toEqual([])
    file.base?.leave()
  })

  test('what keeps it from being written is said and keeps nobody from starting', async () => {
    await fill(20)
    await rm(path('db.index'))
    const full = async (file: string, flags: 'a' | 'w' | 'r') => {
      if (file.includes('db.index')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      return realDisk.open(file, flags)
    }
    const store = await open({ fs: { open: full } })
    expect(await idsIn(store)).toHaveLength(20)
    expect(said.join()).toMatch(/db\.index.*磁盘已满.*不影响使用/)
  })

  test('a fault in it that its checksum does not tell is found by a check', async () => {
    await fill(20)
    const beside = await readLowdbFolder(folder)
    const file = new SnapshotFile({ folder, disk: realDisk, clock: () => new Date(0) })
    await file.read()
    expect(await indexFaultsOf(file.base)).toEqual([])
    await misplace(path('db.index'))
    expect((await indexFaultsOf(file.base)).join()).toContain('找不到有的行')
    file.base?.leave()
    await beside.close()
  })

  test('a row is not taken for absent since its place is altered while it serves', async () => {
    await fill(20)
    const store = await open()
    const ids = await idsIn(store)
    await misplace(path('db.index'), 1)
    const found = await Promise.allSettled(ids.map((id) => store.get('events', id)))
    expect(found.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(found.some((one) => one.status === 'fulfilled' && one.value === undefined)).toBe(false)
  })

  test('a fault in it is told by the next snapshot, which is not made with it', async () => {
    await fill(20)
    const before = await readFile(path('db.json'))
    const file = new SnapshotFile({ folder, disk: realDisk, clock: () => new Date(0) })
    const image = await file.read()
    if (!image) throw new Error('there is no snapshot')
    await misplace(path('db.index'))
    await expect(file.write(image)).rejects.toThrow(/索引 db\.index 找不到有的行.*删掉 db\.index/)
    expect(await readFile(path('db.json'))).toEqual(before)
    image.base?.leave()
  })
})

/** Alters where the fourth row is said to be, in an index that was read already. */
async function misplace(index: string, by?: number): Promise<void> {
  const bytes = await readFile(index)
  const offsetAt = bytes.readDoubleLE(bytes.length - 16) + 3 * 8
  const altered = by === undefined ? 1 : bytes.readDoubleLE(offsetAt) + by
  const file = await openForWriting(index, 'r+')
  await file.write(new Uint8Array(new Float64Array([altered]).buffer), 0, 8, offsetAt)
  await file.close()
}

/** A new day is a new snapshot. */
async function snapshotOf(store: Store, next: string): Promise<void> {
  day = next
  await eventually(async () => {
    // The one before may still be ending; then the next change begins the new one.
    await store.transaction((tx) => tx.put('turns', { id: next, resident: '', outgoing: null, at: next }))
    expect(await readdir(folder)).toContain(`db-${next}.json`)
  })
}

test('who walks a table sees it as it stood, though two snapshots come and go meanwhile', async () => {
  await fill(2000)
  const store = await open()
  await store.transaction((tx) => tx.put('events', event('e5', 'new')))
  const seen: Event[] = []
  for await (const row of store.scan('events')) {
    seen.push(row)
    if (seen.length === 1 || seen.length === 2) {
      await store.transaction(async (tx) => {
        for (let n = 0; n < 2000; n += 2) await tx.remove('events', `e${n}`)
      })
      await snapshotOf(store, `2026-03-0${seen.length + 3}`)
    }
  }
  expect(seen).toHaveLength(2000)
  expect(seen.find(({ id }) => id === 'e5')).toEqual(event('e5', 'new'))
  expect(await idsIn(store)).toHaveLength(1000)
})

test.runIf(process.platform === 'linux')(
  'who waits for the disk to walk a table sees it whole, though a snapshot comes meanwhile',
  async () => {
    await fill(50)
    const gates = new Map<string, Gate>()
    const gate = (name: string) => {
      const shut = newGate()
      gates.set(name, shut)
      return shut
    }
    const fs: Disk = {
      async open(file, flags) {
        const real = await realDisk.open(file, flags)
        return {
          ...real,
          async write(bytes) {
            await gates.get(flags === 'a' ? 'journal' : basename(file))?.pass()
            await real.write(bytes)
          },
        }
      },
    }
    const store = await open({ fs })
    const snapshot = gate('db.json.tmp')
    day = '2026-03-04'
    await store.transaction((tx) => tx.put('events', event('e5', 'new')))
    await snapshot.reached
    const journal = gate('journal')
    const late = store.transaction((tx) => tx.put('events', event('late', '1')))
    await journal.reached
    const walked = idsWalked(store)
    snapshot.open()
    // The one that was there when the walk was asked for, under the name it has now.
    await eventually(async () => expect(await readdir(folder)).toContain('db.previous.json'))
    await eventually(() => expect(openedFiles()).not.toContain(path('db.previous.json')))
    journal.open()
    await late
    expect(await walked).toHaveLength(51)
  },
)

test('a snapshot is read and written in the same few bytes, however long it is', async () => {
  await fill(3000)
  const written: ArrayBufferLike[] = []
  const fs: Disk = {
    async open(file, flags) {
      const real = await realDisk.open(file, flags)
      return {
        ...real,
        async write(bytes) {
          if (file.endsWith('db.json.tmp')) written.push(bytes.buffer)
          await real.write(bytes)
        },
      }
    },
  }
  await snapshotOf(await open({ fs }), '2026-03-04')
  expect(written.length).toBeGreaterThan(5)
  expect(new Set(written).size).toBe(1)

  const opened = await openBase(folder, 'db.json', true)
  const region = opened?.base.index.tables.get('events')?.region
  if (!opened || !region) throw new Error('there is no snapshot')
  const read: ArrayBufferLike[] = []
  for await (const { bytes } of opened.base.bytesOf(region)) read.push(bytes.buffer)
  opened.base.leave()
  expect(read.length).toBeGreaterThan(2)
  expect(new Set(read).size).toBe(1)
})

test('what was taken away is neither in the next snapshot nor in its index', async () => {
  const store = await open()
  await store.transaction(async (tx) => {
    for (const n of [1, 2, 3]) await tx.insert('events', event(`secret-${n}`, `${n}`))
  })
  await snapshotOf(store, '2026-03-04')
  await store.transaction((tx) => tx.remove('events', 'secret-2'))
  await snapshotOf(store, '2026-03-05')
  for (const name of ['db.json', 'db.index']) {
    const text = (await readFile(path(name))).toString('latin1')
    expect([1, 2, 3].map((n) => text.includes(`secret-${n}`))).toEqual([true, false, true])
  }
})

test('a snapshot that is altered while it serves is not copied on, and the next start tells', async () => {
  await fill(50)
  const store = await open()
  await store.transaction((tx) => tx.put('events', event('more', '1')))
  const bytes = await readFile(path('db.json'))
  bytes[bytes.indexOf('"e30"') + 400] = 0x79
  // In place: the file that is open is the one that is altered.
  await writeFile(path('db.json'), bytes)
  await store.close()
  expect(said.join()).toContain('数据快照没有写成')
  said = []
  const again = await open()
  expect(said.join()).toMatch(/db\.json 已损坏/)
  expect(await again.get('events', 'e30')).toEqual(event('e30', '0'))
  expect(await idsIn(again)).toHaveLength(51)
})

test('a disk that no longer gives what it has is unavailable, and what is in memory is still there', async () => {
  await fill(50)
  const store = await open()
  await store.transaction((tx) => tx.put('events', event('more', '1')))
  await truncate(path('db.json'), 200)
  await expect(store.get('events', 'e30')).rejects.toMatchObject({ code: 'unavailable' })
  expect(await store.get('events', 'more')).toEqual(event('more', '1'))
})

test.runIf(process.platform === 'linux')('no file is left open', async () => {
  await fill(50)
  const store = await open()
  const few = openedFiles().length
  for (const next of ['2026-03-04', '2026-03-05', '2026-03-06']) await snapshotOf(store, next)
  await eventually(() => expect(openedFiles()).toHaveLength(few))
  const beside = await readLowdbFolder(folder)
  await beside.close()
  await store.close()
  await eventually(() => expect(openedFiles()).toEqual([]))
})
