/** The contract of bot/store.ts as tests, to run against any backend. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  Event,
  Isolation,
  Job,
  Outgoing,
  Query,
  Resident,
  Store,
  TicketRow,
  Turn,
} from '../../bot/store.ts'

/** One empty database, which can be opened again after its store was closed. */
export interface Place {
  open(): Promise<Store>
  destroy(): Promise<void>
}

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 3, 1, minute)).toISOString()

const resident = (id: string, scene: string | null = null): Resident => ({
  id,
  channel: 'sandbox',
  address: id,
  following: true,
  scene,
  grants: [],
  createdAt: at(0),
  seenAt: at(0),
})

const outgoing = (id: string, more: Partial<Outgoing> = {}): Outgoing => ({
  id,
  resident: 'sandbox:a',
  text: '低保可以在街道办事处申请。\n带上身份证 "原件"',
  choices: [{ label: '要带什么材料', says: '要带什么材料' }],
  link: null,
  personal: true,
  pressing: false,
  cause: 'm1',
  state: 'pending',
  via: null,
  carrier: null,
  ticket: null,
  announcedAt: null,
  attempts: 0,
  error: null,
  createdAt: at(0),
  dueAt: at(0),
  settledAt: null,
  ...more,
})

const event = (id: string, kind: Event['kind'], minute: number): Event => ({
  id,
  kind,
  resident: 'sandbox:a',
  at: at(minute),
  detail: {},
})

export const job = (id: string, minute: number): Job => ({
  id,
  kind: 'keep-media',
  state: 'pending',
  dueAt: at(minute),
  attempts: 0,
  error: null,
  detail: {},
})

export const turn = (id: string, minute: number): Turn => ({
  id,
  resident: 'sandbox:a',
  outgoing: null,
  at: at(minute),
})

const requestRow = (id: string, more: Partial<TicketRow> = {}): TicketRow => ({
  id,
  resident: 'sandbox:a',
  stage: 'received',
  area: '',
  owner: '',
  openedAt: at(0),
  dueAt: at(0),
  updatedAt: at(0),
  planned: 0,
  mark: '',
  tail: '',
  ticket: { number: id },
  ...more,
})

const ids = (rows: { id: string }[]): string[] => rows.map((row) => row.id)

async function all(store: Store): Promise<unknown[]> {
  const rows: unknown[] = []
  for (const table of ['residents', 'sessions', 'turns', 'outbox', 'events', 'jobs'] as const) {
    for await (const row of store.scan(table)) rows.push({ table, row })
  }
  return rows
}

/** Fifty changes that each build on the one before are all there. */
export async function doNotInterleave(store: Store, isolation: Isolation = 'whole'): Promise<void> {
  await store.transaction((tx) =>
    tx.put('sessions', { id: 'a', revision: 0, state: {}, flow: null, updatedAt: at(0) }),
  )
  const bump = () =>
    store.transaction(async (tx) => {
      const row = await tx.get('sessions', 'a')
      await Promise.resolve()
      await tx.put('sessions', {
        id: 'a',
        revision: (row?.revision ?? 0) + 1,
        state: {},
        flow: null,
        updatedAt: at(0),
      })
    }, isolation)
  await Promise.all(Array.from({ length: 50 }, bump))
  expect((await store.get('sessions', 'a'))?.revision).toBe(50)
}

/** Ten claimers are never handed the same row. */
export async function claimOnce(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (let n = 0; n < 100; n += 1) await tx.put('outbox', outgoing(`o${n}`))
  })
  const claims = await Promise.all(
    Array.from({ length: 10 }, () =>
      store.transaction((tx) => tx.claim('outbox', { now: at(1), until: at(2), limit: 15 })),
    ),
  )
  const handed = claims.flatMap(ids)
  expect(handed).toHaveLength(100)
  expect(new Set(handed).size).toBe(100)
}

/** A change that was given up leaves nothing, also after reopening. */
export async function leaveNothing(store: Store, reopened: () => Promise<Store>): Promise<void> {
  const thrown = new Error('changed my mind')
  const failing = store.transaction(async (tx) => {
    await tx.put('residents', resident('sandbox:a'))
    throw thrown
  })
  await expect(failing).rejects.toBe(thrown)
  expect(await store.get('residents', 'sandbox:a')).toBeUndefined()
  expect(await all(await reopened())).toEqual([])
}

/**
 * What every backend promises.
 *
 * @param runs how many random histories are tried
 */
export function contract(name: string, place: () => Promise<Place>, { runs = 60 } = {}): void {
  describe(name, () => {
    let here: Place
    let store: Store
    beforeEach(async () => {
      here = await place()
      store = await here.open()
    })
    afterEach(async () => {
      await store.close()
      await here.destroy()
    })
    const reopen = async (): Promise<void> => {
      await store.close()
      store = await here.open()
    }

    test('what was put is there, also after reopening', async () => {
      await store.transaction(async (tx) => {
        await tx.put('residents', resident('sandbox:a'))
        await tx.insert('outbox', outgoing('o1'))
      })
      expect(await store.get('outbox', 'o1')).toEqual(outgoing('o1'))
      await reopen()
      expect(await store.get('outbox', 'o1')).toEqual(outgoing('o1'))
      expect(await store.get('residents', 'sandbox:a')).toEqual(resident('sandbox:a'))
      expect(await store.get('residents', 'sandbox:b')).toBeUndefined()
    })

    test('personal fields are what they were, however they are read', async () => {
      const told = { name: '王建国', answers: [1, null, { deep: ['😀', ''] }] }
      const session = { id: 'sandbox:a', revision: 1, state: {}, flow: told, updatedAt: at(0) }
      const ticket: TicketRow = {
        id: 'Q-1',
        resident: 'sandbox:a',
        stage: 'received',
        area: '',
        owner: '',
        openedAt: at(0),
        dueAt: '',
        updatedAt: at(0),
        planned: 0,
        mark: '',
        tail: '',
        ticket: told,
      }
      await store.transaction(async (tx) => {
        const row = structuredClone(session)
        await tx.put('sessions', row)
        await tx.insert('tickets', ticket)
        row.flow.name = 'changed afterwards'
        expect(await tx.get('sessions', 'sandbox:a')).toEqual(session)
      })
      for (let round = 0; round < 2; round += 1) {
        expect(await store.get('sessions', 'sandbox:a')).toEqual(session)
        expect(await store.list('tickets', 'inStage', { equals: ['received'], limit: 9 })).toEqual([ticket])
        for await (const row of store.scan('tickets')) expect(row).toEqual(ticket)
        await reopen()
      }
      await store.transaction((tx) => tx.put('sessions', { ...session, flow: null }))
      expect(await store.get('sessions', 'sandbox:a')).toEqual({ ...session, flow: null })
    })

    test('a transaction that throws leaves nothing, and hands on what was thrown', () =>
      leaveNothing(store, async () => {
        await reopen()
        return store
      }))

    test('a transaction that inserts a taken id is a duplicate, and nothing of it remains', async () => {
      await store.transaction((tx) => tx.insert('turns', turn('m1', 0)))
      const again = store.transaction((tx) => tx.insert('turns', turn('m1', 9)))
      await expect(again).rejects.toMatchObject({ name: 'StoreError', code: 'duplicate' })
      const twice = store.transaction(async (tx) => {
        await tx.insert('turns', turn('m2', 0))
        await tx.put('turns', turn('m3', 0))
        await tx.insert('turns', turn('m2', 1))
        await tx.get('turns', 'm1')
      })
      await expect(twice).rejects.toMatchObject({ code: 'duplicate' })
      expect(await store.get('turns', 'm1')).toEqual(turn('m1', 0))
      expect(await store.get('turns', 'm2')).toBeUndefined()
      expect(await store.get('turns', 'm3')).toBeUndefined()
      await store.transaction(async (tx) => {
        await tx.remove('turns', 'm1')
        await tx.insert('turns', turn('m1', 5))
      })
      expect(await store.get('turns', 'm1')).toEqual(turn('m1', 5))
    })

    test('of many that insert one id at once, one succeeds', async () => {
      const tries = Array.from({ length: 20 }, (_, n) =>
        store.transaction(async (tx) => {
          await tx.insert('turns', turn('m1', n))
          await tx.put('outbox', outgoing(`o${n}`))
        }),
      )
      const results = await Promise.allSettled(tries)
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
      expect(await store.list('outbox', 'due', { equals: ['pending'], limit: 100 })).toHaveLength(1)
    })

    test.each(['whole', 'rows'] as const)('transactions do not interleave, isolated as to %s', (isolation) =>
      doNotInterleave(store, isolation),
    )

    test('a transaction sees its own writes, others do not until it is done', async () => {
      await store.transaction(async (tx) => {
        await tx.put('events', event('e2', 'danger', 2))
        await tx.put('events', event('e4', 'danger', 4))
      })
      let outside: unknown[] = []
      await store.transaction(async (tx) => {
        await tx.put('events', event('e3', 'danger', 3))
        await tx.put('events', event('e1', 'danger', 1))
        await tx.put('events', event('e9', 'followed', 1))
        await tx.put('events', event('e2', 'danger', 5))
        await tx.remove('events', 'e4')
        expect(ids(await tx.list('events', 'ofKind', { equals: ['danger'], limit: 9 }))).toEqual([
          'e1',
          'e3',
          'e2',
        ])
        expect(ids(await tx.list('events', 'ofKind', { equals: ['danger'], limit: 2 }))).toEqual(['e1', 'e3'])
        expect(await tx.get('events', 'e4')).toBeUndefined()
        outside = await store.list('events', 'ofKind', { equals: ['danger'], limit: 9 })
      })
      expect(outside).toEqual([event('e2', 'danger', 2), event('e4', 'danger', 4)])
    })

    test('lists are in index order, then by id, within inclusive bounds', async () => {
      await store.transaction(async (tx) => {
        for (const [id, minute] of [
          ['b', 3],
          ['a', 3],
          ['c', 1],
          ['d', 5],
          ['e', 9],
        ] as const) {
          await tx.put('events', event(id, 'danger', minute))
        }
        await tx.put('events', event('x', 'followed', 3))
      })
      const danger = { equals: ['danger'], limit: 9 }
      expect(ids(await store.list('events', 'ofKind', danger))).toEqual(['c', 'a', 'b', 'd', 'e'])
      expect(ids(await store.list('events', 'ofKind', { ...danger, from: at(3), to: at(5) }))).toEqual([
        'a',
        'b',
        'd',
      ])
      expect(ids(await store.list('events', 'ofKind', { ...danger, from: at(4) }))).toEqual(['d', 'e'])
      expect(ids(await store.list('events', 'ofKind', { ...danger, to: at(1) }))).toEqual(['c'])
      expect(ids(await store.list('events', 'ofKind', { equals: ['danger', at(3)], limit: 9 }))).toEqual([
        'a',
        'b',
      ])
      expect(ids(await store.list('events', 'ofKind', { equals: [], limit: 2 }))).toEqual(['c', 'a'])
      expect(ids(await store.list('events', 'ofKind', { equals: [], from: 'e', limit: 9 }))).toEqual(['x'])
      expect(await store.list('events', 'ofKind', { equals: ['dang'], limit: 9 })).toEqual([])
    })

    test('a list backwards is the list from its end', async () => {
      const minutes = [3, 3, 1, 5, 9, 9, 9, 2]
      // Some of it in a snapshot, some changed since.
      for (const [n, minute] of minutes.entries()) {
        await store.transaction((tx) => tx.put('events', event(`e${n}`, 'danger', minute)))
        if (n === 3) await reopen()
      }
      await store.transaction((tx) => tx.put('events', event('e0', 'danger', 4)))
      await store.transaction((tx) => tx.put('events', event('x', 'followed', 3)))
      for (const query of [
        { equals: ['danger'], limit: 99 },
        { equals: [], limit: 99 },
        { equals: ['danger'], from: at(2), limit: 99 },
        { equals: ['danger'], from: at(2), to: at(5), limit: 99 },
        { equals: ['danger', at(9)], limit: 99 },
        { equals: ['dang'], limit: 99 },
      ]) {
        const forwards = ids(await store.list('events', 'ofKind', query))
        const backwards = { ...query, backwards: true }
        expect(ids(await store.list('events', 'ofKind', backwards))).toEqual(forwards.toReversed())
        const last = await store.list('events', 'ofKind', { ...backwards, limit: 2 })
        expect(ids(last)).toEqual(forwards.toReversed().slice(0, 2))
        await store.transaction(async (tx) => {
          await tx.put('events', event('own', 'danger', 4))
          const own = ids(await tx.list('events', 'ofKind', query))
          expect(ids(await tx.list('events', 'ofKind', backwards))).toEqual(own.toReversed())
          await tx.remove('events', 'own')
        })
      }
    })

    test('what does not fit is passed over, before the limit is counted', async () => {
      const owners = ['li', '', 'wang', 'li', 'a\0', 'li\0', '', 'li']
      for (const [n, owner] of owners.entries()) {
        await store.transaction((tx) => tx.put('tickets', requestRow(`Q-${n}`, { owner, dueAt: at(n) })))
        if (n === 4) await reopen()
      }
      const found = async (where: Record<string, string[]>, more: Partial<Query> = {}) =>
        ids(
          await store.list('tickets', 'inStage', { equals: ['received'], where, limit: 99, ...more }),
        ).join()
      expect(await found({ owner: ['li'] })).toBe('Q-0,Q-3,Q-7')
      expect(await found({ owner: ['li'] }, { limit: 2 })).toBe('Q-0,Q-3')
      expect(await found({ owner: ['li'] }, { limit: 2, backwards: true })).toBe('Q-7,Q-3')
      expect(await found({ owner: ['li'] }, { from: at(1), to: at(3) })).toBe('Q-3')
      expect(await found({ owner: ['', 'wang'] })).toBe('Q-1,Q-2,Q-6')
      expect(await found({ owner: ['a\0'] })).toBe('Q-4')
      expect(await found({ owner: ['li'], id: ['Q-3', 'Q-4'] })).toBe('Q-3')
      expect(await found({ owner: [] })).toBe('')
      expect(await found({ owner: ['li'] }, { equals: ['closed'] })).toBe('')
      await store.transaction(async (tx) => {
        await tx.put('tickets', requestRow('Q-3', { owner: 'wang', dueAt: at(3) }))
        await tx.put('tickets', requestRow('Q-9', { owner: 'li', dueAt: at(9) }))
        const query = { equals: ['received'], where: { owner: ['li'] }, limit: 99 }
        expect(ids(await tx.list('tickets', 'inStage', query)).join()).toBe('Q-0,Q-7,Q-9')
      })
      expect(await found({ owner: ['li'] })).toBe('Q-0,Q-7,Q-9')
    })

    test('a count says how many a list would give', async () => {
      for (let n = 0; n < 9; n++) {
        const owner = n % 3 === 0 ? 'li' : ''
        await store.transaction((tx) => tx.put('tickets', requestRow(`Q-${n}`, { owner, dueAt: at(n) })))
        if (n === 4) await reopen()
      }
      await store.transaction((tx) => tx.remove('tickets', 'Q-0'))
      await store.transaction((tx) => tx.put('tickets', requestRow('Q-1', { owner: 'li', dueAt: at(1) })))
      for (const query of [
        { equals: ['received'], limit: 99 },
        { equals: ['received'], limit: 3 },
        { equals: ['received'], from: at(2), to: at(5), limit: 99 },
        { equals: ['received'], where: { owner: ['li'] }, limit: 99 },
        { equals: ['closed'], limit: 99 },
      ])
        expect(await store.count('tickets', 'inStage', query)).toBe(
          (await store.list('tickets', 'inStage', query)).length,
        )
    })

    test('a null field sorts as the empty string', async () => {
      await store.transaction(async (tx) => {
        await tx.put('outbox', outgoing('o2', { state: 'accepted', settledAt: at(2) }))
        await tx.put('outbox', outgoing('o1', { state: 'accepted', settledAt: null }))
      })
      const rows = await store.list('outbox', 'byAge', { equals: ['accepted'], to: at(5), limit: 9 })
      expect(ids(rows)).toEqual(['o1', 'o2'])
      expect(ids(await store.list('outbox', 'byAge', { equals: ['accepted', ''], limit: 9 }))).toEqual(['o1'])
    })

    test('an index of some states holds a row only while it is in one of them', async () => {
      const row = outgoing('o1')
      const found = async () => {
        const list = (index: 'due' | 'byAge', state: string) =>
          store.list('outbox', index, { equals: [state], limit: 9 })
        const unsaid = await store.list('outbox', 'unsaid', { equals: [row.resident], limit: 9 })
        return {
          due: ids(await list('due', 'pending')),
          unsaid: ids(unsaid),
          byAge: ids([...(await list('byAge', 'accepted')), ...(await list('byAge', 'refused'))]),
        }
      }
      const places: [Outgoing['state'], object][] = [
        ['pending', { due: ['o1'], unsaid: [], byAge: [] }],
        ['waiting', { due: [], unsaid: ['o1'], byAge: [] }],
        ['refused', { due: [], unsaid: ['o1'], byAge: ['o1'] }],
        ['pending', { due: ['o1'], unsaid: [], byAge: [] }],
        ['accepted', { due: [], unsaid: [], byAge: ['o1'] }],
      ]
      for (const [state, place] of places) {
        await store.transaction(async (tx) => {
          await tx.put('outbox', { ...row, state })
          const due = await tx.list('outbox', 'due', { equals: ['pending'], limit: 9 })
          expect(ids(due)).toEqual(state === 'pending' ? ['o1'] : [])
        })
        expect(await found()).toEqual(place)
        await reopen()
        expect(await found()).toEqual(place)
      }
      const failed = store.transaction(async (tx) => {
        await tx.put('outbox', { ...row, state: 'waiting' })
        throw new Error('on purpose')
      })
      await expect(failed).rejects.toThrow('on purpose')
      expect(await found()).toEqual(places.at(-1)?.[1])
      await store.transaction((tx) => tx.remove('outbox', 'o1'))
      expect(await found()).toEqual({ due: [], unsaid: [], byAge: [] })
    })

    test('a query the index cannot answer is refused', async () => {
      const list = (equals: string[], limit: number, from?: string) =>
        store.list('turns', 'byAge', { equals, limit, ...(from === undefined ? {} : { from }) })
      await expect(list([], 0)).rejects.toThrow(RangeError)
      await expect(list([at(0), 'm1'], 1)).rejects.toThrow(RangeError)
      await expect(list([at(0)], 1, at(1))).rejects.toThrow(RangeError)
      await expect(
        store.list('turns', 'byAge', { equals: [], where: { id: ['m1'] }, limit: 1 }),
      ).rejects.toThrow(RangeError)
      await expect(
        store.list('turns', 'byAge', { equals: [at(0)], where: { at: [at(0)] }, limit: 1 }),
      ).rejects.toThrow(RangeError)
      await expect(store.count('turns', 'byAge', { equals: [], limit: 0 })).rejects.toThrow(RangeError)
      const settled = store.list('outbox', 'due', { equals: ['accepted'], limit: 1 })
      await expect(settled).rejects.toThrow('holds no rows in state accepted, only pending')
    })

    test('a claim leases the oldest due rows once, sees its own transaction, and lapses', async () => {
      await store.transaction(async (tx) => {
        await tx.put('jobs', job('j3', 3))
        await tx.put('jobs', job('j1', 1))
        await tx.put('jobs', { ...job('j0', 0), state: 'done' })
        await tx.put('jobs', job('j9', 9))
      })
      const claim = (now: number, until: number, limit = 10) =>
        store.transaction((tx) => tx.claim('jobs', { now: at(now), until: at(until), limit }))
      expect(await claim(5, 7, 1)).toEqual([{ ...job('j1', 7), attempts: 1 }])
      expect(ids(await claim(5, 7))).toEqual(['j3'])
      expect(await claim(6, 8)).toEqual([])
      expect(await claim(7, 9)).toEqual([
        { ...job('j1', 9), attempts: 2 },
        { ...job('j3', 9), attempts: 2 },
      ])
      const own = await store.transaction(async (tx) => {
        await tx.put('jobs', job('j2', 2))
        return [
          ...(await tx.claim('jobs', { now: at(7), until: at(9), limit: 9 })),
          ...(await tx.claim('jobs', { now: at(7), until: at(9), limit: 9 })),
        ]
      })
      expect(ids(own)).toEqual(['j2'])
    })

    test('ten claimers are never handed the same row', () => claimOnce(store))

    test('altering what was put or what was read alters nothing that is stored', async () => {
      const row = resident('sandbox:a')
      await store.transaction(async (tx) => {
        await tx.put('residents', row)
        row.grants.push({ kind: 'tap', at: at(0), used: 0 })
      })
      const read = await store.get('residents', 'sandbox:a')
      read?.grants.push({ kind: 'tap', at: at(0), used: 0 })
      expect(await store.get('residents', 'sandbox:a')).toEqual(resident('sandbox:a'))
    })

    test('odd text survives and odd keys do not collide', async () => {
      const odd = [
        ...['a', 'a\0', 'a\0\0b', 'a\u0001', '', '低保', '🏠', '\ud800', '"\\\n\r\u2028'],
        ...["'; DROP TABLE outbox; --", "' OR '1'='1", '$1', '{"$gt":""}', '%', '__proto__'],
      ]
      // No id is empty.
      const ids = odd.filter((text) => text !== '')
      await store.transaction(async (tx) => {
        for (const [n, text] of odd.entries())
          await tx.put('outbox', outgoing(`o${n}`, { resident: text, text }))
        for (const [n, id] of ids.entries()) await tx.put('turns', turn(id, n))
      })
      for (let round = 0; round < 2; round += 1) {
        for (const [n, text] of odd.entries()) {
          const found = await store.list('outbox', 'ofResident', { equals: [text], limit: 9 })
          expect(found).toEqual([outgoing(`o${n}`, { resident: text, text })])
        }
        for (const [n, id] of ids.entries()) expect(await store.get('turns', id)).toEqual(turn(id, n))
        await reopen()
      }
      for (const [n, id] of ids.entries()) {
        await store.transaction((tx) => tx.remove('turns', id))
        expect(await store.list('turns', 'byAge', { equals: [], limit: 99 })).toHaveLength(ids.length - n - 1)
      }
    })

    test('a scan walks every row once', async () => {
      await store.transaction(async (tx) => {
        for (let n = 0; n < 1000; n += 1) await tx.put('turns', turn(`m${n}`, n))
      })
      const seen: string[] = []
      for await (const row of store.scan('turns')) seen.push(row.id)
      expect(seen).toHaveLength(1000)
      expect(new Set(seen).size).toBe(1000)
    })

    test('what is announced is heard once the change can be read, and only if it was made', async () => {
      const found: unknown[] = []
      let reading: Promise<unknown> = Promise.resolve()
      const stop = store.onAnnounced('roster', () => {
        reading = store.get('rosters', 'roster').then((row) => found.push(row?.revision))
      })
      const others: string[] = []
      store.onAnnounced('policies', () => others.push('policies'))
      const failing = store.transaction(async (tx) => {
        tx.announce('policies')
        throw new Error('on purpose')
      })
      await expect(failing).rejects.toThrow('on purpose')
      await store.transaction(async (tx) => {
        tx.announce('roster')
        await tx.put('rosters', { id: 'roster', revision: 7 })
        tx.announce('roster')
      })
      await expect.poll(() => reading.then(() => found)).toEqual([7])
      expect(others).toEqual([])
      stop()
      let again = 0
      store.onAnnounced('roster', () => {
        again += 1
      })
      await store.transaction(async (tx) => tx.announce('roster'))
      await expect.poll(() => again).toBe(1)
      expect(found).toEqual([7])
    })

    test('a transaction cannot be used after its work ended', async () => {
      const leaked = await store.transaction(async (tx) => ({ tx }))
      await expect(leaked.tx.put('residents', resident('sandbox:a'))).rejects.toThrow('after its work ended')
    })

    test('a store that works says so, and advises nothing while it is small', () => {
      expect(store.health()).toEqual({ writable: true, detail: '正常', advice: [] })
    })

    test('a closed store refuses, and closing twice is closing once', async () => {
      await store.close()
      await store.close()
      await expect(store.get('turns', 'm1')).rejects.toMatchObject({ code: 'closed' })
      await expect(store.transaction(async () => {})).rejects.toMatchObject({ code: 'closed' })
      expect(store.health().writable).toBe(false)
    })

    test('closing waits for what was begun', async () => {
      const begun = store.transaction((tx) => tx.put('turns', turn('m1', 0)))
      await store.close()
      await begun
      store = await here.open()
      expect(await store.get('turns', 'm1')).toEqual(turn('m1', 0))
    })

    test('random transactions agree with a plain model, across reopening', async () => {
      const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
      const change = fc.oneof(
        fc.record({
          do: fc.constant('put' as const),
          id,
          minute: fc.nat(9),
          state: fc.constantFrom('pending', 'done'),
        }),
        fc.record({ do: fc.constant('insert' as const), id, minute: fc.nat(9) }),
        fc.record({ do: fc.constant('remove' as const), id }),
        fc.record({
          do: fc.constant('claim' as const),
          now: fc.nat(9),
          limit: fc.integer({ min: 1, max: 3 }),
        }),
      )
      const step = fc.oneof(
        {
          weight: 9,
          arbitrary: fc.record({ changes: fc.array(change, { maxLength: 5 }), fails: fc.boolean() }),
        },
        { weight: 1, arbitrary: fc.constant('reopen' as const) },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          await store.transaction(async (tx) => {
            for (const row of await tx.list('jobs', 'due', { equals: [], limit: 99 }))
              await tx.remove('jobs', row.id)
          })
          let model = new Map<string, Job>()
          const due = (rows: Map<string, Job>) =>
            [...rows.values()].sort((a, b) =>
              `${a.state}${a.dueAt}${a.id}` < `${b.state}${b.dueAt}${b.id}` ? -1 : 1,
            )
          for (const one of steps) {
            if (one === 'reopen') {
              await reopen()
              continue
            }
            const next = new Map(model)
            let doubled = false
            const outcome = store.transaction(async (tx) => {
              for (const change of one.changes) {
                if (change.do === 'put') {
                  const row: Job = {
                    ...job(change.id, change.minute),
                    state: change.state === 'done' ? 'done' : 'pending',
                  }
                  next.set(row.id, row)
                  await tx.put('jobs', row)
                } else if (change.do === 'insert') {
                  doubled ||= next.has(change.id)
                  await tx.insert('jobs', job(change.id, change.minute))
                  next.set(change.id, job(change.id, change.minute))
                } else if (change.do === 'remove') {
                  next.delete(change.id)
                  await tx.remove('jobs', change.id)
                } else {
                  const now = at(change.now)
                  const want = due(next)
                    .filter((row) => row.state === 'pending' && row.dueAt <= now)
                    .slice(0, change.limit)
                    .map((row) => ({ ...row, dueAt: at(change.now + 3), attempts: row.attempts + 1 }))
                  for (const row of want) next.set(row.id, row)
                  const got = await tx.claim('jobs', { now, until: at(change.now + 3), limit: change.limit })
                  expect(got).toEqual(want)
                }
                expect(await tx.list('jobs', 'due', { equals: [], limit: 99 })).toEqual(due(next))
              }
              if (one.fails) throw new Error('on purpose')
            })
            const thrown = await outcome.then(
              () => null,
              (error: unknown) => error,
            )
            if (doubled) expect(thrown).toMatchObject({ code: 'duplicate' })
            else if (one.fails) expect(thrown).toMatchObject({ message: 'on purpose' })
            else {
              expect(thrown).toBeNull()
              model = next
            }
            expect(await store.list('jobs', 'due', { equals: [], limit: 99 })).toEqual(due(model))
          }
        }),
        { numRuns: runs },
      )
    })
  })
}
