/**
 * The Official Account's HTTP API: speaking first, the menu, and what residents sent as media.
 *
 * Source: developers.weixin.qq.com "Get stable access token", "Send customer service message", "Create
 * custom menu", "Get temporary materials" and "Global return codes".
 */
import { z } from 'zod'
import { plainText } from '../message.ts'
import { type Channel, ChannelError } from './channel.ts'
import { legalText } from './wechat-xml.ts'

/** The platform takes 2048 bytes at most; one report names 2047, and its own client fails a little earlier. */
export const OFFICIAL_ACCOUNT_MAX_BYTES = 2000
/** Images may have 10 MB, everything else less. */
export const MAX_MEDIA_BYTES = 12 * 1024 * 1024
const MAX_JSON_BYTES = 1024 * 1024
/** The platform renews a token five minutes early and honours both meanwhile. */
const RENEW_EARLY_MS = 5 * 60 * 1000
/** The platform allows a forced renewal every 30 seconds and 20 times a day. */
const FORCE_APART_MS = 30 * 1000
const RETRY_AFTER_MS = [300, 1200]

export interface OfficialAccountApiSettings {
  appId: string
  secret: string
  /** Without a path; `https://api.weixin.qq.com` unless a test or a relay stands in. */
  base: string
  fetch: typeof fetch
  now: () => Date
  /** For one request including its answer; default 8000. */
  timeoutMs?: number
  /** The pause before a repeated request; default a timer. */
  wait?: (ms: number) => Promise<void>
}

export type MenuItem =
  | { type: 'click'; name: string; key: string }
  | { type: 'view'; name: string; url: string }
  | { type: 'miniprogram'; name: string; url: string; appid: string; pagepath: string }

/** 1 to 3 buttons, each with up to 5 below it. */
export interface Menu {
  button: readonly (MenuItem | { name: string; sub_button: readonly MenuItem[] })[]
}

export interface Media {
  /** As the platform names it, e.g. `audio/amr`. */
  type: string
  /** Letters, digits, dot, hyphen and underscore only; safe to keep a file under. */
  fileName: string
  bytes: Uint8Array
}

/** Every method throws {@link ChannelError} for whatever the platform did not accept. */
export interface OfficialAccountApi {
  /**
   * Sends a customer-service message: up to 5 within 48 hours of a resident's message, up to 3 within a
   * minute of a menu tap, scan or follow.
   *
   * After code `timeout`, `network` or `http-5xx` the message may have arrived all the same: repeating it
   * may show it twice.
   *
   * @param text at most {@link OFFICIAL_ACCOUNT_MAX_BYTES}
   */
  sendText(openid: string, text: string): Promise<void>
  /** Replaces the account's menu. Phones show it after some minutes. */
  setMenu(menu: Menu): Promise<void>
  /** Fetches what a resident sent; the platform keeps it for three days. */
  media(mediaId: string): Promise<Media>
}

const answerSchema = z.looseObject({ errcode: z.number().int(), errmsg: z.string().default('') })
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const videoSchema = z.object({ video_url: z.url({ protocol: /^https?$/ }) })

type Outcome = ChannelError['outcome']

const SECRET_HINT = 'AppSecret 不对，请到公众平台「设置与开发 → 基本配置」核对 WECHAT_APP_SECRET'
const TOKEN_CLASH = 'access_token 刚换新又被拒绝，请检查是否有别的程序用同一个 AppID 强制换取 access_token'

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export const ERRCODES: Readonly<Record<string, readonly [Outcome, string]>> = {
  '-1': ['retry', '微信系统繁忙，稍后自动再试'],
  '40001': ['retry', TOKEN_CLASH],
  '40014': ['retry', TOKEN_CLASH],
  '42001': ['retry', TOKEN_CLASH],
  '45009': ['retry', '今天的接口调用次数已用完，次日恢复；也可在公众平台清零（每月 10 次）'],
  '45011': ['retry', '接口调用太频繁，稍后自动再试'],
  '45015': ['waiting', '居民 48 小时内没有来信，或已取消关注；等居民下次来信时一并送达'],
  '45047': ['waiting', '客服消息条数已到上限；等居民下次来信时一并送达'],
  '48001': ['waiting', '公众号没有客服消息接口权限（需已认证的服务号）；只能在居民来信时回复'],
  '40164': ['waiting', '服务器 IP 不在白名单，请到公众平台「设置与开发 → 基本配置 → IP 白名单」添加'],
  '40003': ['refused', 'openid 不属于这个公众号，请核对 WECHAT_APP_ID'],
  '43004': ['refused', '居民没有关注公众号'],
  '48002': ['refused', '居民拒收公众号消息'],
  '50005': ['refused', '居民没有关注公众号'],
  '45002': ['refused', '消息超过 2048 字节'],
  '44004': ['refused', '消息内容为空'],
  '40007': ['refused', 'media_id 无效或素材已过期（临时素材只保存 3 天）'],
  '45008': ['refused', '图文消息超过 1 篇'],
  '40018': ['refused', '菜单名称太长'],
}

/** The same codes say something else when they come from the token's own endpoint. */
const TOKEN_ERRCODES: typeof ERRCODES = {
  '40001': ['refused', SECRET_HINT],
  '40125': ['refused', SECRET_HINT],
  '40013': ['refused', 'AppID 不对，请核对 WECHAT_APP_ID'],
  '40243': ['refused', 'AppSecret 已冻结，请到公众平台「设置与开发 → 基本配置」解冻'],
}

const TOKEN_REJECTED = new Set(['40001', '40014', '42001'])

/** The connection never came about, so nothing can have been said. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** @throws {TypeError} when `base` is not an address */
export function officialAccountApi(settings: OfficialAccountApiSettings): OfficialAccountApi {
  const { appId, secret, now, timeoutMs = 8000 } = settings
  const wait = settings.wait ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)))
  const base = new URL(settings.base)
  let token: { value: string; goodUntil: number } | null = null
  let renewing: Promise<string> | null = null
  let forcedAt = Number.NEGATIVE_INFINITY

  /** `rejected` is a token the platform no longer takes; whoever brings it first renews it for all. */
  function accessToken(rejected?: string): Promise<string> {
    if (renewing) return renewing
    if (token && token.value !== rejected && now().getTime() < token.goodUntil) {
      return Promise.resolve(token.value)
    }
    renewing = renewed(rejected).finally(() => {
      renewing = null
    })
    return renewing
  }

  async function renewed(rejected: string | undefined): Promise<string> {
    token = null
    let value = await requestToken(false)
    // Asked normally, the platform repeats a token it believes in; forcing is rationed, so only then.
    if (value === rejected && now().getTime() - forcedAt >= FORCE_APART_MS) {
      forcedAt = now().getTime()
      value = await requestToken(true)
    }
    return value
  }

  async function requestToken(force: boolean): Promise<string> {
    const body = { grant_type: 'client_credential', appid: appId, secret, force_refresh: force }
    const answer = await repeating(true, () => json(at('/cgi-bin/stable_token'), post(body)))
    requireAccepted(answer, TOKEN_ERRCODES)
    const { access_token, expires_in } = expected(tokenSchema, answer)
    token = { value: access_token, goodUntil: now().getTime() + expires_in * 1000 - RENEW_EARLY_MS }
    return access_token
  }

  async function withToken<T>(use: (token: string) => Promise<T>): Promise<T> {
    const first = await accessToken()
    try {
      return await use(first)
    } catch (error) {
      if (!(error instanceof ChannelError && TOKEN_REJECTED.has(error.code))) throw error
    }
    return use(await accessToken(first))
  }

  /** Repeats a request a little later. One that speaks is repeated only if it cannot have been heard. */
  async function repeating<T>(harmless: boolean, request: () => Promise<T>): Promise<T> {
    for (const pause of RETRY_AFTER_MS) {
      try {
        return await request()
      } catch (error) {
        if (!(error instanceof ChannelError && worthRepeating(error, harmless))) throw error
        await wait(pause)
      }
    }
    return request()
  }

  function at(path: string, query: Record<string, string> = {}): URL {
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base)
    url.search = new URLSearchParams(query).toString()
    return url
  }

  /** Fetches and reads to the end, both within one time limit. The address holds a token: no error names it. */
  async function fetched<T>(
    url: URL,
    init: RequestInit,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    try {
      return await read(await settings.fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }))
    } catch (error) {
      if (error instanceof ChannelError) throw error
      if (error instanceof Error && error.name === 'TimeoutError') {
        const hint = `微信接口 ${timeoutMs} 毫秒内没有答复；消息可能已经送达`
        throw new ChannelError('timeout', 'retry', hint, { cause: error })
      }
      const hint = '连接不上微信接口，请检查网络与 WECHAT_API_BASE；中途断开时消息可能已经送达'
      throw new ChannelError('network', 'retry', hint, { cause: error })
    }
  }

  function json(url: URL, init: RequestInit): Promise<unknown> {
    return fetched(url, init, async (response) => {
      const text = new TextDecoder().decode(await readBytes(response, MAX_JSON_BYTES))
      return parsedJson(text, response)
    })
  }

  async function command(path: string, body: object, harmless: boolean): Promise<void> {
    await withToken((access_token) =>
      repeating(harmless, async () => {
        const answer = await json(at(path, { access_token }), post(body))
        requireAccepted(answer)
        expected(answerSchema, answer)
      }),
    )
  }

  /** A file, or what the platform says instead of one. */
  function fileOrAnswer(url: URL): Promise<Media | { answer: unknown }> {
    return fetched(url, {}, async (response) => {
      const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
      // Errors come as application/json or text/plain; no medium is a text.
      if (type === 'application/json' || type.startsWith('text/')) {
        const text = new TextDecoder().decode(await readBytes(response, MAX_JSON_BYTES))
        return { answer: parsedJson(text, response) }
      }
      if (!response.ok) throw httpError(response)
      const bytes = await readBytes(response, MAX_MEDIA_BYTES)
      return { type: type || 'application/octet-stream', fileName: fileName(response), bytes }
    })
  }

  return {
    sendText: (openid, text) =>
      // JSON would escape half a surrogate pair as \uXXXX, which the platform shows as it is.
      command(
        '/cgi-bin/message/custom/send',
        { touser: openid, msgtype: 'text', text: { content: legalText(text) } },
        false,
      ),

    setMenu: (menu) => command('/cgi-bin/menu/create', menu, true),

    media: (mediaId) =>
      withToken((access_token) =>
        repeating(true, async () => {
          const first = await fileOrAnswer(at('/cgi-bin/media/get', { access_token, media_id: mediaId }))
          if (!('answer' in first)) return first
          requireAccepted(first.answer)
          const video = await fileOrAnswer(new URL(expected(videoSchema, first.answer).video_url))
          if (!('answer' in video)) return video
          requireAccepted(video.answer)
          throw notJson('微信给出的视频地址上没有视频')
        }),
      ),
  }
}

/** Speaks to residents through customer-service messages. A reply must fit `maxBytes`; cut longer ones before. */
export function officialAccountChannel(api: Pick<OfficialAccountApi, 'sendText'>): Channel {
  return {
    name: 'official-account',
    maxBytes: OFFICIAL_ACCOUNT_MAX_BYTES,
    send: (address, reply) => api.sendText(address, plainText(reply)),
  }
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** An error always comes with HTTP status 200 and an errcode; success with errcode 0 or with none. */
function requireAccepted(answer: unknown, meanings: typeof ERRCODES = ERRCODES): void {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success || parsed.data.errcode === 0) return
  const code = String(parsed.data.errcode)
  const [outcome, hint] = meanings[code] ??
    ERRCODES[code] ?? ['retry', `微信返回错误码 ${code}，请查公众平台「全局返回码」`]
  // Only these two: the rest of errmsg may repeat what we sent.
  const ip = code === '40164' ? /invalid ip ([0-9a-f.:]+)/i.exec(parsed.data.errmsg)?.[1] : undefined
  const rid = /rid: ?([\w-]+)/.exec(parsed.data.errmsg)?.[1]
  throw new ChannelError(code, outcome, `${hint}${ip ? `：${ip}` : ''}${rid ? `（rid ${rid}）` : ''}`)
}

function worthRepeating(error: ChannelError, harmless: boolean): boolean {
  if (error.code === '-1' || error.code.startsWith('http-5')) return true
  if (error.code === 'timeout') return harmless
  return error.code === 'network' && (harmless || UNREACHED.has(reasonOf(error.cause)))
}

/** The system's own code, which fetch hides below its "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

function expected<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (!parsed.success) throw notJson('微信接口的答复缺少应有的字段，请检查 WECHAT_API_BASE')
  return parsed.data
}

function parsedJson(text: string, response: Response): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The text itself may be anybody's page; it stays out of the error.
    if (!response.ok) throw httpError(response)
    throw notJson('微信接口答复的不是 JSON，请检查 WECHAT_API_BASE 和网络出口')
  }
}

function notJson(hint: string): ChannelError {
  return new ChannelError('not-json', 'retry', hint)
}

function httpError(response: Response): ChannelError {
  const hint = `微信接口返回 HTTP ${response.status}，请检查 WECHAT_API_BASE 和网络出口`
  return new ChannelError(`http-${response.status}`, 'retry', hint)
}

/** Reads no further than `most`, whatever length was announced. */
async function readBytes(response: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > most)
      throw new ChannelError('too-large', 'refused', `微信接口的答复超过 ${most} 字节，不再读取`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function fileName(response: Response): string {
  const header = response.headers.get('content-disposition') ?? ''
  const named = /filename="?([^";]+)/i.exec(header)?.[1]?.split(/[\\/]/).at(-1) ?? ''
  const safe = named.replace(/[^\w.-]/g, '_').replace(/^\.+/, '')
  return safe.slice(0, 100) || 'media'
}
