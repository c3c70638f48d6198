/** Signing in and out, and the one-time links that let somebody choose a password. */
import { note } from '../../../bot/audit.ts'
import type { Transaction } from '../../../bot/store.ts'
import { trySignIn } from '../../limits.ts'
import { type Account, accountNamed, accountOf, endSignIns, isLink, plainName } from '../accounts/account.ts'
import { faultOf } from '../accounts/password.ts'
import { stepOf } from '../accounts/second-factor.ts'
import { Refusal } from '../refusal.ts'
import { CONSOLE_ROLE_WORDS, deedsOf } from '../roles.ts'
import { type Call, NOTHING, openRoute, type Route, route, type Tools } from '../route.ts'
import {
  codeInput,
  doneOutput,
  joinInput,
  linkInput,
  linkOutput,
  type Me,
  meOutput,
  signInInput,
  waysOutput,
} from '../wire.ts'

const NAME = /^[a-z0-9\u4e00-\u9fa5][a-z0-9\u4e00-\u9fa5._-]{1,29}$/
const PERSON_LIMIT = 30

/** @throws {Refusal} when it cannot be a name to sign in with, or somebody has it */
export async function freeName(tx: Transaction, wanted: string, own = ''): Promise<string> {
  const name = plainName(wanted)
  if (!NAME.test(name))
    throw new Refusal('bad-value', '登录名要2到30位，可以用汉字、字母、数字和 . _ -，如 lijing。')
  const other = await accountNamed(tx, name)
  if (other && other.id !== own) throw new Refusal('bad-value', '这个登录名已经有人用了，请换一个。')
  return name
}

/** @throws {Refusal} */
export function personName(wanted: string): string {
  const name = wanted.trim()
  if (name === '' || [...name].length > PERSON_LIMIT)
    throw new Refusal('bad-value', `请写姓名，最多${PERSON_LIMIT}字。`)
  return name
}

/** What the page knows of whoever is signed in. */
export async function meOf(account: Account, { roster, mustHaveFactor, trial }: Tools): Promise<Me> {
  const { areas } = await roster()
  const factor = account.secrets.factor?.confirmed === true
  return {
    name: account.name,
    person: account.person.name,
    roles: account.roles.map((role) => CONSOLE_ROLE_WORDS[role]),
    areas: account.areas.map((area) => areas.say(area) || area),
    deeds: deedsOf(account),
    factor,
    factorNeeded: !factor && mustHaveFactor(account),
    password: account.secrets.password !== null,
    trial,
  }
}

const WRONG = '登录名或密码不对，请核对。忘了密码请找管理员要一个新的登录链接。'

/** @throws {Refusal} equally for a wrong name and a wrong password */
async function signIn(
  { name, password, code }: { name: string; password: string; code?: string | undefined },
  call: Call,
): Promise<Me> {
  const { desk, passwords, limits, log, address } = call
  const wanted = plainName(name)
  const giveBack = await trySignIn(limits, address, wanted)
  const account = await accountNamed(desk.store, wanted)
  const right = await passwords.isRight(password, account?.secrets.password ?? null)
  if (!account || !right) {
    log.warn({ account: account?.id ?? null }, 'a sign-in to the console failed')
    throw new Refusal('wrong-password', WRONG)
  }
  // Whoever knows the password learns no more by this than that.
  if (account.state !== 'active') throw new Refusal('not-allowed', '这个账号已停用，请联系管理员。')
  if (account.secrets.factor?.confirmed) {
    if (code === undefined) {
      await giveBack()
      throw new Refusal('code-needed', '请填手机验证器上的6位数字。')
    }
    await useCode(account, code, call)
  }
  await giveBack()
  return signedIn(account, call, {})
}

/** Signs in whoever has shown all that is asked of them. */
async function signedIn(account: Account, call: Call, detail: Record<string, string>): Promise<Me> {
  await call.begin(account)
  const { desk } = call
  const own = `account:${account.id}`
  const line = { at: desk.now().toISOString(), by: own, deed: 'signed-in', subject: own, detail } as const
  await desk.store.transaction((tx) => note(tx, line, desk.fingerprint))
  return meOf(account, call)
}

/** The second factor of whom WeCom named on this browser. @throws {Refusal} */
async function showFactor({ code }: { code: string }, call: Call): Promise<Me> {
  const id = call.vouched()
  const account = id === null ? null : await accountOf(call.desk.store, id)
  if (account?.state !== 'active') throw new Refusal('not-signed-in', '时间太长了，请重新点“企业微信登录”。')
  const giveBack = await trySignIn(call.limits, call.address, account.name)
  await useCode(account, code, call)
  await giveBack()
  call.unvouch()
  return signedIn(account, call, { how: '企业微信' })
}

/** Takes a code, once. @throws {Refusal} `wrong-code` */
function useCode({ id }: Account, code: string, { desk, clock }: Call): Promise<void> {
  return desk.store.transaction(async (tx) => {
    const account = await accountOf(tx, id)
    const factor = account?.secrets.factor
    const step = factor ? stepOf(code, factor.secret, factor.step, clock()) : null
    if (!account || !factor || step === null)
      throw new Refusal('wrong-code', '验证码不对或已经用过，请等验证器换一个数字再填。')
    await tx.put('accounts', { ...account, secrets: { ...account.secrets, factor: { ...factor, step } } })
  })
}

const BAD_LINK =
  '这个链接已经用过或过期了。第一次用：重新启动程序，终端上会给新的链接；其他人：请找管理员要。'

async function linked(given: { account: string; token: string }, call: Call): Promise<Account> {
  const account = await accountOf(call.desk.store, given.account)
  if (!account || !isLink(account, given.token, call.clock())) throw new Refusal('bad-link', BAD_LINK)
  return account
}

export const signInRoutes: readonly Route[] = [
  openRoute({
    method: 'POST',
    path: '/sign-in',
    says: '登录；账号开了两步验证时，第二次要带上验证码',
    input: signInInput,
    output: meOutput,
    handle: signIn,
  }),
  openRoute({
    method: 'GET',
    path: '/sign-in/ways',
    says: '除了登录名和密码，还可以怎样登录',
    input: NOTHING,
    output: waysOutput,
    handle: async (_, { wecom }) => ({ wecom }),
  }),
  openRoute({
    method: 'POST',
    path: '/sign-in/code',
    says: '用企业微信登录时，账号开了两步验证的，填验证码',
    input: codeInput,
    output: meOutput,
    handle: showFactor,
  }),
  openRoute({
    method: 'POST',
    path: '/join/look',
    says: '看一个一次性链接是谁的',
    input: linkInput,
    output: linkOutput,
    handle: async (given, call) => {
      const account = await linked(given, call)
      return { first: account.name === '', name: account.name, person: account.person.name }
    },
  }),
  openRoute({
    method: 'POST',
    path: '/join',
    says: '用一次性链接设密码，并登录',
    input: joinInput,
    output: meOutput,
    handle: async (given, call) => {
      const { desk, passwords, clock, limits, address } = call
      const giveBack = await trySignIn(limits, address, given.account)
      const before = await linked(given, call)
      const names = [before.name, given.name ?? '', before.person.name, given.person ?? '']
      const fault = faultOf(given.password, names)
      if (fault) {
        await giveBack()
        throw new Refusal('bad-value', fault)
      }
      const password = await passwords.hash(given.password)
      const account = await desk.store.transaction(async (tx) => {
        const now = clock()
        const found = await accountOf(tx, before.id)
        if (!found || !isLink(found, given.token, now)) throw new Refusal('bad-link', BAD_LINK)
        const isFirst = found.name === ''
        const joined: Account = {
          ...found,
          name: isFirst ? await freeName(tx, given.name ?? '', found.id) : found.name,
          person: isFirst ? { ...found.person, name: personName(given.person ?? '') } : found.person,
          state: 'active',
          secrets: { ...found.secrets, password, link: null },
        }
        await tx.put('accounts', joined)
        await endSignIns(tx, joined.id)
        const who = `account:${joined.id}`
        await note(
          tx,
          {
            at: desk.now().toISOString(),
            by: who,
            deed: 'granted',
            subject: who,
            detail: { what: '设了密码' },
          },
          desk.fingerprint,
        )
        return joined
      })
      await giveBack()
      // A new password is no second factor: whoever has one shows it at the sign-in.
      if (account.secrets.factor?.confirmed) throw new Refusal('code-needed', '密码设好了，请用新密码登录。')
      await call.begin(account)
      return meOf(account, call)
    },
  }),
  route({
    method: 'POST',
    path: '/sign-out',
    needs: 'own',
    says: '退出',
    input: NOTHING,
    output: doneOutput,
    handle: async (_, { end }) => {
      await end()
      return { says: '已退出。' }
    },
  }),
]
