/** An account of the console, as it is kept; see AccountRow in bot/rows/console.ts. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { AccountRow, Reader, Transaction } from '../../../bot/store.ts'
import { CONSOLE_ROLES, type ConsoleRole } from '../roles.ts'

const secretsSchema = z.strictObject({
  /** As password.ts keeps it; null before it was chosen. */
  password: z.string().nullable(),
  /** The second factor; `step` is the last one used, and an unconfirmed one counts for nothing. */
  factor: z.strictObject({ secret: z.string(), confirmed: z.boolean(), step: z.number() }).nullable(),
  /** The one-time link that lets its holder choose a password. */
  link: z.strictObject({ hash: z.string(), expiresAt: z.string() }).nullable(),
})
const personSchema = z.strictObject({
  /** How they are called. */
  name: z.string(),
  /** Who they are in the roster; null when nobody. */
  advisor: z.string().nullable(),
  /** The organisation they act for; null when none. */
  body: z.string().nullable(),
  /** Their userid in the office's WeCom, where it is not the one they have in the roster. */
  wecom: z.string().optional(),
})

export interface Account {
  id: string
  /** What is typed to sign in. */
  name: string
  roles: ConsoleRole[]
  areas: string[]
  state: AccountRow['state']
  createdAt: string
  secrets: z.infer<typeof secretsSchema>
  person: z.infer<typeof personSchema>
}

export const NO_SECRETS: Account['secrets'] = { password: null, factor: null, link: null }

export function readAccount(row: AccountRow): Account {
  return {
    ...row,
    // A role of a later version lets nobody do anything here.
    roles: CONSOLE_ROLES.filter((role) => row.roles.includes(role)),
    secrets: secretsSchema.parse(row.secrets),
    person: personSchema.parse(row.person),
  }
}

export async function accountOf(reader: Reader, id: string): Promise<Account | null> {
  const row = await reader.get('accounts', id)
  return row ? readAccount(row) : null
}

/** Names are written in any case. */
export const plainName = (name: string): string => name.trim().normalize('NFKC').toLowerCase()

export async function accountNamed(reader: Reader, name: string): Promise<Account | null> {
  const [row] = await reader.list('accounts', 'byName', { equals: [plainName(name)], limit: 1 })
  return row ? readAccount(row) : null
}

/** More than an office has. */
const ACCOUNTS_LIMIT = 1000

/** All accounts, by their names. */
export async function allAccounts(reader: Reader): Promise<Account[]> {
  const rows = await reader.list('accounts', 'byName', { equals: [], limit: ACCOUNTS_LIMIT })
  return rows.map(readAccount)
}

/** The WeCom member who may sign in to it, in lower case, as the platform takes userids; null for nobody. */
export const memberOf = ({ person }: Pick<Account, 'person'>): string | null =>
  (person.wecom ?? person.advisor)?.toLowerCase() ?? null

/** A link is typed over from a terminal or sent on; in ms. */
export const LINK_MS = 24 * 60 * 60 * 1000
const TOKEN_BYTES = 32

/** A random token, and what is kept of it. */
export function newToken(): { token: string; hash: string } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, hash: hashOf(token) }
}
/** It has 256 random bits, so that nobody can try them; a slow hash would add nothing. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** Whether the link is this account's, still good and not used yet. */
export function isLink({ secrets: { link }, state }: Account, token: string, now: Date): boolean {
  if (!link || state === 'disabled' || link.expiresAt <= now.toISOString()) return false
  return timingSafeEqual(Buffer.from(hashOf(token)), Buffer.from(link.hash))
}

/** Gives an account a new one-time link; any older one is good no more. @returns what follows `#` in it */
export async function giveLink(tx: Transaction, account: Account, now: Date): Promise<string> {
  const { token, hash } = newToken()
  const expiresAt = new Date(now.getTime() + LINK_MS).toISOString()
  await tx.put('accounts', { ...account, secrets: { ...account.secrets, link: { hash, expiresAt } } })
  return `${account.id}.${token}`
}

/** Ends what an account has open, but for `but`. @returns how many there were */
export async function endSignIns(
  tx: Transaction,
  account: string,
  but: string | null = null,
): Promise<number> {
  const rows = await tx.list('sign_ins', 'ofAccount', { equals: [account], limit: ACCOUNTS_LIMIT })
  const others = rows.filter(({ id }) => id !== but)
  for (const { id } of others) await tx.remove('sign_ins', id)
  return others.length
}
