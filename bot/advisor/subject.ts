/** Which request or household an advisor's line is about, and whether it is theirs to see and to move. */
import { type Command, commandOf } from '../../flows/advisor/commands.ts'
import type { Line } from '../../flows/advisor/lines.ts'
import { type Sight, sightOf } from '../../flows/advisor/sight.ts'
import { type Candidate, findSubject } from '../../flows/advisor/subject.ts'
import { lineAbout, sayElsewhere, sayHousehold } from '../../flows/advisor/words.ts'
import { actingFor, actsFor } from '../../flows/roster/advisors.ts'
import { readTicket, type Stage, type Ticket } from '../../flows/ticket/ticket.ts'
import type { HouseholdRow } from '../store.ts'
import { openTasks } from '../visits.ts'
import {
  type AdvisorAnswer,
  about,
  askBack,
  NUMBER,
  type Option,
  type Scene,
  saying,
  withValue,
} from './talk.ts'

export type Subject =
  | { kind: 'ticket'; number: string; ticket: Ticket; sight: Sight }
  | { kind: 'household'; number: string; household: HouseholdRow }
export type Settled = { subject: Subject; line: Line } | { answer: AdvisorAnswer }

const OPEN_STAGES: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported']
/** Those that still may be meant. */
const STAGES_MEANT: readonly Stage[] = [...OPEN_STAGES, 'closed', 'revisited', 'refused']
/** Of one area and stage, or one advisor and stage, the first due. */
const LISTED = 100
/** More choices than anybody reads. */
const CHOICES = 9

/** Requests an advisor has, or whoever they stand in for, the first due of each first. */
export async function ownTickets(
  { tx, me, roster, now }: Scene,
  stages: readonly Stage[],
): Promise<Ticket[]> {
  const rows = await Promise.all(
    actsFor(me, roster, now).flatMap((id) =>
      stages.map((stage) => tx.list('tickets', 'withOwner', { equals: [id, stage], limit: LISTED })),
    ),
  )
  return rows.flat().map((row) => readTicket(row.ticket))
}

/** Requests in an advisor's areas, downwards, that they see. */
export async function nearTickets(
  { tx, me, roster, now }: Scene,
  stages: readonly Stage[],
): Promise<Ticket[]> {
  const areas = roster.areas.all().filter(({ id }) => me.areas.some((own) => roster.areas.isWithin(id, own)))
  const keys = ['', ...areas.map(({ id }) => id)]
  const tickets: Ticket[] = []
  for (const area of keys) {
    for (const stage of stages) {
      for (const row of await tx.list('tickets', 'inArea', { equals: [area, stage], limit: LISTED })) {
        const ticket = readTicket(row.ticket)
        if (sightOf(me, ticket, roster, now) !== null) tickets.push(ticket)
      }
    }
  }
  return tickets
}

/** Households an advisor looks after, or whoever they stand in for, those not reached for longest first. */
export async function ownHouseholds({ tx, me, roster, now }: Scene): Promise<HouseholdRow[]> {
  const rows = await Promise.all(
    actsFor(me, roster, now).map((id) =>
      tx.list('households', 'ofAdvisor', { equals: [id, 'watched'], limit: LISTED }),
    ),
  )
  return rows.flat().sort((one, other) => (one.contactedAt < other.contactedAt ? -1 : 1))
}

/** Who a household is; null when its row does not say. */
export function nameOf({ person }: HouseholdRow): string | null {
  const name: unknown = typeof person === 'object' && person !== null ? Reflect.get(person, 'name') : null
  return typeof name === 'string' && name !== '' ? name : null
}

/** Finds what a line is about, asks back where it is not clear, and says no where it is none of theirs. */
export async function settleSubject(scene: Scene, line: Line): Promise<Settled> {
  const command = commandOf(line.command)
  const known = line.values[NUMBER]
  if (known !== undefined) return open(scene, line, command, known)
  const { subject: mention } = line
  if (mention === null) return unnamed(scene, line, command)
  const isWhole = mention.kind === 'digits' && mention.letter !== null && mention.dashed
  const outright = isWhole ? findSubject(mention, []) : null
  const found = outright?.kind === 'one' ? outright : findSubject(mention, await candidatesOf(scene))
  if (found.kind === 'one') return open(scene, line, command, found.number)
  if (found.kind === 'several')
    return {
      answer: await choose(
        scene,
        line,
        found.numbers,
        found.mistyped ? '编号抄错了一位（编号自带校验）。是不是：' : '是哪一张？',
      ),
    }
  if (mention.kind === 'person')
    return { answer: saying('没找到这个人的求助单。请写求助编号，如“Q-0412-6”。') }
  return {
    answer: saying(
      isWhole
        ? '编号抄错了，和校验位对不上；您手上也没有相近的。请核对每一位，如“Q-0412-6”。'
        : '没找到这个编号。请把编号写全，如“Q-0412-6”；写“我的”看手上有哪些。',
    ),
  }
}

async function candidatesOf(scene: Scene): Promise<Candidate[]> {
  const tickets = [...(await ownTickets(scene, STAGES_MEANT)), ...(await nearTickets(scene, STAGES_MEANT))]
  const seen = new Map<string, Candidate>()
  for (const ticket of tickets) {
    const { number, personal } = ticket
    // Whom a request is about is only known to those who see all of it.
    const full = sightOf(scene.me, ticket, scene.roster, scene.now) === 'full'
    seen.set(number, { number, name: full ? personal.facts.name : null })
  }
  for (const household of await ownHouseholds(scene))
    seen.set(household.id, { number: household.id, name: nameOf(household) })
  return [...seen.values()]
}

/** Nothing was named: the one meant last, their only one, or a choice among theirs. */
async function unnamed(scene: Scene, line: Line, command: Command): Promise<Settled> {
  const last = scene.talk.subject?.number
  const fits = last !== undefined && (command.about === 'either' || last.startsWith('Q'))
  if (command.name === 'claim') return unclaimed(scene, line, command, fits ? last : undefined)
  if (fits) return open(scene, line, command, last)
  const stages: Stage[] =
    command.name === 'revisit' || command.name === 'reopen' ? ['closed'] : [...OPEN_STAGES]
  const own = await ownTickets(scene, command.name === 'visit' ? [...stages, 'closed'] : stages)
  const [only] = own
  if (only && own.length === 1) return open(scene, line, command, only.number)
  if (only)
    return {
      answer: await choose(
        scene,
        line,
        own.map(({ number }) => number),
        '是哪一张？',
      ),
    }
  return { answer: saying('您手上现在没有这样的求助单。请写求助编号，如“Q-0412-6”。') }
}

async function unclaimed(
  scene: Scene,
  line: Line,
  command: Command,
  last: string | undefined,
): Promise<Settled> {
  const near = (await nearTickets(scene, OPEN_STAGES)).filter(({ owner }) => owner === null)
  const meant = near.find(({ number }) => number === last) ?? (near.length === 1 ? near[0] : undefined)
  if (meant) return open(scene, line, command, meant.number)
  if (near.length === 0) return { answer: saying('您的片区现在没有等人接的求助单。') }
  return {
    answer: await choose(
      scene,
      line,
      near.map(({ number }) => number),
      '接哪一张？',
    ),
  }
}

/** A numbered choice among numbers they see; the others stay unmentioned. */
async function choose(
  scene: Scene,
  line: Line,
  numbers: readonly string[],
  ask: string,
): Promise<AdvisorAnswer> {
  const choices: Option[] = []
  for (const number of numbers.slice(0, CHOICES)) {
    const found = await look(scene, number)
    if (found) choices.push({ label: labelOf(scene, found), value: number })
  }
  return askBack(scene, line, { slot: NUMBER, ask, choices })
}

function labelOf({ roster, now }: Scene, subject: Subject): string {
  if (subject.kind === 'ticket') return lineAbout(subject.ticket, roster, now)
  const { household } = subject
  return sayHousehold(household, nameOf(household), roster.areas.say(household.area), now)
}

/** What they see under a number; null when there is nothing or it is none of theirs. */
async function look({ tx, me, roster, now }: Scene, number: string): Promise<Subject | null> {
  if (number.startsWith('H')) {
    const household = await tx.get('households', number)
    if (!household) return null
    const { advisor, area } = household
    const theirs = advisor === me.id || (advisor !== '' && actingFor(advisor, roster, now)?.id === me.id)
    const works = me.role === 'backbone' || me.role === 'community'
    const near = works && me.areas.some((own) => roster.areas.isWithin(area, own))
    const sent = (await openTasks(tx, number)).some((task) => task.advisor === me.id)
    return theirs || near || sent ? { kind: 'household', number, household } : null
  }
  const row = await tx.get('tickets', number)
  if (!row) return null
  const ticket = readTicket(row.ticket)
  const sight = sightOf(me, ticket, roster, now)
  return sight && { kind: 'ticket', number, ticket, sight }
}

async function open(scene: Scene, line: Line, command: Command, number: string): Promise<Settled> {
  const { tx, roster, now } = scene
  if (command.about === 'ticket' && !number.startsWith('Q'))
    return { answer: saying(`“${command.word}”要写求助编号（Q开头）；联系对象请用“走访”。`) }
  const subject = await look(scene, number)
  if (!subject) {
    const row = await tx.get('tickets', number)
    const household = row ? undefined : await tx.get('households', number)
    if (row) {
      const { area, owner } = readTicket(row.ticket)
      return { answer: saying(sayElsewhere({ number, area, owner }, roster, now)) }
    }
    if (household) {
      const owner = roster.advisors.get(household.advisor) ?? null
      return { answer: saying(sayElsewhere({ number, area: household.area, owner }, roster, now)) }
    }
    return {
      answer: saying(
        `没有编号是${number}的${number.startsWith('H') ? '联系对象' : '求助单'}，请核对每一位。`,
      ),
    }
  }
  if (subject.kind === 'ticket' && subject.sight !== 'full') {
    const { ticket, sight } = subject
    const { owner } = ticket
    if (sight === 'shut')
      return { answer: saying(`${number}只由骨干顾问经办。请找${owner?.name ?? '您片区的骨干顾问'}。`) }
    const mayClaim = command.name === 'claim' || command.name === 'show'
    if (!mayClaim)
      return {
        answer: about(
          scene,
          number,
          owner
            ? `${number}由${owner.name}负责，您不能办。请找${owner.name}。`
            : `${number}还没有人接。由您负责以后才能办：写“接单 ${number}”。`,
        ),
      }
  }
  return { subject, line: withValue(line, NUMBER, number) }
}
