/**
 * What WeChat's and WeCom's HTTP APIs have in common: answers judged by errcode, a time limit for every request,
 * bounded repetition, and access tokens. No error names an address, as addresses hold tokens and keys.
 */
import { z } from 'zod'
import { ChannelError } from './channel.ts'
import type { AccessToken, ShareToken } from './shared-token.ts'

const MAX_JSON_BYTES = 1024 * 1024
/** Images may have 10 MB, everything else less. */
export const MAX_MEDIA_BYTES = 12 * 1024 * 1024
const RETRY_AFTER_MS = [300, 1200]

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export type Errcodes = Readonly<Record<string, readonly [ChannelError['outcome'], string]>>

export interface PlatformSettings {
  /** As operators call it. */
  name: '微信' | '企业微信'
  /** The variable of `base`. */
  variable: string
  /** Where the platform explains its errcodes. */
  errcodesAt: string
  errcodes: Errcodes
  /** Without a query; with a path when a relay has one. */
  base: string
  fetch: typeof fetch
  /** For one request including its answer. */
  timeoutMs: number
  /** The pause before a repeated request; default a timer. */
  wait?: ((ms: number) => Promise<void>) | undefined
}

export interface Media {
  /** As the platform names it, e.g. `audio/amr`. */
  type: string
  /** Letters, digits, dot, hyphen and underscore only; safe to keep a file under. */
  fileName: string
  bytes: Uint8Array
}

/** Every method throws {@link ChannelError} for whatever is not an answer or not acceptance. */
export interface PlatformApi {
  at(path: string, query?: Readonly<Record<string, string>>): URL
  /**
   * One request and its answer, which is JSON and not a refusal.
   *
   * @param meanings of errcodes that say something else at this address
   */
  accepted<T>(url: URL, init: RequestInit, answer: z.ZodType<T>, meanings?: Errcodes): Promise<T>
  /**
   * A file, or what the platform says instead of one.
   *
   * @param redirect `follow` where it may lie elsewhere; by default whoever redirects is not the platform
   */
  file<T>(url: URL, instead: z.ZodType<T>, redirect?: 'follow'): Promise<Media | { answer: T }>
  /** Repeats a request a little later. One that speaks is repeated only if it cannot have been heard. */
  repeating<T>(harmless: boolean, request: () => Promise<T>): Promise<T>
  /** The error an errcode means. */
  refusal(errcode: number, errmsg?: string, meanings?: Errcodes): ChannelError
}

/** An answer of either platform; success has errcode 0 or, where something is asked for, none. */
export const answerSchema = z.looseObject({ errcode: z.number().int(), errmsg: z.string().default('') })

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
export function platformApi(settings: PlatformSettings): PlatformApi {
  const { name, variable, timeoutMs } = settings
  const wait = settings.wait ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)))
  const base = new URL(settings.base)

  /** Fetches and reads to the end, both within one time limit. */
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
        const hint = `${name}接口 ${timeoutMs} 毫秒内没有答复；消息可能已经送达`
        throw new ChannelError('timeout', 'retry', hint)
      }
      const hint = `连接不上${name}接口，请检查网络与 ${variable}；中途断开时消息可能已经送达`
      // Only the system's code of it: a fault of fetch may quote the address.
      throw new ChannelError('network', 'retry', hint, { cause: new Error(reasonOf(error)) })
    }
  }

  async function textOf(response: Response): Promise<string> {
    return new TextDecoder().decode(await readBytes(response, MAX_JSON_BYTES))
  }

  function parsedJson(text: string, response: Response): unknown {
    try {
      return JSON.parse(text)
    } catch {
      // The text itself may be anybody's page; it stays out of the error.
      if (!response.ok) throw httpError(response)
      throw notJson(`${name}接口答复的不是 JSON，请检查 ${variable} 和网络出口`)
    }
  }

  /** An error always comes with HTTP status 200 and an errcode. */
  function expected<T>(schema: z.ZodType<T>, answer: unknown, meanings?: Errcodes): T {
    const said = answerSchema.safeParse(answer)
    if (said.success && said.data.errcode !== 0) throw refusal(said.data.errcode, said.data.errmsg, meanings)
    const parsed = schema.safeParse(answer)
    if (!parsed.success) throw notJson(`${name}接口的答复缺少应有的字段，请检查 ${variable}`)
    return parsed.data
  }

  function refusal(errcode: number, errmsg = '', meanings: Errcodes = {}): ChannelError {
    const code = String(errcode)
    const [outcome, hint] = meanings[code] ??
      settings.errcodes[code] ?? ['retry', `${name}返回错误码 ${code}，请查${settings.errcodesAt}`]
    // Only these: the rest of errmsg may repeat what we sent.
    const ip = IP_REFUSED.has(code) ? /(?:invalid|from) ip:? ?([0-9a-f.:]+)/i.exec(errmsg)?.[1] : undefined
    const rid = /rid: ?([\w-]+)/.exec(errmsg)?.[1]
    return new ChannelError(code, outcome, `${hint}${ip ? `：${ip}` : ''}${rid ? `（rid ${rid}）` : ''}`)
  }

  async function readBytes(response: Response, most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      // Read no further, whatever length was announced.
      if (size > most)
        throw new ChannelError('too-large', 'refused', `${name}接口的答复超过 ${most} 字节，不再读取`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  const httpError = (response: Response) =>
    new ChannelError(
      `http-${response.status}`,
      'retry',
      `${name}接口返回 HTTP ${response.status}，请检查 ${variable} 和网络出口`,
    )

  return {
    refusal,

    at(path, query = {}) {
      const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base)
      url.search = new URLSearchParams(query).toString()
      return url
    },

    accepted: (url, init, schema, meanings) =>
      fetched(url, init, async (response) =>
        expected(schema, parsedJson(await textOf(response), response), meanings),
      ),

    file: (url, instead, redirect) =>
      fetched(url, { redirect: redirect ?? 'error' }, async (response) => {
        const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
        // Errors come as application/json or text/plain; no medium is a text.
        if (type === 'application/json' || type.startsWith('text/'))
          return { answer: expected(instead, parsedJson(await textOf(response), response)) }
        if (!response.ok) throw httpError(response)
        const bytes = await readBytes(response, MAX_MEDIA_BYTES)
        return { type: type || 'application/octet-stream', fileName: fileName(response), bytes }
      }),

    async repeating(harmless, request) {
      for (const pause of RETRY_AFTER_MS) {
        try {
          return await request()
        } catch (error) {
          if (!(error instanceof ChannelError && worthRepeating(error, harmless))) throw error
          await wait(pause)
        }
      }
      return request()
    },
  }
}

/** The caller's address is not on the account's list; errmsg tells which it is. */
const IP_REFUSED = new Set(['40164', '60020'])

/** A command that changes or says something. Whoever redirects it is not the platform. */
export function post(body: object): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' }
}

export const notJson = (hint: string): ChannelError => new ChannelError('not-json', 'retry', hint)

function worthRepeating(error: ChannelError, harmless: boolean): boolean {
  if (error.code === '-1' || error.code.startsWith('http-5')) return true
  if (error.code === 'timeout') return harmless
  if (error.code !== 'network') return false
  return harmless || (error.cause instanceof Error && UNREACHED.has(error.cause.message))
}

/** The system's own code, which fetch hides below its "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

function fileName(response: Response): string {
  const header = response.headers.get('content-disposition') ?? ''
  const named = /filename="?([^";]+)/i.exec(header)?.[1]?.split(/[\\/]/).at(-1) ?? ''
  const safe = named.replace(/[^\w.-]/g, '_').replace(/^\.+/, '')
  return safe.slice(0, 100) || 'media'
}

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
type Token = z.infer<typeof tokenSchema>

export interface AccessTokenSettings {
  /** @param rejected a token the platform no longer takes, if that is why */
  ask: (rejected: string | undefined) => Promise<Token>
  /** Errcodes by which the platform rejects a token. */
  rejectedBy: ReadonlySet<string>
  /** So long before its end a token is no longer used, in ms. */
  renewEarlyMs: number
  now: () => Date
  /** Has the token shared with other processes; default: this one has its own. */
  share?: ShareToken | undefined
}

/** One token for all requests: asked for once however many wait for it, and renewed once when it is rejected. */
export function accessTokens({ ask, rejectedBy, renewEarlyMs, now, share }: AccessTokenSettings) {
  let token: AccessToken | null = null
  let renewing: Promise<string> | null = null

  /** Whoever brings a rejected token first renews it for all. */
  function current(rejected?: string): Promise<string> {
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
    token = await (share ? share(rejected, fresh) : fresh(rejected))
    return token.value
  }

  async function fresh(rejected: string | undefined): Promise<AccessToken> {
    const { access_token: value, expires_in } = await ask(rejected)
    return { value, goodUntil: now().getTime() + expires_in * 1000 - renewEarlyMs }
  }

  return async function withToken<T>(use: (token: string) => Promise<T>): Promise<T> {
    const first = await current()
    try {
      return await use(first)
    } catch (error) {
      if (!(error instanceof ChannelError && rejectedBy.has(error.code))) throw error
    }
    return use(await current(first))
  }
}
