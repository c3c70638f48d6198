/** Where each row of a snapshot stands in its file, found by its id's hash: twelve bytes a row, whatever the id. */
import { Slices } from './slices.ts'

/** Rows in a bucket, about. */
const BUCKET = 8
/** So many entries are moved between two looks at the clock. */
const STRIDE = 4096

/**
 * The hash of a row's table and id, 32 bits: FNV-1a, then mixed as MurmurHash3 ends, so that its first bits are as good
 * as its last.
 *
 * @param table its place among the tables
 */
export function hashOf(table: number, id: string): number {
  let hash = 0x811c9dc5 ^ table
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Hashes and, beside each, the offset of its row in bytes. */
export interface Placed {
  hashes: Uint32Array
  offsets: Float64Array
}

/** Entries that come one after the other, in an array that grows. */
export class Placing {
  #hashes: Uint32Array
  #offsets: Float64Array
  #count = 0

  /** @param expected how many there will be, about */
  constructor(expected = 0) {
    const room = Math.max(1024, expected)
    this.#hashes = new Uint32Array(room)
    this.#offsets = new Float64Array(room)
  }

  add(hash: number, offset: number): void {
    if (this.#count === this.#hashes.length) {
      const hashes = new Uint32Array(2 * this.#count)
      const offsets = new Float64Array(2 * this.#count)
      hashes.set(this.#hashes)
      offsets.set(this.#offsets)
      this.#hashes = hashes
      this.#offsets = offsets
    }
    this.#hashes[this.#count] = hash
    this.#offsets[this.#count] = offset
    this.#count++
  }

  get placed(): Placed {
    return {
      hashes: this.#hashes.subarray(0, this.#count),
      offsets: this.#offsets.subarray(0, this.#count),
    }
  }
}

/** Does something with each of `count` entries, letting others run in between. */
export async function inStrides(count: number, each: (at: number) => void): Promise<void> {
  const slices = new Slices()
  for (let at = 0; at < count; at++) {
    each(at)
    if (at % STRIDE === 0 && slices.isOver) await slices.rest()
  }
}

/** Sorts entries into buckets: each is counted first, and then put. So nothing but the sorted entries takes memory. */
export class Sorting {
  readonly #starts: Uint32Array
  readonly #shift: number

  /** @param expected how many there will be, about */
  constructor(expected: number) {
    const bits = Math.max(1, Math.min(28, Math.ceil(Math.log2(Math.max(2, expected / BUCKET)))))
    this.#starts = new Uint32Array(2 ** bits + 1)
    this.#shift = 32 - bits
  }

  /** @param by -1 for one that was counted and will not come */
  count(hash: number, by: 1 | -1): void {
    const bucket = hash >>> this.#shift
    this.#starts[bucket + 1] = (this.#starts[bucket + 1] ?? 0) + by
  }

  /** To be called once all are counted. */
  begin(): Sorted {
    for (let bucket = 1; bucket < this.#starts.length; bucket++)
      this.#starts[bucket] = (this.#starts[bucket] ?? 0) + (this.#starts[bucket - 1] ?? 0)
    return new Sorted(this.#starts, this.#shift)
  }
}

/** Entries that are being put where they belong. */
export class Sorted {
  readonly #starts: Uint32Array
  /** Where each bucket's next entry goes. */
  readonly #next: Uint32Array
  readonly #shift: number
  readonly #hashes: Uint32Array
  readonly #offsets: Float64Array
  #count = 0

  constructor(starts: Uint32Array, shift: number) {
    const count = starts.at(-1) ?? 0
    this.#starts = starts
    this.#next = starts.slice()
    this.#shift = shift
    this.#hashes = new Uint32Array(count)
    this.#offsets = new Float64Array(count)
  }

  /** @throws {RangeError} when it was not counted */
  put(hash: number, offset: number): void {
    const bucket = hash >>> this.#shift
    const at = this.#next[bucket] ?? 0
    if (at >= (this.#starts[bucket + 1] ?? 0)) throw new RangeError('an entry was not counted')
    this.#next[bucket] = at + 1
    this.#hashes[at] = hash
    this.#offsets[at] = offset
    this.#count++
  }

  /** @throws {RangeError} when one was counted and never put */
  get places(): Places {
    if (this.#count < this.#hashes.length) throw new RangeError('an entry is missing')
    return new Places(this.#starts, { hashes: this.#hashes, offsets: this.#offsets })
  }
}

/** Entries by the first bits of their hashes. */
export class Places implements Placed {
  /** Where each bucket begins, and at the end how many entries there are. */
  readonly starts: Uint32Array
  readonly hashes: Uint32Array
  readonly offsets: Float64Array
  readonly #shift: number

  constructor(starts: Uint32Array, { hashes, offsets }: Placed) {
    this.starts = starts
    this.hashes = hashes
    this.offsets = offsets
    this.#shift = 32 - Math.log2(starts.length - 1)
  }

  /** Sorts entries into buckets, letting others run in between. */
  static async of({ hashes, offsets }: Placed): Promise<Places> {
    const sorting = new Sorting(hashes.length)
    await inStrides(hashes.length, (at) => sorting.count(hashes[at] ?? 0, 1))
    const sorted = sorting.begin()
    await inStrides(hashes.length, (at) => sorted.put(hashes[at] ?? 0, offsets[at] ?? 0))
    return sorted.places
  }

  get count(): number {
    return this.hashes.length
  }

  /** Whether a row with this hash is at this offset. */
  has(hash: number, offset: number): boolean {
    for (let at = this.find(hash, -1); at >= 0; at = this.find(hash, at))
      if (this.offsets[at] === offset) return true
    return false
  }

  /**
   * The next entry with this hash; two ids may share one.
   *
   * @param after the entry found before; -1 at first
   * @returns its place among the entries, -1 when there is no more
   */
  find(hash: number, after: number): number {
    const bucket = hash >>> this.#shift
    const end = this.starts[bucket + 1] ?? 0
    for (let at = after < 0 ? (this.starts[bucket] ?? 0) : after + 1; at < end; at++)
      if (this.hashes[at] === hash) return at
    return -1
  }
}
