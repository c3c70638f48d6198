/** A ticket on an advisor's phone: whom to call, what is due, what may be done now, what has happened. */
import type { Heard, VisitRow } from '../../bot/store.ts'
import { isTheirs, type Sight, sightOf } from '../../flows/advisor/sight.ts'
import { chinaDay, sayMoment } from '../../flows/clocks.ts'
import { ADVISOR_ROLE_WORDS, type Advisor, type Roster } from '../../flows/roster/advisors.ts'
import { ACTION_KINDS, type ActionKind } from '../../flows/ticket/actions.ts'
import { isPhone, NEED_WORDS } from '../../flows/ticket/request.ts'
import type { Ticket } from '../../flows/ticket/ticket.ts'
import { type Happened, WHO_WORDS, whoOf } from '../desk/view.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { type FieldView, type MoveView, type TicketView, viewOf } from '../ticket-view.ts'
import { type Carried, formOf, inputOf, moveForm, type Refused, unfolded } from './form.ts'
import { layout, type Style } from './layout.ts'
import { visitForm, visitsOf } from './visit.ts'

/** Everything the page shows. */
export interface Shown {
  ticket: Ticket
  /** Never `shut`: there is nothing to show then. */
  sight: Exclude<Sight, 'shut'>
  advisor: Advisor
  roster: Roster
  now: Date
  happened: readonly Happened[]
  visits: readonly VisitRow[]
  /** What the resident said while a person holds the conversation. */
  heard: readonly Heard[]
  /** Until when a person holds it; null when nobody does. */
  held: string | null
  carried: Carried
  /** What was just done, in words; null when nothing was. */
  done: string | null
  refused: Refused | null
}

const namesIn =
  ({ advisors }: Roster) =>
  (id: string): string =>
    advisors.get(id)?.name ?? id

/** Forms that are no moves of the ticket. */
export const SAY = '对居民说'
export const HAND_BACK = '交还给助手'
/** What advisors do most, the most usual first. */
const USUAL: readonly ActionKind[] = [
  'claim',
  'contact',
  'screen',
  'dispatch',
  'aid',
  'ask-paper',
  'hand-in',
  'report',
  'close',
  'revisit',
  'assign',
]

/** The page. */
export function ticketPage(shown: Shown, style: Style): Html {
  const { ticket, advisor, sight } = shown
  const view = viewOf(ticket, { actor: { role: 'advisor', id: advisor.id }, usual: USUAL }, shown.now)
  const body = html`${bannerOf(shown)}
${headOf(view, shown)}
${sight === 'full' ? [personOf(shown), heardOf(shown)] : maskedOf(view)}
${movesOf(view, shown)}
${dueOf(view)}
${stateOf(view)}
${visitsOf(shown.visits, namesIn(shown.roster), shown.now)}
${sight === 'full' && moreFactsOf(shown)}
${timelineOf(shown)}`
  return layout({ title: `求助单 ${ticket.number}`, who: advisor.name, back: true, body }, style)
}

function bannerOf({ done, refused }: Shown): Content {
  if (done !== null) return html`<p class="banner" role="status">${done}</p>`
  // One that is beside no form, because the form is not there any more.
  return refused?.form === '' && html`<p class="banner bad" role="alert">${refused.says}</p>`
}

function headOf(view: TicketView, { ticket, advisor, roster, now }: Shown): Html {
  const { owner } = ticket
  const mine = owner !== null && owner.id === advisor.id
  const has =
    owner === null
      ? '还没有人接单'
      : mine
        ? '由您负责'
        : isTheirs(advisor, ticket, roster, now)
          ? `由${owner.name}负责，现在由您代`
          : `由${owner.name}负责`
  const [first] = view.clocks
  const area = ticket.area !== null && roster.areas.get(ticket.area) ? roster.areas.say(ticket.area) : null
  return html`<section class="card head">
<h1>${view.number}${view.urgent && html` <span class="tag alarm">紧急</span>`} <span class="tag">${view.stage}</span></h1>
<p class="faint">${area ?? '还没有分到区域'}　<strong class="${owner === null ? 'nobody' : 'owner'}">${has}</strong></p>
${first && html`<p class="left${first.overdue && ' overdue'}">${first.name}：${first.left}</p>`}
${
  view.way.length > 0 &&
  html`<ol class="way">${view.way.map(
    ({ word, state }) =>
      html`<li class="step ${state}"${state === 'now' && html` aria-current="step"`}>${word}</li>`,
  )}</ol>`
}</section>`
}

const callable = (phone: string | null): phone is string => phone !== null && isPhone(phone)
/** As people read a mobile number aloud. */
const spaced = (phone: string) => phone.replace(/^(1\d\d)(\d{4})(\d{4})$/, '$1 $2 $3')
const callButton = (phone: string, who: string) =>
  html`<a class="call" href="tel:${phone}">打电话${who} ${spaced(phone)}</a>`

function personOf({ ticket }: Shown): Html {
  const { facts } = ticket.personal
  const { proxy } = facts
  const name = facts.anonymous ? '匿名' : (facts.name ?? '没留名')
  const difficulties = facts.difficulties.join('、')
  return html`<section class="card person" aria-label="求助人">
<h2>${name}<small>${facts.relation ?? WHO_WORDS[facts.who]}</small></h2>
${callable(facts.phone) && callButton(facts.phone, '')}
${proxy?.name && html`<p>代办：${proxy.name}</p>`}
${proxy && callable(proxy.phone) && callButton(proxy.phone, '给代办人')}
${!callable(facts.phone) && !(proxy && callable(proxy.phone)) && html`<p class="faint">没留电话，用下面的「${SAY}」写给他。</p>`}
<dl><div><dt>住址</dt><dd>${facts.place || '没说'}</dd></div>
<div><dt>难处</dt><dd>${difficulties !== '' && html`<strong>${difficulties}</strong>　`}<span class="story">${facts.story}</span></dd></div>
<div><dt>需要</dt><dd>${facts.needs.map((need) => NEED_WORDS[need]).join('、') || '没说'}</dd></div></dl>
</section>`
}

function maskedOf({ about }: TicketView): Html {
  return html`<section class="card"><p>${about}</p><p class="faint">姓名、电话、住址和经过由负责人看；接单以后您就能看到。</p></section>`
}

/** What is asked for less often, and photos of papers. */
function moreFactsOf({ ticket, advisor, roster, now }: Shown): Content {
  const { facts } = ticket.personal
  const rows: [string, string | null][] = [
    ['身份证号', facts.idNumber],
    ['户口所在地', facts.registeredAt],
    ['家里人', facts.household],
    ['收入', facts.income],
  ]
  const told = rows.filter(([, value]) => value !== null)
  const photos = isTheirs(advisor, ticket, roster, now) ? facts.photos : []
  if (told.length === 0 && facts.photos.length === 0) return null
  return html`<details class="card fold"><summary>更多情况</summary>
<dl>${told.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${facts.photos.length > 0 && photos.length === 0 && html`<p class="faint">有${facts.photos.length}张照片，接单的人才能看。</p>`}
${photos.map(({ kind }, place) => html`<p><a href="/t/${ticket.number}/photo/${place}">看照片：${kind || `第${place + 1}张`}</a></p>`)}
</details>`
}

function heardOf({ heard, held, now, carried, refused }: Shown): Content {
  if (held === null && heard.length === 0) return null
  const today = chinaDay(now)
  const at = (moment: string) => sayMoment(new Date(moment), today)
  return html`<section class="card held">
${held !== null && html`<p>居民找了人工，助手先不说话，到${at(held)}为止。</p>`}
${
  heard.length > 0 &&
  html`<ul class="lines">${heard.map(
    ({ at: moment, words, media }) =>
      html`<li><span class="faint">${at(moment)}</span> ${words}${media !== null && '（照片或语音）'}</li>`,
  )}</ul>`
}
${held !== null && formOf(HAND_BACK, null, carried, refused?.form === HAND_BACK ? refused : null, false)}</section>`
}

function movesOf(view: TicketView, shown: Shown): Content {
  const { carried, refused, sight } = shown
  const moves = view.moves
    .filter(({ kind }) => (kind === 'claim' ? shown.ticket.owner === null : sight === 'full'))
    .map((move) => fittedTo(move, shown))
  const usual = moves.filter((move) => move.usual)
  const rare = moves
    .filter((move) => !move.usual)
    .sort((one, other) => ACTION_KINDS.indexOf(one.kind) - ACTION_KINDS.indexOf(other.kind))
  if (moves.length === 0) return null
  const openRare = rare.some(({ form }) => form === refused?.form)
  return html`<section class="moves" aria-label="办理"><h2>办理</h2>
${usual.map((move) => moveForm(move, carried, refused))}
${sight === 'full' && [visitForm(carried, refused), sayForm(carried, refused)]}
${
  rare.length > 0 &&
  html`<details class="rare"${openRare && ' open'}><summary>更多</summary>${rare.map((move) => moveForm(move, carried, refused))}</details>`
}</section>`
}

function sayForm(carried: Carried, refused: Refused | null): Html {
  const said = refused?.form === SAY ? refused : null
  const words: FieldView = {
    name: SAY_FIELD,
    optional: false,
    choices: [],
    example: '明天上午我到您家看看，您在家吗？',
    filled: '',
  }
  return unfolded(SAY, formOf(SAY, inputOf(words, said?.typed ?? {}), carried, said, true), said !== null)
}
/** What stands in {@link SAY}. */
export const SAY_FIELD = '要说的话'

/** A form as this advisor needs it: who they are is known, colleagues are chosen, nothing is made up. */
function fittedTo(move: MoveView, { advisor, roster, ticket, now }: Shown): MoveView {
  if (move.kind === 'claim') return { ...move, fields: [] }
  const colleagues = [...roster.advisors.values()].filter(({ id }) => id !== advisor.id)
  const near = (one: Advisor) => (sightOf(one, ticket, roster, now) === null ? 1 : 0)
  const choices = colleagues
    .sort((one, other) => near(one) - near(other))
    .map(({ id, name, role }) => ({ value: id, label: `${name}（${ADVISOR_ROLE_WORDS[role]}）` }))
  return {
    ...move,
    fields: move.fields.map((field) => ({
      ...field,
      // What stands filled in for newcomers of the sandbox is needed here.
      optional: field.optional && field.filled === '',
      filled: field.name === '经手' ? advisor.name : '',
      ...(move.kind === 'assign' && field.name === '姓名' ? { choices } : {}),
    })),
  }
}

function dueOf({ clocks }: TicketView): Content {
  if (clocks.length === 0) return null
  return html`<section class="card"><h2>时限</h2><ul class="clocks">${clocks.map(
    ({ name, left, due, why, overdue }) =>
      html`<li class="clock${overdue && ' overdue'}"><details><summary><strong>${name}：${left}</strong><span class="faint">${due}</span></summary><p class="faint">${why}</p></details></li>`,
  )}</ul></section>`
}

function stateOf({ parts, papers, aid, outcome }: TicketView): Content {
  const lists: [string, readonly Content[]][] = [
    [
      '事项',
      parts.map(
        ({ what, to, state }) => html`<strong>${what}</strong> <span class="faint">${to}</span>　${state}`,
      ),
    ],
    ['材料', papers.map(({ name, state }) => `${name}：${state}`)],
    ['救助', aid],
    ['结果', outcome],
  ]
  const some = lists.filter(([, lines]) => lines.length > 0)
  if (some.length === 0) return null
  return html`<section class="card">${some.map(
    ([title, lines]) =>
      html`<h2>${title}</h2><ul class="lines">${lines.map((line) => html`<li>${line}</li>`)}</ul>`,
  )}</section>`
}

function timelineOf({ happened, roster }: Shown): Html {
  return html`<section class="card"><h2>经过</h2><ol class="timeline">${[...happened]
    .reverse()
    .map(
      ({ at, what, by, why }) =>
        html`<li><span class="faint">${at}　${whoOf(by, namesIn(roster))}</span><br><strong>${what}</strong>${why !== '' && html`　<span class="story">${why}</span>`}</li>`,
    )}</ol></section>`
}
