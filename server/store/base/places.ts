/**
 * Where each row of a snapshot stands in its file, found by its id's hash. Memory holds the hashes, some five bytes a row
 * whatever its id, which tell at once that a row is not there; where one is, is read from the index's own file.
 */
import { Slices } from './slices.ts'

/** Rows in a bucket, about. */
const BUCKET = 8
/** So many entries are read, put in order and handed on at a time. */
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
async function inStrides(count: number, each: (at: number) => void): Promise<void> {
  const slices = new Slices()
  for (let at = 0; at < count; at++) {
    each(at)
    if (at % STRIDE === 0 && slices.isOver) await slices.rest()
  }
}

/** How many of a hash's first bits tell its bucket, when there are so many entries. */
const bitsFor = (count: number): number =>
  Math.max(1, Math.min(28, Math.ceil(Math.log2(Math.max(2, count / BUCKET)))))

/** Turns how many entries each bucket has, beside the one before it, into where each begins. */
function sumUp(starts: Uint32Array): void {
  for (let bucket = 1; bucket < starts.length; bucket++)
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
}

/** The hashes of entries that come in order, as {@link Places} holds them. */
export class Hashes {
  readonly starts: Uint32Array
  readonly hashes: Uint32Array
  readonly #shift: number
  #count = 0

  /** @param count how many will come */
  constructor(count: number) {
    const bits = bitsFor(count)
    this.starts = new Uint32Array(2 ** bits + 1)
    this.hashes = new Uint32Array(count)
    this.#shift = 32 - bits
  }

  /** @throws {RangeError} when they are too many */
  add(hashes: Uint32Array): void {
    this.hashes.set(hashes, this.#count)
    this.#count += hashes.length
    for (const hash of hashes) {
      const bucket = (hash >>> this.#shift) + 1
      this.starts[bucket] = (this.starts[bucket] ?? 0) + 1
    }
  }

  /**
   * To be called once all have come.
   *
   * @throws {RangeError} when one has not
   */
  end(): void {
    if (this.#count < this.hashes.length) throw new RangeError('an entry is missing')
    sumUp(this.starts)
  }
}

/** Reads the offsets of so many entries from place `from` on. The next call may read into the same memory. */
export type ReadOffsets = (from: number, count: number) => Float64Array

/** Entries by the first bits of their hashes. */
export class Places {
  /** Where each bucket begins, and at the end how many entries there are. */
  readonly starts: Uint32Array
  readonly hashes: Uint32Array
  readonly #offsets: ReadOffsets
  readonly #shift: number

  constructor({ starts, hashes }: Pick<Hashes, 'starts' | 'hashes'>, offsets: ReadOffsets) {
    this.starts = starts
    this.hashes = hashes
    this.#offsets = offsets
    this.#shift = 32 - Math.log2(starts.length - 1)
  }

  /**
   * Sorts entries into buckets in memory, letting others run in between.
   *
   * @param bits how many of a hash's first bits tell its bucket
   */
  static async of({ hashes, offsets }: Placed, bits = bitsFor(hashes.length)): Promise<Places> {
    const starts = new Uint32Array(2 ** bits + 1)
    const shift = 32 - bits
    await inStrides(hashes.length, (at) => {
      const bucket = ((hashes[at] ?? 0) >>> shift) + 1
      starts[bucket] = (starts[bucket] ?? 0) + 1
    })
    sumUp(starts)
    const next = starts.slice()
    const sorted = { hashes: new Uint32Array(hashes.length), offsets: new Float64Array(hashes.length) }
    await inStrides(hashes.length, (from) => {
      const hash = hashes[from] ?? 0
      const bucket = hash >>> shift
      const at = next[bucket] ?? 0
      next[bucket] = at + 1
      sorted.hashes[at] = hash
      sorted.offsets[at] = offsets[from] ?? 0
    })
    return new Places({ starts, hashes: sorted.hashes }, (from, count) =>
      sorted.offsets.subarray(from, from + count),
    )
  }

  get count(): number {
    return this.hashes.length
  }

  /** How many of a hash's first bits tell its bucket. */
  get bits(): number {
    return 32 - this.#shift
  }

  /**
   * Where an entry's row begins.
   *
   * @throws the file system's error; a RangeError when the file is shorter
   */
  offset(at: number): number {
    return this.#offsets(at, 1)[0] ?? 0
  }

  /** Whether a row with this hash is at this offset. */
  has(hash: number, offset: number): boolean {
    for (let at = this.find(hash, -1); at >= 0; at = this.find(hash, at))
      if (this.offset(at) === offset) return true
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

  /**
   * All entries in the order of their hashes, some at a time, each handed on until the next is asked for.
   *
   * @param moved where an entry's row is now; undefined for one that is no more
   * @param born entries to be put among them, by as many bits
   */
  async *inOrder(moved: (offset: number) => number | undefined, born?: Places): AsyncGenerator<Placed> {
    const slices = new Slices()
    const placed = new InOrder()
    const buckets = this.starts.length - 1
    // Its own, for others ask for rows in between.
    let old = new Float64Array(STRIDE)
    for (let bucket = 0; bucket < buckets; ) {
      // Whole buckets, as many as are read at once.
      const from = this.starts[bucket] ?? 0
      let until = bucket + 1
      while (until < buckets && (this.starts[until + 1] ?? 0) - from <= STRIDE) until++
      const count = (this.starts[until] ?? 0) - from
      if (old.length < count) old = new Float64Array(count)
      old.set(this.#offsets(from, count))
      for (; bucket < until; bucket++) {
        placed.nextBucket()
        for (let at = this.starts[bucket] ?? 0; at < (this.starts[bucket + 1] ?? 0); at++) {
          const offset = moved(old[at - from] ?? 0)
          if (offset !== undefined) placed.add(this.hashes[at] ?? 0, offset)
        }
        for (let at = born?.starts[bucket] ?? 0; at < (born?.starts[bucket + 1] ?? 0); at++)
          placed.add(born?.hashes[at] ?? 0, born?.offset(at) ?? 0)
        if (placed.count < STRIDE) continue
        yield placed.taken()
        if (slices.isOver) await slices.rest()
      }
    }
    yield placed.taken()
  }
}

/** Entries of one bucket after another, each bucket's put in order. */
class InOrder {
  #hashes = new Uint32Array(2 * STRIDE)
  #offsets = new Float64Array(2 * STRIDE)
  #bucket = 0
  count = 0

  nextBucket(): void {
    this.#bucket = this.count
  }

  add(hash: number, offset: number): void {
    if (this.count === this.#hashes.length) this.#grow()
    let at = this.count++
    for (; at > this.#bucket && (this.#hashes[at - 1] ?? 0) > hash; at--) {
      this.#hashes[at] = this.#hashes[at - 1] ?? 0
      this.#offsets[at] = this.#offsets[at - 1] ?? 0
    }
    this.#hashes[at] = hash
    this.#offsets[at] = offset
  }

  /** What has come since the last time; to be used before the next is added. */
  taken(): Placed {
    const { count } = this
    this.count = 0
    return { hashes: this.#hashes.subarray(0, count), offsets: this.#offsets.subarray(0, count) }
  }

  #grow(): void {
    const hashes = new Uint32Array(2 * this.count)
    const offsets = new Float64Array(2 * this.count)
    hashes.set(this.#hashes)
    offsets.set(this.#offsets)
    this.#hashes = hashes
    this.#offsets = offsets
  }
}
