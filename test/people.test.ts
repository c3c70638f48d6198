import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { readRoster, robotKeyOf } from '../bot/roster.ts'
import type { HouseholdRow } from '../bot/store.ts'
import { RosterError } from '../flows/roster/roster-error.ts'
import { isHouseholdNumber } from '../flows/ticket/ticket-number.ts'
import { type Account, NO_SECRETS } from '../server/console/accounts/account.ts'
import type { Desk } from '../server/desk/desk.ts'
import { answerAtDesk, askAtDoor, openDoor } from '../server/desk/socket.ts'
import { help, readPeopleCommand, template } from '../server/people/command.ts'
import { planImport } from '../server/people/import.ts'
import { atPeopleDesk } from '../server/people/people-desk.ts'
import { readSheetFile } from '../server/people/sheet-file.ts'
import { EVERYWHERE } from '../server/people/within.ts'
import { requestHelp } from './support/request.ts'
import { workbook } from './support/workbook.ts'
import { DOER, fingerprint, temporaryFolder, WITNESS, world } from './support/world.ts'

const AREAS = `区域编号,级别,名称,上级编号
6401,区,兴庆区,
640101,街道,城关街道,6401
64010101,社区,幸福社区,640101
6401010103,网格,第3网格,64010101
`
const ADVISORS = `账号,姓名,电话,角色,区域,值班,请假
wang,王芳,13812345678,骨干,640101,工作日 08:30-17:30,2026-12-01至2026-12-05 代班 li
li,李强,,社区工作者,64010101,每天 00:00-24:00,
`

let desk: Desk
let clock: Awaited<ReturnType<typeof world>>['clock']
let inWorld: Awaited<ReturnType<typeof world>>
beforeEach(async () => {
  inWorld = await world()
  clock = inWorld.clock
  desk = { store: inWorld.store, fingerprint, now: clock, newId: inWorld.parts.newId }
})

/** A file of the office's own. */
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(temporaryFolder(), name)
  await writeFile(path, content)
  return path
}

/** Somebody types a command; files are read as the command reads them. */
async function people(...args: string[]): Promise<string> {
  const command = readPeopleCommand(args)
  if (command.kind === 'ask') return atPeopleDesk(desk, command.asked, DOER)
  if (command.kind === 'qr') return atPeopleDesk(desk, { people: 'codes', area: command.area }, DOER)
  if (command.kind !== 'import') return command.kind === 'help' ? help() : template(command.what)
  const { what, replace, apply } = command
  const sheet = await readSheetFile(command.file)
  return atPeopleDesk(desk, { people: 'import', what, sheet, replace, apply }, DOER)
}
const refused = (...args: string[]): Promise<string> =>
  people(...args).then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof RosterError)) throw error
      return error.message
    },
  )
const roster = async () => (await readRoster(desk.store)).roster
const setUp = async () => {
  await people('import', 'areas', await file('区域.csv', AREAS), '--yes')
  await people('import', 'advisors', await file('顾问.csv', ADVISORS), '--yes')
}

describe('importing', () => {
  test('says first what would change, and changes it only when told to', async () => {
    const path = await file('区域.csv', AREAS)
    const said = await people('import', 'areas', path)
    expect(said).toContain('新增 4，修改 0，不变 0\n  新增 6401 兴庆区\n  新增 640101 城关街道')
    expect(said).toContain('还没有改动')
    expect((await roster()).areas.size).toBe(0)
    expect(await people('import', 'areas', path, '--yes')).toContain('已经写好')
    expect((await roster()).areas.say('6401010103')).toBe('城关街道幸福社区第3网格')
  })

  test('a second import changes what changed, and leaves who is not in it', async () => {
    await setUp()
    const moved = '账号,姓名,角色,区域\nli,李强,骨干,640101\n'
    expect(await people('import', 'advisors', await file('a.csv', moved), '--yes')).toContain(
      '新增 0，修改 1，不变 0，表里没有的 1（留着不动，要删就加 --replace）\n  修改 李强（li）：角色 社区工作者 → 骨干；区域 64010101 → 640101',
    )
    const { advisors } = await roster()
    expect(advisors.size).toBe(2)
    expect(advisors.get('li')?.duty).toEqual([{ days: 'every-day', from: '00:00', to: '24:00' }])
  })

  test('with one fault nothing is changed', async () => {
    await setUp()
    const bad = '账号,姓名,角色,区域\nnew,新人,骨干,640101\nzhao,赵六,骨干,9999\n'
    expect(await refused('import', 'advisors', await file('坏.csv', bad), '--yes')).toBe(
      '坏.csv:3 区域：没有「9999」这个区域，请先导入区域，或核对编号',
    )
    expect([...(await roster()).advisors.keys()]).toEqual(['li', 'wang'])
  })

  test('what is in use cannot vanish', async () => {
    await setUp()
    const { receive, text } = inWorld
    const number = await requestHelp(async (words) => (await receive(text(words))).reply?.text ?? '')
    await act(desk.store, {
      number,
      action: { kind: 'assign', owner: { id: 'wang', name: '王芳' }, why: '' },
      actor: { role: 'staff', id: 'boss' },
      witness: WITNESS,
      now: clock(),
      newId: desk.newId,
    })
    const fewer = AREAS.split('\n').slice(0, 3).join('\n')
    const path = await file('区域.csv', fewer)
    expect(await refused('import', 'areas', path, '--replace', '--yes')).toContain(
      '区域「64010101」还不能删：顾问李强还在用，请先改到别的区域',
    )
    const alone = '账号,姓名,角色,区域\nli,李强,骨干,640101\n'
    expect(await refused('import', 'advisors', await file('b.csv', alone), '--replace')).toContain(
      `顾问王芳（wang）还不能删：求助单${number}还在这个人手上`,
    )
    const free = '账号,姓名,角色,区域\nwang,王芳,骨干,640101\n'
    await people('import', 'advisors', await file('c.csv', free), '--replace', '--yes')
    const clerk: Account = {
      id: 'clerk',
      name: 'zhao',
      roles: ['street'],
      areas: ['64010101'],
      state: 'active',
      createdAt: clock().toISOString(),
      secrets: NO_SECRETS,
      person: { name: '赵敏', advisor: null, body: null },
    }
    await desk.store.transaction((tx) => tx.put('accounts', clerk))
    expect(await refused('import', 'areas', path, '--replace', '--yes')).toContain(
      '区域「64010101」还不能删：账号赵敏（zhao）还在用，请先改到别的区域',
    )
    // Who signs in no more needs it no more.
    await desk.store.transaction((tx) => tx.put('accounts', { ...clerk, state: 'disabled' }))
    expect(await people('import', 'areas', path, '--replace', '--yes')).toContain('删除 2')
    expect((await roster()).areas.size).toBe(2)
  })

  test('templates can be imported as they are', async () => {
    for (const what of ['areas', 'advisors']) {
      const example = await people('template', what)
      expect(example.startsWith('\ufeff')).toBe(true)
      expect(await people('import', what, await file(`${what}.csv`, example), '--yes')).toContain('已经写好')
      expect(await people('template', what, '--current')).toHaveLength(example.length)
      const again = await file('again.csv', await people('template', what, '--current'))
      expect(await people('import', what, again)).toContain('新增 0，修改 0')
    }
  })

  test('1,841 grids and 600 advisors take seconds', async () => {
    const areas = ['区域编号,级别,名称,上级编号', 'd,区,兴庆区,']
    for (let s = 0; s < 16; s++) areas.push(`s${s},街道,第${s}街道,d`)
    for (let c = 0; c < 140; c++) areas.push(`c${c},社区,第${c}社区,s${c % 16}`)
    for (let g = 0; g < 1841; g++) areas.push(`g${g},网格,第${g}网格,c${g % 140}`)
    const advisors = ['账号,姓名,电话,角色,区域,值班']
    for (let a = 0; a < 600; a++)
      advisors.push(
        `a${a},顾问甲,138${String(a).padStart(8, '0')},志愿者,g${a}、第${a % 140}社区,每天 8:00-20:00`,
      )
    const began = performance.now()
    await people('import', 'areas', await file('a.csv', areas.join('\n')), '--yes')
    await people('import', 'advisors', await file('b.csv', advisors.join('\n')), '--yes')
    await people('coverage')
    expect(performance.now() - began).toBeLessThan(20_000)
    const { areas: tree, advisors: all } = await roster()
    expect([tree.size, all.size]).toEqual([1998, 600])
  })
})

describe('households', () => {
  const HOUSEHOLDS = `姓名,电话,地址,区域编号,类别,负责顾问账号,备注,身份证号
唐秀英,13900139000,幸福社区12号楼,6401010103,低保,li,独居,
赵 六,,幸福社区9号楼,64010101,特困,,,
`
  const rows = async () => {
    const all: HouseholdRow[] = []
    for await (const row of desk.store.scan('households')) all.push(row)
    return all.sort((one, other) => (one.category < other.category ? -1 : 1))
  }
  beforeEach(setUp)

  test('get a number, an advisor and a next visit; a second import doubles nobody', async () => {
    const path = await file('户.csv', HOUSEHOLDS)
    expect(await people('import', 'households', path)).toContain(
      '新增 2，修改 0，不变 0\n其中 1 户还没有顾问负责',
    )
    expect(await rows()).toEqual([])
    await people('import', 'households', path, '--yes')
    const [tang, zhao] = await rows()
    expect(tang).toMatchObject({ area: '6401010103', advisor: 'li', state: 'watched', contactedAt: '' })
    expect(tang?.id).toSatisfy(isHouseholdNumber)
    expect(zhao).toMatchObject({ advisor: '', person: { name: '赵六', phone: null } })
    expect(
      await desk.store.list('visit_tasks', 'ofSubject', { equals: [tang?.id ?? '', 'open'], limit: 9 }),
    ).toHaveLength(1)
    expect(await people('import', 'households', path, '--yes')).toContain('新增 0，修改 0，不变 2')
    expect(await people('coverage')).toContain('城关街道幸福社区：1户没有人负责')
  })

  test('who moves is known by name and phone; who is not in the sheet stays', async () => {
    await people('import', 'households', await file('户.csv', HOUSEHOLDS), '--yes')
    const moved = '姓名,电话,地址,区域编号,类别\n唐秀英,139 0013 9000,平安里3号,64010101,低保边缘\n'
    const path = await file('户.csv', moved)
    expect(await people('import', 'households', path, '--yes')).toContain(
      '新增 0，修改 1，不变 0，表里没有的 1',
    )
    const all = await rows()
    expect(all).toHaveLength(2)
    expect(all).toContainEqual(
      expect.objectContaining({ category: '低保边缘', advisor: 'li', area: '64010101' }),
    )
    await people('import', 'households', path, '--replace', '--yes')
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['left', 'watched'])
  })

  test('many are written in parts, so that others are answered in between, and what they did stays', async () => {
    const many = (category: string) =>
      `姓名,电话,区域编号,类别\n${Array.from({ length: 450 }, (_, n) => `户主,139${String(n).padStart(8, '0')},64010101,${category}`).join('\n')}\n`
    const bring = async (category: string, meanwhile: () => Promise<void>) => {
      const sheet = await readSheetFile(await file('户.csv', many(category)))
      const importing = { what: 'households', sheet, replace: false, within: EVERYWHERE } as const
      const { write } = await planImport(desk, importing)
      const told: number[] = []
      const did: Promise<void>[] = []
      await write(
        () => async () => {},
        (done) => {
          told.push(done)
          if (done === 200) did.push(meanwhile())
        },
      )
      await Promise.all(did)
      return told
    }
    expect(await bring('低保', async () => {})).toEqual([200, 400, 450])
    const [last] = (await rows()).reverse()
    const visited = () =>
      desk.store.transaction(async (tx) => {
        const row = await tx.get('households', last?.id ?? '')
        if (row) await tx.put('households', { ...row, contactedAt: '2026-11-22T01:00:00.000Z' })
      })
    await bring('低保边缘', visited)
    const after = await rows()
    expect([after.length, new Set(after.map(({ category }) => category))]).toEqual([
      450,
      new Set(['低保边缘']),
    ])
    expect(after.find(({ id }) => id === last?.id)?.contactedAt).toBe('2026-11-22T01:00:00.000Z')
  })

  test('that two bring at the same moment are written once', async () => {
    const sheet = await readSheetFile(await file('户.csv', HOUSEHOLDS))
    const importing = { what: 'households', sheet, replace: false, within: EVERYWHERE } as const
    const both = await Promise.all([planImport(desk, importing), planImport(desk, importing)])
    const written = await Promise.allSettled(both.map(({ write }) => write(() => async () => {})))
    expect(written).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'duplicate' } }])
    expect((await rows()).map(({ person }) => person)).toMatchObject([{ name: '唐秀英' }, { name: '赵六' }])
  })

  test('of a 包片 go to whoever has it', async () => {
    const piece = '账号,姓名,角色,区域,包片\nli,李强,社区工作者,64010101,64010101\n'
    await people('import', 'advisors', await file('a.csv', piece), '--yes')
    await people('import', 'households', await file('户.csv', HOUSEHOLDS), '--yes')
    expect((await rows()).map(({ advisor }) => advisor)).toEqual(['li', 'li'])
  })

  test('every fault is told, and nothing is written', async () => {
    const bad = `姓名,电话,地址,区域编号,负责顾问账号,身份证号
,13900139000,,6401,,
甲,12,,9999,nobody,110105194912310021
乙,,,6401,,
丙,13900139001,,6401,,
丙,13900139001,别处,6401,,
`
    const said = await refused('import', 'households', await file('坏.csv', bad), '--yes')
    for (const words of [
      '坏.csv:2 姓名：没有写',
      '坏.csv:3 电话：不像电话号码',
      '坏.csv:3 区域编号：没有「9999」这个区域',
      '坏.csv:3 负责顾问账号：没有账号是「nobody」的顾问',
      '坏.csv:3 身份证号：',
      '坏.csv:4 电话：电话、地址、身份证号至少写一项',
      '坏.csv:6 姓名：和第 5 行是同一户',
    ])
      expect(said).toContain(words)
    expect(await rows()).toEqual([])
  })
})

describe('a file', () => {
  const cells = async (name: string, content: string | Uint8Array) =>
    (await readSheetFile(await file(name, content))).rows.map(({ line, cells: row }): unknown[] => [
      line,
      ...row,
    ])
  const text = '账号,电话\nwang,01234567890\n'
  /** 账号,电话 and so on as Excel in China saves it. */
  const gbk = Buffer.concat([
    Buffer.from([0xd5, 0xcb, 0xba, 0xc5, 0x2c, 0xb5, 0xe7, 0xbb, 0xb0]),
    Buffer.from('\r\nwang,01234567890\r\n'),
  ])
  const read = [
    [1, '账号', '电话'],
    [2, 'wang', '01234567890'],
  ]

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['GB18030', gbk],
    ['tabs in UTF-16', Buffer.from(`\ufeff${text.replaceAll(',', '\t')}`, 'utf16le')],
  ])('is read in %s', async (_, bytes) => expect(await cells('a.csv', bytes)).toEqual(read))

  test('lines are those people see, also behind a cell of several lines', async () => {
    expect(await cells('a.csv', 'a,b\n\n"x\ny",2\n"say ""hi""",3\n')).toEqual([
      [1, 'a', 'b'],
      [3, 'x\ny', '2'],
      [5, 'say "hi"', '3'],
    ])
  })

  test('lines may end in several ways', async () => {
    expect(await cells('a.csv', 'a,b\r\n1,2\n3,4\r\n')).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [3, '3', '4'],
    ])
  })

  test('a workbook keeps leading zeros of texts, long numbers and phones', async () => {
    const book = workbook([
      ['账号', '电话', '编号'],
      ['0012', { number: '1.3812345678E10' }, '640104001001001'],
      ['', '', ''],
      ['last', '010-1', { number: 640104001001 }],
    ])
    const rows = await cells('名册.xlsx', book)
    expect(rows).toContainEqual([2, '0012', '13812345678', '640104001001001'])
    expect(rows.at(-1)).toEqual([4, 'last', '010-1', '640104001001'])
  })

  test.each([
    ['旧.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '另存为“Excel 工作簿(.xlsx)”'],
    ['坏.xlsx', Buffer.from('PK\u0003\u0004 broken'), '打不开'],
    ['假.xlsx', Buffer.from('plain'), '不是完好的 Excel 文件'],
    ['引号.csv', 'a,b\n"x,2\n', '引号没有成对'],
  ])('%s is refused with what mends it', async (name, bytes, words) => {
    await expect(readSheetFile(await file(name, bytes))).rejects.toThrow(words)
  })

  test('that is not there is said so', async () => {
    await expect(readSheetFile('/nowhere/a.csv')).rejects.toThrow('没有这个文件')
    await expect(readSheetFile(temporaryFolder())).rejects.toThrow('是一个文件夹')
  })
})

describe('day by day', () => {
  beforeEach(setUp)

  test('a leave is taken, replaced by one that overlaps, and taken back', async () => {
    expect(await people('leave', 'li', '2026-11-22', '2026/11/25', 'wang')).toBe(
      '记下了，李强请假：2026-11-22至2026-11-25 代班 wang',
    )
    expect(await people('list')).toContain(
      '李强（li） 社区工作者 城关街道幸福社区 请假到2026-11-25，wang代班',
    )
    expect(await people('leave', 'li', '2026-11-24', '2026-11-27')).toContain(
      '2026-11-24至2026-11-27\n没有写代班',
    )
    expect((await roster()).advisors.get('li')?.leave).toHaveLength(1)
    expect(await people('leave', 'li', '取消')).toBe('李强现在没有请假。')
    expect((await roster()).advisors.get('li')?.leave).toEqual([])
  })

  test.each([
    [['leave', 'li', '明天'], '「明天」不是日期'],
    [['leave', 'li', '2026-11-25', '2026-11-23'], '结束比开始早'],
    [['leave', 'li', '2025-11-25'], '已经过去'],
    [['leave', 'li', '2026-11-25', '2026-11-25', 'li'], '自己不能给自己代班'],
    [['leave', 'li', '2026-11-25', '2026-11-25', 'nobody'], '没有账号是「nobody」的顾问'],
    [['leave', 'nobody', '2026-11-25'], '没有账号是「nobody」的顾问'],
    [['duty', 'li', '早九晚五'], '看不懂，要写成“工作日 08:30-17:30”'],
    [['show', 'nobody'], '没有账号是「nobody」的顾问'],
    [['robot', '天上', 'some-robot-key'], '没有「天上」这个区域'],
    [['robot', '城关街道', '不是'], '要写群机器人的 Webhook 地址'],
    [['fly'], '没有「fly」这个命令'],
    [['leave', 'li'], '没有写全。写法：leave'],
    [['import', 'people', 'x.csv'], '「people」要写 areas、advisors'],
    [['coverage', '--yes'], '「--yes」在这里用不上'],
  ])('%j is refused in words', async (args, words) => expect(await refused(...args)).toContain(words))

  test('hours of duty are changed', async () => {
    expect(await people('list')).toContain('王芳（wang） 骨干 城关街道 不在班')
    expect(await people('duty', 'wang', '每天', '全天')).toBe('记下了，王芳值班：每天 00:00-24:00')
    expect(await people('list')).toContain('王芳（wang） 骨干 城关街道 值班中')
  })

  test('a robot is kept, and shown nowhere', async () => {
    const said = await people('robot', '城关街道', 'https://x/send?key=robot-key-1234')
    expect(await robotKeyOf(desk.store, '6401010103')).toBe('robot-key-1234')
    const all = [said, await people('list', 'areas'), await people('template', 'areas', '--current')].join()
    expect(all).not.toContain('robot-key-1234')
    await people('robot', '640101', '去掉')
    expect(await robotKeyOf(desk.store, '6401010103')).toBeNull()
  })

  test('one advisor is shown with what waits for them', async () => {
    const shown = await people('show', 'wang')
    for (const words of ['电话：13812345678', '请假：2026-12-01至2026-12-05 代班 li', '没办完的求助单：0张'])
      expect(shown).toContain(words)
  })
})

test('while the server runs, a command goes through its door', async () => {
  const folder = temporaryFolder()
  const door = await openDoor(folder, desk, (error) => {
    throw error
  })
  onTestFinished(() => door.close())
  const sheet = await readSheetFile(await file('区域.csv', AREAS))
  const asked = { people: 'import', what: 'areas', sheet, replace: false, apply: true }
  expect(await askAtDoor(folder, { user: 'tester', sudo: null, asked })).toHaveProperty(
    'text',
    expect.stringContaining('已经写好'),
  )
  expect(
    await askAtDoor(folder, { user: 'tester', sudo: null, asked: { people: 'show', advisor: 'x' } }),
  ).toEqual({
    error: '没有账号是「x」的顾问。看都有谁：npm run people -- list advisors',
  })
  expect(await askAtDoor(folder, { user: 'tester', sudo: null, asked: { people: 'dance' } })).toHaveProperty(
    'error',
  )
})

test('help names every command, and the door still serves tickets', async () => {
  for (const word of ['template', 'import', 'list', 'show', 'coverage', 'leave', 'duty', 'robot', 'qr'])
    expect(help()).toContain(`  ${word}`)
  expect(await answerAtDesk(desk, { user: 'tester', sudo: null, asked: { do: 'list' } })).toBe(
    '现在没有要办的求助单。',
  )
  expect(await people('list')).toContain('还没有顾问')
  expect(await people('list', 'areas')).toContain('还没有区域')
})
