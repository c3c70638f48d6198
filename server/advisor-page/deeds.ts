/** What an advisor does on the page; whatever is sent twice is done once. */
import { StoreError } from '../../bot/store.ts'
import type { Roster } from '../../flows/roster/advisors.ts'
import type { Action } from '../../flows/ticket/actions.ts'
import { readForm } from '../../flows/ticket/forms.ts'
import type { Actor, Ticket } from '../../flows/ticket/ticket.ts'
import { badValue, TicketError } from '../../flows/ticket/ticket-error.ts'
import { type Desk, giveBack, move, say, wordsSchema } from '../desk/desk.ts'
import type { Hear } from '../desk/hear.ts'
import type { Sent } from './form.ts'
import { doerOf, type Found, type Visitor } from './look.ts'
import { HAND_BACK, SAY, SAY_FIELD } from './ticket-page.ts'
import { VISIT, visitLine } from './visit.ts'

/** Forms remembered after they were carried out; a second tap comes within seconds. */
const REMEMBERED = 500

/** Carries out what was sent. */
export type Deeds = (found: Found, sent: Sent, visitor: Visitor) => Promise<void>

/** @throws {TicketError} from what it returns, when it is refused */
export function createDeeds(desk: Desk, hear: Hear): Deeds {
  const doing = new Map<string, Promise<void>>()
  return (found, sent, visitor) => {
    const key = `${visitor.advisor.id}:${found.ticket.number}:${sent.once}`
    const begun = doing.get(key)
    if (begun) return begun
    const done = carryOut({ desk, hear }, found, sent, visitor)
    doing.set(key, done)
    // What was refused may be sent again.
    done.catch(() => doing.delete(key))
    const [oldest] = doing.keys()
    if (doing.size > REMEMBERED && oldest !== undefined) doing.delete(oldest)
    return done
  }
}

interface DeedParts {
  desk: Desk
  hear: Hear
}

async function carryOut(
  { desk, hear }: DeedParts,
  { ticket, sight }: Found,
  sent: Sent,
  visitor: Visitor,
): Promise<void> {
  const { advisor, roster } = visitor
  const actor: Actor = { role: 'advisor', id: advisor.id }
  if (sent.form === SAY || sent.form === HAND_BACK) {
    mustSee(sight)
    return sent.form === SAY ? sayOnce(desk, ticket, sent, actor) : giveBack(desk, ticket, doerOf(advisor))
  }
  if (sent.form === VISIT) {
    mustSee(sight)
    return keepVisit({ desk, hear }, ticket.number, sent, advisor.id)
  }
  const action = actionOf(sent, visitor.advisor.name, roster)
  if (action.kind !== 'claim') mustSee(sight)
  await move(desk, ticket.number, action, actor, doerOf(advisor), sent.seq)
}

function mustSee(sight: Found['sight']): void {
  if (sight !== 'full')
    throw new TicketError('not-yours', '这张求助单不是您负责的，请先接单，或请负责人来办。')
}

/** What the form stands for, with the names that the page knows better than whoever fills it in. */
function actionOf({ form, values }: Sent, name: string, { advisors }: Roster): Action {
  const action = readForm(form, values)
  if (action.kind === 'claim') return { ...action, name }
  if (action.kind !== 'assign') return action
  const colleague = advisors.get(action.owner.id)
  if (!colleague) throw new TicketError('bad-value', '没有办成：请从名单里选一位同事。')
  return { ...action, owner: { id: colleague.id, name: colleague.name } }
}

/** The words are kept under the form's own id, so that they are said once even across a restart. */
async function sayOnce(
  desk: Desk,
  { resident, number }: Ticket,
  { once, values }: Sent,
  actor: Actor,
): Promise<void> {
  const words = wordsSchema.safeParse(values[SAY_FIELD] ?? '')
  if (!words.success) throw badValue('没有发出去', words.error)
  try {
    await say(
      { ...desk, newId: () => `said:${actor.id}:${once}` },
      resident,
      words.data,
      actor,
      doerOf(actor),
      number,
    )
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'duplicate') throw error
  }
  desk.onChanged?.(resident)
}

/** A visit goes the way of a line in the chat; whether it was kept shows in the store. */
async function keepVisit(
  { desk, hear }: DeedParts,
  number: string,
  sent: Sent,
  advisor: string,
): Promise<void> {
  const id = `page:${advisor}:${sent.once}`
  const { text } = await hear({ id, advisor, words: visitLine(number, sent), place: 'private' })
  if (!(await desk.store.get('visits', `${id}:visit`))) throw new TicketError('bad-value', text)
}
