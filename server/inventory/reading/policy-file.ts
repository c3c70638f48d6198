/** Policies in a file as somebody brings it: Word, Excel, CSV, Markdown, text, or several of these in a ZIP archive. */
import { basename, extname } from 'node:path'
import { RosterError } from '../../../flows/roster/roster-error.ts'
import { isMarkdown, markdownBlocks, plainBlocks } from '../../../knowledge/notice/blocks.ts'
import { readDocument } from '../../../knowledge/notice/read.ts'
import { readSheetRows } from '../../../knowledge/notice/sheet.ts'
import { nothing, type Recognised } from '../../../knowledge/notice/taken.ts'
import { splitFrontMatter } from '../../../knowledge/policy.ts'
import { readFields } from '../../../knowledge/policy-text.ts'
import { readSheetBytes } from '../../people/sheet-file.ts'
import { isHarmless } from '../../people/workbook-bounds.ts'
import { docxBlocks } from './docx.ts'
import { ReadingError } from './reading-error.ts'

/** One policy of a file. */
export interface ReadPolicy extends Recognised {
  /** Where it stands, as people find it: 第3行, or the file's name. */
  from: string
  /** Set where the file is one of ours: the text as it is, to the byte. */
  text: string | null
  /** Everything there is of the policy was said; otherwise what was not said stays as it is. */
  whole: boolean
}

/** Reads the policies of a file. @throws {ReadingError} in words */
export type Reading = (file: { name: string; bytes: Uint8Array }) => Promise<ReadPolicy[]>

/** What an archive may unpack to; pictures are packed already. */
const ARCHIVE = { parts: 5000, unpacked: 48 * 1024 * 1024, cells: null }
/** A longer text is no policy; in characters. */
const LONGEST_TEXT = 400_000

export const readPolicyFile: Reading = async ({ name, bytes }) => {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = whole.subarray(0, 4).toString('latin1')
  if (start.startsWith('PK')) return readArchive(name, whole)
  if (start === '%PDF')
    throw new ReadingError('PDF 里的字不一定读得准。请用 Word 打开另存为 .docx，或把文字复制到“粘贴文字”里')
  if (whole.subarray(0, 4).toString('hex') === 'd0cf11e0')
    throw new ReadingError('是旧格式的 Word 或 Excel，请另存为 .docx 或 .xlsx 再导入')
  if (/^\.(?:csv|tsv)$/i.test(extname(name))) return readTable(name, whole)
  if (/^\.(?:docx?|xlsx?|wps|et)$/i.test(extname(name)))
    throw new ReadingError('不是完好的文件，请重新保存一次')
  return readText(name, whole)
}

async function readArchive(name: string, bytes: Buffer): Promise<ReadPolicy[]> {
  if (!isHarmless(bytes, ARCHIVE)) throw new ReadingError('打不开，或者里面的东西大得不像政策')
  const { unzipSync } = await import('fflate')
  const names: string[] = []
  const texts = unzipSync(bytes, {
    filter: (part) => {
      names.push(part.name)
      return /\.(?:md|markdown|txt)$/i.test(part.name) && !/(?:^|\/)[._]/.test(part.name)
    },
  })
  if (names.includes('word/document.xml')) return readDocx(name, bytes)
  if (names.some((one) => one.startsWith('xl/'))) return readTable(name, bytes)
  const files = Object.entries(texts)
  if (files.length === 0) throw new ReadingError('压缩包里没有 .md 或 .txt 的政策文件')
  return files
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([file, content]) => readText(basename(file), Buffer.from(content)))
}

const bareName = (name: string): string => basename(name, extname(name))

async function readDocx(name: string, bytes: Buffer): Promise<ReadPolicy[]> {
  return toldOf(readDocument(await docxBlocks(bytes), bareName(name)), name)
}

const toldOf = (policies: readonly Recognised[], name: string): ReadPolicy[] =>
  policies.map((one, place) => ({
    ...one,
    from: policies.length === 1 ? name : `${name} 第${place + 1}条`,
    text: null,
    whole: false,
  }))

async function readTable(name: string, bytes: Buffer): Promise<ReadPolicy[]> {
  try {
    const { rows } = await readSheetBytes(bytes, name)
    const read = readSheetRows(rows)
    if (!read)
      throw new ReadingError(
        '没有找到表头。第一行要写列名，至少有“名称”和两列内容，如“谁能申请”“给什么”；可以下载样表照着填',
      )
    if (read.length === 0) throw new ReadingError('表头下面没有内容')
    return read.map(({ line, isOurs, ...one }) => ({
      ...one,
      from: `第${line}行`,
      text: null,
      whole: isOurs,
    }))
  } catch (error) {
    // It names the file, which is named already.
    if (error instanceof RosterError) throw new ReadingError(error.message.replace(`${name}：`, ''))
    throw error
  }
}

/** Chinese Windows saves text as GBK; whatever is not UTF-8 is taken for it. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

function readText(name: string, bytes: Buffer): ReadPolicy[] {
  const text = textOf(bytes)
  if (text.length > LONGEST_TEXT) throw new ReadingError('文字太多，不像是政策；请分成几份导入')
  if (text.includes('\u0000')) throw new ReadingError('不是文字，请导入 Word、Excel、Markdown 或文字文件')
  const ours = readOurs(name, text)
  if (ours) return [ours]
  // Copied out of a sheet, the cells are parted by tabs.
  if ((text.match(/^.*\t.*\t/gm) ?? []).length >= 2) {
    const rows = text.split(/\r\n|\n|\r/).map((line, place) => ({ line: place + 1, cells: line.split('\t') }))
    const read = readSheetRows(rows)
    if (read && read.length > 0)
      return read.map(({ line, isOurs: _, ...one }) => ({
        ...one,
        from: `第${line}行`,
        text: null,
        whole: false,
      }))
  }
  const blocks = isMarkdown(text) ? markdownBlocks(text) : plainBlocks(text)
  if (blocks.length === 0) throw new ReadingError('里面没有文字')
  return toldOf(readDocument(blocks, /^粘贴/.test(name) ? '' : bareName(name)), name)
}

/** A file of the inventory, faults and all: it is taken as it is. Null when it is none. */
function readOurs(name: string, text: string): ReadPolicy | null {
  const parts = splitFrontMatter(text)
  const id = parts && /^id:\s*["']?([^\s"']+)/m.exec(parts.yaml)?.[1]
  if (!parts || id === undefined || id === null || !/^title:/m.test(parts.yaml)) return null
  const title = /^title:\s*["']?(.+?)["']?\s*$/m.exec(parts.yaml)?.[1] ?? id
  const fields = readFields(text) ?? { ...nothing(), id, title }
  return { fields, doubts: [], left: [], from: name, text, whole: true }
}
