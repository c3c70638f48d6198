/** A stranger who answers only what is asked, through the signed webhook, as acceptance does. */
import { describe, expect, test } from 'vitest'
import { readTicket } from '../flows/ticket/ticket.ts'
import { createAssistant } from '../server/assistant.ts'
import { assistantParts } from './support/assistant.ts'
import { suiteLog } from './support/suite-log.ts'
import { openedAnswer, sealedPush, textFields } from './support/wechat.ts'
import { clockAt, openStore, serve } from './support/world.ts'

/** What the stranger knows, and the words of a question each answers. The first that fits is said. */
const ANSWERS: readonly [asks: RegExp, says: string][] = [
  [/同意吗/, '同意'],
  [/确认/, '确认'],
  [/给谁求助/, '我妈'],
  [/什么难处/, '我妈脑梗住院花了六万，家里就靠低保过'],
  [/最需要什么/, '钱，还要个轮椅'],
  [/急不急/, '这几天就要交费'],
  [/户口/, '安徽阜阳'],
  [/住在哪里/, '栖霞区尧化街道尧新社区3栋'],
  [/怎么称呼.*电话/s, '唐秀英 13912345678'],
  [/怎么称呼/, '唐秀英'],
  [/联系电话/, '13912345678'],
  [/跳过/, '跳过'],
]
const answerTo = (question: string, own: readonly [asks: string, says: string][]): string => {
  const asked = question.split('\n')[0] ?? ''
  const said = own.find(([asks]) => asked.includes(asks))?.[1]
  if (said !== undefined) return said
  const known = ANSWERS.find(([asks]) => asks.test(asked)) ?? ANSWERS.find(([asks]) => asks.test(question))
  if (!known) throw new Error(`the stranger does not know what is asked: ${question}`)
  return known[1]
}

async function office() {
  const clock = clockAt('2026-11-23T09:00:00+08:00')
  const store = await openStore()
  const lines: string[] = []
  const { app } = createAssistant(assistantParts({ store, log: suiteLog('debug', lines), now: clock }))
  const base = await serve(app.callback())
  let sent = 0
  const say = async (openid: string, text: string): Promise<string> => {
    clock.pass(20_000)
    const { path, body } = sealedPush(textFields(openid, text, String(++sent), clock()), clock())
    const response = await fetch(base + path, { method: 'POST', body })
    return openedAnswer(await response.text())
  }
  /** Answers only what is asked, in words of its `own` where it has any, until there is a number. */
  const walk = async (openid: string, first: string, own: readonly [string, string][] = []) => {
    const said = [first]
    for (;;) {
      const answer = await say(openid, said.at(-1) ?? '')
      const number = /求助编号 ?(Q-\d+-\d)/.exec(answer)?.[1]
      if (number) return { said, number, last: answer }
      said.push(answerTo(answer, own))
      if (said.length > 20)
        throw new Error(`no number after ${said.length} messages, the last answer: ${answer}`)
    }
  }
  const facts = async (number: string) => {
    const row = await store.get('tickets', number)
    return readTicket(row?.ticket).personal.facts
  }
  return { say, walk, facts, store, logged: () => lines.join('') }
}

describe('a stranger who answers only what is asked', () => {
  test('comes from 「我要求助」 to a number in at most 12 messages, and the ticket holds what they said', async () => {
    const { walk, facts } = await office()
    const { said, number } = await walk('oStranger', '我要求助')
    expect(said.length).toBeLessThanOrEqual(12)
    expect(await facts(number)).toMatchObject({
      who: 'family',
      relation: '妈妈',
      difficulties: expect.arrayContaining(['大病']),
      story: expect.stringContaining('脑梗住院花了六万'),
      needs: ['money', 'goods'],
      place: expect.stringContaining('尧化街道尧新社区'),
      registeredAt: '安徽阜阳',
      name: '唐秀英',
      phone: '13912345678',
      anonymous: false,
    })
  })

  test('who told a need first comes to a number in at most 8, asked nothing twice', async () => {
    const { walk, facts, say } = await office()
    const first = '我是尧化街道尧新社区的，老公上月住院花了八万，家里没米了，电话13812345678'
    const { said, number, last } = await walk('oTold', first)
    expect(said.length).toBeLessThanOrEqual(8)
    // Place, phone, what happened, for whom and how urgent were told: none is said a second time.
    expect(said.slice(1).join()).not.toMatch(/尧化|138|六万|急|几天|我妈/)
    expect(await facts(number)).toMatchObject({
      relation: '老公',
      story: expect.stringContaining('住院花了八万'),
      place: '尧化街道尧新社区',
      phone: '13812345678',
    })
    expect(last).toContain('11月24日')
    expect(await say('oTold', '办得怎样了')).toContain(number)
    expect(await say('oOther', `查进度 ${number}`)).not.toContain('受理')
  })

  test('leaves nothing personal in the log', async () => {
    const { walk, say, logged } = await office()
    await walk('oQuiet', '我要求助')
    await say('oQuiet', '查进度')
    await say('oQuiet', '导出我的信息')
    await say('oQuiet', '人工')
    for (const personal of ['oQuiet', '唐秀英', '13912345678', '尧化', '阜阳', '脑梗', '低保']) {
      expect(logged()).not.toContain(personal)
    }
  })
})

test.each([
  ['in other words', { 最需要什么: '希望能减轻点负担', 急不急: '这两天就要交费了', 户口: '同上' }],
  [
    'in short',
    { 最需要什么: '医药费', 急不急: '比较着急', 给谁求助: '就我自己', 怎么称呼: '李芳，13812345678' },
  ],
])('a stranger who answers %s is understood as well', async (_how, said) => {
  const { walk, facts } = await office()
  const { said: messages, number } = await walk('oOther', '求助', Object.entries(said))
  expect(messages.length).toBeLessThanOrEqual(12)
  const { needs, phone } = await facts(number)
  expect(needs).not.toContain('goods')
  expect(phone).toMatch(/^1\d{10}$/)
})

test('a need that cannot wait, told without a question, begins a request', async () => {
  const { say } = await office()
  expect(await say('oFever', '孩子发烧没钱看病')).toMatch(/听到了[\s\S]*同意吗/)
})
