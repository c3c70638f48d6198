/** A sheet from a file as offices save it: CSV in UTF-8 or GB18030, or an Excel workbook. */
import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { parse } from 'csv-parse/sync'
import { RosterError } from '../../flows/roster/roster-error.ts'
import type { Sheet } from '../../flows/roster/sheet.ts'
import { faultCode } from '../store/disk.ts'
import { isHarmless } from './workbook-bounds.ts'

/** Far above the largest district's list; what is larger is another file. */
export const MAX_SHEET_BYTES = 8 * 1024 * 1024

/**
 * Reads the rows of a sheet in a file; of a workbook its first one.
 *
 * @throws {RosterError} saying what is wrong with the file and what mends it
 */
export async function readSheetFile(path: string): Promise<Sheet> {
  const file = basename(path)
  return readSheetBytes(await bytesOf(path, file), file)
}

/**
 * Reads the rows of a sheet that was sent; of a workbook its first one.
 *
 * @param file its name, for telling faults
 * @throws {RosterError} saying what is wrong with the file and what mends it
 */
export type ReadSheet = (bytes: Buffer, file: string) => Promise<Sheet>

/** In this thread. */
export const readSheetBytes: ReadSheet = async (bytes, file) => {
  const kind = extname(file).toLowerCase()
  // A workbook is a ZIP archive whatever it is called; an older one begins like this.
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return { file, rows: await workbookRows(bytes, file) }
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0' || kind === '.xls')
    throw new RosterError([`${file}：是旧格式的 Excel，请另存为“Excel 工作簿(.xlsx)”或“CSV”再导入`])
  if (kind === '.xlsx') throw new RosterError([`${file}：不是完好的 Excel 文件，请重新保存一次`])
  return { file, rows: csvRows(textOf(bytes), file) }
}

async function bytesOf(path: string, file: string): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > MAX_SHEET_BYTES) throw new RosterError([`${file}：超过 8 MB，请只留下名册那一张表`])
    return await readFile(path)
  } catch (error) {
    if (error instanceof RosterError) throw error
    const code = faultCode(error)
    const why: Record<string, string> = {
      ENOENT: '没有这个文件，请核对文件名和所在的文件夹',
      EACCES: '没有权限读这个文件',
      EISDIR: '是一个文件夹，请写文件名',
    }
    throw new RosterError([`${path}：${why[code] ?? `读不了（${code}）`}`])
  }
}

/** Excel in China saves CSV as GBK; whatever is not UTF-8 is taken for it. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

function csvRows(written: string, file: string): Sheet['rows'] {
  // Lines that another program appended may end otherwise than the first.
  const text = written.replaceAll(/\r\n?/g, '\n')
  const firstLine = text.slice(0, text.search(/\n|$/))
  // "Unicode text" of Excel is divided by tabs; some regions divide by semicolons.
  const delimiter = ['\t', ',', ';', '，'].find((one) => firstLine.includes(one)) ?? ','
  const rows: { line: number; cells: string[] }[] = []
  try {
    parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        // `lines` is the one a record ends on; a cell may hold several.
        rows.push({ line: lines - cells.join('').split('\n').length + 1, cells })
        return null
      },
    })
    return rows
  } catch (error) {
    const line = typeof error === 'object' && error !== null ? Reflect.get(error, 'lines') : undefined
    throw new RosterError([
      `${file}:${typeof line === 'number' ? line : 1} 引号没有成对，请检查这一行，或用 Excel 打开另存一次`,
    ])
  }
}

async function workbookRows(bytes: Buffer, file: string): Promise<Sheet['rows']> {
  if (!isHarmless(bytes))
    throw new RosterError([`${file}：打不开，或者里面的表大得不像名册；请把名册复制到一张新表再导入`])
  // A start needs none of its many files.
  const { readSheet } = await import('read-excel-file/node')
  try {
    // Numbers stay as they are written: a code may begin with zeros or be longer than a number holds.
    const rows: readonly (readonly unknown[])[] = await readSheet(bytes, {
      parseNumber: (written) => written,
    })
    return rows.map((cells, place) => ({ line: place + 1, cells: cells.map(cellText) }))
  } catch {
    throw new RosterError([`${file}：打不开，请用 Excel 或 WPS 重新另存为 .xlsx（有密码的先去掉密码）`])
  }
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().slice(0, 10)
  const text = String(cell)
  // 1.3812345678E10 is how some programs write a phone number; it is whole as long as a number holds it.
  const counted = /^\d(?:\.\d+)?E\+?\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(counted) ? String(counted) : text
}
