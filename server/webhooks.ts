/** `/wechat`: the Official Account's callback. Answers inside the platform's five seconds, whatever happens. */
import { randomUUID } from 'node:crypto'
import { parse } from 'node:querystring'
import Router from '@koa/router'
import type { CallbackQuery } from '../bot/channels/callback.ts'
import type { OfficialAccount } from '../bot/channels/official-account.ts'
import type { Receive, Received } from '../bot/intake.ts'
import { type Message, plainText, type Reply } from '../bot/message.ts'
import { isUnavailable } from '../bot/store.ts'
import { WORDS } from '../bot/wording.ts'
import { readBody } from './body.ts'
import { type Answer, type Direct, send } from './direct.ts'
import { within } from './late.ts'

/**
 * How long an answer is awaited, in ms from the request's arrival. The platform gives up after 5 s
 * (Official Account documentation, passive replies); half a second is left for the way back.
 */
export const REPLY_DEADLINE_MS = 4_500

export interface WebhookParts {
  account: OfficialAccount
  receive: Receive
  now: () => Date
  /** The platform took the reply, or never will: the row is to be marked, or pushed. */
  onTaken: (outgoing: string) => void
  onMissed: (outgoing: string) => void
  /** The answer comes too late for the direct reply. Resolves once the message may be acknowledged all the same. */
  onLate: (message: Message, received: Promise<Received>) => Promise<void>
  /** @returns what is said instead, if anything */
  onFailed: (message: Message, error: unknown) => Reply | null
  /** False once the platform has said that this account may not push; then a late answer has to be asked for. */
  canPush: () => boolean
  /** How long an answer is awaited, in ms; {@link REPLY_DEADLINE_MS} but for tests. */
  deadlineMs: number
}

/** The callback's address: its check, and pushes that {@link webhook} was not given directly. */
export function webhookRoutes(account: OfficialAccount, push: Direct): Router {
  const router = new Router()
  router.get('/wechat', (ctx) => {
    ctx.type = 'text/plain'
    ctx.body = account.check(queryOf(ctx.querystring))
  })
  router.post('/wechat', async (ctx) => {
    const answer = await push(ctx.req, ctx.querystring)
    ctx.respond = false
    send(ctx.res, 200, answer)
  })
  return router
}

/** Answers pushes. */
export function webhook(parts: WebhookParts): Direct {
  return async (request, query) => {
    const arrived = parts.now()
    const raw = await readBody(request)
    const incoming = parts.account.receive(queryOf(query), raw, arrived)
    const received = parts.receive(incoming.message)
    const inTime = await within(parts.deadlineMs, received)
    const say = (text: string): Answer => {
      // A nonce is new every time but no secret; these twelve digits come out of a supply.
      const body = incoming.answer(text, parts.now(), randomUUID().slice(-12))
      return { type: 'text/xml', body }
    }
    if (inTime === 'late') {
      await parts.onLate(incoming.message, received)
      return parts.canPush() ? NOTHING : say(WORDS.late)
    }
    if (inTime instanceof Error) {
      // Nobody is to be answered, and an empty answer would acknowledge what is lost.
      if (isUnavailable(inTime)) throw inTime
      const instead = parts.onFailed(incoming.message, inTime)
      return instead ? say(plainText(instead)) : NOTHING
    }
    const { reply, outgoing } = inTime
    if (!reply) return NOTHING
    const answer = say(plainText(reply))
    if (outgoing !== null) answer.onClosed = (whole) => (whole ? parts.onTaken : parts.onMissed)(outgoing)
    return answer
  }
}

const NOTHING: Answer = { body: '' }

/** What the platform's queries hold, in the order they mostly come. */
const NAMES = [
  'signature',
  'timestamp',
  'nonce',
  'openid',
  'encrypt_type',
  'msg_signature',
  'echostr',
] as const
type Sent = Record<(typeof NAMES)[number], string | undefined>

/** The parameters of a query, unescaped; one that stands there twice as an array. */
function queryOf(query: string): CallbackQuery {
  const values: Sent = {
    signature: undefined,
    timestamp: undefined,
    nonce: undefined,
    openid: undefined,
    encrypt_type: undefined,
    msg_signature: undefined,
    echostr: undefined,
  }
  // Anything that the platform does not send is left to Node, without a limit behind which a repetition could hide.
  const other = () => parse(query, '&', '=', { maxKeys: 0 })
  if (/[%+]/.test(query)) return other()
  for (let at = 0; at < query.length; ) {
    const next = query.indexOf('&', at)
    const end = next < 0 ? query.length : next
    const equals = query.indexOf('=', at)
    const name = NAMES.find((one) => one.length === equals - at && query.startsWith(one, at))
    if (name === undefined || values[name] !== undefined) return other()
    values[name] = query.slice(equals + 1, end)
    at = end + 1
  }
  return values
}
