/** What a resident is told, unasked, when their request moves. */

import { chinaDay, sayDay } from '../clocks.ts'
import type { Choice } from '../steps/types.ts'
import { sayDue } from './limits.ts'
import type { Ticket, TicketEvent } from './ticket.ts'

export interface News {
  text: string
  choices: Choice[]
}

/**
 * One message for what one action made of a ticket, or null when it is none of the resident's concern or their
 * own doing.
 */
export function newsOf(ticket: Ticket, happened: readonly TicketEvent[], now: Date): News | null {
  const theirs = happened.filter(({ by }) => by.role !== 'resident' && by.role !== 'assistant')
  const texts = theirs.map((event) => textOf(ticket, event, now)).filter((text) => text !== null)
  if (theirs.some(({ kind }) => kind === 'paper-asked')) texts.push(papersText(ticket, theirs, now))
  if (texts.length === 0) return null
  const choices = theirs.some(({ kind }) => kind === 'closed') ? ratings(ticket.number) : []
  return { text: `您的求助 ${ticket.number}：${[...new Set(texts)].join('\n')}`, choices }
}

/** Papers asked for in one action, each with its day: the last ones of the ticket. */
function papersText(ticket: Ticket, happened: readonly TicketEvent[], now: Date): string {
  const count = happened.filter(({ kind }) => kind === 'paper-asked').length
  return ticket.papers
    .slice(-count)
    .map(({ name, due }) => `还要补“${name}”，${sayDue(due, now)}拍照发来，或交给社区。`)
    .join('\n')
}

function textOf(ticket: Ticket, event: TicketEvent, now: Date): string | null {
  const part = ticket.parts.find(({ id }) => id === event.part)
  switch (event.kind) {
    case 'screened':
      return '预审过了，接下来转给能办的单位。'
    case 'refused':
      return `这次没有受理。\n${event.why}\n不明白、不同意，回复“人工”。`
    case 'dispatched': {
      const bodies = [
        ...new Set(ticket.parts.filter(({ state }) => state === 'sent').map(({ to }) => to.name)),
      ]
      return `已经转给${bodies.join('、')}办。`
    }
    case 'forwarded':
      return part ? `“${part.what}”改由${part.to.name}办，时限不变。` : null
    case 'reported':
      return part ? `${part.to.name}反馈“${part.what}”：${event.why}` : null
    case 'aid-given': {
      const aid = ticket.aid.at(-1)
      return aid ? `记下已经给您${aid.what}（经手：${aid.givenBy}）。没收到就回复“人工”。` : null
    }
    case 'promised':
      return `办理时限改到${sayDue(ticket.due.whole, now)}。${event.why}`
    case 'closed':
      return `办结了。${event.why}\n您满意吗？`
    case 'reopened':
      return `重新办理，时限到${sayDay(chinaDay(new Date(ticket.due.whole.at)), chinaDay(now))}。`
    default:
      return null
  }
}

const ratings = (number: string): Choice[] =>
  ['满意', '一般', '不满意'].map((word) => ({ label: word, says: `评价 ${number} ${word}` }))
