/** `/sandbox`: try the assistant in a browser, with no account. The page itself is in sandbox/page/. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import Router from '@koa/router'
import type { Context, Next } from 'koa'
import * as z from 'zod'
import { CallbackRefused } from '../bot/channels/channel.ts'
import type { SandboxChannel } from '../bot/channels/sandbox.ts'
import type { Message, MessageBody, Reply } from '../bot/message.ts'
import { isUnavailable } from '../bot/store.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { readBody } from './body.ts'
import { type Group, groupDeed } from './sandbox/group.ts'
import { deed, type Office } from './sandbox/office.ts'

/**
 * Takes in one message and resolves with the direct answer, or null when there is none: nothing to say, or
 * `late` was asked for and the words come through the channel instead.
 */
export type Receive = (message: Message, options?: { late?: boolean }) => Promise<Reply | null>

/** What {@link sandboxRoutes} needs. */
export interface SandboxOptions {
  receive: Receive
  channel: SandboxChannel
  /** Where the resident's requests are worked on, for the other half of the page. */
  office: Office
  /** The advisors, for the part between. */
  group: Group
  now: () => Date
  /** A fresh id; names the photos and voices whose bytes we do not take. */
  newId: () => string
  /** Ends every open event stream, so that the HTTP server can close. Default: they end with their clients. */
  stop?: AbortSignal
  /** Milliseconds between comments that keep proxies from closing an idle stream. Default 20 000. */
  heartbeat?: number
  /** Where index.html, its styles and icon.svg are. Default: server/sandbox/page of this project. */
  pageFolder?: string
  /** Where the page's compiled modules are. Default: dist/server/sandbox/page of this project. */
  scriptFolder?: string
}

/** What the page may load: itself, and pictures the resident has just picked. */
export const SANDBOX_CSP =
  "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HEARTBEAT = 20_000
/** Streams open at once, over all residents. A room full of trainees; beyond it somebody is playing games. */
const MAX_STREAMS = 500
/** Unsent bytes after which a page that reads nothing is cut off; it reconnects by itself. */
const MAX_BACKLOG = 1024 * 1024

const residentId = z
  .string('缺少居民编号。')
  .regex(/^[a-z0-9]{8,32}$/, '居民编号应是 8 至 32 位小写字母或数字。')
const coordinate = (limit: number) =>
  z.number('位置要有经度和纬度。').min(-limit, '经纬度超出了范围。').max(limit, '经纬度超出了范围。')

const incoming = z.strictObject(
  {
    resident: residentId,
    id: z
      .string('缺少消息编号。')
      .regex(/^[A-Za-z0-9-]{1,64}$/, '消息编号应是 1 至 64 位字母、数字或连字符。'),
    late: z.boolean('late 应是 true 或 false。').optional(),
    body: z.discriminatedUnion(
      'kind',
      [
        z.strictObject({
          kind: z.literal('text'),
          text: z
            .string('文字消息要有文字。')
            .min(1, '文字消息不能是空的。')
            .max(2000, '一条消息最多 2000 字。'),
        }),
        z.strictObject({
          kind: z.literal('voice'),
          transcript: z
            .string('语音的文字应是一段话，没听清时是 null。')
            .max(2000, '一条语音最多 2000 字。')
            .nullable(),
        }),
        z.strictObject({ kind: z.literal('image') }),
        z.strictObject({
          kind: z.literal('location'),
          latitude: coordinate(90),
          longitude: coordinate(180),
          label: z.string('位置要有名称。').max(200, '位置名称最多 200 字。'),
        }),
        z.strictObject({
          kind: z.literal('followed'),
          scene: z.string('关注来源应是一段文字或 null。').max(64, '关注来源最多 64 字。').nullable(),
        }),
        z.strictObject({
          kind: z.literal('tapped'),
          key: z
            .string('缺少菜单的名字。')
            .regex(/^[A-Za-z0-9_-]{1,64}$/, '菜单的名字应是 1 至 64 位字母或数字。'),
        }),
      ],
      '不认识这种消息。',
    ),
  },
  '请求的内容不对：应有 resident、id、body，没有别的。',
)

/** A request we refuse, in words the page can show. */
class Refusal extends Error {
  readonly status: 400 | 403 | 413 | 415 | 422 | 503
  constructor(status: 400 | 403 | 413 | 415 | 422 | 503, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

/**
 * The routes of the sandbox: its page, what a resident sends, and the stream of what is said unasked.
 *
 * @throws {Error} at once when the page's files are missing, most likely because nothing was built
 */
export function sandboxRoutes(options: SandboxOptions): Router {
  const { receive, channel, office, group, now, newId, stop, heartbeat = HEARTBEAT } = options
  const root = projectFolder()
  const pageFolder = options.pageFolder ?? path.join(root, 'server/sandbox/page')
  const scriptFolder = options.scriptFolder ?? path.join(root, 'dist/server/sandbox/page')
  const page = readAsset(pageFolder, 'index.html', 'text/html; charset=utf-8')
  const assets = readAssets(pageFolder, scriptFolder)
  let streams = 0

  const router = new Router({ prefix: '/sandbox' })
  router.use(speakRefusals)

  router.get('/', (ctx) => {
    ctx.set('Content-Security-Policy', SANDBOX_CSP)
    ctx.set('Referrer-Policy', 'no-referrer')
    answer(ctx, page)
  })

  router.get('/assets/:file', (ctx) => {
    const asset = assets.get(ctx.params['file'] ?? '')
    if (asset) answer(ctx, asset)
  })

  router.post('/messages', async (ctx) => {
    const parsed = incoming.safeParse(await readPosted(ctx))
    if (!parsed.success) throw new Refusal(400, parsed.error.issues[0]?.message ?? '请求的内容不对。')
    const { resident, id, late = false, body } = parsed.data
    const message: Message = {
      id: `${resident}:${id}`,
      channel: 'sandbox',
      from: resident,
      sentAt: now(),
      body: withMedia(body, newId),
    }
    ctx.body = { reply: await receive(message, { late }) }
    office.changed(resident)
  })

  router.get('/tickets', async (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await office.view(askedResident(ctx))
  })

  router.post('/deeds', async (ctx) => {
    const parsed = deed.safeParse(await readPosted(ctx))
    if (!parsed.success) throw new Refusal(400, parsed.error.issues[0]?.message ?? '请求的内容不对。')
    const resident = askedResident(ctx)
    await orRefusal(office.act(resident, parsed.data))
    ctx.body = await office.view(resident)
  })

  router.get('/group', async (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await group.view()
  })

  router.post('/group', async (ctx) => {
    const parsed = groupDeed.safeParse(await readPosted(ctx))
    if (!parsed.success) throw new Refusal(400, parsed.error.issues[0]?.message ?? '请求的内容不对。')
    await orRefusal(group.act(parsed.data))
    ctx.body = await group.view()
  })

  router.get('/events', (ctx) => {
    const resident = askedResident(ctx)
    if (streams >= MAX_STREAMS || stop?.aborted) {
      throw new Refusal(503, '现在试用的人太多了，请过一会儿再来。')
    }
    const stream = new PassThrough()
    const write = (text: string): void => {
      stream.write(text)
      if (stream.writableLength > MAX_BACKLOG) stream.destroy()
    }
    const disconnect = channel.connect(resident, (reply) => write(`data: ${JSON.stringify(reply)}\n\n`))
    const unwatch = office.watch(resident, () => write('event: tickets\ndata: changed\n\n'))
    const unheard = group.watch(() => write('event: group\ndata: changed\n\n'))
    const beat = setInterval(write, heartbeat, ': still here\n\n')
    const end = (): void => {
      stream.end()
    }
    stop?.addEventListener('abort', end)
    streams++
    stream.once('close', () => {
      streams--
      disconnect()
      unwatch()
      unheard()
      clearInterval(beat)
      stop?.removeEventListener('abort', end)
    })
    ctx.type = 'text/event-stream; charset=utf-8'
    ctx.set('Cache-Control', 'no-store, no-transform')
    ctx.set('X-Accel-Buffering', 'no')
    ctx.body = stream
    write('retry: 2000\n\n')
  })

  return router
}

/** What was refused, in words the page can show. */
async function orRefusal(doing: Promise<void>): Promise<void> {
  try {
    await doing
  } catch (error) {
    if (!(error instanceof TicketError)) throw error
    throw new Refusal(422, error.message)
  }
}

/** Why a body could not be read, in the resident's language. */
const BODY_REFUSED: Record<CallbackRefused['status'], string> = {
  400: '消息没有收完整。',
  401: '不能这样发消息。',
  403: '不能这样发消息。',
  413: '消息太长了。',
}

/** Only our own refusals become words for the client; every other failure is the app's to handle. */
async function speakRefusals(ctx: Context, next: Next): Promise<void> {
  try {
    await next()
  } catch (error) {
    if (isUnavailable(error)) {
      ctx.status = 503
      ctx.body = { error: '系统现在存不了，没有办成。请过一会儿再试。' }
      return
    }
    if (!(error instanceof Refusal || error instanceof CallbackRefused)) throw error
    ctx.status = error.status
    ctx.body = { error: error instanceof Refusal ? error.message : BODY_REFUSED[error.status] }
    // What is left of an oversized request is not worth reading.
    if (error.status === 413) ctx.set('Connection', 'close')
  }
}

function withMedia(body: z.infer<typeof incoming>['body'], newId: () => string): MessageBody {
  if (body.kind === 'voice') return { ...body, mediaId: `sandbox-${newId()}`, format: 'amr' }
  if (body.kind === 'image') return { ...body, mediaId: `sandbox-${newId()}` }
  return body
}

/** What the page itself posted, as JSON. */
async function readPosted(ctx: Context): Promise<unknown> {
  const site = ctx.get('sec-fetch-site')
  if (site && site !== 'same-origin' && site !== 'none') {
    throw new Refusal(403, '只接受从试用页面发来的消息。')
  }
  if (!ctx.is('application/json')) throw new Refusal(415, '请求要用 application/json。')
  return readJson(await readBody(ctx.req))
}

function askedResident(ctx: Context): string {
  const resident = residentId.safeParse(ctx.query['resident'])
  if (!resident.success) throw new Refusal(400, resident.error.issues[0]?.message ?? '缺少居民编号。')
  return resident.data
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Refusal(400, '请求的内容不是 JSON。')
  }
}

interface Asset {
  type: string
  bytes: Buffer
  etag: string
}

function answer(ctx: Context, asset: Asset): void {
  ctx.set('Cache-Control', 'no-cache')
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('ETag', asset.etag)
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  ctx.type = asset.type
  ctx.body = asset.bytes
}

/** Everything that can be asked for by name, read once; a name not in here is not found, whatever it says. */
function readAssets(pageFolder: string, scriptFolder: string): ReadonlyMap<string, Asset> {
  const assets = new Map([
    ['style.css', readAsset(pageFolder, 'style.css', 'text/css; charset=utf-8')],
    ['office.css', readAsset(pageFolder, 'office.css', 'text/css; charset=utf-8')],
    ['group.css', readAsset(pageFolder, 'group.css', 'text/css; charset=utf-8')],
    ['icon.svg', readAsset(pageFolder, 'icon.svg', 'image/svg+xml')],
    ['main.js', readAsset(scriptFolder, 'main.js', 'text/javascript; charset=utf-8')],
  ])
  for (const name of readdirSync(scriptFolder)) {
    if (name.endsWith('.js')) {
      assets.set(name, readAsset(scriptFolder, name, 'text/javascript; charset=utf-8'))
    }
  }
  return assets
}

function readAsset(folder: string, name: string, type: string): Asset {
  const file = path.join(folder, name)
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    const mend = name.endsWith('.js')
      ? '先构建页面：npx tsc -p server/sandbox/page/tsconfig.json'
      : '文件应随项目一起安装'
    throw new Error(`试用页面缺少 ${file}；${mend}`, { cause })
  }
  return { type, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
}

/** The folder holding package.json: one up from here in the source, two from dist/server. */
function projectFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error('找不到项目的 package.json；请在完整的项目目录里运行')
    folder = parent
  }
  return folder
}
