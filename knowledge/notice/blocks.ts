/** A document as a list of what stands below one another, whatever program it was written in. */

export type Block =
  /** A heading its program knows as one; 1 is the largest. */
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'line'; text: string }
  | { kind: 'item'; text: string }
  | { kind: 'table'; rows: string[][] }

/**
 * Text as it is compared and kept: full-width digits, letters and the signs of numbers become plain ones, what cannot be
 * seen goes, and Chinese punctuation stays as it is written.
 */
export const plain = (text: string): string =>
  text
    .replace(/[０-９Ａ-Ｚａ-ｚ．－／％＋]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/g,
      '',
    )
    .replace(/[\t\u00a0\u3000 ]+/g, ' ')
    .trim()

/** Text as somebody copied it out of a page or a message: a paragraph a line. */
export const plainBlocks = (text: string): Block[] =>
  text.split(/\r\n|[\n\r\v\f\u2028\u2029]/).flatMap((written): Block[] => {
    const line = plain(written)
    return line === '' ? [] : [{ kind: 'line', text: line }]
  })

const MARKS = /(\*\*|__|~~|`)(.+?)\1/g
/** A line of Markdown without its marks; of a link its words. */
const unmarked = (text: string): string =>
  plain(
    text
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
      .replace(MARKS, '$2')
      .replace(/\\([\\`*_{}[\]()#+.!|-])/g, '$1'),
  )

/** Markdown: headings, lists and tables; everything else is a line. */
export function markdownBlocks(text: string): Block[] {
  const blocks: Block[] = []
  for (const written of text.split(/\r\n|\n|\r/)) {
    const heading = /^ {0,3}(#{1,6})\s+(.+?)\s*#*$/.exec(written)
    const item = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.+)$/.exec(written)
    const row = /^\s*\|(.+)\|\s*$/.exec(written)
    if (heading)
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: unmarked(heading[2] ?? '') })
    else if (row) addRow(blocks, row[1] ?? '')
    else if (item) blocks.push({ kind: 'item', text: unmarked(item[1] ?? '') })
    else if (!/^\s*(?:[-*_=]\s*){3,}$/.test(written)) {
      const line = unmarked(written.replace(/^\s*>\s?/, ''))
      if (line !== '') blocks.push({ kind: 'line', text: line })
    }
  }
  return blocks.filter((block) => block.kind === 'table' || block.text !== '')
}

function addRow(blocks: Block[], written: string): void {
  const cells = written.split(/(?<!\\)\|/).map(unmarked)
  // What parts the header from the rest.
  if (cells.every((cell) => /^:?-{2,}:?$/.test(cell))) return
  const last = blocks.at(-1)
  if (last?.kind === 'table') last.rows.push(cells)
  else blocks.push({ kind: 'table', rows: [cells] })
}

/** Whether a text says of itself that it is Markdown. */
export const isMarkdown = (text: string): boolean => /^ {0,3}#{1,6}\s+\S/m.test(text)
