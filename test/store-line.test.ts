import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TableName } from '../bot/store.ts'
import { type Entry, entryOf, TABLES } from '../server/store/entry.ts'
import { changesFrom, entryFrom } from '../server/store/line.ts'
import { anyCharacter } from './support/characters.ts'

const STATES = ['pending', 'waiting', 'accepted', 'refused', 'open', 'done', 'watched']
const FIELDS = [
  'state',
  'at',
  'dueAt',
  'resident',
  'createdAt',
  'settledAt',
  'stage',
  'area',
  'owner',
  'key',
  'ticket',
]

const words = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 6 }),
  fc.constantFrom('', '低保', 'a"b', 'a\\', '\0', '{"id":"x"}', ',', '2026-11-22T01:00:00.000Z', ...STATES),
)
/** Anything a row may hold beside what it is found by. */
const other = fc.oneof(words, fc.jsonValue({ maxDepth: 3 }))
const row = fc
  .tuple(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 8 }),
    fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom(...FIELDS), fc.oneof(words, fc.constant(null))),
        fc.tuple(
          words.filter((name) => !FIELDS.includes(name)),
          other,
        ),
      ),
      { maxLength: 10 },
    ),
    fc.boolean(),
  )
  .map(([id, fields, idFirst]): Record<string, unknown> => {
    const rest = Object.fromEntries(fields.filter(([name]) => name !== 'id'))
    return idFirst ? { id, ...rest } : { ...rest, id }
  })
const table = fc.constantFrom<TableName>(...TABLES)
const plain = ({ id, json, keys }: Entry) => ({ id, json, keys })
/** What finds it, or the fault it is refused with. */
const outcome = (make: () => Entry) => {
  try {
    const { id, keys } = make()
    return { id, keys }
  } catch (error) {
    return error instanceof Error ? error.name : error
  }
}

test('a row read from its bytes is what parsing it makes of it, whatever it holds', () => {
  fc.assert(
    fc.property(table, row, words, (name, one, after) => {
      const json = JSON.stringify(one)
      const line = Buffer.from(`${json}${after}`)
      expect(plain(entryFrom(name, line, Buffer.byteLength(json)))).toEqual(plain(entryOf(name, one)))
    }),
    { numRuns: 1000 },
  )
})

test('what others wrote, or nobody, is read or refused as parsing would', () => {
  const values = ['1', 'true', '[]', '{}', 'null', '"x"', ' "x"', '"\\u0041"']
  const objects = fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...values), fc.constantFrom(' ', '', '\n'))
    .map(([id, at, space]) => `{"at"${space}:${at},${space}"id":${id}${space}}`)
  fc.assert(
    fc.property(table, fc.oneof(objects, fc.json()), (name, text) => {
      const line = Buffer.from(text)
      expect(outcome(() => entryFrom(name, line))).toEqual(outcome(() => entryOf(name, JSON.parse(text))))
    }),
    { numRuns: 1000 },
  )
})

test('the changes of a journal line are those it was made of, also behind a count of lines', () => {
  const change = fc.oneof(
    fc.tuple(table, row).map(([name, one]) => ({ name, one })),
    fc.tuple(table, words).map(([name, id]) => ({ name, id })),
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 5 }), fc.option(fc.nat()), (changes, count) => {
      const written = changes.map((each) =>
        'one' in each ? ['put', each.name, each.one] : ['remove', each.name, each.id],
      )
      const line = Buffer.from(JSON.stringify(count === null ? written : [count, ...written]))
      const read = changesFrom(line).map((each) =>
        'entry' in each ? { ...each, entry: plain(each.entry) } : each,
      )
      expect(read).toEqual(
        changes.map((each) =>
          'one' in each
            ? { table: each.name, entry: plain(entryOf(each.name, each.one)) }
            : { table: each.name, id: each.id },
        ),
      )
    }),
    { numRuns: 500 },
  )
})

test.each([
  '',
  '[',
  '{}',
  'null',
  '[null]',
  '[["put"]]',
  '[["put","nowhere",{"id":"a"}]]',
  '[["put","jobs",{"id":"a"}',
  '[["put","jobs",{"id":"a"}]',
  '[["put","jobs",{"id":"a"}}]]',
  '[["put","jobs",[]]]',
  '[["put","jobs",{"id":1}]]',
  '[["remove","jobs",1]]',
  '[["remove","nowhere","a"]]',
  '[["move","jobs","a"]]',
  '[["put","jobs",{"id":"a"}]["remove","jobs","a"]]',
])('what is no line of changes is refused: %s', (text) => {
  expect(() => changesFrom(Buffer.from(text))).toThrow()
})

test('so many bytes as end in the midst of a row are none', () => {
  const json = JSON.stringify({ id: 'a', state: 'pending', dueAt: '2026-11-22T01:00:00.000Z', text: '低保' })
  const line = Buffer.from(json)
  for (let length = 0; length < line.length; length++)
    expect(() => entryFrom('jobs', line.subarray(0, length), length)).toThrow()
})
