import { expect, test } from 'vitest'
import { readFacts, readPlace } from '../flows/facts.ts'

test.each([
  ['我妈瘫痪在床，住城关街道幸福社区3号楼，断药两天了', '城关街道幸福社区3号楼'],
  ['住幸福社区3号楼2单元301', '幸福社区3号楼2单元301'],
  ['家在幸福小区12栋502室', '幸福小区12栋502室'],
  ['住幸福社区3号13912345678', '幸福社区3号'],
  ['我住幸福里5号楼60岁了', '幸福里5号楼'],
  ['洪水把进村的路冲断了，大湾村王支书', '大湾村'],
])('the place in 「%s」 is %s', (words, place) => {
  expect(readPlace(words)).toBe(place)
})

test.each([
  ['我爸工地摔的，老板跑了', '我爸工地摔的，老板跑了'],
  ['我家住在城关街道幸福社区，断药两天了', '断药两天了'],
  ['城关街道幸福社区房子塌了半边没地方住', '城关街道幸福社区房子塌了半边没地方住'],
])('the trouble in 「%s」 is %s', (words, difficulty) => {
  expect(readFacts(words).difficulty).toBe(difficulty)
})

test('where somebody fell, or when it flooded, is not where they live', () => {
  expect(readPlace('我爸工地摔的')).toBeNull()
  expect(readPlace('昨天夜里发大水')).toBeNull()
})
