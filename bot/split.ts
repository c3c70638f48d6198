/** Cuts a long text into messages a channel can hold, where a reader would pause. */

/** Where a sentence is over, with the quotes and brackets that close along with it. */
const SENTENCE_END = /[。！？!?；;\n]+[”’」』）】》)\]]*/g
const COMMA = /[，,、]/g
/** What breaks when cut: a link as the platform shows it, and a bare address. */
const ANCHOR = /<a\s[^>]*>[\s\S]*?<\/a>/gi
const ADDRESS = /\b[a-z][a-z0-9+.-]{1,15}:\/\/[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x7e]+/gi

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })

interface Span {
  start: number
  end: number
}

/**
 * Cuts `text` into parts of at most `maxBytes` bytes of UTF-8.
 *
 * Joined, the parts are the text again, but for blanks at the cuts. No part is empty; an empty text has no
 * parts. See {@link firstPart} for where it cuts.
 *
 * @throws {RangeError} when `maxBytes` is less than the 4 bytes one character may need
 */
export function splitText(text: string, maxBytes: number): string[] {
  const parts: string[] = []
  let rest = text
  while (rest !== '') {
    const cut = firstPart(rest, maxBytes)
    if (cut.part !== '') parts.push(cut.part)
    rest = cut.rest
  }
  return parts
}

/**
 * The longest beginning of `text` that fits and ends well, and what is left over.
 *
 * Cuts after the last sentence that fits, else after the last comma, else between two characters; never
 * inside a link, an address or an emoji unless that alone is longer than `maxBytes`, and never inside a
 * code point. A text that fits is returned as it is, with an empty rest.
 *
 * @throws {RangeError} when `maxBytes` is less than the 4 bytes one character may need
 */
export function firstPart(text: string, maxBytes: number): { part: string; rest: string } {
  if (!(maxBytes >= 4)) throw new RangeError(`A part must hold at least 4 bytes, not ${maxBytes}`)
  if (Buffer.byteLength(text) <= maxBytes) return { part: text, rest: '' }
  const limit = fitting(text, maxBytes)
  const whole = [...spans(text, ANCHOR, limit), ...spans(text, ADDRESS, limit)]
  const cut =
    lastEnd(text, SENTENCE_END, limit, whole) ??
    lastEnd(text, COMMA, limit, whole) ??
    betweenCharacters(text, limit, whole)
  const part = text.slice(0, cut).trimEnd()
  const rest = text.slice(cut).trimStart()
  // Nothing but blanks came before the cut: they are at the cut, too.
  return part === '' && rest !== '' ? firstPart(rest, maxBytes) : { part, rest }
}

/** How much of the text, in UTF-16 units, fits without cutting a code point. */
function fitting(text: string, maxBytes: number): number {
  let bytes = 0
  let index = 0
  while (index < text.length) {
    const code = text.codePointAt(index) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes > maxBytes) break
    index += code < 0x10000 ? 1 : 2
  }
  return index
}

/** The stretches matching `pattern` that begin before `limit`; only those can be in the way. */
function spans(text: string, pattern: RegExp, limit: number): Span[] {
  const found: Span[] = []
  for (const match of text.matchAll(pattern)) {
    if (match.index >= limit) break
    found.push({ start: match.index, end: match.index + match[0].length })
  }
  return found
}

function lastEnd(text: string, pattern: RegExp, limit: number, whole: readonly Span[]): number | undefined {
  const ends = spans(text, pattern, limit)
    .map(({ end }) => end)
    .filter((end) => end <= limit && !whole.some((span) => span.start < end && end < span.end))
  return ends.findLast((end) => isBetweenCharacters(text, end))
}

function betweenCharacters(text: string, limit: number, whole: readonly Span[]): number {
  let cut = limit
  for (;;) {
    const inside = whole.find((span) => span.start > 0 && span.start < cut && cut < span.end)
    if (!inside) break
    cut = inside.start
  }
  const character = graphemes.segment(text).containing(cut)
  return character && character.index > 0 ? character.index : cut
}

function isBetweenCharacters(text: string, index: number): boolean {
  const character = graphemes.segment(text).containing(index)
  return character === undefined || character.index === index
}
