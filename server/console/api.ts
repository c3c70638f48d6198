/** `/console/api`: every route of the console, behind one gate. */
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { AddressOf } from '../client-address.ts'
import type { Vouched } from './accounts/member-sign-in.ts'
import type { Signed, SignIns } from './accounts/sign-ins.ts'
import { documentation } from './openapi.ts'
import { API, OWN_HEADER } from './paths.ts'
import { Refusal } from './refusal.ts'
import { can } from './roles.ts'
import type { Route, Tools } from './route.ts'
import { serviceRouter } from './serve.ts'

export interface ApiOptions {
  routes: readonly Route[]
  tools: Tools
  signIns: SignIns
  vouched: Vouched
  /** Where a request comes from. */
  addressOf: AddressOf
}

export function apiRouter({ routes, tools, signIns, vouched, addressOf }: ApiOptions): Router {
  return serviceRouter({
    prefix: API,
    routes,
    admit: async (ctx, route) => {
      if (route.method !== 'GET') mustBeOurs(ctx)
      const who = route.needs === 'anyone' ? null : await gate(route, tools, await signIns.current(ctx))
      return {
        ...tools,
        who,
        address: addressOf(ctx.req),
        begin: (account) => signIns.begin(ctx, account),
        end: () => signIns.end(ctx),
        vouched: () => vouched.account(ctx),
        unvouch: () => vouched.forget(ctx),
      }
    },
    document: () =>
      documentation(routes, {
        title: '救助顾问后台',
        prefix: API,
        security: { cookie: { type: 'apiKey', in: 'cookie', name: 'console' } },
        header: OWN_HEADER,
      }),
  })
}

/** @throws {Refusal} unless somebody is signed in who may do it */
async function gate({ needs }: Route, tools: Tools, who: Signed | null): Promise<Signed> {
  if (!who) throw new Refusal('not-signed-in', '还没有登录，或太久没有操作已经退出。请重新登录。')
  if (needs === 'own' || needs === 'anyone') return who
  if (!can(who.account, needs)) throw new Refusal('not-allowed', '您的账号不能做这件事，请联系管理员。')
  if (who.account.secrets.factor?.confirmed !== true && tools.mustHaveFactor(who.account))
    throw new Refusal('second-factor-needed', '请先在“我的账号”里开两步验证。')
  return who
}

/** @throws {Refusal} when another site may have had it sent */
function mustBeOurs(ctx: Context): void {
  const site = ctx.get('sec-fetch-site')
  const origin = ctx.get('origin')
  const elsewhere =
    (site !== '' && site !== 'same-origin') || (origin !== '' && hostOf(origin) !== ctx.get('host'))
  if (elsewhere || ctx.get(OWN_HEADER) === '')
    throw new Refusal('from-elsewhere', '这个请求不是从后台的页面发出的，没有办理。请刷新页面再试。')
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : ''
}
