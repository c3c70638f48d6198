import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { act, insertTicket, putTicket, removeTicket } from '../bot/casework.ts'
import { sealTails } from '../bot/phone-tails.ts'
import type { Fingerprint, Store } from '../bot/store.ts'
import { forgetting } from '../bot/turns/my-data-turn.ts'
import { openTicket, readTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { sealedStore } from '../server/store/sealed.ts'
import { createSealer, ringKey } from '../server/store/sealer.ts'
import { consoleOffice } from './support/console.ts'
import { memoryStore } from './support/memory-store.ts'
import { FACTS, MORNING, NUMBER, OTHER_NUMBER, opening, staff } from './support/tickets.ts'
import { fingerprint, WITNESS } from './support/world.ts'

const number = (place: number) => mintNumber(9, () => place)

/** Opens a request with a telephone, as an older version did where `seal` is left out. */
async function open(store: Store, id: string, phone: string | null, seal?: Fingerprint) {
  const facts = { ...FACTS, phone }
  const opened = openTicket(opening({ number: id, facts, fingerprints: [] }))
  await store.transaction((tx) => insertTicket(tx, opened, seal))
}
const endingWith = async (store: Store, digits: string) => {
  const equals = [fingerprint('tail', digits)]
  const rows = await store.list('tickets', 'withTail', { equals, limit: 999 })
  return rows.map(({ id }) => id)
}

describe('the last four digits of a telephone', () => {
  test('find its request until they are put right, forgotten or removed', async () => {
    const store = memoryStore()
    await open(store, NUMBER, '13812345678', fingerprint)
    await open(store, OTHER_NUMBER, '13987655678', fingerprint)
    expect(await endingWith(store, '5678')).toEqual([NUMBER, OTHER_NUMBER].sort())
    expect(await endingWith(store, '3456')).toEqual([])
    const corrected = {
      kind: 'correct',
      field: 'phone',
      value: '13812340000',
      why: '听错了',
      fingerprint: null,
    }
    await act(store, {
      number: NUMBER,
      action: corrected,
      actor: staff,
      witness: WITNESS,
      now: MORNING,
      newId: () => 'said',
    })
    expect([await endingWith(store, '5678'), await endingWith(store, '0000')]).toEqual([
      [OTHER_NUMBER],
      [NUMBER],
    ])
    const row = await store.get('tickets', NUMBER)
    const ticket = readTicket(row?.ticket)
    await store.transaction((tx) =>
      putTicket(tx, ticket.seq, { ticket: forgetting(ticket), happened: [] }, MORNING),
    )
    expect(await endingWith(store, '0000')).toEqual([])
    await store.transaction((tx) => removeTicket(tx, OTHER_NUMBER, MORNING.toISOString()))
    expect(await endingWith(store, '5678')).toEqual([])
  })

  test('stand nowhere in the row, and what stands there tells them to nobody without the key', async () => {
    const kept = memoryStore()
    const store = sealedStore(kept, createSealer([ringKey(Buffer.alloc(32, 7))]), () => {})
    const keyed: Fingerprint = (kind, value) =>
      createHmac('sha256', 'a key').update(`${kind} ${value}`).digest('hex')
    await open(store, NUMBER, '13812345678', keyed)
    const row = await kept.get('tickets', NUMBER)
    expect(row?.tail).toBe(keyed('tail', '5678'))
    expect(Object.values(row ?? {}).filter((value) => JSON.stringify(value).includes('13812345678'))).toEqual(
      [],
    )
  })

  test('of requests that an older version wrote are found after a while, and of none twice', async () => {
    const store = memoryStore()
    for (let place = 0; place < 230; place++)
      await open(store, number(place), place % 50 === 0 ? null : `1381234${String(place).padStart(4, '0')}`)
    expect(await endingWith(store, '0007')).toEqual([])
    expect(await sealTails(store, fingerprint)).toBe(230)
    expect(await endingWith(store, '0007')).toEqual([number(7)])
    expect((await store.get('tickets', number(50)))?.tail).toBe('none')
    expect(await sealTails(store, fingerprint)).toBe(0)
  })

  test('of one that cannot be opened hold up no other', async () => {
    const kept = memoryStore()
    const store = sealedStore(kept, createSealer([ringKey(Buffer.alloc(32, 7))]), () => {})
    for (const place of [1, 2, 3]) await open(store, number(place), '13812345678')
    const row = await kept.get('tickets', number(2))
    if (!row) throw new Error('no request was opened')
    await kept.transaction((tx) => tx.put('tickets', { ...row, ticket: { sealed: 'v1:nobody:AAAA' } }))
    expect(await sealTails(store, fingerprint)).toBe(2)
    expect(await endingWith(kept, '5678')).toEqual([number(1), number(3)].sort())
  })
})

test('a search by four digits finds the oldest among thousands, and says what it did not look at', async () => {
  const { store, now, account, browser } = await consoleOffice()
  const many = 1_700
  await store.transaction((tx) =>
    insertTicket(tx, openTicket(opening({ area: 'yaoxin', fingerprints: [] })), fingerprint),
  )
  const row = await store.get('tickets', NUMBER)
  const ticket = readTicket(row?.ticket)
  await store.transaction(async (tx) => {
    for (let place = 0; row && place < many; place++) {
      const id = number(place)
      const openedAt = new Date(now().getTime() - place * 60_000).toISOString()
      const resident = `official-account:o${place}`
      const tail = fingerprint('tail', String(1000 + place))
      const own = { ...ticket, number: id, resident, openedAt }
      await tx.put('tickets', { ...row, id, resident, openedAt, tail, ticket: own })
    }
  })
  await account('me', ['street'], { areas: ['yaohua'] })
  await account('other', ['street'], { areas: ['maigao'] })
  const [me, other] = [browser(), browser()]
  await me.signIn('me')
  await other.signIn('other')
  const last = number(many - 1)
  for (const path of ['/requests?search=2699', '/residents?search=2699']) {
    const { text, body } = await me.get(path)
    expect([path, text.includes(`"${last}"`), body['note']]).toEqual([path, true, ''])
    expect((await other.get(path)).text).not.toContain(last)
  }
  await open(store, OTHER_NUMBER, '13812342699')
  for (const path of ['/requests?search=2699', '/residents?search=2699'])
    expect([path, String((await me.get(path)).body['note'])]).toEqual([
      path,
      expect.stringContaining('升级以前的求助单还在整理'),
    ])
})

test('where many telephones end alike, the newest are shown and it is said that there are more', async () => {
  const { store, now, account, browser } = await consoleOffice()
  for (let place = 0; place < 40; place++) {
    const at = new Date(now().getTime() - place * 60_000)
    const facts = { ...FACTS, phone: `138${1000 + place}8888` }
    const resident = `official-account:o${place}`
    const opened = opening({ number: number(place), resident, at, askedAt: at, facts, fingerprints: [] })
    await store.transaction((tx) => insertTicket(tx, openTicket({ ...opened, area: 'yaoxin' }), fingerprint))
  }
  await account('me', ['street'], { areas: ['yaohua'] })
  const me = browser()
  await me.signIn('me')
  for (const [path, list] of [
    ['/requests?search=8888', 'requests'],
    ['/residents?search=8888', 'residents'],
  ] as const) {
    const { text, body } = await me.get(path)
    expect([path, JSON.stringify(body[list]).split('"about"').length > 1 || list === 'residents']).toEqual([
      path,
      true,
    ])
    expect(body['note']).toBe('这里只列了30条，还有别的。请输完整的电话号码。')
    expect(text).toContain(number(0))
    expect(text).not.toContain(number(39))
  }
})
