/**
 * A platform's access token kept in the store: all processes use one, and only one of them at a time asks for another.
 * Whoever dies asking is overtaken. While the store cannot be used each asks for itself, as whoever is in danger has to
 * hear whom to call all the same; both platforms repeat a token that is still good to whoever asks.
 */
import { type PlatformToken, type Store, StoreError, type Transaction } from '../store.ts'

/** A token, and until when it may be used, in ms. */
export interface AccessToken {
  value: string
  goodUntil: number
}

/** The token to use: the kept one, else a new one. `rejected` is a token the platform no longer takes. */
export type ShareToken = (
  rejected: string | undefined,
  ask: (rejected: string | undefined) => Promise<AccessToken>,
) => Promise<AccessToken>

/** Above what asking mostly takes. Whoever takes longer is overtaken, and both are told the same token; in ms. */
const LEASE_MS = 15_000
/** How often one that waits for another process looks again, in ms. */
const LOOK_MS = 250

interface Surroundings {
  now: () => Date
  /** Default: a timer. */
  wait?: ((ms: number) => Promise<void>) | undefined
}

/**
 * @param id the platform and the account, e.g. `wechat:wx…`
 */
export function tokenSharedIn(
  store: Store,
  id: string,
  { now, wait = (ms) => new Promise((done) => setTimeout(done, ms)) }: Surroundings,
): ShareToken {
  /** The kept token, or until when asking for another is ours; null while it is somebody else's. */
  function begin(rejected: string | undefined): Promise<AccessToken | { leasedUntil: string } | null> {
    return store.transaction(async (tx) => {
      const row = await keptIn(tx, id)
      const at = now().toISOString()
      if (row.token !== null && row.token !== rejected && at < row.expiresAt)
        return { value: row.token, goodUntil: Date.parse(row.expiresAt) }
      if (at < row.leasedUntil) return null
      const leasedUntil = new Date(now().getTime() + LEASE_MS).toISOString()
      await tx.put('tokens', { ...row, leasedUntil })
      return { leasedUntil }
    })
  }

  function keep({ value, goodUntil }: AccessToken): Promise<void> {
    return store.transaction((tx) =>
      tx.put('tokens', { id, token: value, expiresAt: new Date(goodUntil).toISOString(), leasedUntil: '' }),
    )
  }

  /** Another need not wait for the lease to end. */
  function giveBack(leasedUntil: string): Promise<void> {
    return store.transaction(async (tx) => {
      const row = await keptIn(tx, id)
      if (row.leasedUntil === leasedUntil) await tx.put('tokens', { ...row, leasedUntil: '' })
    })
  }

  return async (rejected, ask) => {
    for (;;) {
      const begun = await begin(rejected).catch(unlessUnavailable(ALONE))
      if (begun === null) {
        await wait(LOOK_MS)
        continue
      }
      if ('alone' in begun) return ask(rejected)
      if ('value' in begun) return begun
      try {
        const token = await ask(rejected)
        await keep(token).catch(unlessUnavailable(undefined))
        return token
      } catch (error) {
        await giveBack(begun.leasedUntil).catch(() => undefined)
        throw error
      }
    }
  }
}

const ALONE = { alone: true } as const

/** What it comes to when the store cannot be used; any other error stays one. */
const unlessUnavailable =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof StoreError && error.code === 'unavailable') return instead
    throw error
  }

/** One that cannot be opened, e.g. sealed with a key that is gone, is as good as none. */
async function keptIn(tx: Transaction, id: string): Promise<PlatformToken> {
  const none: PlatformToken = { id, token: null, expiresAt: '', leasedUntil: '' }
  try {
    return (await tx.get('tokens', id)) ?? none
  } catch (error) {
    if (error instanceof StoreError && error.code === 'unreadable') return none
    throw error
  }
}
