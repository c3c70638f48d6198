/** Texts cut into characters and pairs of neighbouring characters, each a number: what models learn from. */

/** The numbers of all pieces of one text, in order, repeated as they repeat. */
export type Cut = Int32Array

/** The different pieces of one text, in order. */
export interface Pieces {
  /** {@link UNKNOWN} for one nobody has taught. */
  numbers: Int32Array
  /** How often each occurs. */
  times: Int32Array
}

/** The number of every piece that was never learned; nothing is ever known of it. */
export const UNKNOWN = 0

const SPACE = 32
/** Cuts are kept together in blocks of this many numbers. */
const BLOCK = 65_536
const FIRST_ROOM = 4096

/** A vocabulary as plain data. */
export interface VocabularyKept {
  pieces: Int32Array
  table: Int32Array
  size: number
}

/**
 * Numbers pieces from 1 up as they are learned, so that all models that share a vocabulary can keep what they know
 * in plain arrays, and a message is cut once for all of them.
 *
 * Texts are as `content()` of terms.ts gives them; nothing spans a space.
 */
export class Vocabulary {
  /** The pieces by their numbers: a character's code, a pair's two. */
  #pieces: Int32Array
  /** Where pieces are found, open-addressed and at most half full: in each slot a piece and its number. */
  #table: Int32Array
  #size: number
  #block = new Int32Array()
  #used = 0
  #bench = benchFor(64)
  #lastText = ''
  #lastSize = 0
  #lastPieces: Pieces = { numbers: new Int32Array(), times: new Int32Array() }

  constructor(kept?: VocabularyKept) {
    this.#pieces = kept?.pieces ?? new Int32Array(FIRST_ROOM)
    this.#table = kept?.table ?? new Int32Array(4 * FIRST_ROOM)
    this.#size = kept?.size ?? 1
  }

  /** What makes an equal vocabulary. */
  get kept(): VocabularyKept {
    return { pieces: this.#pieces, table: this.#table, size: this.#size }
  }

  /** All numbers are below. */
  get size(): number {
    return this.#size
  }

  /** Cuts a text to learn from; pieces not yet known get their number. */
  learn(text: string): Cut {
    const most = 2 * text.length
    if (this.#used + most > this.#block.length) {
      this.#block = new Int32Array(Math.max(BLOCK, most))
      this.#used = 0
    }
    const from = this.#used
    const to = cutInto(this.#block, from, text)
    for (let at = from; at < to; at++) this.#block[at] = this.#numbered(this.#block[at] ?? 0)
    this.#used = to
    return this.#block.subarray(from, to)
  }

  /** Cuts a text to judge; the same text again, as one message is read by several, costs nothing. */
  read(text: string): Pieces {
    if (text !== this.#lastText || this.#size !== this.#lastSize) {
      this.#lastPieces = this.#cut(text)
      this.#lastText = text
      this.#lastSize = this.#size
    }
    return this.#lastPieces
  }

  #cut(text: string): Pieces {
    const most = 2 * text.length
    if (most > this.#bench.cut.length) this.#bench = benchFor(most)
    const { cut, times, table } = this.#bench
    const length = cutInto(cut, 0, text)
    const room = tableFor(length)
    // Which of the different pieces stands where, counted from 1.
    table.fill(0, 0, room)
    times.fill(0, 0, length)
    let different = 0
    for (let at = 0; at < length; at++) {
      const piece = cut[at] ?? 0
      let slot = slotOf(piece, room)
      let known = table[slot] ?? 0
      while (known !== 0 && cut[known - 1] !== piece) {
        slot = (slot + 1) & (room - 1)
        known = table[slot] ?? 0
      }
      if (known === 0) {
        cut[different++] = piece
        table[slot] = known = different
      }
      times[known - 1] = (times[known - 1] ?? 0) + 1
    }
    for (let at = 0; at < different; at++) cut[at] = this.#number(cut[at] ?? 0)
    return { numbers: cut.slice(0, different), times: times.slice(0, different) }
  }

  /** The number of the pair that starts at a place of a text; {@link UNKNOWN} where there is none. */
  pairAt(text: string, at: number): number {
    const first = text.charCodeAt(at)
    const second = text.charCodeAt(at + 1)
    if (Number.isNaN(second) || first === SPACE || second === SPACE) return UNKNOWN
    return this.#number(pairOf(first, second))
  }

  /** Whether a number stands for a pair of characters. */
  isPair(number: number): boolean {
    return (this.#pieces[number] ?? 0) >>> 16 !== 0
  }

  /** The character or pair a number stands for. */
  spelled(number: number): string {
    const piece = this.#pieces[number] ?? 0
    return this.isPair(number)
      ? String.fromCharCode(piece >>> 16, piece & 0xffff)
      : String.fromCharCode(piece)
  }

  #number(piece: number): number {
    const table = this.#table
    const last = table.length - 1
    let slot = 2 * slotOf(piece, table.length / 2)
    for (;;) {
      const number = table[slot + 1] ?? 0
      if (number === 0 || table[slot] === piece) return number
      slot = (slot + 2) & last
    }
  }

  #numbered(piece: number): number {
    const known = this.#number(piece)
    if (known !== UNKNOWN) return known
    if (this.#size === this.#pieces.length) this.#grow()
    this.#pieces[this.#size] = piece
    this.#place(piece, this.#size)
    return this.#size++
  }

  #place(piece: number, number: number): void {
    const table = this.#table
    let slot = 2 * slotOf(piece, table.length / 2)
    while (table[slot + 1] !== 0) slot = (slot + 2) & (table.length - 1)
    table[slot] = piece
    table[slot + 1] = number
  }

  #grow(): void {
    const pieces = new Int32Array(2 * this.#pieces.length)
    pieces.set(this.#pieces)
    this.#pieces = pieces
    this.#table = new Int32Array(4 * pieces.length)
    for (let number = 1; number < this.#size; number++) this.#place(pieces[number] ?? 0, number)
  }
}

const pairOf = (first: number, second: number) => (first << 16) | second

/** Writes a text's pieces; says where they end. */
function cutInto(pieces: Int32Array, from: number, text: string): number {
  let to = from
  let before = SPACE
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== SPACE) {
      pieces[to++] = code
      if (before !== SPACE) pieces[to++] = pairOf(before, code)
    }
    before = code
  }
  return to
}

/** A power of two, so that at most half is used. */
/** Room to cut texts of so many pieces in, used again for the next. */
const benchFor = (most: number) => ({
  cut: new Int32Array(most),
  times: new Int32Array(most),
  table: new Int32Array(tableFor(most)),
})

const tableFor = (length: number) => 1 << (32 - Math.clz32(2 * length + 1))

/** Where to look first: the golden ratio spreads neighbours (Knuth, TAOCP 3, 6.4). */
const slotOf = (piece: number, room: number) => Math.imul(piece, 0x9e3779b1) >>> (Math.clz32(room) + 1)
