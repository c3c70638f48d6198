/** What a ticket still owes and by when: the dates that run now, the nearest first. */
import { isAidAwaited } from './aid.ts'
import type { Due } from './limits.ts'
import { isOpen, isPartOpen, type Ticket } from './ticket.ts'

export interface Promised {
  what: 'aid' | 'whole' | 'part' | 'paper' | 'revisit'
  /** The part's or paper's id; null for the ticket's own. */
  id: string | null
  due: Due
}

/** The due dates somebody still has to meet; what is done, closed or withdrawn owes nothing. */
export function promisesOf(ticket: Ticket): Promised[] {
  const { aid, whole, revisit } = ticket.due
  const promised: Promised[] = []
  if (aid && isAidAwaited(ticket)) promised.push({ what: 'aid', id: null, due: aid })
  if (isOpen(ticket)) promised.push({ what: 'whole', id: null, due: whole })
  for (const part of ticket.parts.filter(isPartOpen))
    promised.push({ what: 'part', id: part.id, due: part.due })
  for (const paper of ticket.papers)
    if (paper.state === 'outstanding') promised.push({ what: 'paper', id: paper.id, due: paper.due })
  if (revisit && ticket.stage === 'closed') promised.push({ what: 'revisit', id: null, due: revisit })
  return promised.sort((one, other) => (one.due.at < other.due.at ? -1 : one.due.at > other.due.at ? 1 : 0))
}
