/** What a resident is told, unasked, when their request moves. */

import { chinaDay, sayDay } from './clocks.ts'
import { sayDue } from './limits.ts'
import type { Ticket, TicketEvent } from './ticket.ts'
import type { Choice } from './types.ts'

export interface News {
  text: string
  choices: Choice[]
}

/** The words for one event of a ticket, or null when it is none of the resident's concern or their own doing. */
export function newsOf(ticket: Ticket, event: TicketEvent, now: Date): News | null {
  if (event.by.role === 'resident' || event.by.role === 'assistant') return null
  const text = textOf(ticket, event, now)
  if (text === null) return null
  const choices = event.kind === 'closed' ? ratings(ticket.number) : []
  return { text: `您的求助 ${ticket.number}：${text}`, choices }
}

function textOf(ticket: Ticket, event: TicketEvent, now: Date): string | null {
  const part = ticket.parts.find(({ id }) => id === event.part)
  switch (event.kind) {
    case 'screened':
      return '预审过了，接下来转给能办的单位。'
    case 'refused':
      return `这次没有受理。${event.why.replace(/\n/g, '。')}\n不明白、不同意，回复“人工”。`
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
    case 'paper-asked': {
      const paper = ticket.papers.at(-1)
      return paper ? `还要补“${paper.name}”，${sayDue(paper.due, now)}拍照发来，或交给社区。` : null
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
