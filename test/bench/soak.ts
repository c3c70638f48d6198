/** A long time at half of what it can take: whether anything grows. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedLoop, openLoop } from './client.ts'
import { fill } from './data.ts'
import { bar, figure, percentile, table } from './figures.ts'
import { policyQuestions, pushes } from './messages.ts'
import { platform } from './platform.ts'
import { start } from './servers.ts'

const RECORDS = 10_000
/** Messages as fast as they are taken, to find out how many a second that is. */
const FULL = 4_000
/** Memory is compared with that after the first minutes, when caches and the young generation are full (R12). */
const SETTLED_MINUTES = 3
/** How much memory may grow afterwards, and p99 beside its own first minutes. */
const GROWTH = { memory: 1.1, p99: 2 } as const
const LATE_MS = 4_500
/** How often the memory is looked at: it swings with every snapshot, and the most of a minute counts. */
const LOOK_MS = 1_000

/** @param minutes how long; 10 is what R12 of the bars asks */
export async function measureSoak(minutes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'))
  const api = await platform()
  const questions = policyQuestions()
  await fill(folder, RECORDS)
  const server = await start('ours', folder, api.address)
  await server.ready()
  const who = (n: number) => (n * 7919) % RECORDS
  await closedLoop(server.port, pushes(FULL / 4, questions, who))
  const began = performance.now()
  await closedLoop(server.port, pushes(FULL, questions, who))
  const perSecond = Math.floor(FULL / ((performance.now() - began) / 1000) / 2)

  const rows: { p50: number; p99: number; max: number; late: number; rssMb: number; files: number }[] = []
  for (let minute = 0; minute < minutes; minute++) {
    let rssMb = 0
    const look = async () => {
      rssMb = Math.max(rssMb, (await server.usage()).rssMb)
    }
    const looking = setInterval(() => void look(), LOOK_MS)
    const took = await openLoop(server.port, pushes(perSecond * 60, questions, who), perSecond)
    clearInterval(looking)
    await look()
    rows.push({
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
      max: took.reduce((most, one) => Math.max(most, one), 0),
      late: took.filter((ms) => ms > LATE_MS).length,
      rssMb,
      files: server.openFiles(),
    })
  }
  table(
    `Soak: ${perSecond} messages/s, half of what 16 connections get, for ${minutes} minutes, ${RECORDS} records before`,
    ['minute', 'p50 ms', 'p99 ms', 'max ms', 'late', 'most RSS MB', 'open files'],
    rows.map(({ p50, p99, max, late, rssMb, files }, minute) => [
      String(minute + 1),
      figure(p50),
      figure(p99),
      figure(max),
      String(late),
      figure(rssMb),
      String(files),
    ]),
  )
  const settled = rows.slice(0, SETTLED_MINUTES)
  const after = rows.slice(SETTLED_MINUTES)
  const most = (of: readonly (typeof rows)[number][], what: 'rssMb' | 'p99' | 'files') =>
    of.reduce((highest, row) => Math.max(highest, row[what]), 0)
  if (after.length > 0) {
    bar('memory, × the first 3 minutes', most(after, 'rssMb') / most(settled, 'rssMb'), GROWTH.memory)
    bar(
      'worst minute’s p99, × the worst of the first 3',
      most(after, 'p99') / most(settled, 'p99'),
      GROWTH.p99,
    )
    bar('open files more than in the first 3 minutes', most(after, 'files') - most(settled, 'files'), 16)
  }
  bar(
    `answers later than ${LATE_MS} ms`,
    rows.reduce((sum, { late }) => sum + late, 0),
    0,
  )
  await server.stop('SIGTERM')
  await api.close()
  rmSync(folder, { recursive: true })
}
