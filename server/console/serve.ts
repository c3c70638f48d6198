/** Serves routes that are described by their schemas: reads what is sent once somebody was let in, and refuses in words. */
import Router from '@koa/router'
import type { Context } from 'koa'
import { CallbackRefused } from '../../bot/channels/channel.ts'
import { StoreError } from '../../bot/store.ts'
import { readBody } from '../body.ts'
import { TooMany } from '../limits.ts'
import { FILE, NAME_HEADER, NOTE_HEADER } from './paths.ts'
import { Refusal } from './refusal.ts'
import { FileAnswer, type SentFile, type Served } from './route.ts'

/** Of a file's name, in characters. */
const LONGEST_NAME = 200

export interface Service<N extends string, C> {
  /** Where its routes are. */
  prefix: string
  routes: readonly Served<N, C>[]
  /**
   * Lets somebody in, and gives what the handler works with. Nothing of the body is read before.
   *
   * @throws {Refusal} unless they may
   */
  admit: (ctx: Context, route: Served<N, C>) => Promise<C>
  /** Told at `/openapi.json`; made when it is asked for, so that no start waits for it. */
  document: () => Record<string, unknown>
}

export function serviceRouter<N extends string, C>({
  prefix,
  routes,
  admit,
  document,
}: Service<N, C>): Router {
  const router = new Router({ prefix })
  const refuse = (ctx: Context, { status, code, message }: Refusal): void => {
    ctx.status = status
    ctx.body = { code, message }
  }
  for (const route of routes) {
    router.register(route.path, [route.method], async (ctx) => {
      try {
        const call = await admit(ctx, route)
        const file = route.takes && (await readFile(ctx, route.takes.most))
        const sent = route.method === 'GET' || file ? ctx.query : await readJson(ctx)
        const answer = await route.answer({ ...sent, ...ctx.params }, call, file)
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
    ctx.body = document()
  })
  router.all('/{*rest}', (ctx) => refuse(ctx, new Refusal('not-found', '没有这个接口。')))
  return router
}

function hand(ctx: Context, { name, type, bytes, note, shown }: FileAnswer): void {
  ctx.attachment(name, { type: shown ? 'inline' : 'attachment' })
  ctx.type = type
  // Opened by itself it runs nothing, whatever it holds.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
  if (note !== null) ctx.set(NOTE_HEADER, encodeURIComponent(note))
  ctx.body = bytes
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
