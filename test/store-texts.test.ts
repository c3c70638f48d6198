/** Rows whose texts are left in the journal: read there, they are what was written, or said to be damaged. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store, TableName, Tables } from '../bot/store.ts'
import { chinaDay } from '../flows/clocks.ts'
import { type Disk, realDisk } from '../server/store/disk.ts'
import { COMPACT_BYTES, openLowdbStore } from '../server/store/lowdb.ts'

let folder: string
let store: Store
let said: string[]

const open = async (heldCharacters = 0): Promise<Store> =>
  openLowdbStore(folder, {
    heldCharacters,
    log: { warn: (message) => said.push(message), error: (message) => said.push(message) },
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'texts-'))
  said = []
  store = await open()
})
afterEach(async () => {
  await store.close().catch(() => {})
  await rm(folder, { recursive: true })
})

const event = (id: string, detail = ''): Tables['events'] => ({
  id,
  kind: 'danger',
  resident: `sandbox:${id}`,
  at: '2026-03-03T01:00:00.000Z',
  detail: { detail },
})

async function rowsOf<K extends TableName>(table: K): Promise<Map<string, Tables[K]>> {
  const rows = new Map<string, Tables[K]>()
  for await (const row of store.scan(table)) rows.set(row.id, row)
  return rows
}

/** Also what takes one, two, three and four bytes, and what JSON writes otherwise than it is. */
const text = fc.string({
  unit: fc.constantFrom('a', 'é', '低', '😀', '\ud800', '"', '\\', '\n', '\u2028', '\0'),
  maxLength: 5,
})
const change = fc.record({ id: text.map((id) => `i${id}`), detail: fc.option(text, { freq: 4 }) })
const line = fc.array(change, { minLength: 1, maxLength: 4 })

test('every row reads as it was written, whichever lines were written at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(line, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
      async (rounds) => {
        await store.close()
        await rm(folder, { recursive: true })
        store = await open()
        const plain = new Map<string, Tables['events']>()
        for (const lines of rounds) {
          await Promise.all(
            lines.map((changes) =>
              store.transaction(async (tx) => {
                for (const { id, detail } of changes) {
                  if (detail === null) plain.delete(id)
                  else plain.set(id, event(id, detail))
                  if (detail === null) await tx.remove('events', id)
                  else await tx.put('events', event(id, detail))
                }
              }),
            ),
          )
          for (const [id, row] of plain) expect(await store.get('events', id)).toEqual(row)
          expect(await rowsOf('events')).toEqual(plain)
          expect(await store.list('events', 'ofKind', { equals: ['danger'], limit: 100 })).toHaveLength(
            plain.size,
          )
        }
        await store.close()
        store = await open()
        expect(await rowsOf('events')).toEqual(plain)
      },
    ),
    { numRuns: 25 },
  )
})

test('a walk reads them though their lines were shortened away meanwhile', async () => {
  const much = 'x'.repeat(COMPACT_BYTES / 8)
  await store.transaction((tx) => tx.put('turns', { id: 't', resident: 'r', outgoing: null, at: '' }))
  const walk = store.scan('events')[Symbol.asyncIterator]()
  for (let n = 0; n < 5; n++) await store.transaction((tx) => tx.put('events', event(`e${n}`, 'before')))
  const first = await walk.next()
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 10; n++) await store.transaction((tx) => tx.put('events', event(`m${n}`, much)))
    await eventuallyShort()
  }
  const left = []
  for (let next = first; !next.done; next = await walk.next()) left.push(next.value.detail['detail'])
  expect(left).toEqual(Array.from({ length: 5 }, () => 'before'))
})

test('one that was altered on the disk is not told, nor copied into a snapshot', async () => {
  await store.transaction((tx) => tx.put('events', event('e1', 'as it was')))
  await store.transaction((tx) => tx.put('events', event('e2', 'another')))
  const [name = ''] = (await readdir(folder)).filter((one) => one.startsWith('journal'))
  const bytes = await readFile(join(folder, name), 'utf8')
  await writeFile(join(folder, name), bytes.replace('as it was', 'as it isn'))
  await expect(store.get('events', 'e1')).rejects.toMatchObject({ code: 'unavailable' })
  expect(await store.get('events', 'e2')).toEqual(event('e2', 'another'))
  await store.close()
  expect(said.join()).toContain('没有写成')
  await expect(open()).rejects.toThrow(name)
})

test('what was read ahead of a write that failed is not taken for what was written there later', async () => {
  await store.close()
  let failing = false
  const disk: Disk = {
    async open(path, flags) {
      const file = await realDisk.open(path, flags)
      const write = async (bytes: Uint8Array) => {
        await file.write(bytes)
        if (!failing) return
        failing = false
        await new Promise<void>((read) => {
          const reading = store.transaction(async (tx) => {
            await tx.get('events', 'e1')
            read()
          })
          reading.catch(() => {})
        })
        throw new Error('the disk is gone')
      }
      return { ...file, write }
    },
  }
  store = await openLowdbStore(folder, { heldCharacters: 0, fs: disk, log: { warn() {}, error() {} } })
  await store.transaction((tx) => tx.put('events', event('e1', 'first')))
  failing = true
  await expect(store.transaction((tx) => tx.put('events', event('e2', 'never')))).rejects.toThrow()
  await store.transaction((tx) => tx.put('events', event('e2', 'later')))
  expect(await store.get('events', 'e1')).toEqual(event('e1', 'first'))
  expect(await store.get('events', 'e2')).toEqual(event('e2', 'later'))
})

test('the latest are held in memory, which needs no file', async () => {
  await store.close()
  store = await open(1 << 10)
  for (let n = 0; n < 9; n++)
    await store.transaction((tx) => tx.put('events', event(`e${n}`, 'x'.repeat(300))))
  const [name = ''] = (await readdir(folder)).filter((one) => one.startsWith('journal')).slice(-1)
  const bytes = await readFile(join(folder, name), 'utf8')
  await writeFile(join(folder, name), bytes.replaceAll('x', 'y'))
  const readable: number[] = []
  for (let n = 0; n < 9; n++)
    await store.get('events', `e${n}`).then(
      () => readable.push(n),
      () => {},
    )
  expect(readable).toEqual([7, 8])
  await writeFile(join(folder, name), bytes)
})

/** Until the journal was folded into a snapshot. */
async function eventuallyShort(): Promise<void> {
  for (;;) {
    await store.transaction((tx) => tx.put('turns', { id: 't', resident: 'r', outgoing: null, at: '' }))
    const names = (await readdir(folder)).filter((name) => name.startsWith('journal'))
    // One that is folded meanwhile is gone.
    const sizes = await Promise.all(
      names.map((name) =>
        readFile(join(folder, name)).then(
          ({ length }) => length,
          () => null,
        ),
      ),
    )
    const last = sizes.at(-1)
    if (last !== null && (last ?? 0) < COMPACT_BYTES) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

// Whoever unmounts the disk after a stop must be able to; where the system does not list open files nothing can be told.
test.skipIf(!existsSync('/proc/self/fd'))('a closed store holds none of its files open', async () => {
  for (let number = 0; number < 3; number++) {
    await store.transaction((tx) => tx.put('events', event(`e${number}`)))
  }
  expect(await store.get('events', 'e0')).toEqual(event('e0'))
  expect(await openFiles()).not.toEqual([])
  await store.close()
  await expect.poll(openFiles).toEqual([])
})

test.skipIf(!existsSync('/proc/self/fd'))('nor does one whose day could not be copied', async () => {
  await mkdir(join(folder, `db-${chinaDay(new Date())}.json`))
  await store.transaction((tx) => tx.put('events', event('e1')))
  await store.close()
  expect(said.join()).toContain('没有写成')
  await expect.poll(openFiles).toEqual([])
})

/** Files of the store's folder that this process holds open, removed ones too. */
async function openFiles(): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd')
  const paths = await Promise.all(numbers.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder))
}
