/** What whoever runs the machine asks of accounts: the names, and a way back in for who cannot be helped in the console. */
import { z } from 'zod'
import { type Doer, noteBy } from '../../../bot/audit.ts'
import type { Desk } from '../../desk/desk.ts'
import { Refusal } from '../refusal.ts'
import { CONSOLE_ROLE_WORDS } from '../roles.ts'
import { accountNamed, allAccounts, endSignIns, giveLink, NO_SECRETS } from './account.ts'

const request = z.discriminatedUnion('accounts', [
  z.strictObject({ accounts: z.literal('list') }),
  /** A new one-time link; what was there to sign in with is gone. */
  z.strictObject({ accounts: z.literal('link'), name: z.string().max(100) }),
])
export type AccountsRequest = z.infer<typeof request>

/** Whether something asked at the door is about accounts. */
export const isOfAccounts = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'accounts' in given

const STATE_WORDS = { invited: '还没设密码', active: '在用', disabled: '停用' } as const

/**
 * Does what is asked.
 *
 * @param given an {@link AccountsRequest} that came from outside
 * @returns the names in lines or, of a link, what follows `#` in it
 * @throws {Refusal} in words for whoever asked
 */
export async function atAccountDesk(desk: Desk, given: unknown, doer: Doer): Promise<string> {
  const asked = request.safeParse(given)
  if (!asked.success)
    throw new Refusal('bad-request', '这条命令看不懂，请运行 npm run accounts -- --help 看写法。')
  const { data } = asked
  if (data.accounts === 'list') {
    const accounts = (await allAccounts(desk.store)).filter(({ name }) => name !== '')
    if (accounts.length === 0) return '还没有账号。启动服务时，终端上会给出设第一个管理员的链接。'
    return accounts
      .map(({ name, person, roles, state }) =>
        [
          name,
          person.name,
          roles.map((role) => CONSOLE_ROLE_WORDS[role]).join('、'),
          STATE_WORDS[state],
        ].join('　'),
      )
      .join('\n')
  }
  return desk.store.transaction(async (tx) => {
    const account = await accountNamed(tx, data.name)
    if (!account || account.name === '')
      throw new Refusal('not-found', `没有登录名是「${data.name}」的账号。运行 npm run accounts 看有哪些。`)
    if (account.state === 'disabled')
      throw new Refusal('bad-value', `账号「${account.name}」停用着，请先由另一位管理员在后台启用。`)
    await endSignIns(tx, account.id)
    await noteBy(
      tx,
      { ...doer, seal: desk.fingerprint },
      {
        at: desk.now().toISOString(),
        deed: 'granted',
        subject: `account:${account.id}`,
        detail: { what: '给了新的登录链接' },
      },
    )
    return giveLink(tx, { ...account, secrets: NO_SECRETS }, desk.now())
  })
}
