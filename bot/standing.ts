/** How things stand with a nudge at the moment it is told: its ticket, its visit, the conversation, the place. */

import type { Standing } from '../flows/nudges/nudges.ts'
import { ladderOfVisit, laddersOf } from '../flows/nudges/reminders.ts'
import type { Roster } from '../flows/roster/advisors.ts'
import type { Concern } from '../flows/roster/routing.ts'
import { isOpen, readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { VISIT_REASONS } from '../flows/visits.ts'
import { ticketsOf } from './casework.ts'
import { readSession } from './session.ts'
import { type Nudge, type Reader, StoreError, type TicketRow, type VisitTask } from './store.ts'
import { heldUntil } from './turns/hold-turn.ts'

/** Where a nudge belongs, and how things stand with it. */
export interface Stands {
  concern: Concern
  standing: Standing
}

/**
 * How things stand with a nudge now. A ticket that cannot be read keeps nobody from being told.
 *
 * @param roster by which areas get their names; null leaves them as the resident wrote them
 */
export async function standsOf(
  reader: Reader,
  nudge: Nudge,
  roster: Roster | null,
  now: Date,
): Promise<Stands> {
  const row = nudge.ticket === null ? undefined : await readable(reader.get('tickets', nudge.ticket))
  const ticket = row === 'unreadable' ? row : row ? read(row) : null
  const place = (area: string | null) => (area === null ? null : roster?.areas.say(area) || null)
  const none: Standing = { ticket, reach: null, heldUntil: null, place: null, owed: null }
  if (nudge.task !== null) {
    const task = await readable(reader.get('visit_tasks', nudge.task))
    const visit = task === 'unreadable' ? undefined : task
    const concern = { area: visit?.area || null, owner: visit?.advisor || null }
    return { concern, standing: { ...none, owed: owedVisit(nudge, visit), place: place(concern.area) } }
  }
  if (nudge.kind === 'morning') return { concern: { area: null, owner: nudge.advisor }, standing: none }
  if (nudge.ticket !== null && nudge.kind !== 'danger') {
    const concern = concernOf(row)
    const owed = ticket === null || ticket === 'unreadable' ? null : owedTicket(nudge, ticket)
    return { concern, standing: { ...none, owed, place: place(concern.area) } }
  }
  const tickets = await readable(ticketsOf(reader, nudge.resident))
  const known = tickets === 'unreadable' ? [] : tickets
  const session = await readable(reader.get('sessions', nudge.resident))
  const latest = known.find(isOpen) ?? known[0]
  const concern = { area: latest?.area ?? null, owner: latest?.owner?.id ?? null }
  return {
    concern,
    standing: {
      ...none,
      reach: known.find(hasPhone) ?? null,
      heldUntil: heldUntil(readSession(session === 'unreadable' ? undefined : session), now),
      place: place(concern.area),
    },
  }
}

/** Area and owner stand beside the ticket, so that one that cannot be read still finds its people. */
function concernOf(row: TicketRow | 'unreadable' | undefined): Concern {
  if (row === undefined || row === 'unreadable') return { area: null, owner: null }
  return { area: row.area || null, owner: row.owner || null }
}

function owedTicket({ ladder }: Nudge, ticket: Ticket): Standing['owed'] {
  const found = ladder === null ? undefined : laddersOf(ticket).find(({ id }) => id === ladder)
  return found ? { ladder: found, subject: ticket.number, visit: null } : null
}

function owedVisit({ ladder }: Nudge, task: VisitTask | undefined): Standing['owed'] {
  if (task?.state !== 'open') return null
  const found = ladderOfVisit(task)
  const visit = VISIT_REASONS.find((one) => one === task.reason) ?? null
  return found.id === ladder ? { ladder: found, subject: task.subject, visit } : null
}

function read(row: TicketRow): Ticket | 'unreadable' {
  try {
    return readTicket(row.ticket)
  } catch (error) {
    if (error instanceof TicketError && error.code === 'unreadable') return 'unreadable'
    throw error
  }
}

const hasPhone = ({ personal: { facts } }: Ticket): boolean =>
  facts.phone !== null || (facts.proxy?.phone ?? null) !== null

async function readable<T>(reading: Promise<T>): Promise<T | 'unreadable'> {
  try {
    return await reading
  } catch (error) {
    if ((error instanceof TicketError || error instanceof StoreError) && error.code === 'unreadable')
      return 'unreadable'
    throw error
  }
}
