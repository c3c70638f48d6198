/**
 * `/wecom`: the callback of the WeCom application. What an advisor writes or taps is done once, however often it is
 * delivered, and answered inside the platform's five seconds; what does not fit there follows as a message.
 */
import { randomUUID } from 'node:crypto'
import { parse } from 'node:querystring'
import Router from '@koa/router'
import type { Context } from 'koa'
import { answerSchema } from '../bot/advisor/talk.ts'
import type { AdvisorAnswer, HeardAdvisor } from '../bot/advisor/turn.ts'
import { keepTap } from '../bot/card-updates.ts'
import { lineOfTap, ticketOfTask } from '../bot/cards.ts'
import { withLink } from '../bot/channels/advisor-channel.ts'
import { APP_MAX_BYTES, type WecomApi } from '../bot/channels/wecom-api.ts'
import type { AdvisorMessage, AdvisorMessageBody, WecomCallback } from '../bot/channels/wecom-callback.ts'
import { DIRECT_REPLY_MS } from '../bot/intake.ts'
import type { ReadRoster } from '../bot/roster.ts'
import { splitText } from '../bot/split.ts'
import { isUnavailable, type Job, type Store, type Transaction } from '../bot/store.ts'
import { takenOfAdvisor } from '../bot/taken.ts'
import { UNKEPT_LINE } from '../bot/wording.ts'
import type { Advisor } from '../flows/roster/advisors.ts'
import { readBody } from './body.ts'
import { type Senders, within } from './late.ts'

export interface WecomParts {
  callback: WecomCallback
  /** Answers one line, once: asked again with the same id it says the same. */
  hear: (heard: HeardAdvisor) => Promise<Answer>
  roster: ReadRoster
  store: Store
  now: () => Date
  /** How long an answer is awaited, in ms from the request's arrival. */
  deadlineMs: number
  /** The answer comes too late for the response. Resolves once the message may be acknowledged all the same. */
  onLate: (message: AdvisorMessage, spoken: Promise<Spoken | null>) => Promise<void>
  onFailed: (error: unknown) => void
}

type Answer = Pick<AdvisorAnswer, 'text' | 'link'>

const HELP = '帮助'
/** What stands before a medium's id, so that it is fetched from WeCom. */
const WECOM_MEDIA = 'wecom:'
const UNWELL = '系统忙，刚才这一条没有记下，请过一会儿再发一次。'

const unknownMember = (userid: string): string =>
  `您的账号 ${userid} 还不在救助顾问名册里，现在什么都办不了。请把账号告诉本街道的骨干顾问或管理员，登记以后再来。`

/** What is said to a delivery of a message: parts of one answer, the first of them in the response. */
export interface Spoken {
  parts: string[]
  /** Where the answer is kept; null when it was made on the spot. */
  turn: string | null
  advisor: string
  /** The response to a tap shows no words, so all of them follow. */
  inResponse: boolean
}

/** Messages remembered that were not acknowledged; the platform delivers them again within seconds, or never. */
const REFUSED = 1000

export function wecomRoutes(parts: WecomParts): Router {
  const { callback, now } = parts
  const inFlight = new Map<string, Promise<Spoken>>()
  const refused = new Set<string>()
  const router = new Router()

  router.get('/wecom', (ctx) => {
    ctx.type = 'text/plain'
    ctx.body = callback.check(queryOf(ctx))
  })

  router.post('/wecom', async (ctx) => {
    const { message, answer } = callback.receive(queryOf(ctx), await readBody(ctx.req), now())
    const running = joined(message)
    const inTime = await within(parts.deadlineMs, running)
    if (inTime === 'late')
      await parts.onLate(message, running).catch((error: unknown) => {
        refuse(message)
        throw error
      })
    ctx.status = 200
    ctx.body = ''
    if (inTime === 'late' || inTime === null) return
    const spoken = inTime instanceof Error ? failed(message, inTime) : inTime
    await tellLater(parts, spoken, spoken.inResponse ? 1 : 0)
    if (refused.delete(message.id) && spoken.inResponse) await noteFirstTold(parts, spoken)
    const [first = ''] = spoken.parts
    if (!spoken.inResponse || first === '') return
    ctx.set('Content-Type', 'text/xml; charset=utf-8')
    ctx.body = answer(first, now(), randomUUID().replaceAll('-', '').slice(-12))
  })

  /** Deliveries of one message share what is under way. */
  function joined(message: AdvisorMessage): Promise<Spoken | null> {
    const running = inFlight.get(message.id) ?? take(message, parts)
    inFlight.set(message.id, running)
    const end = () => void inFlight.delete(message.id)
    running.then(end, end)
    return running
  }

  function refuse({ id }: AdvisorMessage): void {
    refused.add(id)
    const [oldest] = refused
    if (refused.size > REFUSED && oldest !== undefined) refused.delete(oldest)
  }

  function failed({ from }: AdvisorMessage, error: Error): Spoken {
    parts.onFailed(error)
    const words = isUnavailable(error) ? UNKEPT_LINE : UNWELL
    return { parts: [words], turn: null, advisor: from, inResponse: true }
  }
  return router
}

/** Advisors in the application's chat, when their answers come too late for the response. */
export function advisorsSending(
  parts: Pick<WecomParts, 'hear' | 'roster' | 'store' | 'now'>,
): Senders<AdvisorMessage, Spoken | null> {
  const { store, now } = parts
  return {
    taken: (message) => takenOfAdvisor(message, turnOf(message)),
    hear: (message) => take(message, parts),
    isCommitted: () => true,
    // Every delivery so far was answered empty: the words follow, once, however many waited; after a while where another
    // delivery may bring them.
    speak: async (_message, spoken, standing) =>
      void (spoken && (await tellLater(parts, spoken, 0, standing === 'refused' ? DIRECT_REPLY_MS : 0))),
    giveUp(message) {
      const { from } = message
      const turn = turnOf(message)
      const answer: AdvisorAnswer = { text: UNWELL, ticket: null, link: null }
      return store.transaction(async (tx) => {
        if (await tx.get('advisor_turns', turn)) return
        await tx.insert('advisor_turns', { id: turn, advisor: from, at: now().toISOString(), answer })
        await insertTelling(tx, { parts: [UNWELL], turn, advisor: from }, 0, now())
      })
    },
  }
}

const turnOf = ({ id }: AdvisorMessage): string => `wecom:${id}`

async function take(
  message: AdvisorMessage,
  parts: Pick<WecomParts, 'hear' | 'roster' | 'store' | 'now'>,
): Promise<Spoken> {
  const { from, body } = message
  const inResponse = body.kind !== 'tap'
  const advisor = memberOf(from, (await parts.roster()).advisors)
  const line = lineOf(body)
  if (line === null) return { parts: [], turn: null, advisor: from, inResponse }
  if (advisor === null) return { parts: [unknownMember(from)], turn: null, advisor: from, inResponse: true }
  const turn = turnOf(message)
  const said = await parts.hear({ id: turn, advisor: advisor.id, ...line, place: 'private' })
  if (body.kind === 'tap') {
    const { task, code } = body
    await keepTap(parts.store, { task, by: from, code, tap: turn, at: parts.now().toISOString() })
  }
  return { parts: partsOf(said), turn, advisor: from, inResponse }
}

/** The advisor of a userid, which the platform may write in other letters than the roster does. */
function memberOf(userid: string, advisors: ReadonlyMap<string, Advisor>): Advisor | null {
  const known = advisors.get(userid)
  if (known) return known
  const small = userid.toLowerCase()
  for (const advisor of advisors.values()) if (advisor.id.toLowerCase() === small) return advisor
  return null
}

/** What somebody did, as a line; null when nothing is to be said to it. */
function lineOf(body: AdvisorMessageBody): { words: string; media: string | null } | null {
  switch (body.kind) {
    case 'text':
      return { words: body.text, media: null }
    case 'media':
      return { words: '', media: `${WECOM_MEDIA}${body.mediaId}` }
    case 'location':
      return { words: body.label, media: null }
    case 'entered':
      return { words: HELP, media: null }
    case 'tap': {
      const ticket = ticketOfTask(body.task)
      const words = ticket && lineOfTap(body.key, ticket)
      return words ? { words, media: null } : null
    }
    case 'unspoken':
      return null
  }
}

/** An answer as messages: none is longer than one may be. */
const partsOf = ({ text, link }: Answer): string[] => {
  const whole = withLink(text, link, APP_MAX_BYTES)
  return splitText(whole, APP_MAX_BYTES)
}

/** Has the parts from `from` on sent as messages of their own, each once, in so many ms. */
async function tellLater(
  { store, now }: Pick<WecomParts, 'store' | 'now'>,
  { parts, turn, advisor }: Spoken,
  from: number,
  ms = 0,
): Promise<void> {
  if (turn === null || parts.length <= from) return
  const at = new Date(now().getTime() + ms)
  await store.transaction((tx) => insertTelling(tx, { parts, turn, advisor }, from, at))
}

/** The response brings the first part: it is not sent as a message too. */
async function noteFirstTold(
  { store, now }: Pick<WecomParts, 'store' | 'now'>,
  { turn, advisor }: Spoken,
): Promise<void> {
  if (turn !== null)
    await store.transaction((tx) => tx.put('jobs', { ...tellJob(turn, advisor, 0, now()), state: 'done' }))
}

async function insertTelling(
  tx: Transaction,
  { parts, turn, advisor }: { parts: readonly string[]; turn: string; advisor: string },
  from: number,
  now: Date,
): Promise<void> {
  for (let part = from; part < parts.length; part++) {
    // In their order.
    const job = tellJob(turn, advisor, part, new Date(now.getTime() + part - from))
    if (!(await tx.get('jobs', job.id))) await tx.insert('jobs', job)
  }
}

function tellJob(turn: string, advisor: string, part: number, dueAt: Date): Job {
  return {
    id: `tell-advisor:${turn}:${part}`,
    kind: 'tell-advisor',
    state: 'pending',
    dueAt: dueAt.toISOString(),
    attempts: 0,
    error: null,
    detail: { turn, advisor, part: String(part) },
  }
}

/**
 * Sends one part of what an advisor was answered.
 *
 * @throws {ChannelError} when the platform did not take it
 */
export async function tellAdvisor(
  { detail }: Job,
  api: Pick<WecomApi, 'sendText'>,
  store: Pick<Store, 'get'>,
): Promise<void> {
  const turn = await store.get('advisor_turns', detail['turn'] ?? '')
  if (!turn) return
  const part = partsOf(answerSchema.parse(turn.answer))[Number(detail['part'])]
  if (part) await api.sendText([detail['advisor'] ?? ''], part)
}

/** Whether a medium was sent to the WeCom application. */
export const isWecomMedia = (mediaId: string): boolean => mediaId.startsWith(WECOM_MEDIA)

/** Fetches such a medium. */
export const mediaOf = (api: Pick<WecomApi, 'media'>): Pick<WecomApi, 'media'> => ({
  media: (mediaId) => api.media(mediaId.slice(WECOM_MEDIA.length)),
})

/** The query; without a limit, or a repetition could hide behind it. */
const queryOf = (ctx: Context) => parse(ctx.querystring, '&', '=', { maxKeys: 0 })
