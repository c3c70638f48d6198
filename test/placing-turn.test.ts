import { beforeEach, describe, expect, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { saveRoster } from '../bot/roster.ts'
import type { Store } from '../bot/store.ts'
import type { Area } from '../flows/roster/areas.ts'
import { sceneOf } from '../flows/roster/placing.ts'
import { readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { readCommand } from '../server/desk/command.ts'
import { atDesk } from '../server/desk/desk.ts'
import { requestHelp } from './support/request.ts'
import { DOER, fingerprint, WITNESS, world } from './support/world.ts'

const AREAS: Area[] = [
  { id: 'd', level: 'district', name: '栖霞区', parent: null },
  { id: 's1', level: 'street', name: '尧化街道', parent: 'd' },
  { id: 'c1', level: 'community', name: '尧新社区', parent: 's1' },
  { id: 'g1', level: 'grid', name: '第3网格', parent: 'c1' },
  { id: 'c2', level: 'community', name: '金尧社区', parent: 's1' },
]
let inWorld: Awaited<ReturnType<typeof world>>
let say: (words: string) => Promise<string>
beforeEach(async () => {
  inWorld = await world()
  const { receive, text } = inWorld
  say = async (words) => (await receive(text(words))).reply?.text ?? ''
})
const setUp = () => saveRoster(inWorld.store, { areas: AREAS })
const RESIDENT = 'official-account:openid-of-wang'

async function ticketOf(number: string): Promise<Ticket> {
  const row = await inWorld.store.get('tickets', number)
  const ticket = readTicket(row?.ticket)
  expect(row?.area).toBe(ticket.area ?? '')
  return ticket
}
const staffDo = (number: string, action: unknown) =>
  act(inWorld.store, {
    number,
    action,
    actor: { role: 'staff', id: 'boss' },
    witness: WITNESS,
    now: inWorld.clock(),
    newId: inWorld.parts.newId,
  })
const correct = (value: string) => ({ kind: 'correct', field: 'place', value, fingerprint: null, why: '' })
const place = (id: string) => ({ kind: 'place', area: { id, name: id }, why: '' })
const happened = async (number: string) =>
  (await inWorld.store.list('ticket_events', 'ofTicket', { equals: [number], limit: 100 })).map(
    ({ kind, by }) => [kind, by],
  )

describe('a new request', () => {
  test('belongs where its resident lives', async () => {
    await setUp()
    expect((await ticketOf(await requestHelp(say))).area).toBe('c1')
  })

  test('belongs to the district where nobody has set up areas', async () => {
    expect((await ticketOf(await requestHelp(say))).area).toBeNull()
  })

  test('is placed by the roster of its own moment, though it was changed on the way', async () => {
    await setUp()
    const renamed = (id: string) => `${id}-new`
    const areas = AREAS.map((area) => ({
      ...area,
      id: renamed(area.id),
      parent: area.parent && renamed(area.parent),
    }))
    const number = await requestHelp(async (words) => {
      if (words === '确认')
        await saveRoster(inWorld.store, { areas, gone: { areas: AREAS.map(({ id }) => id) } })
      return say(words)
    })
    expect((await ticketOf(number)).area).toBe('c1-new')
  })

  test('is placed more exactly by the code its resident came with', async () => {
    await setUp()
    await inWorld.receive(inWorld.message({ kind: 'followed', scene: sceneOf('g1') }))
    expect((await ticketOf(await requestHelp(say))).area).toBe('g1')
  })
})

describe('a code that is scanned', () => {
  const scan = (scene: string) => inWorld.receive(inWorld.message({ kind: 'scanned', scene }))
  const scene = async () => (await inWorld.store.get('residents', RESIDENT))?.scene
  test('of an area counts from then on, whatever brought the resident first', async () => {
    await inWorld.receive(inWorld.message({ kind: 'followed', scene: 'poster' }))
    expect(await scene()).toBe('poster')
    await scan(sceneOf('g1'))
    expect(await scene()).toBe('area:g1')
    await scan(sceneOf('g2'))
    expect(await scene()).toBe('area:g2')
  })
  test('of anything else never takes the place of an area', async () => {
    await scan(sceneOf('g1'))
    await scan('poster')
    expect(await scene()).toBe('area:g1')
  })
})

describe('an address that is put right', () => {
  test('by its resident places the request anew', async () => {
    await setUp()
    const number = await requestHelp(say)
    await say('更正我的信息')
    await say('住址')
    await say('尧化街道金尧社区')
    const ticket = await ticketOf(number)
    expect(ticket.personal.facts.place).toBe('尧化街道金尧社区')
    expect(ticket.area).toBe('c2')
  })

  test('by staff does too, and says so in the timeline', async () => {
    await setUp()
    const number = await requestHelp(say)
    await staffDo(number, correct('金尧社区5号楼'))
    expect((await ticketOf(number)).area).toBe('c2')
    expect((await happened(number)).slice(-2)).toEqual([
      ['corrected', 'staff:boss'],
      ['placed', 'assistant:assistant'],
    ])
    await staffDo(number, correct('外地'))
    expect((await ticketOf(number)).area).toBeNull()
  })

  test('leaves it where a person has placed it', async () => {
    await setUp()
    const number = await requestHelp(say)
    await staffDo(number, place('g1'))
    await staffDo(number, correct('金尧社区5号楼'))
    expect((await ticketOf(number)).area).toBe('g1')
  })
})

describe('划区', () => {
  test('by number or by name, and the resident is told nothing', async () => {
    await setUp()
    const number = await requestHelp(say)
    await staffDo(number, place('金尧社区'))
    expect(await ticketOf(number)).toMatchObject({ area: 'c2', placedBy: { role: 'staff', id: 'boss' } })
    await staffDo(number, place('g1'))
    expect((await ticketOf(number)).area).toBe('g1')
    for await (const { cause } of inWorld.store.scan('outbox')) expect(cause.startsWith(number)).toBe(false)
  })

  test('to where it is already confirms it once', async () => {
    await setUp()
    const number = await requestHelp(say)
    await staffDo(number, place('c1'))
    expect((await ticketOf(number)).placedBy).toMatchObject({ id: 'boss' })
    await expect(staffDo(number, place('c1'))).rejects.toThrow('本来就在尧化街道尧新社区')
  })

  test('to an area there is not is refused', async () => {
    await setUp()
    const number = await requestHelp(say)
    await expect(staffDo(number, place('天上街道'))).rejects.toThrow('没有「天上街道」这个区域')
    expect((await ticketOf(number)).area).toBe('c1')
  })
})

describe('at the desk', () => {
  const typed = (...words: string[]) => {
    const { store, clock, parts } = inWorld
    const asked = readCommand(words, { name: 'wang' })
    if (!asked) throw new Error('help')
    return atDesk({ store, fingerprint, now: clock, newId: parts.newId }, asked, DOER)
  }

  test('areas are called by their names, and one can be looked at alone', async () => {
    await setUp()
    const number = await requestHelp(say)
    expect(await typed()).toContain('尧化街道尧新社区')
    expect(await typed(number)).toContain('区域：尧化街道尧新社区')
    expect(await typed('list', '--area', 's1')).toContain(number)
    expect(await typed('list', '--area', '尧新社区')).toContain(number)
    for (const elsewhere of ['c2', '未分区域'])
      expect(await typed('list', '--area', elsewhere)).not.toContain(number)
    await expect(typed('list', '--area', '天上')).rejects.toThrow('没有「天上」这个区域')
    expect(await typed(number, '划区', '金尧社区', '住的地方变了')).toContain('尧化街道金尧社区')
    expect(await typed('list', '--area', 'c2')).toContain(number)
    expect(await typed(number)).toMatch(/划区 工作人员wang 住的地方变了/)
  })

  test('what is not placed says that it is at the district', async () => {
    const number = await requestHelp(say)
    expect(await typed(number)).toContain('区域：未分区域，先到区里')
    expect(await typed('list', '--area', '未分区域')).toContain(number)
  })
})

test('an ordinary question reads nothing of areas', async () => {
  await setUp()
  const asked = new Set<string>()
  const { store } = inWorld
  const counted: Store['transaction'] = (work) =>
    store.transaction((tx) => {
      const get = tx.get.bind(tx)
      tx.get = (table, id) => {
        asked.add(table)
        return get(table, id)
      }
      return work(tx)
    })
  const { receive, text } = await world({
    store: Object.assign(Object.create(store), { transaction: counted }),
  })
  await receive(text('低保怎么申请'))
  expect(asked).toContain('sessions')
  expect([...asked].filter((table) => table === 'rosters' || table === 'areas')).toEqual([])
})
