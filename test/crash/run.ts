/**
 * `npm run test:crash`: SIGKILL under load, of the store alone, of residents telling their requests, and of two
 * schedulers telling advisors.
 * `--only writes|requests|nudges`, `--cycles 100` (default 100, 200 and 50) and `--seed 1`; exits 1 on any loss.
 * `--on postgres` kills two processes on one database instead: writes (250 kills, and the database itself 20 times),
 * copies (500 messages, 20 copies of each to two instances), requests (60 kills of two servers, and the database itself
 * 5 times; after `npm run build`) and nudges (50).
 */
import { parseArgs } from 'node:util'
import { killCityNudges } from './city-nudges.ts'
import { killCityRequests } from './city-requests.ts'
import { killCityWrites } from './city-writes.ts'
import { sendCopies } from './copies.ts'
import { killNudges } from './nudges.ts'
import { killRequests } from './requests.ts'
import { killWrites } from './writes.ts'

/** A restart must be serving again within this (reliability.md R1). */
const READY_MS = 2_000

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { only: text, cycles: text, seed: text, on: text } })
const seed = Number(values.seed ?? Date.now() % 2 ** 31) || 1
if (values.on !== undefined && values.on !== 'postgres') throw new Error('--on knows postgres only')
const runs =
  values.on === 'postgres'
    ? ({
        writes: [killCityWrites, 250],
        copies: [sendCopies, 500],
        requests: [killCityRequests, 60],
        nudges: [killCityNudges, 50],
      } as const)
    : ({ writes: [killWrites, 100], requests: [killRequests, 200], nudges: [killNudges, 50] } as const)
if (values.only !== undefined && !(values.only in runs))
  throw new Error(`--only knows ${Object.keys(runs).join(', ')} here`)
console.log(`seed ${seed}`)
for (const [name, [kill, cycles]] of Object.entries(runs)) {
  if (values.only !== undefined && values.only !== name) continue
  const { figures, whole, slowest } = await kill(Number(values.cycles ?? cycles), seed)
  console.log(`${name}: ${figures}`)
  // While the database itself is down nobody is ready.
  if (!whole || (values.on === undefined && slowest > READY_MS)) process.exitCode = 1
}
// The database's package would otherwise end this with 0 by itself.
process.exit(process.exitCode)
