/** The HTTP application: which routes there are, and the one way errors leave it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, METHODS, type RequestListener, type ServerResponse } from 'node:http'
import Router from '@koa/router'
import Koa from 'koa'
import { CallbackRefused } from '../bot/channels/channel.ts'
import { isUnavailable, type Store } from '../bot/store.ts'
import { type AddressOf, createAddressOf, isThisMachine } from './client-address.ts'
import { type Direct, headersFor, send } from './direct.ts'
import { createLimits, type Limits, neighbourhood, TooMany } from './limits.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface AppParts {
  routers: readonly Router[]
  /** By method and path, e.g. `POST /wechat`. Whatever is written in another way is left to the routers. */
  direct: ReadonlyMap<string, Direct>
  store: Pick<Store, 'health'>
  metrics: Metrics
  log: Log
  /** How often anybody may ask; default the usual. */
  limits?: Limits
  /** Default: no proxy is believed. */
  addressOf?: AddressOf
  /** Where the server is found; over https browsers are told to use nothing else. Default: nowhere. */
  publicUrl?: string | null
  /** Whether a `Host` header may be answered; default any may. See hosts.ts. */
  isOwnHost?: (host: string | undefined) => boolean
  /** Who has it is shown /metrics and what is the matter; without one only this machine is. */
  metricsToken?: string | null
}

/** Addresses platforms push to. */
const CALLBACKS = ['wechat', 'wecom'] as const
/** What is not counted before it is answered: platforms' pushes, and those who look whether we live. */
const UNCOUNTED = /^\/(?:wechat|wecom|healthz|readyz)\/?$/i

/** Said to whoever opens the trial under a name that is not known to be ours. */
const WRONG_HOST =
  '试用只能用 localhost、本机的 IP 或内网的名字打开。要用域名打开，请在 .env 里写 PUBLIC_URL，再重新启动。'

const METRICS_SHUT =
  '指标只给本机看。要从别处看，请在 .env 里写 METRICS_TOKEN，请求时带上 Authorization: Bearer 和它。'

/** What a client is told of a failure. */
interface Told {
  status: number
  body: string
  /** In seconds; null when asking again would not help. */
  retryAfter: number | null
}

export interface App {
  /** The listener for `node:http`. */
  callback(): RequestListener
  /** Koa's, which answers all but what is answered directly. */
  middleware: Koa['middleware']
}

export function createApp(parts: AppParts): App {
  const { routers, direct, store, metrics, log } = parts
  const { limits = createLimits(), addressOf = createAddressOf([]) } = parts
  const { publicUrl = null, isOwnHost = () => true, metricsToken = null } = parts
  const headers = headersFor(publicUrl)
  const flatHeaders = headers.flat()
  const placeOf = (request: IncomingMessage): string => neighbourhood(addressOf(request))
  /** Only what a refusal says; the rest is for the log. */
  const told = async (error: unknown, path: string, request: IncomingMessage): Promise<Told> => {
    if (error instanceof CallbackRefused) {
      const callback = CALLBACKS.find((one) => path.startsWith(`/${one}`)) ?? 'other'
      metrics.refused.inc({ callback, status: String(error.status) })
      const wait = callback === 'other' ? null : await limits.refused.take(placeOf(request))
      if (wait !== null) return toldToWait(new TooMany(wait))
      return { status: error.status, body: error.message, retryAfter: null }
    }
    if (error instanceof TooMany) return toldToWait(error)
    // A platform then delivers it again.
    const status = isUnavailable(error) ? 503 : 500
    log.error({ error, path: path.split('/')[1] ?? '' }, 'request failed')
    return {
      status,
      body: status === 503 ? '系统现在存不了，请过一会儿再试' : '服务器内部错误',
      retryAfter: null,
    }
  }
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    // Koa's own way to set them takes longer than routing.
    for (const [name, value] of headers) ctx.res.setHeader(name, value)
    try {
      if (!UNCOUNTED.test(ctx.path)) {
        const reads = ctx.method === 'GET' || ctx.method === 'HEAD'
        const wait = await limits[reads ? 'page' : 'form'].take(placeOf(ctx.req))
        if (wait !== null) throw new TooMany(wait)
        if (!isOwnHost(ctx.headers.host)) throw new CallbackRefused(403, WRONG_HOST)
      }
      await next()
    } catch (error) {
      const { status, body, retryAfter } = await told(error, ctx.path, ctx.req)
      ctx.status = status
      // A script that asked is told so that it can read it.
      ctx.body = ctx.is('application/json') ? { error: body } : body
      if (retryAfter !== null) ctx.set('Retry-After', String(retryAfter))
      if (retryAfter !== null || !ctx.req.complete) ctx.set('Connection', 'close')
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
    if (!mayInspect(ctx.req, metricsToken)) {
      ctx.body = { ready: writable }
      return
    }
    ctx.body = { ready: writable, detail, advice }
  })
  own.get('/metrics', async (ctx) => {
    if (!mayInspect(ctx.req, metricsToken)) {
      if (metricsToken !== null) ctx.set('WWW-Authenticate', 'Bearer')
      throw new CallbackRefused(metricsToken === null ? 403 : 401, METRICS_SHUT)
    }
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
      const { status, body, retryAfter } = await told(error, request.url ?? '', request)
      if (retryAfter !== null) response.setHeader('Retry-After', String(retryAfter))
      if (retryAfter !== null || !request.complete) response.setHeader('Connection', 'close')
      send(response, status, { body }, flatHeaders)
    }
  }
  return {
    middleware: app.middleware,
    callback() {
      const others = app.callback()
      // A context of koa's costs as much as opening the envelope, and a push needs none.
      return (request, response) => {
        const url = request.url ?? ''
        const mark = url.indexOf('?')
        const path = mark < 0 ? url : url.slice(0, mark)
        const query = mark < 0 ? '' : url.slice(mark + 1)
        const answer = direct.get(`${request.method} ${path}`)
        const answering = answer
          ? answerDirectly(answer, query, request, response)
          : others(request, response)
        answering.catch((error: unknown) => {
          log.error({ error }, 'a failure could not be told')
          response.destroy()
        })
      }
    },
  }
}

const toldToWait = ({ message, seconds }: TooMany): Told => ({
  status: 429,
  body: message,
  retryAfter: seconds,
})

/** Whoever has the token; without one this machine, unless somebody stands between. */
function mayInspect(request: IncomingMessage, token: string | null): boolean {
  if (token === null) return isThisMachine(request)
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))
}
