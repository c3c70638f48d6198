/** Plays a journey through the real intake over a real store. */
import { act } from '../../bot/casework.ts'
import { endHold, handBack } from '../../bot/holding.ts'
import { createIntake, type Receive } from '../../bot/intake.ts'
import { type MessageBody, plainText } from '../../bot/message.ts'
import { readSession } from '../../bot/session.ts'
import type { Outgoing, Store } from '../../bot/store.ts'
import { heldUntil } from '../../bot/turns/hold-turn.ts'
import { chinaDay, sayDay } from '../../flows/clocks.ts'
import { NEED_WORDS } from '../../flows/ticket/request.ts'
import { type Actor, HOW_NOW_WORDS, readTicket, STAGE_WORDS, type Ticket } from '../../flows/ticket/ticket.ts'
import { runDueJobs } from '../../server/jobs.ts'
import type { Deed, Journey } from './journey.ts'
import { settingFrom, WITNESS, world } from './world.ts'

const STAFF: Actor = { role: 'staff', id: 'wang' }
/** Ticket rows of one resident; journeys have few. */
const ALL = { limit: 50 }
const UNITS_MS: Record<string, number> = { 分钟: 60_000, 小时: 3_600_000, 天: 86_400_000 }

/** What each deed was answered with, and what the store holds in the end. */
export async function play(journey: Journey): Promise<{ answers: string[][]; held: string[] }> {
  const { clock, store, receive: first, parts, message } = await world()
  let receive: Receive = first
  const told = new Set<string>()
  const residents = [...new Set(journey.deeds.map(({ who }) => who))]

  const hear = async (who: string, body: MessageBody): Promise<string[]> => {
    const { reply, outgoing } = await receive(message(body, { from: who }))
    if (outgoing) told.add(outgoing)
    return [reply ? plainText(reply) : '（不说话）']
  }
  /** What was said to a resident that no message of theirs asked for. */
  const unasked = async (who: string): Promise<string[]> => {
    const rows = await store.list('outbox', 'ofResident', { equals: [idOf(who)], ...ALL })
    const fresh = rows.filter(({ id, state }) => state === 'pending' && !told.has(id))
    for (const { id } of fresh) told.add(id)
    return fresh.map(sayRow)
  }
  const perform = async (deed: Deed): Promise<string[]> => {
    if (deed.kind === 'says') return hear(deed.who, { kind: 'text', text: deed.text })
    const { who, name, what } = deed
    const body = bodyOf(name, what)
    if (body) return hear(who, body)
    switch (name) {
      case '程序重启':
        // A second later, as a process takes to start.
        clock.pass(1000)
        receive = createIntake({ ...parts, setting: settingFrom(clock()) })
        return []
      case '流程换了新版本':
        await olderFlow(store, idOf(who), what)
        return []
      case '顾问交还对话':
        await handBack(store, {
          resident: idOf(who),
          number: null,
          witness: WITNESS,
          now: clock(),
          newId: parts.newId,
        })
        return unasked(who)
      case '工作人员':
        await staffDo(store, idOf(who), what, clock(), parts.newId)
        return unasked(who)
      default: {
        const passed = /^过了(\d+)(分钟|小时|天)$/.exec(name)
        if (!passed) throw new Error(`no stage direction: ${name}`)
        clock.pass(Number(passed[1]) * (UNITS_MS[passed[2] ?? ''] ?? 0))
        await runDue(store, clock, parts.newId)
        return (await Promise.all(residents.map(unasked))).flat()
      }
    }
  }

  const answers: string[][] = []
  for (const deed of journey.deeds) {
    // Nobody answers in the very same moment.
    clock.pass(20_000)
    answers.push(await perform(deed))
  }
  const held = (await Promise.all(residents.map((who) => heldOf(store, idOf(who), clock())))).flat()
  return { answers, held }
}

const idOf = (who: string) => `official-account:${who}`

function sayRow(row: Outgoing): string {
  return plainText({ text: row.text, choices: row.choices, ...(row.link ? { link: row.link } : {}) })
}

function bodyOf(name: string, what: string): MessageBody | null {
  switch (name) {
    case '语音':
      return { kind: 'voice', mediaId: 'voice-1', format: 'amr', transcript: what }
    case '语音听不清':
      return { kind: 'voice', mediaId: 'voice-1', format: 'amr', transcript: null }
    case '发照片':
      return { kind: 'image', mediaId: what }
    case '发视频':
      return { kind: 'video', mediaId: 'video-1' }
    case '发位置':
      return { kind: 'location', latitude: 32.123456, longitude: 118.876543, label: what }
    case '关注':
      return { kind: 'followed', scene: null }
    case '取消关注':
      return { kind: 'unfollowed' }
    case '点菜单':
      return { kind: 'tapped', key: { 问政策: 'policy', 我要求助: 'help', 查进度: 'progress' }[what] ?? '' }
    default:
      return null
  }
}

/** A running flow as an older version of the program left it, at a step of its own if `step` names one. */
async function olderFlow(store: Store, resident: string, step: string): Promise<void> {
  const row = await store.get('sessions', resident)
  if (!row || typeof row.flow !== 'object' || row.flow === null || !('flow' in row.flow))
    throw new Error('no flow runs')
  const { flow } = row.flow
  if (typeof flow !== 'object' || flow === null) throw new Error('no flow runs')
  const older = { ...row.flow, flow: { ...flow, version: 0, ...(step === '' ? {} : { step }) } }
  await store.transaction((tx) => tx.put('sessions', { ...row, flow: older }))
}

/** What staff do with the newest ticket of a resident, in a word and what it needs. */
async function staffDo(
  store: Store,
  resident: string,
  what: string,
  now: Date,
  newId: () => string,
): Promise<void> {
  const [doing = '', ...rest] = what.split(' ')
  const why = rest.join(' ')
  const row = (await store.list('tickets', 'ofResident', { equals: [resident], ...ALL })).at(-1)
  if (!row) throw new Error('no ticket')
  const bureau = { id: 'minzheng', name: '区民政局' }
  const due = chinaDay(new Date(now.getTime() + 7 * 86_400_000))
  const actions: Record<string, unknown> = {
    预审通过: { kind: 'screen', why },
    不予受理: { kind: 'refuse', why: rest[0], elsewhere: rest[1] },
    转办: { kind: 'dispatch', parts: [{ to: bureau, need: 'money', what: why, policy: null }], why: '' },
    反馈: { kind: 'report', part: 'p1', result: 'done', why },
    先给: {
      kind: 'aid',
      part: null,
      need: 'goods',
      what: why,
      amount: null,
      source: '街道备用金',
      receipt: null,
      givenBy: '孙顾问',
      ahead: true,
      papers: [{ name: '情况说明', day: due }],
      why: '',
    },
    免交材料: { kind: 'waive-paper', paper: 'm1', why },
    办结: { kind: 'close', result: 'helped', why },
  }
  await act(store, { number: row.id, action: actions[doing], actor: STAFF, witness: WITNESS, now, newId })
}

async function runDue(store: Store, now: () => Date, newId: () => string): Promise<void> {
  const failed: unknown[] = []
  const nothing = async () => undefined
  await runDueJobs(
    store,
    {
      'answer-taken': nothing,
      'keep-media': nothing,
      'drop-media': nothing,
      announce: nothing,
      'check-hold': nothing,
      'update-cards': nothing,
      'tell-advisor': nothing,
      'end-hold': ({ detail }) => endHold(store, { resident: detail['resident'] ?? '', now: now(), newId }),
    },
    now,
    (_job, error) => failed.push(error),
  )
  if (failed.length > 0) throw failed[0]
}

/** What is held about a resident in the end, in words. */
async function heldOf(store: Store, resident: string, now: Date): Promise<string[]> {
  const [tickets, heard, tasks, row] = await Promise.all([
    store.list('tickets', 'ofResident', { equals: [resident], ...ALL }),
    store.list('heard', 'ofResident', { equals: [resident], ...ALL }),
    store.list('tasks', 'due', { equals: ['open'], ...ALL }),
    store.get('sessions', resident),
  ])
  const session = readSession(row)
  const mine = tasks.filter((task) => task.resident === resident)
  return [
    ...tickets.map((one) => ticketLines(readTicket(one.ticket))),
    ...heard.map(({ words }) => `顾问收到：${words}`),
    ...mine.map(({ kind, ticket, dueAt }) => {
      const day = sayDay(chinaDay(new Date(dueAt)), chinaDay(now))
      return `工作人员待办：${{ erase: '核对删除', export: '导出', correct: '更正', call: '打电话' }[kind]} ${ticket ?? ''} ${day}前`
    }),
    ...(session.flow === null ? [] : [`还在说：${session.flow.flow} ${session.flow.step}`]),
    ...(heldUntil(session, now) === null ? [] : ['人工接管中']),
  ]
}

function ticketLines(ticket: Ticket): string {
  const { facts } = ticket.personal
  const rated = { satisfied: '满意', 'so-so': '一般', dissatisfied: '不满意' }
  const lines: [string, string | null][] = [
    ['给谁', { self: '自己', family: '家里人', neighbour: '别人' }[facts.who] + (facts.relation ?? '')],
    ['难处', [facts.difficulties.join('、'), facts.story].filter((part) => part !== '').join('：')],
    ['需要', facts.needs.map((need) => NEED_WORDS[need]).join('、')],
    ['住', facts.place],
    ['户口', facts.registeredAt],
    ['姓名', facts.name],
    ['电话', facts.phone],
    ['家里', facts.household],
    ['收入', facts.income],
    ['照片', facts.photos.map(({ media }) => media).join('、')],
    [
      '代办人',
      facts.proxy ? [facts.proxy.name, facts.proxy.phone].filter(Boolean).join(' ') || '没留姓名电话' : null,
    ],
    ['匿名', facts.anonymous ? '是' : null],
    ['关联', ticket.links.map(({ number }) => number).join('、')],
    ['评价', ticket.rating && rated[ticket.rating]],
    ['近况', ticket.howNow && HOW_NOW_WORDS[ticket.howNow]],
  ]
  const head = `${ticket.number} ${STAGE_WORDS[ticket.stage]}${ticket.urgency === 'urgent' ? ' 紧急' : ''}`
  return [head, ...lines.flatMap(([label, value]) => (value ? [`${label}：${value}`] : []))].join('\n')
}
