/**
 * Rows from the lines of a snapshot and of the journal. A start reads hundreds of thousands: so only what finds a row is read from its
 * bytes, and the row stays as they are until somebody asks for it, which is also half the memory of Chinese text.
 */
import type { TableName } from '../../bot/store.ts'
import { type Declared, END, entryOf, indexesOf, isTable, NO_KEYS, type Writable } from './entry.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const NULL = Buffer.from('null')
const BEYOND_ASCII = 0x80

class LineEntry implements Writable {
  readonly id: string
  readonly keys: readonly (string | undefined)[]
  /** A piece of the file, shared with the rows beside this one. */
  readonly #piece: ArrayBufferLike
  readonly #from: number
  readonly #length: number

  constructor(id: string, keys: readonly (string | undefined)[], line: Buffer, length: number) {
    this.id = id
    this.keys = keys
    this.#piece = line.buffer
    this.#from = line.byteOffset
    this.#length = length
  }

  get json(): string {
    return Buffer.from(this.#piece, this.#from, this.#length).toString()
  }

  get room(): number {
    return this.#length
  }

  get at(): number {
    return 0
  }

  writeTo(bytes: Buffer, at: number): number {
    return Buffer.from(this.#piece, this.#from, this.#length).copy(bytes, at)
  }
}

/** What of a table's rows finds them: its indexes, and their fields by name, the id foremost. */
interface Finding {
  fields: readonly Buffer[]
  indexes: readonly (Pick<Declared, 'states'> & { at: readonly number[] })[]
  /** Where `state` is among the fields; -1 when no index is of some states only. */
  state: number
}

const findings = new Map<TableName, Finding>()
function findingOf(table: TableName): Finding {
  const known = findings.get(table)
  if (known) return known
  const indexes = indexesOf(table)
  const limited = indexes.some(({ states }) => states)
  const names = [
    ...new Set(['id', ...indexes.flatMap(({ fields }) => fields), ...(limited ? ['state'] : [])]),
  ]
  const finding = {
    fields: names.map((name) => Buffer.from(name)),
    indexes: indexes.map(({ fields, states }) => ({ states, at: fields.map((name) => names.indexOf(name)) })),
    state: limited ? names.indexOf('state') : -1,
  }
  findings.set(table, finding)
  return finding
}

const ABSENT = -1
/** Where each wanted field's text begins and ends, for one line at a time. */
let places = new Int32Array(32)
/** Where a key is put together. */
let draft = Buffer.alloc(1024)

/**
 * A row as it is kept, the same as {@link entryOf} makes of it.
 *
 * @param line begins with its JSON, so many bytes; they must never change
 * @throws {SyntaxError} when it is no JSON
 * @throws {TypeError} as {@link entryOf}
 */
export function entryFrom(table: TableName, line: Buffer, length = line.length): Writable {
  const { fields, indexes, state } = findingOf(table)
  if (places.length < 2 * fields.length) places = new Int32Array(2 * fields.length)
  const plain = findFields(line, length, fields) && (places[0] ?? ABSENT) < (places[1] ?? ABSENT)
  if (!plain) return entryOf(table, JSON.parse(line.toString('utf8', 0, length)))
  const stands = state < 0 ? '' : textOf(line, state)
  const keys =
    indexes.length === 0
      ? NO_KEYS
      : indexes.map(({ at, states }) => (states && !states.includes(stands) ? undefined : keyFrom(line, at)))
  return new LineEntry(textOf(line, 0), keys, line, length)
}

/** A row put, or the id of one taken away. */
export type Change = { table: TableName; entry: Writable } | { table: TableName; id: string }

const PUT = Buffer.from('["put","')
const ZERO = 0x30
const NINE = 0x39

/**
 * What a line of the journal changes, in order.
 *
 * @param body the JSON of its changes; these bytes must never change
 * @throws {SyntaxError} when it is no JSON
 * @throws {TypeError} when it is none of our changes, and as {@link entryOf}
 */
export function changesFrom(body: Buffer): Change[] {
  const found = findChanges(body)
  if (found) return found
  const changes: unknown = JSON.parse(body.toString())
  if (!Array.isArray(changes)) throw new TypeError('a journal line must be a list')
  return changes.flatMap((change) => (typeof change === 'number' ? [] : changeOf(change)))
}

function changeOf(change: unknown): Change {
  if (!Array.isArray(change)) throw new TypeError('a change must be a list')
  const [verb, table, subject]: unknown[] = change
  if (!isTable(table)) throw new TypeError('a change must name a table')
  if (verb === 'put') return { table, entry: entryOf(table, subject) }
  if (verb === 'remove' && typeof subject === 'string') return { table, id: subject }
  throw new TypeError('a change must be put or remove')
}

/** The changes without parsing what they put; undefined when anything is unusual. */
function findChanges(body: Buffer): Change[] | undefined {
  const last = body.length - 1
  if (body[0] !== OPEN_LIST || body[last] !== CLOSE_LIST) return undefined
  const changes: Change[] = []
  for (let at = 1; at < last; at++) {
    const from = at
    if (begins(body, at, PUT)) {
      const name = at + PUT.length
      const row = endOfPlain(body, name) + 2
      const table = body.toString('latin1', name, row - 2)
      if (row < 2 || body[row - 1] !== COMMA || body[row] !== OPEN || !isTable(table)) return undefined
      const end = afterValue(body, row)
      if (body[end] !== CLOSE_LIST) return undefined
      changes.push({ table, entry: entryFrom(table, body.subarray(row, end)) })
      at = end + 1
    } else {
      at = afterValue(body, at)
      const first = body[from] ?? 0
      if (first === OPEN_LIST) changes.push(changeOf(JSON.parse(body.toString('utf8', from, at))))
      else if (first < ZERO || first > NINE) return undefined
    }
    if (at !== last && body[at] !== COMMA) return undefined
  }
  return changes
}

function begins(line: Buffer, at: number, text: Buffer): boolean {
  for (let letter = 0; letter < text.length; letter++) if (line[at + letter] !== text[letter]) return false
  return true
}

function textOf(line: Buffer, field: number): string {
  const from = places[2 * field] ?? ABSENT
  return from < 0 ? '' : line.toString('utf8', from, places[2 * field + 1])
}

/** The key of the fields found, as {@link entryOf} makes it, in one piece and at once. */
function keyFrom(line: Buffer, fields: readonly number[]): string {
  const most = line.length + END.length * fields.length
  if (draft.length < most) draft = Buffer.alloc(2 * most)
  let to = 0
  let beyond = 0
  const copy = (field: number) => {
    const end = places[2 * field + 1] ?? 0
    for (let at = places[2 * field] ?? ABSENT; at >= 0 && at < end; at++) {
      const byte = line[at] ?? 0
      beyond |= byte
      draft[to++] = byte
    }
  }
  for (const field of fields) {
    copy(field)
    for (let at = 0; at < END.length; at++) draft[to++] = END.charCodeAt(at)
  }
  copy(0)
  return draft.toString(beyond < BEYOND_ASCII ? 'latin1' : 'utf8', 0, to)
}

/**
 * Finds the texts of some fields of an object written by JSON.stringify; null and what is missing stay absent.
 * False when anything is unusual, which is then left to JSON.parse: other spaces, an escape in what is looked for.
 */
function findFields(line: Buffer, length: number, fields: readonly Buffer[]): boolean {
  places.fill(ABSENT)
  let left = fields.length
  let at = 0
  if (line[at] !== OPEN || line[length - 1] !== CLOSE) return false
  do {
    const name = ++at + 1
    if (line[at] !== QUOTE) return false
    const end = endOfPlain(line, name)
    if (end < 0 || line[end + 1] !== COLON) return false
    at = end + 2
    const field = fieldAt(line, name, end, fields)
    if (field < 0) {
      at = afterValue(line, at)
    } else if (line[at] === QUOTE) {
      const to = endOfPlain(line, at + 1)
      if (to < 0) return false
      places[2 * field] = at + 1
      places[2 * field + 1] = to
      at = to + 1
      if (--left === 0) return true
    } else {
      for (let letter = 0; letter < NULL.length; letter++) if (line[at++] !== NULL[letter]) return false
    }
  } while (line[at] === COMMA)
  return line[at] === CLOSE && at === length - 1
}

function fieldAt(line: Buffer, from: number, to: number, fields: readonly Buffer[]): number {
  for (let field = 0; field < fields.length; field++) {
    const name = fields[field]
    if (name?.length !== to - from) continue
    let same = 0
    while (same < name.length && line[from + same] === name[same]) same++
    if (same === name.length) return field
  }
  return -1
}

/** The closing quote of a text without escapes; -1 when it has some, or no end. */
function endOfPlain(line: Buffer, from: number): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at]
    if (byte === QUOTE) return at
    if (byte === BACKSLASH) return -1
  }
  return -1
}

/** What follows a value of any kind; the line's end when it has none. */
function afterValue(line: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    const byte = line[at]
    if (byte === QUOTE) {
      for (at++; at < line.length && line[at] !== QUOTE; at++) if (line[at] === BACKSLASH) at++
      if (depth === 0) return at + 1
    } else if (byte === OPEN || byte === OPEN_LIST) {
      depth++
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      // A number or a word ends where what holds it ends.
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (byte === COMMA && depth === 0) {
      return at
    }
  }
  return line.length
}
