/** The console over an office whose roster can be changed: two streets, four advisors, and an administrator of each reach. */
import { createRosterReader, saveRoster } from '../../bot/roster.ts'
import { type Advisor, OFFICE_HOURS } from '../../flows/roster/advisors.ts'
import type { Area } from '../../flows/roster/areas.ts'
import { advisorOf } from './advisor-page.ts'
import { type browserAt, consoleOffice } from './console.ts'
import { memoryStore } from './memory-store.ts'

export const PEOPLE_AREAS: readonly Area[] = [
  { id: 'qu', level: 'district', name: '示范区', parent: null },
  { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qu' },
  { id: 'yaoxin', level: 'community', name: '尧新社区', parent: 'yaohua' },
  { id: 'maigao', level: 'street', name: '迈皋桥街道', parent: 'qu' },
  { id: 'chang', level: 'community', name: '长营村社区', parent: 'maigao' },
]
const worker = (...[id, name, role, area, more]: Parameters<typeof advisorOf>): Advisor =>
  advisorOf(id, name, role, area, { duty: OFFICE_HOURS, ...more })
export const WANG = worker('wang', '王芳', 'backbone', 'yaohua', { phone: '13812345678' })
export const PEOPLE: readonly Advisor[] = [
  WANG,
  worker('li', '李强', 'community', 'yaoxin', { caseload: ['yaoxin'] }),
  worker('sun', '孙梅', 'community', 'chang', { phone: '02585550000' }),
  worker('zhou', '周全', 'backbone', 'yaohua', { areas: ['yaohua', 'maigao'] }),
]

export async function peopleOffice({ areas = PEOPLE_AREAS, advisors = PEOPLE } = {}) {
  const store = memoryStore()
  await saveRoster(store, { areas, advisors })
  const office = await consoleOffice({ store, roster: createRosterReader(store) })
  /** Somebody of these roles, signed in. */
  const as = async (
    name: string,
    ...[roles, within = []]: [Parameters<typeof office.account>[1], string[]?]
  ) => {
    await office.account(name, roles, { areas: within })
    const browser = office.browser()
    await browser.signIn(name)
    return browser
  }
  return { ...office, as }
}

type Browser = ReturnType<typeof browserAt>

/** Sends a file as the page does. */
export async function upload(
  browser: Browser,
  path: string,
  {
    name = '表.csv',
    bytes,
    headers = {},
  }: { name?: string; bytes: string | Uint8Array; headers?: Record<string, string> },
) {
  const sent = {
    'content-type': 'application/octet-stream',
    'x-console': '1',
    'x-name': encodeURIComponent(name),
    ...headers,
  }
  return browser.api(path, {
    method: 'POST',
    headers: sent,
    body: typeof bytes === 'string' ? bytes : new Uint8Array(bytes),
  })
}

/** A file as the browser keeps it. */
export async function download(browser: Browser, base: string, path: string) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${base}/console/api${path}`, { headers: { cookie } })
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}
