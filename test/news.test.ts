/** Residents are told what changed: at once, by an announcement, or by somebody who calls. */
import { describe, expect, test } from 'vitest'
import { announce } from '../bot/announcing.ts'
import { insertTicket } from '../bot/casework.ts'
import { type Channel, ChannelError } from '../bot/channels/channel.ts'
import { deliverDue, repliesTaken } from '../bot/outbox.ts'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { readCommand } from '../server/desk/command.ts'
import { atDesk, type Desk } from '../server/desk/desk.ts'
import { runDueJobs } from '../server/jobs.ts'
import { requestHelp } from './support/request.ts'
import { OTHER_NUMBER, opening } from './support/tickets.ts'
import { DOER, fingerprint, world } from './support/world.ts'

const DAY = 24 * 3_600_000
const WANG = 'official-account:openid-of-wang'
const refused = (code: string) => new ChannelError(code, 'refused', '请看看')
const later = (code: string) => new ChannelError(code, 'retry', '稍后再试')

describe('news of a request', () => {
  test('is said at once while the platform lets us, and only then shown as told', async () => {
    const { desk, deliver, said, told, calls } = await office()
    await desk('预审 通过')
    expect(await told()).toBe('新消息：正在发给居民')
    await deliver()
    expect(said).toEqual([expect.stringContaining('预审过了')])
    expect(await told()).toBe('新消息：已告知居民，11月22日（星期日）09:00')
    expect(await calls()).toEqual([])
  })

  test('is announced after two days of silence: number, stage, moment, and nothing else', async () => {
    const { number, desk, deliver, said, told, calls, clock, announced } = await office({
      announces: () => null,
    })
    clock.pass(3 * DAY)
    await desk('预审 通过')
    await deliver()
    expect(said).toEqual([])
    const [first] = announced
    expect(announced).toEqual([
      { id: first?.id, ticket: number, stage: '预审', at: new Date('2026-11-25T09:00:00+08:00') },
    ])
    expect(await told()).toBe('新消息：已通知居民有新消息，11月25日（星期三）09:00；内容等居民来信时告诉')
    expect(await calls()).toEqual([])
  })

  test('is announced once where there is more of it on the same day, and again the next day', async () => {
    const { desk, deliver, clock, announced } = await office({ announces: () => null })
    clock.pass(3 * DAY)
    await desk('预审 通过')
    await desk('分办 区教育局 教育救助 --需求 资金')
    await deliver()
    expect(announced.map(({ stage }) => stage)).toEqual(['转办'])
    clock.pass(DAY)
    await desk('反馈 p1 办好了 学费减免了')
    await deliver()
    expect(announced.map(({ stage }) => stage)).toEqual(['转办', '反馈'])
  })

  test('waits for the resident and becomes a call where nothing can be announced', async () => {
    const { number, desk, deliver, told, calls, clock, type } = await office()
    clock.pass(3 * DAY)
    await desk('预审 通过')
    await desk('分办 区教育局 教育救助 --需求 资金')
    await deliver()
    expect(await calls()).toMatchObject([
      { ticket: number, resident: WANG, dueAt: '2026-11-26T15:59:59.999Z' },
    ])
    expect(await told()).toBe(
      '新消息：现在发不出去，等居民下次来信时告诉；已列入电话清单，11月26日（星期四）前打',
    )
    expect(await type('')).toContain(
      `微信上告诉不了、要打电话的 1 位：\n11月26日（星期四）前 ${number} 转办 唐某`,
    )
  })

  test.each(['40037', '47003', '43004', '43101'])(
    'becomes a call when the announcement is refused (%s)',
    async (code) => {
      const { desk, deliver, calls, clock, outcomes, told } = await office({ announces: () => refused(code) })
      clock.pass(3 * DAY)
      await desk('预审 通过')
      await deliver()
      expect(await calls()).toHaveLength(1)
      expect(outcomes).toEqual([
        { state: 'refused', channel: 'official-account', error: code, hint: '请看看' },
      ])
      expect(await told()).toContain('现在发不出去')
    },
  )

  test('becomes a call when the announcement fails again and again', async () => {
    const { desk, deliver, calls, clock, outcomes } = await office({ announces: () => later('45009') })
    clock.pass(3 * DAY)
    await desk('预审 通过')
    for (const { length } of [[], [1], [1, 2]]) {
      await deliver()
      expect(outcomes).toHaveLength(length + 1)
      expect(await calls()).toEqual([])
      clock.pass(DAY)
    }
    await deliver()
    expect(await calls()).toHaveLength(1)
    clock.pass(DAY)
    await deliver()
    expect(outcomes).toHaveLength(4)
  })

  test('becomes a call when the platform took the announcement and could not bring it', async () => {
    const { desk, deliver, calls, clock, receive, message, told } = await office({ announces: () => null })
    clock.pass(3 * DAY)
    await desk('预审 通过')
    await deliver()
    await receive(message({ kind: 'unannounced' }))
    expect(await calls()).toHaveLength(1)
    expect(await told()).toContain('现在发不出去')
  })

  test('is a call at once for who follows us no more', async () => {
    const { desk, deliver, calls, receive, message, told, announced } = await office({
      announces: () => null,
    })
    await receive(message({ kind: 'unfollowed' }))
    await desk('预审 通过')
    await deliver()
    expect(await calls()).toHaveLength(1)
    expect(announced).toEqual([])
    expect(await told()).toContain('微信上告诉不了居民；已列入电话清单')
  })

  test('of a request an advisor noted for somebody without WeChat is a call at once, and settled by it', async () => {
    const { desk, deliver, calls, store, told, clock } = await office()
    const noted = 'advisor-noted:1'
    await store.transaction((tx) =>
      insertTicket(tx, openTicket(opening({ resident: noted, number: OTHER_NUMBER, at: clock() }))),
    )
    await desk('预审 通过', OTHER_NUMBER)
    await deliver()
    expect(await calls()).toMatchObject([{ ticket: OTHER_NUMBER, resident: noted }])
    expect(await told(OTHER_NUMBER)).toContain('微信上告诉不了居民；已列入电话清单')
    await desk('联系 电话 通了', OTHER_NUMBER)
    expect(await calls()).toEqual([])
    const waiting = await store.list('outbox', 'unsaid', { equals: [noted, 'waiting'], limit: 9 })
    expect(waiting).toEqual([])
  })
})

describe('a call', () => {
  test('is over when somebody reached the resident, not when they tried', async () => {
    const { desk, calls } = await withCall()
    await desk('联系 电话 没通')
    expect(await calls()).toHaveLength(1)
    await desk('联系 电话 通了')
    expect(await calls()).toEqual([])
  })

  test('is over when the resident wrote and has all the words', async () => {
    const { desk, calls, say, deliver, told } = await withCall()
    await desk('分办 区教育局 教育救助 --需求 资金')
    await deliver()
    expect(await say('你好')).toMatch(/预审过了.*已经转给区教育局办/s)
    expect(await calls()).toEqual([])
    expect(await told()).toContain('已告知居民')
  })

  test('is over when the request is withdrawn or revisited', async () => {
    const { desk, calls } = await withCall()
    await desk('撤回 不需要了')
    expect(await calls()).toEqual([])
    const other = await withCall()
    await other.desk('办结 帮上了 学费减免了')
    await other.deliver()
    expect(await other.calls()).toHaveLength(1)
    await other.desk('回访 满意')
    expect(await other.calls()).toEqual([])
  })

  test('goes when everything of the resident is forgotten', async () => {
    const { calls, store, say, clock } = await withCall()
    await say('确认删除我的信息')
    clock.pass(1000)
    expect(await calls()).toEqual([])
    const left = await store.list('tasks', 'ofResident', { equals: [WANG, 'open'], limit: 9 })
    expect(left).toEqual([])
  })

  test('is noted anew for what comes later', async () => {
    const { desk, calls, deliver, clock } = await withCall()
    await desk('联系 电话 通了')
    clock.pass(DAY)
    await desk('分办 区教育局 教育救助 --需求 资金')
    await deliver()
    expect(await calls()).toMatchObject([{ dueAt: '2026-11-27T15:59:59.999Z' }])
  })
})

interface Ways {
  /** What comes of an announcement; without it the channel has none. */
  announces?: () => Error | null
}

/** A resident with a request, the office that works on it, and a platform that notes what it is given. */
async function office({ announces }: Ways = {}) {
  const base = await world()
  const { store, clock, receive, text } = base
  const say = async (words: string) => {
    const { reply, outgoing } = await receive(text(words))
    if (outgoing) await repliesTaken(store, [outgoing], clock())
    return reply?.text ?? ''
  }
  const number = await requestHelp(say)
  const said: string[] = []
  const announced: Parameters<NonNullable<Channel['announce']>>[1][] = []
  const outcomes: unknown[] = []
  const channel: Channel = {
    name: 'official-account',
    maxBytes: 2000,
    send: async (_address, reply) => void said.push(reply.text),
    ...(announces && {
      announce: async (_address, news) => {
        const fault = announces()
        if (fault) throw fault
        announced.push(news)
      },
    }),
  }
  const channels = new Map([[channel.name, channel]])
  const parts = { store, channels, now: clock }
  const counter: Desk = { store, fingerprint, now: clock, newId: base.parts.newId }
  const type = async (command: string, about = '') => {
    const asked = readCommand(`${about} ${command}`.split(' ').filter(Boolean), { name: 'wang' })
    return asked ? atDesk(counter, asked, DOER) : ''
  }
  const nothing = async () => undefined
  return {
    ...base,
    number,
    say,
    said,
    announced,
    outcomes,
    type,
    desk: (command: string, about = number) => type(command, about),
    /** Everything that is due now. */
    deliver: async () => {
      while ((await deliverDue({ ...parts, quotas: { 'official-account': PLATFORM_QUOTA } })) > 0);
      const onOutcome = (outcome: { state: string }) =>
        outcome.state !== 'announced' && outcomes.push(outcome)
      const handlers = {
        'answer-taken': nothing,
        'keep-media': nothing,
        'drop-media': nothing,
        'check-hold': nothing,
        'update-cards': nothing,
        'tell-advisor': nothing,
        'end-hold': nothing,
        announce: (job: Parameters<typeof announce>[0]) => announce(job, { ...parts, onOutcome }),
      }
      await runDueJobs(store, handlers, clock, () => {})
    },
    told: async (about = number) =>
      (await type('', about)).split('\n').find((line) => line.startsWith('新消息')) ?? '',
    calls: async () =>
      (await store.list('tasks', 'due', { equals: ['open'], limit: 9 })).filter(
        ({ kind }) => kind === 'call',
      ),
  }
}

/** A call about the first news of a request. */
async function withCall() {
  const made = await office()
  made.clock.pass(3 * DAY)
  await made.desk('预审 通过')
  await made.deliver()
  expect(await made.calls()).toHaveLength(1)
  return made
}
