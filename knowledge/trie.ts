/** Texts and what they stand for, all found in another text in one walk, however many there are. */

/** The root; children have greater numbers. */
const ROOT = 0
const FIRST_ROOM = 1024
/** Numbers in a slot: parent, code of the character between, child. */
const SLOT = 3

/** A trie as plain data. */
export interface TrieKept<V> {
  slots: Int32Array
  values: (V[] | undefined)[]
}

export class Trie<V> {
  /** Where children are found, open-addressed and at most half full; a child of 0 is none. */
  #slots: Int32Array
  /** What stands for the text that ends at a node. */
  readonly #values: (V[] | undefined)[]

  constructor(kept?: TrieKept<V>) {
    this.#slots = kept?.slots ?? new Int32Array(SLOT * FIRST_ROOM)
    this.#values = kept?.values ?? [undefined]
  }

  /** What makes an equal trie. */
  get kept(): TrieKept<V> {
    return { slots: this.#slots, values: this.#values }
  }

  add(text: string, value: V): void {
    let node = ROOT
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      node = this.#child(node, code) || this.#grown(node, code)
    }
    const values = this.#values[node]
    if (values) values.push(value)
    else this.#values[node] = [value]
  }

  /** Everything whose text stands somewhere in this one, in order of where; the shorter first. */
  eachIn(text: string, found: (value: V, at: number) => void): void {
    for (let at = 0; at < text.length; at++) {
      let node = ROOT
      for (let to = at; to < text.length; to++) {
        node = this.#child(node, text.charCodeAt(to))
        if (node === 0) break
        const values = this.#values[node]
        if (values) for (const value of values) found(value, at)
      }
    }
  }

  #child(parent: number, code: number): number {
    const slots = this.#slots
    let slot = firstSlot(parent, code, slots.length)
    for (;;) {
      const child = slots[slot + 2] ?? 0
      if (child === 0 || (slots[slot] === parent && slots[slot + 1] === code)) return child
      slot = slot + SLOT === slots.length ? 0 : slot + SLOT
    }
  }

  #grown(parent: number, code: number): number {
    if (2 * SLOT * this.#values.length > this.#slots.length) {
      const before = this.#slots
      this.#slots = new Int32Array(2 * before.length)
      for (let slot = 0; slot < before.length; slot += SLOT) {
        const child = before[slot + 2] ?? 0
        if (child !== 0) this.#place(before[slot] ?? 0, before[slot + 1] ?? 0, child)
      }
    }
    const child = this.#values.push(undefined) - 1
    this.#place(parent, code, child)
    return child
  }

  #place(parent: number, code: number, child: number): void {
    const slots = this.#slots
    let slot = firstSlot(parent, code, slots.length)
    while (slots[slot + 2] !== 0) slot = slot + SLOT === slots.length ? 0 : slot + SLOT
    slots[slot] = parent
    slots[slot + 1] = code
    slots[slot + 2] = child
  }
}

/** Where to look first; two odd constants keep the children of near parents apart. The slots are a power of two. */
function firstSlot(parent: number, code: number, length: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)
  return SLOT * ((mixed ^ (mixed >>> 15)) & (length / SLOT - 1))
}
