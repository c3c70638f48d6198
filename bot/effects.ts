/** What a turn makes happen besides words, and the rows each kind becomes. */
import type { DangerType } from '../knowledge/danger.ts'
import type { Event, Instant, Resident, Transaction } from './store.ts'

export type Effect =
  | { kind: 'followed'; scene: string | null }
  | { kind: 'unfollowed' }
  | { kind: 'danger'; danger: DangerType }
  | { kind: 'human-asked' }
  /** Fetch what the resident sent and keep it; the platform forgets it after three days. */
  | { kind: 'keep-media'; mediaId: string }

interface Cause {
  resident: Resident
  /** The message or action; makes the rows' ids, so that the same cause never makes two. */
  id: string
  at: Instant
}

const event = (kind: Event['kind'], cause: Cause, detail: Record<string, string>): Event => ({
  id: `${cause.id}:${kind}`,
  kind,
  resident: cause.resident.id,
  at: cause.at,
  detail,
})

/** Writes the rows of every effect of one cause, in order. The resident's own row is already written. */
export async function applyEffects(tx: Transaction, effects: readonly Effect[], cause: Cause): Promise<void> {
  for (const effect of effects) await applyEffect(tx, effect, cause)
}

/** Exactly one case a kind; the compiler refuses a missing one. */
async function applyEffect(tx: Transaction, effect: Effect, cause: Cause): Promise<void> {
  switch (effect.kind) {
    case 'followed': {
      const scene = cause.resident.scene ?? effect.scene
      await tx.put('residents', { ...cause.resident, following: true, scene })
      return tx.insert(
        'events',
        event('followed', cause, effect.scene === null ? {} : { scene: effect.scene }),
      )
    }
    case 'unfollowed':
      await tx.put('residents', { ...cause.resident, following: false })
      return tx.insert('events', event('unfollowed', cause, {}))
    case 'danger':
      return tx.insert('events', event('danger', cause, { danger: effect.danger }))
    case 'human-asked':
      return tx.insert('events', event('human_asked', cause, {}))
    case 'keep-media':
      return tx.insert('jobs', {
        id: `${cause.id}:keep-media`,
        kind: 'keep-media',
        state: 'pending',
        dueAt: cause.at,
        attempts: 0,
        error: null,
        detail: { mediaId: effect.mediaId },
      })
  }
}
