/**
 * Kills a process in which two schedulers tell from one store, and counts at the platform: every request kept was told,
 * none twice but where the kill fell between the platform's acceptance and the record, and none stands as told that
 * the platform never took.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { readLowdbFolder } from '../../server/store/read.ts'
import { live, type Outcome } from './lives.ts'
import { type Platform, startPlatform } from './platform.ts'
import { numberOf, tellAll } from './telling.ts'

/** Numbers of one life do not reach those of the next. */
const PER_LIFE = 1000
/** Well above a lease. */
const LATER_MS = 60_000

export async function killNudges(cycles: number, seed: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-nudges-'))
  const kept = new Set<string>()
  /** Taken, and not written down when the kill came: the only ones that may be told once more. */
  const between = new Map<string, number>()
  let untold = 0
  // Ten in the morning, so that nothing rests for the night.
  const ahead = Date.parse('2026-11-23T10:00:00+08:00') - Date.now()

  const platform = await startPlatform(() => new Date(Date.now() + ahead))
  const { base } = platform

  async function check(): Promise<void> {
    const store = await readLowdbFolder(folder)
    const taken = timesTaken(platform)
    for await (const row of store.scan('nudges')) {
      if (row.kind !== 'ticket-opened' || row.ticket === null) continue
      const times = taken.get(row.ticket) ?? 0
      if (row.state === 'accepted' && times === 0) untold += 1
      if (row.state === 'pending' && times > 0) between.set(row.ticket, times)
    }
  }
  const slowest = await live({
    program: 'teller.js',
    args: (life) => [folder, base, String(life * PER_LIFE), String(ahead)],
    cycles,
    lasts: [100, 700],
    seed,
    onLine: (line) => kept.add(numberOf(Number(line.slice('kept '.length)))),
    check,
  })
  const store = await openLowdbStore(folder, { log: { warn: () => undefined, error: () => undefined } })
  const later = () => new Date(Date.now() + ahead + LATER_MS)
  await tellAll(store, base, later, randomUUID)
  await store.close()
  await check()
  platform.close()
  await rm(folder, { recursive: true })

  const taken = timesTaken(platform)
  const lost = [...kept].filter((number) => !taken.has(number)).length
  const doubles = [...taken].filter(([, times]) => times > 1)
  const unexplained = doubles.filter(([number, times]) => times > (between.get(number) ?? 0) + 1).length
  const figures =
    `cycles ${cycles}, kept ${kept.size}, lost ${lost}, told twice ${doubles.length} ` +
    `(all between acceptance and record but ${unexplained}), shown as told but not ${untold}, ` +
    `slowest start ${slowest.toFixed(0)} ms`
  return { figures, whole: lost + unexplained + untold === 0 && kept.size > 0, slowest }
}

/** How often the platform took each number. */
function timesTaken({ taken }: Platform): Map<string, number> {
  const times = new Map<string, number>()
  for (const number of taken.flatMap(({ numbers }) => numbers))
    times.set(number, (times.get(number) ?? 0) + 1)
  return times
}
