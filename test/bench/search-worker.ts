/**
 * One search in a process of its own: `node --expose-gc search-worker.js <engine> <policies>`. Builds it and
 * tells how long that took and what it holds; then times the texts of each message from its parent.
 */
import { setTimeout } from 'node:timers/promises'
import { loadInventory } from '../../knowledge/load.ts'
import { ENGINES, isEngine, type Search } from './engines.ts'
import { grown } from './generated.ts'
import { Round } from './search-round.ts'

const [name = '', policies = '69'] = process.argv.slice(2)
if (!isEngine(name)) throw new Error(`no engine ${name}`)
const inventory = grown(loadInventory(), Number(policies))
globalThis.gc?.()
const before = process.memoryUsage()
const started = performance.now()
let search: Search = await ENGINES[name](inventory)
const buildMs = performance.now() - started
globalThis.gc?.()
await setTimeout(50)
const after = process.memoryUsage()
process.send?.({
  buildMs,
  heapMb: (after.heapUsed + after.external - before.heapUsed - before.external) / 2 ** 20,
  rssMb: (after.rss - before.rss) / 2 ** 20,
})

process.on('message', async (asked) => {
  const { texts, forMs, rebuild } = Round.parse(asked)
  let builtMs = buildMs
  if (rebuild) {
    const again = performance.now()
    search = await ENGINES[name](inventory)
    builtMs = performance.now() - again
  }
  const tookMs: number[] = []
  const end = performance.now() + forMs
  for (const text of texts) {
    const from = performance.now()
    await search(text)
    const now = performance.now()
    tookMs.push(now - from)
    if (now > end) break
  }
  process.send?.({ buildMs: builtMs, tookMs })
})
