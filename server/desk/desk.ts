/** The desk: what staff, advisors and partners ask of tickets and do with them, in words. */
import { z } from 'zod'
import { auditSubject, type Doer, noteBy, type Witness } from '../../bot/audit.ts'
import { act } from '../../bot/casework.ts'
import { eraseWished } from '../../bot/erasing.ts'
import { handBack, speakIn } from '../../bot/holding.ts'
import { readRoster } from '../../bot/roster.ts'
import type { Fingerprint, Reader, Store } from '../../bot/store.ts'
import type { Action } from '../../flows/ticket/actions.ts'
import { readForm } from '../../flows/ticket/forms.ts'
import { summaryLine } from '../../flows/ticket/progress.ts'
import { type Actor, actorSchema, readTicket, type Ticket } from '../../flows/ticket/ticket.ts'
import { badValue, TicketError } from '../../flows/ticket/ticket-error.ts'
import { isTicketNumber } from '../../flows/ticket/ticket-number.ts'
import { movesOf } from '../../flows/ticket/transitions.ts'
import type { Rotation } from '../store/rotation.ts'
import { listSilent, listTickets, sayArea } from './lists.ts'
import { nextSteps, showTicket, timelineOf } from './view.ts'

/** A ticket's number, as it came from outside. */
export const numberSchema = z.string().refine(isTicketNumber, '求助编号不对，应当像 Q-0412-6，请核对每一位')
const actor = actorSchema.refine(
  ({ role }) => role !== 'resident' && role !== 'assistant',
  '这里由经办人来做',
)
/** Longer words are for a call or a visit. */
const WORDS_LIMIT = 600
/** Words a person writes to a resident. */
export const wordsSchema = z
  .string()
  .trim()
  .min(1, '请写明对居民说什么')
  .max(WORDS_LIMIT, `太长了，最多${WORDS_LIMIT}字`)
/** A form and what was written in it; see flows/ticket/forms.ts. */
export const filledSchema = {
  form: z.string().max(20),
  values: z.record(z.string().max(20), z.string().max(2000)),
}
const request = z.discriminatedUnion('do', [
  /** `area`: only what lies there, by its number or name. */
  z.strictObject({ do: z.literal('list'), area: z.string().max(100).optional() }),
  /** Whom nobody has reached for a month, of requests and households. */
  z.strictObject({ do: z.literal('silent'), area: z.string().max(100).optional() }),
  /** `full`: with names, numbers and the story; otherwise masked. */
  z.strictObject({ do: z.literal('show'), number: numberSchema, full: z.boolean() }),
  z.strictObject({
    do: z.literal('move'),
    number: numberSchema,
    ...filledSchema,
    actor,
  }),
  z.strictObject({
    do: z.literal('say'),
    number: numberSchema,
    words: z.string().trim().min(1, '请写明对居民说什么').max(WORDS_LIMIT, `太长了，最多${WORDS_LIMIT}字`),
    actor,
  }),
  /** What the resident wanted deleted was looked at, and goes. */
  z.strictObject({ do: z.literal('erase'), number: numberSchema, actor }),
  /** The conversation goes back to the assistant. */
  z.strictObject({ do: z.literal('hand-back'), number: numberSchema, actor }),
])
export type DeskRequest = z.infer<typeof request>

export interface Desk {
  store: Store
  fingerprint: Fingerprint
  now: () => Date
  newId: () => string
  /** Told whose ticket or conversation was changed. */
  onChanged?: (resident: string) => void
  /** Seals everything anew where a key was changed; only a running server's. */
  rotation?: Rotation
}

/**
 * Does what is asked, and says how it went.
 *
 * @param given a {@link DeskRequest} that came from outside
 * @param doer who gives the command, whatever it says of whom it is given as
 * @throws {TicketError} in words for whoever asked
 */
export async function atDesk(desk: Desk, given: unknown, doer: Doer): Promise<string> {
  const asked = request.safeParse(given)
  if (!asked.success) throw badValue('没有办成', asked.error)
  const { data } = asked
  switch (data.do) {
    case 'list':
      return listTickets(desk, data.area)
    case 'silent':
      return listSilent(desk, data.area)
    case 'show': {
      const ticket = await ticketOf(desk.store, data.number)
      const { full } = data
      const { areas } = (await readRoster(desk.store)).roster
      if (full) await noteLook(desk, doer, ticket.number)
      const shown = await showTicket(desk.store, ticket, { full, now: desk.now(), areas })
      return [...shown, ...(await timelineOf(desk.store, ticket, { full, now: desk.now() }))].join('\n')
    }
    case 'move': {
      const ticket = await move(
        desk,
        data.number,
        readForm(data.form, data.values),
        data.actor,
        as(doer, data.actor),
      )
      return [
        `办好了。${summaryLine(ticket, sayArea(ticket.area, (await readRoster(desk.store)).roster.areas), desk.now())}`,
        nextSteps(movesOf(ticket, data.actor)),
      ].join('\n')
    }
    case 'say': {
      const { resident } = await ticketOf(desk.store, data.number)
      await say(desk, resident, data.words, data.actor, as(doer, data.actor), data.number)
      return '记下了，马上发给居民。'
    }
    case 'erase': {
      const { store, now, newId } = desk
      const by = witness(desk, as(doer, data.actor))
      await eraseWished(store, { numbers: [data.number], actor: data.actor, witness: by, now: now(), newId })
      return '清除了：姓名、电话、住址和经过都删掉了，办理记录留着；居民在微信上的，会收到消息。'
    }
    case 'hand-back':
      await giveBack(desk, await ticketOf(desk.store, data.number), as(doer, data.actor))
      return '交还了：助手会继续回答这位居民，也会告诉居民。'
  }
}

/** Whoever gives a command, and as whom. */
const as = ({ by, more }: Doer, { role, id }: Actor): Doer => ({ by, more: { ...more, as: `${role}:${id}` } })

/** Who does something at this desk. */
const witness = ({ fingerprint }: Pick<Desk, 'fingerprint'>, doer: Doer): Witness => ({
  ...doer,
  seal: fingerprint,
})

/** Notes in the audit log that somebody looks at everything of a request, before they see it. */
export function noteLook(
  desk: Pick<Desk, 'store' | 'fingerprint' | 'now'>,
  doer: Doer,
  number: string,
  detail: Record<string, string> = {},
): Promise<void> {
  const at = desk.now().toISOString()
  const look = { at, deed: 'seen', subject: auditSubject(number), detail } as const
  return desk.store.transaction((tx) => noteBy(tx, witness(desk, doer), look))
}

/**
 * Makes one move, with the keyed hash that a corrected number needs.
 *
 * @param doer who really acts
 * @param seq the ticket's `seq` that whoever acts was looking at
 * @param undoable whether they are offered to take it back
 * @throws {TicketError} when it is refused, or `no-such-ticket`
 */
export async function move(
  desk: Desk,
  number: string,
  action: Action,
  actor: Actor,
  doer: Doer,
  seq?: number,
  undoable = false,
): Promise<Ticket> {
  const { store, now, newId } = desk
  const ticket = await act(store, {
    undoable,
    number,
    action: hashed(action, desk.fingerprint),
    actor,
    witness: witness(desk, doer),
    ...(seq === undefined ? {} : { seq }),
    now: now(),
    newId,
  })
  if (!ticket) throw noSuchTicket(number)
  desk.onChanged?.(ticket.resident)
  return ticket
}

function hashed(action: Action, fingerprint: Fingerprint): Action {
  if (action.kind !== 'correct') return action
  const kind = action.field === 'idNumber' ? 'id' : action.field === 'phone' ? 'phone' : null
  return kind === null ? action : { ...action, fingerprint: { kind, value: fingerprint(kind, action.value) } }
}

/**
 * A person writes to a resident; the words arrive even while a person holds the conversation.
 *
 * @param ticket the request it is about, if it is about one: then somebody calls when the words do not arrive
 */
export async function say(
  desk: Desk,
  resident: string,
  words: string,
  { id }: Actor,
  doer: Doer,
  ticket: string | null,
): Promise<void> {
  const { store, now, newId } = desk
  const said = { at: now().toISOString(), deed: 'said', subject: auditSubject(ticket) } as const
  await store.transaction(async (tx) => {
    await speakIn(tx, { resident, words, by: id, ticket, now: now(), newId })
    await noteBy(tx, witness(desk, doer), said)
  })
}

/**
 * Gives a resident's conversation back to the assistant.
 *
 * @throws {TicketError} `already` when nobody holds it
 */
export async function giveBack(
  desk: Desk,
  { resident, number }: { resident: string; number: string | null },
  doer: Doer,
): Promise<void> {
  const { store, now, newId } = desk
  const back = await handBack(store, { resident, number, witness: witness(desk, doer), now: now(), newId })
  if (!back) throw new TicketError('already', '这位居民的对话现在没有人接管，不用交还。')
  desk.onChanged?.(resident)
}

async function ticketOf(reader: Reader, number: string): Promise<Ticket> {
  const row = await reader.get('tickets', number)
  if (!row) throw noSuchTicket(number)
  return readTicket(row.ticket)
}

const noSuchTicket = (number: string) =>
  new TicketError('no-such-ticket', `没有编号是 ${number} 的求助单，请核对编号。`)
