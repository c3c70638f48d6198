/**
 * Who is signed in: a signed cookie, so that nothing of it is kept here and a restart signs nobody out. Whoever
 * leaves the roster is out at their next request, since the roster is asked every time.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { z } from 'zod'
import type { Fingerprint } from '../../bot/store.ts'

/** However busy they are, advisors sign in anew after a working day; in WeCom that takes no tap. In ms. */
export const SESSION_MS = 12 * 60 * 60 * 1000
/** A phone left lying about is signed out after this, in ms. */
export const IDLE_MS = 30 * 60 * 1000
/** How long the way through the platform's sign-in page may take, in ms. */
const SIGN_IN_MS = 10 * 60 * 1000
/** The cookie is written again when it is older than this, in ms. */
const RENEW_MS = 60 * 1000

const SESSION_COOKIE = 'advisor'
const SIGN_IN_COOKIE = 'advisor-sign-in'
/** Browsers take a cookie of such a name over https only, for this host alone and all of it (RFC 6265bis). */
const SECURE = '__Host-'

const sessionSchema = z.strictObject({
  advisor: z.string(),
  /** Random; forms are bound to it. */
  nonce: z.string(),
  began: z.number(),
  seen: z.number(),
})
/** Somebody signed in. Moments are milliseconds since 1970. */
export type Session = z.infer<typeof sessionSchema>

const signInSchema = z.strictObject({ state: z.string(), to: z.string(), began: z.number() })

export interface SessionParts {
  /** Keyed by the data key: what it gives nobody else can make. */
  fingerprint: Fingerprint
  /** The wall clock, also where the assistant's own is a pretended one. */
  clock: () => Date
  /** A fresh random id. */
  newId: () => string
  /** Whether cookies are for https only. */
  secure: boolean
}

export interface Sessions {
  begin(ctx: Context, advisor: string): Session
  /** Who is signed in on this browser; null when nobody is, or it was too long ago. */
  current(ctx: Context): Session | null
  end(ctx: Context): void
  /** What a form of this session carries, so that no other page can have it filled in. */
  formToken(session: Session): string
  isFormToken(session: Session, given: string): boolean
  /** Binds the way through the platform's sign-in page to this browser. @returns the `state` that must come back */
  expect(ctx: Context, to: string): string
  /** Where somebody who came back was going; null when it was not this browser that left, or too long ago. */
  arrived(ctx: Context, state: string): string | null
}

export function createSessions({ fingerprint, clock, newId, secure }: SessionParts): Sessions {
  const nameOf = (cookie: string) => (secure ? `${SECURE}${cookie}` : cookie)
  const signed = (kind: string, value: unknown): string => {
    const text = Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${text}.${fingerprint(kind, text)}`
  }
  const opened = <T>(kind: string, schema: z.ZodType<T>, cookie: string | undefined): T | null => {
    const [text = '', mac = ''] = (cookie ?? '').split('.')
    if (text === '' || !isSame(mac, fingerprint(kind, text))) return null
    const read = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return read.success ? read.data : null
  }
  const write = (ctx: Context, name: string, value: string, ms: number) =>
    ctx.append(
      'Set-Cookie',
      `${nameOf(name)}=${value}; Path=/; Max-Age=${Math.floor(ms / 1000)}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    )
  const keep = (ctx: Context, session: Session): Session => {
    write(ctx, SESSION_COOKIE, signed(SESSION_COOKIE, session), IDLE_MS)
    return session
  }
  const formToken = ({ nonce }: Session) => fingerprint('advisor-form', nonce)
  return {
    begin(ctx, advisor) {
      const now = clock().getTime()
      return keep(ctx, { advisor, nonce: newId(), began: now, seen: now })
    },
    current(ctx) {
      const session = opened(SESSION_COOKIE, sessionSchema, ctx.cookies.get(nameOf(SESSION_COOKIE)))
      const now = clock().getTime()
      if (!session || now - session.began >= SESSION_MS || now - session.seen >= IDLE_MS) return null
      return now - session.seen < RENEW_MS ? session : keep(ctx, { ...session, seen: now })
    },
    end: (ctx) => void write(ctx, SESSION_COOKIE, '', 0),
    formToken,
    isFormToken: (session, given) => isSame(given, formToken(session)),
    expect(ctx, to) {
      const state = newId().replace(/[^0-9A-Za-z]/g, '')
      const leaving = { state, to, began: clock().getTime() }
      write(ctx, SIGN_IN_COOKIE, signed(SIGN_IN_COOKIE, leaving), SIGN_IN_MS)
      return state
    },
    arrived(ctx, state) {
      const left = opened(SIGN_IN_COOKIE, signInSchema, ctx.cookies.get(nameOf(SIGN_IN_COOKIE)))
      write(ctx, SIGN_IN_COOKIE, '', 0)
      if (!left || clock().getTime() - left.began >= SIGN_IN_MS || !isSame(left.state, state)) return null
      return left.to
    },
  }
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
