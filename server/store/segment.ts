/**
 * A journal segment: a text file of lines `<seq> <crc32 of json> <json>`, one per transaction, named after its
 * first line's number. The JSON is a list of `["put",table,row]` and `["remove",table,id]`. Where several lines were
 * written at once a number stands first in all but the first: how many came before it in the same write. None of them
 * was acknowledged before all were on the disk, so a write that a power cut left full of holes can be told from damage.
 */
import { crc32 } from 'node:zlib'
import type { TableName } from '../../bot/store.ts'
import { hex, readLines } from './disk.ts'
import { Gone } from './layer.ts'
import { changesFrom } from './line.ts'
import type { Changes, Image } from './memory.ts'

export interface Segment {
  /** The number of its first line, whether or not that is written yet. */
  first: number
  path: string
  /** Its length in whole lines, in bytes. */
  bytes: number
}

/** A journal that cannot be read to its end. The message is Chinese and holds no data from it. */
export class JournalDamage extends Error {}

/** The file name of the segment that begins with line `first`, e.g. `journal-000000000042.log`. */
export function segmentName(first: number): string {
  return `journal-${String(first).padStart(12, '0')}.log`
}

/** The inverse of {@link segmentName}; undefined for any other file. */
export function segmentFirst(name: string): number | undefined {
  const digits = /^journal-(\d{12,})\.log$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const SPACE = 32
const NEWLINE = 10
const CLOSE_LIST = 0x5d

/** A UTF-16 unit becomes at most so many bytes of UTF-8, and twice as many of JSON where all has to be escaped. */
const UNIT_BYTES = 3
const ESCAPED = 2
/** A line's number, its checksum, what stands between them, the count it may begin with and its brackets. */
const HEAD_BYTES = 64
/** What stands around a row: its verb, its table and its brackets. */
const AROUND = 48

/** What a line says: the changes of one transaction. */
export type LineChanges = ReadonlyMap<TableName, Changes>

/** Characters that a line takes, about; never too few. */
export function lengthOf(changes: LineChanges): number {
  let length = 0
  for (const rows of changes.values())
    for (const [id, row] of rows) length += AROUND + (row ? row.json.length : id.length * ESCAPED)
  return length
}

/** A line to be. */
export interface LineText {
  changes: LineChanges
  /** As {@link lengthOf} tells, and the padding. */
  length: number
  /** Spaces in it that mean nothing; mostly none. */
  padding: number
}

/**
 * Lines from number `first` on, each with its newline, to be written at once at `at` in their file. Their rows are told
 * where they will stand.
 */
export function formatLines(first: number, lines: readonly LineText[], at: number): Buffer {
  let room = 0
  for (const { length } of lines) room += HEAD_BYTES + length * UNIT_BYTES
  const bytes = Buffer.allocUnsafe(room)
  let end = 0
  for (const [before, line] of lines.entries()) {
    // Encoded once, for the checksum and the file alike; the checksum's place is filled afterwards.
    const number = `${first + before} `
    const crcAt = end + number.length
    const from = end + bytes.write(`${number}00000000 `, end, 'latin1')
    end = writeBody(bytes, from, line, before, at)
    bytes.write(hex(crc32(bytes.subarray(from, end))), crcAt, 'latin1')
    bytes[end++] = NEWLINE
  }
  return bytes.subarray(0, end)
}

/**
 * Writes the JSON of a line, each text where it is to stand: joining them first would copy all of them twice.
 *
 * @param before how many lines are written at once with it, before it
 * @param at where `bytes` will begin in the file
 * @returns where it ends
 */
function writeBody(
  bytes: Buffer,
  from: number,
  { changes, padding }: LineText,
  before: number,
  at: number,
): number {
  let end = from
  let part = before === 0 ? '[' : `[${before},`
  for (const [table, rows] of changes) {
    for (const [id, row] of rows) {
      if (row) {
        end += bytes.write(`${part}["put","${table}",`, end, 'latin1')
        const length = row.writeTo(bytes, end)
        row.standsAt({ at: at + end, length, crc32: crc32(bytes.subarray(end, end + length)) | 0 })
        end += length
        bytes[end++] = CLOSE_LIST
      } else {
        end += bytes.write(`${part}${JSON.stringify(['remove', table, id])}`, end)
      }
      part = ','
    }
  }
  if (padding > 0) end += bytes.write(`${part}0${' '.repeat(padding)}`, end, 'latin1')
  bytes[end++] = CLOSE_LIST
  return end
}

/** More than the count that a line may begin with takes. */
const COUNT_BYTES = 24

/** How many lines were written at once with this one, before it. */
function beforeIn(body: Buffer): number {
  return Number(/^\[(\d+)[,\]]/.exec(body.toString('latin1', 0, COUNT_BYTES))?.[1] ?? 0)
}

function parseLine(line: Buffer): { seq: number; body: Buffer } | undefined {
  const seqEnd = line.indexOf(SPACE)
  const crcEnd = seqEnd + 9
  if (seqEnd < 1 || line[crcEnd] !== SPACE) return undefined
  const seq = line.toString('latin1', 0, seqEnd)
  const body = line.subarray(crcEnd + 1)
  if (!/^[1-9]\d*$/.test(seq) || line.toString('latin1', seqEnd + 1, crcEnd) !== hex(crc32(body)))
    return undefined
  return { seq: Number(seq), body }
}

/** Bytes at the end of the last segment, of one write, that a power cut left half-written. */
export interface Torn {
  path: string
  offset: number
  bytes: Buffer
  /** A whole line is among them, or one with a wrong checksum: perhaps once acknowledged, so worth keeping. */
  whole: boolean
}

/**
 * Applies to `image` the lines of a segment that come after its position.
 *
 * @param last whether this is the journal's last segment, whose last write alone may be torn
 * @returns the torn end, if any. Modifies no file.
 * @throws {JournalDamage} on anything else that we did not write
 */
export async function replay(segment: Segment, image: Image, last: boolean): Promise<Torn | undefined> {
  let expected = segment.first
  let count = 0
  let torn: (Torn & { line: number; seq: number; holes: boolean }) | undefined
  const damaged = (line: number, reason: string): JournalDamage =>
    new JournalDamage(
      `日志 ${segment.path} 第 ${line} 行已损坏(${reason})。没有改动任何文件。` +
        `恢复办法:先把整个数据文件夹复制一份留存;有这个文件的完好备份就换回来;` +
        `没有的话,只留这一行之前的内容(head -n ${line - 1} 原文件 > 新文件,再换名),` +
        '并把编号更大的 journal 文件移走,这一行及之后的改动会丢失',
    )
  await readLines(segment.path, (bytes, offset, ended) => {
    count += 1
    const line = ended ? parseLine(bytes) : undefined
    if (torn) {
      // Parts of a write may be on the disk behind parts that are not.
      const together = line ? isOfWrite(torn.seq, line) : !ended || hasHoles(bytes)
      if (!torn.holes || !together) throw damaged(torn.line, '校验码不符,而后面还有内容')
      torn.bytes = Buffer.concat([torn.bytes, NEWLINES, bytes])
      torn.whole = true
      return
    }
    if (!line) {
      if (!last || !looksTorn(bytes, expected)) throw damaged(count, '校验码不符')
      const holes = hasHoles(bytes)
      const { path } = segment
      torn = { path, offset, bytes: Buffer.from(bytes), whole: ended, line: count, seq: expected, holes }
      return
    }
    if (line.seq !== expected) throw damaged(count, `编号应为 ${expected},实为 ${line.seq}`)
    expected += 1
    if (line.seq <= image.seq) return
    if (line.seq !== image.seq + 1)
      throw damaged(count, `缺少第 ${image.seq + 1} 号到第 ${line.seq - 1} 号改动`)
    try {
      applyLine(image, line.body)
    } catch {
      throw damaged(count, '内容不是本版本认识的改动')
    }
    image.seq = line.seq
  })
  return torn
}

const NEWLINES = Buffer.of(NEWLINE)

/** Zeros of a file that grew before it was filled; no line of ours holds any. */
const hasHoles = (bytes: Buffer): boolean => bytes.includes(0)

/** Whether a line was written at once with the one numbered `seq`, before it. */
function isOfWrite(seq: number, line: { seq: number; body: Buffer }): boolean {
  return line.seq > seq && line.seq - beforeIn(line.body) <= seq
}

/** A torn write begins as the line should have, or has holes. */
function looksTorn(bytes: Buffer, seq: number): boolean {
  const start = `${seq} `
  const found = bytes.toString('latin1', 0, start.length)
  return found === start.slice(0, bytes.length) || hasHoles(bytes)
}

function applyLine(image: Image, body: Buffer): void {
  for (const change of changesFrom(body)) {
    const rows = image.rows[change.table]
    if ('entry' in change) rows.set(change.entry.id, change.entry)
    else rows.set(change.id, new Gone(change.id))
  }
}
