import { describe, expect, test } from 'vitest'
import type { Card, Notice } from '../bot/channels/advisor-channel.ts'
import { ChannelError } from '../bot/channels/channel.ts'
import { WECOM_ERRCODES, type WecomApiSettings, wecomApi } from '../bot/channels/wecom-api.ts'
import { templateCard, wecomApp } from '../bot/channels/wecom-app.ts'
import { wecomRobot } from '../bot/channels/wecom-robot.ts'
import { APP, ROBOT_KEY, unanswered, wecomPlatform } from './support/wecom.ts'
import { clockAt } from './support/world.ts'

const HOUR = 3_600_000

async function office(more: Partial<WecomApiSettings> = {}) {
  const clock = clockAt('2026-11-23T09:00:00+08:00')
  const platform = await wecomPlatform(clock)
  platform.hasMembers('WangFang', 'liming')
  const pauses: number[] = []
  const api = wecomApi({
    ...APP,
    base: platform.base,
    fetch,
    now: clock,
    wait: async (ms) => void pauses.push(ms),
    ...more,
  })
  const times = (path: string) => platform.requests.filter((one) => one.path === path).length
  return { clock, platform, api, channel: wecomApp(api), pauses, times }
}

const card = (more: Partial<Card> = {}): Card => ({
  task: 'Q-0412-7_1',
  ticket: 'Q-0412-7',
  title: '【新求助】Q-0412-7',
  lines: [{ name: '需要', value: '钱、药' }],
  buttons: [
    { key: 'claim', text: '接单' },
    { key: 'hand-over', text: '转办' },
    { key: 'view', text: '查看' },
  ],
  url: 'https://help.example.gov.cn/t/Q-0412-7',
  ...more,
})
const notice = (more: Partial<Notice> = {}): Notice => ({
  text: '您好',
  callsAll: false,
  mentions: [],
  card: null,
  ...more,
})

async function failure(act: Promise<unknown>): Promise<ChannelError> {
  const thrown: unknown = await act.then(
    () => new Error('it was accepted'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof ChannelError)) throw thrown
  // Whatever fails, neither the secret nor a token nor a person nor the words are named.
  for (const hidden of [APP.secret, 'app-token-', 'WangFang', '您好', ROBOT_KEY])
    expect(`${thrown.message} ${thrown.stack} ${String(thrown.cause)}`).not.toContain(hidden)
  return thrown
}

describe('an advisor reads', () => {
  test('words, with the ticket’s page below them', async () => {
    const { channel, platform } = await office()
    const told = await channel.tell(notice({ card: card({ buttons: [] }) }), ['WangFang'])
    expect(told).toEqual({ unreachable: [], code: null })
    expect(platform.chat('WangFang')).toMatchObject([
      { text: '您好\nhttps://help.example.gov.cn/t/Q-0412-7' },
    ])
    expect(platform.chat('liming')).toEqual([])
  })

  test('a card with its buttons, and the way to the page', async () => {
    const { channel, platform } = await office()
    const told = await channel.tell(notice({ card: card() }), ['WangFang'])
    expect(told).toEqual({ unreachable: [], code: expect.stringMatching(/^code-/) })
    expect(platform.chat('WangFang')[0]?.card).toEqual({
      card_type: 'button_interaction',
      main_title: { title: '【新求助】Q-0412-7' },
      horizontal_content_list: [{ keyname: '需要', value: '钱、药' }],
      card_action: { type: 1, url: 'https://help.example.gov.cn/t/Q-0412-7' },
      task_id: 'Q-0412-7_1',
      button_list: [
        { text: '接单', style: 1, key: 'claim' },
        { text: '转办', style: 2, key: 'hand-over' },
        { text: '查看', type: 1, url: 'https://help.example.gov.cn/t/Q-0412-7' },
      ],
    })
  })

  test('a card that fits the platform whatever the ticket holds', async () => {
    const { channel, platform } = await office()
    const long = card({
      title: '长'.repeat(40),
      lines: Array.from({ length: 9 }, (_, place) => ({
        name: `第${place}行`,
        value: '话'.repeat(place * 8),
      })),
      buttons: Array.from({ length: 6 }, (_, place) => ({ key: `k${place}`, text: '按'.repeat(12) })),
    })
    await channel.tell(notice({ card: { ...long, lines: long.lines.slice(1) } }), ['WangFang'])
    const shown = platform.chat('WangFang')[0]?.card
    expect(shown?.main_title.title).toBe(`${'长'.repeat(35)}…`)
    expect(shown?.sub_title_text).toMatch(/^长{40}\n第4行：话{32}\n/)
    expect(shown?.sub_title_text).toMatch(/…$/)
    expect(shown?.horizontal_content_list).toHaveLength(3)
    expect(shown?.button_list).toHaveLength(6)
    expect(shown?.card_action?.url).toBe(card().url)
  })

  test('a card without a page where there is no address', async () => {
    const shown = templateCard(card({ url: null, lines: [] }))
    expect(shown).not.toHaveProperty('card_action')
    expect(shown.button_list.map(({ text }) => text)).toEqual(['接单', '转办'])
  })

  test('never half of a text: 2048 bytes are whole, 2049 are refused', async () => {
    const { channel, platform } = await office()
    await channel.tell(notice({ text: `${'您'.repeat(682)}ab` }), ['WangFang'])
    expect(Buffer.byteLength(platform.chat('WangFang')[0]?.text ?? '')).toBe(2048)
    const longer = await failure(channel.tell(notice({ text: `${'您'.repeat(683)}` }), ['WangFang']))
    expect(longer).toMatchObject({ code: '45002', outcome: 'refused' })
    // A page's address that would make it too long is left out.
    await channel.tell(notice({ text: '您'.repeat(682), card: card({ buttons: [] }) }), ['WangFang'])
    expect(platform.chat('WangFang').map(({ text }) => text?.length)).toEqual([684, 682])
  })

  test('two equal messages both, as they may be about two people', async () => {
    const { channel, platform } = await office()
    for (let count = 0; count < 2; count++) await channel.tell(notice(), ['WangFang'])
    expect(platform.chat('WangFang')).toHaveLength(2)
    expect(platform.requests.filter(({ body }) => body.includes('duplicate'))).toEqual([])
  })

  test('never more in a minute than the platform shows', async () => {
    const { channel, platform } = await office()
    for (let count = 0; count < channel.perMinute; count++) await channel.tell(notice(), ['WangFang'])
    expect(platform.dropped).toEqual([])
    expect(channel.perMinute).toBeGreaterThanOrEqual(20)
  })
})

describe('who cannot be reached', () => {
  test('is named although the platform says errcode 0, in whatever letters', async () => {
    const { channel, platform } = await office()
    platform.loses('WangFang')
    expect(await channel.tell(notice(), ['WangFang', 'liming'])).toEqual({
      unreachable: ['WangFang'],
      code: null,
    })
    platform.hasMembers('WangFang')
    platform.isUnlicensed('WangFang')
    const told = await channel.tell(notice(), ['WangFang', 'liming'])
    expect(told.unreachable).toEqual(['WangFang'])
    expect(platform.chat('WangFang')).toEqual([])
  })

  test('all of them: nothing was told', async () => {
    const { channel, platform } = await office()
    platform.loses('WangFang')
    expect(await failure(channel.tell(notice(), ['WangFang']))).toMatchObject({
      code: '81013',
      outcome: 'refused',
    })
    platform.isUnlicensed('liming')
    const failed = await failure(channel.tell(notice(), ['liming']))
    expect(failed).toMatchObject({ code: '81013', outcome: 'refused' })
    expect(failed.operatorHint).toContain('可见范围')
  })
})

describe('a card is brought up to date', () => {
  test('with words in place of its buttons, or as another card; each code once, for 72 hours', async () => {
    const { clock, channel, api, platform } = await office()
    const tell = async (task: string) =>
      (await channel.tell(notice({ card: card({ task }) }), ['WangFang'])).code ?? ''
    const first = await tell('Q-0412-7_1')
    await api.updateCard(['WangFang'], first, { replaced: '李明已接单' })
    expect(platform.chat('WangFang')[0]?.replaced).toBe('李明已接单')
    expect(await failure(api.updateCard(['WangFang'], first, { replaced: '又一次' }))).toMatchObject({
      code: '40058',
      outcome: 'refused',
    })
    const second = await tell('Q-0412-7_2')
    await api.updateCard(['WangFang'], second, templateCard(card({ title: '您已接单', task: 'Q-0412-7_2' })))
    expect(platform.chat('WangFang')[1]?.card?.main_title.title).toBe('您已接单')
    const third = await tell('Q-0412-7_3')
    clock.pass(72 * HOUR + 1)
    expect(await failure(api.updateCard(['WangFang'], third, { replaced: '太晚' }))).toMatchObject({
      outcome: 'refused',
    })
  })
})

describe('the access token', () => {
  test('is asked for once by concurrent callers and kept until it ends', async () => {
    const { clock, api, times } = await office()
    await Promise.all(Array.from({ length: 10 }, () => api.sendText(['liming'], '您好')))
    expect([times('gettoken'), times('message/send')]).toEqual([1, 10])
    clock.pass(2 * HOUR - 1)
    await api.sendText(['liming'], '您好')
    expect(times('gettoken')).toBe(1)
    clock.pass(1)
    await api.sendText(['liming'], '您好')
    expect([times('gettoken'), times('message/send')]).toEqual([2, 12])
  })

  test.each(['token revoked', 'token ended'] as const)(
    'is renewed once for ten callers: %s',
    async (fault) => {
      const { platform, api, times } = await office()
      await api.sendText(['WangFang'], '您好')
      platform.meets(fault)
      await Promise.all(Array.from({ length: 10 }, () => api.sendText(['liming'], '您好')))
      expect([times('gettoken'), times('message/send')]).toEqual([2, 21])
      expect(platform.chat('liming')).toHaveLength(10)
    },
  )

  test('is not renewed in a loop when every token is rejected', async () => {
    const { platform, api, times } = await office()
    platform.isDown({ errcode: 40014 })
    expect(await failure(api.sendText(['liming'], '您好'))).toMatchObject({ code: '40014', outcome: 'retry' })
    expect([times('gettoken'), times('message/send')]).toEqual([2, 2])
  })

  test.each([
    [{ secret: 'another-secret-0123456789' }, '40001', 'WECOM_SECRET'],
    [{ corpId: 'wwffffffffffffffff' }, '40013', 'WECOM_CORP_ID'],
  ])('with wrong settings fails at once and says what to mend', async (wrong, code, named) => {
    const { api, times } = await office(wrong)
    const failed = await failure(api.sendText(['liming'], '您好'))
    expect(failed).toMatchObject({ code, outcome: 'waiting' })
    expect(failed.operatorHint).toContain(named)
    expect([times('gettoken'), times('message/send')]).toEqual([1, 0])
  })
})

describe('a platform in trouble', () => {
  test.each([
    [60020, 'waiting', '可信IP'],
    [40056, 'waiting', 'WECOM_AGENT_ID'],
    [301002, 'waiting', 'WECOM_AGENT_ID'],
    [48002, 'waiting', '权限'],
    [60011, 'waiting', '可见范围'],
    [82001, 'refused', '花名册'],
    [44004, 'refused', '空'],
    [45009, 'retry', '频繁'],
    [99999, 'retry', '全局错误码'],
  ])('errcode %i is "%s", asked once, explained in Chinese', async (errcode, outcome, hint) => {
    const { platform, api, times } = await office()
    platform.meets({ errcode })
    const failed = await failure(api.sendText(['WangFang'], '您好'))
    expect(failed).toMatchObject({ code: String(errcode), outcome })
    expect(failed.operatorHint).toContain(hint)
    expect(times('message/send')).toBe(1)
  })

  test('names the address to allow, and nothing else of what the platform said', async () => {
    const { api } = await office({
      fetch: async (url, init) =>
        String(url).includes('gettoken')
          ? fetch(url, init)
          : Response.json({
              errcode: 60020,
              errmsg: 'not allow to access from your ip, hint: [1] from ip: 203.0.113.7, 您好',
            }),
    })
    expect((await failure(api.sendText(['liming'], '您好'))).operatorHint).toMatch(/可信IP.+203\.0\.113\.7$/)
  })

  test('that is busy is asked again after a growing pause, not for ever', async () => {
    const { platform, api, pauses, times } = await office()
    platform.meets({ errcode: -1 }, { status: 502 })
    await api.sendText(['liming'], '您好')
    expect(pauses).toEqual([300, 1200])
    platform.isDown({ errcode: -1 })
    expect(await failure(api.sendText(['liming'], '您好'))).toMatchObject({ code: '-1', outcome: 'retry' })
    expect(times('message/send')).toBe(6)
  })

  test('that may have taken the words is not asked again at once', async () => {
    const { platform, api, times } = await office()
    platform.meets('taken, then cut off')
    expect(await failure(api.sendText(['liming'], '您好'))).toMatchObject({
      code: 'network',
      outcome: 'retry',
    })
    expect([times('message/send'), platform.chat('liming').length]).toEqual([1, 1])
    const silent = await office({
      timeoutMs: 20,
      fetch: (url, init) => (String(url).includes('gettoken') ? fetch(url, init) : unanswered(url, init)),
    })
    expect(await failure(silent.api.sendText(['liming'], '您好'))).toMatchObject({ code: 'timeout' })
  })

  test.each([{ status: 404 }, { status: 200 }])(
    'that answers with a page has taken nothing',
    async (page) => {
      const { platform, api } = await office()
      platform.meets(page)
      expect(await failure(api.sendText(['liming'], '您好'))).toMatchObject({ outcome: 'retry' })
    },
  )

  test('every errcode we know has a hint', () => {
    for (const [, hint] of Object.values(WECOM_ERRCODES)) expect(hint).toMatch(/[一-龥]/)
  })
})

describe('signing in', () => {
  test('tells a member’s account, once for each code', async () => {
    const { platform, api } = await office()
    const code = platform.signsIn('WangFang')
    expect(await api.memberOf(code)).toBe('WangFang')
    expect(await failure(api.memberOf(code))).toMatchObject({ code: '40029', outcome: 'refused' })
  })

  test('tells nobody for an outsider, whom the platform lets through with errcode 0', async () => {
    const { platform, api } = await office()
    expect(await api.memberOf(platform.signsIn(null))).toBeNull()
  })
})

test('what a member sent is fetched', async () => {
  const { platform, api } = await office()
  platform.hasMedia('media-1', 'bytes')
  const { type, fileName, bytes } = await api.media('media-1')
  expect([type, fileName, Buffer.from(bytes).toString()]).toEqual(['image/jpeg', 'photo.jpg', 'bytes'])
  expect(await failure(api.media('media-2'))).toMatchObject({ outcome: 'refused' })
})

describe('a group', () => {
  const robotOf = (base: string, key = ROBOT_KEY) => wecomRobot({ key, base, fetch })

  test('reads the words, who is meant, and where the ticket is', async () => {
    const { platform } = await office()
    const robot = robotOf(platform.base)
    await robot.tell(notice({ mentions: ['WangFang'], card: card() }), [])
    expect(platform.group()).toMatchObject([{ content: `您好\n${card().url}`, mentions: ['WangFang'] }])
    await robot.tell(notice({ callsAll: true, mentions: ['WangFang'] }), [])
    expect(platform.group()[1]).toMatchObject({ content: '您好', mentions: ['@all'] })
  })

  test('each has a robot of its own, with its own 20 a minute', async () => {
    const { platform, clock } = await office()
    platform.hasRobot('another-key')
    for (let count = 0; count < 20; count++) await robotOf(platform.base).tell(notice(), [])
    expect(await failure(robotOf(platform.base).tell(notice(), []))).toMatchObject({
      code: '45009',
      outcome: 'retry',
    })
    await robotOf(platform.base, 'another-key').tell(notice(), [])
    expect(platform.group('another-key')).toHaveLength(1)
    clock.pass(60_000)
    await robotOf(platform.base).tell(notice(), [])
    expect(await failure(robotOf(platform.base, 'gone-key').tell(notice(), []))).toMatchObject({
      code: '93000',
      outcome: 'waiting',
    })
  })
})
