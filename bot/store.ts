/**
 * What must outlive the process, and the promises every backend keeps.
 *
 * A backend is a set of tables of plain JSON rows, each with a string `id`, plus the ordered indexes declared
 * in {@link INDEXES}. Nothing else can be asked, so nothing can be slow at a million rows. The same contract
 * is meant for an embedded file and for a relational database.
 */
import type { DangerKind, NudgeKind, Urgency } from '../flows/nudges.ts'
import type { Doubt } from '../knowledge/notice/doubt.ts'
import type { ChannelName, Choice } from './message.ts'

/** A moment as UTC ISO 8601 with milliseconds, so that it sorts as text: `2026-03-03T01:00:00.000Z`. */
export type Instant = string

/** What the platform still lets us say to someone unasked. See bot/quota.ts. */
export interface Grant {
  kind: 'message' | 'tap'
  at: Instant
  used: number
}

/** A resident as a channel knows them. `id` is `<channel>:<address>`. */
export interface Resident {
  id: string
  channel: ChannelName
  address: string
  following: boolean
  /** The QR code scene that first brought them, e.g. a grid's. */
  scene: string | null
  grants: Grant[]
  createdAt: Instant
  seenAt: Instant
}

/** Where a conversation stands. `id` is the resident's; `state` is bot/session.ts's versioned data. */
export interface SessionRow {
  id: string
  /** Counts up at every turn; a turn computed on an older one is computed again. */
  revision: number
  /** Holds nothing a resident told about themselves: it is written at every turn and not sealed. */
  state: unknown
  /** The answers of a running flow; null when none runs. */
  flow: unknown
  updatedAt: Instant
}

/** A flow that runs, and when it is forgotten if nobody comes back to it. `id` is the resident's. */
export interface Unfinished {
  id: string
  forgetAt: Instant
}

/** The record that a message was answered; makes a redelivery repeat the same words. `id` is the message's. */
export interface Turn {
  id: string
  resident: string
  /** The outgoing row with the answer, or null when nothing is said. */
  outgoing: string | null
  at: Instant
}

/**
 * Words for a resident. Ends as `accepted` (the platform took them), `refused` (it will never take them; the
 * errcode says why) or stays `waiting` until the resident's next message, whose answer then carries them.
 */
export interface Outgoing {
  id: string
  resident: string
  text: string
  choices: Choice[]
  link: { title: string; url: string } | null
  /** The words hold personal data, e.g. the summary of a request: they are sealed. A policy answer's are not. */
  personal: boolean
  /** Said even while a person holds the conversation; see bot/turns/hold-turn.ts. */
  pressing: boolean
  /** What made us speak: a message id, or a job's. */
  cause: string
  /** The request the words are news of; null when they are of none. */
  ticket: string | null
  /** When the platform took an announcement that there is news, while the words themselves wait. */
  announcedAt: Instant | null
  state: 'pending' | 'waiting' | 'accepted' | 'refused'
  /** How it was accepted: as the direct reply, as a message of its own, or inside `carrier`'s words. */
  via: 'reply' | 'push' | 'carried' | null
  carrier: string | null
  attempts: number
  /** The last answer that was not acceptance, e.g. `45015`, `timeout`. */
  error: string | null
  createdAt: Instant
  /** When the scheduler should next try to push it. */
  dueAt: Instant
  settledAt: Instant | null
}

/** Something that happened and must not be forgotten. Holds no message text. */
export interface Event {
  id: string
  kind: 'followed' | 'unfollowed' | 'danger' | 'human_asked' | 'handed_back' | 'erased'
  resident: string
  at: Instant
  detail: Record<string, string>
}

/** A thing due at a time. */
export interface Job {
  id: string
  kind: 'keep-media' | 'drop-media' | 'end-hold' | 'check-hold' | 'announce' | 'update-cards' | 'tell-advisor'
  state: 'pending' | 'done' | 'failed'
  dueAt: Instant
  attempts: number
  error: string | null
  detail: Record<string, string>
}

/** A request for help, beside the fields it is found by. `id` is its number, e.g. `Q-0412-7`. */
export interface TicketRow {
  id: string
  resident: string
  stage: string
  /** The area's id; '' when it belongs to none we know. */
  area: string
  /** The advisor who took it; '' while nobody has. */
  owner: string
  openedAt: Instant
  /** When the running promise ends; '' when none runs. */
  dueAt: Instant | ''
  updatedAt: Instant
  /** Which rules its reminders were planned by, see bot/casework.ts; 0 when they were not. */
  planned: number
  /** Its place among what platforms have been handed, see bot/marks.ts; '' since it last changed. */
  mark: string
  /** The whole ticket, as flows/ticket.ts defines it. */
  ticket: unknown
}

/** One way to recognise a ticket's person again without storing it plainly. */
export interface TicketKey {
  id: string
  /** `<kind>:<fingerprint>`, see {@link Fingerprint}; '' in the row that every opening for one of them writes, see bot/casework.ts. */
  key: string
  ticket: string
  at: Instant
}

/** Something that happened to a ticket. `by` is the actor's kind and id. */
export interface TicketEvent {
  id: string
  ticket: string
  at: Instant
  kind: string
  by: string
  detail: unknown
}

/** What a resident said while a person holds the conversation. */
export interface Heard {
  id: string
  resident: string
  at: Instant
  words: string
  /** The platform's id of a picture or recording that came with it. */
  media: string | null
}

/** Something staff must do by a date: a call, or what a resident wishes done with their data; see bot/wishes.ts. */
export interface StaffTask {
  id: string
  kind: 'erase' | 'export' | 'correct' | 'call'
  /** '' once they are forgotten. */
  resident: string
  ticket: string | null
  dueAt: Instant
  state: 'open' | 'done' | 'refused'
  detail: unknown
}

/**
 * Something advisors must hear of. Ends as `accepted` (their platform took it), `refused` (it never will; the
 * errcode says why) or `dropped` (it needs no saying any more). Holds no words: they are made when it is told.
 */
export interface Nudge {
  id: string
  kind: NudgeKind
  danger: DangerKind | null
  /** '' where it is about none, e.g. a household. */
  resident: string
  ticket: string | null
  /** Of a reminder of a visit: which one. */
  task: string | null
  /** Of a reminder: its ladder and the rung on it, see flows/reminders.ts. */
  ladder: string | null
  rung: number
  /** Whose morning it is of. */
  advisor: string | null
  urgency: Urgency
  /** When it first happened; of a reminder, when it is owed. */
  at: Instant
  /** How often it happened before anybody was told. */
  times: number
  state: 'pending' | 'accepted' | 'refused' | 'dropped'
  attempts: number
  /** Who it was for and the way it went, each time a platform took it; `to` is empty in a group. */
  told: { audience: string; way: string; to: string[]; at: Instant }[]
  /** Advisors the platform could not reach with it. */
  missed: string[]
  /** The last answer that was not acceptance, e.g. `45009`, `timeout`. */
  error: string | null
  /** When it should next be told. */
  dueAt: Instant
  settledAt: Instant | null
}

/** How a way to advisors has fared lately; see bot/ways.ts. `id` is the way's key, e.g. `app:wang`. */
export interface WayRow {
  id: string
  /** When the messages of the last minute went out, taken or not: from them the platform's limit is counted. */
  tries: Instant[]
  /** The last time; '' before that. */
  triedAt: Instant | ''
  /** How many in a row were not taken, and the last answer; 0 and null after one that was. */
  failures: number
  error: string | null
  /** Somebody must mend it first, or the person is not reached there. */
  gone: boolean
}

/** An area; see flows/areas.ts. */
export interface AreaRow {
  id: string
  level: string
  name: string
  parent: string | null
  /** The robot of this area's WeCom group: a secret, sealed. Null where the area above speaks. */
  robotKey: string | null
}

/** An advisor; see flows/advisors.ts. `id` is their WeCom userid. */
export interface AdvisorRow {
  id: string
  role: string
  areas: string[]
  caseload?: string[] | undefined
  duty: { days: 'workdays' | 'every-day'; from: string; to: string }[]
  leave: { from: string; to: string; standIn: string | null }[]
  /** Name and phone, sealed. */
  person: unknown
}

/** Which roster is the newest: counts up at every change of areas or advisors. One row, `id` is `roster`. */
export interface RosterMark {
  id: string
  revision: number
}

/** A household an advisor looks after (联系对象). `id` is its number, e.g. `H-0412-6`. */
export interface HouseholdRow {
  id: string
  area: string
  /** The advisor's id; '' while nobody has it. */
  advisor: string
  /** 低保, 特困, 重残 … as the office names it. */
  category: string
  state: 'watched' | 'left'
  /** When nobody looked after it any more; '' while somebody does, or where that was not noted. */
  leftAt: Instant | ''
  /** The last time somebody reached them; '' before that. An attempt does not count. */
  contactedAt: Instant | ''
  /** Who they are and where they live, sealed. */
  person: unknown
}

/** One way to recognise a household that comes again. `id` is `<kind>:<fingerprint>`, see {@link Fingerprint}. */
export interface HouseholdKey {
  id: string
  household: string
}

/** A visit that is due: a revisit after 纳入 or 退出, one of the 五必访, a promise over years. See flows/visits.ts. */
export interface VisitTask {
  id: string
  /** The household's or ticket's number. */
  subject: string
  reason: string
  area: string
  /** Whoever is to go; '' while nobody is named. */
  advisor: string
  dueAt: Instant
  state: 'open' | 'done' | 'dropped'
  /** When it happened that somebody must go. */
  at: Instant
  /** What was said of it, sealed. */
  detail: unknown
}

/** A visit made or tried. */
export interface VisitRow {
  id: string
  subject: string
  advisor: string
  at: Instant
  channel: '上门' | '电话' | '微信' | '窗口'
  reached: boolean
  /** What was seen, needed and wished for, and the photos; sealed. */
  detail: unknown
}

/** A line of an advisor's that was answered; a redelivery gets the same words. `id` is the message's. */
export interface AdvisorTurn {
  id: string
  advisor: string
  at: Instant
  /** What was said, and about which request, sealed. */
  answer: unknown
}

/** Where talking with an advisor stands: what was meant last and what was asked back. `id` is the advisor's. */
export interface AdvisorTalk {
  id: string
  at: Instant
  /** Versioned data of bot/advisor/talk.ts, sealed. */
  state: unknown
}

/** A card with buttons that lies in advisors' chats, so that it can be brought up to date. `id` is its task id, and whose it is where somebody tapped theirs. */
export interface CardRow {
  id: string
  ticket: string
  /** Whom it was sent to. */
  to: string[]
  /** Lets the card be changed once, within 72 hours; null when used up. */
  code: string | null
  /** What it was last changed to; '' as it was sent. See bot/card-updates.ts. */
  shows: string
  /** When the code came. */
  at: Instant
}

/** A data key that has sealed rows here, so that a start without it is refused. `id` is the key's own. */
export interface DataKey {
  id: string
  /** Known words, sealed by this key. */
  probe: string
  /** 1 for the store's first key, 2 for the next. */
  order: number
  /**
   * What fingerprints are made with, in base64: sealed by each key anew, so that they outlive it. Null in a record of
   * an older version, which made them from the first key.
   */
  fingerprints: string | null
}

/**
 * A line of the audit log: who saw, changed, exported or deleted what. Lines are chained: each holds the one
 * before, so that a line altered or taken away later shows. `id` is its number in 12 digits. Holds no personal data.
 */
export interface AuditLine {
  id: string
  at: Instant
  /** Who: the actor's kind and id, e.g. `advisor:wang`, `staff:li`, `command`. */
  by: string
  /** What was done, e.g. `seen`, `exported`, `erased`. */
  deed: string
  /** To what: a kind and a number of ours, e.g. `ticket:Q-0412-6`. */
  subject: string
  detail: Record<string, string>
  /** The seal of the line before; '' in the first. */
  previous: string
  /** Over everything above, under the data key. */
  seal: string
}

/** Where the chain of {@link AuditLine} stands. One row, `id` is `head`. */
export interface AuditHead {
  id: string
  /** The last line's number and seal; 0 and '' before the first. */
  number: number
  seal: string
  /** The oldest line still kept and the seal before it. */
  from: number
  fromSeal: string
  /** Over everything above, under the data key, so that lines taken from the end show. */
  mac: string
}

/** A platform's access token, shared by all processes. `id` is the platform and the account, e.g. `wechat:wx…`. */
export interface PlatformToken {
  id: string
  /** Sealed; null before the first. */
  token: string | null
  /** When it must no longer be used; '' before the first. */
  expiresAt: Instant | ''
  /** Until when one process is fetching a new one; '' when none is. */
  leasedUntil: Instant | ''
}

/** Somebody who may sign in to the console. `id` is a number of ours. */
export interface AccountRow {
  id: string
  /** What is typed to sign in, in lower case; of one account only. */
  name: string
  roles: string[]
  /** Ids of areas; everything in and below them. Empty is everywhere. */
  areas: string[]
  state: 'invited' | 'active' | 'disabled'
  createdAt: Instant
  /** The password's hash and what a second factor needs, sealed. */
  secrets: unknown
  /** The person's own name and their WeCom userid, sealed. */
  person: unknown
}

/** One sign-in that still holds. `id` is the SHA-256 of what the browser shows. */
export interface SignInRow {
  id: string
  account: string
  at: Instant
  seenAt: Instant
  expiresAt: Instant
  /** Requests whose people it may see for now, each asked for with a reason. */
  unmasked: { ticket: string; until: Instant }[]
}

/** A question that was not answered, or not well; see bot/turns/missed.ts. Holds nothing of who asked. */
export interface MissedQuestion {
  id: string
  at: Instant
  reason: 'not-found' | 'elsewhere' | 'unhelpful'
  /** What was told instead. */
  policies: string[]
  state: 'open' | 'settled'
  /** What staff made of it: `alias`, `example`, `draft`, `not-ours` … and of which policy. */
  settled: { as: string; policy: string | null; by: string; at: Instant } | null
  /** Masked, and sealed all the same: a masked story may still tell who it is. */
  words: string
}

/** How often something was answered on one day. `id` is the day, the decision and the policy, parted by spaces. */
export interface Tally {
  id: string
  /** China's calendar day, e.g. `2026-11-22`. */
  day: string
  decision: string
  /** '' where the decision is about none. */
  policy: string
  count: number
}

/** A policy's text as staff published it; it stands before the file the program brought. `id` is the policy's. */
export interface PublishedPolicy {
  id: string
  /** The newest version's number. */
  number: number
  /** The whole file, front matter and all. */
  text: string
  at: Instant
  /** As a ticket's. */
  mark: string
}

/** A version of a policy that was published. `id` is the policy's and the number, e.g. `dibao@000003`. */
export interface PolicyVersion {
  id: string
  policy: string
  number: number
  text: string
  at: Instant
  /** Who wrote it and who else looked at it. */
  author: string
  reviewer: string
  reason: string
}

/** What is being written of a policy. `id` is the policy's: one draft of each. */
export interface PolicyDraft {
  id: string
  /** Counts up at every change, so that two who write at once are told of each other. */
  revision: number
  state: 'draft' | 'review' | 'scheduled'
  /** May have faults until it is handed in. */
  text: string
  /** The version it was made from; 0 is the program's own file, or none. */
  base: number
  author: string
  editedAt: Instant
  /** Who approved it; '' before that. */
  reviewer: string
  /** Why it is changed, or why it was given back. */
  reason: string
  /** The day it is published by itself; '' unless scheduled. */
  publishOn: string
  /** What is not sure of what was read out of a document; whoever settles the last may hand it in. */
  doubts: Doubt[]
  /** What of the document nothing was made of. */
  left: string[]
}

/** Files of policies that somebody brought, until what is wanted of them has become drafts. */
export interface PolicyImport {
  id: string
  at: Instant
  /** Who brought them, as the audit log names them. */
  by: string
  files: string[]
  /** How many policies were read. */
  count: number
}

/** One policy read out of a file. `id` is the import's and the place in it, e.g. `…@000012`. */
export interface ImportedPolicy {
  id: string
  import: string
  /** From `000001`. */
  place: string
  at: Instant
  state: 'waiting' | 'taken'
  /** As what a draft is made of it; '' when none can be. */
  policy: string
  title: string
  /** The draft's text, faults and all. */
  text: string
  /** The same as the program would write it, for comparing; '' where it is the same, or has faults. */
  canonical: string
  doubts: Doubt[]
  left: string[]
  /** Where it stands in the file: 第3行, or a file's name. */
  from: string
  /** What is still missing or wrong in the text. */
  faults: string[]
  /** Why no draft can be made of it; '' when one can. */
  unusable: string
}

/** A key with which another system of the district asks /api/v1. `id` is the part of the key that may be shown. */
export interface ApiKeyRow {
  id: string
  /** What the system is called, as staff read it beside what it handed in. */
  name: string
  /** What it may do, see server/district/deeds.ts. */
  deeds: string[]
  /** Ids of areas; everything in and below them. Empty is everywhere. */
  areas: string[]
  /** The body whose parts of requests it works on; '' when none. */
  body: string
  createdAt: Instant
  expiresAt: Instant
  /** '' while it has not been revoked. */
  revokedAt: Instant | ''
  /** When it was last used, to the minute; '' before that. */
  usedAt: Instant | ''
  /** Over the whole key, sealed. */
  hash: string
}

/** Something a system handed in, so that the same sent again is done once. `id` tells whose and which, see bot/handed-in.ts. */
export interface HandedIn {
  id: string
  /** The key it came with. */
  key: string
  at: Instant
  /** Over what was sent, so that something else under the same number shows. */
  digest: string
  /** The number of what became of it. */
  became: string
}

/** An alert 预警 a system handed in: somebody must be visited. `id` as {@link HandedIn}. */
export interface AlertRow {
  id: string
  key: string
  /** The household's number. */
  household: string
  area: string
  at: Instant
  state: 'open' | 'visited' | 'dropped'
  settledAt: Instant | ''
  /** As a ticket's. */
  mark: string
  /** The system's own number and what it said, sealed. */
  detail: unknown
}

/** A request that was removed, so that whoever was handed it hears so. `id` is its number. */
export interface RemovedTicket {
  id: string
  area: string
  at: Instant
  /** As a ticket's. */
  mark: string
}

/** How many marks of one table were given, see bot/marks.ts. `id` is the table's name. */
export interface MarkCount {
  id: string
  count: number
}

export interface Tables {
  residents: Resident
  sessions: SessionRow
  unfinished: Unfinished
  turns: Turn
  outbox: Outgoing
  events: Event
  jobs: Job
  tickets: TicketRow
  ticket_keys: TicketKey
  ticket_events: TicketEvent
  heard: Heard
  tasks: StaffTask
  nudges: Nudge
  ways: WayRow
  areas: AreaRow
  advisors: AdvisorRow
  rosters: RosterMark
  households: HouseholdRow
  household_keys: HouseholdKey
  visit_tasks: VisitTask
  visits: VisitRow
  advisor_turns: AdvisorTurn
  advisor_talks: AdvisorTalk
  cards: CardRow
  data_keys: DataKey
  audit: AuditLine
  audit_heads: AuditHead
  tokens: PlatformToken
  accounts: AccountRow
  sign_ins: SignInRow
  questions: MissedQuestion
  tallies: Tally
  policies: PublishedPolicy
  policy_versions: PolicyVersion
  policy_drafts: PolicyDraft
  api_keys: ApiKeyRow
  handed_in: HandedIn
  alerts: AlertRow
  removed_tickets: RemovedTicket
  mark_counts: MarkCount
  policy_imports: PolicyImport
  imported_policies: ImportedPolicy
}
export type TableName = keyof Tables

/**
 * The questions that may be asked, as lists of fields: rows are found by equality on leading fields and a
 * range over the next, in that order, then by id. A null field sorts as the empty string.
 */
export const INDEXES = {
  residents: {},
  sessions: {},
  unfinished: { byAge: ['forgetAt'] },
  turns: { byAge: ['at'] },
  outbox: {
    due: ['state', 'dueAt'],
    ofResident: ['resident', 'createdAt'],
    unsaid: ['resident', 'state', 'createdAt'],
    byAge: ['state', 'settledAt'],
  },
  events: { ofKind: ['kind', 'at'] },
  jobs: { due: ['state', 'dueAt'] },
  tickets: {
    ofResident: ['resident', 'openedAt'],
    byStage: ['stage', 'dueAt'],
    ofOwner: ['owner', 'stage', 'dueAt'],
    ofArea: ['area', 'stage', 'dueAt'],
    byAge: ['openedAt'],
    byMark: ['mark'],
  },
  ticket_keys: { byKey: ['key', 'at'], ofTicket: ['ticket'] },
  ticket_events: { ofTicket: ['ticket', 'at'] },
  heard: { ofResident: ['resident', 'at'] },
  tasks: { due: ['state', 'dueAt'], ofResident: ['resident', 'state'] },
  nudges: {
    due: ['state', 'urgency', 'dueAt'],
    ofResident: ['resident', 'at'],
    byAge: ['state', 'at'],
  },
  ways: {},
  areas: {},
  advisors: {},
  rosters: {},
  households: { ofAdvisor: ['advisor', 'state', 'contactedAt'], ofArea: ['area', 'state', 'contactedAt'] },
  household_keys: {},
  visit_tasks: {
    due: ['state', 'dueAt'],
    ofSubject: ['subject', 'state'],
    ofAdvisor: ['advisor', 'state', 'dueAt'],
  },
  visits: { ofSubject: ['subject', 'at'], ofAdvisor: ['advisor', 'at'] },
  advisor_turns: { byAge: ['at'] },
  advisor_talks: { byAge: ['at'] },
  cards: { ofTicket: ['ticket', 'at'], byAge: ['at'] },
  data_keys: {},
  audit: { byAge: ['at'], ofSubject: ['subject', 'at'], ofActor: ['by', 'at'] },
  audit_heads: {},
  tokens: {},
  accounts: { byName: ['name'] },
  sign_ins: { ofAccount: ['account', 'at'], byAge: ['expiresAt'] },
  questions: { byState: ['state', 'at'] },
  tallies: { byDay: ['day'] },
  policies: { byMark: ['mark'] },
  policy_versions: { ofPolicy: ['policy', 'at'] },
  policy_drafts: { due: ['state', 'publishOn'] },
  api_keys: { byAge: ['createdAt'] },
  handed_in: { byAge: ['at'] },
  alerts: { byMark: ['mark'], ofHousehold: ['household', 'at'], byAge: ['at'] },
  removed_tickets: { byMark: ['mark'], byAge: ['at'] },
  mark_counts: {},
  policy_imports: { byAge: ['at'] },
  imported_policies: { ofImport: ['import', 'place'], byAge: ['at'] },
} as const satisfies { [K in TableName]: Record<string, readonly (keyof Tables[K] & string)[]> }

export type IndexName<K extends TableName> = keyof (typeof INDEXES)[K] & string

/**
 * Indexes that hold only rows whose `state` is one of these, as a partial index does in SQL: a row that passes
 * through its states pays for an index only while somebody may look for it there. Any other index holds all rows.
 */
export const ONLY_IN_STATE = {
  outbox: { due: ['pending'], unsaid: ['waiting', 'refused'], byAge: ['accepted', 'refused'] },
} as const satisfies {
  [K in TableName]?: Tables[K] extends { state: infer S } ? { [I in IndexName<K>]?: readonly S[] } : never
}

/** The states an index is limited to; undefined when it holds rows in every state. */
export function statesIn(table: TableName, index: string): readonly string[] | undefined {
  const limited: { [K in TableName]?: Readonly<Record<string, readonly string[]>> } = ONLY_IN_STATE
  return limited[table]?.[index]
}

type IndexedField<K extends TableName> = {
  [I in IndexName<K>]: (typeof INDEXES)[K][I] extends readonly (infer F)[] ? F : never
}[IndexName<K>]
type SealableField<K extends TableName> = Exclude<
  keyof Tables[K] & string,
  'id' | 'personal' | IndexedField<K>
>

/**
 * The fields that hold personal data, which a backend only ever sees encrypted. A null stays null, and a row
 * that says `personal: false` stays plain: neither costs anything. A field that is asked for cannot be sealed.
 */
export const SEALED = {
  residents: [],
  sessions: ['flow'],
  unfinished: [],
  turns: [],
  outbox: ['text', 'choices', 'link'],
  events: [],
  jobs: [],
  tickets: ['ticket'],
  ticket_keys: [],
  ticket_events: ['detail'],
  heard: ['words'],
  tasks: ['detail'],
  nudges: [],
  ways: [],
  areas: ['robotKey'],
  advisors: ['person'],
  rosters: [],
  households: ['person'],
  household_keys: [],
  visit_tasks: ['detail'],
  visits: ['detail'],
  advisor_turns: ['answer'],
  advisor_talks: ['state'],
  cards: [],
  data_keys: ['probe', 'fingerprints'],
  audit: [],
  audit_heads: [],
  tokens: ['token'],
  accounts: ['secrets', 'person'],
  sign_ins: [],
  questions: ['words'],
  tallies: [],
  policies: [],
  policy_versions: [],
  policy_drafts: [],
  api_keys: ['hash'],
  handed_in: [],
  alerts: ['detail'],
  removed_tickets: [],
  mark_counts: [],
  policy_imports: [],
  imported_policies: [],
} as const satisfies { [K in TableName]: readonly SealableField<K>[] }

/** A row without what is sealed in it. */
export type Outline<K extends TableName> = Pick<
  Tables[K],
  Exclude<keyof Tables[K], (typeof SEALED)[K][number]>
>

/** What rows of an older version mean by lacking a field. Every backend fills it in when it reads one. */
export const ABSENT: { readonly [K in TableName]?: Readonly<Partial<Tables[K]>> } = {
  data_keys: { fingerprints: null },
  sessions: { flow: null },
  outbox: { personal: false, pressing: false, ticket: null, announcedAt: null },
  tickets: { owner: '', planned: 0, mark: '' },
  policies: { mark: '' },
  households: { leftAt: '' },
  policy_drafts: { doubts: [], left: [] },
  nudges: { task: null, ladder: null, rung: 0, advisor: null, told: [], missed: [] },
}

/**
 * Turns something that must be recognised again, e.g. a phone number, into text that tells nothing to whoever
 * lacks the data key. Equal values of one kind give equal text for as long as the store lives; the caller
 * brings the value into one form first (digits only).
 */
export type Fingerprint = (kind: string, value: string) => string

export interface Query {
  /** Values of the index's leading fields; of states, only such as the index holds, see {@link ONLY_IN_STATE}. */
  equals: readonly string[]
  /** Inclusive bounds on the field after them. */
  from?: string
  to?: string
  /** At most this many rows. There is no unlimited list; use {@link Store.scan} to walk a whole table. */
  limit: number
  /** Sealed fields stay shut and are null: for many rows of which most are judged by their columns alone. */
  unopened?: boolean
}

export interface Reader {
  get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined>
  /**
   * Rows in the index's order.
   *
   * @throws {RangeError} when the index cannot answer such a query
   */
  list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]>
}

export interface Transaction extends Reader {
  /**
   * A new row. When the id is taken the whole transaction rejects with {@link StoreError} `duplicate`; whether this
   * does already is the backend's affair, so `work` must not go on in spite of it.
   */
  insert<K extends TableName>(table: K, row: Tables[K]): Promise<void>
  /** Replaces or creates the whole row. */
  put<K extends TableName>(table: K, row: Tables[K]): Promise<void>
  /** Does nothing when there is no such row. */
  remove(table: TableName, id: string): Promise<void>
  /**
   * Takes up to `limit` pending rows due at `now`, oldest due first, and leases them: their `dueAt` becomes
   * `until` and `attempts` rises, in the same transaction. Whoever dies holding a lease loses it at `until`.
   * No two callers, in any process, are handed the same row under one lease.
   */
  claim<K extends 'outbox' | 'jobs'>(
    table: K,
    lease: { now: Instant; until: Instant; limit: number },
  ): Promise<Tables[K][]>
  /** Tells every process of this change once it is durable; nothing when it is not. See {@link Store.onAnnounced}. */
  announce(topic: Topic): void
}

/** How a store fares. */
export interface Health {
  /** Whether changes can be made durable right now. A store logs by itself, once, when this ends and begins again. */
  writable: boolean
  /** If not, why, and what mends it; in Chinese. */
  detail: string
  /** What an operator should do soon though everything works, a sentence each in Chinese; mostly empty. */
  advice: string[]
}

/** What processes tell one another of; `work` is that something is due now. */
export const TOPICS = ['roster', 'policies', 'work'] as const
export type Topic = (typeof TOPICS)[number]

/**
 * How far a transaction is kept from others. `whole`: as if each ran alone. `rows`: of two that write one row the second
 * is computed again on what the first wrote, but what another writes to rows it only reads may be missing from what it
 * read. That is enough, and on a database many write to far cheaper, where everybody who decides the same thing also
 * writes the same row, e.g. a resident's session.
 */
export type Isolation = 'whole' | 'rows'

export interface Store extends Reader {
  /**
   * Runs `work` as one atomic change, isolated from others, and resolves only once it is durable. When `work`
   * throws, or the change cannot be made durable, nothing of it remains in memory or on disk and the promise
   * rejects. `work` must only await the transaction it is given (it may be run while others wait).
   *
   * Reads outside a transaction see only what is durable by the time they resolve.
   *
   * @param isolation default `whole`
   * @throws {StoreError} `unavailable` when the change could not be made durable (disk full, lost database)
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, isolation?: Isolation): Promise<T>
  /** Walks a whole table without holding others up. */
  scan<K extends TableName>(table: K): AsyncIterable<Tables[K]>
  /** The same for whoever needs nothing that is sealed: opening that is most of what a walk costs. */
  outlines<K extends TableName>(table: K): AsyncIterable<Outline<K>>
  /**
   * Hears what was announced, by this process as by any other: at least once, soon after the change is durable, in no
   * order. While the database cannot be reached nothing is heard; afterwards everything is, once. So whoever trusts
   * in what they read must still read it again from time to time.
   *
   * @param heard must not throw
   * @returns stops it
   */
  onAnnounced(topic: Topic, heard: () => void): () => void
  /** Costs next to nothing, so it may be asked at any time. */
  health(): Health
  close(): Promise<void>
}

/** A storage failure a caller may branch on. */
export class StoreError extends Error {
  /** `unreadable`: a sealed field was altered or its key is gone; other rows are not concerned. */
  readonly code: 'duplicate' | 'unavailable' | 'closed' | 'unreadable'
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** Whether something failed because nothing can be stored now, so that it may be tried again later. */
export function isUnavailable(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'unavailable'
}
