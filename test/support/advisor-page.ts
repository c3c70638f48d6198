/** The advisors' page over a real application, with a roster, a ticket and a WeCom that knows its members. */
import { type AdvisorParts, hearAdvisor } from '../../bot/advisor/turn.ts'
import { insertTicket } from '../../bot/casework.ts'
import { ChannelError } from '../../bot/channels/channel.ts'
import type { Advisor, AdvisorRole, Roster } from '../../flows/roster/advisors.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { type Opening, openTicket } from '../../flows/ticket/ticket.ts'
import type { Login } from '../../server/advisor-page/login.ts'
import type { ReadPhoto } from '../../server/advisor-page/photo.ts'
import { advisorRoutes } from '../../server/advisor-page.ts'
import { createApp } from '../../server/app.ts'
import type { Desk } from '../../server/desk/desk.ts'
import { createLog } from '../../server/log.ts'
import { createMetrics } from '../../server/metrics.ts'
import { MORNING, NUMBER, opening } from './tickets.ts'
import { clockAt, fingerprint, knowledge, openStore, serve } from './world.ts'

export const AREAS = new AreaTree([
  { id: 'qu', level: 'district', name: '示范区', parent: null },
  { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qu' },
  { id: 'yaoxin', level: 'community', name: '尧新社区', parent: 'yaohua' },
  { id: 'jinyao', level: 'community', name: '金尧社区', parent: 'yaohua' },
])
export const advisorOf = (
  id: string,
  name: string,
  role: AdvisorRole,
  area: string,
  more: Partial<Advisor> = {},
): Advisor => ({ id, name, phone: null, role, areas: [area], duty: [], leave: [], ...more })

/** A backbone advisor of the street, one of each kind in 尧新社区, and somebody of the next community. */
export const rosterNow = (): Roster => ({
  areas: AREAS,
  advisors: new Map(
    [
      advisorOf('wang', '王芳', 'backbone', 'yaohua'),
      advisorOf('li', '李强', 'community', 'yaoxin'),
      advisorOf('zhao', '赵阳', 'volunteer', 'yaoxin'),
      advisorOf('sun', '孙梅', 'community', 'jinyao'),
    ].map((advisor) => [advisor.id, advisor]),
  ),
})

interface Surroundings {
  login: Login | null
  publicUrl: string | null
  roster: () => Roster
  readPhoto: ReadPhoto
}

/** What WeCom says of a code: whose it is, or that it is nobody's or spent. */
export const codes: Readonly<Record<string, string | null | ChannelError>> = {
  'code-of-wang': 'wang',
  'code-of-boss': 'boss',
  'code-of-outsider': null,
  'code-used': new ChannelError('40029', 'refused', 'code 用过了'),
  'code-while-down': new ChannelError('timeout', 'retry', '企业微信没有回应'),
}

export async function advisorPage(given: Partial<Surroundings> = {}) {
  const { roster = rosterNow, publicUrl = null } = given
  const store = await openStore()
  const now = clockAt(MORNING.toISOString())
  let ids = 0
  const newId = () => `id-${String(++ids).padStart(8, '0')}`
  const desk: Desk = { store, fingerprint, now, newId }
  const userOf = async (code: string) => {
    const known = codes[code] ?? null
    if (known instanceof ChannelError) throw known
    return known
  }
  const wecom: Login = {
    kind: 'wecom',
    corpId: 'ww0123456789abcdef',
    agentId: 1_000_002,
    publicUrl: 'https://help.example.gov.cn',
    userOf,
  }
  const lines: AdvisorParts = {
    ...desk,
    roster: async () => roster(),
    knowledge: knowledge(),
    randomBelow: (limit) => 4321 % limit,
    pageUrl: () => null,
    ticketUrl: () => null,
  }
  const routes = advisorRoutes({
    desk,
    roster: async () => roster(),
    hear: (line) => hearAdvisor(lines, { ...line, media: null }),
    login: given.login === undefined ? wecom : given.login,
    publicUrl,
    clock: now,
    ...(given.readPhoto ? { readPhoto: given.readPhoto } : {}),
    log: createLog('silent'),
  })
  const app = createApp({
    routers: [routes],
    direct: new Map(),
    store: { health: () => ({ writable: true, detail: '', advice: [] }) },
    metrics: createMetrics(),
    log: createLog('silent'),
  })
  const base = await serve(app.callback())
  const open = (more: Partial<Opening> = {}) =>
    store.transaction((tx) => insertTicket(tx, openTicket(opening({ area: 'yaoxin', ...more }))))
  return { store, now, desk, base, open, number: NUMBER }
}

/** A browser without a screen: keeps cookies, follows nothing by itself. */
export function visitor(base: string, cookies = new Map<string, string>()) {
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${base}${path}`, {
      redirect: 'manual',
      ...init,
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...Object.fromEntries(new Headers(init.headers)),
      },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return {
      status: response.status,
      headers: response.headers,
      to: response.headers.get('location') ?? '',
      text: await response.text(),
    }
  }
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  return {
    cookies,
    get: ask,
    post,
    /** Through WeCom's page and back. @returns what is shown then, the way there followed */
    async signIn(code = 'code-of-wang', to = '/t') {
      const away = await ask(to)
      const state = new URL(away.to).searchParams.get('state') ?? ''
      const back = await ask(`/t/sign-in?code=${code}&state=${state}`)
      return back.to === '' ? back : ask(back.to)
    },
    /** Fills in a form of the ticket's page as it is now. */
    async fill(number: string, form: string, fields: Record<string, string> = {}) {
      const hidden = hiddenOf((await ask(`/t/${number}`)).text)
      return { hidden, sent: await post(`/t/${number}`, { ...hidden, _form: form, ...fields }) }
    },
  }
}

/** What every form of a page carries. */
export function hiddenOf(page: string): Record<string, string> {
  const found = [...page.matchAll(/<input type="hidden" name="(_(?:token|seq|once))" value="([^"]*)">/g)]
  return Object.fromEntries(found.slice(0, 3).map(([, name = '', value = '']) => [name, value]))
}
