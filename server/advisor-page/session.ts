/**
 * Who is signed in: a signed cookie, so that nothing of it is kept here and a restart signs nobody out. Whoever
 * leaves the roster is out at their next request, since the roster is asked every time.
 */
import type { Context } from 'koa'
import { z } from 'zod'
import type { Fingerprint } from '../../bot/store.ts'
import { createSignedCookies, createSignInWay, isSame, type SignInWay } from '../signed-cookies.ts'

/** However busy they are, advisors sign in anew after a working day; in WeCom that takes no tap. In ms. */
export const SESSION_MS = 12 * 60 * 60 * 1000
/** A phone left lying about is signed out after this, in ms. */
export const IDLE_MS = 30 * 60 * 1000
/** The cookie is written again when it is older than this, in ms. */
const RENEW_MS = 60 * 1000

const SESSION_COOKIE = 'advisor'
const SIGN_IN_COOKIE = 'advisor-sign-in'

const sessionSchema = z.strictObject({
  advisor: z.string(),
  /** Random; forms are bound to it. */
  nonce: z.string(),
  began: z.number(),
  seen: z.number(),
})
/** Somebody signed in. Moments are milliseconds since 1970. */
export type Session = z.infer<typeof sessionSchema>

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

export interface Sessions extends SignInWay {
  begin(ctx: Context, advisor: string): Session
  /** Who is signed in on this browser; null when nobody is, or it was too long ago. */
  current(ctx: Context): Session | null
  end(ctx: Context): void
  /** What a form of this session carries, so that no other page can have it filled in. */
  formToken(session: Session): string
  isFormToken(session: Session, given: string): boolean
}

export function createSessions({ fingerprint, clock, newId, secure }: SessionParts): Sessions {
  const cookies = createSignedCookies({ fingerprint, secure })
  const keep = (ctx: Context, session: Session): Session => {
    cookies.write(ctx, SESSION_COOKIE, session, IDLE_MS)
    return session
  }
  const formToken = ({ nonce }: Session) => fingerprint('advisor-form', nonce)
  return {
    ...createSignInWay(cookies, { cookie: SIGN_IN_COOKIE, clock, newId }),
    begin(ctx, advisor) {
      const now = clock().getTime()
      return keep(ctx, { advisor, nonce: newId(), began: now, seen: now })
    },
    current(ctx) {
      const session = cookies.read(ctx, SESSION_COOKIE, sessionSchema)
      const now = clock().getTime()
      if (!session || now - session.began >= SESSION_MS || now - session.seen >= IDLE_MS) return null
      return now - session.seen < RENEW_MS ? session : keep(ctx, { ...session, seen: now })
    },
    end: (ctx) => cookies.clear(ctx, SESSION_COOKIE),
    formToken,
    isFormToken: (session, given) => isSame(given, formToken(session)),
  }
}
