import { expect, test } from 'vitest'
import { DANGER_ANSWERS } from '../knowledge/danger.ts'
import { askedHotline, hotlineAnswer, parseHotlines } from '../knowledge/hotlines.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { inventory } from './support/world.ts'

const { hotlines, policies } = inventory()
const numbers = new Set(hotlines.map(({ number }) => number))

test('every number told in danger, or by a policy, is in the list of hotlines', () => {
  for (const answer of Object.values(DANGER_ANSWERS)) {
    for (const [number] of answer.matchAll(/(?<!\d)\d{3,6}(?!\d)/g)) expect(numbers).toContain(number)
  }
  for (const { phones } of policies)
    for (const { number } of phones) if (number.length <= 5) expect(numbers).toContain(number)
})

test.each([
  ['12356是干什么的', '12356'],
  ['妇联电话多少', '12338'],
  ['法律援助打什么电话', '12348'],
  ['残联的热线是哪个', '12385'],
  ['１２０收费吗', '120'],
])('%s → %s', (text, number) => {
  const hotline = askedHotline(text, hotlines)
  expect(hotline?.number).toBe(number)
  expect(hotline && hotlineAnswer(hotline)).toContain(number)
})

test.each(['低保怎么申请', '我电话13800001111', '花了120块', '一个月1200够不够', '电话打不通怎么办'])(
  '%s asks for no hotline',
  (text) => {
    expect(askedHotline(text, hotlines)).toBeNull()
  },
)

test('a fault in the list is named by line', () => {
  const text =
    '---\nchecked: 2026-11-22\nhotlines:\n  - { number: "abc", name: 甲乙, for: 丙丁, hours: 全天, words: [甲乙] }\n---\n'
  expect(() => parseHotlines(text, 'hotlines.md')).toThrow(InventoryError)
  expect(() => parseHotlines(text, 'hotlines.md')).toThrow(/hotlines\.md:4: /)
})
