/** A Word document as blocks. Nothing is fetched, pictures are left out, and what is struck or commented is not read. */
import { type Block, plain } from '../../../knowledge/notice/blocks.ts'
import { ReadingError } from './reading-error.ts'

/** Word's own names of styles are English even in Chinese Word; WPS and templates of offices have their own. */
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='标题'] => h1:fresh",
  "p[style-name='公文标题'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  ...[1, 2, 3, 4, 5, 6].map((level) => `p[style-name='标题 ${level}'] => h${level}:fresh`),
]

/** @throws {ReadingError} when it is no whole document */
export async function docxBlocks(bytes: Buffer): Promise<Block[]> {
  const { default: mammoth } = await import('mammoth')
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: bytes },
      {
        styleMap: STYLES,
        // A document may bring a map of its own, which says nothing we want.
        includeEmbeddedStyleMap: false,
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      },
    )
    return htmlBlocks(value)
  } catch {
    throw new ReadingError('打不开，请用 Word 或 WPS 重新另存为 .docx（有密码的先去掉密码）')
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
}
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (written, name: string) => ENTITIES[name] ?? written)

/** What mammoth writes: whole tags, one inside another, of few kinds. It is read here, and shown nowhere. */
function htmlBlocks(html: string): Block[] {
  const blocks: Block[] = []
  let text = ''
  let tables = 0
  let cells: string[] = []
  const end = (block: (words: string) => Block) => {
    const words = text
      .split('\n')
      .map(plain)
      .filter((line) => line !== '')
    text = ''
    for (const line of words) blocks.push(block(line))
  }
  const asLine = (words: string): Block => ({ kind: 'line', text: words })
  for (const [, closing, name = '', words = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>|([^<]+)/g)) {
    if (name === '') {
      text += decoded(words)
      continue
    }
    if (name === 'br') text += '\n'
    if (tables > 0) {
      if (name === 'table') tables += closing === '/' ? -1 : 1
      else if (name === 'p' && closing === '/') text += '\n'
      else if (tables === 1 && (name === 'td' || name === 'th') && closing === '/') {
        cells.push(
          text
            .split('\n')
            .map(plain)
            .filter((line) => line !== '')
            .join('\n'),
        )
        text = ''
      } else if (tables === 1 && name === 'tr' && closing === '/') {
        const last = blocks.at(-1)
        if (last?.kind === 'table') last.rows.push(cells)
        cells = []
      }
    } else if (name === 'table') {
      end(asLine)
      tables = 1
      blocks.push({ kind: 'table', rows: [] })
    } else if (/^h[1-6]$/.test(name) && closing === '/') {
      const level = Number(name[1])
      const title = plain(text.replaceAll('\n', ' '))
      text = ''
      if (title !== '') blocks.push({ kind: 'heading', level, text: title })
    } else if (name === 'li') end((line) => ({ kind: 'item', text: line }))
    else if ((name === 'p' || name === 'ul' || name === 'ol') && text !== '')
      end(name === 'p' ? asLine : (line) => ({ kind: 'item', text: line }))
  }
  end(asLine)
  return blocks
}
