/** Forgets what has served its purpose, by server/retention/terms.ts, a little at a time. */
import { auditSubject, noteBy, purge, type Witness } from '../bot/audit.ts'
import { dropMedia } from '../bot/casework.ts'
import { forgetHousehold, forgetResident, forgetSaid, forgetTicket, forgetWords } from '../bot/forgetting.ts'
import { readSession, sessionColumns } from '../bot/session.ts'
import type {
  Event,
  Heard,
  IndexName,
  Instant,
  Reader,
  Store,
  TableName,
  TicketRow,
  Transaction,
} from '../bot/store.ts'
import { openTasks } from '../bot/visits.ts'
import { WISH_KINDS, wishId } from '../bot/wishes.ts'
import { OPEN_STAGES } from '../flows/ticket/ticket.ts'
import { visitDetailSchema } from '../flows/visits.ts'
import { KEEP_DEFAULT, type Keep } from './config.ts'
import { daysOf, ERASED_KEPT_DAYS } from './retention/terms.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Rows forgotten in one transaction, so that nobody waits for it. */
const BATCH = 200
/** Words that wait for a resident who does not come are given up after so long, in days. */
const WAITING_DAYS = 365

const isBefore = (now: Date, days: number): Instant => new Date(now.getTime() - days * DAY_MS).toISOString()

/** Rows that an index finds by their age: which, and past how many days. */
interface Expiring {
  remove(store: Store, now: Date): Promise<number>
}

/** Rows of a table, of these leading values of an index, whose next field is past its days. */
function expiring<K extends TableName>(
  table: K,
  index: IndexName<K>,
  leading: readonly string[] = [],
  days: number = daysOf(table, KEEP_DEFAULT) ?? 0,
): Expiring {
  return {
    remove: (store, now) =>
      inBatches(
        store,
        (reader) => reader.list(table, index, { equals: leading, to: isBefore(now, days), limit: BATCH }),
        (tx, { id }) => tx.remove(table, id),
      ),
  }
}

/** Removes what `find` finds, a batch a transaction, until it finds no more; most of the time nothing is written. */
async function inBatches<Row>(
  store: Store,
  find: (reader: Reader) => Promise<Row[]>,
  remove: (tx: Transaction, row: Row) => Promise<void>,
): Promise<number> {
  let removed = 0
  while ((await find(store)).length > 0) {
    const count = await store.transaction(async (tx) => {
      const rows = await find(tx)
      for (const row of rows) await remove(tx, row)
      return rows.length
    })
    removed += count
    if (count < BATCH) break
  }
  return removed
}

const EVENTS: readonly Exclude<Event['kind'], 'erased'>[] = [
  'followed',
  'unfollowed',
  'danger',
  'human_asked',
  'handed_back',
]

const BY_AGE: readonly Expiring[] = [
  expiring('turns', 'byAge'),
  expiring('taken', 'byAge'),
  expiring('advisor_turns', 'byAge'),
  expiring('advisor_talks', 'byAge'),
  expiring('outbox', 'byAge', ['accepted']),
  expiring('outbox', 'byAge', ['refused']),
  expiring('jobs', 'due', ['done']),
  expiring('jobs', 'due', ['failed']),
  ...(['accepted', 'refused', 'dropped', 'pending'] as const).map((state) =>
    expiring('nudges', 'byAge', [state]),
  ),
  expiring('cards', 'byAge'),
  ...EVENTS.map((kind) => expiring('events', 'ofKind', [kind])),
  expiring('events', 'ofKind', ['erased'], ERASED_KEPT_DAYS),
  expiring('tasks', 'due', ['done']),
  expiring('tasks', 'due', ['refused']),
  expiring('handed_in', 'byAge'),
  expiring('removed_tickets', 'byAge'),
  expiring('questions', 'byState', ['open']),
  expiring('questions', 'byState', ['settled']),
  expiring('imported_policies', 'byAge'),
  expiring('policy_imports', 'byAge'),
]

/**
 * Removes what is past a term of days: answered messages, words that arrived, jobs done, nudges, and requests begun
 * that nobody came back to. To be called every hour.
 *
 * @returns how many rows went
 */
export async function forgetOld(store: Store, now: Date): Promise<number> {
  let removed = 0
  for (const rows of BY_AGE) removed += await rows.remove(store, now)
  const left = { equals: [], to: now.toISOString(), limit: BATCH }
  return (
    removed + (await inBatches(store, (reader) => reader.list('unfinished', 'byAge', left), forgetUnfinished))
  )
}

async function forgetUnfinished(tx: Transaction, { id }: { id: string }): Promise<void> {
  const row = await tx.get('sessions', id)
  const forgotten = { ...readSession(row), flow: null, rest: '', personalRest: false }
  if (row) await tx.put('sessions', { ...row, revision: row.revision + 1, ...sessionColumns(forgotten) })
  await tx.remove('unfinished', id)
}

/** What is forgotten by terms that the office decides, or that no index knows. */
export interface LongTerms {
  store: Store
  now: Date
  keep: Keep
  /** Who forgets, and what seals the lines about it. */
  witness: Witness
}

/**
 * Removes requests that ended, households and visits past the office's terms, residents who left, and old lines of the
 * audit log. Walks tables; to be called once a day. What goes is noted in the audit log.
 *
 * @returns how many requests, households, visits and residents went
 */
export async function forgetPast(terms: LongTerms): Promise<number> {
  const tickets = await forgetTickets(terms)
  const households = await forgetHouseholds(terms)
  const visits = await forgetVisits(terms)
  const residents = await forgetResidents(terms)
  await purge(terms.store, terms.witness, { now: terms.now, days: terms.keep.audit })
  return tickets + households + visits + residents
}

const noted = (tx: Transaction, { witness, now }: LongTerms, subject: string, detail = {}): Promise<void> =>
  noteBy(tx, witness, { at: now.toISOString(), deed: 'forgotten', subject, detail })

/** A request that ended was opened before its end: only those opened so long ago are looked at. */
async function forgetTickets(terms: LongTerms): Promise<number> {
  const { store, now, keep } = terms
  const to = isBefore(now, keep.tickets)
  let removed = 0
  for (let from = ''; ; ) {
    const rows = await store.list('tickets', 'byOpening', { equals: [], from, to, limit: BATCH })
    for (const { id } of rows) {
      removed += await store.transaction(async (tx) => {
        const row = await tx.get('tickets', id)
        if (!row || row.updatedAt > to || !(await mayGo(tx, row))) return 0
        await noted(tx, terms, auditSubject(id))
        await forgetTicket(tx, id, now.toISOString())
        return 1
      })
    }
    const next = rows.at(-1)?.openedAt ?? ''
    if (rows.length < BATCH || next === from) return removed
    from = next
  }
}

/** Whether nothing is owed about a request any more. */
async function mayGo(tx: Transaction, { id, stage }: TicketRow): Promise<boolean> {
  if (OPEN_STAGES.some((open) => open === stage)) return false
  if ((await openTasks(tx, id)).length > 0) return false
  const wishes = await Promise.all(WISH_KINDS.map((kind) => tx.get('tasks', wishId(kind, id))))
  return wishes.every((wish) => wish?.state !== 'open')
}

/** A household that left before that was noted is taken to have left today. */
async function forgetHouseholds(terms: LongTerms): Promise<number> {
  const { store, now, keep } = terms
  const to = isBefore(now, keep.households)
  const gone = new Set<string>()
  for await (const { id, state, leftAt } of store.scan('households')) {
    if (state !== 'left' || leftAt > to) continue
    await store.transaction(async (tx) => {
      const row = await tx.get('households', id)
      if (row?.state !== 'left') return
      if (row.leftAt === '') return tx.put('households', { ...row, leftAt: now.toISOString() })
      await noted(tx, terms, auditSubject(id))
      await forgetHousehold(tx, id, now.toISOString())
      gone.add(id)
    })
  }
  if (gone.size === 0) return 0
  const keys: string[] = []
  for await (const { id, household } of store.scan('household_keys')) if (gone.has(household)) keys.push(id)
  await removeAll(store, 'household_keys', keys)
  return gone.size
}

/** Visits to households; those about a request go with it. */
async function forgetVisits(terms: LongTerms): Promise<number> {
  const { store, now, keep } = terms
  const to = isBefore(now, keep.households)
  let removed = 0
  for await (const { id, subject, at } of store.scan('visits')) {
    if (!subject.startsWith('H') || at > to) continue
    await store.transaction(async (tx) => {
      const row = await tx.get('visits', id)
      if (!row) return
      await dropMedia(tx, visitDetailSchema.parse(row.detail).media, now.toISOString())
      await tx.remove('visits', id)
      await noted(tx, terms, auditSubject(subject), { what: 'visit' })
    })
    removed++
  }
  for (const state of ['done', 'dropped'])
    removed += await expiring('visit_tasks', 'due', [state], keep.households).remove(store, now)
  removed += await expiring('alerts', 'byAge', [], keep.households).remove(store, now)
  return removed
}

/** Residents who left and have no request; of the others, what was said in a hold long ago and what waits in vain. */
async function forgetResidents(terms: LongTerms): Promise<number> {
  const { store, now, keep } = terms
  const gone = isBefore(now, daysOf('residents', keep) ?? 0)
  const silent = isBefore(now, WAITING_DAYS)
  let removed = 0
  for await (const { id, following, seenAt } of store.scan('residents')) {
    if (!following && seenAt <= gone) {
      removed += await store.transaction(async (tx) => {
        const held = await tx.list('tickets', 'ofResident', { equals: [id], limit: 1 })
        const row = await tx.get('residents', id)
        if (held.length > 0 || !row || row.following) return 0
        await forgetResident(tx, id, now.toISOString())
        return 1
      })
    } else if (seenAt <= silent) {
      const waits = await store.list('outbox', 'unsaid', { equals: [id, 'waiting'], to: silent, limit: 1 })
      if (waits.length === 0) continue
      await store.transaction((tx) =>
        forgetWords(tx, id, ({ state, createdAt }) => state === 'waiting' && createdAt <= silent),
      )
    }
  }
  const heardTo = isBefore(now, daysOf('heard', keep) ?? 0)
  const heard: Pick<Heard, 'id' | 'media'>[] = []
  for await (const { id, at, media } of store.outlines('heard')) if (at <= heardTo) heard.push({ id, media })
  for (let start = 0; start < heard.length; start += BATCH) {
    const some = heard.slice(start, start + BATCH)
    await store.transaction(async (tx) => {
      for (const one of some) await forgetSaid(tx, one, now.toISOString())
    })
  }
  return removed
}

async function removeAll(store: Store, table: TableName, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += BATCH) {
    const some = ids.slice(start, start + BATCH)
    await store.transaction(async (tx) => {
      for (const id of some) await tx.remove(table, id)
    })
  }
}
