/**
 * Brings cards in advisors' chats up to date: whoever has the ticket sees what to do next, everybody else who has it
 * or how it ended. A card is changed by a code that works once, for 72 hours; every tap brings a new one.
 */
import { sayDue } from '../flows/ticket/limits.ts'
import { promisesOf } from '../flows/ticket/promises.ts'
import { isOpen, readTicket, type Stage, type Ticket } from '../flows/ticket/ticket.ts'
import { ticketOfTask } from './cards.ts'
import type { Card } from './channels/advisor-channel.ts'
import { ChannelError } from './channels/channel.ts'
import type { CardRow, Instant, Job, Store, Transaction } from './store.ts'

/** So long a code works, in ms; nothing can be changed on a card after that. */
export const CARD_CODE_MS = 72 * 60 * 60 * 1000
/** More cards than any ticket has in that time. */
const CARDS_LIMIT = 200
/** A name that leaves room for what is said of it. */
const NAME_SHOWN = 10

/** What a card shows instead of its buttons, or the card that takes its place. */
export type CardChange = { replaced: string } | Card
/** @throws {ChannelError} `refused` when the code is used up */
export type ChangeCard = (to: readonly string[], code: string, change: CardChange) => Promise<void>

/** Work that looks at a ticket's cards once its change is durable. @param cause makes the job's id */
export function updateCardsJob(ticket: string, cause: string, at: Instant): Job {
  return {
    id: `update-cards:${cause}`,
    kind: 'update-cards',
    state: 'pending',
    dueAt: at,
    attempts: 0,
    error: null,
    detail: { ticket },
  }
}

/** Keeps a card that the platform took, so that it can be changed. Somebody may have taken the ticket meanwhile. */
export async function keepCard(
  tx: Transaction,
  { task, ticket }: Card,
  { to, code, at }: { to: readonly string[]; code: string | null; at: Instant },
): Promise<void> {
  await tx.put('cards', { id: task, ticket, to: [...to], code, shows: '', at })
  const row = await tx.get('tickets', ticket)
  if (row?.owner !== '') await tx.put('jobs', updateCardsJob(ticket, task, at))
}

/** In the transaction that changes a ticket: its cards are looked at afterwards, where it has any. */
export async function cardsFollow(
  tx: Transaction,
  ticket: string,
  cause: string,
  at: Instant,
): Promise<void> {
  const cards = await tx.list('cards', 'ofTicket', { equals: [ticket], limit: 1 })
  if (cards.length > 0) await tx.put('jobs', updateCardsJob(ticket, cause, at))
}

/**
 * Keeps the code that came with a tap, and has the card looked at: it may have been told apart meanwhile.
 *
 * @param tap the tap's own id
 */
export function keepTap(
  store: Store,
  { task, by, code, tap, at }: { task: string; by: string; code: string | null; tap: string; at: Instant },
): Promise<void> {
  return store.transaction(async (tx) => {
    const ticket = ticketOfTask(task)
    if (ticket === null) return
    // The code of a tap is for the card in one chat; those in others keep theirs.
    const sent = await tx.get('cards', task)
    const others = sent?.to.filter((one) => one !== by) ?? []
    if (sent && others.length > 0) await tx.put('cards', { ...sent, to: others })
    const id = sent && others.length === 0 ? task : `${task}:${by}`
    const own = await tx.get('cards', id)
    if (code !== null) await tx.put('cards', { id, ticket, to: [by], code, shows: own?.shows ?? '', at })
    await tx.put('jobs', updateCardsJob(ticket, tap, at))
  })
}

export interface CardUpdateParts {
  store: Store
  change: ChangeCard
  ticketUrl: (number: string) => string | null
  now: () => Date
}

/**
 * Changes every card of a ticket that shows something else than it should and still has its code.
 *
 * @throws {ChannelError} when the platform did not take one of them; the others are done
 */
export async function updateCards(
  number: string,
  { store, change, ticketUrl, now }: CardUpdateParts,
): Promise<void> {
  const row = await store.get('tickets', number)
  const ticket = row ? readTicket(row.ticket) : null
  const cards = await store.list('cards', 'ofTicket', { equals: [number], limit: CARDS_LIMIT })
  let fault: unknown = null
  for (const card of cards) {
    const { code } = card
    const due = dueChange(ticket, card, ticketUrl, now())
    if (code === null || due === null || due.shows === card.shows) continue
    try {
      await change(card.to, code, due.change)
    } catch (error) {
      // Used up, by another process or too old: the next tap brings a new one.
      if (!(error instanceof ChannelError && error.outcome === 'refused')) {
        fault ??= error
        continue
      }
    }
    await store.transaction(async (tx) => {
      const current = await tx.get('cards', card.id)
      if (current?.code === code) await tx.put('cards', { ...current, code: null, shows: due.shows })
    })
  }
  if (fault !== null) throw fault
}

const ENDED: Partial<Record<Stage, string>> = {
  refused: '不予受理',
  closed: '已办结',
  revisited: '已办结',
  withdrawn: '居民已撤回',
}

/** What a card should show now; null while nobody has the ticket and it can be taken up as the card says. */
function dueChange(
  ticket: Ticket | null,
  { id, to }: CardRow,
  ticketUrl: (number: string) => string | null,
  now: Date,
): { shows: string; change: CardChange } | null {
  if (ticket === null) return { shows: 'gone', change: { replaced: '不用办了' } }
  const { number, stage, owner } = ticket
  if (!isOpen(ticket)) return { shows: stage, change: { replaced: ENDED[stage] ?? '已办结' } }
  if (owner === null) return null
  const shows = `owner:${owner.id}`
  if (to.length !== 1 || to[0] !== owner.id)
    return { shows, change: { replaced: `${[...owner.name].slice(0, NAME_SHOWN).join('')}已接单` } }
  const [promise] = promisesOf(ticket)
  const card: Card = {
    task: id.split(':')[0] ?? id,
    ticket: number,
    title: `【已接单】${number}，由您负责`,
    lines: promise ? [{ name: '期限', value: sayDue(promise.due, now) }] : [],
    buttons: [
      { key: 'reached', text: '已联系' },
      { key: 'hand-over', text: '转办' },
    ],
    url: ticketUrl(number),
  }
  return { shows, change: card }
}
