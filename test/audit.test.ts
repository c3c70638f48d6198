import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AuditEntry, lineId, note, readHead, verify } from '../bot/audit.ts'
import type { AuditLine, Store } from '../bot/store.ts'
import { ringKey } from '../server/store/sealer.ts'
import { memoryStore } from './support/memory-store.ts'

const { fingerprint: seal } = ringKey(randomBytes(32))
const entry = (place: number): AuditEntry => ({
  at: new Date(Date.UTC(2026, 10, 22, 1, place)).toISOString(),
  by: place % 3 === 0 ? 'resident' : `advisor:a${place % 3}`,
  deed: place % 2 === 0 ? 'seen' : 'changed',
  subject: `ticket:Q-${place}`,
  detail: { form: '受理', place: String(place) },
})

async function logOf(lines: number): Promise<Store> {
  const store = memoryStore()
  for (let place = 0; place < lines; place++) await store.transaction((tx) => note(tx, entry(place), seal))
  return store
}

const linesOf = async (store: Store): Promise<AuditLine[]> => {
  const lines: AuditLine[] = []
  for await (const line of store.scan('audit')) lines.push(line)
  return lines.sort((one, other) => (one.id < other.id ? -1 : 1))
}

test('lines are numbered, chained and found whole', async () => {
  const store = await logOf(5)
  const lines = await linesOf(store)
  expect(lines.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5])
  expect(lines.map(({ previous }) => previous)).toEqual(['', ...lines.slice(0, 4).map((line) => line.seal)])
  expect(lines[2]).toMatchObject({ by: 'advisor:a2', deed: 'seen', subject: 'ticket:Q-2' })
  expect(await verify(store, seal)).toEqual({ lines: 5, from: 1, to: 5, broken: null })
  expect(await verify(memoryStore(), seal)).toEqual({ lines: 0, from: 1, to: 0, broken: null })
})

test('a line and its cause stand or fall together', async () => {
  const store = await logOf(2)
  const failed = store.transaction(async (tx) => {
    await note(tx, entry(2), seal)
    throw new Error('the change was refused')
  })
  await expect(failed).rejects.toThrow('refused')
  expect(await verify(store, seal)).toMatchObject({ lines: 2, to: 2, broken: null })
})

test('lines noted at once are chained one after the other', async () => {
  const store = memoryStore()
  await Promise.all(
    Array.from({ length: 40 }, (_, place) => store.transaction((tx) => note(tx, entry(place), seal))),
  )
  expect(await verify(store, seal)).toMatchObject({ lines: 40, broken: null })
})

test('whoever lacks the key cannot write a line, nor move the head', async () => {
  const store = await logOf(3)
  const { fingerprint: other } = ringKey(randomBytes(32))
  await store.transaction((tx) => note(tx, entry(3), other))
  expect((await verify(store, seal)).broken).toEqual({ line: 0, fault: 'head' })
})

test('details handed back in another order are the same details', async () => {
  const store = await logOf(1)
  const line = (await linesOf(store))[0]
  if (!line) throw new Error('no line')
  const detail = Object.fromEntries(Object.entries(line.detail).reverse())
  await store.transaction((tx) => tx.put('audit', { ...line, detail }))
  expect((await verify(store, seal)).broken).toBeNull()
})

describe('a store put back whole with its log', () => {
  test('contradicts the head that was logged since', async () => {
    const store = await logOf(6)
    const head = await readHead(store)
    if (!head) throw new Error('no head')
    const earlier = await logOf(4)
    expect((await verify(earlier, seal)).broken).toBeNull()
    expect((await verify(earlier, seal, [head])).broken).toEqual({ line: 6, fault: 'missing' })
    expect((await verify(memoryStore(), seal, [head])).broken).toEqual({ line: 0, fault: 'head' })
    expect((await verify(store, seal, [head])).broken).toBeNull()
  })

  test('and so does one that was written anew with the key', async () => {
    const store = await logOf(6)
    const head = await readHead(store)
    if (!head) throw new Error('no head')
    const forged = memoryStore()
    for (const place of [0, 1, 9, 3, 4, 5, 6]) await forged.transaction((tx) => note(tx, entry(place), seal))
    expect((await verify(forged, seal)).broken).toBeNull()
    expect((await verify(forged, seal, [head])).broken).toEqual({ line: 6, fault: 'contradicted' })
  })
})

const LINES = 12
const FIELDS = ['at', 'by', 'deed', 'subject', 'previous', 'seal'] as const
type Mutation = (store: Store, lines: readonly AuditLine[]) => Promise<void>
const at = (lines: readonly AuditLine[], place: number): AuditLine => {
  const line = lines[place]
  if (!line) throw new Error(`no line ${place}`)
  return line
}
const mutation = (what: string, run: Mutation) => ({ what, run })
const place = fc.nat(LINES - 1)
const mutations: fc.Arbitrary<ReturnType<typeof mutation>> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...FIELDS), fc.string({ minLength: 1 })).map(([where, field, text]) =>
    mutation(`alter ${field} of ${where}`, async (store, lines) => {
      const line = at(lines, where)
      await store.transaction((tx) => tx.put('audit', { ...line, [field]: `${line[field]}${text}` }))
    }),
  ),
  fc
    .tuple(place, fc.constantFrom('form', 'place', 'new'), fc.string({ maxLength: 3 }))
    .map(([where, key, text]) =>
      mutation(`alter detail ${key} of ${where}`, async (store, lines) => {
        const line = at(lines, where)
        const detail = { ...line.detail, [key]: `${text}!` }
        await store.transaction((tx) => tx.put('audit', { ...line, detail }))
      }),
    ),
  place.map((where) =>
    mutation(`delete ${where}`, (store, lines) =>
      store.transaction((tx) => tx.remove('audit', at(lines, where).id)),
    ),
  ),
  fc.uniqueArray(place, { minLength: 2, maxLength: 2 }).map(([one = 0, other = 0]) =>
    mutation(`swap ${one} and ${other}`, (store, lines) =>
      store.transaction(async (tx) => {
        await tx.put('audit', { ...at(lines, one), id: at(lines, other).id })
        await tx.put('audit', { ...at(lines, other), id: at(lines, one).id })
      }),
    ),
  ),
  fc
    .tuple(place, fc.constantFrom(lineId(0), lineId(LINES + 1), '1', '0000000000010', 'head'))
    .map(([where, id]) =>
      mutation(`insert a copy of ${where} as ${id}`, (store, lines) =>
        store.transaction((tx) => tx.insert('audit', { ...at(lines, where), id })),
      ),
    ),
  fc.tuple(fc.integer({ min: 1, max: LINES }), fc.boolean()).map(([count, withHead]) =>
    mutation(`truncate ${count} from the end, ${withHead ? 'with' : 'without'} the head`, (store, lines) =>
      store.transaction(async (tx) => {
        for (const { id } of lines.slice(-count)) await tx.remove('audit', id)
        const head = await tx.get('audit_heads', 'head')
        const last = lines.at(-count - 1)
        if (withHead && head)
          await tx.put('audit_heads', { ...head, number: LINES - count, seal: last?.seal ?? '' })
      }),
    ),
  ),
  fc.integer({ min: 1, max: LINES - 1 }).map((count) =>
    mutation(`take ${count} from the beginning, head and all`, (store, lines) =>
      store.transaction(async (tx) => {
        for (const { id } of lines.slice(0, count)) await tx.remove('audit', id)
        const head = await tx.get('audit_heads', 'head')
        if (head)
          await tx.put('audit_heads', { ...head, from: count + 1, fromSeal: at(lines, count - 1).seal })
      }),
    ),
  ),
  fc.constant(
    mutation('remove the head', (store: Store) =>
      store.transaction((tx) => tx.remove('audit_heads', 'head')),
    ),
  ),
)

test('a line of another history does not fit, however its neighbour is mended', async () => {
  const store = await logOf(4)
  // A store that was put back from a backup of its second line, and went on otherwise.
  const other = await logOf(2)
  await other.transaction((tx) => note(tx, { ...entry(2), subject: 'ticket:Q-9' }, seal))
  const foreign = at(await linesOf(other), 2)
  const next = at(await linesOf(store), 3)
  await store.transaction(async (tx) => {
    await tx.put('audit', foreign)
    await tx.put('audit', { ...next, previous: foreign.seal })
  })
  expect((await verify(store, seal)).broken).toEqual({ line: 4, fault: 'altered' })
})

test('whatever is altered, deleted, swapped, inserted or truncated is found: 100 of 100', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, async ({ run }) => {
      const store = await logOf(LINES)
      await run(store, await linesOf(store))
      expect((await verify(store, seal)).broken).not.toBeNull()
    }),
    { numRuns: 100 },
  )
})
