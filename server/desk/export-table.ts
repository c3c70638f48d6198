/**
 * What the store holds, a JSON line a row, whether the server runs or not. That somebody exports it is noted in the
 * audit log first; what cannot be noted is not exported.
 */
import { SEALED, StoreError, type Tables, type TicketRow } from '../../bot/store.ts'
import { type Config, ConfigError } from '../config.ts'
import { readStore } from '../store/open.ts'
import { openRow } from '../store/sealed.ts'
import { createSealer } from '../store/sealer.ts'
import { askDesk } from './ask.ts'

const EXPORTS = [
  'tickets',
  'jobs',
  'outbox',
  'residents',
  'events',
  'tasks',
  'nudges',
  'areas',
  'advisors',
  'households',
  'visit_tasks',
  'visits',
] as const
type Export = (typeof EXPORTS)[number]

/** Where an export goes: its lines, and what is said of it. */
export interface ExportTo {
  write: (line: string) => Promise<void>
  complain: (message: string) => void
}

/**
 * Notes that a table is exported, and writes its rows. A row that cannot be read is told by its id, and the others are
 * still written.
 *
 * @returns whether all could be read
 * @throws {ConfigError} in Chinese, when there is no such table
 */
export async function exportTable(
  name: string,
  config: Config,
  { write, complain }: ExportTo,
): Promise<boolean> {
  const table = EXPORTS.find((one) => one === name)
  if (!table) throw new ConfigError([`要导出什么？可写 ${EXPORTS.join('、')}，如 npm run export -- outbox`])
  await askDesk({ audit: 'export', table }, config)
  const { store, keys, close } = await readStore(config, { warn: complain, error: complain })
  const sealer = SEALED[table].length > 0 ? (await keys()).sealer : createSealer([])
  let whole = true
  for await (const row of store.scan(table)) {
    try {
      await write(JSON.stringify(lineOf(openRow(sealer, table, row))))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      complain(`${row.id}：${error.message}`)
      whole = false
    }
  }
  await close()
  return whole
}

/** Whoever has a robot's key may speak in its group, so that stays here. */
function lineOf(row: Tables[Export]): object {
  if ('robotKey' in row) return { ...row, robotKey: row.robotKey === null ? null : '（已设置）' }
  return 'ticket' in row && 'stage' in row ? flattened(row) : row
}

/** The ticket itself beside the fields it is found by. */
function flattened({ ticket, ...found }: TicketRow): Record<string, unknown> {
  return { ...found, ...(typeof ticket === 'object' ? ticket : { ticket }) }
}
