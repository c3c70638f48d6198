/** The console's lists and 今天 with 100,000 requests behind them, and residents answered while 10,000 become a workbook. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PASSWORD } from '../support/console.ts'
import { openLoop } from './client.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { policyQuestions, pushes } from './messages.ts'
import { fill } from './pages.ts'
import { platform } from './platform.ts'
import { type Served, start } from './servers.ts'

const TICKETS = 100_000
/** Of the server's time, in ms; reliability.md, P8. */
const LIMIT_MS = 200
/** Of answers to residents while the workbook is made, at the 99th percentile, in ms. */
const ANSWER_MS = 100
const PER_SECOND = 20
const ANSWERS = 200
/** Each view, each filter, each search, and those that find least among most. */
const LISTS = [
  '/today',
  '/requests',
  '/requests?stage=received',
  '/requests?stage=dispatched',
  '/requests?area=none',
  '/requests?owner=none',
  '/requests?owner=mine',
  '/requests?owner=li',
  '/requests?clock=overdue',
  '/requests?clock=today',
  '/requests?clock=week',
  '/requests?view=closed',
  '/requests?view=closed&owner=none',
  '/requests?view=all',
  '/requests?view=all&stage=refused',
  '/requests?view=all&owner=li',
  '/requests?view=all&area=none&stage=received',
  '/requests?view=all&from=2026-01-01&to=2026-01-31',
  '/requests?search=0012',
  '/requests?search=9999',
  '/requests?search=13800000029',
  '/residents',
  '/residents?area=none',
  '/residents?search=0012',
  '/residents?search=9999',
] as const

export async function measureLists(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-lists-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const tickets = quick ? TICKETS / 10 : TICKETS
  await fill(join(folder, 'data'), tickets, 0)
  const api = await platform()
  const server = await start('ours', folder, api.address)
  try {
    await server.ready()
    const ask = await signedIn(server)
    const took = new Map<string, number[]>(LISTS.map((path) => [path, []]))
    for (let round = 0; round <= (quick ? 3 : 9); round++)
      for (const path of LISTS) {
        const before = await server.usage()
        await ask(path)
        const { cpuMs } = await server.usage()
        // The first round warms the program up.
        if (round > 0) took.get(path)?.push(cpuMs - before.cpuMs)
      }
    table(
      `Console: CPU time of the server for a list with ${tickets} requests kept, in ms; median (min–max)`,
      ['list', 'CPU ms'],
      LISTS.map((path) => [path, spread(took.get(path) ?? [])]),
    )
    const slowest = LISTS.map((path) => ({ path, ms: median(took.get(path) ?? []) })).sort(
      (one, other) => other.ms - one.ms,
    )[0]
    bar(`the slowest list, ${slowest?.path}`, slowest?.ms ?? Number.NaN, LIMIT_MS, ' ms')

    const told = pushes(ANSWERS, policyQuestions(), (n) => n)
    const alone = await openLoop(server.port, told.slice(0, ANSWERS / 2), PER_SECOND)
    let file = { ms: 0, bytes: 0 }
    let meanwhile: Iterable<number> = []
    const blocked = await server.watched(async () => {
      const answered = openLoop(server.port, told.slice(ANSWERS / 2), PER_SECOND)
      file = await ask('/requests/export?view=all')
      meanwhile = await answered
    })
    console.log(
      `a workbook of at most 10,000 requests: ${figure(file.ms)} ms, ${file.bytes} bytes; the event loop stood still for at most ${figure(blocked)} ms`,
    )
    console.log(
      `answers at ${PER_SECOND}/s: p99 ${figure(percentile(alone, 0.99))} ms before, ${figure(percentile(meanwhile, 0.99))} ms meanwhile`,
    )
    bar('answers p99 while a workbook is made', percentile(meanwhile, 0.99), ANSWER_MS, ' ms')
  } finally {
    await server.stop('SIGKILL')
    await api.close()
  }
}

/** @returns asks the console's API as somebody who may see everything */
async function signedIn({ port }: Served) {
  const api = `http://127.0.0.1:${port}/console/api`
  const answer = await fetch(`${api}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-console': '1' },
    body: JSON.stringify({ name: 'bench', password: PASSWORD }),
  })
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0])
  if (!answer.ok) throw new Error(`could not sign in: ${answer.status} ${await answer.text()}`)
  return async (path: string): Promise<{ ms: number; bytes: number }> => {
    const began = performance.now()
    const got = await fetch(`${api}${path}`, { headers: { cookie: cookie.join('; ') } })
    const bytes = (await got.arrayBuffer()).byteLength
    if (!got.ok) throw new Error(`${path}: ${got.status}`)
    return { ms: performance.now() - began, bytes }
  }
}
