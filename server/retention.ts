/** Forgets what has served its purpose, a little at a time. */
import { CARD_CODE_MS } from '../bot/card-updates.ts'
import { readSession, sessionColumns } from '../bot/session.ts'
import type { Store } from '../bot/store.ts'

/** A redelivery comes within seconds; its record is kept a little longer for those who look into a fault. */
const TURNS_KEPT_MS = 3 * 24 * 60 * 60 * 1000
/** Words that reached their end are kept for questions about them. */
const OUTGOING_KEPT_MS = 30 * 24 * 60 * 60 * 1000
/** Jobs that ended are kept as long. */
const JOBS_KEPT_MS = OUTGOING_KEPT_MS
/** What advisors were to be told, told or not: after a month the ticket itself is what counts. */
const NUDGES_KEPT_MS = OUTGOING_KEPT_MS
/** Rows forgotten in one go, so that nobody waits for it. */
const BATCH = 500

/** Removes turns and settled words, what advisors were answered past their time, and requests begun that nobody came back to. */
export async function forgetOld(store: Store, now: Date): Promise<number> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString()
  let removed = 0
  for (;;) {
    const count = await store.transaction(async (tx) => {
      const turns = await tx.list('turns', 'byAge', { equals: [], to: before(TURNS_KEPT_MS), limit: BATCH })
      for (const turn of turns) await tx.remove('turns', turn.id)
      let rows = turns.length
      for (const table of ['advisor_turns', 'advisor_talks'] as const) {
        const old = await tx.list(table, 'byAge', { equals: [], to: before(TURNS_KEPT_MS), limit: BATCH })
        for (const { id } of old) await tx.remove(table, id)
        rows += old.length
      }
      for (const state of ['accepted', 'refused'] as const) {
        const old = await tx.list('outbox', 'byAge', {
          equals: [state],
          to: before(OUTGOING_KEPT_MS),
          limit: BATCH,
        })
        for (const row of old) await tx.remove('outbox', row.id)
        rows += old.length
      }
      for (const state of ['done', 'failed'] as const) {
        const old = await tx.list('jobs', 'due', { equals: [state], to: before(JOBS_KEPT_MS), limit: BATCH })
        for (const job of old) await tx.remove('jobs', job.id)
        rows += old.length
      }
      for (const state of ['accepted', 'refused', 'dropped', 'pending'] as const) {
        const old = await tx.list('nudges', 'byAge', {
          equals: [state],
          to: before(NUDGES_KEPT_MS),
          limit: BATCH,
        })
        for (const nudge of old) await tx.remove('nudges', nudge.id)
        rows += old.length
      }
      const cards = await tx.list('cards', 'byAge', { equals: [], to: before(CARD_CODE_MS), limit: BATCH })
      for (const { id } of cards) await tx.remove('cards', id)
      rows += cards.length
      const unfinished = await tx.list('unfinished', 'byAge', {
        equals: [],
        to: now.toISOString(),
        limit: BATCH,
      })
      for (const { id } of unfinished) {
        const row = await tx.get('sessions', id)
        const forgotten = { ...readSession(row), flow: null, rest: '', personalRest: false }
        if (row)
          await tx.put('sessions', { ...row, revision: row.revision + 1, ...sessionColumns(forgotten) })
        await tx.remove('unfinished', id)
      }
      return rows + unfinished.length
    })
    removed += count
    if (count < BATCH) return removed
  }
}
