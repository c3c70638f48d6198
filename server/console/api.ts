/** `/console/api`: every route of the console, behind one gate. */
import Router from '@koa/router'
import type { Context } from 'koa'
import { CallbackRefused } from '../../bot/channels/channel.ts'
import { StoreError } from '../../bot/store.ts'
import { readBody } from '../body.ts'
import type { AddressOf } from '../client-address.ts'
import { TooMany } from '../limits.ts'
import type { Vouched } from './member-sign-in.ts'
import { documentation } from './openapi.ts'
import { API, FILE, NAME_HEADER, NOTE_HEADER, OWN_HEADER } from './paths.ts'
import { Refusal } from './refusal.ts'
import { can } from './roles.ts'
import { FileAnswer, type Route, type SentFile, type Tools } from './route.ts'
import type { Signed, SignIns } from './sign-ins.ts'

/** Of a file's name, in characters. */
const LONGEST_NAME = 200

export interface ApiOptions {
  routes: readonly Route[]
  tools: Tools
  signIns: SignIns
  vouched: Vouched
  /** Where a request comes from. */
  addressOf: AddressOf
}

export function apiRouter({ routes, tools, signIns, vouched, addressOf }: ApiOptions): Router {
  const router = new Router({ prefix: API })
  const refuse = (ctx: Context, { status, code, message }: Refusal): void => {
    ctx.status = status
    ctx.body = { code, message }
  }
  for (const route of routes) {
    router.register(route.path, [route.method], async (ctx) => {
      try {
        if (route.method !== 'GET') mustBeOurs(ctx)
        const who = route.needs === 'anyone' ? null : await gate(route, tools, await signIns.current(ctx))
        const file = route.takes && (await readFile(ctx, route.takes.most))
        const sent = route.method === 'GET' || file ? ctx.query : await readJson(ctx)
        const answer = await route.answer(
          { ...sent, ...ctx.params },
          {
            ...tools,
            who,
            file,
            address: addressOf(ctx.req),
            begin: (account) => signIns.begin(ctx, account),
            end: () => signIns.end(ctx),
            vouched: () => vouched.account(ctx),
            unvouch: () => vouched.forget(ctx),
          },
        )
        if (answer instanceof FileAnswer) hand(ctx, answer)
        else ctx.body = answer
      } catch (error) {
        const refusal = refusalOf(error)
        if (!refusal) throw error
        if (error instanceof TooMany) ctx.set('Retry-After', String(error.seconds))
        refuse(ctx, refusal)
      }
    })
  }
  router.get('/openapi.json', (ctx) => {
    ctx.body = documentation(routes)
  })
  router.all('/{*rest}', (ctx) => refuse(ctx, new Refusal('not-found', '没有这个接口。')))
  return router
}

/** @throws {Refusal} unless somebody is signed in who may do it */
async function gate({ needs }: Route, tools: Tools, who: Signed | null): Promise<Signed> {
  if (!who) throw new Refusal('not-signed-in', '还没有登录，或太久没有操作已经退出。请重新登录。')
  if (needs === 'own' || needs === 'anyone') return who
  if (!can(who.account, needs)) throw new Refusal('not-allowed', '您的账号不能做这件事，请联系管理员。')
  if (who.account.secrets.factor?.confirmed !== true && tools.mustHaveFactor(who.account))
    throw new Refusal('second-factor-needed', '请先在“我的账号”里开两步验证。')
  return who
}

function hand(ctx: Context, { name, type, bytes, note, shown }: FileAnswer): void {
  ctx.attachment(name, { type: shown ? 'inline' : 'attachment' })
  ctx.type = type
  // Opened by itself it runs nothing, whatever it holds.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
  if (note !== null) ctx.set(NOTE_HEADER, encodeURIComponent(note))
  ctx.body = bytes
}

/** @throws {Refusal} when another site may have had it sent */
function mustBeOurs(ctx: Context): void {
  const site = ctx.get('sec-fetch-site')
  const origin = ctx.get('origin')
  const elsewhere =
    (site !== '' && site !== 'same-origin') || (origin !== '' && hostOf(origin) !== ctx.get('host'))
  if (elsewhere || ctx.get(OWN_HEADER) === '')
    throw new Refusal('from-elsewhere', '这个请求不是从后台的页面发出的，没有办理。请刷新页面再试。')
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : ''
}

/** @throws {Refusal} when it is no file, or larger than taken */
async function readFile(ctx: Context, most: number): Promise<SentFile> {
  if (!ctx.is(FILE)) throw new Refusal('bad-request', `要用 ${FILE} 发来。`)
  const tooLarge = `文件太大，最多 ${Math.floor(most / 1024 / 1024)} MB。`
  const bytes = await readBody(ctx.req, most).catch((error: unknown) => {
    throw error instanceof CallbackRefused && error.status === 413
      ? new Refusal('too-large', tooLarge)
      : error
  })
  if (bytes.length === 0) throw new Refusal('bad-value', '这个文件是空的，请再选一次。')
  return { name: nameIn(ctx.get(NAME_HEADER)), bytes }
}

/** The last part of a name, without what no name holds. */
function nameIn(header: string): string {
  try {
    const name = decodeURIComponent(header).split(/[/\\]/).at(-1) ?? ''
    return name.replaceAll(/\p{Cc}/gu, '').slice(0, LONGEST_NAME)
  } catch {
    return ''
  }
}

/** @throws {Refusal} when it is no JSON object */
async function readJson(ctx: Context): Promise<Record<string, unknown>> {
  if (!ctx.is('json')) throw new Refusal('bad-request', '要用 JSON 发来。')
  const body = (await readBody(ctx.req)).toString()
  try {
    const given: unknown = JSON.parse(body)
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given }
  } catch {
    // Said below.
  }
  throw new Refusal('bad-request', '发来的不是一个 JSON 对象。')
}

/** Null for what is a fault of ours. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (error instanceof TooMany) return new Refusal('too-often', error.message)
  if (error instanceof CallbackRefused) return new Refusal('bad-request', '发来的内容太长或没有发完。')
  if (error instanceof StoreError && error.code === 'duplicate')
    return new Refusal('changed', '刚才有人也改了，您的没有存上。请刷新后再试。')
  return null
}
