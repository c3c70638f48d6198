/** 我的信息: what is held about a resident; shown, exported, corrected, deleted, consent withdrawn. */

import { chinaDay, sayDay } from '../../flows/clocks.ts'
import { readPhone } from '../../flows/facts.ts'
import { correctFlow } from '../../flows/steps/catalog/correct.ts'
import { NEED_WORDS } from '../../flows/ticket/request.ts'
import { type Advanced, isOpen, STAGE_WORDS, type Ticket } from '../../flows/ticket/ticket.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import { startFlow } from '../asking.ts'
import type { Deed } from '../audit.ts'
import type { Effect } from '../effects.ts'
import type { Choice } from '../message.ts'
import type { Session } from '../session.ts'
import { type Moment, sayInFlow, type Turn } from '../turn.ts'
import { wishDue } from '../wishes.ts'
import { deletionLater, WORDS } from '../wording.ts'
import { actor, changed } from './ticket-turn.ts'

export type DataWish = 'show' | 'export' | 'correct' | 'delete' | 'delete-now' | 'withdraw' | 'withdraw-now'

const WHOLE: readonly [DataWish, RegExp][] = [
  ['show', /^(?:看看?)?我的(?:信息|资料|数据)$|^你?们?(?:都)?(?:记|存)了我(?:什么|哪些(?:信息|东西)?)$/],
  ['export', /^导出(?:我的)?(?:信息|资料|数据)$|^全部(?:给我)?看看$/],
  ['correct', /^(?:更正|修改|改|改一下)(?:我的)?(?:信息|资料|数据|电话|地址|住址|姓名|手机号?)$/],
  ['delete', /^(?:删除|删掉|清除|注销|抹掉)(?:我的)?(?:信息|资料|数据|全部|记录|账号)?$/],
  ['delete-now', /^确认删除(?:我的信息)?$/],
  [
    'withdraw',
    /^撤回(?:我的)?同意$|^(?:我)?不同意了$|^(?:撤销|撤回|撤掉|取消)(?:我的)?(?:求助|申请|登记)单?[了吧]*$|^撤[了单掉][吧]?$/,
  ],
  ['withdraw-now', /^确认撤回(?:同意)?$/],
]

const NEW_PHONE =
  /^(?:我|俺|我们)*(?:的)?(?:(?:换|改|更换|变)(?:了|个|一个|新|的)*(?:电话|手机|号码|手机号|联系方式|号)|新?(?:电话|手机|号码|手机号|联系方式)(?:号码?)?(?:换|改|变|更换)|(?:刚才|刚刚|上次|之前|前面|那个)*(?:的)?(?:我的)?(?:电话|手机|号码|手机号|联系方式)(?:号码?)?(?:我)?(?:写|填|留|说|报|打|给|输)?(?:得)?(?:错|不对))(?:了|应该|成|为|是|号码?|新的?|[：:，,\s])*$/

/** The number a resident says theirs has become, and nothing else: 我换电话了 13800000000. */
export function readNewPhone(text: string): string | null {
  const read = readPhone(text)
  return read && NEW_PHONE.test(text.replace(read.said, '').trim()) ? read.phone : null
}

/** Nearly every message is none of these, which one look tells. */
const ANY_WHOLE = new RegExp(WHOLE.map(([, { source }]) => source).join('|'))

/** What a message wants done with the resident's own data; null when it is about something else. */
export function readDataWish(text: string): DataWish | null {
  const bare = text
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/^(?:请|我要|我想|帮我|把)/, '')
  if (ANY_WHOLE.test(bare)) for (const [wish, pattern] of WHOLE) if (pattern.test(bare)) return wish
  return null
}

const MENU: readonly Choice[] = [
  { label: '全部看看（导出）', says: '导出我的信息' },
  { label: '更正', says: '更正我的信息' },
  { label: '撤回同意', says: '撤回同意' },
  { label: '删除', says: '删除我的信息' },
]

/** What only an open request has. */
const ONLY_OPEN = new Set(['更正我的信息', '撤回同意'])

/** Does what is wished with a resident's own data, at once where nothing forbids it. */
export function myData(wish: DataWish, session: Session, moment: Moment): Turn {
  const { tickets } = moment
  const numbers = tickets.map(({ number }) => number)
  const turn = (
    text: string,
    choices: readonly Choice[] = [],
    effects: Effect[] = [],
    after = session,
  ): Turn => {
    const said = sayInFlow('my-data', after, text, choices)
    return { ...said, reply: said.reply && { ...said.reply, personal: true as const }, effects }
  }
  switch (wish) {
    case 'show': {
      if (tickets.length === 0) return turn(session.flow ? WORDS.myDataTelling : WORDS.myData)
      const lines = tickets.map(
        (one) => `${one.number}（${chinaDay(new Date(one.openedAt))}，${STAGE_WORDS[one.stage]}）`,
      )
      // A flow keeps its own numbers: what else can be done is said in words.
      if (session.flow)
        return turn(
          `${WORDS.myDataHeld}\n${lines.join('\n')}\n${WORDS.myDataMeanwhile}`,
          [],
          [noted('listed', numbers)],
        )
      const menu = tickets.some(isOpen) ? MENU : MENU.filter(({ says }) => !ONLY_OPEN.has(says))
      return turn(`${WORDS.myDataHeld}\n${lines.join('\n')}\n您可以：`, menu, [noted('listed', numbers)])
    }
    case 'export':
      return turn(
        tickets.length === 0
          ? session.flow
            ? WORDS.myDataTelling
            : WORDS.myData
          : [...tickets.map(wholeOf), WORDS.exported].join('\n\n'),
        [],
        tickets.length === 0 ? [] : [noted('exported', numbers)],
      )
    case 'correct': {
      const ticket = tickets.find(isOpen)
      if (!ticket) return turn(WORDS.nothingToCorrect)
      return startFlow(correctFlow, { ticket: ticket.number, fact: null, value: null }, session, moment)
    }
    case 'withdraw':
      if (session.flow) return turn(`${WORDS.withdrawSure}\n${WORDS.withdrawMeanwhile}`)
      return turn(WORDS.withdrawSure, [
        { label: '确认撤回同意', says: '确认撤回同意' },
        { label: '不撤了', says: '我的信息' },
      ])
    case 'delete':
      if (session.flow) return turn(`${WORDS.deleteSure}\n${WORDS.deleteMeanwhile}`)
      return turn(WORDS.deleteSure, [
        { label: '确认删除我的信息', says: '确认删除我的信息' },
        { label: '不删了', says: '我的信息' },
      ])
    case 'withdraw-now':
    case 'delete-now': {
      const kept = tickets.filter((ticket) => !mayForget(ticket))
      const free = tickets.filter(mayForget)
      const effects: Effect[] =
        wish === 'delete-now'
          ? [{ kind: 'erase', tickets: free.map(({ number }) => number) }]
          : free.flatMap((ticket): Effect[] => [
              changed(ticket, (one) =>
                forgotten(isOpen(one) ? withdrawn(one, moment) : { ticket: one, happened: [] }),
              ),
              { kind: 'forget', ticket: ticket.number },
            ])
      // First: the lines of what goes are still about something.
      const wished = wish === 'delete-now' ? 'erased' : 'withdrawn'
      effects.unshift(
        ...(free.length === 0 && kept.length > 0
          ? []
          : [
              noted(
                wished,
                free.map(({ number }) => number),
              ),
            ]),
        ...(kept.length === 0
          ? []
          : [
              noted(
                'withdrawn',
                kept.map(({ number }) => number),
              ),
            ]),
      )
      const { day, dueAt } = wishDue(moment.now)
      for (const ticket of kept.filter(isOpen)) effects.push(changed(ticket, (one) => withdrawn(one, moment)))
      for (const { number } of kept) effects.push({ kind: 'wish', wish: 'erase', ticket: number, dueAt })
      const deleted = kept.length === 0 ? WORDS.deleted : WORDS.deletedInPart
      const done = wish === 'delete-now' ? deleted : WORDS.withdrawn
      const later =
        kept.length === 0
          ? ''
          : deletionLater(
              kept.map(({ number }) => number),
              sayDay(day, chinaDay(moment.now)),
            )
      const fresh = { ...session, flow: null, topic: null, rest: '', choices: [] }
      return turn(`${done}${later}`, [], effects, fresh)
    }
  }
}

const noted = (deed: Deed, tickets: readonly string[]): Effect => ({ kind: 'noted', deed, tickets })

/**
 * Whether a request may be forgotten on the resident's word alone: nothing was given and nobody else was asked
 * to act. What was handled is a record the office must account for, so a person decides.
 */
export const mayForget = (ticket: Ticket): boolean => ticket.aid.length === 0 && ticket.parts.length === 0

/** Stops a request; whoever works on a part of it is told to stop. */
const withdrawn = (ticket: Ticket, moment: Moment): Advanced =>
  advance(ticket, { kind: 'withdraw', why: '居民撤回同意' }, actor(moment), moment.now)

const forgotten = (moved: Advanced): Advanced => ({ ...moved, ticket: forgetting(moved.ticket) })

/** The ticket without anything that tells who it was about. */
export function forgetting(ticket: Ticket): Ticket {
  const { who, difficulties, needs } = ticket.personal.facts
  return {
    ...ticket,
    fingerprints: [],
    personal: {
      words: [],
      facts: {
        who,
        difficulties,
        needs,
        relation: null,
        story: '',
        place: '',
        registeredAt: null,
        name: null,
        phone: null,
        idNumber: null,
        household: null,
        income: null,
        photos: [],
        proxy: null,
        anonymous: true,
      },
    },
  }
}

/** Whether nothing of a ticket tells any more who it was about, see {@link forgetting}; an anonymous one still does. */
export const isForgotten = ({ fingerprints, personal: { facts } }: Ticket): boolean =>
  fingerprints.length === 0 &&
  facts.anonymous &&
  facts.phone === null &&
  facts.place === '' &&
  facts.story === ''

/** Everything a ticket holds about the resident, in words. */
function wholeOf(ticket: Ticket): string {
  const { facts, words } = ticket.personal
  const lines: [string, string | null][] = [
    ['难处', [facts.difficulties.join('、'), facts.story].filter((part) => part !== '').join('：')],
    ['需要', facts.needs.map((need) => NEED_WORDS[need]).join('、')],
    ['给谁', facts.who === 'self' ? '本人' : facts.relation],
    ['姓名', facts.name],
    ['代办人', facts.proxy?.name ?? null],
    ['电话', facts.phone],
    ['住址', facts.place],
    ['户口', facts.registeredAt],
    ['家里', facts.household],
    ['收入', facts.income],
    ['照片', facts.photos.length === 0 ? null : `${facts.photos.length}张`],
    ['转交', ticket.sharing && '您同意过区里别的系统看姓名、电话、住址；想收回，回复“人工”'],
  ]
  const shown = lines.flatMap(([label, value]) => (value ? [`${label}：${value}`] : []))
  const notes = words.map(({ text }) => `办理记录：${text}`)
  return [`求助编号 ${ticket.number}（${STAGE_WORDS[ticket.stage]}）`, ...shown, ...notes].join('\n')
}
