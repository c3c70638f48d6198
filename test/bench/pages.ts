/** The console's pages in a real browser with a city's worth behind them, beside the same pages with nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Store } from '../../bot/store.ts'
import { shippedText } from '../../knowledge/load.ts'
import { parsePolicy } from '../../knowledge/policy.ts'
import { fieldsOf, type PolicyFields, policyText } from '../../knowledge/policy-text.ts'
import { type Account, NO_SECRETS } from '../../server/console/accounts/account.ts'
import { CONSOLE_ROLES } from '../../server/console/roles.ts'
import { unlock } from '../../server/store/data-key.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { DESKTOP, launchBrowser, openPage } from '../support/browser.ts'
import { PASSWORD, passwords } from '../support/console.ts'
import { bar, figure, median, spread, table } from './figures.ts'
import { platform } from './platform.ts'
import { beside, type Served, start } from './servers.ts'

const TICKETS = 10_000
const POLICIES = 1_000
const LIMIT_MS = 1_000
const PATIENCE_MS = 60_000
/** The console's menu, and what is looked for most in it. */
const PLACES = [
  'today',
  'requests',
  'requests?view=all',
  'requests?view=all&search=0012',
  'residents',
  'residents?search=0012',
  'wishes',
  'policies',
  'policies?search=低保',
  'questions',
  'figures',
  'accounts',
  'audit',
  'own',
] as const

interface Lane {
  name: string
  tickets: number
  policies: number
  page: Page
  server: Served
  took: Map<string, number[]>
}

/** The longest any page takes is what is judged, by the median of its rounds. */
export async function measurePages(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pages-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const api = await platform()
  const browser = await launchBrowser()
  const lanes: Lane[] = []
  try {
    for (const [name, tickets, policies] of [
      ['empty', 0, 0],
      ['full', quick ? TICKETS / 10 : TICKETS, quick ? POLICIES / 10 : POLICIES],
    ] as const) {
      const home = join(folder, name)
      await fill(join(home, 'data'), tickets, policies)
      const server = await start('ours', home, api.address)
      await server.ready()
      const { page } = await openPage(browser, DESKTOP)
      await signIn(page, server.port)
      lanes.push({ name, tickets, policies, page, server, took: new Map(PLACES.map((place) => [place, []])) })
    }
    for (let round = 0; round <= (quick ? 2 : 7); round++)
      for (const place of PLACES)
        for (const lane of lanes) {
          const ms = await opened(lane, place)
          // The first round fills the browser's cache.
          if (round > 0) lane.took.get(place)?.push(ms)
        }
  } finally {
    for (const { server } of lanes) await server.stop('SIGKILL')
    await browser.close()
    await api.close()
  }
  const [empty, full] = lanes
  if (!empty || !full) return
  table(
    `Console: ms from asking for a page until it shows what it is for; ${full.tickets} requests, ${full.policies} policies; median (min–max)`,
    ['page', 'nothing kept', 'full', '×'],
    PLACES.map((place) => {
      const [one = [], other = []] = [empty, full].map(({ took }) => took.get(place) ?? [])
      return [place, spread(one), spread(other), figure(median(other) / median(one))]
    }),
  )
  const slowest = [...full.took]
    .map(([place, took]) => ({ place, ms: median(took) }))
    .sort((a, b) => b.ms - a.ms)
  bar(`the slowest page, ${slowest[0]?.place}`, slowest[0]?.ms ?? Number.NaN, LIMIT_MS, ' ms')
}

/** A data folder with so much in it, and one account that may open every page. */
export async function fill(folder: string, tickets: number, policies: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  if (tickets > 0) {
    const child = spawn(process.execPath, [beside('fill-tickets.js'), folder, String(tickets)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`the data folder could not be filled: exit ${code}`)
  }
  const log = { warn: () => {}, error: console.error }
  const { store } = await unlock(await openLowdbStore(folder, { log }), { folder, keys: [] }, log)
  const account: Account = {
    id: 'bench',
    name: 'bench',
    roles: [...CONSOLE_ROLES],
    areas: [],
    state: 'active',
    createdAt: new Date().toISOString(),
    secrets: { ...NO_SECRETS, password: await passwords.hash(PASSWORD) },
    person: { name: '测试', advisor: null, body: null },
  }
  await store.transaction((tx) => tx.put('accounts', account))
  await publish(store, policies)
  await store.close()
}

/** Policies as staff publish them, each another. */
async function publish(store: Store, count: number): Promise<void> {
  const text = shippedText('tekun')
  if (text === null) throw new Error('there is no policy to copy')
  const fields = fieldsOf(parsePolicy(text, 'tekun.md'))
  const at = new Date().toISOString()
  for (let n = 0; n < count; n++) {
    const { id, ...own } = nth(fields, n)
    await store.transaction((tx) =>
      tx.put('policies', { id, number: 1, at, mark: '', text: policyText({ id, ...own }) }),
    )
  }
}

const nth = (fields: PolicyFields, n: number): PolicyFields => ({
  ...fields,
  id: `bench-${n}`,
  title: `第${n}号补贴办法`,
  aliases: [`第${n}号补贴`],
  related: [],
  cues: [],
  questions: [`第${n}号补贴怎么申请`, `谁能领第${n}号补贴`],
})

async function signIn(page: Page, port: number): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/console/sign-in`)
  await page.getByLabel('登录名').fill('bench')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('sign-in'), { timeout: PATIENCE_MS })
  await shown(page)
}

/** A heading, and nothing still on its way. */
async function shown(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ timeout: PATIENCE_MS })
  await page.locator('[role=status]').waitFor({ state: 'detached', timeout: PATIENCE_MS })
}

async function opened({ page, server }: Lane, place: string): Promise<number> {
  const began = performance.now()
  await page.goto(`http://127.0.0.1:${server.port}/console/${place}`)
  await shown(page)
  const took = performance.now() - began
  const refused = await page.locator('.refused').allTextContents()
  if (refused.length > 0) throw new Error(`/${place}: ${refused.join(' ')}`)
  return took
}
