/**
 * `npm run bench [-- --quick] [-- webhook|load|search|quality|model|start|jobs|month|soak|city|postgres|instances|growth|size|inserts|pages|lists]`: prints every figure beside its baseline
 * of the same run, and whether each bar is kept; exits 1 when one is not. `--tickets 1000,500000` names the sizes of
 * `size`. See BENCHMARKS.md.
 */
import { parseArgs } from 'node:util'
import { measureCity } from './city.ts'
import { figure, missedBars } from './figures.ts'
import { measureGrowth } from './growth.ts'
import { measureInserts } from './inserts.ts'
import { measureInstances } from './instances.ts'
import { measureJobs } from './jobs.ts'
import { measureLists } from './lists.ts'
import { measureLoad } from './load.ts'
import { load, machine } from './machine.ts'
import { measureModel } from './model.ts'
import { measureMonth } from './month.ts'
import { measurePages } from './pages.ts'
import { measurePostgres } from './postgres.ts'
import { measurePostgresWebhook } from './postgres-webhook.ts'
import { measureQuality } from './quality.ts'
import { measureSearch } from './search.ts'
import { measureSize } from './size.ts'
import { measureSoak } from './soak.ts'
import { measureStart } from './start.ts'
import { measureWebhook } from './webhook.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    questions: { type: 'string', default: 'questions.jsonl' },
    tickets: { type: 'string' },
  },
})
const sizes = (values.tickets ?? (values.quick ? '1000,10000' : '1000,10000,100000,500000'))
  .split(',')
  .map(Number)
const PARTS: Record<string, () => Promise<void>> = {
  webhook: () => measureWebhook(values.quick),
  load: () => measureLoad(values.quick),
  search: () => measureSearch(values.quick, values.questions),
  quality: () => measureQuality(values.questions),
  model: () => measureModel(values.quick),
  start: () => measureStart(values.quick),
  jobs: () => measureJobs(values.quick),
  month: () => measureMonth(values.quick),
  soak: () => measureSoak(values.quick ? 1 : 10),
  city: () => measureCity(values.quick),
  async postgres() {
    await measurePostgres(values.quick)
    await measurePostgresWebhook(values.quick)
  },
  instances: () => measureInstances(values.quick),
  growth: () => measureGrowth(values.quick),
  size: () => measureSize(values.quick, sizes),
  inserts: () => measureInserts(values.quick),
  pages: () => measurePages(values.quick),
  lists: () => measureLists(values.quick),
}
const unknown = positionals.filter((name) => !(name in PARTS))
if (unknown.length > 0)
  throw new Error(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)

const started = performance.now()
console.log(`${new Date().toISOString()}, ${values.quick ? 'quick' : 'full'} run\n${machine()}`)
for (const [name, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.log(`\n## ${name}\n\nbefore: ${load()}`)
  await measure()
  console.log(`after: ${load()}`)
}
const missed = missedBars()
console.log(
  `\n${missed === 0 ? 'all bars kept' : `${missed} bars missed`}, ${figure((performance.now() - started) / 1000)} s`,
)
process.exitCode = missed === 0 ? 0 : 1
