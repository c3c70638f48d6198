/** How much of a request an account may see, and as whom it works on it. Pure. */

import { isNear, isRestricted, isTheirs, type Sight, sightOf } from '../../flows/advisor/sight.ts'
import { actsFor, type Roster } from '../../flows/roster/advisors.ts'
import type { Actor, Ticket } from '../../flows/ticket/ticket.ts'
import type { Account } from './accounts/account.ts'
import { type ConsoleRole, can, isWithin } from './roles.ts'

export interface Look {
  /** The most that may be shown; of `full`, who it is only once it is unmasked. */
  sight: Sight
  /** Null for somebody who only looks. */
  actor: Actor | null
  /** Whether it is theirs, or nobody else's to work on where they are. */
  mayWork: boolean
}

const SIGHTS: readonly Sight[] = ['shut', 'masked', 'full']

/** Somebody with several roles sees what the widest shows. Null where it is none of theirs. */
export function lookAt(account: Account, ticket: Ticket, roster: Roster, now: Date): Look | null {
  const looks = account.roles.flatMap((role) => lookAs(role, account, ticket, roster, now) ?? [])
  // Of equals the first one stands: whoever may act before whoever only looks.
  return looks.reduce<Look | null>(
    (best, look) => (best && SIGHTS.indexOf(best.sight) >= SIGHTS.indexOf(look.sight) ? best : look),
    null,
  )
}

function lookAs(role: ConsoleRole, account: Account, ticket: Ticket, roster: Roster, now: Date): Look | null {
  const { name, person } = account
  const restricted = isRestricted(ticket)
  switch (role) {
    case 'street': {
      if (!isWithin(account, ticket.area, roster.areas)) return null
      const theirs = ticket.owner?.id === name
      const sight = restricted && !theirs ? 'shut' : 'full'
      return { sight, actor: { role: 'staff', id: name }, mayWork: sight === 'full' }
    }
    case 'advisor': {
      const advisor = person.advisor === null ? undefined : roster.advisors.get(person.advisor)
      const sight = advisor ? sightOf(advisor, ticket, roster, now) : null
      if (!advisor || sight === null) return null
      const mayWork = sight === 'full' || isTheirs(advisor, ticket, roster, now)
      return { sight, actor: { role: 'advisor', id: advisor.id }, mayWork }
    }
    case 'partner': {
      const { body } = person
      if (body === null || !ticket.parts.some(({ to }) => to.id === body)) return null
      const sight = restricted ? 'shut' : 'masked'
      return { sight, actor: { role: 'partner', id: name, body }, mayWork: !restricted }
    }
    case 'auditor':
      if (!isWithin(account, ticket.area, roster.areas)) return null
      return { sight: restricted ? 'shut' : 'masked', actor: null, mayWork: false }
    default:
      return null
  }
}

/** Where somebody's requests are found. */
export interface Scope {
  /** Ids of areas; null is everywhere, in an area we know or not. */
  areas: readonly string[] | null
  /** Whether what lies in no area we know is theirs beside those. */
  unplaced: boolean
  /** Whose requests are theirs wherever they lie. */
  owners: readonly string[]
  /**
   * Whether {@link lookAt} shows anything of a request, by its columns alone; of an organisation's only what it may be,
   * since its parts stand in the ticket.
   */
  holds: (row: { area: string; owner: string }) => boolean
  /** Whether the columns let through what is none of theirs. */
  unsure: boolean
}

export function scopeOf(account: Account, roster: Roster, now: Date): Scope {
  const { areas: tree } = roster
  const { roles, person } = account
  const byArea = roles.includes('street') || roles.includes('auditor')
  const advisor =
    roles.includes('advisor') && person.advisor !== null ? roster.advisors.get(person.advisor) : undefined
  const organisation = roles.includes('partner') && person.body !== null
  const owners = advisor ? actsFor(advisor, roster, now) : []
  const holds: Scope['holds'] = ({ area, owner }) =>
    organisation ||
    (byArea && isWithin(account, area, tree)) ||
    (advisor !== undefined && (owners.includes(owner) || isNear(advisor, area, roster)))
  const wanted = [...(byArea ? account.areas : []), ...(advisor ? advisor.areas : [])]
  const unplaced = holds({ area: '', owner: '' })
  const within = tree.all().filter(({ id }) => wanted.some((one) => tree.isWithin(id, one)))
  const all = (byArea && account.areas.length === 0) || (unplaced && within.length === tree.all().length)
  const areas = organisation || all ? null : within.map(({ id }) => id)
  return { areas, unplaced, owners, holds, unsure: organisation && !all }
}

/** Names that are theirs as an owner. */
export function ownersOf(account: Account): string[] {
  return [account.name, ...(account.person.advisor === null ? [] : [account.person.advisor])]
}

/** Whether an account may see who it is, having said why. */
export const mayUnmask = (account: Account, { sight }: Look): boolean =>
  sight === 'full' && can(account, 'unmask')
