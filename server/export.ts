/**
 * `npm run export -- <table>`: what the store holds, a JSON line a row, whether the server runs or not. That somebody
 * exports it is noted in the audit log first; what cannot be noted is not exported.
 */
import { once } from 'node:events'
import { SEALED, StoreError, type Tables, type TicketRow } from '../bot/store.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { askDesk, tellFault } from './desk/ask.ts'
import { loadEnvFile } from './env-file.ts'
import { readStore } from './store/open.ts'
import { openRow } from './store/sealed.ts'
import { createSealer } from './store/sealer.ts'

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

async function main(name: string): Promise<void> {
  loadEnvFile()
  const table = EXPORTS.find((one) => one === name)
  if (!table) throw new ConfigError([`要导出什么？可写 ${EXPORTS.join('、')}，如 npm run export -- outbox`])
  const config = readConfig(process.env)
  await askDesk({ audit: 'export', table })
  await write(table, config)
}

/** A row that cannot be read is told by its id, and the others are still written. */
async function write(table: Export, config: Config): Promise<void> {
  const complain = (message: string) => void process.stderr.write(`${message}\n`)
  const { store, keys, close } = await readStore(config, { warn: complain, error: complain })
  const sealer = SEALED[table].length > 0 ? (await keys()).sealer : createSealer([])
  for await (const row of store.scan(table)) {
    try {
      const opened = openRow(sealer, table, row)
      const line = lineOf(opened)
      if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      process.stderr.write(`${row.id}：${error.message}\n`)
      process.exitCode = 1
    }
  }
  await close()
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

main(process.argv[2] ?? '').catch(tellFault)
