import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Area, AreaTree } from '../flows/roster/areas.ts'
import { coreOf, homeOf, placeIn, sceneOf } from '../flows/roster/placing.ts'
import { sounds } from '../knowledge/sound.ts'

const area = (id: string, level: Area['level'], name: string, parent: string | null): Area => ({
  id,
  level,
  name,
  parent,
})
const AREAS: Area[] = [
  area('d', 'district', '兴庆区', null),
  area('s1', 'street', '城关街道', 'd'),
  area('s2', 'street', '新华街道', 'd'),
  area('s3', 'street', '掌政镇', 'd'),
  area('c1', 'community', '幸福社区', 's1'),
  area('c2', 'community', '平安社区', 's1'),
  area('c3', 'community', '幸福社区', 's2'),
  area('c4', 'community', '新幸福社区', 's2'),
  area('c5', 'community', '掌政村', 's3'),
  area('c6', 'community', '永兴社区', 's2'),
  area('c7', 'community', '永兴村', 's3'),
  area('g13', 'grid', '第3网格', 'c1'),
  area('g14', 'grid', '第14网格', 'c1'),
  area('g23', 'grid', '第3网格', 'c2'),
  area('g2p', 'grid', '桃园网格', 'c2'),
  area('g33', 'grid', '幸福社区第3网格', 'c3'),
]
const tree = new AreaTree(AREAS)
const placed = (words: string) => placeIn(words, tree, sounds)?.id ?? null

describe('the most specific area named', () => {
  test.each([
    ['城关街道幸福社区', 'c1'],
    ['银川市兴庆区城关街道幸福社区12号楼3单元201', 'c1'],
    ['我家住在城关街道幸福社区', 'c1'],
    ['城关 幸福', 'c1'],
    ['城关幸福社区', 'c1'],
    ['兴庆区城关街道办事处平安居委会', 'c2'],
    ['平安社区', 'c2'],
    ['平安12号楼', 'c2'],
    ['住平安', 'c2'],
    ['城关街道', 's1'],
    ['城关街道解放路5号', 's1'],
    ['兴庆区', 'd'],
    ['兴庆区解放路5号', 'd'],
    ['掌政', 's3'],
    ['掌政镇', 's3'],
    ['掌政村', 'c5'],
    ['掌政镇掌政村3组', 'c5'],
    ['永兴村', 'c7'],
    ['永兴社区', 'c6'],
    ['新幸福社区', 'c4'],
    ['新华街道新幸福社区', 'c4'],
  ])('%s', (words, id) => expect(placed(words)).toBe(id))
})

describe('grids', () => {
  test.each([
    ['城关街道幸福社区第3网格', 'g13'],
    ['城关街道幸福社区３号网格', 'g13'],
    ['城关街道幸福社区网格03', 'g13'],
    ['城关街道幸福社区十四网格', 'g14'],
    ['平安社区三网格5号楼', 'g23'],
    ['平安社区桃园网格', 'g2p'],
    ['新华街道幸福社区第3网格', 'g33'],
    ['平安社区第9网格', 'c2'],
    // Every community has one.
    ['第3网格', null],
    ['3号楼', null],
  ])('%s', (words, id) => expect(placed(words)).toBe(id))
})

describe('slips', () => {
  test.each([
    ['平按社区', 'c2'],
    ['城关街道平安设区', 'c2'],
    ['成关街道', 's1'],
    ['新花街道永星社区', 'c6'],
    // By ear and without its ending nobody knows whether it is a name at all.
    ['平按', null],
  ])('%s', (words, id) => expect(placed(words)).toBe(id))
})

describe('in doubt', () => {
  test.each([
    ['幸福社区', 'd', 'in two streets'],
    ['幸福社区第3网格', 'd', 'in two streets'],
    ['新华街道平安社区', 'd', 'a community of another street'],
    ['永兴', 'd', 'a village and a community'],
  ])('%s belongs to the area above both', (words, id) => expect(placed(words)).toBe(id))

  test.each([
    '',
    '解放路12号',
    '幸福路12号',
    '大平安社区',
    '平安医院',
    '西安市',
    '合肥市包河区',
    '城关社区',
    '新华书店后面',
    '一家人平平安安',
  ])('%s names none of ours', (words) => expect(placed(words)).toBeNull())
})

test('what is named lies in the words, or above what does', () => {
  const piece = fc.oneof(
    fc.constantFrom(...AREAS.flatMap((one) => [one.name, coreOf(one)])),
    fc.constantFrom('12号楼', '路', '，', '我家住', '第3网格', '新', '大', '村', '3', '社区', '街道'),
    fc.stringMatching(/^[\u4e00-\u9fa5]{1,2}$/),
  )
  const standsIn = (words: string, one: Area) => sounds(words).includes(sounds(coreOf(one)))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const words = pieces.join('')
      const found = placeIn(words, tree, sounds)
      if (!found) return
      const below = AREAS.filter(({ id }) => tree.isWithin(id, found.id))
      // A grid's name is its number.
      expect(below.some((one) => standsIn(words, one) || one.level === 'grid')).toBe(true)
      if (found.level !== 'grid' && !standsIn(words, found))
        expect(below.filter((one) => standsIn(words, one)).length).toBeGreaterThan(1)
    }),
    { numRuns: 2000 },
  )
})

test('a full address of any area finds it', () => {
  for (const { id } of AREAS) expect(placed(tree.say(id))).toBe(id)
  for (const { id } of AREAS)
    if (id !== 'd') expect(placed(`宁夏银川市兴庆区${tree.say(id)}8号楼1单元`)).toBe(id)
})

describe('with the code somebody came by', () => {
  const home = (words: string, scene: string | null) => homeOf({ words, scene }, tree, sounds)
  test('words come first, the code makes them more exact or speaks alone', () => {
    expect(home('平安社区', sceneOf('g13'))).toBe('c2')
    expect(home('城关街道', sceneOf('g13'))).toBe('g13')
    expect(home('幸福社区', sceneOf('g13'))).toBe('g13')
    expect(home('解放路12号', sceneOf('g13'))).toBe('g13')
    expect(home('', sceneOf('g13'))).toBe('g13')
  })
  test('a code of an area that is gone, or of something else, says nothing', () => {
    expect(home('', sceneOf('gone'))).toBeNull()
    expect(home('', 'poster')).toBeNull()
    expect(home('平安社区', sceneOf('gone'))).toBe('c2')
    expect(home('', null)).toBeNull()
  })
})

test('a district of 2,000 areas is looked through in a moment', () => {
  const many = Array.from({ length: 2000 }, (_, n) => {
    const level = n < 20 ? 'street' : n < 160 ? 'community' : 'grid'
    const parent = n < 20 ? 'd' : n < 160 ? `x${n % 20}` : `x${20 + (n % 140)}`
    const name = {
      street: `街名${String.fromCharCode(0x4e00 + n)}街道`,
      community: `社名${String.fromCharCode(0x4e00 + n)}社区`,
      grid: `第${n}网格`,
    }[level]
    return area(`x${n}`, level, name, parent)
  })
  const big = new AreaTree([area('d', 'district', '兴庆区', null), ...many])
  // Of the processor, as others may keep it busy.
  const began = process.cpuUsage()
  for (let n = 0; n < 20; n++) placeIn('住在兴庆区社名丠社区第30网格12号楼', big, sounds)
  const { user, system } = process.cpuUsage(began)
  expect((user + system) / 1000 / 20).toBeLessThan(100)
})
