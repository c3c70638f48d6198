/** What an advisor asks to see, from the store; every look at who somebody is is noted. */
import type { Doer } from '../../bot/audit.ts'
import { readSession } from '../../bot/session.ts'
import type { Store } from '../../bot/store.ts'
import { heldUntil } from '../../bot/turns/hold-turn.ts'
import { type Sight, sightOf } from '../../flows/advisor/sight.ts'
import { type Advisor, actsFor, type Roster } from '../../flows/roster/advisors.ts'
import { isOpen, readTicket, type Ticket } from '../../flows/ticket/ticket.ts'
import { isTicketNumber } from '../../flows/ticket/ticket-number.ts'
import { happenedTo } from '../desk/view.ts'
import type { Plate } from './plate-page.ts'
import type { Shown } from './ticket-page.ts'

/** Whoever is signed in, and what they work with. */
export interface Visitor {
  advisor: Advisor
  roster: Roster
  now: Date
}

/** A ticket as far as somebody may see it; null when it is none of theirs, or there is none. */
export interface Found {
  ticket: Ticket
  sight: Sight
}

/** Of a list at most this many are shown, the first due first. */
const LISTED = 100
/** Words told while a person holds the conversation; more than anybody reads. */
const HEARD_LIMIT = 100

export async function findTicket(
  store: Store,
  number: string,
  { advisor, roster, now }: Visitor,
): Promise<Found | null> {
  const row = isTicketNumber(number) ? await store.get('tickets', number) : undefined
  if (!row) return null
  const ticket = readTicket(row.ticket)
  const sight = sightOf(advisor, ticket, roster, now)
  return sight === null ? null : { ticket, sight }
}

/** What is shown of a ticket besides itself. */
export async function aboutTicket(
  store: Store,
  { ticket, sight }: Found,
  { now }: Visitor,
): Promise<Pick<Shown, 'happened' | 'heard' | 'held' | 'visits'>> {
  const full = sight === 'full'
  const { resident } = ticket
  return {
    happened: await happenedTo(store, ticket, { full, now }),
    visits: full ? await store.list('visits', 'ofSubject', { equals: [ticket.number], limit: LISTED }) : [],
    heard: full ? await store.list('heard', 'ofResident', { equals: [resident], limit: HEARD_LIMIT }) : [],
    held: full ? heldUntil(readSession(await store.get('sessions', resident)), now) : null,
  }
}

/** An advisor as the audit log names them. */
export const doerOf = ({ id }: { id: string }): Doer => ({ by: `advisor:${id}` })

/** What is on somebody's plate. */
export async function plateOf(store: Store, { advisor, roster, now }: Visitor): Promise<Plate> {
  const mine = await Promise.all(
    actsFor(advisor, roster, now).flatMap((owner) =>
      ['received', 'screened', 'dispatched', 'reported', 'closed'].map((stage) =>
        store.list('tickets', 'withOwner', { equals: [owner, stage], limit: LISTED }),
      ),
    ),
  )
  const unclaimed = await Promise.all(
    areasOf(advisor, roster).map((area) =>
      store.list('tickets', 'inArea', { equals: [area, 'received'], limit: LISTED }),
    ),
  )
  const free = unclaimed
    .flat()
    .map((row) => readTicket(row.ticket))
    .filter((ticket) => isOpen(ticket) && ticket.owner === null && mayClaim(advisor, ticket, roster, now))
  return { advisor, roster, now, mine: mine.flat().map((row) => readTicket(row.ticket)), unclaimed: free }
}

const mayClaim = (advisor: Advisor, ticket: Ticket, roster: Roster, now: Date): boolean => {
  const sight = sightOf(advisor, ticket, roster, now)
  return sight === 'full' || sight === 'masked'
}

/** The areas whose tickets are theirs, '' for those that belong to none. */
function areasOf({ areas: worksIn }: Advisor, { areas }: Roster): string[] {
  const within = areas.all().filter(({ id }) => worksIn.some((one) => areas.isWithin(id, one)))
  return ['', ...within.map(({ id }) => id)]
}
