/**
 * Who is signed in: a random token in a cookie, of which the store keeps the hash. The account is read at every
 * request, so whoever is disabled is out at once.
 */
import type { Context } from 'koa'
import type { SignInRow, Store } from '../../../bot/store.ts'
import { type Account, accountOf, hashOf, newToken } from './account.ts'

/** Nobody works longer than this in one go; in ms. */
export const SIGNED_IN_MS = 12 * 60 * 60 * 1000
/** A screen left alone is signed out after this, in ms. */
export const IDLE_MS = 30 * 60 * 1000
/** That somebody is there is written down again after this, in ms. */
const RENEW_MS = 60 * 1000
/** Forgotten in one go. */
const BATCH = 500

export interface Signed {
  account: Account
  signIn: SignInRow
}

export interface SignIns {
  /** The caller has checked who it is. */
  begin(ctx: Context, account: Account): Promise<Signed>
  current(ctx: Context): Promise<Signed | null>
  end(ctx: Context): Promise<void>
}

/**
 * @param clock the wall clock, also where the assistant's own is a pretended one
 * @param secure whether the console is reached by https only
 */
export function createSignIns(store: Store, clock: () => Date, secure: boolean): SignIns {
  // Browsers take a cookie of this name only with Secure, for this host alone and all of it.
  const name = secure ? '__Host-console' : 'console'
  const write = (ctx: Context, value: string, ms: number) =>
    ctx.append(
      'Set-Cookie',
      `${name}=${value}; Path=/; Max-Age=${Math.floor(ms / 1000)}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
    )
  const tokenOf = (ctx: Context) => ctx.cookies.get(name) ?? ''
  return {
    async begin(ctx, account) {
      const now = clock()
      const { token, hash } = newToken()
      const at = now.toISOString()
      const expiresAt = new Date(now.getTime() + SIGNED_IN_MS).toISOString()
      const signIn = { id: hash, account: account.id, at, seenAt: at, expiresAt, unmasked: [] }
      const before = tokenOf(ctx)
      await store.transaction(async (tx) => {
        // What this browser had open before ends with it.
        if (before !== '') await tx.remove('sign_ins', hashOf(before))
        await tx.insert('sign_ins', signIn)
      })
      write(ctx, token, SIGNED_IN_MS)
      return { account, signIn }
    },
    async current(ctx) {
      const token = tokenOf(ctx)
      const signIn = token === '' ? undefined : await store.get('sign_ins', hashOf(token))
      if (!signIn) return null
      const now = clock()
      const idle = now.getTime() - Date.parse(signIn.seenAt)
      if (signIn.expiresAt <= now.toISOString() || idle >= IDLE_MS) return null
      const account = await accountOf(store, signIn.account)
      if (account?.state !== 'active') return null
      if (idle >= RENEW_MS) await stillThere(store, signIn.id, now)
      return { account, signIn }
    },
    async end(ctx) {
      const token = tokenOf(ctx)
      if (token !== '') await store.transaction((tx) => tx.remove('sign_ins', hashOf(token)))
      write(ctx, '', 0)
    },
  }
}

/** One that was ended meanwhile stays so. */
function stillThere(store: Store, id: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('sign_ins', id)
    if (row) await tx.put('sign_ins', { ...row, seenAt: now.toISOString() })
  })
}

/** Removes those whose time is over. */
export async function forgetSignIns(store: Store, now: Date): Promise<void> {
  for (;;) {
    const removed = await store.transaction(async (tx) => {
      const old = await tx.list('sign_ins', 'byAge', { equals: [], to: now.toISOString(), limit: BATCH })
      for (const { id } of old) await tx.remove('sign_ins', id)
      return old.length
    })
    if (removed < BATCH) return
  }
}
