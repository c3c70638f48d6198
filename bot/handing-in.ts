/** A request that another system of the district hands in: opened like any other, for somebody no channel reaches. */
import type { RequestFacts } from '../flows/ticket/request.ts'
import { openTicket, type Fingerprint as Trait } from '../flows/ticket/ticket.ts'
import { NOTED } from './advisor/deeds.ts'
import { freshNumber, insertTicket } from './casework.ts'
import type { Fingerprint, Transaction } from './store.ts'

export interface HandingIn {
  facts: RequestFacts
  /** The area's id; null is the whole district. */
  area: string | null
  urgent: boolean
  /** Why it is urgent, or what the system says of it; '' for nothing. */
  reason: string
  /** The system: its key's number, what it is called, and its own number for the request. */
  source: { key: string; name: string; ref: string }
}

export interface HandingInParts {
  fingerprint: Fingerprint
  randomBelow: (limit: number) => number
  now: Date
}

/**
 * Opens it: with its limits, its links to earlier ones and whoever is on duty told, as a resident's own.
 *
 * @returns its number
 * @throws {TicketError} `bad-value` when a fact is not as it must be
 */
export async function openHandedIn(
  tx: Transaction,
  { facts, area, urgent, reason, source }: HandingIn,
  { fingerprint, randomBelow, now }: HandingInParts,
): Promise<string> {
  const number = await freshNumber(tx, randomBelow)
  await insertTicket(
    tx,
    openTicket({
      facts,
      number,
      resident: `${NOTED}${number}`,
      area,
      urgency: { level: urgent ? 'urgent' : 'normal', reason },
      fingerprints: traitsOf(facts, fingerprint),
      // Whoever hands it in asked the person, or has a duty of its own; nothing was agreed to with us.
      consent: null,
      at: now,
      askedAt: now,
      by: { role: 'staff', id: source.name },
      source,
    }),
    fingerprint,
  )
  return number
}

function traitsOf({ idNumber, phone, name, place }: RequestFacts, fingerprint: Fingerprint): Trait[] {
  const known = [
    { kind: 'id', value: idNumber },
    { kind: 'phone', value: phone },
    { kind: 'household', value: name === null || place === '' ? null : `${place}/${name}` },
  ] as const
  return known.flatMap(({ kind, value }) =>
    value === null ? [] : [{ kind, value: fingerprint(kind, value) }],
  )
}
