/** The desk's lists of what waits, masked: requests by what is due first, and whom nobody has reached for long. */
import { nameOf } from '../../bot/advisor/subject.ts'
import { readRoster } from '../../bot/roster.ts'
import type { Store, TicketRow } from '../../bot/store.ts'
import type { WishKind } from '../../bot/wishes.ts'
import { daysAgo, sayContact, sayHousehold } from '../../flows/advisor/words.ts'
import { chinaDay, sayDay } from '../../flows/clocks.ts'
import { isTicketSilent, SILENT_DAYS } from '../../flows/nudges/morning.ts'
import { findArea } from '../../flows/roster/advisor-sheet.ts'
import type { AreaTree } from '../../flows/roster/areas.ts'
import { summaryLine } from '../../flows/ticket/progress.ts'
import { promisesOf } from '../../flows/ticket/promises.ts'
import { readTicket, type Stage, type Ticket } from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'

interface Place {
  store: Store
  now: () => Date
}

const AT_WORK: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported']
/** Of each stage at most this many are listed, the first due first. */
const LISTED = 200

/** What belongs to no area we know. */
const UNPLACED = '未分区域'
/** An area as staff call it; null for none. */
export const sayArea = (id: string | null, areas: AreaTree): string | null =>
  id === null ? null : areas.say(id) || null

/** Where is looked, and what areas are called there. */
interface Where {
  store: Store
  areas: AreaTree
  /** Ids of the areas; null is everywhere, '' what belongs to none. */
  within: readonly string[] | null
}

/**
 * Requests that are at work, and those that wait for their revisit, the first due first.
 *
 * @param word only what lies in this area, by its number or name
 * @throws {TicketError} when there is no such area
 */
export async function listTickets({ store, now }: Place, word?: string): Promise<string> {
  const { areas } = (await readRoster(store)).roster
  const where = { store, areas, within: word === undefined ? null : areasWithin(word, areas) }
  const open = await listed(where, AT_WORK, now())
  const closed = await listed(where, ['closed'], now())
  const calls = word === undefined ? await listedCalls(store, areas, now()) : []
  const wishes = word === undefined ? await listedWishes(store, now()) : { erase: [], export: [] }
  if (open.length + closed.length + calls.length + wishes.erase.length + wishes.export.length === 0)
    return '现在没有要办的求助单。'
  return [
    ...(wishes.erase.length > 0
      ? [`居民要求删除信息、等核对的 ${wishes.erase.length} 张（核对后写「清除」）：`, ...wishes.erase, '']
      : []),
    ...(wishes.export.length > 0
      ? [
          `居民要求导出信息、等交给本人的 ${wishes.export.length} 张（在后台的居民页办）：`,
          ...wishes.export,
          '',
        ]
      : []),
    ...(calls.length > 0 ? [`微信上告诉不了、要打电话的 ${calls.length} 位：`, ...calls, ''] : []),
    ...(open.length > 0 ? [`要办的 ${open.length} 张：`, ...open] : ['现在没有要办的求助单。']),
    ...(closed.length > 0 ? ['', `办结了，等回访的 ${closed.length} 张：`, ...closed] : []),
  ].join('\n')
}

/** @throws {TicketError} when there is no such area */
function areasWithin(word: string, areas: AreaTree): string[] {
  if (word === UNPLACED) return ['']
  const found = findArea(word, areas)
  if ('fault' in found) throw new TicketError('bad-value', found.fault.replace('…', word))
  return areas.all().flatMap(({ id }) => (areas.isWithin(id, found.id) ? [id] : []))
}

async function rowsOf(
  { store, within }: Where,
  stages: readonly Stage[],
  limit: number,
): Promise<TicketRow[]> {
  const rows = await Promise.all(
    stages.flatMap((stage) =>
      within === null
        ? [store.list('tickets', 'inStage', { equals: [stage], limit })]
        : within.map((id) => store.list('tickets', 'inArea', { equals: [id, stage], limit })),
    ),
  )
  return rows.flat()
}

async function listed(where: Where, stages: readonly Stage[], now: Date): Promise<string[]> {
  const { areas } = where
  const dueOf = (ticket: Ticket) => promisesOf(ticket)[0]?.due.at ?? ''
  return (await rowsOf(where, stages, LISTED))
    .map((row) => readTicket(row.ticket))
    .sort((one, other) => (dueOf(one) < dueOf(other) ? -1 : 1))
    .map((ticket) => summaryLine(ticket, sayArea(ticket.area, areas), now))
}

/** Residents whom news did not reach, the first due first. */
async function listedCalls(store: Store, areas: AreaTree, now: Date): Promise<string[]> {
  const tasks = await store.list('tasks', 'due', { equals: ['open'], limit: LISTED })
  const lines = tasks.map(async ({ kind, ticket, dueAt }) => {
    const row = kind === 'call' && ticket !== null ? await store.get('tickets', ticket) : undefined
    if (!row) return []
    const by = sayDay(chinaDay(new Date(dueAt)), chinaDay(now))
    const overdue = now.toISOString() > dueAt ? '，已超期' : ''
    return [`${by}前${overdue} ${summaryLine(readTicket(row.ticket), sayArea(row.area, areas), now)}`]
  })
  return (await Promise.all(lines)).flat()
}

/** Requests whose residents want their data deleted, the first due first. */
async function listedWishes(store: Store, now: Date): Promise<Record<WishKind, string[]>> {
  const tasks = await store.list('tasks', 'due', { equals: ['open'], limit: LISTED })
  const lines = (wanted: WishKind) =>
    tasks
      .filter(({ kind }) => kind === wanted)
      .map(({ ticket, dueAt }) => {
        const overdue = now.toISOString() > dueAt ? '，已超期' : ''
        return `${sayDay(chinaDay(new Date(dueAt)), chinaDay(now))}前${overdue} ${ticket ?? ''}`
      })
  return { erase: lines('erase'), export: lines('export') }
}

/** Sorts after every area's number. */
const LAST = '~'
/** Looked through for silent ones, of each stage or area: more than an office has at work. */
const LOOKED = 2000

/**
 * Requests at work and households nobody has reached for {@link SILENT_DAYS} days, area by area, those longest
 * without first, each with whoever is to call.
 *
 * @param word only what lies in this area, by its number or name
 * @throws {TicketError} when there is no such area
 */
export async function listSilent({ store, now: clock }: Place, word?: string): Promise<string> {
  const now = clock()
  const { areas, advisors } = (await readRoster(store)).roster
  const within = word === undefined ? null : areasWithin(word, areas)
  const found: { area: string; since: string; line: string }[] = []
  let tickets = 0
  for (const { ticket: kept } of await rowsOf({ store, areas, within }, AT_WORK, LOOKED)) {
    const ticket = readTicket(kept)
    if (!isTicketSilent(ticket, now)) continue
    const { area, contactedAt, openedAt, owner } = ticket
    const said = `${summaryLine(ticket, sayArea(area, areas), now)} ${sayContact(contactedAt ?? '', now)}`
    const line = `${said} ${owner ? `负责人${owner.name}` : '还没有人接单'}`
    found.push({ area: area ?? '', since: contactedAt ?? openedAt, line })
    tickets++
  }
  const to = daysAgo(SILENT_DAYS, now)
  for (const area of within ?? [...areas.all().map(({ id }) => id), '']) {
    const households = { equals: [area, 'watched'], to, limit: LOOKED }
    for (const row of await store.list('households', 'ofArea', households)) {
      const said = sayHousehold(row, nameOf(row), sayArea(area || null, areas) ?? UNPLACED, now)
      const advisor = advisors.get(row.advisor)
      const line = `${said} ${advisor ? `联系人${advisor.name}` : '还没有联系人'}`
      found.push({ area, since: row.contactedAt, line })
    }
  }
  if (found.length === 0) return `没有${SILENT_DAYS}天没联系上的。`
  // By the office's own numbers, which keep neighbours together; what lies nowhere comes last.
  const order = ({ area, since }: { area: string; since: string }) => `${area || LAST} ${since}`
  found.sort((one, other) => (order(one) < order(other) ? -1 : 1))
  const counts = `求助单 ${tickets} 张，联系对象 ${found.length - tickets} 户`
  const title = `${SILENT_DAYS}天没联系上的：${counts}，按区域排，最久的在前（打过没通的不算联系上）：`
  return [title, ...found.map(({ line }) => line)].join('\n')
}
