/** A row as it is kept: its text, and its keys in the ordered indexes that bot/tables.ts declares. */
import { INDEXES, statesIn, type TableName } from '../../bot/store.ts'

/**
 * A row as text. Readers parse their own copy, so nobody can alter a stored row by accident, what is read is
 * what a restart would read, and a snapshot copies text instead of walking objects.
 */
export interface Entry {
  readonly id: string
  readonly json: string
  /** The row's place in each of its table's indexes, in declared order; undefined where it has none. */
  readonly keys: readonly (string | undefined)[]
}

/** An entry that was written since the snapshot, with its text ready for the next one. */
export interface Writable extends Entry {
  /** Bytes that its text takes at most. */
  readonly room: number
  /** Where its text is in the journal's file, in bytes: many are read fastest in this order. 0 when none reads it there. */
  readonly at: number
  /** Writes the text. Returns the bytes it took. */
  writeTo(bytes: Buffer, at: number): number
}

/** Where texts are read from that are held no longer. */
export interface Shelf {
  /**
   * Reads a text into `bytes` from `into` on.
   *
   * @throws {StoreError} `unavailable` when the disk does not give it as it was written
   */
  read(place: Place, bytes: Buffer, into: number): void
}

/** Where a text is, in bytes. */
export interface Place {
  at: number
  length: number
  /** As a signed number, which takes no memory of its own. */
  crc32: number
}

/** The keys of a row that no index holds: the same for all of them, for there are many. */
export const NO_KEYS: Entry['keys'] = []

/** A UTF-16 unit becomes at most so many bytes of UTF-8. */
const UNIT_BYTES = 3
let scratch = Buffer.allocUnsafeSlow(4 << 10)

/** A row as it was written, whose text may leave the memory. */
export class WrittenEntry implements Writable {
  readonly id: string
  readonly keys: Entry['keys']
  #json: string | undefined
  #shelf: Shelf | undefined
  #at = 0
  #length = 0
  #crc32 = 0

  constructor(id: string, json: string, keys: Entry['keys']) {
    this.id = id
    this.keys = keys
    this.#json = json
  }

  get json(): string {
    if (this.#json !== undefined) return this.#json
    if (scratch.length < this.#length) scratch = Buffer.allocUnsafeSlow(2 * this.#length)
    return scratch.toString('utf8', 0, this.writeTo(scratch, 0))
  }

  get room(): number {
    return this.#json === undefined ? this.#length : this.#json.length * UNIT_BYTES
  }

  get at(): number {
    return this.#at
  }

  writeTo(bytes: Buffer, at: number): number {
    if (this.#json !== undefined) return bytes.write(this.#json, at)
    this.#shelf?.read({ at: this.#at, length: this.#length, crc32: this.#crc32 }, bytes, at)
    return this.#length
  }

  /** Where its text is in the journal's file. */
  standsAt({ at, length, crc32 }: Place): void {
    this.#at = at
    this.#length = length
    this.#crc32 = crc32
  }

  /** Its text is read from where it stands from now on. */
  leave(shelf: Shelf): void {
    this.#shelf = shelf
    this.#json = undefined
  }
}

/** Whether `name` is one of the declared tables. */
export function isTable(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(INDEXES, name)
}

/** The declared tables, in declared order. */
export const TABLES: readonly TableName[] = Object.keys(INDEXES).filter(isTable)

// A field ends with two NULs and a NUL inside it is written NUL SOH: so keys sort as their fields do, and no
// two different lists of fields make the same key. The id comes last and needs no end.
export const END = '\0\0'
const AFTER = '\0\u0001'
/** A field as it stands in a key. */
export const field = (value: string): string =>
  (value.includes('\0') ? value.replaceAll('\0', AFTER) : value) + END
/** What sorts after every key that begins so. */
export const after = (prefix: string): string => prefix.slice(0, -END.length) + AFTER

/** An index as bot/tables.ts declares it. */
export interface Declared {
  name: string
  fields: readonly string[]
  /** The index holds only rows in one of these states; undefined when it holds all. */
  states: readonly string[] | undefined
}
const declared = new Map<TableName, readonly Declared[]>(
  TABLES.map((table) => [
    table,
    Object.entries<readonly string[]>(INDEXES[table]).map(([name, fields]) => ({
      name,
      fields,
      states: statesIn(table, name),
    })),
  ]),
)
/** The indexes of a table, in declared order. */
export const indexesOf = (table: TableName): readonly Declared[] => declared.get(table) ?? []

/** An object with a text as its id. */
type Identified = { readonly id: string } & Readonly<Record<string, unknown>>
/** Whether `row` can be a row at all. */
export const isIdentified = (row: unknown): row is Identified =>
  typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string' && row.id !== ''

/**
 * A row as it is kept.
 *
 * @param json the row's text where it is already known, to save writing it again
 * @throws {TypeError} when `row` has no id, or an indexed field is neither text nor null
 */
export function entryOf(table: TableName, row: unknown, json?: string): WrittenEntry {
  if (!isIdentified(row))
    throw new TypeError(`a row of ${table} must be an object with a non-empty string id`)
  const indexes = indexesOf(table)
  const keys = indexes.length === 0 ? NO_KEYS : indexes.map((index) => keyOf(table, index, row))
  return new WrittenEntry(row.id, json ?? JSON.stringify(row), keys)
}

function keyOf(table: TableName, { fields, states }: Declared, row: Identified): string | undefined {
  const { state } = row
  if (states && !(typeof state === 'string' && states.includes(state))) return undefined
  let key = ''
  for (const name of fields) {
    const value = row[name]
    if (value !== null && value !== undefined && typeof value !== 'string') {
      throw new TypeError(`${table}.${name} is indexed and must be a string or null, got ${typeof value}`)
    }
    key += field(value ?? '')
  }
  return key + row.id
}

/** The id that ends a key of so many fields. */
export function idIn(key: string, fields: number): string {
  let from = 0
  for (let field = 0; field < fields; field++) from = key.indexOf(END, from) + END.length
  return key.slice(from)
}
