/** What becomes of 人工接管 without a message of the resident's: taken, given back, ended in time, or heard of by nobody. */
import { LONGEST_APART_MS, type NudgeKind } from '../flows/nudges/nudges.ts'
import { auditSubject, noteBy, type Witness } from './audit.ts'
import { tellResident } from './casework.ts'
import { readSession, sessionColumns } from './session.ts'
import type { Store, Transaction } from './store.ts'
import { HOLD_MS, heldUntil } from './turns/hold-turn.ts'
import { WORDS } from './wording.ts'

interface Ending {
  resident: string
  now: Date
  newId: () => string
}

/** Who gives a conversation back, and of which request's resident. */
interface GivingBack extends Ending {
  /** Null where it is about none. */
  number: string | null
  witness: Witness
}

/**
 * A person gives the conversation back to the assistant; the resident is told.
 *
 * @returns false when nobody held it
 */
export function handBack(store: Store, giving: GivingBack): Promise<boolean> {
  return store.transaction((tx) => handBackIn(tx, giving))
}

/** {@link handBack} inside a transaction. */
export async function handBackIn(
  tx: Transaction,
  { number, witness, ...ending }: GivingBack,
): Promise<boolean> {
  const back = await end(tx, ending, WORDS.handedBack, () => true)
  const at = ending.now.toISOString()
  const detail = { actions: 'hand-back' }
  if (back) await noteBy(tx, witness, { at, deed: 'changed', subject: auditSubject(number), detail })
  return back
}

/**
 * Nobody gave the conversation back in time: the assistant speaks again and says so. One that was given back,
 * or asked for anew, since the job was written is left alone.
 */
export function endHold(store: Store, ending: Ending): Promise<boolean> {
  const applies = (until: string) => Date.parse(until) <= ending.now.getTime()
  return store.transaction((tx) => end(tx, ending, WORDS.holdOver, applies))
}

async function end(
  tx: Transaction,
  { resident, now, newId }: Ending,
  words: string,
  applies: (until: string) => boolean,
): Promise<boolean> {
  const row = await tx.get('sessions', resident)
  const session = readSession(row)
  if (!row || session.hold === null || !applies(session.hold.until)) return false
  const flowWaits = session.flow === null ? '' : WORDS.flowWaits
  const at = now.toISOString()
  await tx.put('sessions', {
    id: resident,
    revision: row.revision + 1,
    ...sessionColumns({ ...session, hold: null }),
    updatedAt: at,
  })
  await tx.insert('events', { id: newId(), kind: 'handed_back', resident, at, detail: {} })
  const reply = { text: `${words}${flowWaits}`, choices: [], pressing: true } as const
  await tellResident(tx, resident, reply, `hold:${at}`, now, newId)
  return true
}

/** What a person writes to a resident. */
interface Spoken extends Ending {
  words: string
  /** The id of who writes. */
  by: string
  /** The request it is about, if it is about one: then somebody calls when the words do not arrive. */
  ticket: string | null
}

/** A person's words for a resident, which arrive even while a person holds the conversation. */
export async function speakIn(
  tx: Transaction,
  { resident, words, by, ticket, now, newId }: Spoken,
): Promise<void> {
  const reply = { text: words, choices: [], personal: true, pressing: true } as const
  await tellResident(tx, resident, reply, `said:${by}`, now, newId, ticket)
  const row = await tx.get('sessions', resident)
  const session = readSession(row)
  if (!row || heldUntil(session, now) === null || session.hold === null) return
  const at = now.toISOString()
  await tx.put('sessions', {
    id: resident,
    revision: row.revision + 1,
    ...sessionColumns({ ...session, hold: { ...session.hold, spokenAt: at } }),
    updatedAt: at,
  })
}

/** More than anybody brings about while they wait for a person. */
const NUDGES_LIMIT = 100

/**
 * No platform took the word that a resident waits for a person: they are told so, once, and may go on waiting.
 *
 * @param until when the hold they asked for ends; one that was asked for anew has a check of its own
 * @returns whether they were told
 */
export function sayUnheard(
  store: Store,
  { resident, until, now, newId }: Ending & { until: string },
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const { hold } = readSession(await tx.get('sessions', resident))
    if (hold?.until !== until || Date.parse(until) <= now.getTime()) return false
    // One told shortly before spoke for this one too.
    const from = new Date(Date.parse(hold.since) - LONGEST_APART_MS).toISOString()
    const nudges = await tx.list('nudges', 'ofResident', { equals: [resident], from, limit: NUDGES_LIMIT })
    if (nudges.some(({ kind, state }) => HEARD_BY.includes(kind) && state === 'accepted')) return false
    const reply = { text: WORDS.unheard, choices: [], pressing: true } as const
    await tellResident(tx, resident, reply, `unheard:${until}`, now, newId)
    return true
  })
}

/** From any of these advisors know that somebody waits. */
const HEARD_BY: readonly NudgeKind[] = ['human-asked', 'said-while-held']

/** Who takes a conversation over, and of which request's resident. */
interface TakingOver extends GivingBack {
  number: string
}

/**
 * 人工接管 by somebody of the office: the assistant goes quiet, and the resident is told who speaks now.
 *
 * @returns false when a person holds it already
 */
export function takeOver(
  store: Store,
  { resident, number, witness, now, newId }: TakingOver,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const row = await tx.get('sessions', resident)
    const session = readSession(row)
    if (heldUntil(session, now) !== null) return false
    const at = now.toISOString()
    const until = new Date(now.getTime() + HOLD_MS).toISOString()
    await tx.put('sessions', {
      id: resident,
      revision: (row?.revision ?? 0) + 1,
      ...sessionColumns({ ...session, hold: { since: at, until, spokenAt: at }, rest: '' }),
      updatedAt: at,
    })
    await tx.insert('jobs', {
      id: `${newId()}:end-hold`,
      kind: 'end-hold',
      state: 'pending',
      dueAt: until,
      attempts: 0,
      error: null,
      detail: { resident, until },
    })
    const reply = { text: WORDS.takenOver, choices: [], pressing: true } as const
    await tellResident(tx, resident, reply, `hold:${at}`, now, newId)
    const detail = { actions: 'take-over' }
    await noteBy(tx, witness, { at, deed: 'changed', subject: auditSubject(number), detail })
    return true
  })
}
