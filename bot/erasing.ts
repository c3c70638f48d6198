/** What becomes of a deletion that a person must decide: somebody was helped, and the office accounts for that. */
import { type Actor, type Advanced, isOpen, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { auditSubject, noteBy } from './audit.ts'
import { putTicket } from './casework.ts'
import { applyEffects } from './effects.ts'
import { forgetDetails, forgetTicket } from './forgetting.ts'
import type { Fingerprint, Instant, Resident, Store, Transaction } from './store.ts'
import { forgetting, mayForget } from './turns/my-data-turn.ts'
import { settleWish, tell, tellingTickets, type WishDeed, waitingWishes } from './wish-deeds.ts'
import { removeWishes, WISH_WAY_WORDS, type Wish } from './wishes.ts'
import { erasedLater, erasedWhole } from './wording.ts'

/** What went: whole requests, and of others whatever told who they were about. */
export interface Erased {
  removed: string[]
  cleared: string[]
}

/** Whether somebody may not confirm it alone: they entered it themselves for somebody who asked in person. */
export const needsAnother = ({ enteredBy }: Wish, by: string): boolean => enteredBy === by

/**
 * Staff looked at requests whose resident wants their data deleted. Requests that nobody acted on go whole; of others
 * whatever tells who they were about goes, and what was done and given stays as the office's record. A request still
 * worked on is stopped where somebody asked for that in person; in the chat it was stopped at once, so one that is open
 * again is wanted again. The resident is told.
 *
 * @param actor as whom a request is stopped
 * @throws {TicketError} when nobody asked for it, when whoever entered it would confirm it, or when it is worked on again
 */
export function eraseWished(
  store: Store,
  { numbers, actor, witness, now, newId }: Omit<WishDeed, 'kind'> & { actor: Actor },
): Promise<Erased> {
  const at = now.toISOString()
  return store.transaction(async (tx) => {
    const waiting = await waitingWishes(tx, { kind: 'erase', numbers })
    const [first] = waiting
    if (!first) throw new TicketError('no-such-ticket', '没有要删除的求助单。')
    const { resident } = first.task
    const others = (await tellingTickets(tx, resident)).filter(({ number }) => !numbers.includes(number))
    const erased: Erased = { removed: [], cleared: [] }
    for (const { wish, ticket } of waiting) {
      if (needsAnother(wish, witness.by))
        throw new TicketError('not-yours', '这个请求是您登记的，删除要另一位同事来核对、确认。')
      if (isOpen(ticket) && wish.way === 'chat')
        throw new TicketError('wrong-stage', '这张求助单还在办，办结或停办以后才能清除。')
      if (mayForget(ticket)) erased.removed.push(ticket.number)
      else {
        erased.cleared.push(ticket.number)
        await clear(tx, ticket, actor, now)
      }
    }
    // In the chat whatever else was known went at once.
    const inPerson = waiting.some(({ wish }) => wish.way !== 'chat')
    const unfinished = await tx.get('unfinished', resident)
    const known = await tx.get('residents', resident)
    if (inPerson && others.length === 0 && known && !unfinished)
      await forgetTalk(tx, known, erased.removed, { at, id: newId(), seal: witness.seal })
    else for (const number of erased.removed) await forgetTicket(tx, number, at)
    for (const one of waiting) {
      await removeWishes(tx, one.ticket.number)
      const gone = erased.removed.includes(one.ticket.number)
      await settleWish(tx, one, { by: witness.by, at, why: '', gone })
      const { enteredBy, way } = one.wish
      const detail = { way: WISH_WAY_WORDS[way], ...(enteredBy === null ? {} : { entered: enteredBy }) }
      await noteBy(tx, witness, { at, deed: 'erased', subject: auditSubject(one.ticket.number), detail })
    }
    const words = [
      ...(erased.removed.length === 0 ? [] : [erasedWhole(erased.removed)]),
      ...(erased.cleared.length === 0 ? [] : [erasedLater(erased.cleared)]),
    ]
    await tell(tx, resident, words.join('\n'), { now, newId })
    return erased
  })
}

/** With their last requests goes what was said and where talking stood; a turn that is under way is computed again. */
async function forgetTalk(
  tx: Transaction,
  resident: Resident,
  tickets: readonly string[],
  cause: { at: Instant; id: string; seal: Fingerprint },
): Promise<void> {
  await applyEffects(tx, [{ kind: 'erase', tickets }], { ...cause, resident })
  const session = await tx.get('sessions', resident.id)
  if (session) await tx.put('sessions', { ...session, revision: session.revision + 1 })
}

/** Stops what is worked on, and takes out whatever tells who it is about. */
async function clear(tx: Transaction, ticket: Ticket, actor: Actor, now: Date): Promise<void> {
  const moved: Advanced = isOpen(ticket)
    ? advance(ticket, { kind: 'withdraw', why: '居民要求删除信息' }, actor, now)
    : { ticket, happened: [] }
  await putTicket(tx, ticket.seq, { ...moved, ticket: forgetting(moved.ticket) }, now)
  await forgetDetails(tx, ticket.number, now.toISOString(), null)
}
