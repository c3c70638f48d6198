/** How soon advisors hear of what two processes on one PostgreSQL take in, while much is taken in. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { startPlatform } from '../crash/platform.ts'
import { startPostgres } from '../support/postgres.ts'
import { bar, figure, percentile, table } from './figures.ts'
import { beside } from './servers.ts'

const PROCESSES = 2
/** Openings a second, over both. */
const RATES = [20, 50] as const
/** As fast as a platform answers, in ms. */
const answersIn = () => 20 + Math.random() * 100
const TOLD_WITHIN_MS = { danger: 10_000, normal: 30_000 } as const

const Report = z.object({
  opened: z.number(),
  refused: z.number(),
  openMs: z.array(z.number()),
  failedRounds: z.number(),
  retries: z.number(),
})

export async function measureCity(quick: boolean): Promise<void> {
  const seconds = quick ? 20 : 60
  const rows: string[][] = []
  for (const rate of RATES) {
    const server = await startPostgres({ durable: true })
    const platform = await startPlatform(() => new Date(), answersIn)
    try {
      const reports = await Promise.all(
        Array.from({ length: PROCESSES }, async (_, place) => {
          const args = [server.url, platform.base, String(place), String(rate / PROCESSES), String(seconds)]
          const child = spawn(process.execPath, [beside('city-process.js'), ...args], {
            stdio: ['ignore', 'pipe', 'inherit'],
          })
          const lines: string[] = []
          createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
          await once(child, 'close')
          return Report.parse(JSON.parse(lines.at(-1) ?? 'null'))
        }),
      )
      await setTimeout(100)
      const store = await openPostgresStore(server.url, { log: console })
      const late = { danger: [] as number[], normal: [] as number[] }
      let untold = 0
      let twice = 0
      for await (const { state, urgency, at, told, kind } of store.scan('nudges')) {
        if (kind === 'reminder') continue
        const [first] = told
        if (state !== 'accepted' || !first) untold += 1
        else late[urgency === 'danger' ? 'danger' : 'normal'].push(Date.parse(first.at) - Date.parse(at))
        // One message may count for several audiences.
        const messages = new Set(told.map(({ way, at: when }) => `${way} ${when}`))
        if (messages.size !== new Set(told.map(({ way }) => way)).size) twice += 1
      }
      await store.close()
      const opened = reports.reduce((sum, one) => sum + one.opened, 0)
      const failed = reports.reduce((sum, one) => sum + one.failedRounds, 0)
      const refused = reports.reduce((sum, one) => sum + one.refused, 0)
      const retries = reports.reduce((sum, one) => sum + one.retries, 0)
      const took = reports.flatMap(({ openMs }) => openMs)
      for (const [urgency, of] of Object.entries(late))
        rows.push([
          `${rate}/s`,
          urgency,
          `${of.length}`,
          figure(percentile(of, 0.5) / 1000),
          figure(percentile(of, 0.99) / 1000),
          figure(Math.max(...of) / 1000),
        ])
      console.log(
        `${rate}/s: opened ${opened} (p99 ${figure(percentile(took, 0.99))} ms), refused ${refused}, ` +
          `met others ${retries} times, rounds that failed ${failed}, not told ${untold}, told twice ${twice}, messages ${platform.taken.length}`,
      )
      bar(`${rate} openings/s: dangers told, slowest`, Math.max(...late.danger), TOLD_WITHIN_MS.danger, ' ms')
      bar(
        `${rate} openings/s: requests told, p99`,
        percentile(late.normal, 0.99),
        TOLD_WITHIN_MS.normal,
        ' ms',
      )
      bar(`${rate} openings/s: not told, told twice, refused`, untold + twice + refused, 0)
    } finally {
      platform.close()
      await server.stop()
    }
  }
  table(
    `${PROCESSES} processes on one PostgreSQL: seconds from what happened to the platform's acceptance written down`,
    ['openings', 'urgency', 'told', 'p50', 'p99', 'max'],
    rows,
  )
}
