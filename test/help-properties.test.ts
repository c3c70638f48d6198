/** What holds whatever a resident sends, in any order, with pauses and restarts between. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Turn } from '../bot/conversation.ts'
import { type MessageBody, plainText } from '../bot/message.ts'
import { readSession, type Session, sessionColumns } from '../bot/session.ts'
import { isHeld } from '../bot/turns/hold-turn.ts'
import { isQuiet } from '../flows/clocks.ts'
import { helpFlow } from '../flows/steps/catalog/help.ts'
import type { HelpAnswers } from '../flows/steps/catalog/help-answers.ts'
import { restore } from '../flows/steps/engine.ts'
import { readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { WAY, type Walk, walk } from './support/walk.ts'

/** More with `HELP_RUNS=3000 npx vitest run test/help-properties.test.ts --testTimeout 600000`. */
const RUNS = Number(process.env['HELP_RUNS'] ?? 20)

/** What tells who somebody is; nothing of it may lie open anywhere. */
const PHONE = '13812345678'
const NAME = '欧阳秋菊'
const HOUSE = '尧新社区12号'

const COMMANDS =
  '上一步 改第3项 改第20项 跳过 重说 听不懂 等一下 继续 重来 取消 人工 不用人工 查进度 我的信息 更正我的信息 撤回同意 确认撤回同意 我要求助 菜单 谢谢 你好 满意 不满意 好的 不对 1 2 3 1、3 9 0'.split(
    ' ',
  )
const ANSWERS = [
  ...WAY.map(([, answer]) => answer),
  '确认',
  '确认',
  '匿名',
  '不同意',
  '我自己',
  `我叫${NAME}，电话${PHONE}`,
  `我住${HOUSE}，老公上月住院花了八万，家里没米了，电话${PHONE}`,
  `尧化街道${HOUSE}`,
  '孩子发烧没钱看',
  '高血压的药断了',
  '在别处',
  '1381234567',
  '025-85551234',
  '不急',
  '很急',
  '帮我找个活干',
  '在吗',
  '😭😭',
  '……',
  '！',
]
const QUESTIONS = [
  '低保怎么申请',
  '那要带什么材料',
  '去哪办',
  '护照怎么办',
  '12345是什么电话',
  '今天天气怎么样',
]
const DANGERS = ['我不想活了', '我老公又打我了', '我妈晕倒了叫不醒', '家里着火了', '三天没吃饭了']

type Step = MessageBody | { kind: 'pass'; ms: number } | { kind: 'restart' }
const text = (...texts: string[]) =>
  fc.constantFrom(...texts).map((said): Step => ({ kind: 'text', text: said }))
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: text(...ANSWERS) },
  { weight: 4, arbitrary: text(...COMMANDS) },
  { weight: 1, arbitrary: text(...QUESTIONS) },
  { weight: 1, arbitrary: text(...DANGERS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>(
      { kind: 'image', mediaId: 'photo-1' },
      { kind: 'video', mediaId: 'video-1' },
      { kind: 'voice', mediaId: 'v', format: 'amr', transcript: null },
      { kind: 'location', latitude: 32.1, longitude: 118.9, label: HOUSE },
      { kind: 'location', latitude: 32.1, longitude: 118.9, label: '' },
      { kind: 'tapped', key: 'help' },
      { kind: 'tapped', key: 'policy' },
      { kind: 'tapped', key: 'progress' },
      { kind: 'restart' },
      { kind: 'pass', ms: 2 * 3_600_000 },
      { kind: 'pass', ms: 5 * 3_600_000 },
    ),
  },
)
/** The way of a request, in part or whole, with anything in between. */
const anyWay: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(anyStep, { maxLength: 6 }), fc.nat(WAY.length), fc.array(anyStep, { maxLength: 12 }))
  .map(([first, length, then]) => [
    ...first,
    { kind: 'text', text: '我要求助' },
    ...WAY.slice(0, length).map(([, answer]): Step => ({ kind: 'text', text: answer })),
    ...then,
  ])

const take = (here: Walk, step: Step): Turn | null => {
  if (step.kind === 'restart') here.restart()
  else if (step.kind === 'pass') here.clock.pass(step.ms)
  else return here.hear(step)
  return null
}
const helpOf = ({ flow }: Session): HelpAnswers | null =>
  flow?.flow === 'help' ? (restore(helpFlow, flow)?.answers ?? null) : null
const saysWho = (stored: unknown): boolean =>
  [PHONE, NAME, HOUSE].some((secret) => JSON.stringify(stored).includes(secret))

/** Plays every way, looking at each message with the state before and after it. */
function always(look: (seen: Seen) => void): void {
  fc.assert(
    fc.property(anyWay, (steps) => {
      const here = walk()
      for (const step of steps) {
        const before = here.session()
        const tickets = here.tickets()
        const turn = take(here, step)
        if (turn) look({ step, before, tickets, turn, after: here.session(), here })
      }
    }),
    { numRuns: RUNS },
  )
}
interface Seen {
  step: Step
  before: Session
  tickets: readonly Ticket[]
  turn: Turn
  after: Session
  here: Walk
}

describe('whatever is sent', () => {
  test('the session can be stored and read back, and something is said unless a person holds it', () => {
    always(({ before, turn, after, here }) => {
      expect(readSession(sessionColumns(after))).toEqual(after)
      if (after.flow?.flow === 'help') expect(restore(helpFlow, after.flow)).not.toBeNull()
      if (turn.reply) expect(plainText(turn.reply).trim()).not.toBe('')
      else expect(isHeld(before, { now: here.clock() })).toBe(true)
    })
  })

  test('取消 ends the flow, and 人工 hands over, or at night is kept for the morning', () => {
    fc.assert(
      fc.property(anyWay, (steps) => {
        const here = walk()
        for (const step of steps) take(here, step)
        here.say('不用人工')
        here.say('取消')
        expect(here.session().flow).toBeNull()
        const { effects } = here.say('人工')
        const isNight = isQuiet(here.clock())
        expect(isHeld(here.session(), { now: here.clock() })).toBe(!isNight)
        if (isNight) expect(effects).toContainEqual({ kind: 'asked-at-night' })
      }),
      // The first ends after midnight.
      { numRuns: RUNS, examples: [[[{ kind: 'pass', ms: 15 * 3_600_000 }]]] },
    )
  })

  test('a request is opened only by 确认 after consent', () => {
    always(({ step, before, tickets, here }) => {
      if (here.tickets().length <= tickets.length) return
      expect(before.flow).toMatchObject({ flow: 'help', step: 'confirm' })
      expect(helpOf(before)?.consent).not.toBeNull()
      expect(step.kind === 'text' && /^(?:确认|好的|1|同意)$/.test(step.text)).toBe(true)
    })
  })

  test('what was confirmed is in the request, and stays', () => {
    always(({ step, before, tickets, here }) => {
      const [newest] = here.tickets()
      if (newest && here.tickets().length > tickets.length) {
        const told = helpOf(before)
        const { facts } = readTicket(newest).personal
        expect(facts).toMatchObject({ story: told?.story, needs: told?.needs, place: told?.place })
        expect(facts.name).toBe(told?.consent === 'anonymous' ? null : told?.name || null)
        expect(facts.phone).toBe(told?.consent === 'anonymous' ? null : told?.phone || null)
      }
      for (const ticket of tickets) {
        const now = here.tickets().find(({ number }) => number === ticket.number)
        expect(now).toBeDefined()
        const erased = step.kind === 'text' && /确认撤回同意|^1$/.test(step.text)
        if (!erased && now) expect(now.personal.facts.story).toBe(ticket.personal.facts.story)
      }
    })
  })

  test('who somebody is lies nowhere in the open, and nowhere at all once unnamed', () => {
    always(({ turn, after }) => {
      expect(saysWho(sessionColumns(after).state)).toBe(false)
      if (turn.reply && saysWho(turn.reply)) expect(turn.reply.personal).toBe(true)
      const told = helpOf(after)
      if (told?.consent === 'anonymous') expect(JSON.stringify(told)).not.toMatch(`${PHONE}|${NAME}`)
      if (told?.consent === null) {
        for (const { kind } of turn.effects) expect(['open-ticket', 'keep-media']).not.toContain(kind)
      }
    })
  })

  test('urgency falls by nobody but the resident, asked about it', () => {
    always(({ step, before, after }) => {
      const [told, now] = [helpOf(before), helpOf(after)]
      if (told?.urgency !== 'urgent' || !now || now.askedAt !== told.askedAt) return
      if (step.kind === 'text' && /^重来$|^2$/.test(step.text)) return
      if (now.urgency !== 'urgent') expect(before.flow?.step).toBe('urgency')
    })
  })

  test('while a person holds it the assistant is silent, but for danger and giving it back', () => {
    always(({ step, before, turn, after, here }) => {
      if (!isHeld(before, { now: here.clock() })) return
      const back = after.hold === null || step.kind === 'tapped'
      if (turn.decision.danger === null && !back) expect(turn.reply).toBeNull()
      if (turn.decision.danger !== null) expect(turn.reply?.text).toMatch(/1(?:10|19|20|2345|2356)/)
      if (step.kind === 'text' && !back) {
        expect(turn.effects).toContainEqual({
          kind: 'heard',
          words: step.text,
          media: null,
          tells: { kind: 'said-while-held' },
        })
      }
    })
  })
})
