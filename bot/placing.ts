/** Where tickets belong, as far as the roster tells: by words, by a code, by a person's choice. */

import { findArea } from '../flows/roster/advisor-sheet.ts'
import type { AreaTree } from '../flows/roster/areas.ts'
import { homeOf } from '../flows/roster/placing.ts'
import type { Action } from '../flows/ticket/actions.ts'
import type { Advanced, Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { sounds } from '../knowledge/sound.ts'
import { type ReadRoster, revisionOf } from './roster.ts'
import type { Reader, Store } from './store.ts'

/** The area of a new request, by what its resident wrote and the code they came with; null is the whole district. */
export const areaOf = (words: string, scene: string | null, areas: AreaTree): string | null =>
  homeOf({ words, scene }, areas, sounds)

/**
 * The ticket placed anew after its address was put right; as it is when a person has placed it, or it belongs
 * where it did.
 */
export function placedAgain(ticket: Ticket, scene: string | null, areas: AreaTree, now: Date): Advanced {
  const id = areaOf(ticket.personal.facts.place, scene, areas)
  if (areas.size === 0 || ticket.placedBy !== null || id === ticket.area) return { ticket, happened: [] }
  const area = id === null ? null : { id, name: areas.say(id) }
  return advance(ticket, { kind: 'place', area, why: '' }, { role: 'assistant', id: 'assistant' }, now)
}

/** The areas for turns, which are decided inside a transaction and cannot read whole tables there. */
export interface Places {
  /** As last read; null when somebody has changed the roster since, and they must be refreshed outside first. */
  heldIn(tx: Pick<Reader, 'get'>): Promise<AreaTree | null>
  refresh(): Promise<void>
}

export function createPlaces(store: Pick<Store, 'get'>, roster: ReadRoster): Places {
  let kept: { areas: AreaTree; revision: number } | null = null
  return {
    heldIn: async (tx) => (kept !== null && kept.revision === (await revisionOf(tx)) ? kept.areas : null),
    async refresh() {
      // A change in between makes what is read newer than it is taken for, and is read once more.
      const revision = await revisionOf(store)
      kept = { areas: (await roster()).areas, revision }
    },
  }
}

/** Whether an action cannot be carried out without knowing the areas. */
export const needsAreas = (action: Action): boolean =>
  action.kind === 'place' || (action.kind === 'correct' && action.field === 'place')

/**
 * An action as the ticket takes it: the area somebody named by number or name is one there is.
 *
 * @throws {TicketError} `bad-value` when it is none, or could be several
 */
export function withArea(action: Action, areas: AreaTree): Action {
  if (action.kind !== 'place' || action.area === null) return action
  const found = findArea(action.area.id, areas)
  if ('fault' in found) throw new TicketError('bad-value', found.fault.replace('…', action.area.id))
  return { ...action, area: { id: found.id, name: areas.say(found.id) } }
}
