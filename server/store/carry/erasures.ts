/** What later states of a store remember of erasures: itself, as far as it is still readable, and later backups. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { type Erased, isErasure } from '../../../bot/erased-again.ts'
import type { AuditLine, Event } from '../../../bot/store.ts'
import { imageOf } from '../read.ts'
import { SNAPSHOT } from '../snapshot.ts'
import { takenAt } from './backup.ts'
import { CarryError } from './carry-error.ts'
import { isBackup, proveBackup } from './manifest.ts'
import { isDatabase } from './move.ts'
import { imageSource, type Source, snapshotSource } from './source.ts'

const eventSchema = z.object({
  id: z.string(),
  kind: z.literal('erased'),
  resident: z.string(),
  at: z.string(),
  detail: z.record(z.string(), z.string()),
})
const lineSchema = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string(),
  deed: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.string()),
  previous: z.string(),
  seal: z.string(),
})

export interface Later extends Erased {
  /** Until when all erasures are known; null when it is known of none, not even that there were none. */
  until: Date | null
}

/**
 * Gathers what was erased since `backup` was taken.
 *
 * @param place a data folder, a database's address or a backup that knows more; null when the operator has none
 * @param tell told in Chinese of a later backup that cannot be read
 * @throws {CarryError} when `place` cannot be read
 */
export async function laterErasures(
  backup: string,
  place: string | null,
  now: Date,
  tell: (line: string) => void,
): Promise<Later> {
  const events = new Map<string, Event>()
  const lines = new Map<string, AuditLine>()
  let until: Date | null = null
  const know = async (source: Source, at: Date) => {
    for await (const { table, rows } of source.batches(['events', 'audit']))
      for (const { json } of rows) {
        const row: unknown = JSON.parse(json)
        if (table === 'audit') {
          const line = lineSchema.parse(row)
          if (isErasure(line)) lines.set(`${line.id} ${line.seal}`, line)
        } else if (isErased(row)) {
          const event = eventSchema.parse(row)
          events.set(event.id, event)
        }
      }
    if (until === null || at > until) until = at
  }
  const beside = dirname(resolve(backup))
  const mine = takenAt(basename(resolve(backup)))
  for (const name of await readdir(beside)) {
    const at = takenAt(name)
    if (!mine || !at || at <= mine) continue
    try {
      await proveBackup(join(beside, name))
    } catch (error) {
      if (!(error instanceof CarryError)) throw error
      tell(`较新的备份 ${name} 读不出来，其中记下的删除无从知道：${error.message}`)
      continue
    }
    await know(snapshotSource(join(beside, name, SNAPSHOT), ''), at)
  }
  if (place !== null) await ofPlace(place, now, know)
  return { events: [...events.values()], lines: [...lines.values()], until }
}

async function ofPlace(
  place: string,
  now: Date,
  know: (source: Source, at: Date) => Promise<void>,
): Promise<void> {
  if (isDatabase(place)) {
    const { databaseSource } = await import('./database.ts')
    const source = await databaseSource(place, { alone: false })
    return know(source, now).finally(() => source.close())
  }
  if (await isBackup(place)) {
    const { takenAt: at } = await proveBackup(place)
    return know(snapshotSource(join(place, SNAPSHOT), ''), new Date(at))
  }
  const image = await imageOf(place).catch((error: unknown) => {
    throw new CarryError(
      `--erased ${place} 读不出来：${error instanceof Error ? error.message : String(error)}。读不出就去掉这一项，恢复后会说明哪段时间的删除无从知道`,
    )
  })
  return know(imageSource(image, ''), now).finally(() => image.base?.leave())
}

const isErased = (row: unknown): boolean =>
  typeof row === 'object' && row !== null && 'kind' in row && row.kind === 'erased'
