/**
 * A month of an office, simulated: requests come in, are taken up, worked on and closed, people are away, the platform
 * fails, says it is too much or cannot reach somebody. What must have been told is worked out by an oracle that reads
 * the history alone, by hand-written days, and shares nothing with the code that plans and tells.
 */
import { act, insertTicket } from '../../bot/casework.ts'
import type { AdvisorChannel, AdvisorChannels, Notice } from '../../bot/channels/advisor-channel.ts'
import { ChannelError } from '../../bot/channels/channel.ts'
import type { Nudge, Store } from '../../bot/store.ts'
import { tellDue } from '../../bot/telling.ts'
import type { Advisor } from '../../flows/roster/advisors.ts'
import type { Area } from '../../flows/roster/areas.ts'
import { openTicket } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { KEY_BYTES, ringKey } from '../../server/store/sealer.ts'
import { opening } from './tickets.ts'
import { rosterOf } from './ways.ts'

const WITNESS = { by: 'command:month', seal: ringKey(Buffer.alloc(KEY_BYTES, 1)).fingerprint }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ROUND = 500
/** A month with the National Day holiday in it, and a worked Sunday and Saturday around it. */
const FIRST = Date.parse('2026-09-14T00:00:00+08:00')
/** The State Council's arrangement of 2026, by hand: days off, and weekend days that are worked. */
const OFF = ['2026-09-25', '2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07']
const WORKED = ['2026-09-20', '2026-10-10']

export interface MonthPlan {
  seed: number
  tickets: number
  advisors: number
  days: number
}

/** What a month came to. Every count but the first three must be 0. */
export interface MonthFigures {
  due: number
  messages: number
  merged: number
  dangers: number
  lost: number
  doubled: number
  wrongPerson: number
  afterSettled: number
  atNight: number
  robotOver: number
  personOver: number
  outOfOrder: number
  dangerLate: number
  untold: number
  faults: number
}

interface Sent {
  at: number
  way: string
  to: readonly string[]
  text: string
}
interface Life {
  number: string
  area: string
  opened: number
  urgent: boolean
  taken: number | null
  owners: { from: number; id: string }[]
  aided: number | null
  closed: number | null
}

export async function month(store: Store, { seed, tickets: count, advisors: heads, days }: MonthPlan) {
  const random = lehmer(seed)
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(random() * list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
  let now = FIRST
  const clock = () => new Date(now)
  const { areas, people } = office(heads, random)
  const roster = rosterOf(people, areas)
  const communities = areas.filter(({ level }) => level === 'community').map(({ id }) => id)
  const down = { from: FIRST + 9 * DAY + 10 * HOUR, to: FIRST + 12 * DAY + 10 * HOUR }
  const refused = new Set(Object.keys(people).filter(() => random() < 0.05))

  const sent: Sent[] = []
  let faults = 0
  const ways = wecomOf((keys, { text }) => {
    // A strict platform: sliding minutes of 20 a robot and 30 a person, and its own moods. It takes all or nothing.
    const lately = (way: string) => sent.filter((one) => now - one.at < MINUTE && one.way === way).length
    if (now >= down.from && now < down.to) throw fault('timeout')
    if (keys.some((way) => lately(way) >= (way.startsWith('robot') ? 20 : 30))) throw fault('45009')
    if (random() < 0.02) throw fault(random() < 0.5 ? '45009' : '-1')
    for (const way of keys)
      sent.push({ at: now, way, to: way.startsWith('app:') ? [way.slice(4)] : [], text })
  }, refused)
  // One for each code: making thousands, each with where it was made, took a sixth of the month.
  const known = new Map<string, ChannelError>()
  const fault = (code: string) => {
    faults++
    const error = known.get(code) ?? new ChannelError(code, 'retry', '')
    known.set(code, error)
    return error
  }
  let ids = 0
  const parts = {
    store,
    channels: async () => ways,
    roster: async () => roster,
    now: clock,
    newId: () => `m${++ids}`,
  }
  const tell = async () => {
    while ((await tellDue(parts)) > 0);
  }

  // What happens in the office, by the minute.
  const lives: Life[] = []
  const deeds: { at: number; work: () => Promise<unknown> }[] = []
  const dangers: { at: number; id: string }[] = []
  const plan = (at: number, work: () => Promise<unknown>) => deeds.push({ at, work })
  const moves = (number: string, by: string, action: unknown) =>
    act(store, {
      number,
      action,
      actor: { role: 'advisor', id: by },
      witness: WITNESS,
      now: clock(),
      newId: () => `n${++ids}`,
    })
  for (let n = 0; n < count; n++) {
    const at = FIRST + Math.floor(random() * (days - 1) * 1440) * MINUTE
    const area = pick(communities)
    const near = Object.keys(people).filter((id) => people[id]?.areas.includes(area))
    const number = mintNumber(0, () => n)
    const urgent = random() < 0.3
    const life: Life = {
      number,
      area,
      opened: at,
      urgent,
      taken: null,
      owners: [],
      aided: null,
      closed: null,
    }
    lives.push(life)
    plan(at, () =>
      store.transaction((tx) =>
        insertTicket(
          tx,
          openTicket(
            opening({
              number,
              area,
              resident: `official-account:o${n}`,
              fingerprints: [],
              urgency: { level: urgent ? 'urgent' : 'normal', reason: '' },
              at: clock(),
              askedAt: clock(),
            }),
          ),
        ),
      ),
    )
    let step = at
    const after = (most: number) => (step += Math.ceil(random() * most) * MINUTE + 1000)
    if (random() < 0.8) {
      const owner = pick(near)
      const when = after(180)
      life.taken = when
      life.owners.push({ from: when, id: owner })
      plan(when, () => moves(number, owner, { kind: 'claim', name: owner, why: '' }))
      if (random() < 0.2) {
        const next = pick(Object.keys(people).filter((id) => id !== owner))
        const handed = after(3 * 1440)
        life.owners.push({ from: handed, id: next })
        plan(handed, () => moves(number, owner, { kind: 'assign', owner: { id: next, name: next }, why: '' }))
      }
      if (urgent && random() < 0.7) {
        life.aided = after(1440)
        plan(life.aided, () => moves(number, owner, AID))
      }
      if (random() < 0.6) {
        const done = after(20 * 1440)
        life.closed = done
        plan(done - 500, () => moves(number, owner, { kind: 'screen', why: '' }))
        plan(done, () => moves(number, owner, { kind: 'close', result: 'helped', why: '办好了' }))
      }
    }
  }
  for (let n = 0; n < days / 3; n++) {
    const at = FIRST + Math.floor(random() * days * 1440) * MINUTE
    const id = `danger-${n}`
    dangers.push({ at, id })
    plan(at, () => store.transaction((tx) => tx.insert('nudges', dangerRow(id, new Date(at).toISOString()))))
  }
  deeds.sort((one, other) => one.at - other.at)

  const end = FIRST + days * DAY
  for (let next = 0; now < end; ) {
    await tell()
    // As often as the server looks, but only when something may be due.
    const due = Math.min(await nextDue(store), nextMorning(now), end)
    const wake = Math.max(now + ROUND, Math.ceil(due / ROUND) * ROUND)
    const deed = deeds[next]
    if (deed && deed.at <= wake) {
      now = Math.max(now, deed.at)
      next++
      await deed.work()
    } else {
      now = wake
    }
  }
  const rows = await rowsOf(store)
  return { ...check({ lives, dangers, sent, people, end, down, refused, rows }), faults }
}

const AID = {
  kind: 'aid',
  part: null,
  need: 'money',
  what: '救急金',
  amount: '500',
  source: '备用金',
  receipt: null,
  givenBy: '顾问',
  ahead: false,
  papers: [],
  why: '',
} as const

function dangerRow(id: string, at: string): Nudge {
  return {
    id,
    kind: 'danger',
    danger: 'starvation',
    resident: id,
    ticket: null,
    task: null,
    ladder: null,
    rung: 0,
    advisor: null,
    urgency: 'danger',
    at,
    times: 1,
    state: 'pending',
    attempts: 0,
    told: [],
    missed: [],
    error: null,
    dueAt: at,
    settledAt: null,
  }
}

async function nextDue(store: Store): Promise<number> {
  const heads = await Promise.all(
    ['danger', 'urgent', 'normal'].map((urgency) =>
      store.list('nudges', 'due', { equals: ['pending', urgency], limit: 1 }),
    ),
  )
  return Math.min(...heads.flat().map(({ dueAt }) => Date.parse(dueAt)))
}

function nextMorning(now: number): number {
  const today = Math.floor((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR + 8.5 * HOUR
  return today > now ? today : today + DAY
}

async function rowsOf(store: Store): Promise<Nudge[]> {
  const rows: Nudge[] = []
  for await (const row of store.scan('nudges')) rows.push(row)
  return rows
}

/** A district, three streets, twelve communities, and people in all of them, some away for a while. */
function office(heads: number, random: () => number) {
  const areas: Area[] = [{ id: 'qu', level: 'district', name: '城东区', parent: null }]
  for (let street = 0; street < 3; street++) {
    areas.push({ id: `s${street}`, level: 'street', name: `第${street}街道`, parent: 'qu' })
    for (let community = 0; community < 4; community++)
      areas.push({
        id: `s${street}c${community}`,
        level: 'community',
        name: `第${community}社区`,
        parent: `s${street}`,
      })
  }
  const people: Record<string, Pick<Advisor, 'areas'> & Partial<Advisor>> = {}
  for (let head = 0; head < heads; head++) {
    const area = areas[head % areas.length]?.id ?? 'qu'
    const from = dayOf(FIRST + Math.floor(random() * 25) * DAY)
    const to = dayOf(Date.parse(`${from}T00:00:00+08:00`) + 4 * DAY)
    const standIn = random() < 0.7 ? `a${(head + areas.length) % heads}` : null
    people[`a${head}`] = { areas: [area], leave: random() < 0.25 ? [{ from, to, standIn }] : [] }
  }
  return { areas, people }
}

function wecomOf(
  send: (ways: readonly string[], notice: Notice) => void,
  refused: ReadonlySet<string>,
): AdvisorChannels {
  const app: AdvisorChannel = {
    name: 'wecom-app',
    maxBytes: 2000,
    perMinute: 25,
    carriesCards: true,
    async tell(notice, to) {
      send(
        to.filter((one) => !refused.has(one)).map((one) => `app:${one}`),
        notice,
      )
      return { unreachable: to.filter((one) => refused.has(one)), code: null }
    },
  }
  return {
    to: (address) => {
      if (address.kind === 'person')
        return { key: `app:${address.advisor}`, channel: app, to: [address.advisor] }
      const key = `robot:${address.area ?? ''}`
      const robot: AdvisorChannel = {
        name: 'wecom-robot',
        maxBytes: 2000,
        perMinute: 20,
        carriesCards: false,
        async tell(notice) {
          send([key], notice)
          return { unreachable: [], code: null }
        },
      }
      return { key, channel: robot, to: [] }
    },
  }
}

/** Lehmer's generator: repeatable. */
function lehmer(start: number): () => number {
  let seed = (Math.abs(start) % 2_147_483_646) + 1
  return () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
}

// The oracle. It counts by hand-written days and the clock in China, and knows nothing of flows/.

const dayOf = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(0, 10)
const clockOf = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(11, 16)
const morning = (day: string): number => Date.parse(`${day}T08:30:00+08:00`)
const sleeps = (at: number): boolean => clockOf(at) >= '22:00' || clockOf(at) < '08:00'
const works = (day: string): boolean => {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return WORKED.includes(day) || (weekday % 6 !== 0 && !OFF.includes(day))
}
function awake(at: number): number {
  let then = at
  while (sleeps(then)) then = Math.floor(then / MINUTE) * MINUTE + MINUTE
  return then
}
/** So many working days on or, with a negative count, back; 0 is the day itself or the last working day before it. */
function workdays(day: string, count: number): string {
  let at = Date.parse(`${day}T12:00:00+08:00`)
  const step = count > 0 ? DAY : -DAY
  for (let left = Math.abs(count); left > 0; ) {
    at += step
    if (works(dayOf(at))) left--
  }
  while (count <= 0 && !works(dayOf(at))) at -= DAY
  return dayOf(at)
}

interface Expected {
  life: Life
  title: string
  from: number
  until: number
  /** Only to who has it; otherwise whoever it went to is not checked. */
  owner: boolean
}

function expected(life: Life, end: number): Expected[] {
  const closed = life.closed ?? Number.POSITIVE_INFINITY
  const taken = life.taken ?? Number.POSITIVE_INFINITY
  const list: Expected[] = []
  const rungs = (title: string, all: { at: number; owner: boolean }[], over: number, began: number) => {
    const kept = all.filter(({ at }, place) => at >= began && all[place + 1]?.at !== at)
    for (const [place, { at, owner }] of kept.entries()) {
      const until = Math.min(kept[place + 1]?.at ?? Number.POSITIVE_INFINITY, over, end)
      if (at < until) list.push({ life, title, from: at, until, owner })
    }
  }
  rungs('新求助', [{ at: awake(life.opened), owner: false }], taken, life.opened)
  const waits: { at: number; owner: boolean }[] = []
  let at = awake(life.opened)
  for (let rung = 0; rung < 3; rung++) {
    at = awake(at + (life.urgent ? 10 : 30) * MINUTE)
    waits.push({ at, owner: false })
  }
  rungs('没人接单', waits, taken, life.opened)
  if (life.urgent) {
    const hours = [2, 8, 20, 24].map((hour) => ({ at: awake(life.opened + hour * HOUR), owner: hour < 24 }))
    rungs('24小时救助', hours, Math.min(life.aided ?? Number.POSITIVE_INFINITY, closed), life.opened)
  }
  const last = workdays(dayOf(life.opened), 20)
  rungs(
    '办理时限',
    [
      { at: morning(workdays(last, -2)), owner: true },
      { at: morning(last), owner: true },
      { at: morning(workdays(last, 1)), owner: false },
      { at: morning(workdays(last, 3)), owner: false },
    ],
    closed,
    life.opened,
  )
  if (life.closed !== null) {
    const due = dayOf(life.closed + 30 * DAY)
    const before = dayOf(Date.parse(`${due}T12:00:00+08:00`) - 3 * DAY)
    rungs(
      '回访',
      [
        { at: morning(workdays(before, 0)), owner: true },
        { at: morning(workdays(due, 0)), owner: true },
        { at: morning(workdays(due, 1)), owner: false },
      ],
      Number.POSITIVE_INFINITY,
      life.closed,
    )
  }
  return list
}

/** The longest a thing may take that meets moods of the platform, one after the other. */
const SLACK = 45 * MINUTE
const DANGER_LATE = 40_000

interface Seen {
  lives: Life[]
  dangers: { at: number; id: string }[]
  sent: Sent[]
  people: Record<string, Pick<Advisor, 'areas'> & Partial<Advisor>>
  end: number
  down: { from: number; to: number }
  refused: ReadonlySet<string>
  rows: Nudge[]
}

function check({
  lives,
  dangers,
  sent,
  people,
  end,
  down,
  refused,
  rows,
}: Seen): Omit<MonthFigures, 'faults'> {
  const figures = {
    due: 0,
    messages: sent.length,
    merged: sent.filter(({ text }) => (text.match(/【[^】]+】Q-/g) ?? []).length > 1).length,
    dangers: dangers.length,
    lost: 0,
    doubled: 0,
    wrongPerson: 0,
    afterSettled: 0,
    atNight: sent.filter(({ at, text }) => sleeps(at) && !text.includes('【危急】')).length,
    robotOver: 0,
    personOver: 0,
    outOfOrder: sent.filter(({ text }) => !inOrder(text)).length,
    dangerLate: 0,
    untold: 0,
  }
  /** What was said of each number under each title. */
  const said = new Map<string, Sent[]>()
  for (const one of sent)
    for (const [, title, number] of one.text.matchAll(/【([^】]+)】(Q-\d+-\d)/g)) {
      const key = `${title} ${number}`
      said.set(key, [...(said.get(key) ?? []), one])
    }
  const acting = (id: string, at: number): string | null => {
    const away = people[id]?.leave?.find(({ from, to }) => from <= dayOf(at) && dayOf(at) <= to)
    if (!away) return id
    return away.standIn === null || away.standIn === id ? null : acting(away.standIn, at)
  }
  const hold = (from: number, until: number) =>
    Math.max(0, until - from) - Math.max(0, Math.min(until, down.to + SLACK) - Math.max(from, down.from))
  for (const life of lives) {
    const wanted = expected(life, end)
    let known = 0
    for (const { title, from, until, owner } of wanted) {
      figures.due++
      const there = (said.get(`${title} ${life.number}`) ?? []).filter(({ at }) => at >= from && at < until)
      known += there.length
      if (there.length === 0 && hold(from, until) > SLACK) figures.lost++
      if (new Set(there.map(({ way }) => way)).size !== there.length) figures.doubled++
      if (!owner) continue
      for (const { at, to } of there) {
        const has = life.owners.findLast((one) => one.from <= at)?.id
        const who = has === undefined ? null : acting(has, at)
        if (who !== null && !refused.has(who) && (to[0] !== who || there.length !== 1)) figures.wrongPerson++
      }
    }
    // Whatever else was said of it was said when nothing was owed.
    const titles = [...new Set(wanted.map(({ title }) => title))]
    const all = titles.reduce((sum, title) => sum + (said.get(`${title} ${life.number}`)?.length ?? 0), 0)
    figures.afterSettled += all - known
  }
  for (const way of new Set(sent.map((one) => one.way))) {
    const times = sent.filter((one) => one.way === way).map(({ at }) => at)
    const most = Math.max(...times.map((at) => times.filter((one) => one >= at && one < at + MINUTE).length))
    if (way.startsWith('robot') && most > 20) figures.robotOver++
    if (way.startsWith('app') && most > 30) figures.personOver++
  }
  for (const { at, id } of dangers) {
    const told = rows.find((row) => row.id === id)?.told ?? []
    const first = Math.min(...told.map((one) => Date.parse(one.at)))
    if (told.length === 0) figures.lost++
    else if (!(at >= down.from && at < down.to) && first - at > DANGER_LATE) figures.dangerLate++
  }
  // Nothing stands as told that the platform did not take, just then and by that way.
  const taken = new Set(sent.map(({ way, at }) => `${way} ${new Date(at).toISOString()}`))
  for (const { told } of rows)
    for (const { way, at } of told) if (!taken.has(`${way} ${at}`)) figures.untold++
  return figures
}

/** In one message the danger stands first, then what counts in hours. */
function inOrder(text: string): boolean {
  const ranks = text
    .split('\n')
    .filter((line) => /【[^】]+】(?:Q-|居民)/.test(line))
    .map((line) => (line.includes('【危急】') ? 0 : /紧急|24小时救助|加急/.test(line) ? 1 : 2))
  return ranks.every((rank, place) => rank >= (ranks[place - 1] ?? 0))
}
