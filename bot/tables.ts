/** Every table: its rows, the indexes it is asked by, and what of it is sealed. */
import type {
  AdvisorRow,
  AdvisorTalk,
  AdvisorTurn,
  AreaRow,
  CardRow,
  Nudge,
  RosterMark,
  WayRow,
} from './rows/advisors.ts'
import type { AccountRow, AuditHead, AuditLine, DataKey, PlatformToken, SignInRow } from './rows/console.ts'
import type { AlertRow, ApiKeyRow, HandedIn, MarkCount } from './rows/district.ts'
import type { HouseholdKey, HouseholdRow, VisitRow, VisitTask } from './rows/households.ts'
import type {
  ImportedPolicy,
  MissedQuestion,
  PolicyDraft,
  PolicyImport,
  PolicyVersion,
  PublishedPolicy,
  Tally,
} from './rows/policies.ts'
import type { RemovedTicket, TicketEvent, TicketKey, TicketRow } from './rows/requests.ts'
import type {
  Event,
  Heard,
  Job,
  Outgoing,
  Resident,
  SessionRow,
  StaffTask,
  TakenMessage,
  Turn,
  Unfinished,
} from './rows/talk.ts'

export interface Tables {
  residents: Resident
  sessions: SessionRow
  unfinished: Unfinished
  turns: Turn
  taken: TakenMessage
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
  taken: { ofResident: ['resident', 'at'], byAge: ['at'] },
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
    // What stands behind the id is only ever judged, see Query.where.
    inStage: ['stage', 'dueAt', 'id', 'area', 'owner'],
    withOwner: ['owner', 'stage', 'dueAt', 'id', 'area'],
    inArea: ['area', 'stage', 'dueAt', 'id', 'owner'],
    byOpening: ['openedAt', 'id', 'stage', 'area', 'owner'],
    byMark: ['mark'],
    withTail: ['tail', 'openedAt', 'id', 'stage', 'area', 'owner'],
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
  taken: ['message'],
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
  tickets: { owner: '', planned: 0, mark: '', tail: '' },
  policies: { mark: '' },
  households: { leftAt: '' },
  policy_drafts: { doubts: [], left: [] },
  nudges: { task: null, ladder: null, rung: 0, advisor: null, told: [], missed: [] },
}
