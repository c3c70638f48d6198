import { describe, expect, test } from 'vitest'
import { act, insertTicket } from '../bot/casework.ts'
import { saveRoster } from '../bot/roster.ts'
import { type Store, StoreError } from '../bot/store.ts'
import { UNKEPT_LINE } from '../bot/wording.ts'
import type { Advisor } from '../flows/roster/advisors.ts'
import { openTicket, readTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { createAssistant } from '../server/assistant.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { assistantParts } from './support/assistant.ts'
import { eventually } from './support/eventually.ts'
import { suiteLog } from './support/suite-log.ts'
import { opening, staff } from './support/tickets.ts'
import type { Push } from './support/wechat.ts'
import { APP, appPush, openedAppAnswer, ROBOT_KEY, textFields, wecomPlatform } from './support/wecom.ts'
import { clockAt, serve, temporaryFolder, WITNESS } from './support/world.ts'

const ALWAYS: Advisor['duty'] = [{ days: 'every-day', from: '00:00', to: '24:00' }]
const advisor = (id: string, name: string): Advisor => ({
  id,
  name,
  phone: null,
  role: 'community',
  areas: ['c'],
  duty: ALWAYS,
  leave: [],
})
const HOUR = 3_600_000

async function office() {
  const clock = clockAt('2026-11-23T09:00:00+08:00')
  const platform = await wecomPlatform(clock)
  platform.hasMembers('wangfang', 'liming', 'stranger')
  const folder = temporaryFolder()
  const lines: string[] = []
  let failing = false
  let slow: Promise<void> | null = null

  /** A process over the folder; a second one begins where the first was killed. */
  async function start() {
    const store = await openLowdbStore(folder)
    const watched: Store = {
      get: (table, id) => store.get(table, id),
      list: (table, index, query) => store.list(table, index, query),
      count: (table, index, query) => store.count(table, index, query),
      scan: (table) => store.scan(table),
      outlines: (table) => store.outlines(table),
      onAnnounced: (topic, heard) => store.onAnnounced(topic, heard),
      health: () => store.health(),
      close: () => store.close(),
      async transaction(work) {
        if (failing) throw new StoreError('unavailable', 'disk full')
        // One waits; the others go by.
        const until = slow
        slow = null
        await until
        return store.transaction(work)
      },
    }
    const { app, tasks } = createAssistant(
      assistantParts({
        config: {
          publicUrl: 'https://help.example.gov.cn',
          wecomApp: { ...APP, apiBase: platform.base },
          wecomApiBase: platform.base,
          wecomRobot: { key: ROBOT_KEY, apiBase: platform.base },
          dataDir: folder,
        },
        store: watched,
        log: suiteLog('debug', lines),
        now: clock,
        replyDeadlineMs: 300,
      }),
    )
    const base = await serve(app.callback())
    const round = async (name: string) => void (await tasks.find((task) => task.name === name)?.run())
    const deliver = async ({ path, body }: Push) => {
      const response = await fetch(`${base}${path}`, { method: 'POST', body })
      const answer = await response.text()
      return { status: response.status, text: response.ok ? openedAppAnswer(answer) : '' }
    }
    return { store, base, round, deliver }
  }
  const first = await start()
  await saveRoster(first.store, {
    areas: [
      { id: 'd', level: 'district', name: '兴庆区', parent: null },
      { id: 'c', level: 'community', name: '幸福社区', parent: 'd' },
    ],
    advisors: [advisor('wangfang', '王芳'), advisor('liming', '李明')],
  })
  let opened = 0
  const open = async (store: Store = first.store) => {
    const number = mintNumber(0, () => 1000 + opened++)
    const ticket = openTicket(
      opening({
        number,
        area: 'c',
        resident: `official-account:o${opened}`,
        fingerprints: [],
        at: clock(),
        askedAt: clock(),
      }),
    )
    await store.transaction((tx) => insertTicket(tx, ticket))
    return number
  }
  const ticketOf = async (number: string, store: Store = first.store) => {
    const row = await store.get('tickets', number)
    return row ? readTicket(row.ticket) : null
  }
  return {
    ...first,
    clock,
    platform,
    lines,
    open,
    ticketOf,
    start,
    isFailing: (value: boolean) => {
      failing = value
    },
    /** Holds one transaction. */
    isSlow: (until: Promise<void> | null) => {
      slow = until
    },
    isHeld: () => slow === null,
  }
}

describe('a new request', () => {
  test('comes to everybody on duty as a card, one takes it with a tap, all cards show who', async () => {
    const { clock, platform, open, round, deliver, ticketOf, store } = await office()
    const number = await open()
    await round('tell')
    for (const id of ['wangfang', 'liming']) {
      const card = platform.chat(id).at(-1)?.card
      expect(card?.main_title.title).toBe(`【新求助】${number}`)
      expect(card?.horizontal_content_list?.map(({ keyname }) => keyname)).toEqual([
        '地点',
        '期限',
        '难处',
        '需要',
      ])
      expect(card?.button_list.map(({ text }) => text)).toEqual(['接单', '已联系', '转办', '查看'])
      expect(card?.card_action?.url).toBe(`https://help.example.gov.cn/t/${number}`)
    }
    expect((await deliver(platform.taps('wangfang', 'claim'))).status).toBe(200)
    await round('jobs')
    expect(await ticketOf(number)).toMatchObject({ owner: { id: 'wangfang', name: '王芳' } })
    expect(platform.chat('liming').at(-1)).toMatchObject({ replaced: '王芳已接单' })
    const mine = platform.chat('wangfang').find(({ card }) => card !== null)
    expect(mine?.card?.main_title.title).toContain('由您负责')
    expect(mine?.card?.button_list.map(({ text }) => text)).toEqual(['已联系', '转办', '查看'])
    expect(platform.chat('wangfang').at(-1)?.text).toContain(`接好了：${number}`)
    // What is due of it later comes to her alone.
    const [hers, his] = [platform.chat('wangfang').length, platform.chat('liming').length]
    const group = platform.group().length
    const due = Date.parse((await ticketOf(number))?.due.whole.at ?? '')
    clock.pass(due - clock().getTime() - 40 * HOUR)
    for (let hour = 0; hour < 40; hour++) {
      clock.pass(HOUR)
      await round('tell')
    }
    expect(platform.chat('wangfang').length).toBeGreaterThan(hers)
    const late = platform
      .chat('liming')
      .slice(his)
      .filter(({ text, card }) => `${text}${JSON.stringify(card)}`.includes(number))
    expect([late, platform.group().length]).toEqual([[], group])
    for await (const card of store.scan('cards')) expect(card.code).toBeNull()
  })

  test('tapped by two at once has one owner, and the other is told who', async () => {
    const { platform, open, round, deliver, ticketOf } = await office()
    const number = await open()
    await round('tell')
    const taps = [platform.taps('wangfang', 'claim'), platform.taps('liming', 'claim')]
    await Promise.all(taps.map(deliver))
    await round('jobs')
    const owner = (await ticketOf(number))?.owner
    const [winner, other] = owner?.id === 'wangfang' ? ['wangfang', 'liming'] : ['liming', 'wangfang']
    expect(platform.chat(winner ?? '').at(-1)?.text).toContain('接好了')
    expect(platform.chat(other ?? '').at(-1)?.text).toContain(owner?.name)
    expect(platform.chat(other ?? '').find(({ card }) => card)?.replaced).toBe(`${owner?.name}已接单`)
    expect((await ticketOf(number))?.seq).toBe(2)
  })

  test('taken in another way, or ended, changes the cards too', async () => {
    const { clock, platform, open, round, store, deliver } = await office()
    const number = await open()
    await round('tell')
    const deed = { number, actor: staff, witness: WITNESS, now: clock(), newId: () => 'n' }
    await act(store, { ...deed, action: { kind: 'refuse', why: '不在本区', elsewhere: '请找12345' } })
    await round('jobs')
    for (const id of ['wangfang', 'liming'])
      expect(platform.chat(id).find(({ card }) => card)?.replaced).toBe('不予受理')
    const second = await open()
    await round('tell')
    expect((await deliver(platform.says('liming', `接单 ${second}`))).text).toContain('接好了')
    await round('jobs')
    expect(platform.chat('wangfang').at(-1)?.replaced).toBe('李明已接单')
  })

  test('a tap that comes three times acts once; the card’s code is used once', async () => {
    const { platform, open, round, deliver, ticketOf } = await office()
    const number = await open()
    await round('tell')
    const tap = platform.taps('wangfang', 'claim')
    const answers = [...(await Promise.all([deliver(tap), deliver(tap)])), await deliver(tap)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    await round('jobs')
    await round('jobs')
    expect((await ticketOf(number))?.seq).toBe(2)
    expect(platform.chat('wangfang').filter(({ text }) => text?.includes('接好了'))).toHaveLength(1)
    const codes = platform.requests
      .filter(({ path }) => path === 'message/update_template_card')
      .map(({ body }) => JSON.parse(body).response_code)
    expect(new Set(codes).size).toBe(codes.length)
  })

  test('a card that cannot be changed now is changed later; one whose code is used up stays', async () => {
    const { clock, platform, open, round, deliver } = await office()
    const number = await open()
    await round('tell')
    expect((await deliver(platform.says('wangfang', `接单 ${number}`))).text).toContain('接好了')
    const changes = () =>
      platform.requests.filter(({ path }) => path === 'message/update_template_card').length
    platform.meets({ errcode: 45009 })
    await round('jobs')
    const shown = () => platform.chat('liming').find(({ card }) => card)?.replaced
    expect([shown(), changes()]).toEqual([null, 1])
    clock.pass(60_000)
    await round('jobs')
    expect([shown(), changes()]).toEqual(['王芳已接单', 2])
    const second = await open()
    await round('tell')
    await deliver(platform.says('wangfang', `接单 ${second}`))
    platform.meets({ errcode: 40058 })
    await round('jobs')
    clock.pass(HOUR)
    await round('jobs')
    expect(changes()).toBe(3)
  })

  test('to somebody the application does not reach is not told to them, and is to the next', async () => {
    const { platform, open, round, store } = await office()
    platform.loses('wangfang')
    const number = await open()
    await round('tell')
    await round('tell')
    expect(platform.chat('liming').at(-1)?.card?.main_title.title).toContain(number)
    const told: string[] = []
    for await (const nudge of store.scan('nudges'))
      if (nudge.ticket === number) told.push(...nudge.told.flatMap(({ to }) => to))
    expect(told).not.toContain('wangfang')
  })
})

describe('what an advisor writes', () => {
  test('is answered in the response, the same words to every delivery, also after a kill', async () => {
    const { clock, open, deliver, ticketOf, start, store } = await office()
    const number = await open()
    const push = appPush(textFields('wangfang', `接单 ${number}`, '7', clock()), clock())
    const answers = await Promise.all([deliver(push), deliver(push), deliver(push)])
    expect(answers[0]?.text).toContain(`接好了：${number}`)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect((await ticketOf(number))?.seq).toBe(2)
    await store.close()
    const second = await start()
    expect((await second.deliver(push)).text).toBe(answers[0]?.text)
    expect((await ticketOf(number, second.store))?.seq).toBe(2)
    await second.store.close()
  })

  test('in whatever letters the platform writes the account', async () => {
    const { clock, deliver } = await office()
    expect((await deliver(appPush(textFields('WangFang', '帮助', '1', clock()), clock()))).text).toContain(
      '接单',
    )
  })

  test('by somebody who is not on the roster does nothing, and is told whom to ask, with the account', async () => {
    const { platform, open, deliver, ticketOf, store } = await office()
    const number = await open()
    const answer = await deliver(platform.says('stranger', `接单 ${number}`))
    expect(answer.text).toMatch(/账号 stranger 还不在.+骨干/)
    expect((await ticketOf(number))?.owner).toBeNull()
    expect(answer.text).not.toContain(number)
    for await (const turn of store.scan('advisor_turns')) expect(turn).toBeUndefined()
  })

  test('a photo after a visit is fetched and kept', async () => {
    const { clock, platform, open, deliver, round, store } = await office()
    const number = await open()
    await deliver(platform.says('wangfang', `接单 ${number}`))
    let said = await deliver(platform.says('wangfang', `走访 ${number} 上门 见到了，孩子退烧了，愿意申请`))
    for (let turns = 0; turns < 4 && !/记下|走访/.test(said.text); turns++)
      said = await deliver(platform.says('wangfang', '见到了'))
    platform.hasMedia('photo-1', 'bytes')
    const image = {
      ...textFields('wangfang', '', '99', clock()),
      MsgType: 'image',
      MediaId: 'photo-1',
      PicUrl: 'x',
    }
    await deliver(appPush(image, clock()))
    await round('jobs')
    const job = await store.get('jobs', 'keep-media:wecom:photo-1')
    expect([said.text, job?.state]).toEqual([expect.any(String), 'done'])
  })

  test('too late for the response follows as a message, once', async () => {
    const { platform, open, deliver, isSlow, round } = await office()
    const number = await open()
    let go = () => {}
    isSlow(
      new Promise((resolve) => {
        go = resolve
      }),
    )
    const push = platform.says('wangfang', `接单 ${number}`)
    const empty = await Promise.all([deliver(push), deliver(push)])
    expect(empty).toEqual([
      { status: 200, text: '' },
      { status: 200, text: '' },
    ])
    go()
    await eventually(async () => {
      await round('jobs')
      expect(platform.chat('wangfang').map(({ text }) => text)).toEqual([expect.stringContaining('接好了')])
    })
  })

  test('and was answered empty is done by the next process when its own is killed before, once', async () => {
    const { clock, platform, open, deliver, isSlow, start, store, ticketOf } = await office()
    const number = await open()
    isSlow(new Promise(() => {}))
    const push = platform.says('wangfang', `接单 ${number}`)
    expect(await deliver(push)).toEqual({ status: 200, text: '' })
    await store.close()
    const next = await start()
    for (let times = 0; times < 3; times++) {
      clock.pass(20_000)
      await next.round('jobs')
    }
    expect(platform.chat('wangfang').map(({ text }) => text)).toEqual([expect.stringContaining('接好了')])
    expect((await ticketOf(number, next.store))?.owner?.id).toBe('wangfang')
    for await (const row of next.store.scan('taken')) expect(row).toBeUndefined()
  })

  test('and cannot be kept either is not acknowledged', async () => {
    const { clock, platform, open, deliver, round, isSlow, isHeld, isFailing } = await office()
    const push = platform.says('wangfang', `接单 ${await open()}`)
    let go = () => {}
    isSlow(
      new Promise((resolve) => {
        go = resolve
      }),
    )
    const asked = deliver(push)
    await eventually(() => expect(isHeld()).toBe(true))
    isFailing(true)
    expect(await asked).toEqual({ status: 503, text: '' })
    isFailing(false)
    go()
    expect((await deliver(push)).text).toContain('接好了')
    for (let times = 0; times < 3; times++) {
      clock.pass(20_000)
      await round('jobs')
    }
    expect(platform.chat('wangfang')).toEqual([])
  })

  test('and is neither kept nor delivered again is answered by a message of its own', async () => {
    const { clock, platform, open, deliver, round, isSlow, isHeld, isFailing } = await office()
    let go = () => {}
    isSlow(
      new Promise((resolve) => {
        go = resolve
      }),
    )
    const asked = deliver(platform.says('wangfang', `接单 ${await open()}`))
    await eventually(() => expect(isHeld()).toBe(true))
    isFailing(true)
    expect((await asked).status).toBe(503)
    isFailing(false)
    go()
    await eventually(async () => {
      clock.pass(20_000)
      await round('jobs')
      expect(platform.chat('wangfang')).toMatchObject([{ text: expect.stringContaining('接好了') }])
    })
  })

  test('that cannot be kept is said so, and may be sent again', async () => {
    const { platform, open, deliver, isFailing, ticketOf } = await office()
    const number = await open()
    const push = platform.says('wangfang', `接单 ${number}`)
    isFailing(true)
    expect((await deliver(push)).text).toBe(UNKEPT_LINE)
    isFailing(false)
    expect((await deliver(push)).text).toContain('接好了')
    expect((await ticketOf(number))?.owner?.id).toBe('wangfang')
  })

  test('longer than one message comes whole, in parts', async () => {
    const { platform, deliver, round } = await office()
    const first = await deliver(platform.says('wangfang', '查 低保'))
    await round('jobs')
    const rest = platform.chat('wangfang').map(({ text }) => text ?? '')
    for (const part of [first.text, ...rest]) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(2048)
    expect([first.text, ...rest].join('')).toContain('低保')
  })

  test('nothing is said to what needs no words', async () => {
    const { platform, deliver } = await office()
    for (const event of ['enter_agent', 'view', 'LOCATION'])
      expect(await deliver(platform.event('wangfang', event))).toEqual({ status: 200, text: '' })
  })
})

describe('the address', () => {
  test('answers the platform’s check, and refuses and counts what is forged, plain or too large', async () => {
    const { base, platform, deliver } = await office()
    const { path, body } = platform.says('wangfang', '我的')
    const post = (at: string, sent: string) => fetch(`${base}${at}`, { method: 'POST', body: sent })
    expect((await post(path, body.replace('Encrypt>', 'encrypt>'))).status).toBe(400)
    expect((await post(path.replace('nonce=1', 'nonce=2'), body)).status).toBe(401)
    expect((await post(`${path}&nonce=1`, body)).status).toBe(400)
    expect((await post(path, 'x'.repeat(65 * 1024))).status).toBe(413)
    expect((await fetch(`${base}/wecom?echostr=1`)).status).toBe(400)
    expect((await deliver(platform.event('wangfang', 'view'))).status).toBe(200)
    const counts = await (await fetch(`${base}/metrics`)).text()
    expect(counts).toMatch(/jiuzhu_callbacks_refused_total\{.*callback="wecom".*\} 1/)
  })
})
