/** Advisors and where they work, as tests need them, and a way to write to the assistant as one of them. */
import type { AdvisorAnswer, AdvisorParts } from '../../bot/advisor/talk.ts'
import { hearAdvisor } from '../../bot/advisor/turn.ts'
import { insertTicket } from '../../bot/casework.ts'
import type { Store } from '../../bot/store.ts'
import type { Place } from '../../flows/advisor/words.ts'
import type { Advisor, Roster } from '../../flows/roster/advisors.ts'
import { type Area, AreaTree } from '../../flows/roster/areas.ts'
import { type Opening, openTicket, readTicket, type Ticket } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { opening } from './tickets.ts'
import { type Clock, clockAt, fingerprint, knowledge, openStore } from './world.ts'

export const AREAS: Area[] = [
  { id: 'qixia', level: 'district', name: '栖霞区', parent: null },
  { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qixia' },
  { id: 'yaoxin', level: 'community', name: '尧新社区', parent: 'yaohua' },
  { id: 'maigao', level: 'street', name: '迈皋桥街道', parent: 'qixia' },
]
const worker = (id: string, name: string, role: Advisor['role'], area: string): Advisor => ({
  id,
  name,
  phone: null,
  role,
  areas: [area],
  duty: [{ days: 'every-day', from: '00:00', to: '24:00' }],
  leave: [],
})
export const WANG = worker('wangfang', '王芳', 'community', 'yaoxin')
export const LI = worker('liqiang', '李强', 'backbone', 'yaohua')
export const ZHAO = worker('zhaoliu', '赵柳', 'volunteer', 'yaoxin')
export const SUN = worker('sunli', '孙丽', 'community', 'maigao')
export const ROSTER: Roster = {
  areas: new AreaTree(AREAS),
  advisors: new Map([WANG, LI, ZHAO, SUN].map((advisor) => [advisor.id, advisor])),
}

/** A ticket's number, by the four digits it begins with. */
export const numberFrom = (digits: number): string => mintNumber(0, () => digits)

export interface Office {
  store: Store
  clock: Clock
  parts: AdvisorParts
  /** Opens a ticket in 尧新社区. */
  open: (digits: number, more?: Partial<Opening>) => Promise<string>
  /** What an advisor is answered. */
  write: (
    advisor: Advisor,
    words: string,
    more?: { place?: Place; id?: string; media?: string },
  ) => Promise<AdvisorAnswer>
  ticket: (number: string) => Promise<Ticket>
}

/** An office with four advisors, on a Tuesday morning. */
export async function office({ at = '2026-03-03T09:00:00+08:00' } = {}): Promise<Office> {
  const store = await openStore()
  const clock = clockAt(at)
  let ids = 0
  let numbers = 7000
  const parts: AdvisorParts = {
    store,
    roster: async () => ROSTER,
    knowledge: knowledge(),
    fingerprint,
    now: clock,
    newId: () => `made-${++ids}`,
    randomBelow: (limit) => ++numbers % limit,
    pageUrl: ({ id }) => `https://help.example/p/${id}`,
    ticketUrl: (number) => `https://help.example/t/${number}`,
  }
  return {
    store,
    clock,
    parts,
    async open(digits, more = {}) {
      const number = numberFrom(digits)
      const opened = openTicket(opening({ number, area: 'yaoxin', at: clock(), askedAt: clock(), ...more }))
      await store.transaction((tx) => insertTicket(tx, opened))
      return number
    },
    write(advisor, words, { place = 'private', id = `line-${++ids}`, media } = {}) {
      return hearAdvisor(parts, { id, advisor: advisor.id, words, media: media ?? null, place })
    },
    async ticket(number) {
      const row = await store.get('tickets', number)
      if (!row) throw new Error(`no ticket ${number}`)
      return readTicket(row.ticket)
    },
  }
}
