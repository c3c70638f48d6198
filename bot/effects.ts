/** What a turn makes happen besides words, and the rows each kind becomes. */
import { createHash } from 'node:crypto'
import type { Happening } from '../flows/nudges/nudges.ts'
import { isAreaScene } from '../flows/roster/placing.ts'
import type { Advanced } from '../flows/ticket/ticket.ts'
import type { DangerType } from '../knowledge/danger.ts'
import { announcementFailed } from './announcing.ts'
import { auditSubject, type Deed, note } from './audit.ts'
import { insertTicket, mediaJob, putTicket, removeTicket } from './casework.ts'
import { forgetDetails, forgetHeard, forgetTaken, forgetWords } from './forgetting.ts'
import { keepNudge, removeNudges } from './nudge-rows.ts'
import { newSession, sessionColumns } from './session.ts'
import type { Event, Fingerprint, Instant, Job, MissedQuestion, Resident, Transaction } from './store.ts'
import { keepWish, type WishKind } from './wishes.ts'

export type Effect =
  | { kind: 'followed'; scene: string | null }
  /** A follower scanned one of our QR codes. */
  | { kind: 'scanned'; scene: string }
  | { kind: 'unfollowed' }
  /** What we announced did not reach the resident. */
  | { kind: 'unannounced' }
  | { kind: 'danger'; danger: DangerType }
  /** A person is to answer; without one the assistant speaks again at `until`. Null when nobody can be told. */
  | { kind: 'human-asked'; until: Instant | null }
  /** The same at night: advisors are told in the morning. */
  | { kind: 'asked-at-night' }
  /** Words for a person, and what whoever that is hears of it; null while nobody works on the request. */
  | { kind: 'heard'; words: string; media: string | null; tells: Happening | null }
  /** Fetch what the resident sent and keep it; the platform forgets it after three days. */
  | { kind: 'keep-media'; mediaId: string }
  | { kind: 'open-ticket'; opened: Advanced }
  /** `seq` is the ticket's before: one changed meanwhile is looked at again. */
  | { kind: 'change-ticket'; seq: number; changed: Advanced }
  /** What the resident did with their own data, for the audit log; with none of their tickets, to what else is held. */
  | { kind: 'noted'; deed: Deed; tickets: readonly string[]; detail?: Readonly<Record<string, string>> }
  /** What belongs to a ticket from which whom it is about was removed is forgotten with that. */
  | { kind: 'forget'; ticket: string }
  /** Everything personal of the resident goes, with these tickets. */
  | { kind: 'erase'; tickets: readonly string[] }
  /** A question nobody could answer, see bot/turns/missed.ts. */
  | { kind: 'missed'; reason: MissedQuestion['reason']; words: string; policies: string[] }
  /** What the resident wishes done with a request's data and a person must decide by a date. */
  | { kind: 'wish'; wish: WishKind; ticket: string; dueAt: Instant }

interface Cause {
  resident: Resident
  /** The message or action; makes the rows' ids, so that the same cause never makes two. */
  id: string
  at: Instant
  /** The store's fingerprint, which seals the audit log. */
  seal: Fingerprint
}

const event = (kind: Event['kind'], cause: Cause, detail: Record<string, string>): Event => ({
  id: `${cause.id}:${kind}`,
  kind,
  resident: cause.resident.id,
  at: cause.at,
  detail,
})

const nudged = ({ id, resident, at }: Cause) => ({ id, resident: resident.id, at })

/** Writes the rows of every effect of one cause, in order. The resident's own row is already written. */
export async function applyEffects(tx: Transaction, effects: readonly Effect[], cause: Cause): Promise<void> {
  for (const effect of effects) await applyEffect(tx, effect, cause)
}

/** Exactly one case a kind; the compiler refuses a missing one. */
async function applyEffect(tx: Transaction, effect: Effect, cause: Cause): Promise<void> {
  switch (effect.kind) {
    case 'followed': {
      const scene = sceneAfter(cause.resident, effect.scene)
      await tx.put('residents', { ...cause.resident, following: true, scene })
      return tx.insert(
        'events',
        event('followed', cause, effect.scene === null ? {} : { scene: effect.scene }),
      )
    }
    case 'scanned':
      return tx.put('residents', { ...cause.resident, scene: sceneAfter(cause.resident, effect.scene) })
    case 'unfollowed':
      await tx.put('residents', { ...cause.resident, following: false })
      return tx.insert('events', event('unfollowed', cause, {}))
    case 'unannounced':
      return announcementFailed(tx, cause.resident.id, new Date(cause.at))
    case 'danger':
      await keepNudge(tx, { kind: 'danger', danger: effect.danger }, nudged(cause))
      return tx.insert('events', event('danger', cause, { danger: effect.danger }))
    case 'human-asked':
      if (effect.until === null) return tx.insert('events', event('human_asked', cause, {}))
      await keepNudge(tx, { kind: 'human-asked' }, nudged(cause))
      await tx.insert('jobs', holdJob('end-hold', effect.until, effect.until, cause))
      await tx.insert('jobs', holdJob('check-hold', unheardAt(cause.at), effect.until, cause))
      return tx.insert('events', event('human_asked', cause, { until: effect.until }))
    case 'asked-at-night':
      await keepNudge(tx, { kind: 'asked-at-night' }, nudged(cause))
      return tx.insert('events', event('human_asked', cause, {}))
    case 'heard':
      if (effect.tells) await keepNudge(tx, effect.tells, nudged(cause))
      return tx.insert('heard', {
        id: `${cause.id}:heard`,
        resident: cause.resident.id,
        at: cause.at,
        words: effect.words,
        media: effect.media,
      })
    case 'keep-media':
      return tx.put('jobs', mediaJob('keep-media', effect.mediaId, cause.at))
    case 'open-ticket':
      return insertTicket(tx, effect.opened, cause.seal)
    case 'change-ticket':
      return putTicket(tx, effect.seq, effect.changed, new Date(cause.at), { seal: cause.seal })
    case 'noted': {
      // Whoever it is about is not named: a line outlives what they had deleted.
      const { deed, tickets, detail = {} } = effect
      const subjects = tickets.length === 0 ? ['resident'] : tickets.map(auditSubject)
      for (const subject of subjects)
        await note(tx, { at: cause.at, by: 'resident', deed, subject, detail }, cause.seal)
      return
    }
    case 'forget':
      await forgetHeard(tx, cause.resident.id, cause.at)
      return forgetDetails(tx, effect.ticket, cause.at, cause.id)
    case 'erase':
      return erase(tx, effect.tickets, cause)
    case 'missed':
      // Under an id of its own: nothing leads from the question to who asked.
      return tx.put('questions', {
        id: missedId(effect.words, cause.at),
        at: cause.at,
        reason: effect.reason,
        policies: effect.policies,
        state: 'open',
        settled: null,
        words: effect.words,
      })
    case 'wish':
      return keepWish(tx, {
        kind: effect.wish,
        ticket: effect.ticket,
        resident: cause.resident.id,
        dueAt: effect.dueAt,
        way: 'chat',
        askedAt: cause.at,
        enteredBy: null,
      })
  }
}

/** The same question of one moment is one row, however often its turn is computed. */
const missedId = (words: string, at: Instant): string =>
  `${at}-${createHash('sha256').update(words).digest('base64url').slice(0, 12)}`

/**
 * The last area's code counts: people move, and 人户分离 is common, so where they scanned last is the best that is
 * known of where they live. Any other code only says what first brought them.
 */
const sceneAfter = ({ scene }: Resident, scanned: string | null): string | null =>
  isAreaScene(scanned) ? scanned : (scene ?? scanned)

/** So long after a resident asked for a person somebody must have heard of it, in ms. */
const HEARD_WITHIN_MS = 5 * 60 * 1000
const unheardAt = (at: Instant): Instant => new Date(Date.parse(at) + HEARD_WITHIN_MS).toISOString()

/** Work that follows a hold, found again by when it ends. */
const holdJob = (kind: 'end-hold' | 'check-hold', dueAt: Instant, until: Instant, cause: Cause): Job => ({
  id: `${cause.id}:${kind}`,
  kind,
  state: 'pending',
  dueAt,
  attempts: 0,
  error: null,
  detail: { resident: cause.resident.id, until },
})

/** How many rows of one kind are removed between two looks. */
const ROUND = 200

/**
 * Forgets a resident: their tickets named, what they said, what was said to them. The turn's own outgoing words,
 * which tell them so, stay; who follows the account stays, or nothing could reach them.
 */
async function erase(tx: Transaction, tickets: readonly string[], cause: Cause): Promise<void> {
  const resident = cause.resident.id
  for (const number of tickets) await removeTicket(tx, number, cause.at)
  await forgetHeard(tx, resident, cause.at)
  await forgetTaken(tx, resident)
  await forgetWords(tx, resident, (row) => row.cause !== cause.id)
  // With the words went what somebody was to call about.
  for (const task of await tx.list('tasks', 'ofResident', { equals: [resident, 'open'], limit: ROUND }))
    if (task.kind === 'call') await tx.remove('tasks', task.id)
  await removeNudges(tx, resident)
  await tx.remove('unfinished', resident)
  const session = await tx.get('sessions', resident)
  if (session) await tx.put('sessions', { ...session, ...sessionColumns(newSession()) })
  await tx.put('residents', { ...cause.resident, scene: null })
  // Numbers only, so that whoever puts an older copy of the store back can erase them again.
  await tx.insert('events', event('erased', cause, { tickets: tickets.join(' ') }))
}
