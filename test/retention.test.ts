import { expect, test } from 'vitest'
import type { Nudge, Outgoing, Store, TableName } from '../bot/store.ts'
import { forgetOld } from '../server/retention.ts'
import { openStore, world } from './support/world.ts'

const NOW = new Date('2026-11-22T09:00:00+08:00')
const DAY = 24 * 3_600_000
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY).toISOString()

async function ids(store: Store, table: TableName): Promise<string[]> {
  const found: string[] = []
  for await (const row of store.scan(table)) found.push(row.id)
  // A walk has no order.
  return found.sort()
}

const outgoing = (id: string, state: Outgoing['state'], settledAt: string | null): Outgoing => ({
  id,
  resident: 'official-account:openid',
  text: '…',
  choices: [],
  link: null,
  personal: false,
  pressing: false,
  cause: 'test',
  state,
  via: null,
  carrier: null,
  ticket: null,
  announcedAt: null,
  attempts: 1,
  error: null,
  createdAt: daysAgo(90),
  dueAt: daysAgo(90),
  settledAt,
})

test('turns are forgotten after 3 days, as messages that nothing came of, settled words after 30; what still waits stays', async () => {
  const store = await openStore()
  await store.transaction(async (tx) => {
    const turn = { resident: 'official-account:openid', outgoing: null }
    await tx.insert('turns', { ...turn, id: 'old', at: daysAgo(3) })
    await tx.insert('turns', { ...turn, id: 'new', at: daysAgo(2.9) })
    const taken = { resident: 'official-account:openid', message: '…' }
    await tx.insert('taken', { ...taken, id: 'old', at: daysAgo(3) })
    await tx.insert('taken', { ...taken, id: 'new', at: daysAgo(2.9) })
    await tx.insert('outbox', outgoing('accepted-old', 'accepted', daysAgo(30)))
    await tx.insert('outbox', outgoing('accepted-new', 'accepted', daysAgo(29)))
    await tx.insert('outbox', outgoing('refused-old', 'refused', daysAgo(31)))
    await tx.insert('outbox', outgoing('pending-old', 'pending', null))
    await tx.insert('outbox', outgoing('waiting-old', 'waiting', null))
  })
  expect(await forgetOld(store, NOW)).toBe(4)
  expect([await ids(store, 'turns'), await ids(store, 'taken')]).toEqual([['new'], ['new']])
  expect(await ids(store, 'outbox')).toEqual(['accepted-new', 'pending-old', 'waiting-old'])
  expect(await forgetOld(store, NOW)).toBe(0)
})

test('what advisors were to hear is forgotten after 30 days, told or not', async () => {
  const store = await openStore()
  const nudge = (id: string, state: Nudge['state'], at: string): Nudge => ({
    id,
    kind: 'human-asked',
    danger: null,
    resident: 'official-account:openid',
    ticket: null,
    task: null,
    ladder: null,
    rung: 0,
    advisor: null,
    told: [],
    missed: [],
    urgency: 'urgent',
    at,
    times: 1,
    state,
    attempts: 0,
    error: null,
    dueAt: at,
    settledAt: null,
  })
  await store.transaction(async (tx) => {
    for (const state of ['pending', 'accepted', 'refused', 'dropped'] as const) {
      await tx.insert('nudges', nudge(`${state}-old`, state, daysAgo(30)))
      await tx.insert('nudges', nudge(`${state}-new`, state, daysAgo(29)))
    }
  })
  expect(await forgetOld(store, NOW)).toBe(4)
  expect(await ids(store, 'nudges')).toEqual(['accepted-new', 'dropped-new', 'pending-new', 'refused-new'])
})

test('more than one go’s worth is forgotten, too', async () => {
  const store = await openStore()
  await store.transaction(async (tx) => {
    for (let index = 0; index < 1200; index++) {
      await tx.insert('turns', { id: `t${index}`, resident: 'r', outgoing: null, at: daysAgo(4) })
    }
  })
  expect(await forgetOld(store, NOW)).toBe(1200)
  expect(await ids(store, 'turns')).toEqual([])
})

test('a request begun and left is forgotten: a day later before consent, a month later after it', async () => {
  const { receive, text, store, clock } = await world({ at: '2026-11-22T09:00:00+08:00' })
  const unfinished = async () =>
    (await store.list('unfinished', 'byAge', { equals: [], limit: 9 })).map(({ id }) => id.split('-').at(-1))
  await receive(text('求助，我叫王秀英，家里没米了', { from: 'r-told' }))
  await receive(text('我要求助', { from: 'r-agreed' }))
  await receive(text('同意', { from: 'r-agreed' }))
  expect(await unfinished()).toEqual(['told', 'agreed'])
  clock.pass(DAY - 60_000)
  expect(await forgetOld(store, clock())).toBe(0)
  clock.pass(60_000)
  await forgetOld(store, clock())
  expect(await unfinished()).toEqual(['agreed'])
  clock.pass(29 * DAY)
  await forgetOld(store, clock())
  expect(await unfinished()).toEqual([])
  for await (const { flow } of store.scan('sessions')) expect(flow).toBeNull()
})
