/**
 * The ticket 求助单: one request for help on its way 受理 → 预审 → 转办 → 反馈 → 办结 → 回访.
 *
 * Plain versioned JSON. Everything personal stands in `personal`, so that a store can encrypt exactly that;
 * stage, due dates, parts and number stay plain. How it moves is in transitions.ts, and nowhere else.
 */
import { z } from 'zod'
import { chinaDay } from '../clocks.ts'
import { ID_FAULT_WORDS, readIdNumber } from '../id-number.ts'
import { dueAfter, dueSchema, LIMITS } from './limits.ts'
import { NEEDS, type RequestFacts, requestFactsSchema } from './request.ts'
import { badValue, TicketError } from './ticket-error.ts'
import { isTicketNumber } from './ticket-number.ts'

export const STAGES = [
  'received',
  'screened',
  'refused',
  'dispatched',
  'reported',
  'closed',
  'revisited',
  'withdrawn',
] as const
export type Stage = (typeof STAGES)[number]

/** A stage as residents and staff read it. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  received: '受理',
  screened: '预审',
  refused: '不予受理',
  dispatched: '转办',
  reported: '反馈',
  closed: '办结',
  revisited: '回访',
  withdrawn: '撤回',
}

export const ROLES = ['resident', 'advisor', 'staff', 'partner', 'assistant'] as const
export type Role = (typeof ROLES)[number]
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  resident: '居民',
  advisor: '救助顾问',
  staff: '工作人员',
  partner: '承办单位',
  assistant: '救助助手',
}

const id = z.string().min(1).max(200)
/** UTC with milliseconds, so that moments sort as text. */
const instant = z.iso.datetime({ precision: 3 })
const words = z.string().min(1)

/** Who acts. A partner acts for a body and only on the parts that body was given. */
export const actorSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('resident'), id }),
  z.strictObject({ role: z.literal('advisor'), id }),
  z.strictObject({ role: z.literal('staff'), id }),
  z.strictObject({ role: z.literal('partner'), id, body: id }),
  z.strictObject({ role: z.literal('assistant'), id }),
])
export type Actor = z.infer<typeof actorSchema>

/** A department, town office or organisation a part is given to. */
export const bodySchema = z.strictObject({ id, name: z.string().min(1).max(100) })
export type Body = z.infer<typeof bodySchema>

/**
 * sent 已转办 → taken 已接办 → reported 已反馈; declined 退回 waits for a person to send it elsewhere or drop it;
 * dropped 不再办 with a reason.
 */
export const PART_STATES = ['sent', 'taken', 'reported', 'declined', 'dropped'] as const
export const PART_RESULTS = ['done', 'partly', 'not-done'] as const
export type PartResult = (typeof PART_RESULTS)[number]

const partSchema = z.strictObject({
  /** `p1`, `p2` … */
  id,
  need: z.enum(NEEDS),
  /** What is asked of the body, e.g. 教育救助; nothing personal. */
  what: z.string().min(1).max(100),
  /** The policy's id in the inventory, which sets the limit. */
  policy: z.string().nullable(),
  to: bodySchema,
  /** Bodies that had it before, the first one first. */
  via: z.array(bodySchema),
  state: z.enum(PART_STATES),
  result: z.enum(PART_RESULTS).nullable(),
  sentAt: instant,
  settledAt: instant.nullable(),
  due: dueSchema,
})
export type Part = z.infer<typeof partSchema>

/** Aid given, recorded at once; `ahead` when it came before the papers (先行救助). */
const aidSchema = z.strictObject({
  id,
  kind: z.enum(NEEDS),
  /** 大米、食用油; nothing personal. */
  what: z.string().min(1).max(100),
  /** In yuan as written, e.g. `2000` or `99.50`; null when it cannot be counted in money. */
  amount: z.string().nullable(),
  /** Where it came from, e.g. 备用金. */
  source: z.string().min(1).max(100),
  /** Number or media of the receipt. */
  receipt: z.string().max(200).nullable(),
  /** Who handed it over. */
  givenBy: z.string().min(1).max(100),
  ahead: z.boolean(),
  at: instant,
  by: actorSchema,
})
export type Aid = z.infer<typeof aidSchema>

const paperSchema = z.strictObject({
  id,
  name: z.string().min(1).max(100),
  state: z.enum(['outstanding', 'handed-in', 'waived']),
  due: dueSchema,
})
export type Paper = z.infer<typeof paperSchema>

/** Stages that belong to others (rows 000-33, 002-06); we note that they were reached, never decide them. */
export const OUTSIDE_STAGES = ['核对中', '街镇审批', '区复核', '区统一发放'] as const

/** What two tickets have in common; see duplicates.ts. */
export const FINGERPRINTS = ['resident', 'phone', 'id', 'household'] as const
export const fingerprintSchema = z.strictObject({ kind: z.enum(FINGERPRINTS), value: z.string().min(1) })
/** A keyed hash, computed outside, of what would tell who somebody is. */
export type Fingerprint = z.infer<typeof fingerprintSchema>

const linkSchema = z.strictObject({
  number: z.string(),
  reasons: z.array(z.enum(FINGERPRINTS)),
  /** `shown` by the machine; only a person confirms or dismisses. */
  state: z.enum(['shown', 'confirmed', 'dismissed']),
})
export type Link = z.infer<typeof linkSchema>

export const CLOSE_RESULTS = ['helped', 'partly', 'not-helped', 'duplicate'] as const
export const RATINGS = ['satisfied', 'so-so', 'dissatisfied'] as const
export const HOW_NOW = ['well', 'in-need'] as const
export const CHANNELS = ['微信', '电话', '上门', '窗口'] as const

export const PART_RESULT_WORDS: Readonly<Record<PartResult, string>> = {
  done: '办好了',
  partly: '办了一部分',
  'not-done': '没能办成',
}
export const CLOSE_WORDS: Readonly<Record<(typeof CLOSE_RESULTS)[number], string>> = {
  helped: '帮上了',
  partly: '帮上一部分',
  'not-helped': '没帮上',
  duplicate: '重复',
}
export const RATING_WORDS: Readonly<Record<(typeof RATINGS)[number], string>> = {
  satisfied: '满意',
  'so-so': '一般',
  dissatisfied: '不满意',
}

export const HOW_NOW_WORDS: Readonly<Record<(typeof HOW_NOW)[number], string>> = {
  well: '现在还好',
  'in-need': '又有困难',
}

export const EVENT_KINDS = [
  'opened',
  'screened',
  'refused',
  'dispatched',
  'forwarded',
  'taken',
  'reported',
  'declined',
  'dropped',
  'noted',
  'aid-given',
  'paper-asked',
  'paper-handed-in',
  'paper-waived',
  'contacted',
  'closed',
  'revisited',
  'revisit-answered',
  'rated',
  'reopened',
  'withdrawn',
  'corrected',
  'raised',
  'linked',
  'link-dismissed',
  'claimed',
  'assigned',
  'promised',
  'placed',
  'undone',
  'shared',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** An event as staff read it in a list. */
export const EVENT_WORDS: Readonly<Record<EventKind, string>> = {
  opened: '受理',
  screened: '预审通过',
  refused: '不予受理',
  dispatched: '分办',
  forwarded: '转办',
  taken: '接办',
  reported: '反馈',
  declined: '退回',
  dropped: '停办',
  noted: '进展',
  'aid-given': '救助',
  'paper-asked': '待补材料',
  'paper-handed-in': '交来材料',
  'paper-waived': '免交材料',
  contacted: '联系',
  closed: '办结',
  revisited: '回访',
  'revisit-answered': '居民说近况',
  rated: '居民评价',
  reopened: '重新办理',
  withdrawn: '撤回',
  corrected: '更正',
  raised: '加急',
  linked: '关联',
  'link-dismissed': '不是重复',
  claimed: '接单',
  assigned: '转给',
  promised: '改日期',
  placed: '划区',
  undone: '撤销',
  shared: '转交同意',
}

/** What people wrote along the way; it may name anyone, so it is kept with the facts. */
const wordsSchema = z.strictObject({
  /** The event it was said with. */
  seq: z.number().int().positive(),
  kind: z.enum(EVENT_KINDS),
  part: z.string().nullable(),
  text: words,
})

const TICKET_VERSION = 1

export const ticketSchema = z.strictObject({
  version: z.literal(TICKET_VERSION),
  /** `Q-0412-7`. */
  number: z.string().refine(isTicketNumber),
  /** The resident's id in the store. */
  resident: id,
  /** The area's id; null until somebody places it. */
  area: z.string().nullable(),
  /** Who placed it; null while it lies where its resident's words put it. */
  placedBy: actorSchema.nullable().default(null),
  stage: z.enum(STAGES),
  /** How many events there were; the last one's `seq`. */
  seq: z.number().int().positive(),
  openedAt: instant,
  closedAt: instant.nullable(),
  owner: z.strictObject({ id, name: z.string().min(1).max(100) }).nullable(),
  /** Why it is urgent may tell of an illness, so it stands in the words said when it was opened or raised. */
  urgency: z.enum(['urgent', 'normal']),
  /** Kept when the ticket moves; changed only by an event that says so. */
  due: z.strictObject({
    /** 24 hours from the first word, of an urgent one. */
    aid: dueSchema.nullable(),
    whole: dueSchema,
    /** From closing on. */
    revisit: dueSchema.nullable(),
  }),
  /** The last time somebody reached the resident; an attempt does not count. */
  contactedAt: instant.nullable(),
  parts: z.array(partSchema),
  aid: z.array(aidSchema),
  papers: z.array(paperSchema),
  outside: z.array(
    z.strictObject({ stage: z.enum(OUTSIDE_STAGES), part: z.string().nullable(), at: instant }),
  ),
  links: z.array(linkSchema),
  fingerprints: z.array(fingerprintSchema),
  /** Which words the resident agreed to, and when; null when a person noted it on the spot. */
  consent: z.strictObject({ version: z.number().int().positive(), at: instant }).nullable(),
  /** The system of the district that handed it in, and its own number there; null when none did. */
  source: z
    .strictObject({ key: id, name: z.string().min(1).max(100), ref: z.string().min(1).max(64) })
    .nullable()
    .default(null),
  /** When the resident agreed that other systems of the district learn who they are; null while they have not. */
  sharing: z.strictObject({ at: instant, by: actorSchema }).nullable().default(null),
  outcome: z.enum(CLOSE_RESULTS).nullable(),
  satisfied: z.boolean().nullable(),
  rating: z.enum(RATINGS).nullable(),
  /** What the resident said when asked how they are, some time after it was closed. */
  howNow: z.enum(HOW_NOW).nullable().default(null),
  personal: z.strictObject({ facts: requestFactsSchema, words: z.array(wordsSchema) }),
})
export type Ticket = z.infer<typeof ticketSchema>

/** A change that happened. `why` is in people's own words where they gave any, so it is personal. */
export interface TicketEvent {
  ticket: string
  /** 1, 2 … within the ticket. */
  seq: number
  kind: EventKind
  at: string
  by: Actor
  why: string
  /** The ticket's stage afterwards. */
  stage: Stage
  part: string | null
  /** What the move changed, as it was before; only of one that can be taken back, see undo.ts. */
  before?: Partial<Ticket>
}

/** A ticket and what happened to it; the caller stores both in one transaction. */
export interface Advanced {
  ticket: Ticket
  happened: TicketEvent[]
}

export interface Opening {
  facts: RequestFacts
  number: string
  resident: string
  area: string | null
  urgency: { level: 'urgent' | 'normal'; reason: string }
  fingerprints: Fingerprint[]
  consent: { version: number; at: string } | null
  /** When it was confirmed. */
  at: Date
  /** When they first asked; the 24 hours run from here (row 002-20). */
  askedAt: Date
  by: Actor
  /** Default: none. */
  source?: Ticket['source']
}

/**
 * Opens a ticket at 受理, with its due dates.
 *
 * @throws {TicketError} `bad-value` when the facts, the number or another value is not as it must be
 */
export function openTicket(opening: Opening): Advanced {
  const at = opening.at.toISOString()
  const urgent = opening.urgency.level === 'urgent'
  const reason = opening.urgency.reason.trim()
  const ticket = ticketSchema.safeParse({
    version: TICKET_VERSION,
    number: opening.number,
    resident: opening.resident,
    area: opening.area,
    stage: 'received',
    seq: 1,
    openedAt: at,
    closedAt: null,
    owner: null,
    urgency: opening.urgency.level,
    due: {
      aid: urgent ? dueAfter(LIMITS['urgent-aid'], opening.askedAt) : null,
      whole: dueAfter(LIMITS.request, opening.at),
      revisit: null,
    },
    contactedAt: null,
    parts: [],
    aid: [],
    papers: [],
    outside: [],
    links: [],
    fingerprints: opening.fingerprints,
    consent: opening.consent,
    source: opening.source ?? null,
    outcome: null,
    satisfied: null,
    rating: null,
    personal: {
      facts: opening.facts,
      words: reason === '' ? [] : [{ seq: 1, kind: 'opened', part: null, text: reason }],
    },
  } satisfies z.input<typeof ticketSchema>)
  if (!ticket.success) throw badValue('求助单没有开成', ticket.error)
  const { idNumber } = opening.facts
  const read = idNumber === null ? null : readIdNumber(idNumber, chinaDay(opening.at))
  if (read && 'fault' in read)
    throw new TicketError('bad-value', `求助单没有开成：${ID_FAULT_WORDS[read.fault]}`)
  const from = opening.source ? `${opening.source.name}送来` : '居民求助'
  const why = `${from}${urgent ? '，紧急' : ''}${reason === '' ? '' : `：${reason}`}`
  return {
    ticket: ticket.data,
    happened: [
      {
        ticket: opening.number,
        seq: 1,
        kind: 'opened',
        at,
        by: opening.by,
        why,
        stage: 'received',
        part: null,
      },
    ],
  }
}

/**
 * Reads a ticket back from a store.
 *
 * @throws {TicketError} `unreadable` when it is not a ticket of a version we know
 */
export function readTicket(stored: unknown): Ticket {
  const ticket = ticketSchema.safeParse(stored)
  if (ticket.success) return ticket.data
  const places = ticket.error.issues.map((issue) => issue.path.join('.')).join('、')
  throw new TicketError(
    'unreadable',
    `存着的求助单读不出来，这几处不对：${places}。请从备份恢复或联系维护人员。`,
  )
}

/** The stages at which a ticket still waits for somebody to do something before it is closed. */
export const OPEN_STAGES = ['received', 'screened', 'dispatched', 'reported'] as const satisfies Stage[]

/** Whether the ticket is at one of them. */
export function isOpen(ticket: Ticket): boolean {
  return OPEN_STAGES.some((stage) => stage === ticket.stage)
}

/** Whether a part still waits for an answer; a declined one waits for a person to send it elsewhere. */
export function isPartOpen(part: Part): boolean {
  return part.state !== 'reported' && part.state !== 'dropped'
}

/** What was last said with an event of a kind, e.g. the reason of a refusal; null when nothing was. */
export function wordsOf(ticket: Ticket, kind: EventKind, part: string | null = null): string | null {
  return ticket.personal.words.findLast((said) => said.kind === kind && said.part === part)?.text ?? null
}
