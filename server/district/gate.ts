/** Whoever asks /api/v1 shows a key with every request, in a header and nowhere else; no cookie is looked at. */
import type { Context } from 'koa'
import type { Store } from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import type { AddressOf } from '../client-address.ts'
import { Refusal } from '../console/refusal.ts'
import { neighbourhood, TooMany } from '../limits.ts'
import type { KeyDeed } from './deeds.ts'
import { type ApiKey, keyShown, stateOf } from './key.ts'
import type { KeyTools } from './route.ts'

/** That a key is used is written down again after this, in ms. */
const NOTED_MS = 60 * 1000

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i
const NO_KEY = '请在请求头里带上密钥：Authorization: Bearer jzgw_…'
const WRONG_KEY = '密钥不对。请核对，或请管理员在后台“接口密钥”里换一把。'

/**
 * The key of a request.
 *
 * @throws {Refusal} unless it holds and lets whoever has it do what is needed
 * @throws {TooMany} when the key asked too often, or its address showed too many that are none
 */
export async function admit(
  ctx: Context,
  needs: KeyDeed,
  tools: KeyTools,
  addressOf: AddressOf,
): Promise<ApiKey> {
  const { desk, limits, clock } = tools
  const now = clock()
  const [, shown] = BEARER.exec(ctx.get('authorization')) ?? []
  const key = shown === undefined ? null : await keyShown(desk.store, shown)
  const state = key && stateOf(key, now)
  if (!key || state !== 'active') {
    const wait = await limits.keyRefused.take(neighbourhood(addressOf(ctx.req)))
    if (wait !== null) throw new TooMany(wait)
    ctx.set('WWW-Authenticate', 'Bearer')
    if (!key) throw new Refusal('wrong-key', shown === undefined ? NO_KEY : WRONG_KEY)
    throw new Refusal('wrong-key', state === 'revoked' ? '这把密钥已经停用。' : expired(key))
  }
  const wait = await limits.key.take(key.id)
  if (wait !== null) throw new TooMany(wait)
  if (!key.deeds.includes(needs))
    throw new Refusal('not-allowed', '这把密钥不能做这件事。要用，请管理员在后台“接口密钥”里另开。')
  if (key.usedAt === '' || now.getTime() - Date.parse(key.usedAt) >= NOTED_MS)
    await noteUse(desk.store, key.id, now)
  return key
}

const expired = ({ expiresAt }: ApiKey): string =>
  `这把密钥${chinaDay(new Date(expiresAt))}已经到期，请管理员在后台“接口密钥”里换新。`

/** One that was revoked or renewed meanwhile stays so. */
function noteUse(store: Store, id: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('api_keys', id)
    if (row) await tx.put('api_keys', { ...row, usedAt: now.toISOString() })
  })
}
