/** The HTTP application: which routes there are, and the one way errors leave it. */
import { METHODS } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import { CallbackRefused } from '../bot/channels/channel.ts'
import type { Store } from '../bot/store.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface AppParts {
  routers: readonly Router[]
  /** Tried before the routers, for what comes so often that finding its route counts. */
  shortcuts: readonly Koa.Middleware[]
  store: Pick<Store, 'health'>
  metrics: Metrics
  log: Log
}

/** Headers for everything that does not set its own. */
const HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
] as const

export function createApp({ routers, shortcuts, store, metrics, log }: AppParts): Koa {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    // Koa's own way to set them takes longer than routing.
    for (const [name, value] of HEADERS) ctx.res.setHeader(name, value)
    try {
      await next()
    } catch (error) {
      if (error instanceof CallbackRefused) {
        metrics.refused.inc({ status: String(error.status) })
        ctx.status = error.status
        ctx.body = error.message
        if (!ctx.req.complete) ctx.set('Connection', 'close')
      } else {
        log.error({ error, path: ctx.path.split('/')[1] ?? '' }, 'request failed')
        ctx.status = 500
        ctx.body = '服务器内部错误'
      }
    }
  })
  // Every method HTTP knows: one that no route takes is 405 or 404 like any other, not a fault of ours.
  const own = new Router({ methods: METHODS })
  own.get('/healthz', (ctx) => {
    ctx.body = { ok: true }
  })
  own.get('/readyz', (ctx) => {
    const { writable, detail } = store.health()
    ctx.status = writable ? 200 : 503
    ctx.body = { ready: writable, detail }
  })
  own.get('/metrics', async (ctx) => {
    ctx.type = metrics.registry.contentType
    ctx.body = await metrics.registry.metrics()
  })
  for (const shortcut of shortcuts) app.use(shortcut)
  app.use(own.allowedMethods())
  for (const router of [...routers, own]) app.use(router.routes())
  return app
}
