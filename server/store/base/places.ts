/** Where each row of a snapshot stands in its file, found by its id's hash: twelve bytes a row, whatever the id. */
import { setImmediate } from 'node:timers/promises'

/** Rows in a bucket, about. */
const BUCKET = 8
/** Entries moved before others get their turn: some milliseconds. */
const STRIDE = 200_000

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

  /**
   * Sorts entries into buckets where they are, since a copy would be as much memory again, letting others run in between.
   *
   * @param placed is the new one's from now on
   */
  static async of({ hashes, offsets }: Placed): Promise<Places> {
    const count = hashes.length
    const bits = Math.max(1, Math.min(28, Math.ceil(Math.log2(Math.max(2, count / BUCKET)))))
    const starts = new Uint32Array(2 ** bits + 1)
    const shift = 32 - bits
    for (let at = 0; at < count; at++) {
      const bucket = (hashes[at] ?? 0) >>> shift
      starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1
      if (at % STRIDE === STRIDE - 1) await setImmediate()
    }
    for (let bucket = 1; bucket < starts.length; bucket++)
      starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
    // Where the next entry of each bucket goes; what stands there is taken up and put where it belongs in turn.
    const next = starts.slice()
    let moved = 0
    for (let bucket = 0; bucket < starts.length - 1; bucket++) {
      const end = starts[bucket + 1] ?? 0
      for (let at = next[bucket] ?? 0; at < end; at = next[bucket] ?? end) {
        let hash = hashes[at] ?? 0
        let offset = offsets[at] ?? 0
        for (let own = hash >>> shift; own !== bucket; own = hash >>> shift) {
          const to = next[own] ?? 0
          next[own] = to + 1
          const taken = hashes[to] ?? 0
          const from = offsets[to] ?? 0
          hashes[to] = hash
          offsets[to] = offset
          hash = taken
          offset = from
          moved++
        }
        hashes[at] = hash
        offsets[at] = offset
        next[bucket] = at + 1
        moved++
        if (moved >= STRIDE) {
          moved = 0
          await setImmediate()
        }
      }
    }
    return new Places(starts, { hashes, offsets })
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
