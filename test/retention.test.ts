import { expect, test } from 'vitest'
import type { Outgoing, Store, TableName } from '../bot/store.ts'
import { forgetOld } from '../server/retention.ts'
import { openStore } from './support/world.ts'

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
  attempts: 1,
  error: null,
  createdAt: daysAgo(90),
  dueAt: daysAgo(90),
  settledAt,
})

test('turns are forgotten after 3 days, settled words after 30; what still waits stays', async () => {
  const store = await openStore()
  await store.transaction(async (tx) => {
    const turn = { resident: 'official-account:openid', outgoing: null }
    await tx.insert('turns', { ...turn, id: 'old', at: daysAgo(3) })
    await tx.insert('turns', { ...turn, id: 'new', at: daysAgo(2.9) })
    await tx.insert('outbox', outgoing('accepted-old', 'accepted', daysAgo(30)))
    await tx.insert('outbox', outgoing('accepted-new', 'accepted', daysAgo(29)))
    await tx.insert('outbox', outgoing('refused-old', 'refused', daysAgo(31)))
    await tx.insert('outbox', outgoing('pending-old', 'pending', null))
    await tx.insert('outbox', outgoing('waiting-old', 'waiting', null))
  })
  expect(await forgetOld(store, NOW)).toBe(3)
  expect(await ids(store, 'turns')).toEqual(['new'])
  expect(await ids(store, 'outbox')).toEqual(['accepted-new', 'pending-old', 'waiting-old'])
  expect(await forgetOld(store, NOW)).toBe(0)
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
