/** Why the console does not do what was asked, in words for whoever asked. */
import { TicketError } from '../../flows/ticket/ticket-error.ts'

/** What a program may branch on; each with its HTTP status. */
export const REFUSALS = {
  /** What was sent cannot be read. */
  'bad-request': 400,
  'not-signed-in': 401,
  'wrong-password': 401,
  'code-needed': 401,
  'wrong-code': 401,
  /** No key, one that is none of ours, or one that holds no more. */
  'wrong-key': 401,
  'bad-link': 403,
  'not-allowed': 403,
  /** It came from another site, or from no page of ours. */
  'from-elsewhere': 403,
  /** A second factor must be set up first. */
  'second-factor-needed': 403,
  'not-found': 404,
  /** Somebody else changed it meanwhile. */
  changed: 409,
  /** Something else was handed in under this number before. */
  'other-content': 409,
  'too-large': 413,
  'bad-value': 422,
  'too-often': 429,
} as const
export type RefusalCode = keyof typeof REFUSALS

export class Refusal extends Error {
  readonly code: RefusalCode
  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
  get status(): number {
    return REFUSALS[this.code]
  }
}

/** A ticket's refusal as the console's. */
export function ofTicket({ code, message }: TicketError): Refusal {
  if (code === 'changed') return new Refusal('changed', message)
  if (code === 'no-such-ticket') return new Refusal('not-found', message)
  return new Refusal('bad-value', message)
}

/** @throws {Refusal} in place of a {@link TicketError} */
export async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof TicketError ? ofTicket(error) : error
  }
}
