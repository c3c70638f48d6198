/** What a message, an insert, a list and a lookup cost on PostgreSQL with ever more rows in it. */
import { spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIntake, type Receive } from '../../bot/intake.ts'
import type { Store } from '../../bot/store.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { move } from '../../server/store/carry/move.ts'
import { type Unlocked, unlock } from '../../server/store/data-key.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { settingFrom } from '../support/world.ts'
import { databaseOf, databaseUsage } from './database.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { openid, SMALLTALK } from './messages.ts'
import { beside } from './servers.ts'

const ROUNDS = 7
/** With their residents, words, events and keys: so many rows each. */
const ROWS_A_TICKET = 15.6
const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const
/** As many rows, beside the first size, are judged. */
const JUDGED = 100_000
const PAGE = 50
const MOST = 1.5

interface Lane {
  rows: number
  tickets: number
  store: Store
  fingerprint: Unlocked['fingerprint']
  receive: Receive
}

/** One thing that is asked of a store; it is given a number that it was not given before. */
type Deed = (lane: Lane, n: number) => Promise<unknown>

const DEEDS: Readonly<Record<string, Deed>> = {
  'a message of somebody known': ({ receive, tickets }, n) =>
    receive({
      id: `growth-${n}`,
      channel: 'official-account',
      from: openid((n * 7919) % tickets),
      sentAt: new Date(),
      body: { kind: 'text', text: SMALLTALK[n % SMALLTALK.length] ?? '' },
    }),
  'an insert': ({ store }, n) =>
    store.transaction(
      (tx) =>
        tx.insert('turns', {
          id: `official-account:growth-insert-${n}`,
          resident: `official-account:${openid(n)}`,
          outgoing: null,
          at: new Date().toISOString(),
        }),
      'rows',
    ),
  'a page of the requests in one state': ({ store }) =>
    store.list('tickets', 'inStage', { equals: ['revisited'], limit: PAGE, unopened: true }),
  'a request by its number': ({ store, tickets }, n) =>
    store.get(
      'tickets',
      mintNumber(NUMBER_ATTEMPT, () => (n * 7919) % tickets),
    ),
  'requests by a phone': async ({ store, fingerprint, tickets }, n) => {
    // As test/bench/fill-tickets.ts makes them.
    const phone = `138${String((n * 7919) % tickets).padStart(8, '0')}`
    const key = `phone:${fingerprint('phone', phone)}`
    const [first] = await store.list('ticket_keys', 'byKey', { equals: [key], limit: PAGE })
    found(first)
  },
  'what is due to be sent': ({ store }) =>
    store.transaction((tx) => tx.claim('outbox', { now: LONG_AGO, until: LONG_AGO, limit: 1 }), 'rows'),
}
/** What is not there would cost less. */
function found(row: object | undefined): void {
  if (!row) throw new Error('a row that was filled in is not found')
}

/** As test/bench/fill-tickets.ts makes them. */
const NUMBER_ATTEMPT = 10
/** Nothing was due then. */
const LONG_AGO = '2000-01-01T00:00:00.000Z'

export async function measureGrowth(quick: boolean): Promise<void> {
  const times = quick ? 40 : 200
  const sizes = quick ? SIZES.filter((size) => size <= JUDGED) : SIZES
  const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'))
  const server = await startPostgres({ durable: true })
  const lanes: Lane[] = []
  try {
    for (const rows of sizes) lanes.push(await filled(server, folder, rows))
    const costs = new Map(
      Object.keys(DEEDS).map((name) => [
        name,
        lanes.map(() => ({ cpuUs: [] as number[], took: [] as number[] })),
      ]),
    )
    let n = 0
    for (let round = 0; round <= ROUNDS; round++)
      for (const [name, deed] of Object.entries(DEEDS))
        for (let turn = 0; turn < lanes.length; turn++) {
          const place = (turn + round) % lanes.length
          const [lane, cost] = [lanes[place], costs.get(name)?.[place]]
          if (!lane || !cost) continue
          const before = cpuMs(server)
          const took: number[] = []
          for (let time = 0; time < times; time++) {
            const began = performance.now()
            await deed(lane, n++)
            took.push(performance.now() - began)
          }
          // The first round warms up.
          if (round === 0) continue
          cost.cpuUs.push(((cpuMs(server) - before) / times) * 1000)
          cost.took.push(...took)
        }
    show(lanes, costs)
  } finally {
    for (const { store } of lanes) await store.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Of this process and the database. */
function cpuMs(server: PostgresServer): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + databaseUsage(server).cpuMs
}

/** A database with so many rows, made as a folder's is and moved there as an operator moves one. */
async function filled(server: PostgresServer, parent: string, rows: number): Promise<Lane> {
  const folder = join(parent, `rows-${rows}`)
  const tickets = Math.round(rows / ROWS_A_TICKET)
  const child = spawn(process.execPath, [beside('fill-tickets.js'), folder, String(tickets)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the data folder could not be filled: exit ${code}`)
  const name = `rows_${rows}`
  await server.run(`create database ${name}`)
  const url = databaseOf(server, name)
  await move({ dataDir: folder, databaseUrl: null, dataKeys: [] }, url, () => {})
  const log = { warn: () => {}, error: console.error }
  const { store, fingerprint } = await unlock(
    await openPostgresStore(url, { log }),
    { folder, keys: [] },
    log,
  )
  const receive = createIntake({
    store,
    setting: { ...settingFrom(new Date()), fingerprint },
    now: () => new Date(),
    newId: randomUUID,
    randomBelow: randomInt,
    maxBytes: 2000,
  })
  console.log(`${new Date().toISOString()} ${rows} rows: filled`)
  return { rows, tickets, store, fingerprint, receive }
}

type Costs = ReadonlyMap<string, readonly { cpuUs: number[]; took: number[] }[]>

function show(lanes: readonly Lane[], costs: Costs): void {
  const besideFirst = (name: string, place: number) =>
    costs
      .get(name)
      ?.[place]?.cpuUs.map((us, round) => us / (costs.get(name)?.[0]?.cpuUs[round] ?? Number.NaN)) ?? []
  table(
    `PostgreSQL with ever more rows: one after the other, processor time with the database’s, ${ROUNDS} rounds; median (min–max)`,
    ['what', 'rows', 'p50 ms', 'p99 ms', 'CPU µs', `× ${lanes[0]?.rows} rows`],
    Object.keys(DEEDS).flatMap((name) =>
      lanes.map(({ rows }, place) => {
        const { took = [], cpuUs = [] } = costs.get(name)?.[place] ?? {}
        return [
          name,
          String(rows),
          figure(percentile(took, 0.5)),
          figure(percentile(took, 0.99)),
          spread(cpuUs),
          spread(besideFirst(name, place)),
        ]
      }),
    ),
  )
  const judged = lanes.findIndex(({ rows }) => rows === JUDGED)
  for (const name of Object.keys(DEEDS))
    bar(
      `${name}: CPU with ${JUDGED} rows beside ${lanes[0]?.rows}`,
      median(besideFirst(name, judged)),
      MOST,
      '×',
    )
}
