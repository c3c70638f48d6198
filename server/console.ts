/** `/console`: the staff console, and beside it `/api/v1` for other systems, which share what is counted. */
import { randomInt } from 'node:crypto'
import type Router from '@koa/router'
import type { ReadRoster } from '../bot/roster.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import type { WecomLogin } from './advisor-page/login.ts'
import type { AddressOf } from './client-address.ts'
import type { FactorFor, Keep } from './config.ts'
import type { Account } from './console/accounts/account.ts'
import { memberSignIn } from './console/accounts/member-sign-in.ts'
import { createPasswords, type PasswordCost } from './console/accounts/password.ts'
import { createSignIns } from './console/accounts/sign-ins.ts'
import { apiRouter } from './console/api.ts'
import { createKept } from './console/figures/kept.ts'
import { pageRouter } from './console/page.ts'
import { consoleBase } from './console/paths.ts'
import type { Tools } from './console/route.ts'
import { ROUTES } from './console/routes.ts'
import type { Desk } from './desk/desk.ts'
import { districtRouter } from './district.ts'
import type { PolicyDesk } from './inventory/desk.ts'
import { createPolicyImports } from './inventory/imports.ts'
import type { Reading } from './inventory/reading/policy-file.ts'
import type { Limits } from './limits.ts'
import type { Log } from './log.ts'
import type { ReadSheet } from './people/sheet-file.ts'
import type { MakeWorkbook } from './workbook/workbook.ts'

export interface ConsoleOptions {
  desk: Desk
  policies: PolicyDesk
  knowledge: Knowledge
  roster: ReadRoster
  /** The wall clock, for sign-ins. */
  clock: () => Date
  readPhoto: Tools['readPhoto']
  quotaOf: Tools['quotaOf']
  /** Where the server is found; https makes the cookie secure. */
  publicUrl: string | null
  port: number
  factorFor: FactorFor
  keep: Keep
  /** How members of the office's WeCom sign in; null where it is not connected. */
  wecom: WecomLogin | null
  trial: boolean
  limits: Limits
  addressOf: AddressOf
  makeWorkbook: MakeWorkbook
  /** Reads files of policies. */
  reading: Reading
  readSheet: ReadSheet
  log: Pick<Log, 'warn'>
  /** Default: what password.ts says. */
  passwordCost?: PasswordCost
  /** Where the built page is. */
  pageFolder?: string
}

export function consoleRouters(options: ConsoleOptions): Router[] {
  const { desk, policies, knowledge, roster, clock, publicUrl, port, factorFor, trial, limits, log } = options
  const { readPhoto, quotaOf } = options
  const mustHaveFactor = ({ roles }: Account) =>
    factorFor === 'all' || (factorFor === 'admin' && roles.includes('admin'))
  const kept = createKept(clock)
  const tools: Tools = {
    figures: { requests: kept(), answers: kept() },
    desk,
    policies,
    imports: createPolicyImports({
      store: desk.store,
      seal: desk.fingerprint,
      now: desk.now,
      newId: desk.newId,
      knowledge,
      reading: options.reading,
    }),
    knowledge,
    roster,
    readPhoto,
    quotaOf,
    passwords: createPasswords(options.passwordCost),
    limits,
    makeWorkbook: options.makeWorkbook,
    readSheet: options.readSheet,
    underway: new Map(),
    log,
    clock,
    mustHaveFactor,
    base: consoleBase(publicUrl, port),
    keep: options.keep,
    wecom: options.wecom !== null,
    trial,
  }
  const secure = publicUrl?.startsWith('https:') === true
  const signIns = createSignIns(desk.store, clock, secure)
  const { wecom: login, addressOf } = options
  const member = memberSignIn({ login, desk, signIns, clock, secure, limits, addressOf, log })
  const randomBelow = (limit: number) => randomInt(limit)
  return [
    apiRouter({ routes: ROUTES, tools, signIns, vouched: member.vouched, addressOf }),
    districtRouter({ tools: { ...tools, randomBelow }, addressOf }),
    // Before the page, which takes every other address.
    member.router,
    pageRouter(options.pageFolder),
  ]
}
