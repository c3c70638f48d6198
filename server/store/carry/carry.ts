/** Carries every row from a source to a target, then compares each one of them. */
import { isDeepStrictEqual } from 'node:util'
import type { TableName } from '../../../bot/store.ts'
import { TABLES } from '../entry.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'

/** How many rows each table has, in declared order. */
export type Counts = ReadonlyMap<TableName, number>

/**
 * Fills the target from the source and compares the two row by row, field by field.
 *
 * @param tell told in Chinese how far it is
 * @returns how many rows were carried and found equal
 * @throws {Error} in Chinese, when what arrived is not what was sent; the target then stays marked as half filled
 */
export async function carry(source: Source, target: Target, tell: (line: string) => void): Promise<Counts> {
  let told = Date.now()
  const progress = (doing: string) => (rows: number) => {
    if (Date.now() - told < TELL_MS) return
    told = Date.now()
    tell(`${doing} ${rows} 行……`)
  }
  await target.fill(source, progress('已搬'))
  const found = await compare(source, target, progress('已核对'))
  if ('counts' in found) return found.counts
  await target.spoil()
  throw new Error(
    `核对不符：${found.table} 表${found.fault}。新的一份没有启用，原来的数据没有改动。请检查磁盘后把同一条命令再运行一次，它会从头搬`,
  )
}

/** How often it is told how far it is, in ms. */
const TELL_MS = 5_000

type Compared = { counts: Counts } | { table: TableName; fault: string }

async function compare(
  source: Source,
  target: Target,
  onProgress: (rows: number) => void,
): Promise<Compared> {
  const counts = new Map<TableName, number>(TABLES.map((table) => [table, 0]))
  let compared = 0
  for await (const { table, rows } of source.batches()) {
    const there = await target.lookUp(
      table,
      rows.map(({ id }) => id),
    )
    let different = 0
    for (const { id, json } of rows) if (!isSameRow(json, there.get(id))) different++
    if (different > 0) return { table, fault: `有 ${different} 行不一样` }
    counts.set(table, (counts.get(table) ?? 0) + rows.length)
    compared += rows.length
    onProgress(compared)
  }
  for (const [table, sent] of counts) {
    const arrived = await target.count(table)
    if (arrived !== sent) return { table, fault: `应有 ${sent} 行，实有 ${arrived} 行` }
  }
  return { counts }
}

/** Whether two texts hold the same fields with the same values; a database may hand them back in another order. */
function isSameRow(sent: string, arrived: string | undefined): boolean {
  return (
    arrived !== undefined && (sent === arrived || isDeepStrictEqual(JSON.parse(sent), JSON.parse(arrived)))
  )
}

/** The counts for whoever reads them, a line a table; empty tables are left out. */
export function sayCounts(counts: Counts): string {
  const lines = [...counts].filter(([, count]) => count > 0).map(([table, count]) => `  ${table} ${count}`)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...lines, `  一共 ${total} 行`].join('\n')
}
