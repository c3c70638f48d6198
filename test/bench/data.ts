/** Data folders as they look after many residents, filled through the store's own interface. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beside } from './servers.ts'

const made = new Map<number, string>()
process.once('exit', () => {
  for (const folder of made.values()) rmSync(folder, { recursive: true, force: true })
})

/** Puts a store of `records` residents into `folder`/data. Each size is made once in a run, and copied. */
export async function fill(folder: string, records: number): Promise<void> {
  const from = made.get(records) ?? (await make(records))
  await cp(from, join(folder, 'data'), { recursive: true })
}

/** In a process of its own, so that this one stays small. */
async function make(records: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'))
  made.set(records, folder)
  const child = spawn(process.execPath, [beside('fill.js'), folder, String(records)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the data folder could not be filled: exit ${code}`)
  return folder
}
