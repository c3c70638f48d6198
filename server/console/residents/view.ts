/** Residents as the console shows them: masked until a reason is given, with what is kept of them and until when. */
import { needsAnother } from '../../../bot/erasing.ts'
import type { Resident, StaffTask } from '../../../bot/store.ts'
import { mayForget } from '../../../bot/turns/my-data-turn.ts'
import {
  openWishes,
  readWish,
  WISH_KINDS,
  WISH_WAY_WORDS,
  WISH_WORDS,
  type WishKind,
} from '../../../bot/wishes.ts'
import { chinaDay, sayDay, sayMoment } from '../../../flows/clocks.ts'
import { maskName } from '../../../flows/ticket/progress.ts'
import { CORRECTABLE_WORDS } from '../../../flows/ticket/request.ts'
import { isOpen, type Ticket } from '../../../flows/ticket/ticket.ts'
import type { Keep } from '../../config.ts'
import { mayUnmask } from '../look.ts'
import type { Place } from '../requests/find.ts'
import { sayPlace } from '../requests/say-place.ts'
import { lineOf } from '../requests/view.ts'
import { can } from '../roles.ts'
import type { FoundResident } from './find-residents.ts'
import { keptOf } from './kept.ts'
import type { ResidentLine, ResidentView, ResidentWish } from './wire.ts'

const CHANNELS = { 'official-account': '公众号', wechaty: '个人微信', sandbox: '试用页' } as const
const NO_CHANNEL = '顾问登记的，没有微信'

const nameOf = ({ personal: { facts } }: Ticket): string => (facts.anonymous ? '匿名' : maskName(facts.name))

/** A resident's requests whose people this account may see. */
export const unmaskable = ({ found }: FoundResident, { account }: Place): Ticket[] =>
  found.flatMap(({ ticket, look }) => (mayUnmask(account, look) ? [ticket] : []))

/** A wish that waits, of one request. */
export type Waiting = StaffTask & { ticket: string }

/** What waits about requests that this account may look into. */
export async function wishesSeen({ resident, found }: FoundResident, { store }: Place): Promise<Waiting[]> {
  const numbers = new Set(found.map(({ ticket }) => ticket.number))
  return (await openWishes(store, resident)).filter(({ ticket }) => numbers.has(ticket))
}

export async function residentLine(seen: FoundResident, place: Place): Promise<ResidentLine> {
  const { found, resident } = seen
  const { now, roster, store } = place
  const [{ ticket }] = found
  const today = chinaDay(now)
  const row = await store.get('residents', resident)
  const waiting = await wishesSeen(seen, place)
  const kinds = WISH_KINDS.filter((kind) => waiting.some((one) => one.kind === kind))
  const due = waiting.map(({ dueAt }) => dueAt).sort()[0]
  const words = kinds.map((kind) => WISH_WORDS[kind]).join('、')
  return {
    number: ticket.number,
    who: [...new Set(found.map((one) => nameOf(one.ticket)))].join('、'),
    tail:
      unmaskable(seen, place)
        .find(({ personal }) => personal.facts.phone)
        ?.personal.facts.phone?.slice(-4) ?? '',
    requests: found.length,
    open: found.filter((one) => isOpen(one.ticket)).length,
    area: sayPlace(ticket.area, roster.areas),
    asked: sayMoment(new Date(ticket.openedAt), today),
    channel: row ? CHANNELS[row.channel] : NO_CHANNEL,
    wish: due === undefined ? '' : `要求${words}，${sayDay(chinaDay(new Date(due)), today)}前答复`,
  }
}

/** @param unmasked how long who it is may be shown, by the wall clock; null while it is masked */
export async function residentView(
  seen: FoundResident,
  place: Place,
  { keep, unmasked }: { keep: Keep; unmasked: { until: string; forMs: number } | null },
): Promise<ResidentView> {
  const { found, resident } = seen
  const { store, account, now } = place
  const today = chinaDay(now)
  const say = (at: string | null | undefined) => (at ? sayMoment(new Date(at), today) : '')
  const row = await store.get('residents', resident)
  const reached = found.flatMap(({ ticket }) => ticket.contactedAt ?? []).sort()
  const may = unmaskable(seen, place)
  const waiting = await wishesSeen(seen, place)
  return {
    ...(await residentLine(seen, place)),
    wrote: say(row?.seenAt),
    reached: say(reached.at(-1)),
    follows: row ? sayFollows(row) : '',
    lines: found.map((one) => lineOf(one, place)),
    consent: found.map(({ ticket }) => sayConsent(ticket, say)),
    kept: await keptOf(seen, place, keep),
    wishes: WISH_KINDS.flatMap((kind) => wishOf(kind, waiting, seen, place) ?? []),
    facts: unmasked && may.length > 0 ? factsOf(may) : null,
    unmaskedUntil: unmasked ? say(unmasked.until) : null,
    unmaskedFor: unmasked ? Math.ceil(unmasked.forMs / 1000) : null,
    may: {
      unmask: may.length > 0,
      enter: may.length > 0 && can(account, 'enter-wishes'),
      answer: may.length > 0 && can(account, 'answer-wishes'),
    },
  }
}

const sayFollows = ({ channel, following }: Resident): string =>
  channel !== 'official-account' ? '' : following ? '关注着公众号' : '已经取消关注，发不了消息'

function sayConsent({ number, consent }: Ticket, say: (at: string) => string): string {
  return consent
    ? `${number}：${say(consent.at)}在微信里同意（告知第${consent.version}版）`
    : `${number}：顾问登记的，没有在微信里同意过`
}

/** Who it is, each value once with the requests it stands in. */
function factsOf(tickets: readonly Ticket[]): NonNullable<ResidentView['facts']> {
  const rows = new Map<string, { name: string; value: string; from: string[] }>()
  for (const { number, personal } of tickets) {
    const { facts } = personal
    const values: [string, string | null][] = [
      ['姓名', facts.name],
      ['电话', facts.phone],
      ['住址', facts.place || null],
      [CORRECTABLE_WORDS.idNumber, facts.idNumber],
      [CORRECTABLE_WORDS.registeredAt, facts.registeredAt],
      ['给谁求助', facts.relation],
      ['代办人', facts.proxy && [facts.proxy.name, facts.proxy.phone].filter(Boolean).join(' ')],
    ]
    for (const [name, value] of values) {
      if (!value) continue
      const known = rows.get(`${name}\n${value}`) ?? { name, value, from: [] }
      rows.set(`${name}\n${value}`, { ...known, from: [...known.from, number] })
    }
  }
  return [...rows.values()].map(({ from, ...row }) => ({ ...row, from: from.join('、') }))
}

/** A wish that waits, with what would become of each request; null where none of this kind does. */
function wishOf(
  kind: WishKind,
  waiting: readonly Waiting[],
  seen: FoundResident,
  place: Place,
): ResidentWish | null {
  const tasks = waiting.filter((one) => one.kind === kind)
  const [task] = tasks.toSorted((one, other) => (one.dueAt < other.dueAt ? -1 : 1))
  if (!task) return null
  const { now } = place
  const today = chinaDay(now)
  const wish = readWish(task)
  const tickets = seen.found.filter(({ ticket }) => tasks.some((one) => one.ticket === ticket.number))
  return {
    kind,
    what: WISH_WORDS[kind],
    way: WISH_WAY_WORDS[wish.way],
    asked: wish.askedAt === '' ? '' : sayMoment(new Date(wish.askedAt), today),
    due: sayDay(chinaDay(new Date(task.dueAt)), today),
    overdue: now.toISOString() > task.dueAt,
    goes: tickets.map(({ ticket }) => ({
      number: ticket.number,
      says: kind === 'erase' ? sayErased(ticket) : '记着的都写进文件',
    })),
    not: whyNot(kind, waiting, seen, place),
  }
}

function sayErased(ticket: Ticket): string {
  const stopped = isOpen(ticket) ? '还在办，删除就停办；' : ''
  return mayForget(ticket)
    ? `${stopped}整张删掉`
    : `${stopped}姓名、电话、住址、经过、照片删掉；办过什么、给过什么，是办理记录，留着`
}

/** Why whoever looks cannot answer what waits; '' when they can. */
export function notTheirs(waiting: readonly Waiting[], { found }: FoundResident, { account }: Place): string {
  if (!can(account, 'answer-wishes')) return '由街道工作人员办理。'
  const theirs = found.every(
    ({ ticket, look }) =>
      (look.mayWork && look.sight === 'full') || !waiting.some((one) => one.ticket === ticket.number),
  )
  return theirs ? '' : '有一张求助单不是您能办的，请联系负责人。'
}

/**
 * Why whoever looks cannot do it; '' when they can.
 *
 * @param waiting all that waits of this resident's wishes
 */
export function whyNot(
  kind: WishKind,
  waiting: readonly Waiting[],
  seen: FoundResident,
  place: Place,
): string {
  const tasks = waiting.filter((one) => one.kind === kind)
  const not = notTheirs(tasks, seen, place)
  if (not !== '' || kind === 'export') return not
  if (waiting.some((one) => one.kind === 'export')) return '居民还要一份自己的信息：先导出交给本人，再删。'
  if (tasks.some((task) => needsAnother(readWish(task), `account:${place.account.id}`)))
    return '这是您登记的，要另一位同事登录后核对、确认删除。'
  const again = seen.found.some(
    ({ ticket }) =>
      isOpen(ticket) && tasks.some((one) => one.ticket === ticket.number && readWish(one).way === 'chat'),
  )
  return again ? '居民提出以后求助单又重新办了：先问清楚，办结或停办以后才能删。' : ''
}
