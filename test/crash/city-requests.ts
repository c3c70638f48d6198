/**
 * Kills two servers on one PostgreSQL at random, and PostgreSQL itself now and then, while residents tell their requests
 * over HTTP through a balancer, each message up to three times and to either server. Looks whether every answer still
 * stands, whoever asked again heard the same, and every request confirmed is one ticket with what was told.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { plainText } from '../../bot/message.ts'
import { replyOf } from '../../bot/outgoing.ts'
import type { Outgoing, Store } from '../../bot/store.ts'
import { readTicket } from '../../flows/ticket/ticket.ts'
import { keysFor, type Unlocked } from '../../server/store/data-key.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { openRow } from '../../server/store/sealed.ts'
import { startPostgres } from '../support/postgres.ts'
import { startBalancer } from './balancer.ts'
import { phoneOf, Residents } from './city-residents.ts'
import { INSTANCES, Servers } from './city-servers.ts'
import { type CityWechat, startCityWechat } from './city-wechat.ts'
import { lehmer, type Outcome } from './lives.ts'
import { KEY, LANES } from './script.ts'

/** Within this what was not heard as a reply has been pushed, in ms: after 20 s it is due, see bot/intake.ts. */
const PUSHED_MS = 60_000
const LOOK_MS = 500

export async function killCityRequests(cycles: number, seed: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-city-'))
  const random = lehmer(seed)
  const database = await startPostgres({ durable: true })
  const wechat = await startCityWechat()
  const balancer = await startBalancer(random)
  const servers = new Servers({ folder, database, api: wechat.address, balancer, random })
  try {
    await servers.start()
    const residents = new Residents(balancer.port, random)
    const telling = LANES.map((lane) => residents.tell(lane))
    await servers.killed(cycles)
    await residents.stop(telling)
    const store = await openPostgresStore(database.url, { log: { warn() {}, error() {} } })
    const { sealer } = await keysFor(store, { folder, keys: [KEY] })
    await allPushed(store)
    await servers.stop()
    const { requests, lost, doubled, wrong } = await judge(store, sealer, residents, wechat)
    await store.close()
    const errors = [...servers.errors].map(([said, times]) => `${said} (${times})`)
    const figures =
      `kills ${cycles} of ${INSTANCES.length} servers on PostgreSQL, PostgreSQL itself killed ${servers.crashes} times, ` +
      `answered ${residents.told.size}, requests ${requests}, lost ${lost}, doubled ${doubled}, wrong ${wrong}; ` +
      `deliveries broken ${residents.broken}, refused ${residents.refused}, told that nothing is kept ${residents.unkept}, ` +
      `pushed ${[...wechat.pushed.values()].flat().length}; servers that ended by themselves ${servers.ended}, ` +
      `starts that failed ${servers.failed}${servers.failed > 0 ? ` (${servers.lastWords})` : ''}, ` +
      `slowest start ${servers.slowest.toFixed(0)} ms; errors logged: ${errors.join(', ') || 'none'}`
    const whole = lost + doubled + wrong + servers.ended === 0 && requests > 0
    return { figures, whole, slowest: servers.slowest }
  } finally {
    await servers.stop()
    await balancer.close()
    await wechat.close()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves when nothing waits to be pushed any more, or after {@link PUSHED_MS}. */
async function allPushed(store: Store): Promise<void> {
  const until = performance.now() + PUSHED_MS
  const isWaiting = async () => {
    for await (const { state } of store.scan('outbox')) if (state === 'pending') return true
    return false
  }
  while (performance.now() < until && (await isWaiting())) await setTimeout(LOOK_MS)
}

interface Verdict {
  requests: number
  lost: number
  doubled: number
  wrong: number
}

/** Compares what residents were told with what is kept, which nobody changes any more. */
async function judge(
  store: Store,
  sealer: Unlocked['sealer'],
  { told }: Residents,
  wechat: CityWechat,
): Promise<Verdict> {
  const verdict = { requests: 0, lost: 0, doubled: 0, wrong: 0 }
  const said = new Map<string, Outgoing[]>()
  for await (const sealed of store.scan('outbox')) {
    const row = openRow(sealer, 'outbox', sealed)
    said.set(row.cause, [...(said.get(row.cause) ?? []), row])
  }
  for (const rows of said.values()) verdict.doubled += rows.length - 1
  const turns = new Map<string, number>()
  const kept = new Set<string>()
  for await (const { id, resident } of store.scan('turns')) {
    kept.add(id)
    turns.set(resident, (turns.get(resident) ?? 0) + 1)
  }
  // A turn that was applied twice counts twice here, though it has one row.
  for await (const { id, revision } of store.scan('sessions'))
    verdict.doubled += Math.abs(revision - (turns.get(id) ?? 0))
  const confirmed = new Set<string>()
  for (const [id, { openid, request, isLast, words }] of told) {
    if (isLast) confirmed.add(request)
    const [row] = said.get(id) ?? []
    if (!kept.has(id) || !row) {
      verdict.lost += 1
      continue
    }
    const stands = plainText(replyOf(row))
    if (words.size > 1) verdict.doubled += 1
    else if (words.size === 0) verdict.lost += wechat.pushed.get(openid)?.includes(stands) ? 0 : 1
    else if (!words.has(stands)) verdict.wrong += 1
    if (/求助编号 Q-\d+-\d/.test(stands) !== isLast) verdict.wrong += 1
  }
  for (const id of kept) if (!told.has(id)) verdict.wrong += 1
  verdict.requests = confirmed.size
  await judgeTickets(store, sealer, confirmed, verdict)
  return verdict
}

async function judgeTickets(
  store: Store,
  sealer: Unlocked['sealer'],
  confirmed: ReadonlySet<string>,
  verdict: Verdict,
): Promise<void> {
  const tickets = new Map<string, number>()
  const numbers = new Set<string>()
  for await (const row of store.scan('tickets')) {
    numbers.add(row.id)
    const { facts } = readTicket(openRow(sealer, 'tickets', row).ticket).personal
    const request = /第(\w+)回/.exec(facts.story)?.[1] ?? ''
    tickets.set(request, (tickets.get(request) ?? 0) + 1)
    const isWhole =
      facts.place === `东风街道${request}社区` &&
      facts.name === '王秀英' &&
      facts.phone === phoneOf(request) &&
      facts.who === 'self' &&
      facts.needs.join() === 'money'
    if (!isWhole || !confirmed.has(request)) verdict.wrong += 1
  }
  for (const request of confirmed) if (!tickets.has(request)) verdict.lost += 1
  for (const count of tickets.values()) verdict.doubled += count - 1
  // Advisors hear of each once.
  const nudged = new Map<string, number>()
  for await (const { kind, ticket } of store.scan('nudges'))
    if (kind === 'ticket-opened' && ticket !== null) nudged.set(ticket, (nudged.get(ticket) ?? 0) + 1)
  for (const number of numbers) {
    const times = nudged.get(number) ?? 0
    if (times === 0) verdict.lost += 1
    else verdict.doubled += times - 1
  }
}
