/** Reads a data folder back into rows. Modifies nothing, so an export can use it beside a running service. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Low } from 'lowdb'
import { realDisk } from './disk.ts'
import { emptyImage, type Image } from './memory.ts'
import { replay, type Segment, segmentFirst, segmentName, type Torn } from './segment.ts'
import { DAILY, PREVIOUS, SNAPSHOT, SnapshotFile } from './snapshot.ts'
import { SnapshotDamage } from './snapshot-format.ts'

export interface Recovered {
  image: Image
  /** The snapshot it began from; no name, position 0 and no bytes when the journal alone sufficed. */
  base: { name: string; seq: number; isIndexed: boolean }
  /** Oldest first. Only the last can be empty, and only it is written to. */
  segments: Segment[]
  torn: Torn | undefined
  /** Names of snapshots that could not be read and were done without. */
  damaged: string[]
  /** What the operator should know, in Chinese. */
  notes: string[]
}

/**
 * The rows in `folder` as of the last whole journal line.
 *
 * Begins from db.json, or where that is damaged or gone from db.previous.json, or where the journal reaches
 * back to the first change from nothing. A folder that holds traces of data never reads as empty.
 *
 * @throws {Error} naming the file and its mend when the rows cannot be known completely
 */
export async function recover(folder: string): Promise<Recovered> {
  const names = await readdir(folder)
  const segments = await segmentsOf(folder, names)
  const damaged: string[] = []
  const notes: string[] = []
  const found = (from: Omit<Recovered, 'segments' | 'damaged' | 'notes'>): Recovered => {
    if (damaged.length > 0) notes.push('数据已从较早的快照和日志完整恢复')
    if (from.torn) notes.push(`日志 ${from.torn.path} 末尾没有写完(多半是断电),已略去`)
    return { ...from, segments, damaged, notes }
  }

  for (const name of [SNAPSHOT, PREVIOUS] as const) {
    if (!names.includes(name)) continue
    const file = fileNamed(folder, name)
    const low = new Low<Image>(file, emptyImage())
    try {
      await low.read()
    } catch (error) {
      if (!(error instanceof SnapshotDamage)) throw error
      damaged.push(name)
      notes.push(`快照 ${join(folder, name)} 已损坏:${error.message}`)
      continue
    }
    // lowdb keeps its default, an empty database, when the adapter finds no file: here that is never right.
    if (!file.base) throw new Error(`快照 ${join(folder, name)} 在读取时被移走,请重试`)
    const image = low.data
    const base = { name, seq: image.seq, isIndexed: file.isIndexed }
    const torn = await replayAll(folder, names, segments, image).catch((error: unknown) => {
      file.base?.leave()
      throw error
    })
    if (name === PREVIOUS && damaged.length === 0) {
      notes.push(`快照 ${join(folder, SNAPSHOT)} 不见了,数据已从 ${PREVIOUS} 和日志完整恢复`)
    }
    return found({ image, base, torn })
  }

  const image = emptyImage()
  const base = { name: '', seq: 0, isIndexed: false }
  if (names.includes(segmentName(1))) {
    return found({ image, base, torn: await replayAll(folder, names, segments, image) })
  }
  if (damaged.length > 0 || names.some((name) => /^(db|journal)[.-]/.test(name))) {
    throw new Error(await unknowable(folder, names, notes))
  }
  return found({ image, base, torn: undefined })
}

const fileNamed = (folder: string, name: string): SnapshotFile =>
  new SnapshotFile({ folder, name, disk: realDisk, clock: () => new Date(0) })

/** The newest daily copy that is whole; today's may be one file with a damaged db.json. */
async function wholeDaily(folder: string, names: string[]): Promise<string | undefined> {
  const days = names.filter((name) => DAILY.test(name)).sort()
  for (const name of days.toReversed()) {
    try {
      const file = fileNamed(folder, name)
      if (!(await file.read())) continue
      file.base?.leave()
      return name
    } catch {
      // Try the day before.
    }
  }
  return undefined
}

async function unknowable(folder: string, names: string[], notes: string[]): Promise<string> {
  const daily = await wholeDaily(folder, names)
  const why = notes.length > 0 ? notes.join(';') : `${SNAPSHOT} 和 ${PREVIOUS} 都不见了`
  const mend = daily
    ? `把 ${daily} 复制到一个新的空文件夹并改名为 ${SNAPSHOT},让服务使用那个文件夹(该备份之后的改动会丢失)`
    : `从备份找回 ${SNAPSHOT},单独放进一个新的空文件夹,让服务使用那个文件夹`
  return `数据文件夹 ${folder} 无法读取:${why}。没有改动任何文件,服务不会以空数据启动。恢复办法:${mend}`
}

async function segmentsOf(folder: string, names: string[]): Promise<Segment[]> {
  const segments: Segment[] = []
  for (const name of names) {
    const first = segmentFirst(name)
    if (first === undefined) continue
    const path = join(folder, name)
    segments.push({ first, path, bytes: (await stat(path)).size })
  }
  return segments.sort((a, b) => a.first - b.first)
}

async function replayAll(
  folder: string,
  names: string[],
  segments: Segment[],
  image: Image,
): Promise<Torn | undefined> {
  const start = image.seq
  let torn: Torn | undefined
  for (const [position, segment] of segments.entries()) {
    const next = segments[position + 1]
    if (next && next.first <= image.seq + 1) continue
    if (segment.first > image.seq + 1) throw new Error(missing(folder, image.seq + 1))
    torn = await replay(segment, image, next === undefined)
    if (torn) segment.bytes = torn.offset
  }
  // A snapshot is only ever made once the segment after it exists. Without it changes were lost, unless this
  // is a backup put into a folder of its own.
  const alone = !names.includes(PREVIOUS) && segments.length === 0
  if (image.seq === start && !alone && !names.includes(segmentName(start + 1))) {
    throw new Error(missing(folder, start + 1))
  }
  return torn
}

function missing(folder: string, first: number): string {
  return (
    `数据文件夹 ${folder} 少了日志 ${segmentName(first)},其中的改动无从得知。没有改动任何文件。` +
    `恢复办法:把它找回来;找不回来的话,把 ${SNAPSHOT} 单独放进一个新的空文件夹,让服务使用那个文件夹(缺少的改动会丢失)`
  )
}
