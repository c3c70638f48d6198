/** Where talking with an advisor stands: what was meant last, what was asked back, and what a turn works with. */
import { z } from 'zod'
import { type Line, lineSchema } from '../../flows/advisor/lines.ts'
import type { Place } from '../../flows/advisor/words.ts'
import type { Advisor, Roster } from '../../flows/roster/advisors.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import type { Policy } from '../../knowledge/policy.ts'
import { type Deed, noteBy, type Witness } from '../audit.ts'
import type { Fingerprint, Store, Transaction } from '../store.ts'

export interface AdvisorParts {
  store: Store
  roster: () => Promise<Roster>
  knowledge: Knowledge
  fingerprint: Fingerprint
  now: () => Date
  newId: () => string
  /** A whole number from 0 up to, but not including, its argument; not to be guessed. Makes ticket numbers. */
  randomBelow: (limit: number) => number
  /** A policy's page for a resident's area; null when the server has no public address. */
  pageUrl: (policy: Policy, area: string | null) => string | null
  /** A ticket's page for advisors; null when the server has no public address. */
  ticketUrl: (number: string) => string | null
  /** Told whose request or conversation was changed. */
  onChanged?: (resident: string) => void
}

/** What an advisor is answered: words, the request they are about, and a page to open. */
export interface AdvisorAnswer {
  text: string
  ticket: string | null
  link: string | null
}
export const answerSchema = z.strictObject({
  text: z.string(),
  ticket: z.string().nullable(),
  link: z.string().nullable(),
})

/** A question that waits for its answer. */
const pendingSchema = z.strictObject({
  line: lineSchema,
  /** Which value the answer is. */
  slot: z.string(),
  choices: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  ask: z.string(),
  at: z.string(),
})
export type Pending = z.infer<typeof pendingSchema>
export type Option = Pending['choices'][number]

const talkSchema = z.strictObject({
  version: z.literal(1),
  /** The request or household meant last. */
  subject: z.strictObject({ number: z.string(), at: z.string() }).nullable(),
  /** The visit noted last: a photo that follows belongs to it. */
  visit: z.strictObject({ id: z.string(), at: z.string() }).nullable(),
  pending: pendingSchema.nullable(),
})
export type Talk = z.infer<typeof talkSchema>

/** After so long nobody means the request talked about before, in ms. */
const SUBJECT_MS = 12 * 60 * 60 * 1000
/** A question is forgotten after so long, in ms. */
const PENDING_MS = 2 * 60 * 60 * 1000
/** A photo that comes so soon after a visit was noted belongs to it, in ms. */
const PHOTO_MS = 30 * 60 * 1000

/** The talk as it stands now; one that cannot be read, or parts past their time, begin anew. */
export function readTalk(stored: unknown, now: Date): Talk {
  const read = talkSchema.safeParse(stored)
  if (!read.success) return { version: 1, subject: null, visit: null, pending: null }
  const { subject, visit, pending } = read.data
  const alive = <T extends { at: string }>(part: T | null, ms: number) =>
    part && now.getTime() - Date.parse(part.at) <= ms ? part : null
  return {
    version: 1,
    subject: alive(subject, SUBJECT_MS),
    visit: alive(visit, PHOTO_MS),
    pending: alive(pending, PENDING_MS),
  }
}

/** What one turn works with. */
export interface Scene {
  tx: Transaction
  parts: AdvisorParts
  me: Advisor
  roster: Roster
  now: Date
  place: Place
  /** The message's id. */
  turn: string
  media: string | null
  /** As it will be kept. */
  talk: Talk
  /** Residents whose requests were changed. */
  changed: Set<string>
}

/** Notes in the audit log what the advisor does with a request or household, or with a list. */
export const noteOf = (
  { tx, me, now, parts, place }: Scene,
  deed: Deed,
  subject: string,
  detail: Record<string, string> = {},
): Promise<void> =>
  noteBy(tx, witnessOf(me, parts), { at: now.toISOString(), deed, subject, detail: { place, ...detail } })

/** An advisor as the audit log names them. */
export const witnessOf = ({ id }: Advisor, { fingerprint }: Pick<AdvisorParts, 'fingerprint'>): Witness => ({
  by: `advisor:${id}`,
  seal: fingerprint,
})

/** The value of a line that says which request it is about, once that is known. */
export const NUMBER = '编号'
export const withValue = (line: Line, slot: string, value: string): Line => ({
  ...line,
  values: { ...line.values, [slot]: value },
})

/** Words, and nothing to open. */
export const saying = (text: string): AdvisorAnswer => ({ text, ticket: null, link: null })

/** Words about a request, which is meant from now on. */
export function about(scene: Scene, number: string, text: string): AdvisorAnswer {
  scene.talk = { ...scene.talk, subject: { number, at: scene.now.toISOString() } }
  const isTicket = number.startsWith('Q')
  return { text, ticket: isTicket ? number : null, link: isTicket ? scene.parts.ticketUrl(number) : null }
}

/** Asks back for one value; the line waits for it. */
export function askBack(
  scene: Scene,
  line: Line,
  question: { slot: string; ask: string; choices?: readonly Option[]; before?: string },
): AdvisorAnswer {
  const { slot, ask, choices = [], before = '' } = question
  scene.talk = {
    ...scene.talk,
    pending: { line, slot, choices: [...choices], ask, at: scene.now.toISOString() },
  }
  const list = choices.map(({ label }, place) => `${place + 1} ${label}`)
  const text = [...(before === '' ? [] : [before]), ask, ...list].join('\n')
  const number = line.values[NUMBER] ?? null
  return number === null ? saying(text) : about(scene, number, text)
}
