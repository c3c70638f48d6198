/** Tickets as tests need them: an opening, the actors, and any action at all. */
import fc from 'fast-check'
import { ACTION_KINDS, type Action, type ActionKind, type ActionOf } from '../../flows/ticket/actions.ts'
import { CORRECTABLE, NEEDS, type RequestFacts } from '../../flows/ticket/request.ts'
import {
  type Actor,
  CHANNELS,
  type Opening,
  openTicket,
  type Role,
  type Ticket,
} from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { advance } from '../../flows/ticket/transitions.ts'

/** A Tuesday morning. */
export const MORNING = new Date('2026-03-03T09:00:00+08:00')
export const NUMBER = mintNumber(0, () => 412)
export const OTHER_NUMBER = mintNumber(0, () => 9001)

export const EDUCATION = { id: 'edu', name: '教育局' }
export const CHARITY = { id: 'shenai', name: '申爱社工站' }

export const resident: Actor = { role: 'resident', id: 'official-account:o1' }
export const stranger: Actor = { role: 'resident', id: 'official-account:o2' }
export const advisor: Actor = { role: 'advisor', id: 'wang' }
export const staff: Actor = { role: 'staff', id: 'li' }
export const education: Actor = { role: 'partner', id: 'zhao', body: EDUCATION.id }
export const charity: Actor = { role: 'partner', id: 'qian', body: CHARITY.id }
export const assistant: Actor = { role: 'assistant', id: 'assistant' }
export const ACTORS: readonly Actor[] = [resident, stranger, advisor, staff, education, charity, assistant]
export const actorOf = (role: Role): Actor => ACTORS.find((actor) => actor.role === role) ?? assistant

export const FACTS: RequestFacts = {
  who: 'family',
  relation: '母亲',
  difficulties: ['大病'],
  story: '我妈肾衰竭,透析的钱不够了',
  needs: ['money', 'service'],
  place: '尧化街道尧新社区3栋201',
  registeredAt: '安徽阜阳',
  name: '唐秀英',
  phone: '13812345678',
  idNumber: '11010519491231002X',
  household: '母女两人',
  income: '每月退休金1200元',
  photos: [],
  proxy: { name: '唐小妹', phone: '13987654321' },
  anonymous: false,
}

export const opening = (more: Partial<Opening> = {}): Opening => ({
  facts: FACTS,
  number: NUMBER,
  resident: resident.id,
  area: 'yaohua-yaoxin',
  urgency: { level: 'normal', reason: '' },
  fingerprints: [{ kind: 'phone', value: 'hash-of-phone' }],
  consent: { version: 1, at: MORNING.toISOString() },
  at: MORNING,
  askedAt: MORNING,
  by: resident,
  ...more,
})

export const opened = (more: Partial<Opening> = {}): Ticket => openTicket(opening(more)).ticket

export const part = (to = EDUCATION, what = '教育救助', policy: string | null = null) => ({
  to,
  need: 'money' as const,
  what,
  policy,
})

/** An aid of 2,000 yuan from the reserve before the papers. */
export const ADVANCE: ActionOf<'aid'> = {
  kind: 'aid',
  part: null,
  need: 'money',
  what: '救急金',
  amount: '2000',
  source: '社区临时救助备用金',
  receipt: 'S-17',
  givenBy: '王顾问',
  ahead: true,
  papers: [{ name: '情况说明', day: '2026-03-17' }],
  why: '',
}

/** Makes several moves, each by somebody, all at one moment. */
export function moved(ticket: Ticket, ...moves: [Action, Actor][]): Ticket {
  return moves.reduce((now, [action, actor]) => advance(now, action, actor, MORNING).ticket, ticket)
}

/** A ticket in each stage, as it comes to be there. */
export function ticketsByStage(): Ticket[] {
  const received = opened()
  const screened = moved(received, [{ kind: 'screen', why: '' }, advisor])
  const dispatched = moved(screened, [
    { kind: 'dispatch', parts: [part(), part(CHARITY, '心理疏导')], why: '' },
    staff,
  ])
  const reported = moved(
    dispatched,
    [{ kind: 'report', part: 'p1', result: 'done', why: '已减免学费' }, education],
    [{ kind: 'drop', part: 'p2', why: '家属不需要了' }, advisor],
  )
  const closed = moved(reported, [{ kind: 'close', result: 'helped', why: '学费已减免' }, advisor])
  return [
    received,
    screened,
    moved(received, [{ kind: 'refuse', why: '不归本区管', elsewhere: '请找户籍地街道' }, staff]),
    dispatched,
    reported,
    closed,
    moved(closed, [{ kind: 'revisit', satisfied: true, why: '家里都好' }, advisor]),
    moved(dispatched, [{ kind: 'withdraw', why: '不需要了' }, resident]),
  ]
}

const words = fc.constantFrom('', '  ', '情况属实', '打电话问过')
const partId = fc.constantFrom('p1', 'p2', 'p3')
const body = fc.constantFrom(EDUCATION, CHARITY)
const day = fc.constantFrom('2026-02-28', '2026-03-17', '2026-12-31', '2026-02-30')
const need = fc.constantFrom(...NEEDS)
const paper = fc.record({ name: fc.constantFrom('情况说明', '诊断证明', ''), day })
const number = fc.constantFrom(NUMBER, OTHER_NUMBER, 'Q-0412-0')

const ANY: { [K in ActionKind]: fc.Arbitrary<Extract<Action, { kind: K }>> } = {
  screen: fc.record({ kind: fc.constant('screen'), why: words }),
  refuse: fc.record({ kind: fc.constant('refuse'), why: words, elsewhere: words }),
  dispatch: fc.record({
    kind: fc.constant('dispatch'),
    parts: fc.array(
      fc.record({
        to: body,
        need,
        what: fc.constantFrom('教育救助', ''),
        policy: fc.constantFrom(null, 'dibao'),
      }),
      { maxLength: 2 },
    ),
    why: words,
  }),
  forward: fc.record({ kind: fc.constant('forward'), part: partId, to: body, why: words }),
  take: fc.record({ kind: fc.constant('take'), part: partId, why: words }),
  report: fc.record({
    kind: fc.constant('report'),
    part: partId,
    result: fc.constantFrom('done', 'partly', 'not-done'),
    why: words,
  }),
  decline: fc.record({ kind: fc.constant('decline'), part: partId, why: words }),
  drop: fc.record({ kind: fc.constant('drop'), part: partId, why: words }),
  note: fc.record({
    kind: fc.constant('note'),
    stage: fc.constantFrom('核对中', '街镇审批', '区复核', '区统一发放'),
    part: fc.option(partId),
    why: words,
  }),
  aid: fc.record({
    kind: fc.constant('aid'),
    part: fc.option(partId),
    need,
    what: fc.constantFrom('大米', ''),
    amount: fc.constantFrom(null, '2000', '99.5', '两千', '-1'),
    source: fc.constantFrom('备用金', ''),
    receipt: fc.constantFrom(null, 'S-17'),
    givenBy: fc.constant('王顾问'),
    ahead: fc.boolean(),
    papers: fc.array(paper, { maxLength: 2 }),
    why: words,
  }),
  'ask-paper': fc.record({
    kind: fc.constant('ask-paper'),
    name: fc.constantFrom('病历', ''),
    day,
    why: words,
  }),
  'hand-in': fc.record({
    kind: fc.constant('hand-in'),
    paper: fc.constantFrom('m1', 'm2', 'm9'),
    media: fc.constantFrom(null, 'media-1'),
    why: words,
  }),
  'waive-paper': fc.record({
    kind: fc.constant('waive-paper'),
    paper: fc.constantFrom('m1', 'm2', 'm9'),
    why: words,
  }),
  contact: fc.record({
    kind: fc.constant('contact'),
    channel: fc.constantFrom(...CHANNELS),
    reached: fc.boolean(),
    why: words,
  }),
  close: fc.record({
    kind: fc.constant('close'),
    result: fc.constantFrom('helped', 'partly', 'not-helped', 'duplicate'),
    why: words,
  }),
  revisit: fc.record({ kind: fc.constant('revisit'), satisfied: fc.boolean(), why: words }),
  'answer-revisit': fc.record({
    kind: fc.constant('answer-revisit'),
    how: fc.constantFrom('well', 'in-need'),
    why: words,
  }),
  rate: fc.record({
    kind: fc.constant('rate'),
    rating: fc.constantFrom('satisfied', 'so-so', 'dissatisfied'),
    why: words,
  }),
  reopen: fc.record({ kind: fc.constant('reopen'), why: words }),
  withdraw: fc.record({ kind: fc.constant('withdraw'), why: words }),
  correct: fc.record({
    kind: fc.constant('correct'),
    field: fc.constantFrom(...CORRECTABLE),
    value: fc.constantFrom('13912345678', '尧化街道1栋', '11010519491231002X', '110105194912310021', ''),
    fingerprint: fc.constantFrom(null, { kind: 'phone' as const, value: 'hash-2' }),
    why: words,
  }),
  raise: fc.record({ kind: fc.constant('raise'), why: words }),
  link: fc.record({
    kind: fc.constant('link'),
    number,
    reasons: fc.constant(['phone' as const]),
    why: words,
  }),
  'dismiss-link': fc.record({ kind: fc.constant('dismiss-link'), number, why: words }),
  claim: fc.record({ kind: fc.constant('claim'), name: fc.constantFrom('王顾问', ''), why: words }),
  assign: fc.record({
    kind: fc.constant('assign'),
    owner: fc.constantFrom({ id: 'wang', name: '王顾问' }, { id: 'sun', name: '孙顾问' }),
    why: words,
  }),
  place: fc.record({
    kind: fc.constant('place'),
    area: fc.constantFrom(null, { id: 's1', name: '城关街道' }, { id: 'c1', name: '' }),
    why: words,
  }),
  share: fc.record({ kind: fc.constant('share'), agreed: fc.boolean(), why: words }),
  promise: fc.record({ kind: fc.constant('promise'), part: fc.option(partId), day, why: words }),
}

/** Any action of a kind, with good and bad values. */
export const anyAction = <K extends ActionKind>(kind: K): fc.Arbitrary<Action> => ANY[kind]
/** Any action at all. */
export const ANY_ACTION = fc.constantFrom(...ACTION_KINDS).chain(anyAction)
export const ANY_ACTOR = fc.constantFrom(...ACTORS)
