/** `/wechat`: the Official Account's callback. Answers inside the platform's five seconds, whatever happens. */
import { randomBytes } from 'node:crypto'
import Router from '@koa/router'
import type { Context } from 'koa'
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
    ctx.body = parts.account.check(ctx.query)
  })
  router.post('/wechat', (ctx) => answer(ctx, parts))
  return router
}

async function answer(ctx: Context, parts: WebhookParts): Promise<void> {
  const arrived = parts.now()
  const raw = await readBody(ctx.req)
  const incoming = parts.account.receive(ctx.query, raw, arrived)
  const received = parts.receive(incoming.message)
  const inTime = await within(parts.deadlineMs, received)
  const say = (text: string) => {
    ctx.type = 'text/xml'
    ctx.body = incoming.answer(text, parts.now(), randomBytes(8).toString('hex'))
  }
  ctx.status = 200
  ctx.body = ''
  if (inTime === 'late') {
    parts.onLate()
    received.then(
      ({ outgoing }) => outgoing !== null && parts.onMissed(outgoing),
      (error) => parts.onFailed(error),
    )
    if (!parts.canPush()) say(WORDS.late)
    return
  }
  if (inTime instanceof Error) {
    parts.onFailed(inTime)
    if (incoming.message.body.kind !== 'unfollowed') say(WORDS.unwell)
    return
  }
  const { reply, outgoing } = inTime
  if (!reply) return
  say(plainText(reply))
  if (outgoing === null) return
  ctx.res.once('finish', () => parts.onTaken(outgoing))
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) parts.onMissed(outgoing)
  })
}

/** What came in time, `late`, or the error it failed with. */
async function within(ms: number, received: Promise<Received>): Promise<Received | 'late' | Error> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late')
  })
  try {
    return await Promise.race([received, late])
  } catch (error) {
    return error instanceof Error ? error : new Error('turn failed', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
