/**
 * The keys of an index in their order, in blocks of some kilobytes that lie one after the other: which block holds a key
 * is known by the first key of each. A block is the number of its keys, where each ends, and their texts.
 */

/** A block is closed when its keys take so many bytes. */
export const BLOCK_BYTES = 8 << 10
/** Blocks kept that were read lately: the queries of every tick find theirs here. */
const KEPT_BLOCKS = 256

const WORD = 4
/** In a key's end: it is written in two bytes a character. Other keys hold nothing beyond Latin-1. */
const WIDE = 0x8000_0000
const BEYOND_LATIN = /[^\0-\u00ff]/

/** Texts compared by their UTF-16 units, as everywhere in the store. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a === b ? 0 : 1)

/** What a key takes in a block, about, in bytes. */
export const roomOf = (key: string): number => WORD + key.length

/** Where an index's blocks are: the first key of each, and where it begins; behind the last, where that ends. */
export interface Run {
  firsts: string[]
  ats: number[]
}

/** Reads a piece of wherever the blocks are. Its bytes never change, unless they are read `into` the caller's own. */
export type ReadBytes = (at: number, length: number, into?: Buffer) => Buffer

/** @param keys at least one, in order */
export function blockOf(keys: readonly string[]): Buffer {
  const wide = keys.map((key) => BEYOND_LATIN.test(key))
  const head = WORD * (1 + keys.length)
  const texts = keys.reduce((sum, key, place) => sum + (wide[place] ? 2 * key.length : key.length), 0)
  const block = Buffer.allocUnsafeSlow(head + texts)
  block.writeUInt32LE(keys.length, 0)
  let end = 0
  for (const [place, key] of keys.entries()) {
    end += block.write(key, head + end, wide[place] ? 'utf16le' : 'latin1')
    block.writeUInt32LE(wide[place] ? end + WIDE : end, WORD * (1 + place))
  }
  return block
}

export class Block {
  readonly count: number
  readonly #bytes: Buffer
  readonly #texts: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.count = bytes.readUInt32LE(0)
    this.#texts = WORD * (1 + this.count)
  }

  key(place: number): string {
    const from = place === 0 ? 0 : this.#bytes.readUInt32LE(WORD * place) & ~WIDE
    const end = this.#bytes.readUInt32LE(WORD * (1 + place))
    const wide = end >= WIDE
    return this.#bytes.toString(
      wide ? 'utf16le' : 'latin1',
      this.#texts + from,
      this.#texts + (wide ? end - WIDE : end),
    )
  }

  /** The first key from `low` on; {@link count} when all come before it. */
  from(low: string): number {
    let least = 0
    let most = this.count
    while (least < most) {
      const middle = (least + most) >>> 1
      if (this.key(middle) < low) least = middle + 1
      else most = middle
    }
    return least
  }

  keys(): string[] {
    return Array.from({ length: this.count }, (_, place) => this.key(place))
  }
}

/** The last block whose first key is not after `key`; the first block when there is none. */
export function blockWith({ firsts }: Run, key: string): number {
  let least = 0
  let most = firsts.length
  while (least < most) {
    const middle = (least + most) >>> 1
    if ((firsts[middle] ?? '') <= key) least = middle + 1
    else most = middle
  }
  return Math.max(0, least - 1)
}

/** The blocks of all indexes, of which those used lately are kept. */
export class Blocks {
  readonly #read: ReadBytes
  readonly #kept = new Map<number, Block>()

  constructor(read: ReadBytes) {
    this.#read = read
  }

  /** @returns undefined behind the last one */
  block({ ats }: Run, place: number): Block | undefined {
    const at = ats[place]
    const end = ats[place + 1]
    if (at === undefined || end === undefined) return undefined
    const kept = this.#kept.get(at)
    if (kept) this.#kept.delete(at)
    const block = kept ?? new Block(this.#read(at, end - at))
    this.#kept.set(at, block)
    if (this.#kept.size > KEPT_BLOCKS) for (const [oldest] of this.#kept) return this.#without(oldest, block)
    return block
  }

  #without(at: number, block: Block): Block {
    this.#kept.delete(at)
    return block
  }

  /** The keys of an index from `low` on, one at a time. */
  from(run: Run, low: string): () => string | undefined {
    let place = blockWith(run, low)
    let block = this.block(run, place)
    let next = block?.from(low) ?? 0
    return () => {
      while (block && next >= block.count) {
        block = this.block(run, ++place)
        next = 0
      }
      return block?.key(next++)
    }
  }

  /** The keys of an index before `high`, the last first; from the end when that is undefined. */
  before(run: Run, high: string | undefined): () => string | undefined {
    let place = high === undefined ? run.firsts.length - 1 : blockWith(run, high)
    let block = this.block(run, place)
    let next = (high === undefined ? block?.count : block?.from(high)) ?? 0
    return () => {
      while (block && next === 0) {
        block = this.block(run, --place)
        next = block?.count ?? 0
      }
      return block?.key(--next)
    }
  }
}

/** Makes the blocks of one index from its keys in order, some of them copied as they are. */
export class Packer {
  readonly #write: (bytes: Buffer) => Promise<void>
  readonly run: Run
  #open: string[] = []
  #room = 0

  /** @param at where the first block will begin */
  constructor(at: number, write: (bytes: Buffer) => Promise<void>) {
    this.run = { firsts: [], ats: [at] }
    this.#write = write
  }

  /** Whether what waits to become a block is too little for one. */
  get isHungry(): boolean {
    return this.#room > 0 && this.#room < BLOCK_BYTES / 2
  }

  /** @returns whether a block is full: {@link end} then writes it */
  add(key: string): boolean {
    this.#open.push(key)
    this.#room += roomOf(key)
    return this.#room >= BLOCK_BYTES
  }

  async copy(first: string, bytes: Buffer): Promise<void> {
    await this.end()
    await this.#put(first, bytes)
  }

  async end(): Promise<void> {
    const [first] = this.#open
    if (first === undefined) return
    const bytes = blockOf(this.#open)
    this.#open = []
    this.#room = 0
    await this.#put(first, bytes)
  }

  async #put(first: string, bytes: Buffer): Promise<void> {
    const { firsts, ats } = this.run
    firsts.push(first)
    ats.push((ats.at(-1) ?? 0) + bytes.length)
    await this.#write(bytes)
  }
}
