/** A request as the console shows it: a line of the list, and all of it. */
import { readSession } from '../../../bot/session.ts'
import type { Instant } from '../../../bot/store.ts'
import { sayTold, toldOf } from '../../../bot/told.ts'
import { heldUntil } from '../../../bot/turns/hold-turn.ts'
import { undoable } from '../../../bot/undoing.ts'
import { sightOf } from '../../../flows/advisor/sight.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { ADVISOR_ROLE_WORDS, type Advisor, type Roster } from '../../../flows/roster/advisors.ts'
import { isOverdue, sayDue, sayLeft } from '../../../flows/ticket/limits.ts'
import { promisesOf } from '../../../flows/ticket/promises.ts'
import { CORRECTABLE_WORDS, NEED_WORDS } from '../../../flows/ticket/request.ts'
import { EVENT_WORDS, type EventKind, STAGE_WORDS, type Ticket } from '../../../flows/ticket/ticket.ts'
import { happenedTo, maskedFacts, WHO_WORDS, whoOf } from '../../desk/view.ts'
import { type FieldView as Field, type MoveView as Moves, USUAL, viewOf } from '../../ticket-view.ts'
import { allAccounts } from '../accounts/account.ts'
import { mayUnmask } from '../look.ts'
import { can } from '../roles.ts'
import type { Tools } from '../route.ts'
import type { FieldView, MoveView, RequestLine, RequestView } from '../wire.ts'
import type { FoundTicket, Place } from './find.ts'
import { linksOf } from './links.ts'
import { sayPlace } from './say-place.ts'
import { photosOf, sayReach, talkOf } from './talk.ts'

/** Events of which the words are about another request. */
const LINKING: ReadonlySet<string> = new Set(['linked', 'link-dismissed'] satisfies EventKind[])
const SHUT = '涉及人身安全，内容只给负责人和骨干顾问看'

export function lineOf({ ticket, look }: FoundTicket, { roster, now }: Place): RequestLine {
  const shut = look.sight === 'shut'
  const due = promisesOf(ticket)[0]?.due
  return {
    number: ticket.number,
    stage: STAGE_WORDS[ticket.stage],
    urgent: ticket.urgency === 'urgent',
    shut,
    about: shut ? SHUT : maskedFacts(ticket).replace(/^求助人：/, ''),
    area: sayPlace(ticket.area, roster.areas),
    owner: ticket.owner?.name ?? '',
    left: due ? sayLeft(due, now) : '',
    due: due ? sayDue(due, now) : '',
    overdue: due ? isOverdue(due, now) : false,
    opened: sayMoment(new Date(ticket.openedAt), chinaDay(now)),
  }
}

interface Shown {
  /** How long who it is may be shown, by the wall clock; null while it is masked. */
  unmasked: { until: Instant; forMs: number } | null
  /** What a channel lets us say unasked. */
  quotaOf: Tools['quotaOf']
}

export async function requestView(
  found: FoundTicket,
  place: Place,
  { unmasked, quotaOf }: Shown,
): Promise<RequestView> {
  const { ticket, look } = found
  const { roster, now, store, account } = place
  const line = lineOf(found, place)
  const { sight, actor, mayWork } = look
  const hidden = { way: [], clocks: [], parts: [], aid: [], papers: [], outcome: [], moves: [] }
  const shut = sight === 'shut'
  const full = sight === 'full' && unmasked !== null
  const view = actor
    ? viewOf(ticket, { actor, usual: actor.role === 'staff' ? ['claim', ...USUAL] : USUAL }, now)
    : viewOf(ticket, { actor: { role: 'assistant', id: account.name }, usual: [] }, now)
  const staff = new Map((await allAccounts(store)).map(({ name, person }) => [name, person.name]))
  const names = (id: string) => roster.advisors.get(id)?.name ?? staff.get(id) ?? id
  const held = heldUntil(readSession(await store.get('sessions', ticket.resident)), now)
  const told = await toldOf(store, ticket.resident, ticket.number)
  const say = (at: string) => sayMoment(new Date(at), chinaDay(now))
  const canSay = sight === 'full' && mayWork && can(account, 'write-to-residents')
  const canWork = !shut && can(account, 'work-on-requests')
  const links = shut ? [] : await linksOf(ticket, place)
  const unseen = links.some(({ open }) => !open)
  const last = actor && canWork ? await undoable(store, ticket, actor, now) : null
  return {
    ...line,
    ...(shut ? hidden : view),
    ...line,
    seq: ticket.seq,
    told: told && !shut ? sayTold(told, now) : null,
    links,
    facts: full ? factsOf(ticket) : null,
    photos: full ? photosOf(ticket) : [],
    ...(full ? await talkOf(ticket, store, now) : { talk: [], talkCut: false }),
    heldUntil: held === null || shut ? null : say(held),
    reach: canSay ? await sayReach(ticket, store, quotaOf, now) : '',
    happened: shut
      ? []
      : (await happenedTo(store, ticket, { full, now }))
          .map(({ kind, at, what, by, why }) => ({
            at,
            what,
            who: whoOf(by, names),
            // What was said of a link names the other request, its stage and what it brought.
            why: unseen && LINKING.has(kind) ? '' : why,
          }))
          .reverse(),
    may: {
      unmask: mayUnmask(account, look),
      say: canSay,
      takeOver: canSay && held === null,
      handBack: canSay && held !== null,
      print: full,
    },
    undo: last && { what: EVENT_WORDS[last.move.kind], seconds: Math.ceil(last.forMs / 1000) },
    unmaskedUntil: full ? sayMoment(new Date(unmasked.until), chinaDay(new Date(unmasked.until))) : null,
    unmaskedFor: full ? Math.ceil(unmasked.forMs / 1000) : null,
    moves:
      actor && canWork
        ? view.moves
            .filter(({ kind }) => (kind === 'claim' ? ticket.owner === null : mayWork))
            .map((move) => fittedTo(move, found, place))
        : [],
  }
}

/** A form as this worker needs it: who they are is known, people and places are chosen, nothing is made up. */
function fittedTo(move: Moves, { ticket }: FoundTicket, { account, roster, now }: Place): MoveView {
  const { areas } = roster
  const fields = move.kind === 'claim' ? [] : move.fields
  return {
    form: move.form,
    next: move.next,
    usual: move.usual || move.kind === 'claim',
    fields: fields.map((field) => ({
      name: field.name,
      label: LABELS[field.name] ?? field.name,
      optional: field.optional && field.filled === '',
      example: field.example,
      filled: field.name === '经手' ? account.person.name : '',
      choices:
        move.kind === 'assign' && field.name === '姓名'
          ? colleaguesOf(ticket, roster, now)
          : move.kind === 'place' && field.name === '区域'
            ? areas.all().map(({ id }) => ({ value: id, label: areas.say(id) }))
            : field.choices,
      kind: kindOf(move, field),
    })),
  }
}

/** Names made for typing, as a form calls them. */
const LABELS: Readonly<Record<string, string>> = {
  '材料@日期': '什么材料，最晚哪天交',
  欠材料: '还欠什么材料，最晚哪天交',
  项: '是哪一项',
  金额: '金额（元）',
}
/** More choices than this are a list to open. */
const BUTTONS = 4

function kindOf({ kind }: Moves, { name, choices, optional }: Field): FieldView['kind'] {
  if (choices.length > 0) return choices.length <= BUTTONS && !optional ? 'choice' : 'pick'
  if ((kind === 'assign' && name === '姓名') || (kind === 'place' && name === '区域')) return 'pick'
  if (name === '材料@日期' || name === '欠材料') return 'paper'
  if (name === '日期') return 'day'
  if (name === '金额') return 'money'
  return ['说明', '理由', '办理情况', '办理结果', '还可以', '给了什么'].includes(name) ? 'words' : 'line'
}

/** Those nearest to the request first. */
function colleaguesOf(ticket: Ticket, roster: Roster, now: Date): FieldView['choices'] {
  const far = (one: Advisor) => (sightOf(one, ticket, roster, now) === null ? 1 : 0)
  return [...roster.advisors.values()]
    .sort((one, other) => far(one) - far(other))
    .map(({ id, name, role }) => ({ value: id, label: `${name}（${ADVISOR_ROLE_WORDS[role]}）` }))
}

function factsOf({ personal: { facts }, source, sharing }: Ticket): NonNullable<RequestView['facts']> {
  const { proxy } = facts
  const rows: [string, string | null, boolean?][] = [
    ['姓名', facts.anonymous ? '匿名' : (facts.name ?? '没留')],
    ['电话', facts.phone ?? '没留'],
    ['给谁求助', facts.relation ?? WHO_WORDS[facts.who]],
    ['代办人', proxy && ([proxy.name, proxy.phone].filter(Boolean).join(' ') || '没留姓名电话')],
    ['住址', facts.place || '没说', true],
    ['难处', facts.difficulties.join('、') || null],
    ['自己怎么说', facts.story || null, true],
    ['需要', facts.needs.map((need) => NEED_WORDS[need]).join('、') || '没说'],
    [CORRECTABLE_WORDS.idNumber, facts.idNumber],
    [CORRECTABLE_WORDS.registeredAt, facts.registeredAt],
    [CORRECTABLE_WORDS.household, facts.household, true],
    [CORRECTABLE_WORDS.income, facts.income, true],
    ['来源', source && `${source.name}，对方的编号是 ${source.ref}`],
    ['转交同意', sharing && `${chinaDay(new Date(sharing.at))}记下，区里其他系统可以取姓名、电话、住址`],
  ]
  return rows.flatMap(([name, value, long]) => (value === null ? [] : [{ name, value, long: long === true }]))
}
