/** `/console`: the staff console. Its API, its page and who may do what are in console/. */
import type Router from '@koa/router'
import type { ReadRoster } from '../bot/roster.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import type { AddressOf } from './client-address.ts'
import type { FactorFor } from './config.ts'
import type { Account } from './console/account.ts'
import { apiRouter } from './console/api.ts'
import { createKept } from './console/figures/kept.ts'
import { pageRouter } from './console/page.ts'
import { createPasswords, type PasswordCost } from './console/password.ts'
import { consoleBase } from './console/paths.ts'
import type { Tools } from './console/route.ts'
import { ROUTES } from './console/routes.ts'
import { createSignIns } from './console/sign-ins.ts'
import type { Desk } from './desk/desk.ts'
import type { PolicyDesk } from './inventory/desk.ts'
import type { Limits } from './limits.ts'
import type { Log } from './log.ts'
import type { MakeWorkbook } from './workbook/workbook.ts'

export interface ConsoleOptions {
  desk: Desk
  policies: PolicyDesk
  knowledge: Knowledge
  roster: ReadRoster
  /** The wall clock, for sign-ins. */
  clock: () => Date
  /** Where the server is found; https makes the cookie secure. */
  publicUrl: string | null
  port: number
  factorFor: FactorFor
  trial: boolean
  limits: Limits
  addressOf: AddressOf
  makeWorkbook: MakeWorkbook
  log: Pick<Log, 'warn'>
  /** Default: what password.ts says. */
  passwordCost?: PasswordCost
  /** Where the built page is. */
  pageFolder?: string
}

export function consoleRouters(options: ConsoleOptions): Router[] {
  const { desk, policies, knowledge, roster, clock, publicUrl, port, factorFor, trial, limits, log } = options
  const mustHaveFactor = ({ roles }: Account) =>
    factorFor === 'all' || (factorFor === 'admin' && roles.includes('admin'))
  const kept = createKept(clock)
  const tools: Tools = {
    figures: { requests: kept(), answers: kept() },
    desk,
    policies,
    knowledge,
    roster,
    passwords: createPasswords(options.passwordCost),
    limits,
    makeWorkbook: options.makeWorkbook,
    log,
    clock,
    mustHaveFactor,
    base: consoleBase(publicUrl, port),
    trial,
  }
  const signIns = createSignIns(desk.store, clock, publicUrl?.startsWith('https:') === true)
  return [
    apiRouter({ routes: ROUTES, tools, signIns, addressOf: options.addressOf }),
    pageRouter(options.pageFolder),
  ]
}
