import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Store, Turn } from '../bot/store.ts'
import { type Disk, realDisk } from '../server/store/disk.ts'
import { takeLock } from '../server/store/lock.ts'
import { type LowdbOptions, openLowdbStore } from '../server/store/lowdb.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { eventually } from './support/eventually.ts'

let folder: string
let store: Store | undefined
let said: string[]
let day: string

const log = { warn: (message: string) => said.push(message), error: (message: string) => said.push(message) }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowdb-'))
  said = []
  day = '2026-03-03'
})
afterEach(async () => {
  vi.useRealTimers()
  await store?.close()
  store = undefined
  await rm(folder, { recursive: true })
})

async function open(options: LowdbOptions = {}): Promise<Store> {
  store = await openLowdbStore(folder, { log, clock: () => new Date(`${day}T01:00:00Z`), ...options })
  return store
}

const path = (name: string): string => join(folder, name)
const turn = (id: string, text = ''): Turn => ({
  id,
  resident: `sandbox:${text}`,
  outgoing: null,
  at: '2026-03-03T01:00:00.000Z',
})
const put = (to: Store, ...names: string[]): Promise<void> =>
  to.transaction(async (tx) => {
    for (const id of names) await tx.put('turns', turn(id))
  })

async function turnsOf(from: Pick<Store, 'scan'>): Promise<string[]> {
  const found: string[] = []
  for await (const row of from.scan('turns')) found.push(row.id)
  return found.sort()
}

async function bytesByName(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const name of (await readdir(folder)).sort()) found.set(name, await readFile(path(name), 'latin1'))
  return found
}

async function flip(name: string, find: string): Promise<void> {
  const bytes = await readFile(path(name))
  const offset = bytes.indexOf(find)
  expect(offset).toBeGreaterThan(-1)
  bytes[offset] = (bytes[offset] ?? 0) ^ 1
  await writeFile(path(name), bytes)
}

/** A folder as a process killed after these transactions leaves it: nothing compacted, nothing closed. */
async function killedAfter(...transactions: string[][]): Promise<void> {
  const before = await open()
  for (const names of transactions) await put(before, ...names)
  const left = await mkdtemp(join(tmpdir(), 'lowdb-'))
  for (const name of await readdir(folder)) if (name !== 'lock') await copyFile(path(name), join(left, name))
  await before.close()
  store = undefined
  await rm(folder, { recursive: true })
  folder = left
}

/** A folder with db.json up to `b`, db.previous.json up to `a`, and `c` in the journal alone. */
async function threeLayers(): Promise<void> {
  for (const name of ['a', 'b']) {
    const one = await open()
    await put(one, name)
    await one.close()
  }
  await killedAfter(['c'])
}

const JOURNAL = 'journal-000000000001.log'

interface Watched {
  disk: Disk
  /** What was asked of the disk: `<operation> <file>`. */
  asked: string[]
  /** Everything that is safely on the disk: by a sync, or by a durable write to a journal. */
  safe: string
  /** Throws to make an operation fail. */
  fault: (operation: string, file: string) => void
}

function watched(): Watched {
  const watch: Watched = {
    asked: [],
    safe: '',
    fault: () => {},
    disk: {
      async open(file, flags) {
        const note = (operation: string): void => {
          watch.asked.push(`${operation} ${basename(file)}`)
          watch.fault(operation, basename(file))
        }
        note('open')
        const real = await realDisk.open(file, flags)
        let unsafe = ''
        return {
          async write(bytes) {
            try {
              note('write')
            } catch (error) {
              // A disk fills up in the middle of a write.
              await real.write(bytes.subarray(0, bytes.length >> 1))
              throw error
            }
            await real.write(bytes)
            unsafe += Buffer.from(bytes).toString()
            if (flags !== 'a') return
            // The disk may refuse even when all is written.
            watch.fault('settle', basename(file))
            watch.safe += unsafe
            unsafe = ''
          },
          async sync() {
            note('sync')
            const text = unsafe
            unsafe = ''
            await real.sync()
            watch.safe += text
          },
          async truncate(length) {
            note('truncate')
            await real.truncate(length)
          },
          close: () => real.close(),
        }
      },
    },
  }
  return watch
}

const failure = (code: string): Error => Object.assign(new Error(code), { code })

describe('a damaged journal', () => {
  test('a last line without its end is dropped and said', async () => {
    await killedAfter(['a'], ['b'])
    await appendFile(path(JOURNAL), '3 0badc0de [["put","tur')
    const again = await open()
    expect(await turnsOf(again)).toEqual(['a', 'b'])
    expect(said.join()).toContain(JOURNAL)
    await put(again, 'c')
    await again.close()
    expect(await turnsOf(await open())).toEqual(['a', 'b', 'c'])
  })

  test('at every length the last write can be torn, the lines before it are there', async () => {
    await killedAfter(['a'], ['b'])
    const bytes = await readFile(path(JOURNAL))
    const second = bytes.indexOf('\n') + 1
    for (let length = second; length <= bytes.length; length += 1) {
      await writeFile(path(JOURNAL), bytes.subarray(0, length))
      expect(await turnsOf(await readLowdbFolder(folder))).toEqual(
        length === bytes.length ? ['a', 'b'] : ['a'],
      )
    }
    await writeFile(path(JOURNAL), Buffer.concat([bytes, Buffer.alloc(4096)]))
    expect(await turnsOf(await open())).toEqual(['a', 'b'])
  })

  test('a whole last line with a wrong checksum is dropped, and kept aside', async () => {
    await killedAfter(['a'], ['b'])
    await flip(JOURNAL, '"b"')
    expect(await turnsOf(await open())).toEqual(['a'])
    const aside = (await readdir(folder)).find((name) => name.startsWith(`${JOURNAL}.damaged-`))
    expect(await readFile(path(aside ?? ''), 'utf8')).toContain('sandbox')
  })

  test('a flipped bit before the last line stops the start by name and changes nothing', async () => {
    await killedAfter(['a'], ['b'], ['c'])
    await flip(JOURNAL, '"b"')
    const before = await bytesByName()
    await expect(open()).rejects.toThrow(/journal-000000000001\.log 第 2 行已损坏.*恢复办法/)
    expect(await bytesByName()).toEqual(before)
    // The mend that the message names: keep the lines before.
    const lines = (await readFile(path(JOURNAL), 'utf8')).split('\n')
    await writeFile(path(JOURNAL), `${lines[0]}\n`)
    expect(await turnsOf(await open())).toEqual(['a'])
  })

  test('zeros in the last write of several lines are left out with it; in an earlier one they stop the start', async () => {
    const busy = await open()
    await put(busy, 'a')
    await Promise.all([put(busy, 'b'), put(busy, 'c'), put(busy, 'd')])
    const lines = (await readFile(path(JOURNAL), 'utf8')).split('\n')
    const hole = (line: string) => `\0\0\0\0${line.slice(4)}`
    const left = await mkdtemp(join(tmpdir(), 'lowdb-'))
    await busy.close()
    store = undefined
    await rm(folder, { recursive: true })
    folder = left
    const [a = '', b = '', c = '', d = ''] = lines
    await writeFile(path(JOURNAL), [a, hole(b), c, d, ''].join('\n'))
    expect(await turnsOf(await readLowdbFolder(folder))).toEqual(['a'])
    await writeFile(path(JOURNAL), [a, b, hole(c), d, ''].join('\n'))
    const again = await open()
    expect(await turnsOf(again)).toEqual(['a', 'b'])
    const aside = (await readdir(folder)).find((name) => name.startsWith(`${JOURNAL}.damaged-`))
    expect(await readFile(path(aside ?? ''), 'utf8')).toBe(`${hole(c)}\n${d}`)
    await again.close()
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await writeFile(path(JOURNAL), [hole(a), b, c, d, ''].join('\n'))
    await expect(open()).rejects.toThrow('第 1 行已损坏')
  })

  test('a lost line, a strange journal and a lost segment stop the start', async () => {
    await killedAfter(['a'], ['b'], ['c'])
    const lines = (await readFile(path(JOURNAL), 'utf8')).split('\n')
    await writeFile(path(JOURNAL), [lines[0], lines[2], ''].join('\n'))
    await expect(open()).rejects.toThrow('第 2 行')
    await writeFile(path(JOURNAL), 'not a journal')
    await expect(open()).rejects.toThrow('第 1 行')
    await rm(path(JOURNAL))
    await writeFile(path('journal-000000000003.log'), `${lines[2]}\n`)
    await expect(open()).rejects.toThrow('服务不会以空数据启动')
  })

  test('a lost last segment stops the start, unless the snapshot was put into a folder of its own', async () => {
    await threeLayers()
    await rm(path('journal-000000000003.log'))
    await expect(open()).rejects.toThrow('journal-000000000003.log')
    await rm(path('journal-000000000002.log'))
    await rm(path('db.previous.json'))
    expect(await turnsOf(await open())).toEqual(['a', 'b'])
  })
})

describe('a damaged snapshot', () => {
  const damages: [string, (name: string) => Promise<void>][] = [
    ['empty', (name) => writeFile(path(name), '')],
    ['zeros', (name) => writeFile(path(name), Buffer.alloc(5000))],
    ['null', (name) => writeFile(path(name), 'null')],
    ['an empty object', (name) => writeFile(path(name), '{}\n')],
    ['garbage', (name) => writeFile(path(name), 'garbage\n\u0000\n')],
    ['wrong types', (name) => writeFile(path(name), '{"residents":5,"turns":"none"}\n')],
    ['cut short', async (name) => writeFile(path(name), (await readFile(path(name))).subarray(0, -9))],
    [
      'cut at a line',
      async (name) => writeFile(path(name), `${(await readFile(path(name), 'utf8')).split('\n')[0]}\n`),
    ],
    ['a flipped bit', (name) => flip(name, 'sandbox')],
    ['a line too many', (name) => appendFile(path(name), '\n')],
  ]

  test.each(damages)('%s: everything is recovered, and the original kept aside', async (_name, damage) => {
    await threeLayers()
    await damage('db.json')
    const damaged = await readFile(path('db.json'))
    const again = await open()
    expect(await turnsOf(again)).toEqual(['a', 'b', 'c'])
    expect(said.join()).toContain('db.json')
    const aside = (await readdir(folder)).find((name) => name.startsWith('db.json.damaged-'))
    expect(await readFile(path(aside ?? ''))).toEqual(damaged)
    await again.close()
    said = []
    expect(await turnsOf(await open())).toEqual(['a', 'b', 'c'])
    expect(said).toEqual([])
  })

  test.each(damages)(
    '%s, of both: the start stops by name, changes nothing, and its mend works',
    async (_name, damage) => {
      await threeLayers()
      await rm(path('db-2026-03-03.json'))
      await copyFile(path('db.json'), path('db-2026-03-02.json'))
      await damage('db.json')
      await damage('db.previous.json')
      const before = await bytesByName()
      await expect(open()).rejects.toThrow(/db\.json 已损坏.*db\.previous\.json 已损坏.*db-2026-03-02\.json/)
      expect(await bytesByName()).toEqual(before)
      await mkdir(path('fresh'))
      await copyFile(path('db-2026-03-02.json'), join(folder, 'fresh', 'db.json'))
      const mended = await openLowdbStore(path('fresh'), { log })
      expect(await turnsOf(mended)).toEqual(['a', 'b'])
      await mended.close()
    },
  )

  test('a lost db.json is recovered, also the very first one', async () => {
    await threeLayers()
    await rm(path('db.json'))
    const again = await open()
    expect(await turnsOf(again)).toEqual(['a', 'b', 'c'])
    expect(said.join()).toContain('不见了')
  })

  test('a damaged first snapshot is recovered from the journal', async () => {
    const one = await open()
    await put(one, 'a')
    await one.close()
    await writeFile(path('db.json'), '')
    expect(await turnsOf(await open())).toEqual(['a'])
  })

  test('only backups left: never an empty start', async () => {
    await threeLayers()
    for (const name of await readdir(folder)) if (!name.startsWith('db-')) await rm(path(name))
    await expect(open()).rejects.toThrow('服务不会以空数据启动')
  })

  test('data of a newer version are left alone', async () => {
    const one = await open()
    await put(one, 'a')
    await one.close()
    const { crc32 } = await import('node:zlib')
    const text = (await readFile(path('db.json'), 'utf8')).replace('"version":1', '"version":2')
    const body = text.slice(0, text.lastIndexOf('"crc32"'))
    await writeFile(path('db.json'), `${body}"crc32":"${crc32(body).toString(16).padStart(8, '0')}"}\n`)
    await expect(open()).rejects.toThrow('请改用写它的版本')
    expect(await readdir(folder)).toContain('db.json')
  })

  test('it is one JSON document with a row per line', async () => {
    const one = await open()
    await put(one, 'a', 'b')
    await one.close()
    const text = await readFile(path('db.json'), 'utf8')
    const document: { tables: { turns: Turn[] } } = JSON.parse(text)
    expect(document).toMatchObject({ version: 1, seq: 1, tables: { jobs: [] } })
    const { turns } = document.tables
    expect(turns).toHaveLength(2)
    expect(turns).toEqual(expect.arrayContaining([turn('a'), turn('b')]))
    const [first, second] = turns
    expect(text).toContain(`\n${JSON.stringify(first)},\n${JSON.stringify(second)}\n`)
  })
})

describe('a failing disk', () => {
  test('no acknowledgement comes before a durable write, and waiting transactions share one', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    watch.asked = []
    await put(busy, 'a')
    expect(watch.asked.filter((one) => one.endsWith(JOURNAL))).toEqual([`write ${JOURNAL}`])
    expect(watch.safe).toContain('"id":"a"')
    watch.asked = []
    const acknowledged = Array.from({ length: 50 }, async (_, n) => {
      await put(busy, `m${n}`)
      expect(watch.safe).toContain(`"id":"m${n}"`)
    })
    await Promise.all(acknowledged)
    expect(watch.asked.filter((one) => one.startsWith('write')).length).toBeLessThan(5)
  })

  test.runIf(process.platform === 'linux')(
    'the system itself makes a write to the journal durable',
    async () => {
      await open()
      const journals: string[] = []
      for (const fd of await readdir('/proc/self/fd')) {
        const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '')
        if (target.endsWith(JOURNAL)) journals.push(await readFile(`/proc/self/fdinfo/${fd}`, 'utf8'))
      }
      expect(journals).toHaveLength(1)
      const flags = Number.parseInt(/flags:\s+(\d+)/.exec(journals[0] ?? '')?.[1] ?? '', 8)
      expect(flags & constants.O_DSYNC).toBe(constants.O_DSYNC)
    },
  )

  test('a read waits for the disk, and tells nothing that the disk then refuses', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    await put(busy, 'a')
    watch.fault = (operation, file) => {
      if (operation === 'settle' && file === JOURNAL) throw failure('EIO')
    }
    const failing = put(busy, 'b')
    const [write, read, list, seen] = await Promise.allSettled([
      failing,
      setImmediate().then(() => busy.get('turns', 'b')),
      busy.list('turns', 'byAge', { equals: [], limit: 9 }),
      busy.transaction((tx) => tx.get('turns', 'b')),
    ])
    expect(write).toMatchObject({
      status: 'rejected',
      reason: { code: 'unavailable', cause: { code: 'EIO' } },
    })
    expect(read).toEqual({ status: 'fulfilled', value: undefined })
    expect(list).toEqual({ status: 'fulfilled', value: [turn('a')] })
    expect(seen).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
  })

  test('full: rejected, unchanged, said once; nothing appears later; writable again by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const watch = watched()
    const full = await open({ fs: watch.disk })
    await put(full, 'a')
    watch.fault = (operation) => {
      if (operation === 'write') throw failure('ENOSPC')
    }
    const results = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => put(full, `x${n}`)))
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    await expect(put(full, 'y')).rejects.toMatchObject({ code: 'unavailable', cause: { code: 'ENOSPC' } })
    expect(await turnsOf(full)).toEqual(['a'])
    expect(await full.list('turns', 'byAge', { equals: [], limit: 9 })).toEqual([turn('a')])
    expect(full.health().writable).toBe(false)
    expect(full.health().detail).toMatch(/journal-.*磁盘已满/)
    expect(said).toHaveLength(1)
    expect(await turnsOf(await readLowdbFolder(folder))).toEqual(['a'])

    watch.fault = () => {}
    await vi.advanceTimersByTimeAsync(1000)
    await eventually(() => expect(full.health().writable).toBe(true))
    await put(full, 'b')
    await full.close()
    expect(await turnsOf(await open())).toEqual(['a', 'b'])
  })

  test('not even mendable: writes are refused at once, reads go on, and it recovers by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const watch = watched()
    const broken = await open({ fs: watch.disk })
    await put(broken, 'a')
    watch.fault = (_operation, file) => {
      if (file === JOURNAL) throw failure('EIO')
    }
    await expect(put(broken, 'x')).rejects.toMatchObject({ code: 'unavailable' })
    watch.asked = []
    await expect(put(broken, 'y')).rejects.toMatchObject({ code: 'unavailable' })
    expect(watch.asked).toEqual([])
    expect(await turnsOf(broken)).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(3000)
    expect(broken.health().writable).toBe(false)
    watch.fault = () => {}
    await vi.advanceTimersByTimeAsync(1000)
    await eventually(() => expect(broken.health().writable).toBe(true))
    await put(broken, 'b')
    await broken.close()
    expect(await turnsOf(await open())).toEqual(['a', 'b'])
  })

  test('work that had read what the disk refused is not committed', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    watch.fault = (operation, file) => {
      if (operation !== 'settle' || file !== JOURNAL) return
      watch.fault = () => {}
      throw failure('EIO')
    }
    const first = put(busy, 'a')
    const second = busy.transaction(async (tx) => {
      const seen = await tx.get('turns', 'a')
      await first.catch(() => {})
      await tx.put('turns', turn(seen ? 'because of a' : 'without a'))
    })
    await expect(first).rejects.toMatchObject({ code: 'unavailable' })
    await expect(second).rejects.toMatchObject({ code: 'unavailable' })
    expect(await turnsOf(busy)).toEqual([])
    await put(busy, 'b')
    expect(await turnsOf(busy)).toEqual(['b'])
  })

  test('a snapshot that cannot be written loses nothing and leaves no draft', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    await put(busy, 'a')
    watch.fault = (operation, file) => {
      if (operation === 'write' && file.startsWith('db.json')) throw failure('ENOSPC')
    }
    await busy.close()
    expect(await readdir(folder)).not.toContain('db.json.tmp')
    expect(said.join()).toContain('数据快照没有写成')
    expect(await turnsOf(await open())).toEqual(['a'])
  })
})

test('rows are found in order, however many came, moved and went since somebody asked', async () => {
  const store = await open()
  const many = Array.from({ length: 900 }, (_, n) => n)
  const at = (n: number) => new Date(Date.UTC(2026, 2, 3) + ((n * 7919) % 900) * 1000).toISOString()
  await store.transaction(async (tx) => {
    for (const n of many) await tx.put('turns', { ...turn(`${n}`), at: at(n) })
  })
  await store.transaction(async (tx) => {
    for (const n of many.filter((one) => one % 3 === 0)) await tx.remove('turns', `${n}`)
    for (const n of many.filter((one) => one % 3 === 1))
      await tx.put('turns', { ...turn(`${n}`), at: at(n + 1) })
  })
  const left = many
    .filter((n) => n % 3 !== 0)
    .map((n) => ({ id: `${n}`, at: n % 3 === 1 ? at(n + 1) : at(n) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1))
  const found = await store.list('turns', 'byAge', { equals: [], limit: 1000 })
  expect(found.map(({ id, at }) => ({ id, at }))).toEqual(left)
})

describe('compaction', () => {
  const wide = 'x'.repeat(40_000)

  test('while writing, nothing is lost, doubled, or taken from a reader beside it', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    let written = 0
    const lane = async (name: number): Promise<void> => {
      for (let n = 0; n < 100; n += 1) {
        await busy.transaction(async (tx) => {
          await tx.insert('turns', turn(`${name}-${n}`, wide))
          await tx.remove('turns', `${name}-${n - 3}`)
          const count = await tx.get('sessions', `lane ${name}`)
          const revision = (count?.revision ?? 0) + 1
          await tx.put('sessions', {
            id: `lane ${name}`,
            revision,
            state: null,
            flow: null,
            updatedAt: '',
          })
        })
        written += 1
        if (n % 20 === 0) {
          const before = written
          const beside = await readLowdbFolder(folder)
          let seen = 0
          for await (const row of beside.scan('sessions')) seen += row.revision
          expect(seen).toBeGreaterThanOrEqual(before)
        }
      }
    }
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(lane))
    expect(watch.asked.filter((one) => one === 'open db.json.tmp').length).toBeGreaterThan(1)
    const want = await turnsOf(busy)
    expect(want).toHaveLength(24)

    // Each snapshot is one moment, so that any of them is a backup by itself.
    await mkdir(path('alone'))
    await copyFile(path('db.previous.json'), join(folder, 'alone', 'db.json'))
    const alone = await readLowdbFolder(path('alone'))
    const moment: string[] = []
    for await (const { id, revision } of alone.scan('sessions')) {
      for (let n = Math.max(0, revision - 3); n < revision; n += 1) moment.push(`${id.slice(5)}-${n}`)
    }
    expect(await turnsOf(alone)).toEqual(moment.sort())
    await rm(path('alone'), { recursive: true })
    expect(await turnsOf(await readLowdbFolder(folder))).toEqual(want)
    await busy.close()
    const again = await open()
    expect(await turnsOf(again)).toEqual(want)
    expect((await again.get('sessions', 'lane 5'))?.revision).toBe(100)
    const journals = (await readdir(folder)).filter((name) => name.startsWith('journal'))
    expect(journals.length).toBeLessThan(4)
  })

  test('a snapshot holds only what was durable, even when the disk fails around it', async () => {
    const watch = watched()
    const busy = await open({ fs: watch.disk })
    await put(busy, 'a')
    watch.fault = (operation, file) => {
      if (operation === 'write' && file === JOURNAL) throw failure('ENOSPC')
    }
    const lost = put(busy, 'phantom')
    const closed = busy.close()
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
    await closed
    expect(await turnsOf(await open())).toEqual(['a'])
  })

  test('one copy a day is kept for a week, and each new day makes one', async () => {
    const busy = await open()
    await put(busy, 'first')
    for (let n = 4; n <= 13; n += 1) {
      day = `2026-03-${String(n).padStart(2, '0')}`
      await eventually(async () => {
        // The day before may still be ending, though its name is there; then the next change begins the new one.
        await put(busy, day)
        expect(await readdir(folder)).toContain(`db-${day}.json`)
      })
    }
    await busy.close()
    const daily = (await readdir(folder)).filter((name) => /^db-\d/.test(name)).sort()
    expect(daily).toHaveLength(7)
    expect(daily.at(-1)).toBe('db-2026-03-13.json')
  })
})

describe('one writer', () => {
  test('a second opener is refused with the owner and the folder', async () => {
    await open()
    await expect(openLowdbStore(folder, { log })).rejects.toThrow(`${folder} 正由进程 ${process.pid} 使用`)
    await store?.close()
    await open()
  })

  test('a lock whose owner died, was replaced by another process, or is unreadable is taken over', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    for (const stale of [
      JSON.stringify({ pid: child.pid, started: 'x', token: 'a' }),
      JSON.stringify({ pid: process.pid, started: 'another boot:1', token: 'b' }),
      '',
    ]) {
      await writeFile(path('lock'), stale)
      await (await open()).close()
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual([])
  })

  test('of many that find a stale lock at once, one gets it', async () => {
    // Without the right to replace, every round shows two winners; without looking again, five rounds of six do:
    // one fault of a million would not be seen in eight.
    for (let round = 0; round < 8; round += 1) {
      await writeFile(
        path('lock'),
        JSON.stringify({ pid: process.pid, started: 'another boot:1', token: 'stale' }),
      )
      const tries = await Promise.allSettled(
        Array.from({ length: 30 }, async (_, n) => {
          // Spread out, so that the slow still hold the dead owner's name when the quick are done.
          for (let turns = 0; turns < n % 10; turns += 1) await setImmediate()
          return takeLock(folder)
        }),
      )
      const won = tries.filter((one) => one.status === 'fulfilled')
      expect(won).toHaveLength(1)
      for (const one of won) await one.value.release()
    }
  })
})

describe('reading beside the service', () => {
  test('sees the data while the store is open, and alters no file', async () => {
    const busy = await open()
    await put(busy, 'a', 'b')
    const before = await bytesByName()
    const beside = await readLowdbFolder(folder)
    expect(await turnsOf(beside)).toEqual(['a', 'b'])
    expect(await beside.get('turns', 'a')).toEqual(turn('a'))
    expect(await beside.list('turns', 'byAge', { equals: [], limit: 1 })).toEqual([turn('a')])
    expect(await bytesByName()).toEqual(before)
  })
})

test('nobody else may read the folder or any file in it, however they were before', async () => {
  await threeLayers()
  await chmod(folder, 0o755)
  for (const name of await readdir(folder)) await chmod(path(name), 0o644)
  await writeFile(path('db.json'), 'damaged')
  const before = process.umask(0)
  const again = await open()
  await put(again, 'd')
  const modes = async (): Promise<Set<string>> => {
    // A snapshot being written in the background renames its temporary file between the two calls.
    const found = await Promise.all(
      (await readdir(folder)).map((name) => stat(path(name)).catch(() => undefined)),
    )
    return new Set(found.flatMap((file) => (file ? [(file.mode & 0o777).toString(8)] : [])))
  }
  expect(await modes()).toEqual(new Set(['600']))
  await again.close()
  process.umask(before)
  expect(await modes()).toEqual(new Set(['600']))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
})
