/**
 * Visits 走访: what was seen and heard of a household, read from a sentence, and the visits that must be made, each
 * with its limit and where that stands.
 */
import { z } from 'zod'
import { addDays, chinaDay } from './clocks.ts'
import { readDifficulties, readNeeds } from './difficulties.ts'
import { type Due, dueAfter, dueOn, dueSchema, type Limit } from './ticket/limits.ts'
import { NEEDS, type Need } from './ticket/request.ts'
import type { CHANNELS } from './ticket/ticket.ts'

export type VisitChannel = (typeof CHANNELS)[number]

/** Why somebody must be visited. The first five are 五必访 (row 001-15). */
export const VISIT_REASONS = [
  'hospital',
  'death',
  'misfortune',
  'special',
  'disaster',
  'joined',
  'left',
  'regular',
  'pledge',
  'placed',
  'alert',
] as const
export type VisitReason = (typeof VISIT_REASONS)[number]

export const VISIT_REASON_WORDS: Readonly<Record<VisitReason, string>> = {
  hospital: '住院必访',
  death: '过世必访',
  misfortune: '变故必访',
  special: '特殊对象必访',
  disaster: '受灾必访',
  joined: '纳入后回访',
  left: '退出后回访',
  regular: '定期走访',
  pledge: '承诺兑现',
  placed: '入住后回访',
  alert: '预警核实',
}

/** 五必访, by the word an advisor writes. */
export const MUST_VISITS: Readonly<Record<string, VisitReason>> = {
  住院: 'hospital',
  过世: 'death',
  变故: 'misfortune',
  特殊对象: 'special',
  受灾: 'disaster',
}

/** The seed programmes say 必访 and name no number of days. */
const OURS = '参照“五必访”制度；原制度没有写天数，天数是本系统的提醒，不是法定期限'
const THIRTY = '参照银川兴庆区30天回访制度'
const within = (days: number, source: string): Limit => ({
  says: `${days}天内${source === THIRTY ? '回访' : '上门看望'}`,
  spans: [{ days }],
  endsOnWorkday: false,
  source,
})
/** From one regular visit of a watched household to the next. */
const REGULAR_DAYS = 30

/** By when each must be made; a pledge has days of its own. */
export const VISIT_LIMITS: Readonly<Record<Exclude<VisitReason, 'pledge'>, readonly Limit[]>> = {
  hospital: [within(3, OURS)],
  death: [within(3, OURS)],
  misfortune: [within(3, OURS)],
  special: [within(7, OURS)],
  disaster: [within(1, OURS)],
  joined: [within(30, THIRTY)],
  left: [within(30, THIRTY)],
  regular: [
    {
      says: `${REGULAR_DAYS}天走访一次`,
      spans: [{ days: REGULAR_DAYS }],
      endsOnWorkday: false,
      source: '每30天联系一次重点对象；本系统的提醒，不是法定期限',
    },
  ],
  // Row 003-10.
  placed: [7, 30].map((days) =>
    within(days, '参照入住机构后第7天、第30天回访的做法；本系统的提醒，不是法定期限'),
  ),
  // Rows 003-23 and 004-10, where it was the same day.
  alert: [within(3, '参照张家港“因病致贫”预警后上门核实的做法，天数从宽；本系统的提醒，不是法定期限')],
}

/** Only going there does it: a call is a contact, and the visit stays due. */
const AT_THE_DOOR: readonly VisitReason[] = [
  'hospital',
  'death',
  'misfortune',
  'special',
  'disaster',
  'alert',
]
/** Days before its own day from which a visit counts for one that is promised for a day. */
const EARLY_DAYS = 7
const FIXED: readonly VisitReason[] = ['pledge', 'placed']

/** How often a pledge over years comes due, in months. */
export const PLEDGE_EVERY: Readonly<Record<string, number>> = {
  每月: 1,
  每季度: 3,
  每学期: 6,
  每半年: 6,
  每年: 12,
}

const pledgeSchema = z.strictObject({
  what: z.string().min(1).max(100),
  /** Months from one time to the next. */
  every: z.number().int().positive(),
  /** The last day it is promised for. */
  until: z.string(),
})
export type Pledge = z.infer<typeof pledgeSchema>

/** What a visit that is due says of itself beside its reason and its day; personal. */
const visitTaskDetailSchema = z.strictObject({
  due: dueSchema,
  /** What happened, or for which policy, in the advisor's words. */
  words: z.string(),
  pledge: pledgeSchema.nullable(),
})
export type VisitTaskDetail = z.infer<typeof visitTaskDetailSchema>

/** @throws {z.ZodError} when it is not what {@link PlannedVisit} keeps */
export const readVisitTask = (stored: unknown): VisitTaskDetail => visitTaskDetailSchema.parse(stored)

/** A visit that is to be made: its reason, its last day and what was said of it. */
export interface PlannedVisit {
  reason: VisitReason
  detail: VisitTaskDetail
}

/** What must be visited because of something that happened now. */
export function visitsFor(reason: Exclude<VisitReason, 'pledge'>, words: string, now: Date): PlannedVisit[] {
  return VISIT_LIMITS[reason].map((limit) => ({
    reason,
    detail: { due: dueAfter(limit, now), words, pledge: null },
  }))
}

/** The day so many months later; one that month does not have becomes its last. */
export function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0))
  const text = last.toISOString().slice(0, 8)
  return `${text}${String(Math.min(date, last.getUTCDate())).padStart(2, '0')}`
}

/** The next time a pledge is due after a day; null when it has been kept to its end. */
export function pledgeAfter(pledge: Pledge, day: string, now: Date): PlannedVisit | null {
  const next = monthsAfter(day, pledge.every)
  if (next > pledge.until) return null
  const due: Due = { ...dueOn(next, now), why: `承诺到${pledge.until}为止，这一次${next}前` }
  return { reason: 'pledge', detail: { due, words: '', pledge } }
}

/** Whether a visit that reached somebody makes this one needless. */
export function settles(
  visit: { channel: VisitChannel; at: Date },
  task: { reason: string; dueAt: string },
): boolean {
  const reason = VISIT_REASONS.find((one) => one === task.reason)
  if (reason === undefined) return true
  if (AT_THE_DOOR.includes(reason)) return visit.channel === '上门'
  return !FIXED.includes(reason) || chinaDay(visit.at) >= addDays(chinaDay(new Date(task.dueAt)), -EARLY_DAYS)
}

/** What was seen and heard; personal. */
export const visitDetailSchema = z.strictObject({
  words: z.string(),
  /** False while nobody said whether they were met: then it counts as not reached. */
  reachedSaid: z.boolean(),
  willing: z.boolean().nullable(),
  needs: z.array(z.enum(NEEDS)),
  difficulties: z.array(z.string()),
  /** Papers that are still missing, as said. */
  papers: z.array(z.string()),
  /** Photos and recordings by the platform's ids. */
  media: z.array(z.string()),
})
export type VisitDetail = z.infer<typeof visitDetailSchema>

/** A visit as a sentence tells it. */
export interface ToldVisit {
  channel: VisitChannel
  /** Null when the words leave it open. */
  reached: boolean | null
  detail: VisitDetail
}

const NOT_MET =
  /不在家|没在家|没(?:有)?人(?:在家|开门|应|接|在|$|[，。,])|家里?没(?:有)?人|没开门|锁着|门锁|没见(?:到|着)|没碰(?:到|上|着)|没遇(?:到|上)|没(?:打)?通|打不通|没(?:人)?接|不接|关机|停机|空号|占线|联系不(?:上|到)|没(?:能)?联系(?:上|到)|没回(?:复|消息|信)?|没找(?:到|着)|白跑|扑空/
const MET =
  /在家|都在|人在|见(?:到|着|了|过)|碰(?:到|上)|遇(?:到|上)|聊|谈|说(?!没)|问了|(?:打|接|联)?通了|接了|联系(?:上|到)|回(?:复|话|消息|信)了|看望|慰问|送(?:去|到|了)|孩子|老人|老伴|身体|精神|情绪|病情|吃|住院|出院|退烧|好转|平安|挺好|都好|稳定|愿意/

/** Whether words say somebody was met or spoken with; null when they leave it open. */
export function readReached(text: string): boolean | null {
  if (NOT_MET.test(text)) return false
  return MET.test(text) ? true : null
}

const WAYS: readonly [VisitChannel, RegExp][] = [
  ['上门', /上门|入户|家访|登门|到(?:他|她)?家|去(?:了|过)?(?:他|她)?家|去看(?:了|过|望)|门口/],
  ['电话', /电话|打了?(?:过)?|拨|通了|没通|没接|关机|空号/],
  ['微信', /微信|视频|发(?:了)?(?:消息|信息)|加(?:了)?好友/],
  ['窗口', /窗口|柜台|来(?:社区|街道|所里|站里|办公室)|当面/],
]

/** The way of a contact, as words tell it first; null when they do not. */
export function readChannel(text: string): VisitChannel | null {
  const told = WAYS.map(([channel, words]) => ({ channel, at: text.search(words) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
  return told[0]?.channel ?? null
}

const UNWILLING =
  /(?:不|没)(?:太|想|愿意?|肯|打算)(?:要|再)?(?:申请|办|申报|要)|不愿意|拒绝|不申请|不(?:想|用|要)办|先不办/
const WILLING = /(?:愿意|想|要|同意|答应|肯|准备|打算)(?:再)?(?:申请|办|申报|报)|愿意/

/** Whether they wish to apply; null when nobody said. */
export function readWilling(text: string): boolean | null {
  if (UNWILLING.test(text)) return false
  return WILLING.test(text) ? true : null
}

const CLAUSES = /[，。！？；,!?;\s]+/
const LACKS = /缺|需要|想要|没有|没钱|不够|断|差|没(?:米|粮|药|衣|被)|要(?:人|一|点|些)/
const BETTER = /好了|退(?:了)?烧|康复|痊愈|出院|不(?:发烧|缺|需要)|够用|好多了|好转/
const PAPER =
  /([\u4e00-\u9fa5]{0,8}?(?:证明|证书|残疾证|户口本|户口簿|身份证|病历|票据|发票|单据|账单|合同|复印件|材料|流水|小结))/
const MISSING = /(?:还|就|只)?(?:缺|差|欠|少|没(?:有)?(?:交|带|开|办|补))(?:了|一份|一张|个)?/

/** Reads a visit from a sentence: 上门 母子都在，孩子退烧了，还缺诊断证明. */
export function readVisit(text: string, media: readonly string[] = []): ToldVisit {
  const words = text.trim()
  const clauses = words.split(CLAUSES).filter((clause) => clause !== '' && !BETTER.test(clause))
  const lacking = clauses.filter((clause) => LACKS.test(clause)).join('，')
  const reached = readReached(words)
  const unique = <T>(list: readonly T[]): T[] => [...new Set(list)]
  const papers = clauses.flatMap((clause) => {
    const missing = MISSING.exec(clause)
    return missing ? [...clause.slice(missing.index + missing[0].length).split(/[和、跟与]/)] : []
  })
  return {
    channel: readChannel(words) ?? '上门',
    reached,
    detail: {
      words,
      reachedSaid: reached !== null,
      willing: readWilling(words),
      needs: unique<Need>(readNeeds(lacking.replace(new RegExp(PAPER, 'g'), ''))),
      difficulties: unique(readDifficulties(clauses.join('，'))),
      papers: unique(papers.flatMap((one) => PAPER.exec(one)?.[1] ?? [])),
      media: [...media],
    },
  }
}
