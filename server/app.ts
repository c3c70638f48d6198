/** The HTTP application: which routes there are, and the one way errors leave it. */
import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import { CallbackRefused } from '../bot/channels/channel.ts'
import type { Store } from '../bot/store.ts'
import { type Direct, HEADERS, send } from './direct.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface AppParts {
  routers: readonly Router[]
  /** By method and path, e.g. `POST /wechat`. Whatever is written in another way is left to the routers. */
  direct: ReadonlyMap<string, Direct>
  store: Pick<Store, 'health'>
  metrics: Metrics
  log: Log
}

/** Addresses platforms push to. */
const CALLBACKS = ['wechat', 'wecom'] as const

export function createApp({ routers, direct, store, metrics, log }: AppParts): Koa {
  /** What a client is told of a failure: only what a refusal says. */
  const told = (error: unknown, path: string): { status: number; body: string } => {
    if (error instanceof CallbackRefused) {
      const callback = CALLBACKS.find((one) => path.startsWith(`/${one}`)) ?? 'other'
      metrics.refused.inc({ callback, status: String(error.status) })
      return { status: error.status, body: error.message }
    }
    log.error({ error, path: path.split('/')[1] ?? '' }, 'request failed')
    return { status: 500, body: '服务器内部错误' }
  }
  const app = new Koa()
  app.silent = true
  app.use((ctx, next) => {
    const answer = direct.get(`${ctx.method} ${ctx.path}`)
    if (!answer) return next()
    ctx.respond = false
    return answerDirectly(answer, ctx.querystring, ctx.req, ctx.res)
  })
  app.use(async (ctx, next) => {
    // Koa's own way to set them takes longer than routing.
    for (const [name, value] of HEADERS) ctx.res.setHeader(name, value)
    try {
      await next()
    } catch (error) {
      const { status, body } = told(error, ctx.path)
      ctx.status = status
      ctx.body = body
      if (!ctx.req.complete) ctx.set('Connection', 'close')
    }
  })
  // Every method HTTP knows: one that no route takes is 405 or 404 like any other, not a fault of ours.
  const own = new Router({ methods: METHODS })
  own.get('/healthz', (ctx) => {
    ctx.body = { ok: true }
  })
  own.get('/readyz', (ctx) => {
    const { writable, detail, advice } = store.health()
    ctx.status = writable ? 200 : 503
    ctx.body = { ready: writable, detail, advice }
  })
  own.get('/metrics', async (ctx) => {
    ctx.type = metrics.registry.contentType
    ctx.body = await metrics.registry.metrics()
  })
  app.use(own.allowedMethods())
  for (const router of [...routers, own]) app.use(router.routes())

  async function answerDirectly(
    answer: Direct,
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      send(response, 200, await answer(request, query))
    } catch (error) {
      const { status, body } = told(error, request.url ?? '')
      if (!request.complete) response.setHeader('Connection', 'close')
      send(response, status, { body })
    }
  }
  return app
}
