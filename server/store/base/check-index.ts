/** Compares the index beside a snapshot with what it should be. */
import type { Base } from './base.ts'
import { Blocks, type ReadBytes, type Run } from './blocks.ts'
import { INDEX, LACKS_ROWS } from './index-file.ts'
import { indexOf } from './make-index.ts'

/**
 * What is wrong with the index beside a snapshot, in Chinese: it is made anew and the two are compared, key by key.
 *
 * @param base undefined when there is no snapshot
 */
export async function indexFaultsOf(base: Base | undefined): Promise<string[]> {
  if (!base) return []
  const made = await base.with(indexOf)
  const faults: string[] = []
  for (const [table, { region, runs }] of made.tables) {
    const kept = base.index.tables.get(table)
    const same =
      kept?.region.crc32 === region.crc32 &&
      kept.region.rows === region.rows &&
      runs.every((run, position) => sameKeys(made.read, run, base.index.read, kept.runs[position]))
    if (!same)
      faults.push(
        `索引 ${INDEX} 里 ${table} 表的一份和数据不符：停掉服务，删掉 ${INDEX} 再启动，会重新做一份`,
      )
  }
  for (const [at, hash] of made.places.hashes.entries())
    if (!base.index.places.has(hash, made.places.offset(at))) {
      faults.push(LACKS_ROWS)
      break
    }
  made.close()
  return faults
}

function sameKeys(read: ReadBytes, run: Run, readOther: ReadBytes, other: Run | undefined): boolean {
  const one = new Blocks(read).from(run, '')
  const two = other ? new Blocks(readOther).from(other, '') : () => undefined
  for (;;) {
    const key = one()
    if (key !== two()) return false
    if (key === undefined) return true
  }
}
