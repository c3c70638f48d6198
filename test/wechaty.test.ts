/** A personal account: wechaty as it is, with its own mock in place of a telephone. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { types, WechatyBuilder } from 'wechaty'
import { mock, PuppetMock } from 'wechaty-puppet-mock'
import { insertTicket } from '../bot/casework.ts'
import { type AdvisorRooms, chatOf, PACE_MS } from '../bot/channels/wechaty.ts'
import { deliverDue, repliesTaken, replyMissed } from '../bot/outbox.ts'
import { StoreError } from '../bot/store.ts'
import { ROOM_WORDS, UNKEPT_LINE, WORDS } from '../bot/wording.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { ConfigError } from '../server/config.ts'
import { loadWechaty, wechatyAccount } from '../server/wechaty.ts'
import { LI, numberFrom, ROSTER } from './support/advisors.ts'
import { eventually } from './support/eventually.ts'
import { opening } from './support/tickets.ts'
import { settingFrom, temporaryFolder, world } from './support/world.ts'

type Phone = Awaited<ReturnType<typeof phone>>
let on: Phone

beforeEach(async () => {
  on = await phone()
})

describe('a private chat', () => {
  test('is a conversation like any other, and its own words are not answered', async () => {
    on.wang.say('低保怎么申请').to(on.me)
    await eventually(() => expect(on.toWang()).toEqual([expect.stringContaining('【低保】')]))
    on.wang.say('要带什么材料').to(on.me)
    await eventually(() => expect(on.toWang()).toHaveLength(2))
    expect(on.toWang()[1]).toContain('【低保】')
    const residents = await on.rows('residents')
    expect(residents).toMatchObject([{ id: `wechaty:${on.wang.id}`, channel: 'wechaty' }])
    await eventually(async () =>
      expect(await on.rows('outbox')).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]),
    )
  })

  test('takes requests, danger and photos', async () => {
    on.wang.say('我要求助').to(on.me)
    await eventually(() => expect(on.toWang().at(-1)).toContain('您同意吗'))
    on.wang.say('家里着火了').to(on.me)
    await eventually(() => expect(on.toWang().at(-1)).toContain('119'))
    expect(await on.rows('nudges')).toMatchObject([{ kind: 'danger', danger: 'disaster_fire' }])
    on.photo('photo-1')
    await eventually(() => expect(on.toWang()).toHaveLength(3))
    expect(on.account.hasMedia('wechaty:photo-1')).toBe(true)
    expect(await on.account.media('wechaty:photo-1')).toMatchObject({
      fileName: 'id.jpg',
      bytes: Buffer.from('face'),
    })
  })

  test('hears a message once, and nothing from while it was away', async () => {
    on.late('低保怎么申请', 6 * 60_000)
    const id = on.wangSays('你好')
    on.again(id)
    on.wang.say('谢谢').to(on.me)
    await eventually(() => expect(on.toWang()).toHaveLength(2))
    expect(on.toWang()[0]).toContain(WORDS.greeting)
    expect(on.toWang()[1]).toContain(WORDS.thanks)
  })

  test('answers nothing twice after a restart', async () => {
    const id = on.wangSays('你好')
    await eventually(() => expect(on.toWang()).toHaveLength(1))
    on.hearAnew()
    on.again(id)
    on.wang.say('谢谢').to(on.me)
    await eventually(() => expect(on.toWang()).toHaveLength(2))
    expect(on.toWang()[1]).toContain(WORDS.thanks)
  })

  test('keeps words that did not go out, and says them later', async () => {
    on.breaks = true
    on.wang.say('你好').to(on.me)
    await eventually(async () =>
      expect(await on.rows('outbox')).toMatchObject([{ state: 'pending', dueAt: on.clock().toISOString() }]),
    )
    on.breaks = false
    await on.deliver()
    await eventually(() => expect(on.toWang()).toEqual([expect.stringContaining(WORDS.greeting)]))
    expect(await on.rows('outbox')).toMatchObject([{ state: 'accepted', via: 'push' }])
  })

  test('a fault of ours is told in words, and the next message is answered', async () => {
    on.fails = true
    on.wang.say('你好').to(on.me)
    await eventually(() => expect(on.toWang()).toEqual([WORDS.unwell]))
    await eventually(() => expect(on.faults).toEqual(['disk full']))
    on.fails = false
    on.wang.say('你好').to(on.me)
    await eventually(() => expect(on.toWang()).toHaveLength(2))
  })
})

describe("a residents' group", () => {
  test('hears general answers when it mentions the account, and nothing else', async () => {
    on.wang.say('低保怎么申请').to(on.room)
    on.wang.say(`@${on.me.payload.name}\u2005低保怎么申请`, [on.me]).to(on.room)
    await eventually(() => expect(on.toRoom()).toHaveLength(1))
    expect(on.toRoom()[0]).toMatch(/【低保】.*依据：/s)
    // Neither numbers to choose from nor anybody's conversation.
    expect(on.toRoom()[0]).not.toMatch(/\n1 /)
    expect(on.toWang()).toEqual([])
    expect(await on.rows('turns')).toEqual([])
  })

  test.each([
    ['我要求助', '您同意吗', ROOM_WORDS.inPrivate],
    ['我爸瘫痪在床，护理补贴怎么申请', '护理', ROOM_WORDS.inPrivate],
    ['我的求助办得怎样了', '没有查到您的求助记录', ROOM_WORDS.inPrivate],
    ['我叫王秀英，电话13812345678，低保怎么申请', '您同意吗', ROOM_WORDS.inPrivate],
    ['我老公又打我，快打死了', '110', ROOM_WORDS.danger],
  ])('%s is taken up in private', async (words, inPrivate, inRoom) => {
    on.wang.say(`@${on.me.payload.name}\u2005${words}`, [on.me]).to(on.room)
    await eventually(() => expect(on.toWang()).toEqual([expect.stringContaining(inPrivate)]))
    expect(on.toRoom()).toEqual([expect.stringContaining(inRoom)])
  })

  test('whoever cannot be written to in private is told so, and their danger is told all the same', async () => {
    on.breaksInPrivate = true
    on.wang.say(`@${on.me.payload.name}\u2005我不想活了`, [on.me]).to(on.room)
    await eventually(() => expect(on.toRoom()).toHaveLength(2))
    expect(on.toRoom()).toEqual([
      expect.stringContaining(ROOM_WORDS.danger),
      expect.stringContaining(ROOM_WORDS.befriend),
    ])
    expect(await on.rows('nudges')).toMatchObject([{ kind: 'danger', danger: 'self_harm' }])
  })
})

describe("an advisors' group", () => {
  test('carries out the commands of who is in the roster, and leaves chatter alone', async () => {
    const number = await on.request()
    on.wangfang.say(`接单 ${number}`).to(on.office)
    await eventually(() => expect(on.toOffice()).toHaveLength(1))
    expect(await on.ownerOf(number)).toBe('wangfang')
    on.wangfang.say('中午吃什么').to(on.office)
    on.wangfang.say(`@${on.me.payload.name}\u2005我的`, [on.me]).to(on.office)
    await eventually(() => expect(on.toOffice()).toHaveLength(2))
    expect(on.toOffice()[1]).toContain(number)
    // The group reads along: nobody's name, phone or address.
    for (const words of ['唐秀英', '13812345678', '3栋201', '肾衰竭'])
      expect(on.toOffice().join()).not.toContain(words)
  })

  test('is told when a command could not be kept', async () => {
    const number = await on.request()
    const full = vi
      .spyOn(on.store, 'transaction')
      .mockRejectedValue(new StoreError('unavailable', 'disk full'))
    on.wangfang.say(`接单 ${number}`).to(on.office)
    await eventually(() => expect(on.toOffice()).toEqual([expect.stringContaining(UNKEPT_LINE)]))
    full.mockRestore()
    expect(await on.ownerOf(number)).toBe('')
  })

  test('refuses in words whom it does not know or cannot tell apart', async () => {
    const number = await on.request()
    on.wang.say(`接单 ${number}`).to(on.office)
    await eventually(() => expect(on.toOffice()).toHaveLength(1))
    on.twin.say(`接单 ${number}`).to(on.office)
    await eventually(() => expect(on.toOffice()).toHaveLength(2))
    expect(on.toOffice()).toEqual([
      expect.stringContaining(ROOM_WORDS.noAdvisor),
      expect.stringContaining(ROOM_WORDS.severalAdvisors),
    ])
    expect(await on.ownerOf(number)).toBe('')
  })

  test('believes what whoever keeps the account noted before what people call themselves', async () => {
    const number = await on.request()
    on.impostor.say(`接单 ${number}`).to(on.office)
    await eventually(() => expect(on.toOffice()).toEqual([expect.stringContaining(ROOM_WORDS.noAdvisor)]))
    expect(await on.ownerOf(number)).toBe('')
  })
})

test('messages go out one after the other, no faster than people write', async () => {
  on.wang.say('你好').to(on.me)
  on.wangfang.say('你好').to(on.me)
  await eventually(() => expect(on.waited.length).toBe(2))
  expect(on.waited).toEqual([PACE_MS, PACE_MS])
})

test('an account that is stopped listens no more, and can be started again', async () => {
  await on.account.stop()
  const next = await phone()
  next.wang.say('你好').to(next.me)
  await eventually(() => expect(next.toWang()).toHaveLength(1))
})

describe('what an operator names', () => {
  test('that is not installed stops the start with the mend', async () => {
    const loading = loadWechaty('wechaty-puppet-nowhere', temporaryFolder())
    await expect(loading).rejects.toThrow(ConfigError)
    await expect(loading).rejects.toThrow('npm install wechaty wechaty-puppet-nowhere')
  })

  test('keeps who is logged in from everybody else', async () => {
    const folder = temporaryFolder()
    await loadWechaty('wechaty-puppet-mock', folder)
    const { mode } = await stat(join(folder, 'wechaty.memory-card.json'))
    expect(mode & 0o777).toBe(0o600)
  })
})

/** A telephone with an account on it, somebody to write to, a residents' group and the office's. */
async function phone() {
  const { store, receive, clock, parts } = await world()
  const mocker = new mock.Mocker()
  const bot = WechatyBuilder.build({ puppet: new PuppetMock({ mocker }) })
  const faults: string[] = []
  const note = (_what: unknown, _message: string) => {}
  const log = {
    info: note,
    warn: note,
    error: ({ error }: { error?: unknown }) =>
      void faults.push(error instanceof Error ? error.message : String(error)),
  }
  const account = wechatyAccount({ bot, types }, { log, tell: () => {} })
  const state = { breaks: false, breaksInPrivate: false, fails: false }
  const waited: number[] = []
  const namesake = { ...LI, id: 'wangfang2', name: '赵柳' }
  const roster = { ...ROSTER, advisors: new Map([...ROSTER.advisors, [namesake.id, namesake]]) }
  const setting = settingFrom(parts.now())
  const advisors: AdvisorRooms = {
    rooms: ['救助顾问群'],
    parts: { ...parts, ...setting, roster: async () => roster, ticketUrl: () => null },
  }
  const chat = () =>
    chatOf({
      account: {
        sayTo: async (...said) => {
          if (state.breaks || state.breaksInPrivate) throw new Error('offline')
          return account.sayTo(...said)
        },
        sayIn: (...said) => account.sayIn(...said),
      },
      receive: async (message) => {
        if (state.fails) throw new Error('disk full')
        return receive(message)
      },
      onTaken: (outgoing) => void repliesTaken(store, [outgoing], clock()),
      onMissed: (outgoing) => void replyMissed(store, outgoing, clock()),
      setting,
      now: () => new Date(),
      wait: async (ms) => void waited.push(ms),
      advisors,
    })
  let current = chat()
  account.start((message) => current.hear(message))
  onTestFinished(() => account.stop())
  await eventually(() => expect(bot.state.active()).toBe(true))
  const contact = (name: string, alias?: string) =>
    mocker.createContact({ name, ...(alias ? { alias } : {}) })
  const me = contact('救助助手')
  mocker.login(me)
  const wang = contact('秀英')
  const wangfang = contact('王芳')
  const twin = contact('赵柳')
  const impostor = contact('王芳', '卖保险的')
  const everybody = [me, wang, wangfang, twin, impostor].map(({ id }) => id)
  const room = mocker.createRoom({ topic: '尧新社区居民群', memberIdList: everybody })
  const office = mocker.createRoom({ topic: '救助顾问群', memberIdList: everybody })
  /** What the account said in a chat, in order. */
  const said = (to: { id: string }) =>
    [...mocker.cacheMessagePayload.values()]
      .filter(({ talkerId, listenerId, roomId }) => talkerId === me.id && to.id === (roomId ?? listenerId))
      .map(({ text }) => text ?? '')
  const wangSays = (text: string, timestamp = Date.now()) => {
    const message = mocker.MessageMock.create({
      id: `m-${mocker.cacheMessagePayload.size}`,
      talkerId: wang.id,
      listenerId: me.id,
      timestamp,
      type: types.Message.Text,
      text,
    })
    mocker.puppet.emit('message', { messageId: message.id })
    return message.id
  }
  return Object.assign(state, {
    account,
    clock,
    me,
    wang,
    wangfang,
    twin,
    impostor,
    room,
    office,
    waited,
    faults,
    toWang: () => said(wang),
    toRoom: () => said(room),
    toOffice: () => said(office),
    wangSays,
    late: (text: string, ms: number) => wangSays(text, Date.now() - ms),
    again: (messageId: string) => void mocker.puppet.emit('message', { messageId }),
    /** As a new process does, which remembers nothing of its own. */
    hearAnew: () => {
      current = chat()
    },
    photo: (id: string) => {
      const base64 = Buffer.from('face').toString('base64')
      mocker.cacheFileBoxPayload.set(id, { boxType: 1, name: 'id.jpg', base64, metadata: {} })
      mocker.MessageMock.create({
        id,
        talkerId: wang.id,
        listenerId: me.id,
        timestamp: Date.now(),
        type: types.Message.Image,
      })
      mocker.puppet.emit('message', { messageId: id })
    },
    deliver: () =>
      deliverDue({ store, channels: new Map([['wechaty', current.channel]]), quotas: {}, now: clock }),
    /** A request somebody made elsewhere. */
    request: async () => {
      const number = numberFrom(412)
      const opened = openTicket(opening({ number, area: 'yaoxin', at: clock(), askedAt: clock() }))
      await store.transaction((tx) => insertTicket(tx, opened))
      return number
    },
    store,
    ownerOf: async (number: string) => (await store.get('tickets', number))?.owner,
    rows: async (table: 'residents' | 'outbox' | 'nudges' | 'turns') => {
      const rows: unknown[] = []
      for await (const row of store.scan(table)) rows.push(row)
      return rows
    },
  })
}
