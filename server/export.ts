/** `npm run export -- <table>`: what the store holds, a JSON line a row. */
import { once } from 'node:events'
import { readConfig } from './config.ts'
import { tellFault } from './desk/ask.ts'
import { exportTable } from './desk/export-table.ts'
import { loadEnvFile } from './env-file.ts'

async function main(name: string): Promise<void> {
  loadEnvFile()
  const whole = await exportTable(name, readConfig(process.env), {
    write: async (line) => {
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
    },
    complain: (message) => void process.stderr.write(`${message}\n`),
  })
  if (!whole) process.exitCode = 1
}

main(process.argv[2] ?? '').catch(tellFault)
