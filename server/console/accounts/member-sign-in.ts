/**
 * `/console/wecom`: signing in as a member of the office's WeCom. Inside WeCom it takes no tap, elsewhere a QR code is
 * scanned. The platform only says who it is; which account that is was decided by an administrator.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { note } from '../../../bot/audit.ts'
import type { Reader } from '../../../bot/store.ts'
import { authorizeUrl, scanUrl, type WecomLogin, whoCame } from '../../advisor-page/login.ts'
import type { AddressOf } from '../../client-address.ts'
import type { Desk } from '../../desk/desk.ts'
import { type Limits, TooMany, trySignIn } from '../../limits.ts'
import type { Log } from '../../log.ts'
import { createSignedCookies, createSignInWay } from '../../signed-cookies.ts'
import { type Account, accountOf, allAccounts, memberOf } from './account.ts'
import type { MemberTrouble } from './member-words.ts'
import type { SignIns } from './sign-ins.ts'

export interface MemberSignInParts {
  /** Null when WeCom is not configured. */
  login: WecomLogin | null
  desk: Desk
  signIns: SignIns
  /** The wall clock. */
  clock: () => Date
  /** Whether the console is reached by https only. */
  secure: boolean
  limits: Limits
  addressOf: AddressOf
  log: Pick<Log, 'warn'>
}

/** Whom the platform named on this browser and whose second factor is still to be shown. */
export interface Vouched {
  account(ctx: Context): string | null
  forget(ctx: Context): void
}

const BACK = '/console/wecom/back'
const VOUCHED = 'console-vouched'
/** As long as it takes to find the phone and type six digits; in ms. */
const VOUCHED_MS = 5 * 60 * 1000
const vouchedSchema = z.strictObject({ account: z.string(), at: z.number() })
/** A place of the console's page, which begins with one slash. */
const TO = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,300}$/
/** As browsers inside WeCom call themselves, on phones and on desks. */
const INSIDE = /wxwork/i
/** A member's userid that can be shown and typed over (90195: 1 to 64 bytes). */
const USERID = /^[\w.@-]{1,64}$/

export function memberSignIn(parts: MemberSignInParts): { router: Router; vouched: Vouched } {
  const { login, desk, signIns, clock, limits, log } = parts
  const cookies = createSignedCookies({ fingerprint: desk.fingerprint, secure: parts.secure })
  const way = createSignInWay(cookies, { cookie: 'console-leaving', clock, newId: desk.newId })
  const refuse = (ctx: Context, why: MemberTrouble, userid = ''): void =>
    // What follows # reaches no log.
    ctx.redirect(`/console/sign-in?refused=${why}${USERID.test(userid) ? `#${userid}` : ''}`)
  const router = new Router({ prefix: '/console/wecom' })

  router.get('/', (ctx) => {
    if (!login) return refuse(ctx, 'off')
    const to = single(ctx.query['to'])
    const state = way.leave(ctx, TO.test(to) ? to : '/')
    ctx.set('Cache-Control', 'no-store')
    ctx.redirect((INSIDE.test(ctx.get('user-agent')) ? authorizeUrl : scanUrl)(login, BACK, state))
  })

  router.get('/back', async (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    if (!login) return refuse(ctx, 'off')
    const to = way.arrive(ctx, single(ctx.query['state']))
    if (to === null) return refuse(ctx, 'not-here')
    // The page with the QR code says for which corporation it was scanned.
    const corporation = single(ctx.query['appid'])
    if (corporation !== '' && corporation !== login.corpId) return refuse(ctx, 'outsider')
    const code = single(ctx.query['code'])
    if (code === '') return refuse(ctx, 'declined')
    const giveBack = await trySignIn(limits, parts.addressOf(ctx.req), null).catch((error: unknown) => {
      if (error instanceof TooMany) return null
      throw error
    })
    if (!giveBack) return refuse(ctx, 'too-often')
    const came = await whoCame(login, code)
    if ('why' in came) {
      if (came.why === 'down') {
        await giveBack()
        log.warn({ error: came.error }, 'somebody could not sign in to the console: WeCom')
      }
      return refuse(ctx, came.why)
    }
    const account = await accountOfMember(desk.store, came.userid)
    if (typeof account === 'string') return refuse(ctx, account, came.userid)
    await giveBack()
    if (account.secrets.factor?.confirmed) {
      cookies.write(ctx, VOUCHED, { account: account.id, at: clock().getTime() }, VOUCHED_MS)
      return ctx.redirect(`/console/sign-in?code=1&to=${encodeURIComponent(to)}`)
    }
    const active = await joined(account, desk)
    await signIns.begin(ctx, active)
    ctx.redirect(`/console${to}`)
  })

  return {
    router,
    vouched: {
      account(ctx) {
        const vouched = cookies.read(ctx, VOUCHED, vouchedSchema)
        return vouched && clock().getTime() - vouched.at < VOUCHED_MS ? vouched.account : null
      },
      forget: (ctx) => cookies.clear(ctx, VOUCHED),
    },
  }
}

/** The one account of a member, or why there is none to sign in to. */
async function accountOfMember(reader: Reader, userid: string): Promise<Account | MemberTrouble> {
  const theirs = (await allAccounts(reader)).filter((account) => memberOf(account) === userid.toLowerCase())
  const [account, another] = theirs.filter(({ state }) => state !== 'disabled')
  if (another) return 'several'
  return account ?? (theirs.length > 0 ? 'disabled' : 'unknown')
}

/** Notes a sign-in; who was only invited has come by it. */
function joined(before: Account, desk: Desk): Promise<Account> {
  return desk.store.transaction(async (tx) => {
    const found = (await accountOf(tx, before.id)) ?? before
    const account: Account = { ...found, state: found.state === 'invited' ? 'active' : found.state }
    if (account.state !== found.state) await tx.put('accounts', account)
    const own = `account:${account.id}`
    const at = desk.now().toISOString()
    const line = { at, by: own, deed: 'signed-in', subject: own, detail: { how: '企业微信' } } as const
    await note(tx, line, desk.fingerprint)
    return account
  })
}

const single = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? ''
