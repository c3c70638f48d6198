/**
 * The index beside a snapshot, `db.index`: what finds its rows, so that a start reads rather than builds. It says which
 * snapshot it belongs to and is made anew whenever it is missing, damaged or another's: nothing is in it alone.
 *
 *     blocks of keys · padding · offsets of all rows · where blocks begin · hashes · buckets · first keys · directory · trailer
 *
 * A start reads from where the blocks begin on; the blocks and the offsets stay in the file.
 */
import { readSync } from 'node:fs'
import { endianness } from 'node:os'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { TableName } from '../../../bot/store.ts'
import { closeFile, type Disk, openFile, piecesOf, sizeOf } from '../disk.ts'
import { indexesOf, isTable, TABLES } from '../entry.ts'
import { SummedFile } from '../summed-file.ts'
import { Block, blockOf, type ReadBytes, type Run } from './blocks.ts'
import { Hashes, type Placed, Places, type ReadOffsets } from './places.ts'

export const INDEX = 'db.index'
/** That the index beside a snapshot does not lead to its rows, and what mends it. */
export const LACKS_ROWS = `索引 ${INDEX} 找不到有的行：停掉服务，删掉 ${INDEX} 再启动，会重新做一份`

/** Which snapshot an index belongs to. */
export interface SnapshotId {
  seq: number
  /** ISO 8601. */
  savedAt: string
  /** Its length, and the checksum it ends with. */
  bytes: number
  crc32: number
}

/** Where a table's rows are in the snapshot's file: from the first byte of the first to the last of the last, in bytes. */
export interface Region {
  from: number
  to: number
  rows: number
  /** Over these bytes. */
  crc32: number
}

export interface TableIndex {
  region: Region
  /** A run of keys for each declared index. */
  runs: readonly Run[]
}

export interface SnapshotIndex {
  of: SnapshotId
  tables: ReadonlyMap<TableName, TableIndex>
  places: Places
  /** Reads blocks of keys. */
  read: ReadBytes
  close(): void
}

const MAGIC = 'JZGWIDX1'
const TRAILER_BYTES = 32
/** The program's arrays as they are in memory: another kind of machine makes its own index. */
const ORDER = endianness() === 'LE' ? 1 : 2
const ALIGNED = 8

/** First keys written at a time. */
const FIRSTS = 500
/** How many blocks an index has, and how many bytes their first keys take, piece by piece. */
const runSchema = z.object({ blocks: z.number(), firsts: z.array(z.number()) })
const directorySchema = z.object({
  declared: z.string(),
  of: z.object({ seq: z.number(), savedAt: z.string(), bytes: z.number(), crc32: z.number() }),
  entries: z.number(),
  buckets: z.number(),
  ats: z.number(),
  tables: z.array(
    z.object({
      name: z.string(),
      region: z.object({ from: z.number(), to: z.number(), rows: z.number(), crc32: z.number() }),
      runs: z.array(runSchema),
    }),
  ),
})

/** The indexes of this version of the program; another one makes its own. */
const declaredNow = (): string => JSON.stringify(TABLES.map((table) => [table, indexesOf(table)]))

/** What an index ends with. */
interface Ending extends Pick<SnapshotIndex, 'of' | 'tables'> {
  count: number
  /** Its places in the order of their hashes, some at a time. */
  placed: AsyncIterable<Placed>
}

/** What memory holds of the places just written, and where their offsets are in the file. */
export interface WrittenPlaces {
  hashes: Hashes
  at: number
}

/** Writes an index to a file of its own. */
export class IndexWriter {
  readonly #file: SummedFile

  private constructor(file: SummedFile) {
    this.#file = file
  }

  /** Rejects with the file system's error, as all its methods do. */
  static async open(disk: Disk, path: string): Promise<IndexWriter> {
    return new IndexWriter(await SummedFile.open(disk, path))
  }

  /** Bytes written so far. */
  get at(): number {
    return this.#file.at
  }

  /** @param bytes may change once this has resolved */
  write(bytes: Uint8Array): Promise<void> {
    return this.#file.write(bytes)
  }

  /**
   * Writes what follows the blocks, all of it to the disk itself.
   *
   * @throws {RangeError} when there are not `count` places
   */
  async end({ of, tables, count, placed }: Ending): Promise<WrittenPlaces> {
    await this.write(new Uint8Array((ALIGNED - (this.at % ALIGNED)) % ALIGNED))
    const tailAt = this.at
    const runs = [...tables.values()].flatMap((table) => table.runs)
    const places = new Hashes(count)
    for await (const { hashes, offsets } of placed) {
      places.add(hashes)
      await this.write(bytesOf(offsets))
    }
    places.end()
    for (const { ats } of runs) await this.write(bytesOf(new Float64Array(ats)))
    await this.write(bytesOf(places.hashes))
    await this.write(bytesOf(places.starts))
    const firstsOf = new Map<Run, number[]>()
    for (const run of runs) firstsOf.set(run, await this.#writeFirsts(run))
    const directoryAt = this.at
    const directory: z.infer<typeof directorySchema> = {
      declared: declaredNow(),
      of,
      entries: count,
      buckets: places.starts.length,
      ats: runs.reduce((sum, { ats }) => sum + ats.length, 0),
      tables: [...tables].map(([name, table]) => ({
        name,
        region: table.region,
        runs: table.runs.map((run) => ({ blocks: run.firsts.length, firsts: firstsOf.get(run) ?? [] })),
      })),
    }
    await this.write(Buffer.from(JSON.stringify(directory)))
    const checksum = await this.#file.checksum()
    const trailer = Buffer.alloc(TRAILER_BYTES)
    trailer.write(MAGIC, 0, 'latin1')
    trailer.writeUInt32LE(ORDER, 8)
    trailer.writeUInt32LE(checksum, 12)
    trailer.writeDoubleLE(tailAt, 16)
    trailer.writeDoubleLE(directoryAt, 24)
    await this.#file.write(trailer)
    await this.#file.sync()
    return { hashes: places, at: tailAt }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** @returns how many bytes each piece takes */
  async #writeFirsts({ firsts }: Run): Promise<number[]> {
    const sizes: number[] = []
    for (let from = 0; from < firsts.length; from += FIRSTS) {
      const piece = blockOf(firsts.slice(from, from + FIRSTS))
      sizes.push(piece.length)
      await this.write(piece)
    }
    return sizes
  }
}

/**
 * The index in a file; undefined when it is not there, not whole, or not of this program's tables. Whether it belongs to
 * the snapshot is for the caller to see.
 */
export async function readIndex(path: string): Promise<SnapshotIndex | undefined> {
  const fd = await openFile(path).catch(() => undefined)
  if (fd === undefined) return undefined
  const index = await indexIn(fd).catch(() => undefined)
  if (!index) await closeFile(fd)
  return index
}

async function indexIn(fd: number): Promise<SnapshotIndex | undefined> {
  const size = await sizeOf(fd)
  const end = size - TRAILER_BYTES
  if (end < 0) return undefined
  const trailer = readAt(fd, end, TRAILER_BYTES)
  const tailAt = trailer.readDoubleLE(16)
  const directoryAt = trailer.readDoubleLE(24)
  const isOurs = trailer.toString('latin1', 0, 8) === MAGIC && trailer.readUInt32LE(8) === ORDER
  if (!isOurs || !(tailAt >= 0 && tailAt % ALIGNED === 0)) return undefined
  if (!(directoryAt >= tailAt && directoryAt <= end)) return undefined
  const said: unknown = JSON.parse(readAt(fd, directoryAt, end - directoryAt).toString())
  const directory = directorySchema.parse(said)
  if (directory.declared !== declaredNow()) return undefined
  const heldAt = tailAt + directory.entries * Float64Array.BYTES_PER_ELEMENT
  if (!(heldAt >= tailAt && heldAt <= directoryAt)) return undefined
  const held = Buffer.from(new ArrayBuffer(directoryAt - heldAt))
  let checksum = 0
  for await (const { at, bytes } of piecesOf(fd, 0, end)) {
    checksum = crc32(bytes, checksum)
    if (at + bytes.length > heldAt) bytes.copy(held, Math.max(0, at - heldAt), Math.max(0, heldAt - at))
  }
  if (checksum !== trailer.readUInt32LE(12)) return undefined
  return {
    ...foundIn(held, directory, offsetsIn(fd, tailAt)),
    read: (at, length, into) => readAt(fd, at, length, into),
    close: () => void closeFile(fd),
  }
}

function foundIn(
  held: Buffer,
  { of, entries, buckets, ats, tables }: z.infer<typeof directorySchema>,
  offsets: ReadOffsets,
): Pick<SnapshotIndex, 'of' | 'tables' | 'places'> {
  const { buffer } = held
  const beginnings = new Float64Array(buffer, 0, ats)
  const hashes = new Uint32Array(buffer, beginnings.byteLength, entries)
  const starts = new Uint32Array(buffer, hashes.byteOffset + hashes.byteLength, buckets)
  let firstsAt = starts.byteOffset + starts.byteLength
  let begun = 0
  const runOf = ({ blocks, firsts: sizes }: z.infer<typeof runSchema>): Run => {
    const firsts: string[] = []
    for (const size of sizes) {
      for (const first of new Block(held.subarray(firstsAt, firstsAt + size)).keys()) firsts.push(first)
      firstsAt += size
    }
    const mine = beginnings.subarray(begun, begun + blocks + 1)
    begun += blocks + 1
    return { firsts, ats: [...mine] }
  }
  const found = new Map<TableName, TableIndex>()
  for (const { name, region, runs } of tables) {
    const table = { region, runs: runs.map(runOf) }
    if (isTable(name)) found.set(name, table)
  }
  return { of, tables: found, places: new Places({ starts, hashes }, offsets) }
}

/** Reads the offsets that begin at `at` in an index's file, always into the same bytes. */
export function offsetsIn(fd: number, at: number): ReadOffsets {
  let room = Buffer.alloc(0)
  return (from, count) => {
    const length = count * Float64Array.BYTES_PER_ELEMENT
    if (room.length < length) room = Buffer.allocUnsafeSlow(length)
    readAt(fd, at + from * Float64Array.BYTES_PER_ELEMENT, length, room)
    return new Float64Array(room.buffer, room.byteOffset, count)
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** @throws the file system's error; a RangeError when the file is shorter */
export function readAt(fd: number, at: number, length: number, into?: Buffer): Buffer {
  const bytes = into?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const read = readSync(fd, bytes, done, length - done, at + done)
    if (read === 0) throw new RangeError('the file ends too early')
    done += read
  }
  return bytes
}
