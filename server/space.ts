/** Tells whoever can mend it, before it is too late, that the disk of the data folder is filling up. */
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { SNAPSHOT } from './store/snapshot.ts'

/** Less than this left is told; some days of photos of a busy office, in bytes. */
export const SPACE_ADVISED = 1_000_000_000
/** A new snapshot is written beside the old one, and the journal meanwhile grows as long. */
const SNAPSHOTS = 2
/** Told until so much more is left again, so that what comes and goes is not told each time. */
const RELIEF = 1.1

/** Looks at a disk now and then. */
export interface SpaceWatch {
  /** To be called often. Never rejects: a disk that cannot be measured is told nothing of. */
  look(): Promise<void>
  /** What an operator should know; in Chinese, mostly nothing. */
  advice(): string[]
}

/**
 * @param folder where the data are
 * @param left the bytes anybody may still write there
 * @param snapshot the bytes of the snapshot, 0 where there is none
 */
export function watchSpace(
  folder: string,
  left: (folder: string) => Promise<number> = bytesLeft,
  snapshot: (folder: string) => Promise<number> = snapshotBytes,
): SpaceWatch {
  let advice: string[] = []
  return {
    async look() {
      try {
        const wanted = Math.max(SPACE_ADVISED, SNAPSHOTS * (await snapshot(folder)))
        const free = await left(folder)
        const enough = free >= wanted * (advice.length > 0 ? RELIEF : 1)
        advice = enough ? [] : [wordsOf(folder, wanted)]
      } catch {
        advice = []
      }
    },
    advice: () => advice,
  }
}

/** Without what is left to the byte, or it would be another advice each time. */
function wordsOf(folder: string, wanted: number): string {
  const gigabytes = Math.ceil((wanted * RELIEF) / SPACE_ADVISED)
  return `磁盘快满了：${folder} 所在的盘只剩不到 ${gigabytes} GB。满了以后居民说的话就存不了：请腾出空间，或换一块大的盘`
}

async function bytesLeft(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** With a database there is none. */
async function snapshotBytes(folder: string): Promise<number> {
  return stat(join(folder, SNAPSHOT)).then(
    ({ size }) => size,
    () => 0,
  )
}
