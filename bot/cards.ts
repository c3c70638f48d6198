/** Cards with buttons that lie in advisors' chats: which ticket each belongs to, and how it is brought up to date. */
import type { KeptNudge, NudgeKind, Said, Standing } from '../flows/nudges/nudges.ts'
import { isTicketNumber } from '../flows/ticket/ticket-number.ts'
import type { Card } from './channels/advisor-channel.ts'

/**
 * The task id of a card: the platform takes 1 to 128 letters, digits, `_`, `-` and `@`, each id once.
 *
 * @param message unique among all messages, e.g. a UUID
 */
export const cardTask = (ticket: string, message: string): string => `${ticket}_${message}`

/** The ticket a card's task id belongs to; null when it is none of ours. */
export function ticketOfTask(task: string): string | null {
  const [number = ''] = task.split('_', 1)
  return isTicketNumber(number) ? number : null
}

/** What one tap does, on every card of a ticket. */
const BUTTONS: Card['buttons'] = [
  { key: 'claim', text: '接单' },
  { key: 'reached', text: '已联系' },
  { key: 'hand-over', text: '转办' },
  { key: 'view', text: '查看' },
]

/** What a tap means, as the advisor could have written it: a button does what is written on it. */
const TAPS = new Map(BUTTONS.filter(({ key }) => key !== 'view').map(({ key, text }) => [key, text]))

/** A tap on a ticket's card as a line; null for a button that does nothing here. */
export function lineOfTap(key: string, ticket: string): string | null {
  const word = TAPS.get(key)
  return word === undefined ? null : `${word} ${ticket}`
}

/** Whether a nudge of a kind comes as a card where cards work: there is something to do at one tap. */
export const carriesCard = (kind: NudgeKind): boolean =>
  kind === 'ticket-opened' || kind === 'ticket-reopened' || kind === 'ticket-assigned'

/**
 * The card that goes out with a nudge of a ticket somebody may take up; null for other nudges.
 *
 * @param newId makes it unique among all cards
 */
export function cardOf(
  { kind, ticket: number }: Pick<KeptNudge, 'kind' | 'ticket'>,
  { ticket }: Standing,
  { head, card }: Said,
  newId: () => string,
  ticketUrl: (number: string) => string | null = () => null,
): Card | null {
  if (!carriesCard(kind) || number === null || ticket === null || ticket === 'unreadable') return null
  const url = ticketUrl(number)
  const { title, lines } = card ?? { title: head, lines: [] }
  return { task: cardTask(number, newId()), ticket: number, title, lines, buttons: BUTTONS, url }
}
