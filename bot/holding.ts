/** The end of 人工接管 that no message of the resident brings: a person gave the conversation back, or in time. */
import { tellResident } from './casework.ts'
import { readSession, sessionColumns } from './session.ts'
import type { Store, Transaction } from './store.ts'
import { WORDS } from './wording.ts'

interface Ending {
  resident: string
  now: Date
  newId: () => string
}

/**
 * A person gives the conversation back to the assistant; the resident is told.
 *
 * @returns false when nobody held it
 */
export function handBack(store: Store, ending: Ending): Promise<boolean> {
  return store.transaction((tx) => handBackIn(tx, ending))
}

/** {@link handBack} inside a transaction. */
export function handBackIn(tx: Transaction, ending: Ending): Promise<boolean> {
  return end(tx, ending, WORDS.handedBack, () => true)
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
