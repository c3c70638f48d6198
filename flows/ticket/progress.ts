/**
 * Where a ticket stands, in the words of 受理→预审→转办→反馈→办结→回访: for the resident part by part, for staff
 * in one masked line. Nobody's name, phone or address is repeated.
 */

import { chinaDay, sayDay } from '../clocks.ts'
import { isAidAwaited } from './aid.ts'
import { type Due, isOverdue, sayDue } from './limits.ts'
import { promisesOf } from './promises.ts'
import { NEED_WORDS, type RequestFacts } from './request.ts'
import { PART_RESULT_WORDS, type Part, STAGE_WORDS, type Stage, type Ticket, wordsOf } from './ticket.ts'

/** A head for the whole ticket and one block a part, each of at most three short lines. */
export interface Progress {
  head: string[]
  parts: string[][]
}

const WAY = ['received', 'screened', 'dispatched', 'reported', 'closed'] as const

/** How far a resident's request has come, what comes next and by when. */
export function progressOf(ticket: Ticket, now: Date): Progress {
  // Parts of a ticket at 预审 were settled before it was opened again.
  const shown = ['dispatched', 'reported'].includes(ticket.stage)
    ? ticket.parts.filter(({ state }) => state !== 'dropped')
    : []
  return { head: headOf(ticket, now), parts: shown.map((part) => partLines(ticket, part, now)) }
}

/** The same as one text. */
export function sayProgress(ticket: Ticket, now: Date): string {
  const { head, parts } = progressOf(ticket, now)
  return [head, ...parts].map((lines) => lines.join('\n')).join('\n\n')
}

function headOf(ticket: Ticket, now: Date): string[] {
  const number = `求助编号${ticket.number}`
  const said = (kind: 'refused' | 'closed') =>
    withoutPeople(wordsOf(ticket, kind) ?? '', ticket.personal.facts)
  switch (ticket.stage) {
    case 'refused':
      return [`${number}：预审没有通过。`, ...said('refused').split('\n').slice(0, 2)]
    case 'withdrawn':
      return [`${number}：已经撤回，不再办理。`, ...owedPapers(ticket, now)]
    case 'closed':
      return [
        `${number}：已办结。${said('closed')}`,
        ticket.due.revisit ? `下一步：回访，${by(ticket.due.revisit, now)}。` : '下一步：回访。',
        '事情没办好，可以要求重新办理。',
      ]
    case 'revisited':
      return [`${number}：已办结，也回访过了。`, `结果：${said('closed')}`, '事情没办好，可以要求重新办理。']
    default: {
      const way = WAY.map((stage) =>
        stage === ticket.stage ? `【${STAGE_WORDS[stage]}】` : STAGE_WORDS[stage],
      )
      return [`${number}：${way.join('→')}`, nextLine(ticket, now), ...owedPapers(ticket, now)]
    }
  }
}

const NEXT: Partial<Record<Stage, string>> = {
  received: '下一步：预审；',
  screened: '下一步：安排办理；',
  dispatched: '下一步：等下面的单位反馈；',
  reported: '下一步：办结；',
}

function nextLine(ticket: Ticket, now: Date): string {
  if (ticket.due.aid && isAidAwaited(ticket)) return `急事先办：${by(ticket.due.aid, now)}。`
  return `${NEXT[ticket.stage] ?? ''}整件事${by(ticket.due.whole, now)}。`
}

function owedPapers(ticket: Ticket, now: Date): string[] {
  const papers = ticket.papers.filter(({ state }) => state === 'outstanding')
  const first = promisesOf(ticket).find(({ what }) => what === 'paper')
  if (!first) return []
  return [`还要补：${papers.map(({ name }) => name).join('、')}，${by(first.due, now)}。`]
}

function partLines(ticket: Ticket, part: Part, now: Date): string[] {
  const today = chinaDay(now)
  const on = (at: string) => sayDay(chinaDay(new Date(at)), today)
  const title = `${part.what}（${part.to.name}）：`
  if (part.state === 'reported' && part.result !== null)
    return [
      `${title}已反馈，${PART_RESULT_WORDS[part.result]}`,
      ticket.stage === 'reported' ? '下一步：办结' : '下一步：等别的单位也反馈',
    ]
  if (part.state === 'declined') return [`${title}退回了`, `下一步：另找单位，${by(part.due, now)}`]
  const noted = ticket.outside.findLast((stage) => stage.part === part.id || stage.part === null)
  return [
    `${title}${part.state === 'taken' ? '办理中' : `已转办，${on(part.sentAt)}`}`,
    ...(noted ? [`进展：${noted.stage}，${on(noted.at)}`] : []),
    `下一步：反馈，${by(part.due, now)}`,
  ]
}

/** `最晚3月31日(星期二)前`; a date gone by is said to be gone by. */
function by(due: Due, now: Date): string {
  return isOverdue(due, now) ? `原定${sayDue(due, now)}，已经过了，可以催办` : `最晚${sayDue(due, now)}`
}

const COMPOUND_SURNAMES =
  /^(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|司徒|司空|夏侯|端木|独孤|南宫|西门|轩辕|赫连|呼延|澹台|申屠|太史|闻人|濮阳)/

/** 唐某 for 唐秀英; who gave no name is 未留名. */
export function maskName(name: string | null): string {
  const plain = name?.trim() ?? ''
  if (plain === '') return '未留名'
  return `${COMPOUND_SURNAMES.exec(plain)?.[0] ?? [...plain][0]}某`
}

/**
 * One line for lists that several people see: number, urgency, stage, masked name, area, needs, the next date.
 * What befell them (家暴, 大病) is not in it.
 *
 * @param area the area's name as staff call it; null when the ticket is not placed yet
 */
export function summaryLine(ticket: Ticket, area: string | null, now: Date): string {
  const { facts } = ticket.personal
  const [next] = promisesOf(ticket)
  return [
    ticket.number,
    ...(ticket.urgency === 'urgent' ? ['紧急'] : []),
    STAGE_WORDS[ticket.stage],
    facts.anonymous ? '匿名' : maskName(facts.name),
    area ?? '未分区域',
    facts.needs.map((need) => NEED_WORDS[need]).join('、') || '需求未写明',
    ...(next
      ? [isOverdue(next.due, now) ? `已超期（${sayDue(next.due, now)}）` : sayDue(next.due, now)]
      : []),
  ].join(' ')
}

/** Staff's words without the people in them: names, phones, ID numbers, a house by its number. */
export function withoutPeople(text: string, facts: RequestFacts): string {
  const house = /\d/.test(facts.place) ? facts.place : null
  const known = [facts.name, facts.proxy?.name, house].filter(
    (word): word is string => typeof word === 'string' && word.length >= 2,
  )
  return known
    .reduce((words, secret) => words.replaceAll(secret, '**'), text)
    .replace(/(?<!\d)\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)/g, '**')
}
