/** `/wechat`: the Official Account's callback. Answers inside the platform's five seconds, whatever happens. */
import { randomUUID } from 'node:crypto'
import { parse } from 'node:querystring'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { CallbackQuery } from '../bot/channels/callback.ts'
import type { OfficialAccount } from '../bot/channels/official-account.ts'
import type { Receive, Received } from '../bot/intake.ts'
import { plainText } from '../bot/message.ts'
import { WORDS } from '../bot/wording.ts'
import { readBody } from './body.ts'

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
  onLate: () => void
  onFailed: (error: unknown) => void
  /** False once the platform has said that this account may not push; then a late answer has to be asked for. */
  canPush: () => boolean
  /** How long an answer is awaited, in ms; {@link REPLY_DEADLINE_MS} but for tests. */
  deadlineMs: number
}

export function webhookRoutes(parts: WebhookParts): Router {
  const router = new Router()
  router.get('/wechat', (ctx) => {
    ctx.type = 'text/plain'
    ctx.body = parts.account.check(queryOf(ctx))
  })
  router.post('/wechat', (ctx) => answer(ctx, parts))
  return router
}

/**
 * Takes pushes past the router, which works on a request as long as deciphering it does. Everything else goes
 * on to {@link webhookRoutes}, which can do the same and knows which methods there are.
 */
export function webhookShortcut(parts: WebhookParts): Middleware {
  return (ctx, next) => (ctx.req.method === 'POST' && ctx.path === '/wechat' ? answer(ctx, parts) : next())
}

async function answer(ctx: Context, parts: WebhookParts): Promise<void> {
  const arrived = parts.now()
  const raw = await readBody(ctx.req)
  const incoming = parts.account.receive(queryOf(ctx), raw, arrived)
  const received = parts.receive(incoming.message)
  const inTime = await within(parts.deadlineMs, received)
  const say = (text: string) => {
    // A nonce is new every time but no secret; these twelve digits come out of a supply.
    const body = incoming.answer(text, parts.now(), randomUUID().slice(-12))
    ctx.res.setHeader('Content-Type', 'text/xml; charset=utf-8')
    ctx.body = body
  }
  if (inTime === 'late') {
    parts.onLate()
    received.then(
      ({ outgoing }) => outgoing !== null && parts.onMissed(outgoing),
      (error) => parts.onFailed(error),
    )
    if (parts.canPush()) ctx.body = ''
    else say(WORDS.late)
    return
  }
  if (inTime instanceof Error) {
    parts.onFailed(inTime)
    if (incoming.message.body.kind === 'unfollowed') ctx.body = ''
    else say(WORDS.unwell)
    return
  }
  const { reply, outgoing } = inTime
  if (reply) say(plainText(reply))
  else ctx.body = ''
  if (!reply || outgoing === null) return
  // Comes last, after the whole answer was handed over or when the connection broke.
  ctx.res.once('close', () => (ctx.res.writableFinished ? parts.onTaken : parts.onMissed)(outgoing))
}

/** The query, read a fifth as fast by koa itself. Without a limit, or a repetition could hide behind it. */
function queryOf(ctx: Context): CallbackQuery {
  return parse(ctx.querystring, '&', '=', { maxKeys: 0 })
}

/** What came in time, `late`, or the error it failed with. */
function within(ms: number, received: Promise<Received>): Promise<Received | 'late' | Error> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, 'late')
    const settle = (outcome: Received | Error) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    received.then(settle, (error: unknown) =>
      settle(error instanceof Error ? error : new Error('turn failed', { cause: error })),
    )
  })
}
