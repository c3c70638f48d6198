/** How the first administrator comes in: a one-time link on the terminal, as long as there is nobody else. */
import type { Store } from '../../../bot/store.ts'
import { allAccounts, giveLink, NO_SECRETS } from './account.ts'

const FIRST = 'first'

/**
 * A new link for the first administrator, who is 街道工作人员 as well: in a small office one person does both.
 *
 * @returns what follows `#` in it; null when somebody has an account already
 */
export function firstLink(store: Store, now: Date): Promise<string | null> {
  return store.transaction(async (tx) => {
    const accounts = await allAccounts(tx)
    if (accounts.some(({ state }) => state !== 'invited')) return null
    return giveLink(
      tx,
      {
        id: FIRST,
        name: '',
        roles: ['admin', 'street'],
        areas: [],
        state: 'invited',
        createdAt: now.toISOString(),
        secrets: NO_SECRETS,
        person: { name: '', advisor: null, body: null },
      },
      now,
    )
  })
}

/** The address of a one-time link. What follows `#` never reaches a server's or a proxy's log. */
export const linkAddress = (base: string, link: string): string => `${base}/console/join#${link}`
