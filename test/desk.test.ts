import { stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { saveRoster } from '../bot/roster.ts'
import type { Outgoing } from '../bot/store.ts'
import { ACTION_KINDS, readAction } from '../flows/ticket/actions.ts'
import { FORMS, formOf, readForm } from '../flows/ticket/forms.ts'
import type { Actor } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { TRANSITIONS } from '../flows/ticket/transitions.ts'
import { help, readCommand } from '../server/desk/command.ts'
import { atDesk, type Desk, move } from '../server/desk/desk.ts'
import { askAtDoor, openDoor, SOCKET, TooLong } from '../server/desk/socket.ts'
import { LI, office, ROSTER, WANG } from './support/advisors.ts'
import { PLEA, requestHelp } from './support/request.ts'
import { DOER, fingerprint, temporaryFolder, world } from './support/world.ts'

const TODAY = '2026-11-22'
const PERSONAL = ['唐秀英', '13812345678', '尧新社区', '住院']

let desk: Desk
let clock: Awaited<ReturnType<typeof world>>['clock']
let number: string
/** The resident writes and reads the reply. */
let say: (words: string) => Promise<string>
/** Somebody at the desk types a command. */
let type: (command: string) => Promise<string>

beforeEach(async () => {
  const { store, receive, text, parts, clock: own } = await world()
  clock = own
  desk = { store, fingerprint, now: clock, newId: parts.newId }
  say = async (words) => (await receive(text(words))).reply?.text ?? ''
  number = await requestHelp(say)
  type = (command) => typed(command.split(/ +/))
})

async function typed(words: string[]): Promise<string> {
  const asked = readCommand(
    [number, ...words].filter((word) => word !== ''),
    { name: 'wang' },
  )
  return asked ? atDesk(desk, asked, DOER) : help()
}

const refused = (command: string): Promise<string> =>
  type(command).then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof TicketError)) throw error
      return error.message
    },
  )

/** What a person said to the resident, not the conversation. */
async function outbox(): Promise<Outgoing[]> {
  const rows: Outgoing[] = []
  for await (const row of desk.store.scan('outbox'))
    if (row.cause.startsWith(number) || row.cause.startsWith('said:')) rows.push(row)
  return rows
}
/** In no order: all of a test happens at one moment. */
const told = async () => (await outbox()).map(({ text }) => text.replace(`您的求助 ${number}：`, '')).sort()

describe('the command line', () => {
  test('has a form for each action, and one of its own examples fills it', () => {
    expect([...new Set(FORMS.map(({ kind }) => kind))].sort()).toEqual([...ACTION_KINDS].sort())
    expect(new Set(FORMS.map(({ word }) => word)).size).toBe(FORMS.length)
    for (const form of FORMS) {
      const words = form.fields
        .filter(({ optional }) => !optional)
        .flatMap(({ name, named, example }) => [...(named ? [`--${name}`] : []), example(TODAY)])
      const asked = readCommand(['Q-0412-6', form.word, ...words], { name: 'wang' })
      if (asked?.do !== 'move') throw new Error(`${form.word} is not understood`)
      expect(readAction(readForm(asked.form, asked.values)).kind).toBe(form.kind)
      expect(help()).toContain(`\n    ${form.word}`)
    }
  })

  test('knows an action also by what a refusal calls it, and written apart', () => {
    for (const kind of ACTION_KINDS) expect(formOf(TRANSITIONS[kind].says)?.kind).toBe(kind)
    const screen = { do: 'move', number: 'Q-0412-6', form: '预审通过', actor: { role: 'staff', id: 'wang' } }
    expect(readCommand(['Q-0412-6', '预审', '通过'], { name: 'wang' })).toEqual({ ...screen, values: {} })
    expect(readCommand(['q04126', '预审', '通过', '情况', '属实'], { name: 'wang' })).toEqual({
      ...screen,
      values: { 说明: '情况 属实' },
    })
  })

  test.each([
    ['Q-0412-7', '抄错'],
    ['低保', '不是求助编号'],
    ['Q-0412-6 批准', '没有「批准」这个动作'],
    ['Q-0412-6 分办 教育局', '还要写「要办的事」。写法：分办 <承办单位> <要办的事>'],
    ['Q-0412-6 反馈 p1 办好了', '还要写「办理情况」'],
    ['Q-0412-6 加急 断药了 --需求 资金', '这里没有 --需求'],
    ['Q-0412-6 加急 --理由', '--理由 后面要写内容'],
    ['Q-0412-6 加急 --理由 断药了 又说', '不需要「又说」'],
    ['Q-0412-6 加急 断药了 --身份 区长', '--身份 要写工作人员、救助顾问、承办单位中的一个'],
    ['Q-0412-6 接办 p1 --身份 承办单位', '--单位'],
  ])('says what is wrong with %s', (command, words) => {
    expect(() => readCommand(command.split(' '), { name: 'wang' })).toThrow(words)
  })
})

describe('a case at the desk', () => {
  test('goes from 受理 to 回访, and the resident hears of it', async () => {
    expect(await type('预审 通过')).toMatch(/^办好了。.* 预审 .*\n接着可以：.*分办/)
    await type('分办 区教育局 教育救助 --需求 资金')
    await type('先行救助 物资 大米 --来源 备用金 --经手 王芳 --欠材料 诊断证明@2026-12-10')
    await type('接办 p1 --身份 承办单位 --单位 区教育局 --as 赵老师')
    expect(await refused('办结 帮上了 学费减免了')).toContain('区教育局的「教育救助」')
    await type('反馈 p1 办好了 学费 减免了')
    expect(await refused('办结 帮上了 学费减免了')).toContain('「诊断证明」还没有补')
    await type('收材料 m1')
    await type('联系 电话 通了')
    await type('办结 帮上了 学费减免了')
    clock.pass(3 * 24 * 3_600_000)
    expect(await type('回访 满意')).toContain(' 回访 ')
    expect(await told()).toEqual(
      [
        '预审过了，接下来转给能办的单位。',
        '已经转给区教育局办。',
        '记下已经给您大米（经手：王芳）。没收到就回复“人工”。\n还要补“诊断证明”，12月10日（星期四）前拍照发来，或交给社区。',
        '区教育局反馈“教育救助”：学费 减免了',
        '办结了。学费减免了\n您满意吗？',
      ].sort(),
    )
    const shown = await type('')
    for (const words of [
      '负责人：',
      'p1 教育救助（区教育局，资金）：已反馈，办好了',
      '先行救助 物资 大米，来源备用金，经手王芳',
    ])
      expect(shown).toContain(words)
    expect(shown).toContain('m1 诊断证明：交了')
    expect(shown).toMatch(/11月22日（星期日）09:00 接办 承办单位赵老师 区教育局已接办/)
    expect(shown).toMatch(/11月25日（星期三）09:00 回访 工作人员wang 居民满意/)
  })

  test('is refused in the words of the table, and nothing changes', async () => {
    expect(await refused('反馈 p1 办好了 学费减免了')).toContain('「反馈」要在「转办」时做')
    expect(await refused('评价 满意')).toContain('「评价」要由居民来做')
    expect(await refused('反馈 p1 批准 给钱')).toContain('「结果」要写办好了、办了一部分、没能办成中的一个')
    expect(await refused('不予受理 --理由 不归本区')).toContain('还要写「还可以」')
    expect(await refused('补材料 病历')).toContain('日期要写成2026-12-18这样')
    expect((await desk.store.get('tickets', number))?.stage).toBe('received')
    expect(await outbox()).toEqual([])
  })

  test('a refusal is written with its reason and another way', async () => {
    await type('不予受理 --理由 不归本区办 --还可以 请找户籍地街道')
    expect(await told()).toEqual([expect.stringContaining('理由：不归本区办\n还可以：请找户籍地街道')])
  })

  test('tells whoever shows requests whose has changed', async () => {
    const changed: string[] = []
    desk.onChanged = (resident) => changed.push(resident)
    await type('预审 通过')
    await refused('预审 通过')
    await say('人工')
    await type('交还')
    expect(changed).toEqual(['official-account:openid-of-wang', 'official-account:openid-of-wang'])
  })

  test('a corrected phone number is recognised again', async () => {
    await type('更正 电话 13987654321')
    expect(JSON.stringify(await desk.store.get('tickets', number))).toContain(
      fingerprint('phone', '13987654321'),
    )
    expect(await type('')).not.toContain('13987654321')
  })

  test('shows who it is about only when asked in full', async () => {
    await type('分办 区教育局 教育救助 --需求 资金').catch(() => {})
    await type('预审 通过 打13812345678问过唐秀英')
    for (const words of PERSONAL) expect(await type('')).not.toContain(words)
    const full = await type('--full')
    for (const words of PERSONAL) expect(full).toContain(words)
    expect(full).toContain('整件事：还剩')
    expect(full).toContain('20个工作日内办理')
  })

  test('what is due first is listed first, and what is over is marked', async () => {
    const later = number
    clock.pass(40 * 24 * 3_600_000)
    const urgent = await requestHelp((words) => say(words === PLEA ? '我要求助，我妈断药了没钱买药' : words))
    const list = async () => atDesk(desk, { do: 'list' }, DOER)
    expect((await list()).split('\n')).toEqual([
      '要办的 2 张：',
      expect.stringMatching(new RegExp(`^${later} 受理 唐某 .*已超期`)),
      expect.stringMatching(new RegExp(`^${urgent} 紧急 受理 `)),
    ])
    for (const words of PERSONAL) expect(await list()).not.toContain(words)
    number = later
    await type('预审 通过')
    await type('办结 没帮上 搬走了')
    expect((await list()).split('\n').slice(2)).toEqual([
      '',
      '办结了，等回访的 1 张：',
      expect.stringContaining(`${later} 办结`),
    ])
  })

  test('of a number nobody has says so', async () => {
    number = mintNumber(0, () => 9999)
    expect(await refused('')).toContain(`没有编号是 ${number} 的求助单`)
    expect(await refused('预审 通过')).toContain('请核对编号')
  })
})

test('nobody acts on a ticket that is no longer as they saw it', async () => {
  const wang: Actor = { role: 'advisor', id: 'wang' }
  const moves = ['打过电话', '又打了一次'].map((why) =>
    move(desk, number, { kind: 'contact', channel: '电话', reached: true, why }, wang, DOER, 1),
  )
  const [first, second] = await Promise.allSettled(moves)
  expect(first).toMatchObject({ status: 'fulfilled', value: { seq: 2 } })
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'changed' } })
})

describe('a conversation that a person holds', () => {
  test('is answered by the person, heard at the desk, and given back', async () => {
    await say('人工')
    expect(await say('我一个人在家')).toBe('')
    expect(await type('')).toContain('留了1句话')
    expect(await type('--full')).toContain('我一个人在家')
    await typed(['对居民说', '我是街道的小王，马上来'])
    const said = { text: '我是街道的小王，马上来', pressing: true, personal: true, state: 'pending' }
    expect(await outbox()).toMatchObject([said])
    expect(await type('交还')).toContain('交还了')
    expect(await say('低保怎么申请')).not.toBe('')
    expect(await refused('交还')).toContain('没有人接管')
    expect(await refused('对居民说')).toContain('请写明对居民说什么')
  })
})

describe('未联系', () => {
  const LATER = '2026-12-25T09:00:00+08:00'
  /** An office on a morning a month after its ticket was opened, with households reached on days. */
  async function afterAMonth(...reached: (string | null)[]) {
    const { store, clock, parts, open, write } = await office({ at: '2026-11-22T09:00:00+08:00' })
    const desk = { store, fingerprint, now: clock, newId: parts.newId }
    const ticket = await open(412)
    await write(LI, `接单 ${ticket}`)
    await saveRoster(store, { areas: ROSTER.areas.all(), advisors: [...ROSTER.advisors.values()] })
    await store.transaction(async (tx) => {
      for (const [place, day] of reached.entries()) {
        const contactedAt = day === null ? '' : new Date(`${day}T09:00:00+08:00`).toISOString()
        const household = { id: `H-060${place}-0`, area: place === 0 ? 'maigao' : 'yaoxin', advisor: WANG.id }
        const person = { name: '周桂兰', phone: '13911112222', address: '尧化街道尧新社区5栋101' }
        await tx.put('households', {
          ...household,
          category: '低保',
          state: 'watched',
          leftAt: '',
          contactedAt,
          person,
        })
      }
    })
    clock.pass(Date.parse(LATER) - clock().getTime())
    return { ticket, write, list: (...more: string[]) => ask(desk, ['未联系', ...more]) }
  }
  const ask = (desk: Desk, args: string[]) => atDesk(desk, readCommand(args, { name: 'wang' }), DOER)

  test('lists requests and households by area, those longest without first, masked', async () => {
    const { ticket, list } = await afterAMonth('2026-11-01', '2026-11-23', null, '2026-11-28')
    const said = await list()
    expect(said.split('\n')).toEqual([
      '30天没联系上的：求助单 1 张，联系对象 3 户，按区域排，最久的在前（打过没通的不算联系上）：',
      'H-0600-0 周某 低保 迈皋桥街道 54天前联系过 联系人王芳',
      'H-0602-0 周某 低保 尧化街道尧新社区 还没有联系上过 联系人王芳',
      expect.stringMatching(`^${ticket} 受理 唐某 尧化街道尧新社区 .* 还没有联系上过 负责人李强$`),
      'H-0601-0 周某 低保 尧化街道尧新社区 32天前联系过 联系人王芳',
    ])
    for (const words of ['周桂兰', '唐秀英', '13911112222', '5栋']) expect(said).not.toContain(words)
  })

  test('of one area alone; an attempt leaves it on the list, a contact takes it off', async () => {
    const { ticket, list, write } = await afterAMonth('2026-11-01')
    expect(await list('--area', '尧化街道')).toContain('求助单 1 张，联系对象 0 户')
    await write(LI, `已联系 ${ticket} 电话 没通`)
    expect(await list('--area', 'yaohua')).toContain(ticket)
    await write(LI, `已联系 ${ticket} 电话 通了`)
    expect(await list('--area', 'yaohua')).toBe('没有30天没联系上的。')
    expect(await list()).toContain('H-0600-0')
    await expect(list('--area', '月球')).rejects.toThrow('没有「月球」这个区域')
  })
})

describe('the door of a running server', () => {
  const knock = (asked: unknown) => ({ user: 'tester', sudo: null, asked })
  const failures: unknown[] = []
  async function open(folder: string) {
    const door = await openDoor(folder, desk, (error) => failures.push(error))
    onTestFinished(() => door.close())
    return door
  }

  test('answers through a socket of its own, for the owner alone', async () => {
    const folder = temporaryFolder()
    expect(await askAtDoor(folder, knock({ do: 'list' }))).toBe(null)
    const door = await open(folder)
    expect((await stat(join(folder, SOCKET))).mode & 0o777).toBe(0o600)
    expect(await askAtDoor(folder, knock({ do: 'list' }))).toEqual({ text: expect.stringContaining(number) })
    expect(await askAtDoor(folder, knock({ do: 'show', number: 'Q-0412-0', full: true }))).toEqual({
      error: expect.stringContaining('求助编号不对'),
    })
    expect(await askAtDoor(folder, knock({ do: 'everything' }))).toEqual({
      error: expect.stringContaining('没有办成'),
    })
    expect(failures).toEqual([])
    await door.close()
    await expect(stat(join(folder, SOCKET))).rejects.toThrow('ENOENT')
  })

  test('replaces what a dead one left', async () => {
    const folder = temporaryFolder()
    await writeFile(join(folder, SOCKET), '')
    await open(folder)
    expect(await askAtDoor(folder, knock({ do: 'list' }))).toHaveProperty('text')
  })

  test('where nobody listens any more is as good as none', async () => {
    const folder = temporaryFolder()
    const path = join(folder, SOCKET)
    const dead = createServer()
    await new Promise<void>((resolve) => dead.listen(path, resolve))
    await new Promise((resolve) => dead.close(resolve))
    expect(await askAtDoor(folder, knock({ do: 'list' }))).toBe(null)
  })

  test('is not to be had under too long a path, and says what to do', async () => {
    const folder = join(temporaryFolder(), '很'.repeat(40))
    await expect(openDoor(folder, desk, () => {})).rejects.toThrow(TooLong)
    await expect(askAtDoor(folder, knock({ do: 'list' }))).rejects.toThrow(/DATA_DIR：.*最多 103 个字节/)
  })

  test('tells a fault that is not the asker’s to the log', async () => {
    const folder = temporaryFolder()
    const fails = () => Promise.reject(new Error('broken'))
    const broken = { ...desk, store: { ...desk.store, get: fails, list: fails } }
    const door = await openDoor(folder, broken, (error) => failures.push(error))
    onTestFinished(() => door.close())
    expect(await askAtDoor(folder, knock({ do: 'list' }))).toEqual({
      error: '服务器内部错误，请看服务的日志。',
    })
    expect(failures.map(String)).toEqual(['Error: broken'])
  })
})
