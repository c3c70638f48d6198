/** What the office's terms end, and what never ends by itself. */
import { expect, test } from 'vitest'
import { verify } from '../bot/audit.ts'
import { act } from '../bot/casework.ts'
import type { HouseholdRow, Store, TableName, VisitRow } from '../bot/store.ts'
import { readVisit } from '../flows/visits.ts'
import { KEEP_DEFAULT } from '../server/config.ts'
import { createClockWatch } from '../server/retention/clock.ts'
import { daysOf, FILE_TERMS, TERMS } from '../server/retention/terms.ts'
import { forgetPast } from '../server/retention.ts'
import { TABLES } from '../server/store/entry.ts'
import { requestHelp } from './support/request.ts'
import { clockAt, fingerprint, openStore, WITNESS, world } from './support/world.ts'

const DAY = 86_400_000
const KEEP = { tickets: 400, households: 300, audit: 1095 }
const witness = { by: 'assistant', seal: fingerprint }

async function ids(store: Store, table: TableName): Promise<string[]> {
  const found: string[] = []
  for await (const row of store.scan(table)) found.push(row.id)
  return found.sort()
}

test('every table has a term with its reason, and those in days are days', () => {
  expect(Object.keys(TERMS).sort()).toEqual([...TABLES].sort())
  for (const [name, term] of [...Object.entries(TERMS), ...Object.entries(FILE_TERMS)]) {
    expect(term.what, name).not.toBe('')
    expect(term.why, name).not.toBe('')
    expect(term.until, name).not.toBe('')
  }
  expect(daysOf('tickets', KEEP)).toBe(400)
  expect(daysOf('turns', KEEP)).toBe(3)
  expect(daysOf('areas', KEEP)).toBeNull()
})

async function closedRequest() {
  const all = await world()
  const { store, receive, text, clock, parts } = all
  const say = async (words: string) => (await receive(text(words))).reply?.text ?? ''
  const number = await requestHelp(say)
  const does = (action: unknown) =>
    act(store, {
      number,
      action,
      actor: { role: 'staff', id: 'li' },
      witness: WITNESS,
      now: clock(),
      newId: parts.newId,
    })
  return { ...all, number, does, forget: () => forgetPast({ store, now: clock(), keep: KEEP, witness }) }
}

test('a request goes with all that belongs to it when its term after its end is over, and not before', async () => {
  const { store, clock, number, does, forget } = await closedRequest()
  clock.pass(500 * DAY)
  expect(await forget()).toBe(0)
  await does({ kind: 'refuse', why: '不在本区', elsewhere: '户籍地' })
  clock.pass(399 * DAY)
  expect(await forget()).toBe(0)
  clock.pass(2 * DAY)
  expect(await forget()).toBe(1)
  for (const table of ['tickets', 'ticket_keys', 'ticket_events'] as const)
    expect(await ids(store, table)).toEqual([])
  for await (const { ticket } of store.scan('outbox')) expect(ticket).toBeNull()
  const lines = await store.list('audit', 'ofSubject', { equals: [`ticket:${number}`], limit: 9 })
  expect(lines.at(-1)).toMatchObject({ by: 'assistant', deed: 'forgotten' })
  expect((await verify(store, fingerprint)).broken).toBeNull()
})

const HOUSEHOLD: HouseholdRow = {
  id: 'H-0600-2',
  area: 'a',
  advisor: '',
  category: '低保',
  state: 'left',
  leftAt: '',
  contactedAt: '',
  person: { name: '周桂兰' },
}
const visit = (id: string, subject: string, at: Date): VisitRow => ({
  id,
  subject,
  advisor: 'wang',
  at: at.toISOString(),
  channel: '上门',
  reached: true,
  detail: readVisit('上门见到了，缺药', ['photo']).detail,
})

test('a household that left is forgotten by its term, one that is watched never; its old visits are', async () => {
  const store = await openStore()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const forget = () => forgetPast({ store, now: clock(), keep: KEEP, witness })
  await store.transaction(async (tx) => {
    await tx.put('households', HOUSEHOLD)
    await tx.put('household_keys', { id: 'phone:x', household: HOUSEHOLD.id })
    await tx.put('households', { ...HOUSEHOLD, id: 'H-0601-0', state: 'watched' })
    await tx.put('household_keys', { id: 'phone:y', household: 'H-0601-0' })
  })
  await forget()
  expect((await store.get('households', HOUSEHOLD.id))?.leftAt).toBe(clock().toISOString())
  clock.pass(301 * DAY)
  expect(await forget()).toBe(1)
  expect(await ids(store, 'households')).toEqual(['H-0601-0'])
  expect(await ids(store, 'household_keys')).toEqual(['phone:y'])
})

test('who left the account is forgotten with all that was said; who follows, or has a request, is not', async () => {
  const { store, receive, text, message, clock, number } = await closedRequest()
  for (const from of ['gone', 'here']) await receive(text('人工', { from }))
  await receive(text('我住在东风村', { from: 'gone' }))
  for (const from of ['gone', 'openid-of-wang']) await receive(message({ kind: 'unfollowed' }, { from }))
  clock.pass(31 * DAY)
  expect(await forgetPast({ store, now: clock(), keep: KEEP_DEFAULT, witness })).toBe(1)
  expect(await ids(store, 'residents')).toEqual(['official-account:here', 'official-account:openid-of-wang'])
  expect((await ids(store, 'tickets'))[0]).toBe(number)
  for (const table of ['outbox', 'heard'] as const)
    for await (const { resident } of store.scan(table)) expect(resident).not.toContain('gone')
})

test('what was said to a person is forgotten after half a year, with the pictures that came with it', async () => {
  const { store, receive, text, message, clock } = await world()
  await receive(text('人工'))
  await receive(text('我住在东风村'))
  await receive(message({ kind: 'image', mediaId: 'MEDIA-1' }))
  expect(await ids(store, 'heard')).toHaveLength(2)
  clock.pass(181 * DAY)
  await forgetPast({ store, now: clock(), keep: KEEP_DEFAULT, witness })
  expect(await ids(store, 'heard')).toEqual([])
  expect(await ids(store, 'jobs')).toContain('drop-media:MEDIA-1')
})

test('a visit to a watched household goes after its term, and its photos with it', async () => {
  const store = await openStore()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const ago = (days: number) => new Date(clock().getTime() - days * DAY)
  await store.transaction(async (tx) => {
    await tx.put('visits', visit('old', 'H-0601-0', ago(301)))
    await tx.put('visits', visit('new', 'H-0601-0', ago(299)))
    await tx.put('visits', visit('of-ticket', 'Q-0412-6', ago(900)))
  })
  expect(await forgetPast({ store, now: clock(), keep: KEEP, witness })).toBe(1)
  expect(await ids(store, 'visits')).toEqual(['new', 'of-ticket'])
  expect(await ids(store, 'jobs')).toEqual(['drop-media:photo'])
})

test('nothing is forgotten by a clock that jumped, until it has run evenly for a day', async () => {
  const { store, receive, text, clock } = await world()
  let ran = 0
  let doubts = 0
  const pass = (ms: number) => {
    clock.pass(ms)
    ran += ms
  }
  const watch = () =>
    createClockWatch(
      store,
      clock,
      () => ran,
      () => doubts++,
    )
  await receive(text('低保'))
  const may = watch()
  expect(await may()).toBe(true)
  pass(DAY / 24)
  expect(await may()).toBe(true)
  // Ten years, in which no time passed.
  clock.pass(3650 * DAY)
  expect(await may()).toBe(false)
  pass(DAY / 2)
  expect(await may()).toBe(false)
  expect(doubts).toBe(1)
  pass(DAY / 2)
  expect(await may()).toBe(true)
  // A start long after anybody wrote is watched first, one soon after is not, nor one of an empty store.
  expect(await watch()()).toBe(false)
  await receive(text('低保'))
  expect(await watch()()).toBe(true)
  expect(
    await createClockWatch(
      await openStore(),
      clock,
      () => 0,
      () => {},
    )(),
  ).toBe(true)
})
