/** Cards with buttons that lie in advisors' chats: which ticket each belongs to, and how it is brought up to date. */
import { isTicketNumber } from '../flows/ticket-number.ts'
import type { Card } from './channels/advisor-channel.ts'
import type { Instant, Transaction } from './store.ts'

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

/** Keeps a card that the platform took, so that it can be changed later. */
export async function keepCard(
  tx: Transaction,
  { task, ticket }: Card,
  { to, code, at }: { to: readonly string[]; code: string | null; at: Instant },
): Promise<void> {
  await tx.put('cards', { id: task, ticket, to: [...to], code, at })
}
