/** Photos a resident sends when a request is under way: papers that were still owed (容缺后补). */
import { supplemented } from '../../flows/nudges/nudges.ts'
import { isOpen, type Paper, type Ticket } from '../../flows/ticket/ticket.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import type { Session } from '../session.ts'
import { type Moment, sayInFlow, type Turn } from '../turn.ts'
import { WORDS } from '../wording.ts'
import { actor, changed } from './ticket-turn.ts'

/** One paper of one ticket, and the photo that shows it. */
export interface HandIn {
  ticket: Ticket
  paper: Paper
  media: string
}

/**
 * A photo sent outside any flow: the paper it must be, a choice among several, or something for whoever handles
 * the request. Null when no request is open: then nobody would look at it, and it is not kept.
 */
export function takePhoto(media: string, session: Session, moment: Moment): Turn | null {
  const open = moment.tickets.filter(isOpen)
  const owed = open.flatMap((ticket) =>
    ticket.papers.filter(({ state }) => state === 'outstanding').map((paper) => ({ ticket, paper, media })),
  )
  const [only, another] = owed
  if (only && !another) return handIn(only, session, moment)
  if (only) {
    const choices = owed.map(({ ticket, paper }) => ({
      label: paper.name,
      says: `补交 ${ticket.number} ${paper.id} ${media}`,
    }))
    return sayInFlow('help', session, WORDS.whichPaper, choices)
  }
  const [newest] = open
  if (!newest) return null
  const turn = sayInFlow('help', session, `照片收到了，放在求助 ${newest.number} 里，经办的人能看到。`)
  return {
    ...turn,
    effects: [
      { kind: 'keep-media', mediaId: media },
      { kind: 'heard', words: `〔照片〕${newest.number}`, media, tells: supplemented(newest) },
    ],
  }
}

/** The choice among several papers, read back. */
export function readHandIn(text: string, tickets: readonly Ticket[]): HandIn | null {
  if (tickets.length === 0) return null
  const [, number, paperId, media] = /^补交 (Q-\d+-\d) (\S+) (\S+)$/.exec(text) ?? []
  const ticket = tickets.find((one) => one.number === number)
  const paper = ticket?.papers.find(({ id, state }) => id === paperId && state === 'outstanding')
  return ticket && paper && media !== undefined ? { ticket, paper, media } : null
}

/** Notes a paper as handed in; whoever handles the request looks whether it is good. */
export function handIn({ ticket, paper, media }: HandIn, session: Session, moment: Moment): Turn {
  const change = changed(ticket, (one) =>
    advance(one, { kind: 'hand-in', paper: paper.id, media, why: '' }, actor(moment), moment.now),
  )
  const turn = sayInFlow('help', session, `收到“${paper.name}”的照片，放进求助单了，经办的人能看到。谢谢您。`)
  return { ...turn, effects: [change, { kind: 'keep-media', mediaId: media }] }
}

const OFFERS =
  /^(?:请问)?(?:我|俺)?(?:想|要|来|再|还)*(?:补|交|补交|补充|递|发|传)(?:个|点|份|些|一下|上)?(?:材料|证明|照片|资料|证件|病历)[了吧啊]*$|^(?:材料|证明|照片|资料|证件|病历)(?:要|该)?(?:怎么|咋|往哪|在哪|去哪)(?:儿|里)?(?:补|交|补交|发|传)(?:给你们?)?[呢啊]*$/

/** What to do for whoever wants to hand something in by words; null when no request is open, or it is no such wish. */
export function offersPaper(text: string, session: Session, { tickets }: Moment): Turn | null {
  const [newest] = tickets.filter(isOpen)
  if (!newest || !OFFERS.test(text.normalize('NFKC').replace(/[^\p{L}\p{N}]+/gu, ''))) return null
  const owed = tickets
    .filter(isOpen)
    .flatMap(({ papers }) => papers.filter(({ state }) => state === 'outstanding').map(({ name }) => name))
  const still = owed.length === 0 ? '' : `还差：${owed.join('、')}。`
  return sayInFlow(
    'help',
    session,
    `${still}拍成照片直接发到这里，我放进求助 ${newest.number}，经办的人能看到。`,
  )
}
