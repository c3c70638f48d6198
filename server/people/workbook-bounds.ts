/**
 * Whether a workbook, or another archive, can be opened without harm. A few kilobytes of ZIP may hold gigabytes, and one cell at the far end
 * of a sheet makes seventeen thousand million empty ones before it.
 */
import { inflateRawSync } from 'node:zlib'

/** All parts together, unpacked; a full list of a large district is a tenth of it. */
const MAX_UNPACKED = 64 * 1024 * 1024
/** Excel writes about a dozen. */
const MAX_PARTS = 500
/** Cells between the first and the last of a sheet, whether they hold anything or not. */
const MAX_CELLS = 4_000_000

/** Parts of a ZIP archive (APPNOTE.TXT 4.3): the end, a directory entry, a file. */
const END = 0x06054b50
const ENTRY = 0x02014b50

/** What an archive may hold. */
export interface Bounds {
  parts: number
  /** All together, in bytes. */
  unpacked: number
  /** Cells a part that is XML may span; null where none is a sheet. */
  cells: number | null
}
const WORKBOOK_BOUNDS: Bounds = { parts: MAX_PARTS, unpacked: MAX_UNPACKED, cells: MAX_CELLS }

/** @returns false when it is too large, or not such an archive */
export function isHarmless(bytes: Buffer, bounds = WORKBOOK_BOUNDS): boolean {
  try {
    return fits(bytes, bounds)
  } catch {
    // A length that leads out of the file, or data that unpack to more than there is room for.
    return false
  }
}

function fits(bytes: Buffer, bounds: Bounds): boolean {
  // Before it stands a comment of at most 65 535 bytes.
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (end < 0 || bytes.readUInt32LE(end) !== END) return false
  const parts = bytes.readUInt16LE(end + 10)
  if (parts > bounds.parts) return false
  let at = bytes.readUInt32LE(end + 16)
  let room = bounds.unpacked
  for (let part = 0; part < parts; part++) {
    if (bytes.readUInt32LE(at) !== ENTRY) return false
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28))
    const content = unpacked(bytes, at, room)
    room -= content.length
    if (room < 0) return false
    if (bounds.cells !== null && /\.xml$/i.test(name) && cellsOf(content) > bounds.cells) return false
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return true
}

/** @throws {RangeError} when it is larger than the room */
function unpacked(bytes: Buffer, entry: number, room: number): Buffer {
  const packed = bytes.readUInt32LE(entry + 20)
  const file = bytes.readUInt32LE(entry + 42)
  const start = file + 30 + bytes.readUInt16LE(file + 26) + bytes.readUInt16LE(file + 28)
  const content = bytes.subarray(start, start + packed)
  if (bytes.readUInt16LE(entry + 10) === 0) return content
  return inflateRawSync(content, { maxOutputLength: Math.max(1, room) })
}

/** How many cells lie in the rectangle that the sheet's addresses span. */
function cellsOf(xml: Buffer): number {
  let columns = 0
  let rows = 0
  for (const [, letters = '', digits = '0'] of xml
    .toString('latin1')
    .matchAll(/[":]\$?([A-Z]{1,4})\$?(\d{1,9})(?=["':])/g)) {
    columns = Math.max(columns, columnOf(letters))
    rows = Math.max(rows, Number(digits))
  }
  for (const [, digits = '0'] of xml.toString('latin1').matchAll(/<row\b[^>]*\br="(\d{1,9})"/g))
    rows = Math.max(rows, Number(digits))
  return columns * rows
}

const columnOf = (letters: string): number =>
  [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0)
