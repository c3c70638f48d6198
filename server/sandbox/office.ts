/** The office's part of the sandbox: a resident's tickets as their workers see them, and the moves allowed now. */
import * as z from 'zod'
import type { Doer } from '../../bot/audit.ts'
import { ticketsOf } from '../../bot/casework.ts'
import { readSession } from '../../bot/session.ts'
import { heldUntil } from '../../bot/turns/hold-turn.ts'
import { chinaDay, sayMoment } from '../../flows/clocks.ts'
import { readForm } from '../../flows/ticket/forms.ts'
import type { Actor } from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { type Desk, filledSchema, giveBack, move, numberSchema, say, wordsSchema } from '../desk/desk.ts'
import { toldLines } from '../desk/view.ts'
import { type TicketView, USUAL, viewOf } from '../ticket-view.ts'

/** What somebody playing the office does. */
export const deed = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('move'), number: numberSchema, ...filledSchema }),
    z.strictObject({ do: z.literal('say'), words: wordsSchema }),
    z.strictObject({ do: z.literal('hand-back') }),
  ],
  '不认识这个动作。',
)
export type Deed = z.infer<typeof deed>

/** What the page shows beside the phone; its own reader is server/sandbox/page/case.ts. */
export interface OfficeView {
  /** Until when a person holds the conversation, in words; null when nobody does. */
  held: string | null
  tickets: TicketView[]
}

/** Residents are named by their address here, as the page knows them. */
export interface Office {
  view(resident: string): Promise<OfficeView>
  /** @throws {TicketError} when it is refused */
  act(resident: string, deed: Deed): Promise<void>
  /** Calls `listener` whenever something may have changed, until the returned function is called. */
  watch(resident: string, listener: () => void): () => void
  /** @param resident their address, or their id in the store */
  changed(resident: string): void
}

/** Whoever presses the buttons of the page. */
const PLAYER: Actor = { role: 'staff', id: '试用' }
const DOER: Doer = { by: 'staff:试用' }
const PREFIX = 'sandbox:'
export function createOffice(desk: Desk): Office {
  const watchers = new Map<string, Set<() => void>>()
  const changed = (resident: string) => {
    const address = resident.startsWith(PREFIX) ? resident.slice(PREFIX.length) : resident
    for (const listener of [...(watchers.get(address) ?? [])]) listener()
  }
  return {
    changed,
    async view(address) {
      const resident = `${PREFIX}${address}`
      const now = desk.now()
      const tickets = await ticketsOf(desk.store, resident)
      const until = heldUntil(readSession(await desk.store.get('sessions', resident)), now)
      return {
        held: until === null ? null : sayMoment(new Date(until), chinaDay(now)),
        tickets: await Promise.all(
          tickets.map(async (ticket) => {
            const view = viewOf(ticket, { actor: PLAYER, usual: USUAL }, now)
            const told = await toldLines(desk.store, ticket, now)
            return { ...view, outcome: [...view.outcome, ...told] }
          }),
        ),
      }
    },
    async act(address, done) {
      const resident = `${PREFIX}${address}`
      if (done.do === 'say') return say(desk, resident, done.words, PLAYER, DOER, null)
      if (done.do === 'hand-back') return giveBack(desk, { resident, number: null }, DOER)
      const tickets = await ticketsOf(desk.store, resident)
      if (!tickets.some(({ number }) => number === done.number))
        throw new TicketError('no-such-ticket', '这位居民没有这张求助单，请刷新后再看。')
      await move(desk, done.number, readForm(done.form, done.values), PLAYER, DOER)
    },
    watch(address, listener) {
      // One entry per call, so that watching twice needs leaving twice.
      const entry = () => listener()
      const listeners = watchers.get(address) ?? new Set()
      watchers.set(address, listeners.add(entry))
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0 && watchers.get(address) === listeners) watchers.delete(address)
      }
    },
  }
}
