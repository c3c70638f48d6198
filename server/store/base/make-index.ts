/** Makes the index of a snapshot that has none, of every one of its rows: what a start does after a restore, once. */
import { crc32 } from 'node:zlib'
import type { TableName } from '../../../bot/store.ts'
import { readLinesOf } from '../disk.ts'
import { indexesOf, TABLES } from '../entry.ts'
import { entryFrom } from '../line.ts'
import { SnapshotDamage, SnapshotParser } from '../snapshot-format.ts'
import { BETWEEN, rowHash } from './base.ts'
import { BLOCK_BYTES, blockOf, type Run, roomOf } from './blocks.ts'
import type { Region, SnapshotIndex, TableIndex } from './index-file.ts'
import { Places, Placing } from './places.ts'

/**
 * The index of an open snapshot, in memory.
 *
 * @param path what the file is called in words
 * @throws {SnapshotDamage} when a byte of it changed or is missing
 */
export async function indexOf(fd: number, path: string): Promise<SnapshotIndex> {
  const blocks = new Map<number, Buffer>()
  let at = 0
  const pack = (keys: string[]): Run => {
    keys.sort()
    const run: Run = { firsts: [], ats: [at] }
    let open: string[] = []
    let room = 0
    for (const [place, key] of keys.entries()) {
      open.push(key)
      room += roomOf(key)
      if (room < BLOCK_BYTES && place < keys.length - 1) continue
      const block = blockOf(open)
      blocks.set(at, block)
      run.firsts.push(open[0] ?? '')
      at += block.length
      run.ats.push(at)
      open = []
      room = 0
    }
    return run
  }

  const tables = new Map<TableName, TableIndex>()
  const placing = new Placing()
  let table: TableName | undefined
  let region = nowhere()
  let keys: string[][] = []
  const end = () => {
    if (table) tables.set(table, { region, runs: keys.map(pack) })
  }
  const parser = new SnapshotParser((name, line, length, offset) => {
    if (name !== table) {
      end()
      if (tables.has(name)) throw new SnapshotDamage(`${name} 表有两处`)
      table = name
      region = { ...nowhere(), from: offset }
      keys = indexesOf(name).map(() => [])
    }
    const entry = entryFrom(name, line, length)
    if (region.rows > 0) {
      if (offset !== region.to + BETWEEN.length) throw new SnapshotDamage(`${name} 表的行之间有别的内容`)
      region.crc32 = crc32(BETWEEN, region.crc32)
    }
    region.crc32 = crc32(line.subarray(0, length), region.crc32)
    region.to = offset + length
    region.rows++
    placing.add(rowHash(name, entry.id), offset)
    for (const [position, key] of entry.keys.entries()) if (key !== undefined) keys[position]?.push(key)
  })
  const bytes = await readLinesOf(fd, (line, _offset, ended) => parser.take(line, ended))
  const { seq, savedAt, crc32: checksum } = parser.finish(path)
  end()
  for (const name of TABLES) if (!tables.has(name)) tables.set(name, { region: nowhere(), runs: [] })
  return {
    of: { seq, savedAt: savedAt.toISOString(), bytes, crc32: checksum },
    tables,
    places: await Places.of(placing.placed),
    read: (from) => blocks.get(from) ?? Buffer.alloc(0),
    close: () => blocks.clear(),
  }
}

/** Where the rows of an empty table are. */
export const nowhere = (): Region => ({ from: 0, to: 0, rows: 0, crc32: 0 })
