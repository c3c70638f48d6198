/** Faults planted into a store that works: the contract's checks must find each of them, or they prove nothing. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Store, Transaction } from '../bot/store.ts'
import { openPostgresStore } from '../server/store/postgres/postgres.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { claimOnce, doNotInterleave, leaveNothing } from './support/store-contract.ts'
import { openStore } from './support/world.ts'

/** `store`, its transactions run in another way. */
const withTransactions = (store: Store, transaction: Store['transaction']): Store => ({
  get: (table, id) => store.get(table, id),
  list: (table, index, query) => store.list(table, index, query),
  count: (table, index, query) => store.count(table, index, query),
  scan: (table) => store.scan(table),
  outlines: (table) => store.outlines(table),
  health: () => store.health(),
  close: () => store.close(),
  onAnnounced: (topic, heard) => store.onAnnounced(topic, heard),
  transaction,
})

/** A transaction whose every step is one by itself: nothing is isolated, and nothing is taken back. */
const apart = (store: Store): Transaction => ({
  get: (table, id) => store.get(table, id),
  list: (table, index, query) => store.list(table, index, query),
  insert: (table, row) => store.transaction((tx) => tx.insert(table, row)),
  put: (table, row) => store.transaction((tx) => tx.put(table, row)),
  remove: (table, id) => store.transaction((tx) => tx.remove(table, id)),
  claim: (table, lease) => store.transaction((tx) => tx.claim(table, lease)),
  announce: () => {},
})

/** What a check that found something throws; anything else that fails would prove nothing. */
const FOUND = { name: 'AssertionError' }

/** The server may end before its last idle connection. */
const QUIET = { warn: () => {}, error: () => {} }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

async function openPostgres(): Promise<Store> {
  const store = await openPostgresStore(server.url, { log: QUIET })
  onTestFinished(() => store.close())
  await server.empty()
  return store
}

describe.each([
  ['the data folder', openStore],
  ['PostgreSQL', openPostgres],
])('on %s', (_name, open) => {
  test('a lost update is found', async () => {
    const store = await open()
    await expect(
      doNotInterleave(withTransactions(store, (work) => work(apart(store)))),
    ).rejects.toMatchObject(FOUND)
  })

  test('a change that is not atomic is found', async () => {
    const store = await open()
    const planted = withTransactions(store, (work) => work(apart(store)))
    await expect(leaveNothing(planted, async () => store)).rejects.toMatchObject(FOUND)
  })

  test('a double claim is found', async () => {
    const store = await open()
    const planted = withTransactions(store, (work) =>
      work({
        ...apart(store),
        async claim(table, { now, until, limit }) {
          const due = await store.list(table, 'due', { equals: ['pending'], to: now, limit })
          const claimed = due.map((row) => ({ ...row, dueAt: until, attempts: row.attempts + 1 }))
          for (const row of claimed) await store.transaction((tx) => tx.put(table, row))
          return claimed
        },
      }),
    )
    await expect(claimOnce(planted)).rejects.toMatchObject(FOUND)
  })

  test('the same checks find nothing in the store itself', async () => {
    const store = await open()
    await leaveNothing(store, async () => store)
    await doNotInterleave(store)
    await claimOnce(store)
  })
})
