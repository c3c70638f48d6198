/** 我的: what is on an advisor's plate, the first due first. Nobody's full name is in it. */

import { isRestricted } from '../../flows/advisor/sight.ts'
import type { Advisor, Roster } from '../../flows/roster/advisors.ts'
import { isOverdue, sayLeft } from '../../flows/ticket/limits.ts'
import { maskName } from '../../flows/ticket/progress.ts'
import { type Promised, promisesOf } from '../../flows/ticket/promises.ts'
import { NEED_WORDS } from '../../flows/ticket/request.ts'
import { STAGE_WORDS, type Ticket } from '../../flows/ticket/ticket.ts'
import { promiseName } from '../desk/view.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { layout, type Style } from './layout.ts'

/** What an advisor has to do with. */
export interface Plate {
  advisor: Advisor
  roster: Roster
  now: Date
  /** Theirs, and those of whom they stand in for. */
  mine: readonly Ticket[]
  /** Nobody has them yet, and they lie where this advisor works. */
  unclaimed: readonly Ticket[]
}

/** The page. */
export function platePage({ advisor, roster, now, mine, unclaimed }: Plate, style: Style): Html {
  const list = (tickets: readonly Ticket[]) =>
    html`<ul class="plate">${byDue(tickets).map((ticket) => html`<li>${entryOf(ticket, roster, now)}</li>`)}</ul>`
  const body = html`<h1>我的</h1>
<section class="card"><h2>我负责的${mine.length > 0 && `（${mine.length}）`}</h2>
${mine.length > 0 ? list(mine) : html`<p class="faint">现在没有要您办的求助单。</p>`}</section>
<section class="card"><h2>还没人接的${unclaimed.length > 0 && `（${unclaimed.length}）`}</h2>
${unclaimed.length > 0 ? list(unclaimed) : html`<p class="faint">您负责的区域里，求助单都有人接了。</p>`}</section>`
  return layout({ title: '我的', who: advisor.name, back: false, body }, style)
}

function byDue(tickets: readonly Ticket[]): Ticket[] {
  const dueOf = (ticket: Ticket) => promisesOf(ticket)[0]?.due.at ?? '9999'
  return [...tickets].sort((one, other) => (dueOf(one) < dueOf(other) ? -1 : 1))
}

function entryOf(ticket: Ticket, { areas }: Roster, now: Date): Content {
  const { facts } = ticket.personal
  const [first] = promisesOf(ticket)
  const about = [
    facts.anonymous ? '匿名' : maskName(facts.name),
    ...(ticket.area !== null && areas.get(ticket.area) ? [areas.say(ticket.area)] : []),
    // What is restricted shows no more than that it is there.
    ...(isRestricted(ticket) ? [] : [facts.needs.map((need) => NEED_WORDS[need]).join('、')]),
  ].filter((one) => one !== '')
  return html`<a class="entry" href="/t/${ticket.number}"><span><strong>${ticket.number}</strong>${ticket.urgency === 'urgent' && html` <span class="tag alarm">紧急</span>`} <span class="tag">${STAGE_WORDS[ticket.stage]}</span></span>
<span class="faint">${about.join('　')}</span>${first && leftOf(ticket, first, now)}</a>`
}

const leftOf = (ticket: Ticket, first: Promised, now: Date): Html =>
  html`<span class="left${isOverdue(first.due, now) && ' overdue'}">${promiseName(ticket, first)}：${sayLeft(first.due, now)}</span>`
