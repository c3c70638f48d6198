/**
 * Messages that a platform was told we have before their turns were committed: it never sends them again. Each is kept
 * until its turn is; whoever finds one left over takes it in as if it came now, and its id keeps it from being done twice.
 */
import * as z from 'zod'
import type { AdvisorMessage, AdvisorMessageBody } from './channels/wecom-callback.ts'
import { residentAfter, residentKey, turnKey } from './intake.ts'
import type { Message, MessageBody, Reply } from './message.ts'
import { newOutgoing } from './outgoing.ts'
import type { Job, Reader, Store } from './store.ts'

/** How long whoever takes a message has for its turn before it is tried by others, in ms. */
export const HEAD_START_MS = 15_000
/** Tries of one message, also such as a crash cut short: what always ends a process must not do so for ever. */
export const TRIES = 3

/** What is kept of a message, and the turn it leads to. */
export interface Taken {
  turn: { table: 'turns' | 'advisor_turns'; id: string }
  /** '' where an advisor wrote it. */
  resident: string
  message: KeptMessage
}

const text = z.string()
const mediaId = z.string()
const latitude = z.number()
const longitude = z.number()
const sentAt = z.coerce.date()
const messageSchema = z.strictObject({
  id: text,
  channel: z.enum(['official-account', 'sandbox', 'wechaty']),
  from: text,
  sentAt,
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text }),
    z.strictObject({ kind: z.literal('voice'), mediaId, format: text, transcript: text.nullable() }),
    z.strictObject({ kind: z.literal('image'), mediaId }),
    z.strictObject({ kind: z.literal('video'), mediaId }),
    z.strictObject({ kind: z.literal('location'), latitude, longitude, label: text }),
    z.strictObject({ kind: z.literal('link'), title: text, description: text, url: text }),
    z.strictObject({ kind: z.literal('followed'), scene: text.nullable() }),
    z.strictObject({ kind: z.literal('unfollowed') }),
    z.strictObject({ kind: z.literal('scanned'), scene: text }),
    z.strictObject({ kind: z.literal('tapped'), key: text }),
    z.strictObject({ kind: z.literal('unannounced') }),
    z.strictObject({ kind: z.literal('unspoken'), type: text }),
  ]) satisfies z.ZodType<MessageBody>,
}) satisfies z.ZodType<Message>
const advisorMessageSchema = z.strictObject({
  id: text,
  from: text,
  sentAt,
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text }),
    z.strictObject({ kind: z.literal('media'), media: z.enum(['image', 'voice', 'video']), mediaId }),
    z.strictObject({ kind: z.literal('location'), latitude, longitude, label: text }),
    z.strictObject({ kind: z.literal('tap'), key: text, task: text, code: text.nullable() }),
    z.strictObject({ kind: z.literal('entered') }),
    z.strictObject({ kind: z.literal('unspoken'), type: text }),
  ]) satisfies z.ZodType<AdvisorMessageBody>,
}) satisfies z.ZodType<AdvisorMessage>
const keptSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('resident'), message: messageSchema }),
  z.strictObject({ by: z.literal('advisor'), message: advisorMessageSchema }),
])
export type KeptMessage = z.infer<typeof keptSchema>

/** A resident's message, to be kept. */
export const takenOf = (message: Message): Taken => ({
  turn: { table: 'turns', id: turnKey(message) },
  resident: residentKey(message),
  message: { by: 'resident', message },
})

/** An advisor's. */
export const takenOfAdvisor = (message: AdvisorMessage, turn: string): Taken => ({
  turn: { table: 'advisor_turns', id: turn },
  resident: '',
  message: { by: 'advisor', message },
})

const jobOf = (id: string): string => `answer-taken:${id}`

/** Keeps a message, unless it was kept or even answered meanwhile. Once this resolves it may be acknowledged. */
export function keepTaken(store: Store, { turn, resident, message }: Taken, now: Date): Promise<void> {
  const { table, id } = turn
  return store.transaction(async (tx) => {
    if ((await tx.get(table, id)) || (await tx.get('taken', id))) return
    await tx.insert('taken', { id, resident, at: now.toISOString(), message })
    await tx.put('jobs', {
      id: jobOf(id),
      kind: 'answer-taken',
      state: 'pending',
      dueAt: new Date(now.getTime() + HEAD_START_MS).toISOString(),
      attempts: 0,
      error: null,
      detail: { turn: id },
    })
  }, 'rows')
}

/** More than one process ever takes within {@link HEAD_START_MS} and cannot answer. */
const LEFT_OVER = 1000

/**
 * Has what a process left over when it ended heard at once, where nobody else can be at work: its head start is nobody's
 * any more. What was tried before keeps its pause, lest a message that ends processes end them faster.
 */
export function hearLeftOver(store: Store, now: Date): Promise<void> {
  const at = now.toISOString()
  const to = new Date(now.getTime() + HEAD_START_MS).toISOString()
  return store.transaction(async (tx) => {
    for (const job of await tx.list('jobs', 'due', { equals: ['pending'], from: at, to, limit: LEFT_OVER }))
      if (job.kind === 'answer-taken' && job.attempts === 0) await tx.put('jobs', { ...job, dueAt: at })
  })
}

/** The message of a job; undefined when its turn was committed meanwhile, or the resident had everything deleted. */
export async function readTaken(reader: Reader, { detail }: Job): Promise<KeptMessage | undefined> {
  const row = await reader.get('taken', detail['turn'] ?? '')
  return row && keptSchema.parse(row.message)
}

/** The turn is committed, so that nothing is to be done any more. */
export function letGo(store: Store, id: string): Promise<void> {
  return store.transaction(async (tx) => {
    await tx.remove('taken', id)
    await tx.remove('jobs', jobOf(id))
  }, 'rows')
}

/**
 * A message cannot be answered: that is its turn, and whoever wrote it is told so, once.
 *
 * @param reply null when there is nobody to tell
 */
export async function giveUp(
  store: Store,
  message: Message,
  { reply, now, newId }: { reply: Reply | null; now: Date; newId: () => string },
): Promise<void> {
  if (!reply) return
  const id = turnKey(message)
  const resident = residentKey(message)
  await store.transaction(async (tx) => {
    if (await tx.get('turns', id)) return
    const row = newOutgoing({ id: newId(), resident, reply, cause: id, at: now, dueAt: now })
    // What they wrote is what allows the platform to take an answer.
    await tx.put('residents', residentAfter(await tx.get('residents', resident), resident, message, now))
    await tx.insert('turns', { id, resident, outgoing: row.id, at: now.toISOString() })
    await tx.insert('outbox', row)
  }, 'rows')
}
