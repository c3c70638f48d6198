/** What is said when a ticket cannot be opened, moved or read. */
import type { z } from 'zod'

export type TicketErrorCode =
  | 'unreadable'
  | 'no-such-ticket'
  | 'bad-value'
  | 'wrong-stage'
  | 'wrong-actor'
  | 'not-yours'
  | 'no-such-part'
  | 'wrong-part-state'
  | 'parts-open'
  | 'no-such-paper'
  | 'papers-outstanding'
  | 'papers-unnamed'
  | 'no-such-link'
  | 'already'
  | 'changed'

/** A move that was refused; the message is Chinese, for whoever tried: what was expected, what came, what to do. */
export class TicketError extends Error {
  readonly code: TicketErrorCode
  constructor(code: TicketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TicketError'
    this.code = code
  }
}

/** Names the field that was wrong and what was said about it, never the value. */
export function badValue(what: string, error: z.ZodError): TicketError {
  const issue = error.issues[0]
  const words = issue && /[\u4e00-\u9fa5]/.test(issue.message) ? issue.message : '格式不对，请核对后再填'
  const path = issue?.path.join('.') ?? ''
  return new TicketError('bad-value', `${what}：${words}${path === '' ? '' : `（${path}）`}`)
}
