/**
 * Writes a new snapshot and its index from the one before and what was changed since. What was not changed is copied as
 * it is, rows and blocks of keys alike: so a day's few changes to a large store cost a copy of it and little more.
 */
import { crc32 } from 'node:zlib'
import type { TableName } from '../../../bot/store.ts'
import { closeFile, type Disk, openFile } from '../disk.ts'
import { entryOf, indexesOf, TABLES, type Writable } from '../entry.ts'
import { Gone } from '../layer.ts'
import type { Image } from '../memory.ts'
import { SnapshotDamage, SnapshotWriter } from '../snapshot-format.ts'
import { type Base, BETWEEN, rowHash } from './base.ts'
import { Block, byText, Packer, type Run } from './blocks.ts'
import {
  IndexWriter,
  LACKS_ROWS,
  offsetsIn,
  type Region,
  readAt,
  type SnapshotId,
  type SnapshotIndex,
  type TableIndex,
  type WrittenPlaces,
} from './index-file.ts'
import { type Placed, Places, Placing } from './places.ts'
import { Slices } from './slices.ts'
import { sortedInSlices } from './sort.ts'

/** Rows written at a time, in bytes, unless one alone is longer. */
const BATCH_BYTES = 1 << 17

/** What was changed in one table. */
interface Difference {
  /** Rows of the old snapshot that are no more as they were, in its order. */
  dead: { from: number; to: number }[]
  /** Their keys that are no more, for each index, in order. */
  deadKeys: string[][]
  /** Rows that are new or other than before, whose texts are read when they are written. */
  rows: Writable[]
  bornKeys: string[][]
}

/** A stretch of the old file, and how far it moved. */
interface Live {
  from: number
  to: number
  by: number
}

/**
 * @param drafts the names of two files to be
 * @param image must not change meanwhile
 * @returns the new index, open
 * @throws {SnapshotDamage} when the old one is no longer what it was; rejects with the file system's error
 */
export async function writeMerged(
  disk: Disk,
  drafts: { snapshot: string; index: string },
  image: Image,
  savedAt: Date,
): Promise<SnapshotIndex> {
  const { seq, base } = image
  /** Of each table only that is held to the end: to hold all would take as much memory as the changes themselves. */
  const keys = new Map<TableName, Pick<Difference, 'deadKeys' | 'bornKeys'>>()
  const live: Live[] = []
  const placing = new Placing(changedIn(image))
  let dead = 0
  const regions = new Map<TableName, Region>()
  const snapshot = await SnapshotWriter.open(disk, drafts.snapshot, { seq, savedAt })
  let whole: { bytes: number; crc32: number }
  try {
    for (const table of TABLES) {
      const { deadKeys, bornKeys, ...changed } = await differenceOf(image, table)
      keys.set(table, { deadKeys, bornKeys })
      dead += changed.dead.length
      await snapshot.begin(table)
      if (base) await copyRows(base, table, changed.dead, snapshot, live)
      await writeRows(table, changed.rows, snapshot, placing)
      regions.set(table, await snapshot.end(table))
    }
    whole = await snapshot.finish()
  } finally {
    await snapshot.close()
  }
  const count = (base?.index.places.count ?? 0) - dead + placing.placed.hashes.length
  const placed = base
    ? placesAfter(base.index.places, live, placing.placed)
    : (await Places.of(placing.placed)).inOrder((offset) => offset)
  const of = { seq, savedAt: savedAt.toISOString(), ...whole }
  const tables = new Map<TableName, TableIndex>()
  let places: WrittenPlaces
  const writer = await IndexWriter.open(disk, drafts.index)
  try {
    for (const [table, { deadKeys, bornKeys }] of keys) {
      const runs: Run[] = []
      for (const position of indexesOf(table).keys()) {
        const packer = new Packer(writer.at, (bytes) => writer.write(bytes))
        const old = base?.index.tables.get(table)?.runs[position]
        await mergeKeys(base, old, deadKeys[position] ?? [], bornKeys[position] ?? [], packer)
        runs.push(packer.run)
      }
      tables.set(table, { region: regions.get(table) ?? { from: 0, to: 0, rows: 0, crc32: 0 }, runs })
    }
    places = await writer.end({ of, tables, count, placed }).catch(asDamage)
  } finally {
    await writer.close()
  }
  return indexOn(await openFile(drafts.index), of, tables, places)
}

/** How many rows were changed. */
const changedIn = ({ rows }: Image): number => TABLES.reduce((sum, table) => sum + rows[table].size, 0)

/** Apart from what wrote it, whose variables, the image among them, its functions would keep as long as the snapshot stands. */
function indexOn(
  fd: number,
  of: SnapshotId,
  tables: ReadonlyMap<TableName, TableIndex>,
  { hashes, at }: WrittenPlaces,
): SnapshotIndex {
  return {
    of,
    tables,
    places: new Places(hashes, offsetsIn(fd, at)),
    read: (from, length, into) => readAt(fd, from, length, into),
    close: () => void closeFile(fd),
  }
}

async function differenceOf({ base, rows }: Image, table: TableName): Promise<Difference> {
  const positions = [...indexesOf(table).keys()]
  const found: Difference = {
    dead: [],
    deadKeys: positions.map(() => []),
    rows: [],
    bornKeys: positions.map(() => []),
  }
  const slices = new Slices()
  for (const row of rows[table].values()) {
    const old = base?.find(table, row.id)
    const before = old && entryOf(table, JSON.parse(old.json), old.json).keys
    const now = row instanceof Gone ? undefined : row.keys
    if (old) {
      const to = old.offset + Buffer.byteLength(old.json)
      found.dead.push({ from: old.offset, to })
    }
    if (!(row instanceof Gone)) found.rows.push(row)
    for (const position of positions) {
      const dead = before?.[position]
      const born = now?.[position]
      if (dead === born) continue
      if (dead !== undefined) found.deadKeys[position]?.push(dead)
      if (born !== undefined) found.bornKeys[position]?.push(born)
    }
    if (slices.isOver) await slices.rest()
  }
  found.dead = await sortedInSlices(found.dead, (a, b) => a.from - b.from, slices)
  found.rows = await sortedInSlices(found.rows, (a, b) => a.at - b.at, slices)
  for (const keys of [found.deadKeys, found.bornKeys])
    for (const [position, ofIndex] of keys.entries())
      keys[position] = await sortedInSlices(ofIndex, byText, slices)
  return found
}

/** Copies what of a table's rows is as it was, and sees that it still is what was once written. */
async function copyRows(
  base: Base,
  table: TableName,
  dead: Difference['dead'],
  snapshot: SnapshotWriter,
  live: Live[],
): Promise<void> {
  const region = base.index.tables.get(table)?.region
  if (!region || region.rows === 0) return
  const stretches = between(region, dead)
  let checksum = 0
  let next = 0
  let left = region.rows - dead.length
  const slices = new Slices()
  for await (const { at, bytes } of base.bytesOf(region)) {
    checksum = crc32(bytes, checksum)
    for (; next < stretches.length; next++) {
      const stretch = stretches[next]
      if (!stretch || stretch.from >= at + bytes.length) break
      if (stretch.from >= at) {
        await snapshot.part()
        live.push({ ...stretch, by: snapshot.at - stretch.from })
      }
      const piece = bytes.subarray(Math.max(0, stretch.from - at), stretch.to - at)
      await snapshot.write(piece, left)
      left = 0
      if (stretch.to > at + bytes.length) break
      if (slices.isOver) await slices.rest()
    }
  }
  if (checksum !== region.crc32) throw new SnapshotDamage(`${table} 表在磁盘上的内容被改动过`)
}

/** The stretches of whole rows that are left when some are taken out. */
function between({ from, to }: Region, dead: Difference['dead']): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = []
  let begin = from
  for (const row of dead) {
    const end = row.from - BETWEEN.length
    if (end > begin) stretches.push({ from: begin, to: end })
    begin = row.to + BETWEEN.length
  }
  if (to > begin) stretches.push({ from: begin, to })
  return stretches
}

async function writeRows(
  table: TableName,
  rows: Difference['rows'],
  snapshot: SnapshotWriter,
  placing: Placing,
): Promise<void> {
  let batch = Buffer.alloc(0)
  let end = 0
  let count = 0
  const slices = new Slices()
  const write = async () => {
    await snapshot.write(batch.subarray(0, end), count)
    end = 0
    count = 0
    if (slices.isOver) await slices.rest()
  }
  for (const row of rows) {
    // Read or encoded where it is to stand: most of what a text costs is to be looked at once.
    const room = row.room + BETWEEN.length
    if (count > 0 && batch.length - end < room) await write()
    if (count === 0) {
      await snapshot.part()
      if (batch.length < room) batch = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, room))
    } else {
      end += BETWEEN.copy(batch, end)
    }
    placing.add(rowHash(table, row.id), snapshot.at + end)
    end += row.writeTo(batch, end)
    count++
  }
  if (count > 0) await write()
}

/** Where all rows are: those that were copied, and the new ones. One after the other, so that memory never holds all. */
async function* placesAfter(old: Places, live: Live[], born: Placed): AsyncGenerator<Placed> {
  const stretches = await sortedInSlices(live, (a, b) => a.from - b.from, new Slices())
  const froms = Float64Array.from(stretches, ({ from }) => from)
  const moved = (offset: number): number | undefined => {
    let least = 0
    let most = froms.length
    while (least < most) {
      const middle = (least + most) >>> 1
      if ((froms[middle] ?? 0) <= offset) least = middle + 1
      else most = middle
    }
    const stretch = stretches[least - 1]
    return stretch && offset < stretch.to ? offset + stretch.by : undefined
  }
  yield* old.inOrder(moved, await Places.of(born, old.bits))
}

/** That there are not as many places as rows, which only an index that is wrong brings about. */
function asDamage(error: unknown): never {
  throw error instanceof RangeError ? new SnapshotDamage(LACKS_ROWS) : error
}

/** Makes an index's blocks anew where keys came or went, and copies the others. */
async function mergeKeys(
  base: Base | undefined,
  old: Run | undefined,
  dead: readonly string[],
  born: readonly string[],
  packer: Packer,
): Promise<void> {
  let nextDead = 0
  let nextBorn = 0
  const slices = new Slices()
  // Every block is read into the same bytes, for it is written on before the next one.
  let room = Buffer.alloc(0)
  for (const [place, first] of (old?.firsts ?? []).entries()) {
    if (slices.isOver) await slices.rest()
    const at = old?.ats[place] ?? 0
    const length = (old?.ats[place + 1] ?? at) - at
    if (room.length < length) room = Buffer.allocUnsafeSlow(2 * length)
    const bytes = base?.index.read(at, length, room) ?? Buffer.alloc(0)
    const end = old?.firsts[place + 1]
    const isBefore = (key: string | undefined): key is string =>
      key !== undefined && (end === undefined || key < end)
    if (!packer.isHungry && !isBefore(dead[nextDead]) && !isBefore(born[nextBorn])) {
      await packer.copy(first, bytes)
      continue
    }
    for (const key of new Block(bytes).keys()) {
      for (let own = born[nextBorn]; own !== undefined && own < key; own = born[++nextBorn])
        if (packer.add(own)) await packer.end()
      for (let gone = dead[nextDead]; gone !== undefined && gone < key; gone = dead[++nextDead]);
      if (dead[nextDead] === key) nextDead++
      else if (packer.add(key)) await packer.end()
    }
    for (let key = born[nextBorn]; isBefore(key); key = born[++nextBorn])
      if (packer.add(key)) await packer.end()
  }
  for (let key = born[nextBorn]; key !== undefined; key = born[++nextBorn])
    if (packer.add(key)) await packer.end()
  await packer.end()
}
