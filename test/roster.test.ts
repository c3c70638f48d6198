import { beforeEach, describe, expect, test } from 'vitest'
import {
  changeAdvisor,
  createRobotReader,
  createRosterReader,
  readRoster,
  robotKeyOf,
  saveRoster,
} from '../bot/roster.ts'
import type { Store } from '../bot/store.ts'
import { type Advisor, OFFICE_HOURS } from '../flows/roster/advisors.ts'
import type { Area } from '../flows/roster/areas.ts'
import { sealedStore } from '../server/store/sealed.ts'
import { openStore, sealer } from './support/world.ts'

const DISTRICT: Area = { id: 'd', level: 'district', name: '兴庆区', parent: null }
const STREET: Area = { id: 's1', level: 'street', name: '城关街道', parent: 'd' }
const COMMUNITY: Area = { id: 'c1', level: 'community', name: '幸福社区', parent: 's1' }
const WANG: Advisor = {
  id: 'wang',
  name: '王芳',
  phone: '13812345678',
  role: 'backbone',
  areas: ['s1'],
  duty: OFFICE_HOURS,
  leave: [],
}

let raw: Store
let store: Store
beforeEach(async () => {
  raw = await openStore()
  store = sealedStore(raw, sealer, () => {})
  await saveRoster(store, { areas: [DISTRICT, STREET, COMMUNITY], advisors: [WANG] })
})

/** How often whole tables are read. */
function counted(of: Store) {
  const scans: string[] = []
  const scan: Store['scan'] = (table) => {
    scans.push(table)
    return of.scan(table)
  }
  return { scans, get: of.get.bind(of), scan }
}

describe('reading the roster', () => {
  test('gives areas and advisors as they were saved', async () => {
    const { areas, advisors } = await createRosterReader(store)()
    expect(areas.say('c1')).toBe('城关街道幸福社区')
    expect(advisors.get('wang')).toEqual(WANG)
  })

  test('an office without a roster has an empty one', async () => {
    const { areas, advisors } = await createRosterReader(await openStore())()
    expect([areas.size, advisors.size]).toEqual([0, 0])
  })

  test('reads it whole only after a change, and then at once', async () => {
    const counting = counted(store)
    const roster = createRosterReader(counting)
    const first = await roster()
    expect(await roster()).toBe(first)
    expect(counting.scans).toEqual(['areas', 'advisors'])
    await changeAdvisor(store, 'wang', (wang) => ({ ...wang, phone: null }))
    const after = await Promise.all([roster(), roster(), roster()])
    for (const { advisors } of after) expect(advisors.get('wang')?.phone).toBeNull()
    expect(counting.scans).toHaveLength(4)
  })

  test('the robots’ keys, too, are read anew only after a change', async () => {
    const counting = counted(store)
    const robots = createRobotReader(counting)
    expect(await robots()).toEqual(new Map())
    await saveRoster(store, {
      robots: new Map([
        ['s1', 'key-of-s1'],
        ['c1', 'key-of-c1'],
      ]),
    })
    await saveRoster(store, { robots: new Map([['c1', null]]) })
    expect(await robots()).toEqual(new Map([['s1', 'key-of-s1']]))
    expect(await robots()).toBe(await robots())
    expect(counting.scans).toEqual(['areas', 'areas'])
  })

  test('never gives half of a change that happens meanwhile', async () => {
    let changed = false
    const busy: Pick<Store, 'get' | 'scan'> = {
      get: (table, id) => store.get(table, id),
      async *scan(table) {
        yield* store.scan(table)
        if (table !== 'areas' || changed) return
        changed = true
        await saveRoster(store, {
          areas: [{ ...COMMUNITY, id: 'c2', name: '平安社区' }],
          advisors: [{ ...WANG, areas: ['c2'] }],
        })
      },
    }
    const { areas, advisors } = (await readRoster(busy)).roster
    expect(areas.get('c2')?.name).toBe('平安社区')
    expect(advisors.get('wang')?.areas).toEqual(['c2'])
  })
})

describe('changing the roster', () => {
  test('a change decided on an older roster is refused, and nothing of it stays', async () => {
    const { revision } = await readRoster(store)
    await saveRoster(store, { areas: [{ ...STREET, name: '城关镇' }] })
    const late = saveRoster(store, { areas: [{ ...STREET, name: '旧名' }], advisors: [] }, revision)
    await expect(late).rejects.toMatchObject({ code: 'duplicate' })
    expect((await readRoster(store)).roster.areas.get('s1')?.name).toBe('城关镇')
  })

  test('what is gone is gone, and the rest stays', async () => {
    await saveRoster(store, { gone: { areas: ['c1'], advisors: ['wang', 'nobody'] } })
    const { areas, advisors } = (await readRoster(store)).roster
    expect(areas.all().map(({ id }) => id)).toEqual(['d', 's1'])
    expect(advisors.size).toBe(0)
  })

  test('an advisor who does not exist is not made by changing them', async () => {
    expect(await changeAdvisor(store, 'nobody', (one) => one)).toBeNull()
    expect((await readRoster(store)).roster.advisors.size).toBe(1)
  })

  test('what is no advisor is not kept', async () => {
    await expect(changeAdvisor(store, 'wang', (wang) => ({ ...wang, areas: [] }))).rejects.toThrow(
      '要写负责的区域',
    )
    expect((await readRoster(store)).roster.advisors.get('wang')).toEqual(WANG)
  })

  test('names and phones reach the disk sealed, and so does a robot key', async () => {
    await saveRoster(store, { robots: new Map([['s1', 'key-of-the-street']]) })
    const kept = JSON.stringify([await raw.get('advisors', 'wang'), await raw.get('areas', 's1')])
    for (const secret of ['王芳', '13812345678', 'key-of-the-street']) expect(kept).not.toContain(secret)
  })
})

describe('the robot of an area', () => {
  test('is its own, or the one of the area above', async () => {
    await saveRoster(store, { robots: new Map([['s1', 'street-key']]) })
    expect(await robotKeyOf(store, 'c1')).toBe('street-key')
    await saveRoster(store, { robots: new Map([['c1', 'own-key']]) })
    expect(await robotKeyOf(store, 'c1')).toBe('own-key')
    expect(await robotKeyOf(store, 's1')).toBe('street-key')
    await saveRoster(store, { robots: new Map([['c1', null]]) })
    expect(await robotKeyOf(store, 'c1')).toBe('street-key')
  })

  test('is nobody where no area has one, or the area is not known', async () => {
    expect(await robotKeyOf(store, 'c1')).toBeNull()
    expect(await robotKeyOf(store, 'gone')).toBeNull()
    expect(await robotKeyOf(store, null)).toBeNull()
  })

  test('stays when its area is renamed or moved', async () => {
    await saveRoster(store, { robots: new Map([['s1', 'street-key']]) })
    await saveRoster(store, { areas: [{ ...STREET, name: '城关镇' }] })
    expect(await robotKeyOf(store, 'c1')).toBe('street-key')
  })

  test('is found though areas lie in a circle', async () => {
    await saveRoster(store, { areas: [{ ...DISTRICT, parent: 'c1' }] })
    expect(await robotKeyOf(store, 'c1')).toBeNull()
  })
})

test('an advisor whose name can no longer be opened is left out; everybody else is there', async () => {
  await saveRoster(store, { advisors: [{ ...WANG, id: 'li', name: '李强' }] })
  const broken = await raw.get('advisors', 'wang')
  const other = await raw.get('advisors', 'li')
  if (!broken || !other) throw new Error('no rows')
  await raw.transaction((tx) => tx.put('advisors', { ...broken, person: other.person }))
  const told: string[] = []
  const opened = sealedStore(raw, sealer, ({ code }) => told.push(code))
  const { advisors } = (await readRoster(opened)).roster
  expect([...advisors.keys()]).toEqual(['li'])
  expect(told).toEqual(['unreadable'])
})
