import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { act, insertTicket, removeTicket } from '../bot/casework.ts'
import { planOwed, planVisitReminders } from '../bot/nudge-rows.ts'
import type { Nudge, VisitTask } from '../bot/store.ts'
import { afterQuiet, chinaClock, chinaDay, isQuiet, isWorkday, workdaysBefore } from '../flows/clocks.ts'
import { ladderOfVisit, laddersOf, MORNING_CLOCK, rungNow } from '../flows/nudges/reminders.ts'
import type { Action } from '../flows/ticket/actions.ts'
import { openTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { sealedStore } from '../server/store/sealed.ts'
import { createSealer, ringKey } from '../server/store/sealer.ts'
import {
  ADVANCE,
  ANY_ACTION,
  ANY_ACTOR,
  advisor,
  MORNING,
  moved,
  NUMBER,
  opened,
  opening,
  part,
  staff,
} from './support/tickets.ts'
import { clockAt, openStore, WITNESS } from './support/world.ts'

/** What of a ticket, as `day clock audiences`. */
const rungs = (ticket: Ticket, what: string): string[] | undefined =>
  laddersOf(ticket)
    .find((ladder) => ladder.what === what)
    ?.rungs.map(({ at, audiences }) => {
      const moment = new Date(at)
      return `${chinaDay(moment)} ${chinaClock(moment)} ${audiences.join('+')}`
    })
const openedAt = (moment: string, urgent = false) =>
  opened({
    at: new Date(moment),
    askedAt: new Date(moment),
    urgency: { level: urgent ? 'urgent' : 'normal', reason: '' },
  })

describe('who is reminded, and when', () => {
  test('a request nobody takes: the next, the street, the district; an urgent one sooner', () => {
    expect(rungs(openedAt('2026-03-03T09:00+08:00'), 'unclaimed')).toEqual([
      '2026-03-03 09:30 next',
      '2026-03-03 10:00 street',
      '2026-03-03 10:30 district',
    ])
    expect(rungs(openedAt('2026-03-03T09:00+08:00', true), 'unclaimed')).toEqual([
      '2026-03-03 09:10 next',
      '2026-03-03 09:20 street',
      '2026-03-03 09:30 district',
    ])
    const taken = moved(opened(), [{ kind: 'claim', name: '王顾问', why: '' }, advisor])
    expect(rungs(taken, 'unclaimed')).toBeUndefined()
  })

  test('the night does not count against those who sleep', () => {
    expect(rungs(openedAt('2026-03-03T21:45+08:00'), 'unclaimed')).toEqual([
      '2026-03-04 08:00 next',
      '2026-03-04 08:30 street',
      '2026-03-04 09:00 district',
    ])
    expect(rungs(openedAt('2026-03-03T23:00+08:00', true), 'unclaimed')).toEqual([
      '2026-03-04 08:10 next',
      '2026-03-04 08:20 street',
      '2026-03-04 08:30 district',
    ])
  })

  test('the 24 hours of an urgent one: at 2, 8 and 20, and the street when they are over', () => {
    const urgent = openedAt('2026-03-03T09:00+08:00', true)
    expect(rungs(urgent, 'aid')).toEqual([
      '2026-03-03 11:00 owner',
      '2026-03-03 17:00 owner',
      '2026-03-04 08:00 owner',
      '2026-03-04 09:00 owner+street',
    ])
    expect(rungs(openedAt('2026-03-03T03:00+08:00', true), 'aid')).toEqual([
      '2026-03-03 08:00 owner',
      '2026-03-03 11:00 owner',
      '2026-03-04 08:00 owner+street',
    ])
    expect(rungs(moved(urgent, [ADVANCE, staff]), 'aid')).toBeUndefined()
  })

  test('a limit of days: two working days before, on the day, overdue to the street, then the district', () => {
    // 20 working days: 15 to 23 February are off, 14 and 28 February are worked.
    expect(rungs(openedAt('2026-02-10T09:00+08:00'), 'whole')).toEqual([
      '2026-03-12 08:30 owner',
      '2026-03-16 08:30 owner',
      '2026-03-17 08:30 owner+street',
      '2026-03-19 08:30 district',
    ])
  })

  test('before a holiday rather than in it, and after it when the date has gone by', () => {
    const ticket = openedAt('2026-09-22T09:00+08:00')
    const promised = moved(ticket, [{ kind: 'promise', part: null, day: '2026-10-04', why: '约好' }, staff])
    expect(rungs(promised, 'whole')).toEqual([
      '2026-09-28 08:30 owner',
      '2026-09-30 08:30 owner',
      '2026-10-08 08:30 owner+street',
      '2026-10-10 08:30 district',
    ])
  })

  test('each part by its own limit, each paper three days before, the revisit after closing', () => {
    const parts = moved(
      opened(),
      [{ kind: 'screen', why: '' }, advisor],
      [
        { kind: 'dispatch', parts: [part(), part(undefined, '低保', 'emergency-assistance')], why: '' },
        staff,
      ],
      [ADVANCE, staff],
    )
    expect(laddersOf(parts).map(({ what, part: id }) => `${what} ${id}`)).toEqual(
      expect.arrayContaining(['part p1', 'part p2', 'paper m1', 'whole null']),
    )
    expect(rungs(parts, 'paper')).toEqual([
      '2026-03-13 08:30 owner',
      '2026-03-17 08:30 owner',
      '2026-03-18 08:30 owner',
    ])
    // Three calendar days leave no room for a warning two working days before.
    const short = laddersOf(parts).find(({ part: id }) => id === 'p2')
    expect(short?.rungs).toHaveLength(4)
    const closed = moved(
      opened(),
      [{ kind: 'screen', why: '' }, advisor],
      [{ kind: 'close', result: 'helped', why: '办好了' }, staff],
    )
    expect(rungs(closed, 'revisit')).toEqual([
      '2026-03-30 08:30 owner',
      '2026-04-02 08:30 owner',
      '2026-04-03 08:30 owner+street',
    ])
  })

  test('a visit: a near one when it is written down, a far one only as its day comes', () => {
    const visit = (dueAt: string) =>
      ladderOfVisit({ id: 'V', at: MORNING.toISOString(), dueAt }).rungs.map(({ at }) =>
        chinaDay(new Date(at)),
      )
    expect(visit('2026-03-04T15:59:59.999Z')).toEqual(['2026-03-03', '2026-03-04', '2026-03-05'])
    expect(visit('2028-03-03T15:59:59.999Z')).toEqual(['2028-02-29', '2028-03-03', '2028-03-06'])
  })

  test('always later one by one, never at night, by the day only in the morning of a working day', () => {
    const history = fc.array(fc.tuple(ANY_ACTION, ANY_ACTOR), { maxLength: 12 })
    const begun = fc.tuple(fc.integer({ min: 0, max: 364 * 24 * 60 }), fc.boolean())
    fc.assert(
      fc.property(begun, history, ([minutes, urgent], moves) => {
        const at = new Date(Date.parse('2026-01-01T00:00+08:00') + minutes * 60_000)
        let ticket = openedAt(at.toISOString(), urgent)
        for (const [action, actor] of moves) ticket = tried(ticket, action, actor, at)
        for (const { what, rungs: all, from } of laddersOf(ticket)) {
          for (const [place, rung] of all.entries()) {
            const moment = new Date(rung.at)
            expect(isQuiet(moment)).toBe(false)
            expect(rung.at >= from && rung.at > (all[place - 1]?.at ?? '')).toBe(true)
            if (what === 'aid' || what === 'unclaimed') continue
            expect([chinaClock(moment), isWorkday(chinaDay(moment))]).toEqual([MORNING_CLOCK, true])
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('the latest rung passed is the one that counts', () => {
    const [ladder] = laddersOf(openedAt('2026-03-03T09:00+08:00'))
    if (!ladder) throw new Error('nothing is owed')
    const at = (clock: string) => rungNow(ladder, new Date(`2026-03-03T${clock}+08:00`))
    expect([at('09:29'), at('09:30'), at('10:15'), at('23:00')]).toEqual([null, 0, 1, 2])
  })
})

test('the quiet hours, wherever the machine stands', () => {
  const after = (moment: string) => afterQuiet(new Date(`2026-03-03T${moment}+08:00`)).toISOString()
  expect(after('21:59:59')).toBe('2026-03-03T13:59:59.000Z')
  expect(after('22:00:00')).toBe('2026-03-04T00:00:00.000Z')
  expect(after('00:30:00')).toBe('2026-03-03T00:00:00.000Z')
  expect(after('07:59:59')).toBe('2026-03-03T00:00:00.000Z')
  expect(after('08:00:00')).toBe('2026-03-03T00:00:00.000Z')
  expect(workdaysBefore('2026-10-08', 2)).toBe('2026-09-29')
})

describe('the rows', () => {
  async function kept() {
    const store = await openStore()
    const clock = clockAt(MORNING.toISOString())
    const waiting = async () => {
      const rows: Nudge[] = []
      for await (const row of store.scan('nudges')) if (row.kind === 'reminder') rows.push(row)
      return rows
        .filter(({ state }) => state === 'pending')
        .map(({ id }) => id)
        .sort()
    }
    const open = (urgent = false) =>
      store.transaction((tx) =>
        insertTicket(
          tx,
          openTicket(opening({ urgency: { level: urgent ? 'urgent' : 'normal', reason: '' } })),
        ),
      )
    const does = (action: Action) =>
      act(store, {
        number: NUMBER,
        action,
        actor: staff,
        witness: WITNESS,
        now: clock(),
        newId: () => crypto.randomUUID(),
      })
    return { store, clock, waiting, open, does }
  }
  const WHOLE = `${NUMBER}:whole:2026-03-31T15:59:59.999Z:0`

  test('are one a ladder, and follow what the ticket owes', async () => {
    const { store, waiting, open, does, clock } = await kept()
    await open(true)
    const unclaimed = `${NUMBER}:unclaimed:2026-03-03T01:00:00.000Z:0`
    const aid = `${NUMBER}:aid:2026-03-04T01:00:00.000Z:0`
    expect(await waiting()).toEqual([aid, unclaimed, WHOLE])
    await does({ kind: 'claim', name: '王顾问', why: '' })
    expect(await waiting()).toEqual([aid, WHOLE])
    await does(ADVANCE)
    expect(await waiting()).toEqual([`${NUMBER}:paper-m1:2026-03-17T15:59:59.999Z:0`, WHOLE])
    await does({ kind: 'promise', part: null, day: '2026-04-10', why: '等材料' })
    expect(await waiting()).toEqual([
      `${NUMBER}:paper-m1:2026-03-17T15:59:59.999Z:0`,
      `${NUMBER}:whole:2026-04-10T15:59:59.999Z:0`,
    ])
    await does({ kind: 'withdraw', why: '不需要了' })
    expect(await waiting()).toEqual([`${NUMBER}:paper-m1:2026-03-17T15:59:59.999Z:0`])
    await store.transaction((tx) => removeTicket(tx, NUMBER, clock().toISOString()))
    expect(await waiting()).toEqual([])
  })

  test('of a ticket from before there were any are written once', async () => {
    const { store, waiting, open } = await kept()
    await open()
    const planned = await waiting()
    await store.transaction(async (tx) => {
      const row = await tx.get('tickets', NUMBER)
      for (const id of planned) await tx.remove('nudges', id)
      if (row) await tx.put('tickets', { ...row, planned: 0 })
    })
    const later = new Date('2026-04-02T09:00+08:00')
    expect(await planOwed(store, later)).toBe(1)
    // A month late: the rung that counts now, and none of those before it.
    expect(await waiting()).toEqual([
      `${NUMBER}:unclaimed:2026-03-03T01:00:00.000Z:2`,
      WHOLE.replace(/0$/, '2'),
    ])
    expect(await planOwed(store, later)).toBe(0)
  })

  test('one that cannot be opened holds up no other', async () => {
    const { store, open } = await kept()
    await open()
    const row = await store.get('tickets', NUMBER)
    if (!row) throw new Error('no ticket was opened')
    const sealed = sealedStore(store, createSealer([ringKey(Buffer.alloc(32, 7))]), () => {})
    await sealed.transaction((tx) => tx.put('tickets', { ...row, planned: 0 }))
    const altered = { ...row, id: 'Q-0000-0', planned: 0, ticket: { sealed: 'v1:nobody:AAAA' } }
    await store.transaction((tx) => tx.put('tickets', altered))
    await planOwed(sealed, new Date('2026-04-02T09:00+08:00'))
    const planned = async (id: string) => (await store.get('tickets', id))?.planned
    expect([await planned(NUMBER), await planned('Q-0000-0')]).toEqual([row.planned, 0])
  })

  test('of a visit stand while it is open', async () => {
    const { store, waiting } = await kept()
    const task = (more: Partial<VisitTask> = {}): VisitTask => ({
      id: 'visit-1',
      subject: 'H-0412-6',
      reason: '住院',
      area: '',
      advisor: 'wang',
      dueAt: '2026-03-05T15:59:59.999Z',
      state: 'open',
      at: MORNING.toISOString(),
      detail: null,
      ...more,
    })
    const plan = (more: Partial<VisitTask> = {}) =>
      store.transaction((tx) => planVisitReminders(tx, task(more)))
    await plan()
    await plan()
    expect(await waiting()).toEqual(['visit-1:visit:2026-03-05T15:59:59.999Z:0'])
    await plan({ state: 'done' })
    expect(await waiting()).toEqual([])
  })
})

function tried(ticket: Ticket, action: Action, actor: Parameters<typeof advance>[2], at: Date): Ticket {
  try {
    return advance(ticket, action, actor, at).ticket
  } catch {
    return ticket
  }
}
