/** One's own account: the password, the second factor, and where one is signed in. */
import { note } from '../../../bot/audit.ts'
import type { Transaction } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { trySignIn } from '../../limits.ts'
import { type Account, accountOf, endSignIns } from '../accounts/account.ts'
import { faultOf } from '../accounts/password.ts'
import { addressOf, newSecret, stepOf } from '../accounts/second-factor.ts'
import { SIGNED_IN_MS } from '../accounts/sign-ins.ts'
import { Refusal } from '../refusal.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import {
  codeInput,
  doneOutput,
  endedOutput,
  factorOutput,
  meOutput,
  passwordInput,
  provenInput,
  signInsOutput,
} from '../wire.ts'
import { meOf } from './sign-in.ts'

/** Sign-ins shown; more than anybody has open. */
const SHOWN = 100

/** Who has no password shows by a sign-in as young as this that it is still them; in ms. */
const FRESH_MS = 10 * 60 * 1000

/** @throws {Refusal} unless whoever sits there knows the password or, without one, has only just signed in */
async function prove(
  current: string,
  { who: { account, signIn }, passwords, limits, address, clock }: SignedCall,
) {
  if (account.secrets.password === null) {
    if (clock().getTime() - Date.parse(signIn.at) < FRESH_MS) return
    throw new Refusal('bad-value', '登录已经有一会儿了。请退出，重新用企业微信登录，再来办。')
  }
  const giveBack = await trySignIn(limits, address, account.name)
  if (!(await passwords.isRight(current, account.secrets.password)))
    throw new Refusal('bad-value', '现在的密码不对，请核对。')
  await giveBack()
}

/** Changes one's own secrets, and notes it. */
function changeOwn(
  { desk, who }: SignedCall,
  what: string,
  change: (account: Account, tx: Transaction) => Promise<Account['secrets']>,
): Promise<void> {
  return desk.store.transaction(async (tx) => {
    const account = await accountOf(tx, who.account.id)
    if (account?.state !== 'active') throw new Refusal('not-signed-in', '请先登录。')
    await tx.put('accounts', { ...account, secrets: await change(account, tx) })
    const own = `account:${account.id}`
    const at = desk.now().toISOString()
    await note(tx, { at, by: own, deed: 'granted', subject: own, detail: { what } }, desk.fingerprint)
  })
}

export const ownRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/me',
    needs: 'own',
    says: '谁登录着，能做什么',
    input: NOTHING,
    output: meOutput,
    handle: (_, call) => meOf(call.who.account, call),
  }),
  route({
    method: 'POST',
    path: '/me/password',
    needs: 'own',
    says: '改自己的密码；别处的登录都会退出',
    input: passwordInput,
    output: doneOutput,
    handle: async ({ current, password }, call) => {
      await prove(current, call)
      const { account, signIn } = call.who
      const fault = faultOf(password, [account.name, account.person.name])
      if (fault) throw new Refusal('bad-value', fault)
      const kept = await call.passwords.hash(password)
      await changeOwn(call, '改了密码', async ({ secrets }, tx) => {
        await endSignIns(tx, account.id, signIn.id)
        return { ...secrets, password: kept }
      })
      return { says: '密码改好了，别处的登录都已退出。' }
    },
  }),
  route({
    method: 'GET',
    path: '/me/sign-ins',
    needs: 'own',
    says: '自己在几处登录着',
    input: NOTHING,
    output: signInsOutput,
    handle: async (_, { desk, clock, who: { account, signIn } }) => {
      const from = new Date(clock().getTime() - SIGNED_IN_MS).toISOString()
      const rows = await desk.store.list('sign_ins', 'ofAccount', {
        equals: [account.id],
        from,
        limit: SHOWN,
      })
      const say = (at: string) => sayMoment(new Date(at), chinaDay(clock()))
      return {
        signIns: rows.map(({ id, at, seenAt }) => ({
          at: say(at),
          seenAt: say(seenAt),
          own: id === signIn.id,
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/me/sign-ins/end-others',
    needs: 'own',
    says: '退出自己在别处的登录',
    input: NOTHING,
    output: endedOutput,
    handle: async (_, { desk, who: { account, signIn } }) => ({
      ended: await desk.store.transaction((tx) => endSignIns(tx, account.id, signIn.id)),
    }),
  }),
  route({
    method: 'POST',
    path: '/me/factor/begin',
    needs: 'own',
    says: '开两步验证：给出要填进验证器的密钥',
    input: provenInput,
    output: factorOutput,
    handle: async ({ current }, call) => {
      await prove(current, call)
      const { account } = call.who
      if (account.secrets.factor?.confirmed)
        throw new Refusal('bad-value', '两步验证已经开了。要换手机，请先关掉再开。')
      const secret = newSecret()
      await changeOwn(call, '开始设两步验证', async ({ secrets }) => ({
        ...secrets,
        factor: { secret, confirmed: false, step: 0 },
      }))
      return { secret, address: addressOf(secret, account.name) }
    },
  }),
  route({
    method: 'POST',
    path: '/me/factor/confirm',
    needs: 'own',
    says: '用验证器上的数字确认，两步验证就开了',
    input: codeInput,
    output: doneOutput,
    handle: async ({ code }, call) => {
      const giveBack = await trySignIn(call.limits, call.address, call.who.account.name)
      await changeOwn(call, '开了两步验证', async ({ secrets }) => {
        const { factor } = secrets
        const step = factor && stepOf(code, factor.secret, factor.step, call.clock())
        if (!factor || step === null)
          throw new Refusal('wrong-code', '验证码不对，请照验证器上现在的6位数字填。')
        return { ...secrets, factor: { ...factor, confirmed: true, step } }
      })
      await giveBack()
      return { says: '两步验证开好了，以后登录要填验证器上的数字。' }
    },
  }),
  route({
    method: 'POST',
    path: '/me/factor/remove',
    needs: 'own',
    says: '关掉两步验证',
    input: provenInput,
    output: doneOutput,
    handle: async ({ current }, call) => {
      await prove(current, call)
      await changeOwn(call, '关了两步验证', async ({ secrets }) => ({ ...secrets, factor: null }))
      return { says: '两步验证关掉了。' }
    },
  }),
]
