/**
 * `npm run test:crash`: SIGKILL under load, of the store alone, of residents telling their requests, and of two
 * schedulers telling advisors.
 * `--only writes|requests|nudges`, `--cycles 100` (default 100, 200 and 50) and `--seed 1`; exits 1 on any loss.
 * `--only nudges --on postgres` kills two processes on one database instead of one process with both schedulers.
 */
import { parseArgs } from 'node:util'
import { killCityNudges } from './city-nudges.ts'
import { killNudges } from './nudges.ts'
import { killRequests } from './requests.ts'
import { killWrites } from './writes.ts'

/** A restart must be serving again within this (reliability.md R1). */
const READY_MS = 2_000

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { only: text, cycles: text, seed: text, on: text } })
const seed = Number(values.seed ?? Date.now() % 2 ** 31) || 1
if (values.on !== undefined && (values.on !== 'postgres' || values.only !== 'nudges'))
  throw new Error('--on postgres goes with --only nudges')
const nudges = values.on === 'postgres' ? killCityNudges : killNudges
const runs = { writes: [killWrites, 100], requests: [killRequests, 200], nudges: [nudges, 50] } as const
console.log(`seed ${seed}`)
for (const [name, [kill, cycles]] of Object.entries(runs)) {
  if (values.only !== undefined && values.only !== name) continue
  const { figures, whole, slowest } = await kill(Number(values.cycles ?? cycles), seed)
  console.log(`${name}: ${figures}`)
  if (!whole || slowest > READY_MS) process.exitCode = 1
}
// The database's package would otherwise end this with 0 by itself.
process.exit(process.exitCode)
