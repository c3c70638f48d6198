/** Carries out what an advisor's line asks of one request: every move through the one table of transitions. */

import { commandOf } from '../../flows/advisor/commands.ts'
import type { Line } from '../../flows/advisor/lines.ts'
import { colleaguesCalled } from '../../flows/advisor/passing.ts'
import { nextHint, stageWord } from '../../flows/advisor/words.ts'
import { chinaDay, sayDay } from '../../flows/clocks.ts'
import { readNeeds } from '../../flows/difficulties.ts'
import { placeIn } from '../../flows/roster/placing.ts'
import type { Action } from '../../flows/ticket/actions.ts'
import { NEED_WORDS, NEEDS, type Need } from '../../flows/ticket/request.ts'
import {
  CHANNELS,
  CLOSE_WORDS,
  isPartOpen,
  PART_RESULT_WORDS,
  type Part,
  type Ticket,
} from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { auditSubject } from '../audit.ts'
import { actIn } from '../casework.ts'
import { handBackIn, speakIn } from '../holding.ts'
import { type AdvisorAnswer, about, askBack, noteOf, type Option, type Scene, witnessOf } from './talk.ts'

/** Residents an advisor noted on the street: no channel reaches them, so news of theirs becomes a call. */
export const NOTED = 'advisor-noted:'

/** A value of a line; '' where it has none. */
export const given = (line: Line, name: string): string => line.values[name] ?? ''

/** Makes moves, all or none, and remembers whose request it was. */
export async function move(scene: Scene, number: string, ...actions: Action[]): Promise<Ticket> {
  const { tx, me, now, parts, changed } = scene
  const actor = { role: 'advisor', id: me.id } as const
  const witness = witnessOf(me, parts)
  const ticket = await actIn(tx, { number, actions, actor, witness, now, newId: parts.newId })
  if (!ticket) throw new TicketError('no-such-ticket', `没有编号是${number}的求助单，请核对编号。`)
  changed.add(ticket.resident)
  return ticket
}

/** What was done, and what comes next. */
export const done = (scene: Scene, ticket: Ticket, words: string): AdvisorAnswer =>
  about(scene, ticket.number, `${words}\n${nextHint(ticket, scene.place, scene.now)}`)

/** What people wrote is said back to them alone. */
export const quoted = ({ place }: Scene, words: string): string =>
  place === 'group' || words === '' ? '' : `“${words}”`

const onDay = ({ now }: Scene, day: string): string => sayDay(day, chinaDay(now))

const keyOf = <K extends string>(words: Readonly<Record<K, string>>, word: string): K | null => {
  for (const key in words) if (words[key] === word) return key
  return null
}

/** What is missing of a line about a ticket, asked back; null when nothing is. */
export function missing(scene: Scene, line: Line, ticket: Ticket | null): AdvisorAnswer | null {
  for (const slot of commandOf(line.command).slots) {
    if (slot.name === '欠材料' && ticket && ticket.papers.length > 0) continue
    const value = given(line, slot.name)
    if (slot.picks !== null && ticket) {
      const options = pickable(slot.picks, ticket)
      const [only] = options
      // A part is called by its own name only: whoever calls another one did not mean the one there is.
      const strange = slot.picks === 'part' && value !== ''
      if (options.some((one) => one.value === value) || (only && options.length === 1 && !strange)) continue
      const fitting = options.filter(({ label }) => value !== '' && label.includes(value))
      if (fitting.length === 1) continue
      if (options.length === 0) return about(scene, ticket.number, nothingTo(slot.picks, ticket))
      const choices = scene.place === 'group' ? options.map((one) => ({ ...one, label: one.value })) : options
      return askBack(scene, line, { slot: slot.name, ask: slot.ask, choices })
    }
    if (value !== '' && (slot.choices.length === 0 || slot.choices.includes(value))) continue
    const choices = slot.choices.map((word) => ({ label: word, value: word }))
    const elsewhere = scene.place === 'group' && slot.personal && choices.length === 0
    const ask = elsewhere ? `${slot.ask}（请私聊我写，别写在群里）` : slot.ask
    return askBack(scene, line, { slot: slot.name, ask, choices })
  }
  return null
}

function pickable(picks: 'part' | 'paper', { parts, papers }: Ticket): Option[] {
  return picks === 'part'
    ? parts.filter(isPartOpen).map(({ id, what, to }) => ({ label: `${what}（${to.name}）`, value: id }))
    : papers
        .filter(({ state }) => state === 'outstanding')
        .map(({ id, name }) => ({ label: name, value: id }))
}

const nothingTo = (picks: 'part' | 'paper', { number }: Ticket): string =>
  picks === 'part' ? `${number}没有等反馈的事项。` : `${number}没有等补的材料。`

/** The part or paper a line picks: by id, by what it is called, or the only one. */
function picked(picks: 'part' | 'paper', line: Line, name: string, ticket: Ticket): string {
  const options = pickable(picks, ticket)
  const named = given(line, name)
  const found =
    options.find(({ value }) => value === named) ??
    options.find(({ label }) => named !== '' && label.includes(named)) ??
    options[0]
  return found?.value ?? named
}

/** Carries out a line about a ticket that lacks nothing; null for a command that moves no ticket. */
export async function moveTicket(scene: Scene, line: Line, ticket: Ticket): Promise<AdvisorAnswer | null> {
  const { number } = ticket
  const value = (name: string) => given(line, name)
  const why = value('说明')
  switch (line.command) {
    case 'claim': {
      const claimed = await move(scene, number, { kind: 'claim', name: scene.me.name, why: '' })
      const contact = scene.parts.ticketUrl(number) === null ? '' : '联系方式在求助单页面上。'
      return done(scene, claimed, `接好了：${number}由您负责。${contact}`)
    }
    case 'contact': {
      const channel = CHANNELS.find((one) => one === value('方式')) ?? '电话'
      const reached = value('通没通') === '通了'
      const moved = await move(scene, number, { kind: 'contact', channel, reached, why })
      return done(
        scene,
        moved,
        `记下了：${number}${channel}${reached ? '联系上了。' : '没联系上，不算联系过。'}`,
      )
    }
    case 'pass':
      return pass(scene, line, ticket)
    case 'hand':
      return hand(scene, line, ticket)
    case 'screen': {
      const moved = await move(scene, number, { kind: 'screen', why })
      return done(scene, moved, `${number}预审通过了，也会告诉居民。`)
    }
    case 'refuse': {
      const moved = await move(scene, number, {
        kind: 'refuse',
        why: value('理由'),
        elsewhere: value('还可以'),
      })
      return about(scene, number, `${number}记为${stageWord(moved)}，理由和还可以找谁都告诉居民。`)
    }
    case 'aid':
    case 'give':
      return give(scene, line, ticket)
    case 'papers': {
      const { 材料名称: name = '', 日期: day = '' } = line.values
      const moved = await move(scene, number, { kind: 'ask-paper', name, day, why: '' })
      return done(
        scene,
        moved,
        `记下了：${number}待补${quoted(scene, name) || '一份材料'}，${onDay(scene, day)}前；也告诉居民。`,
      )
    }
    case 'receive': {
      const paper = picked('paper', line, '哪份材料', ticket)
      const moved = await move(scene, number, { kind: 'hand-in', paper, media: scene.media, why: '' })
      return done(scene, moved, `记下了：${number}的材料交来了。`)
    }
    case 'report': {
      const result = keyOf(PART_RESULT_WORDS, value('结果')) ?? 'done'
      const part = picked('part', line, '哪一项', ticket)
      const moved = await move(scene, number, { kind: 'report', part, result, why: value('办理情况') })
      return done(scene, moved, `记下了：${number}反馈“${PART_RESULT_WORDS[result]}”，也告诉居民。`)
    }
    case 'close': {
      const result = keyOf(CLOSE_WORDS, value('结果')) ?? 'helped'
      const moved = await move(scene, number, { kind: 'close', result, why: value('办理结果') })
      return done(scene, moved, `办结了：${number}，${CLOSE_WORDS[result]}。办理结果告诉居民，请他评价。`)
    }
    case 'revisit': {
      const satisfied = value('满意不满意') === '满意'
      await move(scene, number, {
        kind: 'revisit',
        satisfied,
        why: why || (satisfied ? '居民满意' : '居民不满意'),
      })
      const next = satisfied ? '' : `\n要接着办，写“重新办理 ${number} 理由”。`
      return about(scene, number, `记下了：${number}回访过了，居民${satisfied ? '满意' : '不满意'}。${next}`)
    }
    case 'raise': {
      const moved = await move(scene, number, { kind: 'raise', why: value('理由') })
      return done(scene, moved, `${number}加急了，24小时内要先行救助。`)
    }
    case 'promise': {
      const { 日期: day = '', 理由: reason = '' } = line.values
      const moved = await move(scene, number, { kind: 'promise', part: null, day, why: reason })
      return done(scene, moved, `${number}的时限改到${onDay(scene, day)}，也告诉居民。`)
    }
    case 'place':
      return relocate(scene, line, number)
    case 'reopen': {
      const moved = await move(scene, number, { kind: 'reopen', why: value('理由') })
      return done(scene, moved, `${number}重新办理，时限从今天算起。`)
    }
    case 'say':
      return speak(scene, line, ticket)
    case 'back': {
      const { tx, me, now, parts, changed } = scene
      const witness = witnessOf(me, parts)
      const ending = { resident: ticket.resident, number, witness, now, newId: parts.newId }
      const back = await handBackIn(tx, ending)
      if (!back) return about(scene, number, '这位居民的对话现在没有人接管，不用交还。')
      changed.add(ticket.resident)
      return about(scene, number, '交还了：助手接着回答这位居民，也会告诉居民。')
    }
    default:
      return null
  }
}

/** 转办: what is not screened yet is screened first; what a body already has goes on to another. */
async function pass(scene: Scene, line: Line, ticket: Ticket): Promise<AdvisorAnswer> {
  const { number, personal } = ticket
  const { 承办单位: name = '', 要办的事: what = '', 怎么转: how } = line.values
  const to = { id: name, name }
  const open = ticket.parts.filter(isPartOpen)
  const same = open.filter((part) => part.what === what)
  const [onward] = same.length > 0 ? same : open.filter(({ state }) => state === 'declined')
  const part = how === undefined ? onward : open.find(({ id }) => id === how)
  if (part && ticket.stage === 'dispatched') {
    const action: Action = { kind: 'forward', part: part.id, to, why: `改由${name}办` }
    const moved = await move(scene, number, action)
    return done(
      scene,
      moved,
      `转好了：${number}${quoted(scene, part.what)}改由${quoted(scene, name) || '新的单位'}办，时限不变。`,
    )
  }
  const need: Need = readNeeds(what)[0] ?? personal.facts.needs[0] ?? 'service'
  const dispatch: Action = { kind: 'dispatch', parts: [{ to, need, what, policy: null }], why: '' }
  const first: Action[] = ticket.stage === 'received' ? [{ kind: 'screen', why: '' }] : []
  const moved = await move(scene, number, ...first, dispatch)
  const screened = first.length > 0 ? '先记了预审通过，再' : ''
  return done(
    scene,
    moved,
    `${screened}转好了：${number}${quoted(scene, what)}分给${quoted(scene, name) || '承办单位'}办，也告诉居民。`,
  )
}

/** Whether a department is given one more thing, or takes over what another has; asked before the rest. */
export function passAmong(scene: Scene, line: Line, ticket: Ticket): AdvisorAnswer | null {
  const { 承办单位: name = '', 要办的事: what, 怎么转: how } = line.values
  const open = ticket.parts.filter(isPartOpen)
  if (name === '' || what !== undefined || how !== undefined || ticket.stage !== 'dispatched') return null
  if (open.length === 0 || scene.place === 'group') return null
  const choices = open.map((part: Part) => ({
    label: `“${part.what}”从${part.to.name}改由${name}办`,
    value: part.id,
  }))
  return askBack(scene, line, {
    slot: '怎么转',
    ask: '怎么转？',
    choices: [...choices, { label: `另外再请${name}办一件事`, value: 'more' }],
  })
}

/** 划区: only to an area there is. */
async function relocate(scene: Scene, line: Line, number: string): Promise<AdvisorAnswer> {
  const { areas } = scene.roster
  const found = placeIn(given(line, '区域'), areas)
  if (!found) {
    const ask = '没有找到这个街道、社区。写全名，如“城关街道幸福社区”：'
    return askBack(scene, { ...line, values: { ...line.values, 区域: '' } }, { slot: '区域', ask })
  }
  const area = { id: found.id, name: areas.say(found.id) }
  const moved = await move(scene, number, { kind: 'place', area, why: '' })
  return done(scene, moved, `划好了：${number}归${area.name}。`)
}

async function hand(scene: Scene, line: Line, { number }: Ticket): Promise<AdvisorAnswer> {
  const { roster } = scene
  const called = colleaguesCalled(given(line, '同事'), [...roster.advisors.values()])
  const [colleague] = called
  if (!colleague)
    return askBack(
      scene,
      { ...line, values: { ...line.values, 同事: '' } },
      { slot: '同事', ask: '名册里没有这位同事。写姓名或账号：' },
    )
  if (called.length > 1) {
    const choices = called.map(({ id, name }) => ({ label: `${name}（${id}）`, value: id }))
    return askBack(scene, line, { slot: '同事', ask: '是哪一位？', choices })
  }
  const owner = { id: colleague.id, name: colleague.name }
  await move(scene, number, { kind: 'assign', owner, why: '' })
  return about(scene, number, `转好了：${number}现在由${owner.name}负责。`)
}

async function give(scene: Scene, line: Line, ticket: Ticket): Promise<AdvisorAnswer> {
  const value = (name: string) => given(line, name)
  const ahead = line.command === 'aid'
  const [, paper, day] = /^(.*)@(\d{4}-\d\d-\d\d)$/.exec(value('欠材料')) ?? []
  const need = NEEDS.find((one) => NEED_WORDS[one] === value('需求')) ?? 'service'
  const moved = await move(scene, ticket.number, {
    kind: 'aid',
    part: null,
    need,
    what: value('给了什么'),
    amount: value('金额') || null,
    source: value('来源'),
    receipt: null,
    givenBy: value('经手') || scene.me.name,
    ahead,
    papers: paper !== undefined && day !== undefined ? [{ name: paper, day }] : [],
    why: '',
  })
  const later = paper === undefined ? '' : `材料${onDay(scene, day ?? '')}前补齐。`
  return done(
    scene,
    moved,
    `记下了：${ticket.number}${ahead ? '先行救助' : '救助'}${quoted(scene, value('给了什么'))}。${later}`,
  )
}

/** Words to the resident; who was noted on the street gets them by a call. */
async function speak(scene: Scene, line: Line, { number, resident }: Ticket): Promise<AdvisorAnswer> {
  const { tx, me, now, parts, changed } = scene
  const words = given(line, '话')
  await speakIn(tx, { resident, words, by: me.id, ticket: number, now, newId: parts.newId })
  await noteOf(scene, 'said', auditSubject(number))
  changed.add(resident)
  return about(
    scene,
    number,
    resident.startsWith(NOTED)
      ? '这位居民没有留下微信，话记成要打的电话，联系上以后写“已联系”。'
      : '记下了，马上发给居民。发不到的话会列进您要打的电话。',
  )
}

/** A refusal as it is said where others read along: only what names nobody and quotes nothing. */
export function sayRefusal({ place }: Scene, line: Line, error: TicketError): string {
  const plain = error.code === 'wrong-stage' || error.code === 'wrong-actor'
  const claimed = error.code === 'already' && (line.command === 'claim' || line.command === 'hand')
  return place === 'private' || plain || claimed
    ? error.message
    : '这一步没有办成。请私聊我再写一遍，我说原因。'
}
