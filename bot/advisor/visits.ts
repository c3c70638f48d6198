/** An advisor's words about visits: one made or tried, one that must be made, a promise over years. */

import type { Line } from '../../flows/advisor/lines.ts'
import { nextHint, reasonWord } from '../../flows/advisor/words.ts'
import { chinaDay, sayDay } from '../../flows/clocks.ts'
import type { Action } from '../../flows/ticket/actions.ts'
import { dueOn } from '../../flows/ticket/limits.ts'
import { isOpen } from '../../flows/ticket/ticket.ts'
import {
  MUST_VISITS,
  PLEDGE_EVERY,
  type PlannedVisit,
  type Pledge,
  pledgeAfter,
  readVisit,
  type ToldVisit,
  visitDetailSchema,
  visitsFor,
} from '../../flows/visits.ts'
import { auditSubject } from '../audit.ts'
import { mediaJob } from '../casework.ts'
import type { VisitRow } from '../store.ts'
import { keepVisit, openTasks, planVisits, reached, subjectOf, type VisitSubject } from '../visits.ts'
import { given, move, quoted } from './deeds.ts'
import type { Subject } from './subject.ts'
import { type AdvisorAnswer, about, askBack, noteOf, type Scene, saying, withValue } from './talk.ts'

/** Values of a line that adds to a visit noted just before. */
const MORE = '补哪次'
const MET = '见没见到'
const WILLING = '愿不愿意'
const MET_WORDS = ['见到了', '没见到'] as const
const WILLING_WORDS = ['愿意', '不愿意', '没问'] as const

/** Keeps a visit at once, whatever it leaves open, and then asks for that. */
export async function visit(scene: Scene, line: Line, subject: Subject): Promise<AdvisorAnswer> {
  const more = line.values[MORE]
  if (more !== undefined) return addTo(scene, line, subject, more)
  const told = readVisit(given(line, '情况'), scene.media === null ? [] : [scene.media])
  const row = await keepVisit(
    scene.tx,
    { id: `${scene.turn}:visit`, subject: subject.number, advisor: scene.me.id, at: scene.now.toISOString() },
    told,
  )
  await noteOf(scene, 'changed', auditSubject(subject.number), { actions: 'visit' })
  scene.talk = { ...scene.talk, visit: { id: row.id, at: row.at } }
  if (told.reached !== null) await contactOf(scene, subject, told)
  return afterwards(scene, withValue(line, MORE, row.id), subject, row, told)
}

/** What was asked back about a visit, put into it. */
async function addTo(scene: Scene, line: Line, subject: Subject, id: string): Promise<AdvisorAnswer> {
  const row = await scene.tx.get('visits', id)
  if (!row) return saying('这次走访的记录不在了，请重新写一遍。')
  const detail = visitDetailSchema.parse(row.detail)
  const met = line.values[MET]
  const willing = line.values[WILLING]
  const told: ToldVisit = {
    channel: row.channel,
    reached: met === undefined ? (detail.reachedSaid ? row.reached : null) : met === MET_WORDS[0],
    detail: {
      ...detail,
      reachedSaid: detail.reachedSaid || met !== undefined,
      willing:
        willing === undefined || willing === WILLING_WORDS[2] ? detail.willing : willing === WILLING_WORDS[0],
    },
  }
  await keepVisit(scene.tx, row, told)
  await noteOf(scene, 'changed', auditSubject(subject.number), { actions: 'visit' })
  if (!detail.reachedSaid && told.reached !== null) await contactOf(scene, subject, told)
  return afterwards(scene, line, subject, row, told)
}

/** A visit is a contact too: the ticket notes it, and what had to be visited is settled. */
async function contactOf(scene: Scene, subject: Subject, told: ToldVisit): Promise<void> {
  const met = told.reached === true
  if (subject.kind === 'household') {
    if (met) await reached(scene.tx, subject.number, { channel: told.channel, at: scene.now })
    return
  }
  if (subject.ticket.stage === 'withdrawn') return
  const contact: Action = {
    kind: 'contact',
    channel: told.channel,
    reached: met,
    why: told.detail.words.slice(0, 1000),
  }
  subject.ticket = await move(scene, subject.number, contact)
}

const sayMet = (channel: VisitRow['channel'], met: boolean): string =>
  channel === '上门' || channel === '窗口'
    ? met
      ? '见到了'
      : '没见到，不算联系过'
    : met
      ? '联系上了'
      : '没联系上，不算联系过'

/** Says what was noted and asks for the first thing left open. */
async function afterwards(
  scene: Scene,
  line: Line,
  subject: Subject,
  row: VisitRow,
  told: ToldVisit,
): Promise<AdvisorAnswer> {
  const { number } = subject
  const noted =
    told.reached === null
      ? `记下了：${number}${row.channel}。`
      : `记下了：${number}${row.channel}，${sayMet(row.channel, told.reached)}。`
  if (told.reached === null)
    return askBack(scene, line, {
      slot: MET,
      ask: '见到人了吗？',
      choices: options(MET_WORDS),
      before: noted,
    })
  const open = subject.kind === 'household' || isOpen(subject.ticket)
  const asked = line.values[WILLING] !== undefined
  if (told.reached && open && told.detail.willing === null && !asked)
    return askBack(scene, line, {
      slot: WILLING,
      ask: '愿意申请救助吗？',
      choices: options(WILLING_WORDS),
      before: noted,
    })
  if (told.reached && subject.kind === 'ticket' && subject.ticket.stage === 'closed') {
    const revisit: Line = {
      command: 'revisit',
      subject: line.subject,
      values: { 编号: number, 说明: told.detail.words.slice(0, 1000) },
    }
    return askBack(scene, revisit, {
      slot: '满意不满意',
      ask: '这也算回访。居民满意吗？',
      choices: options(['满意', '不满意']),
      before: noted,
    })
  }
  const left = await openTasks(scene.tx, number)
  const due = left.filter(({ dueAt }) => dueAt <= new Date(scene.now.getTime() + WEEK_MS).toISOString())
  const [paper] = told.detail.papers
  const today = chinaDay(scene.now)
  const lines = [
    noted,
    ...(paper === undefined || subject.kind === 'household'
      ? []
      : [`还缺材料的话，写“补材料 ${number} ${scene.place === 'group' ? '名称' : paper} 日期”。`]),
    ...due.map(
      ({ reason, dueAt }) =>
        `还要${reasonWord(reason)}，${sayDay(chinaDay(new Date(dueAt)), today)}前${told.reached && told.channel !== '上门' ? '（要上门）' : ''}。`,
    ),
    ...(subject.kind === 'ticket' ? [nextHint(subject.ticket, scene.place, scene.now)] : []),
  ]
  return about(scene, number, lines.join('\n'))
}
const WEEK_MS = 7 * 24 * 60 * 60 * 1000
const options = (words: readonly string[]) => words.map((word) => ({ label: word, value: word }))

/** A photo or recording without words belongs to the visit noted just before; otherwise it is asked whose it is. */
export async function addMedia(scene: Scene, media: string): Promise<AdvisorAnswer> {
  const { talk, tx } = scene
  const row = talk.visit ? await tx.get('visits', talk.visit.id) : undefined
  if (!row) return saying('照片、语音要跟在走访后面。先写“走访 编号 情况”，再发过来。')
  const detail = visitDetailSchema.parse(row.detail)
  await tx.put('visits', { ...row, detail: { ...detail, media: [...detail.media, media] } })
  await tx.put('jobs', mediaJob('keep-media', media, scene.now.toISOString()))
  await noteOf(scene, 'changed', auditSubject(row.subject), { actions: 'visit-media' })
  return about(scene, row.subject, `收到了，存进${row.subject}这次走访里。`)
}

/** A visit that must be made, written where it was said. */
export async function plan(scene: Scene, line: Line, subject: Subject): Promise<AdvisorAnswer> {
  const planned = planOf(line, scene.now)
  if (planned.length === 0) return saying('这个承诺的日期已经过了，请核对。')
  const tasks = await planVisits(scene.tx, visitSubjectOf(scene, subject), planned, scene.now)
  await noteOf(scene, 'changed', auditSubject(subject.number), {
    actions: `plan ${planned[0]?.reason ?? ''}`,
  })
  const today = chinaDay(scene.now)
  const when = tasks.map(({ dueAt }) => `${sayDay(chinaDay(new Date(dueAt)), today)}前`).join('、')
  const [first] = planned
  const said = quoted(scene, line.values['什么'] ?? line.values['政策'] ?? line.values['机构'] ?? '')
  return about(
    scene,
    subject.number,
    `记下了：${subject.number}${reasonWord(first?.reason ?? '')}${said}，${when}。\n${first?.detail.due.why ?? ''}`,
  )
}

function planOf(line: Line, now: Date): PlannedVisit[] {
  const value = (name: string) => given(line, name)
  switch (line.command) {
    case 'must': {
      const reason = MUST_VISITS[value('原因')]
      return reason === undefined || reason === 'pledge' ? [] : visitsFor(reason, value('说明'), now)
    }
    case 'joined':
    case 'left':
      return visitsFor(line.command, value('政策'), now)
    case 'placed':
      return visitsFor('placed', value('机构'), now)
    case 'pledge':
      return pledged(
        { what: value('什么'), every: PLEDGE_EVERY[value('多久一次')] ?? 12, until: value('到哪天') },
        now,
      )
    default:
      return []
  }
}

/** The first time a pledge is due: one span from today, or its end when that comes sooner. */
function pledged(pledge: Pledge, now: Date): PlannedVisit[] {
  const today = chinaDay(now)
  const first = pledgeAfter(pledge, today, now)
  if (first) return [first]
  if (pledge.until < today) return []
  return [{ reason: 'pledge', detail: { due: dueOn(pledge.until, now), words: '', pledge } }]
}

function visitSubjectOf({ me }: Scene, subject: Subject): VisitSubject {
  if (subject.kind === 'household') {
    const known = subjectOf(subject.household)
    return { ...known, advisor: known.advisor || me.id }
  }
  const { number, area, owner } = subject.ticket
  return { number, area: area ?? '', advisor: owner?.id ?? me.id }
}
