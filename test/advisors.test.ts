import { describe, expect, test } from 'vitest'
import type { Address } from '../bot/channels/advisor-channel.ts'
import { respond } from '../bot/conversation.ts'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import { newSession } from '../bot/session.ts'
import type { TellingOutcome } from '../bot/telling.ts'
import { opened, WORDS } from '../bot/wording.ts'
import { type Advisor, OFFICE_HOURS, type Roster } from '../flows/roster/advisors.ts'
import { type Area, AreaTree } from '../flows/roster/areas.ts'
import { advisorsOf } from '../server/advisors.ts'
import { createAssistant } from '../server/assistant.ts'
import type { Config } from '../server/config.ts'
import { createMetrics } from '../server/metrics.ts'
import { createBoard } from '../server/sandbox/board.ts'
import { assistantParts } from './support/assistant.ts'
import { suiteLog } from './support/suite-log.ts'
import { ACCOUNT } from './support/wechat.ts'
import { APP, ROBOT_KEY, wecomGroup } from './support/wecom.ts'
import { clockAt, momentAt, openStore, serve, settingFrom } from './support/world.ts'

const MINUTE = 60_000
const NOWHERE = 'http://127.0.0.1:1'
const officialAccount = { ...ACCOUNT, apiBase: NOWHERE, quota: PLATFORM_QUOTA }
const wecomRobot = { key: ROBOT_KEY, apiBase: NOWHERE }
const wecomApp = { ...APP, apiBase: NOWHERE }

const DISTRICT: Area = { id: 'd', level: 'district', name: '兴庆区', parent: null }
const STREET: Area = { id: 's', level: 'street', name: '城关街道', parent: 'd' }
const COMMUNITY: Area = { id: 'c', level: 'community', name: '幸福社区', parent: 's' }
const WANG: Advisor = {
  id: 'wangfang',
  name: '王芳',
  phone: null,
  role: 'backbone',
  areas: ['s'],
  duty: OFFICE_HOURS,
  leave: [],
}

type Ways = Pick<Config, 'officialAccount' | 'wecomApp' | 'wecomRobot'>

function reached(
  config: Partial<Ways>,
  { advisors: people = [], robots = [] }: { advisors?: Advisor[]; robots?: [string, string][] } = {},
) {
  const clock = clockAt('2026-11-23T09:00:00+08:00')
  const lines: string[] = []
  const roster: Roster = {
    areas: new AreaTree(people.length + robots.length > 0 ? [DISTRICT, STREET, COMMUNITY] : []),
    advisors: new Map(people.map((advisor) => [advisor.id, advisor])),
  }
  const advisors = advisorsOf(
    { officialAccount: null, wecomApp: null, wecomRobot: null, wecomApiBase: NOWHERE, ...config },
    {
      played: createBoard({ now: clock, newId: () => 'post' }).channels,
      roster: async () => roster,
      robots: async () => new Map(robots),
      sharedToken: () => (rejected, ask) => ask(rejected),
      fetch,
      now: clock,
      log: suiteLog('info', lines),
      metrics: createMetrics(),
    },
  )
  const outcome = (state: TellingOutcome['state'], code = '', way = 'robot:') =>
    advisors.onOutcome({
      channel: way.startsWith('app:') ? 'wecom-app' : 'wecom-robot',
      way,
      state,
      code,
      nudges: 1,
      residents: ['r'],
      hint: state === 'accepted' ? '' : '请看一看',
    })
  const wayTo = async (address: Address) => {
    const way = (await advisors.channels()).to(address)
    return way && [way.key, way.channel.name, ...way.to]
  }
  return { clock, lines, advisors, outcome, wayTo }
}

describe('the way', () => {
  test('to a group is the robot of its area, or of the nearest area above, at last the one of the office', async () => {
    const { wayTo } = reached({ officialAccount, wecomRobot }, { robots: [['s', 'street-key']] })
    expect(await wayTo({ kind: 'group', area: 'c' })).toEqual(['robot:s', 'wecom-robot'])
    expect(await wayTo({ kind: 'group', area: 's' })).toEqual(['robot:s', 'wecom-robot'])
    for (const area of ['d', 'unknown', null])
      expect(await wayTo({ kind: 'group', area })).toEqual(['robot:', 'wecom-robot'])
  })

  test('to a person is the application, where there is one', async () => {
    const person: Address = { kind: 'person', advisor: 'wangfang' }
    const withApp = reached({ officialAccount, wecomApp }, { advisors: [WANG] })
    expect(await withApp.wayTo(person)).toEqual(['app:wangfang', 'wecom-app', 'wangfang'])
    expect(await withApp.wayTo({ kind: 'group', area: 's' })).toBeNull()
    expect(await reached({ officialAccount, wecomRobot }).wayTo(person)).toBeNull()
  })

  test('of two areas with robots of their own, each fares by itself', async () => {
    const { advisors, outcome } = reached(
      { officialAccount, wecomRobot },
      { advisors: [WANG], robots: [['s', 'street-key']] },
    )
    await advisors.channels()
    outcome('waiting', '93000', 'robot:s')
    expect([advisors.reachable('c'), advisors.reachable()]).toEqual([false, true])
    outcome('accepted', '', 'robot:s')
    expect(advisors.reachable('c')).toBe(true)
  })
})

describe('advisors are reachable', () => {
  test('in the sandbox, and through a robot; with an account alone they are not, and that is told', async () => {
    const sandbox = reached({})
    expect([await sandbox.wayTo({ kind: 'group', area: null }), sandbox.advisors.reachable()]).toEqual([
      ['robot:', 'sandbox'],
      true,
    ])
    const robot = reached({ officialAccount, wecomRobot })
    expect(robot.advisors.reachable()).toBe(true)
    expect([...sandbox.lines, ...robot.lines]).toEqual([])
    const nobody = reached({ officialAccount })
    expect([await nobody.wayTo({ kind: 'group', area: null }), nobody.advisors.reachable()]).toEqual([
      null,
      false,
    ])
    expect(nobody.lines).toEqual([expect.stringContaining('WECOM_ROBOT_KEY：没有写')])
  })

  test('through the application while somebody is on duty there, and it works', async () => {
    const { clock, advisors, outcome, lines } = reached({ officialAccount, wecomApp }, { advisors: [WANG] })
    expect(advisors.reachable('c')).toBe(false)
    await advisors.channels()
    expect([advisors.reachable('c'), advisors.reachable()]).toEqual([true, false])
    // One member who cannot be reached says nothing about the others.
    for (let count = 0; count < 5; count++) outcome('refused', '81013', 'app:wangfang')
    expect(advisors.reachable('c')).toBe(true)
    outcome('waiting', '60020', 'app:wangfang')
    expect(advisors.reachable('c')).toBe(false)
    clock.pass(10 * MINUTE)
    expect(advisors.reachable('c')).toBe(true)
    clock.pass(12 * 60 * MINUTE)
    expect(advisors.reachable('c')).toBe(false)
    expect(lines.join()).not.toContain('wangfang')
  })

  test('not while the robot is gone, nor after three faults in a row; hoped for again after ten minutes', () => {
    const { clock, advisors, outcome } = reached({ officialAccount, wecomRobot })
    outcome('waiting', '93000')
    expect(advisors.reachable()).toBe(false)
    outcome('accepted')
    expect(advisors.reachable()).toBe(true)
    for (const expected of [true, true, false]) {
      outcome('retry', 'timeout')
      expect(advisors.reachable()).toBe(expected)
    }
    clock.pass(10 * MINUTE)
    expect(advisors.reachable()).toBe(true)
    outcome('retry', 'timeout')
    expect(advisors.reachable()).toBe(false)
  })

  test('a fault is logged once, and its end', () => {
    const { lines, outcome } = reached({ officialAccount, wecomRobot })
    for (let count = 0; count < 5; count++) outcome('retry', 'network')
    outcome('accepted')
    outcome('accepted')
    expect(lines).toEqual([expect.stringContaining('请看一看'), expect.stringContaining('又能提醒顾问了')])
  })
})

describe('what residents read', () => {
  const at = new Date('2026-11-23T09:00:00+08:00')
  const answer = (words: string, reachable: boolean) =>
    respond(
      {
        id: 'm',
        channel: 'official-account',
        from: 'o1',
        sentAt: at,
        body: { kind: 'text', text: words },
      },
      newSession(),
      { ...settingFrom(at), advisorsReachable: () => reachable },
      momentAt(at),
    )

  test('promises a person only where a person hears of it', () => {
    const promised = answer('人工', true)
    expect(promised.reply?.text).toBe(WORDS.human)
    expect(promised.session.hold).not.toBeNull()
    const alone = answer('人工', false)
    expect(alone.reply?.text).toMatch(/12345.*街道（乡镇）救助窗口.*110或120/)
    expect(alone.reply?.text).not.toMatch(/等救助顾问|回您/)
    expect(alone.session.hold).toBeNull()
    expect(alone.effects).toEqual([{ kind: 'human-asked', until: null }])
  })

  test('at night tells honestly that nobody is there, and goes on answering', () => {
    const night = new Date('2026-11-23T23:30:00+08:00')
    const asked = respond(
      {
        id: 'm',
        channel: 'official-account',
        from: 'o1',
        sentAt: night,
        body: { kind: 'text', text: '人工' },
      },
      newSession(),
      settingFrom(night),
      momentAt(night),
    )
    expect(asked.reply?.text).toBe(WORDS.nightHere)
    expect(asked.reply?.text).toMatch(/早上8点后.*12345.*110/)
    expect(asked.session.hold).toBeNull()
    expect(asked.effects).toEqual([{ kind: 'asked-at-night' }])
  })

  test('and that somebody calls, where the request is told at once', () => {
    const asked = {
      number: 'Q-0412-6',
      due: '12月21日（星期一）前',
      urgent: false,
      more: false,
      reached: true,
    }
    expect(opened({ ...asked, heard: true })).toContain('会有街道社区的人联系您。\n想看')
    const unheard = opened({ ...asked, heard: false })
    expect(unheard).toContain('工作人员看到后会联系您。\n一直没人联系，就打12345催办。')
    expect(opened({ ...asked, urgent: true, heard: false })).toMatch(/看到后会联系您。\n等不及就打12345/)
  })

  test('in danger too', () => {
    expect(answer('我不想活了', true).reply?.text).toContain(WORDS.dangerCall)
    const alone = answer('我不想活了', false).reply?.text
    expect(alone).toContain(WORDS.dangerNobody)
    expect(alone).not.toContain('人工')
    expect(alone).toMatch(/12356/)
  })
})

describe('the running assistant', () => {
  async function running(withRobot: boolean) {
    const clock = clockAt('2026-11-23T09:00:00+08:00')
    const group = await wecomGroup(clock)
    const store = await openStore()
    const lines: string[] = []
    const { app, tasks, receive } = createAssistant(
      assistantParts({
        config: {
          officialAccount,
          wecomApiBase: group.base,
          wecomRobot: withRobot ? { key: ROBOT_KEY, apiBase: group.base } : null,
        },
        store,
        log: suiteLog('debug', lines),
        now: clock,
      }),
    )
    let messages = 0
    const says = (text: string) =>
      receive({
        id: `m${++messages}`,
        channel: 'official-account',
        from: 'openid-of-wang',
        sentAt: clock(),
        body: { kind: 'text', text },
      })
    const round = () => tasks.find(({ name }) => name === 'tell')?.run()
    return { app, group, store, lines, says, round }
  }

  test('tells the group in its next round', async () => {
    const { group, says, round, lines } = await running(true)
    await says('我不想活了')
    await says('人工')
    await round()
    expect(group.read.map(({ content }) => content.slice(0, 5))).toEqual(['【危急】居', '【找真人】'])
    expect(lines.join()).not.toContain(ROBOT_KEY)
  })

  test('without a robot serves, warns once, and sends nobody to wait', async () => {
    const { app, says, round, lines, store } = await running(false)
    expect((await says('人工')).reply?.text).toBe(WORDS.nobodyHere)
    await round()
    expect(lines.filter((line) => line.includes('WECOM_ROBOT_KEY'))).toHaveLength(1)
    const base = await serve(app.callback())
    expect((await fetch(`${base}/readyz`)).status).toBe(200)
    expect(await store.list('events', 'ofKind', { equals: ['human_asked'], limit: 9 })).toHaveLength(1)
    expect(await store.list('nudges', 'byAge', { equals: ['pending'], limit: 9 })).toEqual([])
  })
})
