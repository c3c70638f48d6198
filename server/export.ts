/** `npm run export -- <table>`: what the store holds, a JSON line a row, whether the server runs or not. */
import { once } from 'node:events'
import { INDEXES, type TableName } from '../bot/store.ts'
import { ConfigError, readConfig } from './config.ts'
import { loadEnvFile } from './env-file.ts'
import { readLowdbFolder } from './store/read.ts'

/** Tables a later version fills; asked for today they are empty rather than an error. */
const EXPORTS = {
  tickets: null,
  jobs: 'jobs',
  outbox: 'outbox',
  residents: 'residents',
  events: 'events',
} as const

const isExport = (name: string): name is keyof typeof EXPORTS => Object.hasOwn(EXPORTS, name)

async function main(name: string): Promise<void> {
  loadEnvFile()
  if (!isExport(name))
    throw new ConfigError([
      `要导出什么？可写 ${Object.keys(EXPORTS).join('、')}，如 npm run export -- outbox`,
    ])
  const table: TableName | null = EXPORTS[name]
  if (table === null || !(table in INDEXES)) return
  const store = await readLowdbFolder(readConfig(process.env).dataDir)
  for await (const row of store.scan(table)) {
    if (!process.stdout.write(`${JSON.stringify(row)}\n`)) await once(process.stdout, 'drain')
  }
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
