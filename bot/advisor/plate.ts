/** 我的: what is on an advisor's plate, the most pressing first, each with its number and what it waits for. */
import { daysAgo, lineAbout, reasonWord, sayHousehold, todayOf } from '../../flows/advisor/words.ts'
import { chinaDay, sayDay } from '../../flows/clocks.ts'
import { isTicketSilent, SILENT_DAYS } from '../../flows/nudges/morning.ts'
import { actsFor } from '../../flows/roster/advisors.ts'
import { isOverdue } from '../../flows/ticket/limits.ts'
import { promisesOf } from '../../flows/ticket/promises.ts'
import type { Stage, Ticket } from '../../flows/ticket/ticket.ts'
import { openCall } from '../calls.ts'
import { visitsDue } from '../visits.ts'
import { nameOf, nearTickets, ownHouseholds, ownTickets } from './subject.ts'
import { type AdvisorAnswer, type Scene, saying } from './talk.ts'

const OPEN: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported']
const MINE: readonly Stage[] = [...OPEN, 'closed']
/** Of each kind so many are named, the rest counted. */
const NAMED = 4
/** The most one message holds, in UTF-8 bytes. */
const MAX_BYTES = 2000

/** What waits for an advisor, each thing in one line; a thing is named once, under its most pressing reason. */
export interface Plate {
  overdue: string[]
  today: string[]
  unclaimed: string[]
  visits: string[]
  calls: string[]
  silent: string[]
  /** The rest of what is theirs. */
  rest: string[]
}

export async function plateOf(scene: Scene): Promise<Plate> {
  const { tx, me, roster, now } = scene
  const today = chinaDay(now)
  const line = (ticket: Ticket) => lineAbout(ticket, roster, now)
  const acted = actsFor(me, roster, now)
  const own = await ownTickets(scene, MINE)
  const named = new Set<string>()
  const taken = (tickets: readonly Ticket[]): string[] => {
    const fresh = tickets.filter(({ number }) => !named.has(number))
    for (const { number } of fresh) named.add(number)
    return fresh.map(line)
  }
  const nearest = (ticket: Ticket) => promisesOf(ticket)[0]?.due
  const overdue = taken(own.filter((ticket) => promisesOf(ticket).some(({ due }) => isOverdue(due, now))))
  const dueToday = taken(
    own.filter((ticket) => {
      const due = nearest(ticket)
      return due !== undefined && chinaDay(new Date(due.at)) === today
    }),
  )
  const near = await nearTickets(scene, OPEN)
  const unclaimed = taken(near.filter(({ owner }) => owner === null))
  const tasks = await Promise.all(acted.map((id) => visitsDue(tx, id, today)))
  const visits = tasks
    .flat()
    .map(
      ({ subject, reason, dueAt }) =>
        `${subject} ${reasonWord(reason)} ${sayDay(chinaDay(new Date(dueAt)), today)}前${dueAt < now.toISOString() ? '（已超期）' : ''}`,
    )
  const calls: string[] = []
  for (const ticket of own) {
    if (await openCall(tx, ticket.number)) calls.push(`${ticket.number} 有消息没送到居民手机上，请打电话告诉`)
  }
  const since = daysAgo(SILENT_DAYS, now)
  const silentTickets = own.filter((ticket) => isTicketSilent(ticket, now))
  const households = (await ownHouseholds(scene)).filter(({ contactedAt }) => contactedAt <= since)
  const silent = [
    ...taken(silentTickets),
    ...households.map((one) => sayHousehold(one, nameOf(one), roster.areas.say(one.area), now)),
  ]
  return { overdue, today: dueToday, unclaimed, visits, calls, silent, rest: taken(own) }
}

const TITLES: readonly [keyof Plate, string][] = [
  ['overdue', '已超期'],
  ['today', '今天到期'],
  ['unclaimed', '等人接单'],
  ['visits', '要走访'],
  ['calls', '要打电话'],
  ['silent', `${SILENT_DAYS}天没联系上`],
  ['rest', '手上其他的'],
]

/** The plate in words. */
export async function sayPlate(scene: Scene): Promise<AdvisorAnswer> {
  const plate = await plateOf(scene)
  const sections = TITLES.filter(([kind]) => plate[kind].length > 0)
  if (sections.length === 0) return saying('您手上现在没有要办的，片区里也没有等人接的。')
  for (let named = NAMED; ; named--) {
    const text = sections
      .map(([kind, title]) => {
        const lines = plate[kind]
        const more = lines.length > named ? [`…还有${lines.length - named}件`] : []
        return [`【${title} ${lines.length}】`, ...lines.slice(0, named), ...more].join('\n')
      })
      .join('\n')
    if (named === 0 || Buffer.byteLength(text) <= MAX_BYTES) return saying(text)
  }
}

/** The households an advisor looks after, those not reached for longest first. */
export async function sayCaseload(scene: Scene): Promise<AdvisorAnswer> {
  const { roster, now } = scene
  const households = await ownHouseholds(scene)
  if (households.length === 0) return saying('您现在没有包片联系的家庭。名单由管理员导入。')
  const lines = households.map((one) => sayHousehold(one, nameOf(one), roster.areas.say(one.area), now))
  const title = `您联系的家庭 ${households.length} 户，最久没联系上的在前（${todayOf(now)}）：`
  let text = title
  for (const [place, line] of lines.entries()) {
    const longer = `${text}\n${line}`
    if (Buffer.byteLength(longer) > MAX_BYTES - 40) return saying(`${text}\n…还有${lines.length - place}户`)
    text = longer
  }
  return saying(text)
}
