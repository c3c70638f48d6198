/**
 * Ten ways a data folder can be damaged, in each state a folder can be in: everything acknowledged is recovered, or
 * the start is refused by the name of a file, with its mend, and nothing is touched. Never does it start empty.
 */
import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../bot/store.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { turn } from './support/store-contract.ts'

const quiet = { warn: () => {}, error: () => {} }
const clock = () => new Date('2026-03-03T01:00:00Z')
const LAST = 'journal-000000000005.log'

/** What is in the folder besides what is damaged. Everywhere m1 to m5 were acknowledged, or m1 to m4 without a journal. */
const STATES = {
  'a journal that reaches back to the beginning': { layers: 1, journal: true },
  'a snapshot before, and the journal since': { layers: 2, journal: true },
  'a snapshot before, and no journal': { layers: 2, journal: false },
  'nothing else': { layers: 0, journal: false },
} as const
type State = keyof typeof STATES

const made = new Map<State, string>()
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'corruption-'))
  for (const [state, how] of Object.entries(STATES)) {
    if (isState(state)) made.set(state, await make(how))
  }
})
afterAll(() => rm(root, { recursive: true }))

const isState = (name: string): name is State => name in STATES

/** A folder as a killed process left it. */
async function make({ layers, journal }: (typeof STATES)[State]): Promise<string> {
  const folder = await mkdtemp(join(root, 'made-'))
  const put = (store: Store, id: string) => store.transaction((tx) => tx.put('turns', turn(id, 0)))
  for (const ids of layers === 2
    ? [
        ['m1', 'm2'],
        ['m3', 'm4'],
      ]
    : [['m1', 'm2', 'm3', 'm4']]) {
    const store = await openLowdbStore(folder, { log: quiet, clock })
    for (const id of ids) await put(store, id)
    await store.close()
  }
  const store = await openLowdbStore(folder, { log: quiet, clock })
  if (journal) await put(store, 'm5')
  const left = await mkdtemp(join(root, 'left-'))
  for (const name of await readdir(folder)) {
    const kept = layers === 0 ? name === 'db.json' : name.startsWith('journal') ? journal : name !== 'lock'
    // The daily copy is another name of db.json: a damage of one is a damage of both.
    if (kept && !/^db-/.test(name)) await copyFile(join(folder, name), join(left, name))
  }
  await store.close()
  return left
}

const whole = (file: string) => readFile(file)
/** What happens to a snapshot. */
const DAMAGES: [string, (file: string) => Promise<void>][] = [
  ['empty', (file) => writeFile(file, '')],
  ['truncated', async (file) => writeFile(file, (await whole(file)).subarray(0, -40))],
  ['zeros', async (file) => writeFile(file, Buffer.alloc((await whole(file)).length))],
  ['null', (file) => writeFile(file, 'null')],
  ['{}', (file) => writeFile(file, '{}')],
  ['garbage', (file) => writeFile(file, Buffer.from('\x89PNG\r\n\x1a\n garbage 乱码'))],
  ['wrong types', (file) => writeFile(file, '{"tables":{"turns":"none","jobs":[5,null]},"crc32":7}\n')],
  ['a flipped bit', (file) => flip(file, '"resident"')],
  ['a torn last line', (file) => appendFile(file, '{"id":"sandbox:')],
  ['missing', (file) => rm(file)],
]

async function flip(file: string, at: string): Promise<void> {
  const bytes = await whole(file)
  const offset = bytes.indexOf(at)
  expect(offset).toBeGreaterThan(-1)
  bytes[offset + 1] = (bytes[offset + 1] ?? 0) ^ 4
  await writeFile(file, bytes)
}

async function folderIn(state: State): Promise<string> {
  const folder = await mkdtemp(join(root, 'case-'))
  for (const name of await readdir(made.get(state) ?? ''))
    await copyFile(join(made.get(state) ?? '', name), join(folder, name))
  return folder
}

async function bytesByName(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const name of (await readdir(folder)).sort())
    found.set(name, await readFile(join(folder, name), 'latin1'))
  return found
}

async function idsIn(store: Pick<Store, 'scan'>): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.scan('turns')) ids.push(id)
  return ids.sort()
}

/** The rows after a start, and what was said; closed again when the test is over. */
async function start(folder: string): Promise<{ ids: string[]; said: string }> {
  const said: string[] = []
  const log = { warn: (line: string) => said.push(line), error: (line: string) => said.push(line) }
  const store = await openLowdbStore(folder, { log, clock })
  onTestFinished(() => store.close())
  return { ids: await idsIn(store), said: said.join() }
}

const refusal = (folder: string): Promise<string> =>
  start(folder).then(
    ({ ids }) => `started with ${ids.join()}`,
    (error: Error) => error.message,
  )

const EVERYTHING = ['m1', 'm2', 'm3', 'm4', 'm5']

describe.each([
  'a journal that reaches back to the beginning',
  'a snapshot before, and the journal since',
] as const)('db.json damaged beside %s', (state) => {
  test.each(DAMAGES)('%s: all is recovered, and the original kept aside', async (kind, damage) => {
    const folder = await folderIn(state)
    await damage(join(folder, 'db.json'))
    const damaged = await whole(join(folder, 'db.json')).catch(() => null)
    const { ids, said } = await start(folder)
    expect(ids).toEqual(EVERYTHING)
    if (kind === 'missing' && state.startsWith('a journal')) return
    expect(said).toContain('db.json')
    if (damaged === null) return
    const aside = (await readdir(folder)).find((name) => name.startsWith('db.json.damaged-'))
    expect(await whole(join(folder, aside ?? ''))).toEqual(damaged)
  })
})

describe.each(['a snapshot before, and no journal', 'nothing else'] as const)(
  'db.json damaged beside %s',
  (state) => {
    test.each(DAMAGES)(
      '%s: the start is refused with the mend, and nothing touched',
      async (kind, damage) => {
        const folder = await folderIn(state)
        await damage(join(folder, 'db.json'))
        const before = await bytesByName(folder)
        if (before.size === 0) return expect(kind).toBe('missing')
        const told = await refusal(folder)
        expect(told).toContain('恢复办法')
        expect(told).toMatch(/db\.json|journal-\d+\.log/)
        expect(await bytesByName(folder)).toEqual(before)
      },
    )
  },
)

describe('db.previous.json damaged beside a whole db.json and its journal', () => {
  test.each(DAMAGES)('%s: nobody needs it', async (_kind, damage) => {
    const folder = await folderIn('a snapshot before, and the journal since')
    await damage(join(folder, 'db.previous.json'))
    expect((await start(folder)).ids).toEqual(EVERYTHING)
  })
})

describe('the journal of a whole db.json damaged', () => {
  const state = 'a snapshot before, and the journal since'

  test.each(DAMAGES.filter(([kind]) => ['null', '{}', 'garbage', 'wrong types', 'missing'].includes(kind)))(
    '%s: the start is refused with the mend, and nothing touched',
    async (_kind, damage) => {
      const folder = await folderIn(state)
      await damage(join(folder, LAST))
      const before = await bytesByName(folder)
      const told = await refusal(folder)
      expect(told).toContain(LAST)
      expect(told).toContain('恢复办法')
      expect(await bytesByName(folder)).toEqual(before)
    },
  )

  test('a torn last line: it was never acknowledged, and is left out', async () => {
    const folder = await folderIn(state)
    await appendFile(join(folder, LAST), '6 0badc0de [["put","turns",{"id"')
    const { ids, said } = await start(folder)
    expect(ids).toEqual(EVERYTHING)
    expect(said).toContain(LAST)
  })

  // Nobody can tell these from a write that a power cut interrupted before it was acknowledged: so it starts, says
  // so, and keeps aside what may have been a whole line.
  test.each([
    [
      'truncated',
      (file: string) => whole(file).then((bytes) => writeFile(file, bytes.subarray(0, -9))),
      false,
    ],
    [
      'zeros',
      (file: string) => whole(file).then((bytes) => writeFile(file, Buffer.alloc(bytes.length))),
      false,
    ],
    ['a flipped bit', (file: string) => flip(file, '"resident"'), true],
  ] as const)('%s in its last line: all before it is there, and it is said', async (_kind, damage, kept) => {
    const folder = await folderIn(state)
    await damage(join(folder, LAST))
    const { ids, said } = await start(folder)
    expect(ids).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(said).toContain(LAST)
    const asides = (await readdir(folder)).filter((name) => name.startsWith(`${LAST}.damaged-`))
    expect(asides).toHaveLength(kept ? 1 : 0)
  })

  test('a flipped bit before its last line: the start is refused with the mend, and nothing touched', async () => {
    const folder = await folderIn('a journal that reaches back to the beginning')
    await rm(join(folder, 'db.json'))
    await flip(join(folder, 'journal-000000000001.log'), '"m2"')
    const before = await bytesByName(folder)
    expect(await refusal(folder)).toMatch(/journal-000000000001\.log 第 2 行已损坏.*恢复办法/)
    expect(await bytesByName(folder)).toEqual(before)
  })
})

test('whatever is damaged, a reader beside the service says the same and touches nothing', async () => {
  for (const [kind, damage] of DAMAGES) {
    const folder = await folderIn('a snapshot before, and the journal since')
    await damage(join(folder, 'db.json'))
    const before = await bytesByName(folder)
    expect(await idsIn(await readLowdbFolder(folder)), kind).toEqual(EVERYTHING)
    expect(await bytesByName(folder)).toEqual(before)
  }
})
