import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createIntake } from '../bot/intake.ts'
import {
  type Heard,
  type Outgoing,
  type Store,
  StoreError,
  type TicketRow,
  type Transaction,
} from '../bot/store.ts'
import { KEY_FILE, keysFor, unlock } from '../server/store/data-key.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { openRow, sealedStore } from '../server/store/sealed.ts'
import { createSealer, isSealed, type Place, ringKey, type Sealer } from '../server/store/sealer.ts'
import { temporaryFolder, world } from './support/world.ts'

const AT = '2026-11-22T01:00:00.000Z'
const secret = (fill: number) => Buffer.alloc(32, fill)
const OLD = secret(1)
const NEW = secret(2)

/** What must be found nowhere: a name, a phone, an identity number, an address, words said. */
const CANARIES = ['欧阳慕容雪', '13987654321', '110105194912310029', '幸福路12号3单元', '我老伴走了没钱下葬']

const outgoing = (id: string, more: Partial<Outgoing> = {}): Outgoing => ({
  id,
  resident: 'sandbox:a',
  text: `请确认：${CANARIES.join('，')}`,
  choices: [{ label: `电话是${CANARIES[1]}`, says: `确认${CANARIES[1]}` }],
  link: { title: `${CANARIES[0]}的求助单`, url: `https://a.cn/t?phone=${CANARIES[1]}` },
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
  createdAt: AT,
  dueAt: AT,
  settledAt: null,
  ...more,
})
const told = { name: CANARIES[0], phone: CANARIES[1], identity: CANARIES[2], home: CANARIES[3] }
const ticket = (id: string): TicketRow => ({
  id,
  resident: 'sandbox:a',
  stage: 'received',
  area: '',
  owner: '',
  openedAt: AT,
  dueAt: '',
  updatedAt: AT,
  planned: 0,
  mark: '',
  tail: '',
  ticket: { ...told, words: CANARIES[4] },
})
const heard = (id: string, words: string): Heard => ({
  id,
  resident: 'sandbox:a',
  at: AT,
  words,
  media: null,
})

/** A row of every table that has personal fields. */
async function writeAll(tx: Transaction): Promise<void> {
  await tx.put('sessions', {
    id: 'sandbox:a',
    revision: 1,
    state: null,
    flow: told,
    updatedAt: AT,
  })
  await tx.insert('outbox', outgoing('o1'))
  await tx.insert('tickets', ticket('Q-1'))
  await tx.insert('ticket_events', {
    id: 'e1',
    ticket: 'Q-1',
    at: AT,
    kind: 'noted',
    by: 'staff:1',
    detail: told,
  })
  await tx.insert('heard', heard('h1', `${CANARIES[4]}，我叫${CANARIES[0]}`))
  const task = { kind: 'call', resident: 'sandbox:a', ticket: 'Q-1', dueAt: AT, state: 'open' } as const
  await tx.insert('tasks', { ...task, id: 't1', detail: told })
}

/** Opens `folder` as the server does, noting what an operator is told. */
async function opened(folder: string, keys: readonly Uint8Array[] = [], day = '2026-11-22') {
  const said: string[] = []
  const log = { warn: (words: string) => said.push(words), error: (words: string) => said.push(words) }
  const raw = await openLowdbStore(folder, { log, clock: () => new Date(`${day}T01:00:00Z`) })
  onTestFinished(() => raw.close())
  return { ...(await unlock(raw, { folder, keys }, log)), raw, said }
}

/** Whether `work` is refused because a row cannot be read, whose message betrays nothing. */
async function expectUnreadable(work: () => unknown): Promise<void> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  expect(error).toBeInstanceOf(StoreError)
  expect(error).toMatchObject({ code: 'unreadable' })
}

const PLACE: Place = { table: 'tickets', id: 'Q-1', field: 'ticket' }

describe('a sealed value', () => {
  const sealer = createSealer([ringKey(OLD)])

  test('is any JSON again where it was sealed, and never the same text twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const sealed = sealer.seal(value, PLACE)
        expect(sealer.open(sealed, PLACE)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(sealer.seal(value, PLACE)).not.toEqual(sealed)
      }),
      { numRuns: 300 },
    )
  })

  test.each<Partial<Place>>([
    { table: 'tasks' },
    { id: 'Q-2' },
    { field: 'detail' },
    { id: 'Q-1"', field: 'x' },
  ])('is refused elsewhere: %j', async (other) => {
    const sealed = sealer.seal(told, PLACE)
    await expectUnreadable(() => sealer.open(sealed, { ...PLACE, ...other }))
  })

  // Of three lengths, so that the base64 ends without, with one and with two `=`, whose last bits mean nothing.
  test.each(['低保', '低保1', '低保12'])(
    'is refused with any bit of %s changed, or cut anywhere',
    async (value) => {
      const { sealed } = sealer.seal(value, PLACE)
      for (let length = 0; length < sealed.length; length++)
        await expectUnreadable(() => sealer.open({ sealed: sealed.slice(0, length) }, PLACE))
      for (let position = 0; position < sealed.length; position++) {
        for (let bit = 0; bit < 8; bit++) {
          const code = sealed.charCodeAt(position) ^ (1 << bit)
          const changed = sealed.slice(0, position) + String.fromCharCode(code) + sealed.slice(position + 1)
          await expectUnreadable(() => sealer.open({ sealed: changed }, PLACE))
        }
      }
    },
  )

  test('is refused under another key that claims the same id', async () => {
    const { sealed } = sealer.seal('低保', PLACE)
    const other = createSealer([{ ...ringKey(NEW), id: ringKey(OLD).id }])
    await expectUnreadable(() => other.open({ sealed }, PLACE))
  })
})

describe('a data folder', () => {
  test('shows nothing personal in any byte, and gives everything back', async () => {
    const folder = temporaryFolder()
    const first = await opened(folder)
    await first.store.transaction(writeAll)
    const key = `phone:${first.fingerprint('phone', CANARIES[1] ?? '')}`
    await first.store.transaction((tx) => tx.insert('ticket_keys', { id: 'k1', key, ticket: 'Q-1', at: AT }))
    const lease = { now: AT, until: '2026-11-22T02:00:00.000Z', limit: 9 }
    const claimed = await first.store.transaction((tx) => tx.claim('outbox', lease))
    expect(claimed).toEqual([outgoing('o1', { dueAt: lease.until, attempts: 1 })])
    expect(await namesWithCanaries(folder)).toEqual([])
    await first.store.close()
    const next = await opened(folder, [], '2026-11-23')
    await next.store.transaction(async (tx) => {
      expect(await tx.get('tickets', 'Q-1')).toEqual(ticket('Q-1'))
      expect(await tx.list('tickets', 'byOpening', { equals: [], limit: 9 })).toEqual([ticket('Q-1')])
      await tx.put('tickets', { ...ticket('Q-1'), stage: 'screened' })
    })
    await next.store.close()
    expect((await readdir(folder)).sort()).toEqual(
      expect.arrayContaining([
        'data.key',
        'db-2026-11-22.json',
        'db-2026-11-23.json',
        'db.json',
        'db.previous.json',
      ]),
    )
    expect(await namesWithCanaries(folder)).toEqual([])

    await writeFile(join(folder, 'seen'), JSON.stringify(ticket('Q-1')))
    expect(await namesWithCanaries(folder)).toEqual(CANARIES.map((canary) => `seen: ${canary}`))

    const last = await opened(folder)
    expect(await last.store.get('sessions', 'sandbox:a')).toMatchObject({ flow: told })
    expect(await last.store.get('outbox', 'o1')).toEqual(claimed[0])
    const scanned: unknown[] = []
    for await (const row of last.store.scan('heard')) scanned.push(row)
    expect(scanned).toEqual([heard('h1', `${CANARIES[4]}，我叫${CANARIES[0]}`)])
    expect(await last.store.get('ticket_events', 'e1')).toMatchObject({ detail: told })
    expect(await last.store.get('tasks', 't1')).toMatchObject({ detail: told })
    expect(await last.store.list('ticket_keys', 'byKey', { equals: [key], limit: 9 })).toHaveLength(1)
  })

  test('is its owner’s alone, the key file too, even when it was left open to others', async () => {
    const folder = join(temporaryFolder(), 'data')
    const first = await opened(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await first.store.transaction(writeAll)
    await first.store.close()
    await chmod(join(folder, KEY_FILE), 0o644)
    await chmod(folder, 0o755)
    const again = await opened(folder)
    await again.store.transaction((tx) => tx.insert('heard', heard('h2', '在')))
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const names = await readdir(folder)
    expect(names).toContain(KEY_FILE)
    for (const name of names)
      expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600])
  })

  test('keeps what an older version wrote, whose rows lack the newer fields', async () => {
    const folder = temporaryFolder()
    const before = await openLowdbStore(folder)
    const words = outgoing('o1', { text: '低保可以在街道申请' })
    const session = { id: 'sandbox:a', revision: 3, state: null, flow: null, updatedAt: AT }
    Reflect.deleteProperty(words, 'personal')
    Reflect.deleteProperty(session, 'flow')
    await before.transaction(async (tx) => {
      await tx.put('outbox', words)
      await tx.put('sessions', session)
    })
    await before.close()
    const { store, said } = await opened(folder)
    expect(await store.get('outbox', 'o1')).toMatchObject({ text: '低保可以在街道申请', personal: false })
    expect(await store.get('sessions', 'sandbox:a')).toMatchObject({ revision: 3, flow: null })
    expect(said).toHaveLength(1)
  })
})

describe('the key file', () => {
  test('is made on first start, and the operator told once to keep a copy elsewhere', async () => {
    const folder = temporaryFolder()
    const first = await opened(folder)
    expect(first.said).toEqual([expect.stringMatching(/data\.key.*另存一份.*不要和数据的备份放在一起/)])
    await first.store.close()
    const kept = await readFile(join(folder, KEY_FILE), 'utf8')
    expect(Buffer.from(kept, 'base64')).toHaveLength(32)
    expect((await opened(folder)).said).toEqual([])
    expect(await readFile(join(folder, KEY_FILE), 'utf8')).toBe(kept)
  })

  test('is not made when DATA_KEY is set', async () => {
    const folder = temporaryFolder()
    expect((await opened(folder, [OLD])).said).toEqual([])
    expect(await readdir(folder)).not.toContain(KEY_FILE)
  })

  test('that is lost, damaged or another’s stops the start by name, and is put right by bringing it back', async () => {
    const folder = temporaryFolder()
    const path = join(folder, KEY_FILE)
    const first = await opened(folder)
    await first.store.transaction(writeAll)
    await first.store.close()
    await rename(path, `${path}.elsewhere`)
    await expect(opened(folder)).rejects.toThrow(/缺少数据密钥.*没有密钥文件 .*data\.key.*DATA_KEY/)
    expect(await readdir(folder)).not.toContain(KEY_FILE)
    await expect(keysFor(await readLowdbFolder(folder), { folder, keys: [] })).rejects.toThrow('缺少数据密钥')
    await writeFile(path, 'half a key')
    await expect(opened(folder)).rejects.toThrow(/data\.key 的内容不对/)
    await writeFile(path, OLD.toString('base64'))
    await expect(opened(folder)).rejects.toThrow(/密钥文件 .*data\.key 里只有编号 [0-9a-f]{8} 的密钥/)
    await rm(path)
    await expect(opened(folder, [OLD])).rejects.toThrow(/DATA_KEY 里只有编号 [0-9a-f]{8} 的密钥/)
    await rename(`${path}.elsewhere`, path)
    expect(await (await opened(folder)).store.get('tickets', 'Q-1')).toEqual(ticket('Q-1'))
  })

  test('gives way to DATA_KEY and is still read with', async () => {
    const folder = temporaryFolder()
    const first = await opened(folder)
    await first.store.transaction(writeAll)
    await first.store.close()
    const { store } = await opened(folder, [NEW])
    expect(await store.get('tickets', 'Q-1')).toEqual(ticket('Q-1'))
  })
})

describe('a new key before the old one in DATA_KEY', () => {
  test('is written with, while the old one is still read and may not be left out', async () => {
    const folder = temporaryFolder()
    const first = await opened(folder, [OLD])
    await first.store.transaction(writeAll)
    await first.store.close()
    const both = await opened(folder, [NEW, OLD])
    expect(await both.store.get('tickets', 'Q-1')).toEqual(ticket('Q-1'))
    await both.store.transaction(async (tx) => {
      await tx.insert('tickets', ticket('Q-2'))
    })
    const sealedWith = async (id: string) => JSON.stringify((await both.raw.get('tickets', id))?.ticket)
    expect(await sealedWith('Q-1')).toContain(`"v1:${ringKey(OLD).id}:`)
    expect(await sealedWith('Q-2')).toContain(`"v1:${ringKey(NEW).id}:`)
    await both.store.close()
    await expect(opened(folder, [NEW])).rejects.toThrow(`编号 ${ringKey(OLD).id}`)
    await expect(opened(folder, [OLD])).rejects.toThrow(`编号 ${ringKey(NEW).id}`)
    expect(await (await opened(folder, [OLD, NEW])).store.get('tickets', 'Q-2')).toEqual(ticket('Q-2'))
  })

  test('changes no fingerprint, whatever the order', async () => {
    const folder = temporaryFolder()
    const prints: string[] = []
    for (const keys of [[OLD], [NEW, OLD], [OLD, NEW], [secret(3), NEW, OLD]]) {
      const { store, fingerprint } = await opened(folder, keys)
      prints.push(fingerprint('phone', '13987654321'))
      await store.close()
    }
    expect(new Set(prints).size).toBe(1)
  })
})

test('a fingerprint tells kinds, values and stores apart, and shows none of the value', async () => {
  const { fingerprint } = ringKey(randomBytes(32))
  const other = ringKey(randomBytes(32)).fingerprint
  const prints = [
    fingerprint('phone', '13987654321'),
    fingerprint('phone', '13987654322'),
    fingerprint('identity', '13987654321'),
    fingerprint('phone1', '3987654321'),
    other('phone', '13987654321'),
  ]
  expect(new Set(prints).size).toBe(prints.length)
  for (const print of prints) expect(print).toMatch(/^[\w-]{43}$/)
  expect(fingerprint('phone', '13987654321')).toBe(prints[0])
})

describe('an altered row', () => {
  /** A store with o1, o2 and o3 due in that order, whose o2 was altered behind its back. */
  async function altered(change: (row: Outgoing, other: Outgoing) => Outgoing) {
    const { store, raw, said } = await opened(temporaryFolder(), [OLD])
    await store.transaction(async (tx) => {
      for (const id of ['o1', 'o2', 'o3']) await tx.insert('outbox', outgoing(id))
    })
    const [row, other] = [await raw.get('outbox', 'o2'), await raw.get('outbox', 'o3')]
    if (!row || !other) throw new Error('nothing was written')
    await raw.transaction((tx) => tx.put('outbox', change(row, other)))
    return { store, raw, said }
  }
  const CHANGES: Record<string, (row: Outgoing, other: Outgoing) => Outgoing> = {
    'with another row’s words': (row, other) => ({ ...row, text: other.text }),
    'with words that were never sealed': (row) => ({ ...row, text: '把钱转到这个账户' }),
    'that no longer says it is personal': (row) => ({ ...row, personal: false }),
  }

  test.each(Object.entries(CHANGES))('%s is refused alone: the others are read', async (_name, change) => {
    const { store } = await altered(change)
    await expectUnreadable(() => store.get('outbox', 'o2'))
    await expectUnreadable(() => store.list('outbox', 'due', { equals: ['pending'], limit: 9 }))
    await expectUnreadable(() => store.transaction((tx) => tx.get('outbox', 'o2')))
    expect(await store.get('outbox', 'o1')).toEqual(outgoing('o1'))
    expect(store.health().writable).toBe(true)
  })

  test('is listed by its columns where nothing is opened, with nothing in what is sealed', async () => {
    const { store } = await altered((row, other) => ({ ...row, text: other.text }))
    const query = { equals: ['pending'], limit: 9, unopened: true }
    const listed = [
      ...(await store.list('outbox', 'due', query)),
      ...(await store.transaction((tx) => tx.list('outbox', 'due', query))),
    ]
    expect(listed.map(({ id, text, resident }) => [id, text, resident !== ''])).toEqual(
      ['o1', 'o2', 'o3', 'o1', 'o2', 'o3'].map((id) => [id, null, true]),
    )
  })

  test('holds up no delivery: a claim leases it, tells the operator, and hands out the others', async () => {
    const { store, said } = await altered((row, other) => ({ ...row, text: other.text }))
    const lease = { now: AT, until: '2026-11-22T02:00:00.000Z', limit: 9 }
    const claimed = await store.transaction((tx) => tx.claim('outbox', lease))
    expect(claimed.map(({ id }) => id)).toEqual(['o1', 'o3'])
    expect(said).toEqual([expect.stringMatching(/^outbox 表有一行的 text 读不出来/)])
    expect(await store.transaction((tx) => tx.claim('outbox', lease))).toEqual([])
  })

  test('can be removed like any other', async () => {
    const { store } = await altered((row, other) => ({ ...row, text: other.text }))
    await store.transaction((tx) => tx.remove('outbox', 'o2'))
    expect(await store.list('outbox', 'due', { equals: ['pending'], limit: 9 })).toHaveLength(2)
  })
})

describe('a message', () => {
  /** A world whose sealing is counted. */
  async function counted() {
    const folder = temporaryFolder()
    const { raw } = await opened(folder, [OLD])
    const sealer = createSealer([ringKey(OLD)])
    const calls = { seal: 0, open: 0 }
    const counting: Sealer = {
      ...sealer,
      seal: (value, place) => {
        calls.seal += 1
        return sealer.seal(value, place)
      },
      open: (sealed, place) => {
        calls.open += 1
        return sealer.open(sealed, place)
      },
    }
    const store: Store = sealedStore(raw, counting, () => {})
    return { raw, calls, ...(await world({ store })) }
  }

  test('without personal data seals and opens nothing', async () => {
    const { calls, receive, text, raw } = await counted()
    for (const words of ['低保怎么申请', '要带什么材料', '2', '你好']) {
      const message = text(words)
      await receive(message)
      await receive(message)
    }
    expect(calls).toEqual({ seal: 0, open: 0 })
    for await (const row of raw.scan('outbox'))
      expect(row).toMatchObject({ personal: false, text: expect.any(String) })
  })

  test('whose answer is personal is stored sealed, and a redelivery gets the same words', async () => {
    const { calls, parts, text, raw } = await counted()
    const receive = createIntake({
      ...parts,
      improve: async (turn) => ({
        ...turn,
        reply: turn.reply && { text: `您的电话是${CANARIES[1]}`, choices: [], personal: true },
      }),
    })
    const message = text('低保怎么申请')
    const { reply, outgoing: id } = await receive(message)
    expect(await receive(message)).toMatchObject({ reply, outgoing: id })
    expect(reply).toEqual({ text: `您的电话是${CANARIES[1]}`, choices: [], personal: true })
    const row = await raw.get('outbox', id ?? '')
    expect(isSealed(row?.text)).toBe(true)
    // The words, the empty choices; no link.
    expect(calls.seal).toBe(2)
  })
})

test('opening needs no sealer for a table without personal fields', () => {
  const row = { id: 'm1', resident: 'sandbox:a', outgoing: null, at: AT }
  expect(openRow(createSealer([]), 'turns', row)).toBe(row)
})

/** The files in which a canary stands, plainly or in another spelling of its bytes. */
async function namesWithCanaries(folder: string): Promise<string[]> {
  const spelled = (canary: string): Buffer[] => [
    Buffer.from(canary),
    Buffer.from(canary, 'utf16le'),
    Buffer.from(encodeURIComponent(canary)),
    Buffer.from(Buffer.from(canary).toString('hex')),
    // The last characters depend on what follows.
    Buffer.from(Buffer.from(canary).toString('base64').slice(0, 12)),
  ]
  const found: string[] = []
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name))
    for (const canary of CANARIES)
      if (spelled(canary).some((spelling) => bytes.includes(spelling))) found.push(`${name}: ${canary}`)
  }
  return found
}
