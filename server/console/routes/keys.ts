/** 接口密钥: other systems of the district are let in, and shut out; their routes are in server/district/. */
import { note } from '../../../bot/audit.ts'
import type { ApiKeyRow, Transaction } from '../../../bot/store.ts'
import { addDays, chinaDay, endOfDay, sayMoment } from '../../../flows/clocks.ts'
import type { Roster } from '../../../flows/roster/advisors.ts'
import { KEY_DEED_NAMES, KEY_DEEDS, knownDeeds } from '../../district/deeds.ts'
import { type ApiKey, allKeys, newKeyNumber, newSecret, stateOf } from '../../district/key.ts'
import { DISTRICT_API } from '../../district/paths.ts'
import { keyInput, keysOutput, newKeyInput, newKeyOutput, renewKeyInput } from '../accounts/keys-wire.ts'
import { Refusal } from '../refusal.ts'
import { covers } from '../roles.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import { doneOutput } from '../wire.ts'

/** A key that nobody looks at again must not hold for good. */
const LONGEST_DAYS = 366
const NAME_LIMIT = 50

const latestDay = ({ clock }: SignedCall): string => addDays(chinaDay(clock()), LONGEST_DAYS)

/** @throws {Refusal} when it is a day that will not do @returns the end of that day */
function lastMoment(until: string, call: SignedCall): string {
  const today = chinaDay(call.clock())
  if (until < today) throw new Refusal('bad-value', '有效期已经过了，请选今天以后的日期。')
  if (until > latestDay(call)) throw new Refusal('bad-value', '有效期最长一年，到期前换一把新的。')
  return endOfDay(until).toISOString()
}

const NOT_FOUND = '没有找到这把密钥，或者它的区域不归您管。'

/** The key, which must be one to manage and not be revoked. */
async function managed(tx: Transaction, id: string, { who }: SignedCall, roster: Roster): Promise<ApiKeyRow> {
  const row = await tx.get('api_keys', id)
  if (!row || !covers(who.account, row, roster.areas)) throw new Refusal('not-found', NOT_FOUND)
  if (row.revokedAt !== '') throw new Refusal('bad-value', '这把密钥已经停用，不能再改。要用请新开一把。')
  return row
}

function noteKey(tx: Transaction, { desk, who }: SignedCall, id: string, what: string): Promise<void> {
  const at = desk.now().toISOString()
  const by = `account:${who.account.id}`
  return note(tx, { at, by, deed: 'gave-key', subject: `key:${id}`, detail: { what } }, desk.fingerprint)
}

/** What a key is given. @throws {Refusal} where it may not be, or what is asked for does not go together */
function rightsOf(
  given: { name: string; deeds: string[]; areas: string[]; body: string },
  { who }: SignedCall,
  { areas: tree }: Roster,
): Pick<ApiKey, 'name' | 'deeds' | 'areas' | 'body'> {
  const name = given.name.trim()
  if (name === '' || [...name].length > NAME_LIMIT)
    throw new Refusal('bad-value', `请写对方系统的名称，最多${NAME_LIMIT}字。`)
  const deeds = knownDeeds(given.deeds)
  if (deeds.length === 0 || deeds.length < new Set(given.deeds).size)
    throw new Refusal('bad-value', '请至少选一样它可以做的事。')
  if (deeds.includes('read-personal') && !deeds.includes('read-tickets'))
    throw new Refusal('bad-value', '要取姓名、电话、住址，先要能取求助单的进展。')
  if (given.areas.some((area) => tree.get(area) === null))
    throw new Refusal('bad-value', '有的区域已经不在名单里，请重新选。')
  if (!covers(who.account, given, tree))
    throw new Refusal('not-allowed', '只能给自己负责的区域开密钥，请选好区域。')
  const body = deeds.includes('report-progress') ? given.body.trim() : ''
  if (deeds.includes('report-progress') && body === '')
    throw new Refusal('bad-value', '要反馈事项，请写单位名称，要和分办时写的承办单位一样。')
  return { name, deeds, areas: given.areas, body }
}

const sayRights = ({ name, deeds, areas, body }: Pick<ApiKey, 'name' | 'deeds' | 'areas' | 'body'>): string =>
  [
    name,
    deeds.map((deed) => KEY_DEEDS[deed]).join('、'),
    areas.length === 0 ? '全部区域' : areas.join('、'),
    ...(body === '' ? [] : [body]),
  ].join('；')

export const keyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/keys',
    needs: 'manage-keys',
    says: '给区里其他系统的接口密钥：能做什么、哪些区域、到什么时候、上次什么时候用过',
    input: NOTHING,
    output: keysOutput,
    handle: async (_, call) => {
      const { areas } = await call.roster()
      const { account } = call.who
      const now = call.clock()
      const say = (at: string) => sayMoment(new Date(at), chinaDay(now))
      const keys = (await allKeys(call.desk.store)).filter((key) => covers(account, key, areas))
      return {
        keys: keys.reverse().map((key) => ({
          id: key.id,
          shown: `jzgw_${key.id}_…`,
          name: key.name,
          deeds: key.deeds,
          areas: key.areas,
          body: key.body,
          state: stateOf(key, now),
          made: say(key.createdAt),
          until: chinaDay(new Date(key.expiresAt)),
          used: key.usedAt === '' ? '' : say(key.usedAt),
        })),
        deeds: KEY_DEED_NAMES.map((deed) => ({ value: deed, label: KEY_DEEDS[deed] })),
        areas: areas
          .all()
          .filter(({ id }) => covers(account, { areas: [id] }, areas))
          .map(({ id }) => ({ value: id, label: areas.say(id) })),
        everywhere: account.areas.length === 0,
        api: `${call.base}${DISTRICT_API}`,
        documentation: `${call.base}${DISTRICT_API}/openapi.json`,
        latest: latestDay(call),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/keys',
    needs: 'manage-keys',
    says: '开一把密钥；整把只在这时给出一次',
    input: newKeyInput,
    output: newKeyOutput,
    handle: async ({ until, ...given }, call) => {
      const rights = rightsOf(given, call, await call.roster())
      const expiresAt = lastMoment(until, call)
      const id = newKeyNumber()
      const { key, hash } = newSecret(id)
      await call.desk.store.transaction(async (tx) => {
        const others = await allKeys(tx)
        // What a system handed in stands under its name.
        if (others.some(({ name, revokedAt }) => name === rights.name && revokedAt === ''))
          throw new Refusal(
            'bad-value',
            '已经有一把叫这个名称的密钥。要换新的，请点它的“换新”；要再开一把，请换个名称。',
          )
        const createdAt = call.clock().toISOString()
        await tx.insert('api_keys', { id, ...rights, createdAt, expiresAt, revokedAt: '', usedAt: '', hash })
        await noteKey(tx, call, id, `开密钥：${sayRights(rights)}；到${until}`)
      })
      return { key, name: rights.name, until }
    },
  }),
  route({
    method: 'POST',
    path: '/keys/:id/renew',
    needs: 'manage-keys',
    says: '换一把新的，能做的事和送来过的编号不变；旧的马上不能用',
    input: renewKeyInput,
    output: newKeyOutput,
    handle: async ({ id, until }, call) => {
      const roster = await call.roster()
      const expiresAt = lastMoment(until, call)
      const { key, hash } = newSecret(id)
      const { name } = await call.desk.store.transaction(async (tx) => {
        const row = await managed(tx, id, call, roster)
        await tx.put('api_keys', { ...row, expiresAt, hash })
        await noteKey(tx, call, id, `换了新密钥，到${until}`)
        return row
      })
      return { key, name, until }
    },
  }),
  route({
    method: 'POST',
    path: '/keys/:id/revoke',
    needs: 'manage-keys',
    says: '停用一把密钥，马上不能再用，以后也不能恢复',
    input: keyInput,
    output: doneOutput,
    handle: async ({ id }, call) => {
      const roster = await call.roster()
      await call.desk.store.transaction(async (tx) => {
        const row = await managed(tx, id, call, roster)
        await tx.put('api_keys', { ...row, revokedAt: call.clock().toISOString() })
        await noteKey(tx, call, id, '停用密钥')
      })
      return { says: '停用了，对方马上不能再用。' }
    },
  }),
]
