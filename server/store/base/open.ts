/** Opens a snapshot: proves that every byte of it is what was written, and finds or makes the index of its rows. */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { closeFile, type Disk, faultCode, openFile, piecesOf, sizeOf, syncFolder } from '../disk.ts'
import { footerOf } from '../snapshot-format.ts'
import { Base } from './base.ts'
import { INDEX, IndexWriter, readAt, readIndex } from './index-file.ts'
import { indexOf } from './make-index.ts'

/**
 * The rows in a snapshot; undefined when there is no such file. Modifies nothing.
 *
 * @param indexed whether the index in the folder is this file's
 * @throws {SnapshotDamage} when a byte of it changed or is missing
 */
export async function openBase(
  folder: string,
  name: string,
  indexed: boolean,
): Promise<{ base: Base; isIndexed: boolean } | undefined> {
  const path = join(folder, name)
  let fd: number
  try {
    fd = await openFile(path)
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const bytes = await sizeOf(fd)
    const [index, checksum] = indexed
      ? await Promise.all([readIndex(join(folder, INDEX)), wholeChecksum(fd, bytes)])
      : [undefined, undefined]
    if (index && index.of.bytes === bytes && index.of.crc32 === checksum)
      return { base: new Base(path, fd, index), isIndexed: true }
    index?.close()
    return { base: new Base(path, fd, await indexOf(fd, path)), isIndexed: false }
  } catch (error) {
    await closeFile(fd)
    throw error
  }
}

/** The checksum the file ends with; undefined when its bytes say otherwise. */
async function wholeChecksum(fd: number, size: number): Promise<number | undefined> {
  const end = size - footerOf(0).length
  if (end < 0) return undefined
  let checksum = 0
  for await (const { bytes } of piecesOf(fd, 0, end)) checksum = crc32(bytes, checksum)
  return readAt(fd, end, size - end).equals(footerOf(checksum)) ? checksum : undefined
}

/**
 * Writes a snapshot's index beside it, so that the next start finds it. Rejects with the file system's error.
 *
 * @returns the snapshot, its index no longer held in memory
 */
export async function keepIndex(folder: string, name: string, base: Base, disk: Disk): Promise<Base> {
  const path = join(folder, INDEX)
  const draft = `${path}.tmp`
  await rm(draft, { force: true })
  try {
    const writer = await IndexWriter.open(disk, draft)
    try {
      for (const { runs } of base.index.tables.values())
        for (const { ats } of runs)
          for (let block = 0; block + 1 < ats.length; block++) {
            const at = ats[block] ?? 0
            await writer.write(base.index.read(at, (ats[block + 1] ?? at) - at))
          }
      const { of, tables, places } = base.index
      await writer.end({ of, tables, count: places.count, placed: places.inOrder((offset) => offset) })
    } finally {
      await writer.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(disk, folder)
  const index = await readIndex(path)
  if (!index) return base
  base.leave()
  return new Base(join(folder, name), await openFile(join(folder, name)), index)
}
