/** Small things a browser keeps for us, signed so that nobody can make or alter one; what they hold is no secret. */
import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { z } from 'zod'
import type { Fingerprint } from '../bot/store.ts'

/** Browsers take a cookie of such a name over https only, for this host alone and all of it (RFC 6265bis). */
const SECURE = '__Host-'

export interface CookieParts {
  /** Keyed by the data key: what it gives nobody else can make. */
  fingerprint: Fingerprint
  /** Whether cookies are for https only. */
  secure: boolean
}

export interface SignedCookies {
  /** Sent along also when somebody comes back from another site's page. */
  write(ctx: Context, name: string, value: unknown, ms: number): void
  /** Null when there is none, or not one of ours. */
  read<T>(ctx: Context, name: string, schema: z.ZodType<T>): T | null
  clear(ctx: Context, name: string): void
}

export function createSignedCookies({ fingerprint, secure }: CookieParts): SignedCookies {
  const nameOf = (name: string) => (secure ? `${SECURE}${name}` : name)
  const put = (ctx: Context, name: string, value: string, ms: number) =>
    ctx.append(
      'Set-Cookie',
      `${nameOf(name)}=${value}; Path=/; Max-Age=${Math.floor(ms / 1000)}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    )
  return {
    write(ctx, name, value, ms) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url')
      put(ctx, name, `${text}.${fingerprint(name, text)}`, ms)
    },
    read(ctx, name, schema) {
      const [text = '', mac = ''] = (ctx.cookies.get(nameOf(name)) ?? '').split('.')
      if (text === '' || !isSame(mac, fingerprint(name, text))) return null
      const read = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()))
      return read.success ? read.data : null
    },
    clear: (ctx, name) => put(ctx, name, '', 0),
  }
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** How long the way through a platform's sign-in page may take, in ms. */
const AWAY_MS = 10 * 60 * 1000
const leavingSchema = z.strictObject({ state: z.string(), to: z.string(), began: z.number() })

/** The way through a platform's sign-in page and back, bound to the browser that went. */
export interface SignInWay {
  /** @returns the `state` that must come back */
  leave(ctx: Context, to: string): string
  /** Where somebody who came back was going; null when it was not this browser that left, or too long ago. Once. */
  arrive(ctx: Context, state: string): string | null
}

/**
 * @param cookie what holds it meanwhile
 * @param clock the wall clock
 * @param newId a fresh random id
 */
export function createSignInWay(
  cookies: SignedCookies,
  { cookie, clock, newId }: { cookie: string; clock: () => Date; newId: () => string },
): SignInWay {
  return {
    leave(ctx, to) {
      const state = newId().replace(/[^0-9A-Za-z]/g, '')
      cookies.write(ctx, cookie, { state, to, began: clock().getTime() }, AWAY_MS)
      return state
    },
    arrive(ctx, state) {
      const left = cookies.read(ctx, cookie, leavingSchema)
      cookies.clear(ctx, cookie)
      if (!left || clock().getTime() - left.began >= AWAY_MS || !isSame(left.state, state)) return null
      return left.to
    },
  }
}
