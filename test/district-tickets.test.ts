/** Requests that other systems of the district hand in, follow and work on. */
import { describe, expect, test } from 'vitest'
import { NOTED } from '../bot/advisor/deeds.ts'
import { act } from '../bot/casework.ts'
import { forgetTicket } from '../bot/forgetting.ts'
import type { Action } from '../flows/ticket/actions.ts'
import { type Actor, readTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { districtOffice, type Office } from './support/district.ts'
import { advisor, EDUCATION, FACTS, NUMBER, part, staff } from './support/tickets.ts'
import { WITNESS } from './support/world.ts'

const SENT = {
  id: 'XQ-2026-0001',
  name: '周大山',
  phone: '13700001111',
  idNumber: '11010519491231002X',
  place: '尧化街道尧新社区5栋',
  difficulties: ['大病'],
  needs: ['money'],
  story: '透析自付的钱拿不出来',
  reason: '窗口受理后转来',
}
const PERSONAL = [FACTS.name, FACTS.phone, FACTS.place, FACTS.story, FACTS.idNumber, FACTS.income, '唐小妹']

const moved = ({ store, now, desk }: Office, number: string, action: Action, actor: Actor) =>
  act(store, { number, action, actor, witness: WITNESS, now: now(), newId: desk.newId })
const list = (body: Record<string, unknown>, name = 'tickets'): Record<string, unknown>[] => {
  const found = body[name]
  return Array.isArray(found) ? found : []
}
const ticketOf = async ({ store }: Office, number: unknown) =>
  readTicket((await store.get('tickets', String(number)))?.ticket)

describe('a request that is handed in', () => {
  test('is opened as any other: placed, with its clocks, its source, and whoever is on duty told', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const { status, body } = await system.post('/tickets', { ...SENT, urgent: true })
    expect([status, body['areaName']]).toEqual([200, '尧化街道尧新社区'])
    const ticket = await ticketOf(office, body['number'])
    expect(ticket).toMatchObject({
      stage: 'received',
      area: 'yaoxin',
      urgency: 'urgent',
      source: { name: '区救助平台', ref: SENT.id },
      consent: null,
      personal: { facts: { name: '周大山', phone: '13700001111', idNumber: SENT.idNumber } },
    })
    expect(ticket.due.aid?.at).toBe(body['dueAt'])
    const nudges = await office.store.list('nudges', 'ofResident', { equals: [ticket.resident], limit: 10 })
    expect(nudges.map(({ kind }) => kind)).toContain('ticket-opened')
    const events = await office.store.list('ticket_events', 'ofTicket', { equals: [ticket.number], limit: 5 })
    expect(events[0]).toMatchObject({
      by: 'staff:区救助平台',
      detail: { why: expect.stringContaining('区救助平台送来') },
    })
    const lines = await office.store.list('audit', 'ofSubject', {
      equals: [`ticket:${ticket.number}`],
      limit: 5,
    })
    expect(lines.map(({ by, deed }) => [by, deed])).toEqual([['key:00000000a1', 'received']])
  })

  test('sent twice, or by many at once, is one; in another order of its fields it is the same', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const answers = await Promise.all(Array.from({ length: 5 }, () => system.post('/tickets', SENT)))
    const again = await system.post('/tickets', Object.fromEntries(Object.entries(SENT).reverse()))
    expect(new Set([...answers, again].map(({ text }) => text)).size).toBe(1)
    expect(list((await system.get('/tickets')).body)).toHaveLength(1)
  })

  test('under a number that other content came with is refused, and changes nothing', async () => {
    const office = await districtOffice()
    const system = await office.system()
    await system.post('/tickets', SENT)
    const { status, code, body } = await system.post('/tickets', { ...SENT, story: '别的事' })
    expect([status, code]).toEqual([409, 'other-content'])
    expect(body['message']).toContain('新的 id')
    expect(list((await system.get('/tickets')).body)).toHaveLength(1)
    // Another system's numbers are its own.
    const other = await office.system({ number: '00000000a2', name: '另一个平台' })
    expect((await other.post('/tickets', { ...SENT, story: '别的事' })).status).toBe(200)
  })

  test('is linked to what the same person asked before, and in danger of life is urgent unasked', async () => {
    const office = await districtOffice()
    await office.open({ fingerprints: [{ kind: 'phone', value: 'phone/13700001111' }] })
    const system = await office.system()
    const { body } = await system.post('/tickets', { ...SENT, story: '我爸昏过去了叫不醒' })
    expect(await ticketOf(office, body['number'])).toMatchObject({
      urgency: 'urgent',
      links: [{ number: NUMBER, reasons: ['phone'] }],
    })
  })

  test('belongs where its area or address says, within what the key may', async () => {
    const office = await districtOffice()
    const system = await office.system({ areas: ['yaohua'] })
    const placed = async (more: object) => {
      const { code, body } = await system.post('/tickets', { ...SENT, ...more })
      return code ?? (await ticketOf(office, body['number'])).area
    }
    expect(await placed({ id: '1', area: '尧化街道尧新社区' })).toBe('yaoxin')
    expect(await placed({ id: '2', area: 'yaoxin', place: '迈皋桥街道' })).toBe('yaoxin')
    expect(await placed({ id: '3', place: '说不清的地方' })).toBe('yaohua')
    expect(await placed({ id: '4', place: '迈皋桥街道长营村社区' })).toBe('not-allowed')
    expect(await placed({ id: '5', area: 'maigao' })).toBe('not-allowed')
    expect(await placed({ id: '6', area: '没有的街道' })).toBe('bad-value')
  })

  test('tells whoever works on it where it came from, and whether its resident agreed to be told of', async () => {
    const office = await districtOffice()
    const { body } = await (await office.system()).post('/tickets', SENT)
    const number = String(body['number'])
    await moved(office, number, { kind: 'share', agreed: true, why: '' }, advisor)
    await office.account('me', ['street'])
    const me = office.browser()
    await me.signIn('me')
    const { text } = await me.post(`/requests/${number}/unmask`, { reason: 'contact' })
    expect(text).toContain('区救助平台，对方的编号是 XQ-2026-0001')
    expect(text).toContain('2026-03-03记下')
  })

  test('is of somebody no channel reaches, as those are whom advisors note on the street', async () => {
    const office = await districtOffice()
    const { body } = await (await office.system()).post('/tickets', SENT)
    const { resident } = await ticketOf(office, body['number'])
    expect(resident).toBe(`${NOTED}${String(body['number'])}`)
  })
})

describe('what has changed', () => {
  test('comes by a cursor: once, as it is now, and again when it changes', async () => {
    const office = await districtOffice()
    await office.open()
    const other = mintNumber(0, () => 77)
    await office.open({ number: other, fingerprints: [] })
    const system = await office.system()
    const first = await system.get('/tickets')
    expect(list(first.body).map(({ number, stage }) => [number, stage])).toEqual(
      [
        [other, 'received'],
        [NUMBER, 'received'],
      ].sort(),
    )
    const since = async (after: unknown) => (await system.get(`/tickets?after=${String(after)}`)).body
    expect(await since(first.body['next'])).toEqual({
      tickets: [],
      removed: [],
      next: first.body['next'],
      more: false,
    })
    await moved(office, NUMBER, { kind: 'screen', why: '' }, staff)
    const second = await since(first.body['next'])
    expect(list(second).map(({ number, stage, seq }) => [number, stage, seq])).toEqual([
      [NUMBER, 'screened', 2],
    ])
    // A cursor that was lost is no harm: everything again.
    expect(list((await system.get('/tickets')).body)).toHaveLength(2)
  })

  test('is told in pages that leave nothing out', async () => {
    const office = await districtOffice()
    for (let at = 0; at < 130; at++) await office.open({ number: mintNumber(0, () => at), fingerprints: [] })
    const system = await office.system()
    const numbers: unknown[] = []
    let after = ''
    for (let more: unknown = true, pages = 0; more === true; pages++) {
      expect(pages).toBeLessThan(3)
      const { body } = await system.get(`/tickets${after}`)
      numbers.push(...list(body).map(({ number }) => number))
      after = `?after=${String(body['next'])}`
      more = body['more']
    }
    expect(new Set(numbers).size).toBe(130)
  })

  test('names what was removed, so that whoever fetched it removes it too', async () => {
    const office = await districtOffice()
    await office.open()
    const system = await office.system()
    const elsewhere = await office.system({ number: '00000000a2', name: '另一个', areas: ['maigao'] })
    const { body } = await system.get('/tickets')
    const at = office.now().toISOString()
    await office.store.transaction((tx) => forgetTicket(tx, NUMBER, at))
    expect((await system.get(`/tickets?after=${String(body['next'])}`)).body['removed']).toEqual([NUMBER])
    expect((await elsewhere.get('/tickets')).body['removed']).toEqual([])
    expect((await system.get(`/tickets/${NUMBER}`)).status).toBe(404)
    // The number is somebody else's by now: it is not to be removed.
    await office.open()
    expect((await system.get('/tickets')).body['removed']).toEqual([])
  })

  test('holds up nobody for one request that cannot be read', async () => {
    const office = await districtOffice()
    await office.open()
    const other = mintNumber(0, () => 77)
    await office.open({ number: other, fingerprints: [] })
    await office.store.transaction(async (tx) => {
      const row = await tx.get('tickets', other)
      if (row) await tx.put('tickets', { ...row, ticket: { version: 99 } })
    })
    const { status, body } = await (await office.system()).get('/tickets')
    expect([status, list(body).map(({ number }) => number)]).toEqual([200, [NUMBER]])
  })
})

describe('who somebody is', () => {
  const SHARE = { kind: 'share', agreed: true, why: '电话里问过本人' } as const
  const audited = ({ store }: Office) =>
    store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 20 })

  test('is told of nobody without the deed, nor of those who were not asked', async () => {
    const office = await districtOffice()
    await office.open()
    const all = await office.system()
    const masked = await office.system({ number: '00000000a2', name: '另一个', deeds: ['read-tickets'] })
    const shown = async (system: typeof all) =>
      `${(await system.get('/tickets')).text}${(await system.get(`/tickets/${NUMBER}`)).text}`
    for (const system of [all, masked])
      for (const one of PERSONAL) expect(await shown(system)).not.toContain(one)
    await moved(office, NUMBER, SHARE, advisor)
    for (const one of PERSONAL) expect(await shown(masked)).not.toContain(one)
    expect((await audited(office)).filter(({ deed }) => deed === 'exported')).toEqual([])
  })

  test('is told once the resident agreed, as little as serves, each time noted; and no more when they take it back', async () => {
    const office = await districtOffice()
    await office.open()
    const system = await office.system()
    await moved(office, NUMBER, SHARE, advisor)
    const { body, text } = await system.get('/tickets')
    expect(list(body)[0]?.['person']).toEqual({
      name: FACTS.name,
      phone: FACTS.phone,
      place: FACTS.place,
      difficulties: FACTS.difficulties,
    })
    for (const one of [FACTS.story, FACTS.idNumber, FACTS.income, '唐小妹', 'o1', '问过本人'])
      expect(text).not.toContain(one)
    await system.get(`/tickets/${NUMBER}`)
    const handed = (await audited(office)).filter(({ deed }) => deed === 'exported')
    expect(handed.map(({ by, detail }) => [by, detail])).toEqual([
      ['key:00000000a1', { to: '区救助平台' }],
      ['key:00000000a1', { to: '区救助平台' }],
    ])
    await moved(office, NUMBER, { ...SHARE, agreed: false }, advisor)
    expect((await system.get(`/tickets/${NUMBER}`)).body['person']).toBeNull()
  })

  test('is told to the system that handed it in, and to no other', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const other = await office.system({ number: '00000000a2', name: '另一个' })
    await system.post('/tickets', SENT)
    expect(list((await system.get('/tickets')).body)[0]).toMatchObject({
      id: SENT.id,
      person: { name: '周大山', phone: '13700001111' },
    })
    expect(list((await other.get('/tickets')).body)[0]).toMatchObject({ id: null, person: null })
  })

  test('of a request in which somebody could be harmed nothing is told at all, whoever handed it in', async () => {
    const office = await districtOffice()
    await office.open({ facts: { ...FACTS, difficulties: ['家暴'] } })
    const system = await office.system()
    await moved(office, NUMBER, SHARE, advisor)
    await system.post('/tickets', { ...SENT, difficulties: ['家暴'] })
    const { body } = await system.get('/tickets')
    expect([body['tickets'], body['removed']]).toEqual([[], []])
    expect((await system.get(`/tickets/${NUMBER}`)).status).toBe(404)
    const done = { id: 'P-1', part: 'p1', what: 'taken' }
    expect((await system.post(`/tickets/${NUMBER}/progress`, done)).status).toBe(404)
    const at = office.now().toISOString()
    await office.store.transaction((tx) => forgetTicket(tx, NUMBER, at))
    expect((await system.get('/tickets')).body['removed']).toEqual([])
  })
})

describe('a body that works on its part', () => {
  async function dispatched() {
    const office = await districtOffice()
    await office.open()
    await moved(office, NUMBER, { kind: 'screen', why: '' }, staff)
    await moved(
      office,
      NUMBER,
      { kind: 'dispatch', parts: [part(), part({ id: 'other', name: '区卫健委' })], why: '' },
      staff,
    )
    const system = await office.system()
    const say = (more: object) => system.post(`/tickets/${NUMBER}/progress`, { part: 'p1', ...more })
    return { ...office, system, say }
  }

  test('takes it, notes a step and answers, as at the desk; the resident hears of it', async () => {
    const office = await dispatched()
    expect((await office.say({ id: '1', what: 'taken' })).status).toBe(200)
    expect((await office.say({ id: '2', what: 'noted', stage: '区复核' })).status).toBe(200)
    const { body } = await office.say({ id: '3', what: 'reported', result: 'done', words: '学费已经减免' })
    expect(list(body, 'parts')[0]).toMatchObject({ id: 'p1', mine: true, state: 'reported', result: 'done' })
    const told = await office.store.list('outbox', 'ofResident', {
      equals: ['official-account:o1'],
      limit: 20,
    })
    expect(told.map(({ text }) => text).join()).toContain('学费已经减免')
    const lines = await office.store.list('audit', 'ofActor', { equals: ['key:00000000a1'], limit: 20 })
    expect(lines.map(({ detail }) => detail['actions'])).toEqual(['take', 'note', 'report'])
  })

  test('says the same twice and it is done once; something else under its number is refused', async () => {
    const office = await dispatched()
    const answer = { id: '1', what: 'reported', result: 'done', words: '办好了' }
    const [one, two] = [await office.say(answer), await office.say(answer)]
    expect([one.status, two.text]).toEqual([200, one.text])
    expect((await office.say({ ...answer, words: '没办成', result: 'not-done' })).code).toBe('other-content')
    const events = await office.store.list('ticket_events', 'ofTicket', { equals: [NUMBER], limit: 20 })
    expect(events.filter(({ kind }) => kind === 'reported')).toHaveLength(1)
  })

  test('is told what is missing, and touches nobody else’s part', async () => {
    const office = await dispatched()
    expect((await office.say({ id: '1', what: 'reported', words: '好了' })).status).toBe(422)
    expect((await office.say({ id: '2', what: 'declined' })).status).toBe(422)
    expect((await office.say({ id: '3', what: 'noted' })).status).toBe(422)
    expect((await office.say({ id: '4', what: 'taken', part: 'p2' })).status).toBe(422)
    expect((await office.say({ id: '5', what: 'taken', part: 'p9' })).status).toBe(422)
    // What was refused was not done: its number is free.
    expect((await office.say({ id: '4', what: 'taken' })).status).toBe(200)
  })

  test('finds no request in which it has no part', async () => {
    const office = await districtOffice()
    await office.open()
    const system = await office.system({ body: EDUCATION.id })
    const taken = { id: '1', part: 'p1', what: 'taken' }
    expect((await system.post(`/tickets/${NUMBER}/progress`, taken)).status).toBe(404)
  })
})
