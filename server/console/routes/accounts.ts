/** Accounts: invited by a one-time link, changed, disabled; only within one's own areas. */
import { randomUUID } from 'node:crypto'
import { note } from '../../../bot/audit.ts'
import type { Transaction } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { ADVISOR_ROLE_WORDS, type Roster } from '../../../flows/roster/advisors.ts'
import {
  type Account,
  accountOf,
  allAccounts,
  endSignIns,
  giveLink,
  LINK_MS,
  memberOf,
  NO_SECRETS,
} from '../accounts/account.ts'
import { linkAddress } from '../accounts/first.ts'
import { Refusal } from '../refusal.ts'
import { CONSOLE_ROLE_WORDS, type ConsoleRole, covers, GIVEN_ROLES } from '../roles.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import {
  type AccountLine,
  accountInput,
  accountsOutput,
  changeInput,
  doneOutput,
  inviteInput,
  newLinkOutput,
} from '../wire.ts'
import { freeName, personName } from './sign-in.ts'

interface Rights {
  person: string
  roles: string[]
  areas: string[]
  advisor: string | null
  body: string | null
  wecom?: string | undefined
}

const BODY_LIMIT = 100
/** A userid of WeCom (90195). */
const USERID = /^[\w.@-]{1,64}$/

/** What an account is given. @throws {Refusal} where the roster, its roles or the giver's areas do not allow it */
function rightsOf(
  { person, roles, areas, advisor, body, wecom }: Rights,
  { who }: SignedCall,
  roster: Roster,
): Pick<Account, 'roles' | 'areas' | 'person'> {
  const given = roles.map((role): ConsoleRole => {
    const known = GIVEN_ROLES.find((one) => one === role)
    if (!known) throw new Refusal('bad-value', '没有这种身份，请重新选。')
    return known
  })
  if (given.length === 0) throw new Refusal('bad-value', '请至少选一种身份。')
  if (areas.some((area) => roster.areas.get(area) === null))
    throw new Refusal('bad-value', '有的区域已经不在名单里，请重新选。')
  if (!covers(who.account, { areas }, roster.areas))
    throw new Refusal('not-allowed', '只能给自己负责的区域里的人开账号，请选好区域。')
  const isAdvisor = given.includes('advisor')
  if (isAdvisor && (advisor === null || !roster.advisors.has(advisor)))
    throw new Refusal('bad-value', '身份是顾问时，请从名单里选是哪一位顾问。')
  const isPartner = given.includes('partner')
  const organisation = body?.trim() ?? ''
  if (isPartner && (organisation === '' || [...organisation].length > BODY_LIMIT))
    throw new Refusal('bad-value', '身份是社会组织时，请写单位名称，要和分办时写的一样。')
  const member = wecom?.trim() ?? ''
  if (member !== '' && !USERID.test(member))
    throw new Refusal('bad-value', '企业微信账号不对，请到企业微信管理后台“通讯录”里核对成员的账号。')
  return {
    roles: given,
    areas,
    person: {
      name: personName(person),
      advisor: isAdvisor ? advisor : null,
      body: isPartner ? organisation : null,
      ...(member === '' ? {} : { wecom: member }),
    },
  }
}

/**
 * One deed to an account that lies where whoever acts does; roles that reach beyond any area are not changed from within one.
 *
 * @throws {Refusal} `not-found` alike for what is not there and what is none of theirs
 */
async function manage<T>(
  call: SignedCall,
  id: string,
  deed: (tx: Transaction, account: Account) => Promise<T>,
): Promise<T> {
  const { areas } = await call.roster()
  return call.desk.store.transaction(async (tx) => {
    const account = await accountOf(tx, id)
    if (!account || !covers(call.who.account, account, areas))
      throw new Refusal('not-found', '没有找到这个账号，或者它不在您负责的区域。')
    return deed(tx, account)
  })
}

/** @throws {Refusal} when somebody else signs in as this member of WeCom */
async function mustBeTheirs(tx: Transaction, { id, person }: Pick<Account, 'id' | 'person'>): Promise<void> {
  if (person.wecom === undefined) return
  const theirs = (await allAccounts(tx)).find(
    (other) => other.id !== id && memberOf(other) === memberOf({ person }),
  )
  if (theirs)
    throw new Refusal(
      'bad-value',
      `这个企业微信账号已经对着${theirs.person.name}的后台账号，一人只能对一个。`,
    )
}

/** @throws {Refusal} when nobody were left who manages accounts everywhere */
async function mustLeaveAdmin(tx: Transaction, without: string): Promise<void> {
  const others = await allAccounts(tx)
  const left = others.some(
    ({ id, state, roles, areas }) =>
      id !== without && state === 'active' && roles.includes('admin') && areas.length === 0,
  )
  if (!left)
    throw new Refusal('bad-value', '这是最后一位管全部区域的管理员，先让另一位当管理员，再改这一位。')
}

const isWholeAdmin = ({ roles, areas, state }: Pick<Account, 'roles' | 'areas' | 'state'>) =>
  state === 'active' && roles.includes('admin') && areas.length === 0

function noteGrant(tx: Transaction, { desk, who }: SignedCall, id: string, what: string): Promise<void> {
  const at = desk.now().toISOString()
  return note(
    tx,
    { at, by: `account:${who.account.id}`, deed: 'granted', subject: `account:${id}`, detail: { what } },
    desk.fingerprint,
  )
}

const sayRights = ({ roles, areas }: Pick<Account, 'roles' | 'areas'>): string =>
  `${roles.map((role) => CONSOLE_ROLE_WORDS[role]).join('、')}；${areas.length === 0 ? '全部区域' : areas.join('、')}`

function linkOf(link: string, { base, clock }: SignedCall) {
  const now = clock()
  return {
    link: linkAddress(base, link),
    until: sayMoment(new Date(now.getTime() + LINK_MS), chinaDay(now)),
  }
}

export const accountRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/accounts',
    needs: 'manage-accounts',
    says: '账号名单，和可以给的身份',
    input: NOTHING,
    output: accountsOutput,
    handle: async (_, call) => {
      const roster = await call.roster()
      const accounts = await allAccounts(call.desk.store)
      return {
        accounts: accounts
          .filter((account) => covers(call.who.account, account, roster.areas))
          // Until somebody came by it, the first administrator's is nobody's.
          .filter(({ name }) => name !== '')
          .map(
            (account): AccountLine => ({
              id: account.id,
              name: account.name,
              person: account.person.name,
              roles: account.roles,
              areas: account.areas,
              advisor: account.person.advisor,
              body: account.person.body,
              wecom: account.person.wecom ?? '',
              state: account.state,
              factor: account.secrets.factor?.confirmed === true,
              own: account.id === call.who.account.id,
            }),
          ),
        roles: GIVEN_ROLES.map((role) => ({ value: role, label: CONSOLE_ROLE_WORDS[role] })),
        areas: roster.areas
          .all()
          .filter(({ id }) => covers(call.who.account, { areas: [id] }, roster.areas))
          .map(({ id }) => ({ value: id, label: roster.areas.say(id) })),
        everywhere: call.who.account.areas.length === 0,
        advisors: [...roster.advisors.values()].map(({ id, name, role }) => ({
          value: id,
          label: `${name}（${ADVISOR_ROLE_WORDS[role]}）`,
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts',
    needs: 'manage-accounts',
    says: '开一个账号，给出一次性链接，由本人设密码',
    input: inviteInput,
    output: newLinkOutput,
    handle: async ({ name: wanted, ...rights }, call) => {
      const roster = await call.roster()
      const given = rightsOf(rights, call, roster)
      const now = call.clock()
      const link = await call.desk.store.transaction(async (tx) => {
        const name = await freeName(tx, wanted)
        // Whoever is called like an advisor would be taken for the owner of what is theirs.
        if (roster.advisors.has(name) && given.person.advisor !== name)
          throw new Refusal('bad-value', '这个登录名是一位顾问的账号，请换一个，或把身份选成这位顾问。')
        const account: Account = {
          id: randomUUID(),
          name,
          ...given,
          state: 'invited',
          createdAt: now.toISOString(),
          secrets: NO_SECRETS,
        }
        await mustBeTheirs(tx, account)
        await noteGrant(tx, call, account.id, `开账号：${sayRights(given)}`)
        return giveLink(tx, account, now)
      })
      return linkOf(link, call)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/change',
    needs: 'manage-accounts',
    says: '改一个账号的姓名、身份和区域',
    input: changeInput,
    output: doneOutput,
    handle: async ({ id, ...rights }, call) => {
      const given = rightsOf(rights, call, await call.roster())
      await manage(call, id, async (tx, account) => {
        const changed = { ...account, ...given }
        await mustBeTheirs(tx, changed)
        if (isWholeAdmin(account) && !isWholeAdmin(changed)) await mustLeaveAdmin(tx, id)
        await tx.put('accounts', changed)
        await noteGrant(tx, call, id, `改成：${sayRights(given)}`)
      })
      return { says: '改好了，马上生效。' }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/link',
    needs: 'manage-accounts',
    says: '给一个新的一次性链接，忘了密码或没来得及用时；旧密码不再能用，登录都退出',
    input: accountInput,
    output: newLinkOutput,
    handle: async ({ id }, call) => {
      const link = await manage(call, id, async (tx, account) => {
        if (id === call.who.account.id) throw new Refusal('bad-value', '自己的密码请在“我的账号”里改。')
        if (account.state === 'disabled') throw new Refusal('bad-value', '这个账号停用着，请先启用。')
        await endSignIns(tx, id)
        await noteGrant(tx, call, id, '给了新的登录链接')
        // Whoever lost the phone with the second factor comes back by this, too.
        return giveLink(tx, { ...account, secrets: NO_SECRETS }, call.clock())
      })
      return linkOf(link, call)
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/disable',
    needs: 'manage-accounts',
    says: '停用一个账号，登录马上都退出',
    input: accountInput,
    output: doneOutput,
    handle: async ({ id }, call) => {
      await manage(call, id, async (tx, account) => {
        if (id === call.who.account.id) throw new Refusal('bad-value', '不能停用自己的账号。')
        if (isWholeAdmin(account)) await mustLeaveAdmin(tx, id)
        const secrets = { ...account.secrets, link: null }
        await tx.put('accounts', { ...account, state: 'disabled', secrets })
        await endSignIns(tx, id)
        await noteGrant(tx, call, id, '停用')
      })
      return { says: '停用了，登录已经退出。' }
    },
  }),
  route({
    method: 'POST',
    path: '/accounts/:id/enable',
    needs: 'manage-accounts',
    says: '重新启用一个停用的账号',
    input: accountInput,
    output: doneOutput,
    handle: async ({ id }, call) => {
      await manage(call, id, async (tx, account) => {
        const state = account.secrets.password === null ? 'invited' : 'active'
        await tx.put('accounts', { ...account, state })
        await noteGrant(tx, call, id, '启用')
      })
      return { says: '启用了。' }
    },
  }),
]
