/** The staff console over a real application: accounts of every role, two streets, and a ticket. */
import { act, insertTicket } from '../../bot/casework.ts'
import { PLATFORM_QUOTA } from '../../bot/quota.ts'
import type { Store } from '../../bot/store.ts'
import type { Roster } from '../../flows/roster/advisors.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { type Opening, openTicket } from '../../flows/ticket/ticket.ts'
import { createApp } from '../../server/app.ts'
import { createAddressOf } from '../../server/client-address.ts'
import { KEEP_DEFAULT } from '../../server/config.ts'
import { type Account, NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createPasswords } from '../../server/console/accounts/password.ts'
import type { ConsoleRole } from '../../server/console/roles.ts'
import { type ConsoleOptions, consoleRouters } from '../../server/console.ts'
import type { Desk } from '../../server/desk/desk.ts'
import { readPolicyFile } from '../../server/inventory/reading/policy-file.ts'
import { createLimits } from '../../server/limits.ts'
import { createLog } from '../../server/log.ts'
import { createMetrics } from '../../server/metrics.ts'
import { readSheetBytes } from '../../server/people/sheet-file.ts'
import { makeWorkbook } from '../../server/workbook/workbook.ts'
import { advisorOf, visitor } from './advisor-page.ts'
import { memoryStore } from './memory-store.ts'
import { policyOffice } from './policies.ts'
import { MORNING, opening, staff } from './tickets.ts'
import { clockAt, fingerprint, serve, WITNESS } from './world.ts'

/** Two streets, each with a community. */
const AREAS = new AreaTree([
  { id: 'qu', level: 'district', name: '示范区', parent: null },
  { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qu' },
  { id: 'yaoxin', level: 'community', name: '尧新社区', parent: 'yaohua' },
  { id: 'maigao', level: 'street', name: '迈皋桥街道', parent: 'qu' },
  { id: 'chang', level: 'community', name: '长营村社区', parent: 'maigao' },
])
const ROSTER: Roster = {
  areas: AREAS,
  advisors: new Map(
    [
      advisorOf('wang', '王芳', 'backbone', 'yaohua'),
      advisorOf('li', '李强', 'community', 'yaoxin'),
      advisorOf('sun', '孙梅', 'community', 'chang'),
    ].map((advisor) => [advisor.id, advisor]),
  ),
}

/** The least scrypt takes. */
const QUICK = { N: 2, r: 1, p: 1 }
export const passwords = createPasswords(QUICK)
export const PASSWORD = '春天的第一场大雨'
const hashed = passwords.hash(PASSWORD)

type Given = Partial<
  Pick<ConsoleOptions, 'factorFor' | 'publicUrl' | 'wecom' | 'pageFolder' | 'trial' | 'roster' | 'readPhoto'>
> & {
  store?: Store
}

export async function consoleOffice({ store = memoryStore(), ...more }: Given = {}) {
  const now = clockAt(MORNING.toISOString())
  let ids = 0
  const desk: Desk = { store, fingerprint, now, newId: () => `id-${String(++ids).padStart(8, '0')}` }
  const policies = policyOffice(store, now)
  const routers = consoleRouters({
    desk,
    policies: policies.desk,
    knowledge: policies.knowledge,
    roster: async () => ROSTER,
    readPhoto: async () => null,
    quotaOf: (channel) => (channel === 'official-account' ? PLATFORM_QUOTA : undefined),
    clock: now,
    publicUrl: null,
    port: 3000,
    factorFor: 'nobody',
    keep: KEEP_DEFAULT,
    wecom: null,
    trial: false,
    limits: createLimits(),
    addressOf: createAddressOf([]),
    log: createLog('silent'),
    makeWorkbook,
    reading: readPolicyFile,
    readSheet: readSheetBytes,
    passwordCost: QUICK,
    ...more,
  })
  const app = createApp({
    routers,
    direct: new Map(),
    store: { health: () => ({ writable: true, detail: '', advice: [] }) },
    metrics: createMetrics(),
    log: createLog('silent'),
  })
  const base = await serve(app.callback())
  const open = (opened: Partial<Opening> = {}) =>
    store.transaction((tx) =>
      insertTicket(tx, openTicket(opening({ area: 'yaoxin', ...opened })), fingerprint),
    )
  /** Moves one request by somebody of the staff. */
  const done = async (number: string, ...actions: object[]) => {
    for (const action of actions)
      await act(store, { number, action, actor: staff, witness: WITNESS, now: now(), newId: desk.newId })
  }
  /** An account that has a password already. */
  const account = async (name: string, roles: ConsoleRole[], changed: Partial<Account> = {}) => {
    await store.transaction(async (tx) =>
      tx.put('accounts', {
        id: `id-of-${name}`,
        name,
        roles,
        areas: [],
        state: 'active',
        createdAt: now().toISOString(),
        secrets: { ...NO_SECRETS, password: await hashed },
        person: { name: `${name}同志`, advisor: null, body: null },
        ...changed,
      }),
    )
  }
  return { store, now, desk, policies, base, open, done, account, browser: () => browserAt(base) }
}

/** A browser on the console's page: sends what the page sends. */
export function browserAt(base: string) {
  const { cookies, get: ask } = visitor(base)
  const api = async (path: string, init: RequestInit = {}) => {
    const { status, headers, text } = await ask(`/console/api${path}`, init)
    const body: Record<string, unknown> = headers.get('content-type')?.includes('json')
      ? JSON.parse(text)
      : {}
    return { status, headers, text, body, code: body['code'] }
  }
  return {
    cookies,
    api,
    get: (path: string) => api(path),
    post: (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
      api(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-console': '1', ...headers },
        body: JSON.stringify(body),
      }),
    /** Sends a file, as the page does. */
    upload: (path: string, name: string, content: string | Uint8Array, query: Record<string, string> = {}) =>
      api(`${path}?${new URLSearchParams(query)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/octet-stream',
          'x-console': '1',
          'x-name': encodeURIComponent(name),
        },
        body: Buffer.from(content),
      }),
    signIn(name: string, password = PASSWORD) {
      return this.post('/sign-in', { name, password })
    },
  }
}

/** What a one-time link carries behind its #. */
export function linkParts(link: string): { account: string; token: string } {
  const [account = '', token = ''] = link.slice(link.indexOf('#') + 1).split('.')
  return { account, token }
}
