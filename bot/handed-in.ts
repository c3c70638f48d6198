/**
 * What other systems of the district hand in: each thing once, by the number the system itself gave it. The same sent
 * again, because an answer was lost, changes nothing and is told the same; something else under that number is refused
 * by the caller.
 */

import type { Fingerprint } from './store.ts'
import { type Store, StoreError, type Transaction } from './store.ts'

/** Something as it came. */
export interface Sent {
  /** The key it came with, and what kind of thing it is: numbers of two kinds may be equal. */
  key: string
  kind: 'ticket' | 'progress' | 'alert'
  /** The system's own number for it. */
  ref: string
  /** All that was sent, checked. */
  content: unknown
}

/** How what was sent is recognised: neither its number nor its words can be read back from this. */
export function idOf({ key, kind, ref }: Omit<Sent, 'content'>, fingerprint: Fingerprint): string {
  return `${key}:${kind}:${fingerprint('handed-in', `${kind} ${key} ${ref}`)}`
}

export interface Became {
  /** The number of what it became, now or before. */
  number: string
  /** Whether something else was sent under its number before; then nothing was done. */
  other: boolean
}

/** Does with it what must be done, unless that was done before; in the caller's transaction. */
export async function once(
  tx: Transaction,
  sent: Sent,
  { fingerprint, now }: { fingerprint: Fingerprint; now: Date },
  work: () => Promise<string>,
): Promise<Became> {
  const id = idOf(sent, fingerprint)
  const digest = fingerprint('handed-in content', JSON.stringify(inOrder(sent.content)))
  const before = await tx.get('handed_in', id)
  if (before) return { number: before.became, other: before.digest !== digest }
  const became = await work()
  await tx.insert('handed_in', { id, key: sent.key, at: now.toISOString(), digest, became })
  return { number: became, other: false }
}

/** Names of an object may be sent in any order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, held]) => [name, inOrder(held)])
}

/** Tries of one change, each on what whoever was quicker left. */
const TRIES = 4

/** A transaction that is tried again when another took the same id meanwhile: then it finds what that one wrote. */
export async function transactionAgain<T>(store: Store, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await store.transaction(work)
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'duplicate' || tried >= TRIES) throw error
    }
  }
}
