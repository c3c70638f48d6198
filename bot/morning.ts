/** What a day holds for each advisor, from the store, and the row a day that tells them. */

import { chinaDay } from '../flows/clocks.ts'
import {
  dueOf,
  type Held,
  isMorning,
  isSilent,
  isTicketSilent,
  morningOf,
  worksOn,
} from '../flows/nudges/morning.ts'
import { type Advisor, actsFor, type Roster } from '../flows/roster/advisors.ts'
import { isOpen, readTicket, type Stage, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { openCall } from './calls.ts'
import { UNTOLD } from './nudge-rows.ts'
import { type Reader, type Store, StoreError, type TicketRow, type VisitTask } from './store.ts'
import { visitsDue } from './visits.ts'

const OPEN: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported']
const OWED: readonly Stage[] = [...OPEN, 'closed']
const UNCLAIMED: readonly Stage[] = ['received', 'screened']
/** Of each kind and area at most so many are looked at; the digest names fewer. */
const LIMIT = 50

const morningId = (day: string, advisor: string): string => `morning:${day}:${advisor}`

/**
 * Writes the rows of today's digests, once a day whoever does it and however often. Nothing outside the hours a
 * digest is told in.
 */
export async function planMornings(store: Store, { advisors }: Roster, now: Date): Promise<void> {
  if (!isMorning(now)) return
  const day = chinaDay(now)
  const working = [...advisors.values()].filter((advisor) => worksOn(advisor, now))
  const [first] = working
  // The first one's row stands for all, so that most rounds look at one row.
  if (!first || (await store.get('nudges', morningId(day, first.id)))) return
  const at = morningOf(day).toISOString()
  await store.transaction(async (tx) => {
    for (const { id: advisor } of working) {
      const id = morningId(day, advisor)
      if (await tx.get('nudges', id)) continue
      const row = { ...UNTOLD, id, kind: 'morning', advisor, resident: '', urgency: 'normal' } as const
      await tx.insert('nudges', { ...row, at, dueAt: at })
    }
  })
}

/** What today holds for an advisor, and for those they stand in for. */
export async function heldBy(reader: Reader, advisor: Advisor, roster: Roster, now: Date): Promise<Held> {
  const today = chinaDay(now)
  const own: Ticket[] = []
  const visits: VisitTask[] = []
  const silent: string[] = []
  for (const id of actsFor(advisor, roster, now)) {
    for (const stage of OWED)
      own.push(...read(await reader.list('tickets', 'withOwner', { equals: [id, stage], limit: LIMIT })))
    visits.push(...(await visitsDue(reader, id, today)))
    const watched = await reader.list('households', 'ofAdvisor', { equals: [id, 'watched'], limit: LIMIT })
    silent.push(
      ...watched.filter(({ contactedAt }) => isSilent(contactedAt || NEVER, now)).map((one) => one.id),
    )
  }
  const unclaimed: string[] = []
  for (const area of roster.areas
    .all()
    .filter(({ id }) => advisor.areas.some((top) => roster.areas.isWithin(id, top)))) {
    for (const stage of UNCLAIMED) {
      const rows = await reader.list('tickets', 'inArea', { equals: [area.id, stage], limit: LIMIT })
      unclaimed.push(...rows.filter(({ owner }) => owner === '').map(({ id }) => id))
    }
  }
  const calls: string[] = []
  for (const { number } of own) if (await openCall(reader, number)) calls.push(number)
  const open = own.filter(isOpen)
  return {
    ...dueOf(own, now),
    unclaimed,
    visits: [...new Set(visits.map(({ subject }) => subject))],
    calls,
    silent: [...open.filter((ticket) => isTicketSilent(ticket, now)).map(({ number }) => number), ...silent],
  }
}

/** Sorts before every moment. */
const NEVER = new Date(0).toISOString()

/** One that cannot be read keeps nobody from the rest. */
function read(rows: readonly TicketRow[]): Ticket[] {
  return rows.flatMap((row) => {
    try {
      return [readTicket(row.ticket)]
    } catch (error) {
      if ((error instanceof TicketError || error instanceof StoreError) && error.code === 'unreadable')
        return []
      throw error
    }
  })
}
