/**
 * Fills a data folder with a snapshot: `node fill-tickets.js <folder> <tickets>`. Each ticket is one that the real
 * intake and the real casework made, with what our own retention leaves of it, told of another resident, and sealed.
 * One in thirty is two days old and under way, with every word that was said; the others were settled half a year ago.
 * Only the audit log is left out, whose lines are chained from one ticket to the next.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { act } from '../../bot/casework.ts'
import { createIntake } from '../../bot/intake.ts'
import type { Fingerprint, Store, TableName } from '../../bot/store.ts'
import type { Actor } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { forgetOld } from '../../server/retention.ts'
import { keepIndex } from '../../server/store/base/open.ts'
import { KEY_FILE, unlock } from '../../server/store/data-key.ts'
import { realDisk } from '../../server/store/disk.ts'
import { TABLES } from '../../server/store/entry.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { recover } from '../../server/store/recovery.ts'
import { sealRow } from '../../server/store/sealed.ts'
import { SNAPSHOT } from '../../server/store/snapshot.ts'
import { writeSnapshot } from '../../server/store/snapshot-format.ts'
import { memoryStore } from '../support/memory-store.ts'
import { EDUCATION, part } from '../support/tickets.ts'
import { settingFrom, WITNESS } from '../support/world.ts'
import { openid } from './messages.ts'

const DAY_MS = 86_400_000
const RECENT_ONE_IN = 30
const SETTLED_DAYS = 200
const RECENT_DAYS = 2
const BATCH = 200
/** No two tickets of one kind are of the same moment; in ms. */
const APART_MS = 250
const MOMENT = /\d{4}-\d{2}-\d{2}T[\d:]{8}\.\d{3}Z/g
/** Six digits of a number: a million tickets. */
const NUMBER_ATTEMPT = 10

/** What stands in a made ticket's rows for what differs from ticket to ticket. */
const PHONE = '13812340000'
const ADDRESS = openid(999_999_999)
const NUMBER = mintNumber(NUMBER_ATTEMPT, () => 999_999)
const ID = 'cafe0000cafe'
const mark = (place: number) => `fingerprint-${String(place).padStart(31, '0')}`

/** One way a ticket went: its rows by table as JSON, and what stands behind each marked fingerprint. */
interface Pattern {
  rows: ReadonlyMap<TableName, readonly string[]>
  marked: readonly Parameters<Fingerprint>[]
}

const SAID = [
  `我是尧化街道尧新社区的,老公上月住院花了八万,家里没米了,电话${PHONE}`,
  '同意',
  '1 2',
  '就在住的地方',
  '刘桂芳',
  '没有',
  '确认',
]
const STAFF: Actor = { role: 'staff', id: 'li' }
const PARTNER: Actor = { role: 'partner', id: 'zhao', body: EDUCATION.id }
const MOVES: readonly [object, Actor][] = [
  [{ kind: 'screen', why: '情况属实' }, STAFF],
  [{ kind: 'dispatch', parts: [part()], why: '孩子还在上学' }, STAFF],
  [{ kind: 'report', part: 'p1', result: 'done', why: '学费已减免' }, PARTNER],
  [{ kind: 'close', result: 'helped', why: '学费已减免，米油已送到' }, STAFF],
  [{ kind: 'revisit', satisfied: true, why: '家里都好' }, STAFF],
]

/** @param moves how many of {@link MOVES} were made, a day each */
async function patternOf(ageDays: number, moves: number): Promise<Pattern> {
  const store = memoryStore()
  let at = Date.now() - ageDays * DAY_MS
  let ids = 0
  const marked: Parameters<Fingerprint>[] = []
  const fingerprint: Fingerprint = (...asked) => {
    const known = marked.findIndex(([kind, value]) => kind === asked[0] && value === asked[1])
    return mark(known === -1 ? marked.push(asked) - 1 : known)
  }
  const newId = () => `${String(++ids).padStart(8, '0')}-0000-4000-8000-${ID}`
  const now = () => new Date(at)
  const receive = createIntake({
    store,
    setting: { ...settingFrom(now()), fingerprint },
    now,
    newId,
    randomBelow: () => Number(NUMBER.slice(2, -2)) % 10_000,
    maxBytes: 2000,
  })
  for (const [place, text] of SAID.entries()) {
    at += 20_000
    const id = `official-account:${ADDRESS}:23${String(place).padStart(17, '0')}`
    const body = { kind: 'text', text } as const
    await receive({ id, channel: 'official-account', from: ADDRESS, sentAt: now(), body })
  }
  const opened = await store.list('tickets', 'byOpening', { equals: [], limit: 2 })
  const made = opened[0]?.id
  if (made === undefined) throw new Error('what was said opened no ticket')
  for (const [action, actor] of MOVES.slice(0, moves)) {
    at += DAY_MS / 2
    await act(store, { number: made, action, actor, witness: WITNESS, now: now(), newId })
  }
  await settle(store, now().toISOString())
  await forgetOld(store, new Date())
  const rows = new Map<TableName, string[]>()
  for (const table of TABLES) {
    if (table === 'audit' || table === 'audit_heads') continue
    const texts: string[] = []
    for await (const row of store.scan(table)) texts.push(JSON.stringify(row).replaceAll(made, NUMBER))
    if (texts.length > 0) rows.set(table, texts)
  }
  return { rows, marked }
}

/** Everything was told to everybody: what a server at once would begin to send is not what is measured. */
async function settle(store: Store, at: string): Promise<void> {
  await store.transaction(async (tx) => {
    for await (const row of store.scan('outbox'))
      await tx.put('outbox', { ...row, state: 'accepted', via: row.via ?? 'push', settledAt: at })
    for await (const row of store.scan('nudges'))
      await tx.put('nudges', { ...row, state: 'accepted', settledAt: at })
    for await (const row of store.scan('jobs')) await tx.put('jobs', { ...row, state: 'done' })
  })
}

const [folder = '', count = '0'] = process.argv.slice(2)
const tickets = Number(count)
const log = { warn: () => {}, error: console.error }
const yesterday = new Date(Date.now() - DAY_MS)
const {
  store: empty,
  kept,
  sealer,
  fingerprint,
} = await unlock(await openLowdbStore(folder, { log }), { folder, keys: [] }, log)
const dataKeys: string[] = []
for await (const row of kept.scan('data_keys')) dataKeys.push(JSON.stringify(row))
await empty.close()
for (const name of await readdir(folder)) if (name !== KEY_FILE) await rm(join(folder, name))

const settled = await patternOf(SETTLED_DAYS, MOVES.length)
const recent = await patternOf(RECENT_DAYS, 2)
const head = { seq: 1, savedAt: yesterday }
const bytes = await writeSnapshot(realDisk, join(folder, SNAPSHOT), head, batchesOf)
// As after a restore: the first start makes the index, every other finds it.
const before = process.cpuUsage()
const { image } = await recover(folder)
if (!image.base) throw new Error('the snapshot just written is not there')
const indexed = await keepIndex(folder, SNAPSHOT, image.base, realDisk)
indexed.leave()
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({ bytes, rows: dataKeys.length + rowsOfAll(), indexCpuMs: (user + system) / 1000 }),
)

/** The texts of a table's rows, sealed, some at a time. */
function* batchesOf(table: TableName): Generator<string[]> {
  if (table === 'data_keys') yield dataKeys
  let batch: string[] = []
  for (let n = 0; n < tickets; n++) {
    const { rows, marked } = patternAt(n)
    for (const text of rows.get(table) ?? []) batch.push(rowFor(table, text, marked, n))
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function patternAt(n: number): Pattern {
  return n % RECENT_ONE_IN === RECENT_ONE_IN - 1 ? recent : settled
}

function rowFor(table: TableName, text: string, marked: Pattern['marked'], n: number): string {
  let own = text
    .replaceAll(ADDRESS, openid(n))
    .replaceAll(
      NUMBER,
      mintNumber(NUMBER_ATTEMPT, () => n),
    )
    .replaceAll(PHONE, phoneOf(n))
    .replaceAll(ID, String(n).padStart(12, '0'))
  own = own.replaceAll(MOMENT, (at) => new Date(Date.parse(at) - n * APART_MS).toISOString())
  for (const [place, [kind, value]] of marked.entries())
    if (own.includes(mark(place)))
      own = own.replaceAll(mark(place), fingerprint(kind, valueFor(kind, value, n)))
  return JSON.stringify(sealRow(sealer, table, JSON.parse(own)))
}

function phoneOf(n: number): string {
  return `138${String(n).padStart(8, '0')}`
}

/** What a fingerprint is made of: telephones are looked for. */
function valueFor(kind: string, value: string, n: number): string {
  if (kind === 'phone') return phoneOf(n)
  return kind === 'tail' ? phoneOf(n).slice(-4) : `${value} of ${n}`
}

function rowsOfAll(): number {
  const of = ({ rows }: Pattern) => [...rows.values()].reduce((sum, texts) => sum + texts.length, 0)
  const recents = Math.floor(tickets / RECENT_ONE_IN)
  return recents * of(recent) + (tickets - recents) * of(settled)
}
