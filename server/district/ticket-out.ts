/**
 * A request as another system of the district reads it. Nothing in it tells who somebody is but `person`, which is
 * given only where they may be told: what this system handed in itself, or its resident agreed to. Left out for
 * everybody: ID numbers, income, who else lives there, photos, the story, what anybody wrote along the way, the
 * resident's number with a platform, and names of those who work on it.
 */

import { isRestricted } from '../../flows/advisor/sight.ts'
import type { AreaTree } from '../../flows/roster/areas.ts'
import { isOverdue } from '../../flows/ticket/limits.ts'
import { promisesOf } from '../../flows/ticket/promises.ts'
import { STAGE_WORDS, type Ticket } from '../../flows/ticket/ticket.ts'
import { isWithin } from '../console/roles.ts'
import type { ApiKey } from './key.ts'
import type { TicketOut } from './wire.ts'

/** Whether a key ever hears of a request: not of those whose people could be harmed. */
export const mayHear = (key: ApiKey, ticket: Ticket, areas: AreaTree): boolean =>
  isWithin(key, ticket.area, areas) && !isRestricted(ticket)

export function ticketOut(ticket: Ticket, key: ApiKey, areas: AreaTree, now: Date): TicketOut {
  const due = promisesOf(ticket)[0]?.due ?? null
  const { personal, source } = ticket
  return {
    number: ticket.number,
    seq: ticket.seq,
    id: source?.key === key.id ? source.ref : null,
    stage: ticket.stage,
    stageName: STAGE_WORDS[ticket.stage],
    urgent: ticket.urgency === 'urgent',
    area: ticket.area,
    areaName: ticket.area === null ? '' : areas.say(ticket.area),
    claimed: ticket.owner !== null,
    needs: personal.facts.needs,
    openedAt: ticket.openedAt,
    closedAt: ticket.closedAt,
    dueAt: due?.at ?? null,
    overdue: due !== null && isOverdue(due, now),
    parts: ticket.parts.map(({ id, what, need, policy, to, state, result, sentAt, settledAt, due }) => ({
      id,
      what,
      need,
      policy,
      to: to.name,
      mine: to.id === key.body,
      state,
      result,
      sentAt,
      settledAt,
      dueAt: due.at,
    })),
    aid: ticket.aid.map(({ kind, what, amount, ahead, at }) => ({ kind, what, amount, ahead, at })),
    outcome: ticket.outcome,
    person: personOf(ticket, key),
  }
}

function personOf({ personal: { facts }, source, sharing, stage }: Ticket, key: ApiKey): TicketOut['person'] {
  const may = key.deeds.includes('read-personal') && (sharing !== null || source?.key === key.id)
  if (!may || facts.anonymous || stage === 'withdrawn') return null
  const { name, phone, place, difficulties } = facts
  return name === null && phone === null && place === '' ? null : { name, phone, place, difficulties }
}
