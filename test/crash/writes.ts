/**
 * Kills a writing process at random moments on one folder, and looks whether everything it acknowledged is there,
 * once, each time.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLowdbFolder } from '../../server/store/read.ts'
import { live, type Outcome } from './lives.ts'

export async function killWrites(cycles: number, seed: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'))
  const acked = new Set<string>()
  let lost = 0
  let doubled = 0
  let snapshots = 0
  let lastSnapshot: number | undefined

  async function check(): Promise<void> {
    const store = await readLowdbFolder(folder)
    const found = new Map<string, number>()
    const seen = new Set<string>()
    for await (const row of store.scan('events')) {
      if (seen.has(row.id)) doubled += 1
      seen.add(row.id)
      const lane = row.id.split('-')[1] ?? ''
      found.set(lane, (found.get(lane) ?? 0) + 1)
    }
    for (const id of acked) if (!seen.has(id)) lost += 1
    for await (const row of store.scan('sessions'))
      doubled += Math.abs(row.revision - (found.get(row.id) ?? 0))
    if ((await readdir(folder)).includes('db.json')) {
      const { ino } = await stat(join(folder, 'db.json'))
      if (ino !== lastSnapshot) snapshots += 1
      lastSnapshot = ino
    }
  }
  const slowest = await live({
    program: 'writer.js',
    args: (life) => [folder, String(life)],
    cycles,
    lasts: [50, 400],
    seed,
    onLine: (line) => acked.add(line.slice('done '.length)),
    check,
  })
  await rm(folder, { recursive: true })
  const figures =
    `cycles ${cycles}, acked ${acked.size}, lost ${lost}, doubled ${doubled}, ` +
    `slowest start ${slowest.toFixed(0)} ms, cycles with a new snapshot ${snapshots}`
  return { figures, whole: lost + doubled === 0 && acked.size > 0, slowest }
}
