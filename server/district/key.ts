/**
 * Keys for other systems of the district: `jzgw_<number>_<secret>`, so that scanners of code and logs know one when
 * they see it. The number names it in lists and the audit log; of the whole only a hash is kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKeyRow, Reader } from '../../bot/store.ts'
import { type KeyDeed, knownDeeds } from './deeds.ts'

const NUMBER_BYTES = 5
const SECRET_BYTES = 32
const KEY = /^jzgw_([0-9a-f]{10})_[0-9A-Za-z_-]{43}$/

/** A key as the gate and the handlers know it. */
export interface ApiKey extends Omit<ApiKeyRow, 'deeds' | 'hash'> {
  deeds: KeyDeed[]
}

/** A new number; 40 random bits, and the store refuses a second one. */
export const newKeyNumber = (): string => randomBytes(NUMBER_BYTES).toString('hex')

/** A new secret for a number: the whole key, told once, and what is kept of it. */
export function newSecret(number: string): { key: string; hash: string } {
  const key = `jzgw_${number}_${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { key, hash: hashOf(key) }
}

/** The secret has 256 random bits, so that nobody can try them; a slow hash would add nothing. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url')

export const readKey = ({ hash: _, ...row }: ApiKeyRow): ApiKey => ({ ...row, deeds: knownDeeds(row.deeds) })

export type KeyState = 'active' | 'expired' | 'revoked'
export const stateOf = (
  { revokedAt, expiresAt }: Pick<ApiKeyRow, 'revokedAt' | 'expiresAt'>,
  now: Date,
): KeyState => (revokedAt !== '' ? 'revoked' : expiresAt <= now.toISOString() ? 'expired' : 'active')

/** Compared with where there is no such key, so that it takes as long. */
const NOBODYS = hashOf('')

/** The key somebody shows, whether or not it still holds; null when it is none of ours. */
export async function keyShown(reader: Pick<Reader, 'get'>, shown: string): Promise<ApiKey | null> {
  const [, number] = KEY.exec(shown) ?? []
  const row = number === undefined ? undefined : await reader.get('api_keys', number)
  const isRight = timingSafeEqual(Buffer.from(hashOf(shown)), Buffer.from(row?.hash ?? NOBODYS))
  return row && isRight ? readKey(row) : null
}

/** More than a district has systems. */
const KEYS_LIMIT = 500

/** All keys, the oldest first. */
export const allKeys = async (reader: Pick<Reader, 'list'>): Promise<ApiKey[]> =>
  (await reader.list('api_keys', 'byAge', { equals: [], limit: KEYS_LIMIT })).map(readKey)
