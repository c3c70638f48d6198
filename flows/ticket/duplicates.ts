/**
 * Whether a request was made before: shown to staff with what it is judged by, never merged and never a reason
 * for the machine to refuse (rows 002-21, 004-09).
 */
import { chinaDay, daysBetween } from '../clocks.ts'
import { NEED_WORDS, type RequestFacts } from './request.ts'
import { type Fingerprint, isOpen, STAGE_WORDS, type Ticket } from './ticket.ts'

/** How far back a closed ticket counts as the same trouble, in calendar days. */
export const DUPLICATE_DAYS = 90

const REASON_WORDS: Readonly<Record<Fingerprint['kind'], string>> = {
  id: '同一身份证号',
  phone: '同一电话',
  household: '同一户',
  resident: '同一微信',
}
/** The surest first. */
const REASONS = ['id', 'phone', 'household', 'resident'] as const

export interface Likeness {
  /** The earlier ticket's number. */
  number: string
  reasons: Fingerprint['kind'][]
  /** For staff: what is alike, when it was, where it stands, what aid was given. */
  says: string
}

/** A request not yet opened, as it is compared. */
export interface Request {
  resident: string
  facts: RequestFacts
  fingerprints: readonly Fingerprint[]
  at: Date
}

/**
 * Earlier tickets of the same person, phone, ID number or household with a like need: opened in the last
 * {@link DUPLICATE_DAYS} days, or still at work however old. The surest first, then the newest.
 */
export function likeTickets(request: Request, earlier: readonly Ticket[]): Likeness[] {
  const today = chinaDay(request.at)
  return earlier
    .flatMap((ticket) => {
      const reasons = REASONS.filter((kind) => share(request, ticket, kind))
      const age = daysBetween(chinaDay(new Date(ticket.openedAt)), today)
      const recent = age <= DUPLICATE_DAYS || isOpen(ticket)
      return reasons.length > 0 && recent && likeNeed(request.facts, ticket.personal.facts)
        ? [{ ticket, reasons, age }]
        : []
    })
    .sort((one, other) => surest(one.reasons) - surest(other.reasons) || one.age - other.age)
    .map(({ ticket, reasons, age }) => ({
      number: ticket.number,
      reasons,
      says: say(request.facts, ticket, reasons, age),
    }))
}

/**
 * The open ticket that the very same answers of the same resident have opened already, so that confirming
 * twice opens one; null when there is none. Photos may be sent again under another id and do not count.
 */
export function sameRequest(
  request: Pick<Request, 'resident' | 'facts'>,
  earlier: readonly Ticket[],
): Ticket | null {
  const answers = answersOf(request.facts)
  return (
    earlier.find(
      (ticket) =>
        isOpen(ticket) &&
        ticket.resident === request.resident &&
        answersOf(ticket.personal.facts) === answers,
    ) ?? null
  )
}

function share(request: Request, ticket: Ticket, kind: Fingerprint['kind']): boolean {
  if (kind === 'resident' && request.resident === ticket.resident) return true
  return request.fingerprints.some(
    (mine) =>
      mine.kind === kind &&
      ticket.fingerprints.some((theirs) => theirs.kind === kind && theirs.value === mine.value),
  )
}

/** Alike when they share a kind of help or a difficulty; one that names neither may be anything. */
function likeNeed(one: RequestFacts, other: RequestFacts): boolean {
  if (one.needs.length === 0 || other.needs.length === 0) return true
  const overlaps = (mine: readonly string[], theirs: readonly string[]) =>
    mine.some((entry) => entry !== '其他' && theirs.includes(entry))
  return overlaps(one.needs, other.needs) || overlaps(one.difficulties, other.difficulties)
}

const surest = (reasons: readonly Fingerprint['kind'][]) =>
  Math.min(...reasons.map((reason) => REASONS.indexOf(reason)))

function say(
  facts: RequestFacts,
  ticket: Ticket,
  reasons: readonly Fingerprint['kind'][],
  age: number,
): string {
  const needs = ticket.personal.facts.needs.map((need) => NEED_WORDS[need]).join('、') || '没写明的帮助'
  const given = ticket.aid.map(
    (aid) => `${aid.what}${aid.amount === null ? '' : `${aid.amount}元`}（${aid.source}）`,
  )
  // A neighbour or a child may well write for several people from one phone.
  const forOther =
    reasons.every((reason) => reason === 'resident') &&
    (facts.who !== 'self' || ticket.personal.facts.who !== 'self')
  return [
    `${reasons.map((reason) => REASON_WORDS[reason]).join('、')}${forOther ? '（代别人求助，可能不是同一人）' : ''}`,
    `${age === 0 ? '今天' : `${age}天前`}求助${needs}，现在是「${STAGE_WORDS[ticket.stage]}」`,
    given.length === 0 ? '没有登记过救助' : `给过${given.join('、')}`,
  ].join('；')
}

/** The answers in one form: order of lists, width of letters and spaces at the ends do not matter. */
function answersOf(facts: RequestFacts): string {
  const { photos, needs, difficulties, ...rest } = facts
  const plain = JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === 'string' ? value.normalize('NFKC').replace(/\s+/g, ' ').trim() : sorted(value),
  )
  return JSON.stringify([
    plain,
    [...needs].sort(),
    [...difficulties].sort(),
    photos.map(({ kind }) => kind).sort(),
  ])
}

/** An object with its keys in order, so that equal answers give equal text however they were stored. */
function sorted(value: unknown): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value
}
