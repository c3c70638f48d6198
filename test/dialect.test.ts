/** Words of dialects that say exactly what a common word says. */
import { describe, expect, test } from 'vitest'
import { inCommonWords } from '../knowledge/dialect.ts'
import { conversation } from './support/talk.ts'

describe('are put in common ones', () => {
  test.each([
    ['一个月几多钱啊', '一个月多少钱啊'],
    ['户口喺湖南,人喺广州,边度办', '户口在湖南,人在广州,哪里办'],
    ['可以网上办唔', '可以网上办不'],
    ['佢食紧低保 同埋有高龄津贴', '他吃着低保 和有高龄津贴'],
    ['伊户口勒浦东', '他户口在浦东'],
    ['我可以代伊办伐', '我可以代他办吗'],
    ['低保哪能申请', '低保怎么申请'],
    ['啷个办嘛', '怎么办嘛'],
    ['丧葬费哪个出', '丧葬费谁出'],
    ['我户口搁老家', '我户口在老家'],
  ])('%s: %s', (said, means) => {
    expect(inCommonWords(said)).toBe(means)
  })

  test.each(['砍伐树木', '伊犁的低保', '有好多钱没还', '选哪个好', '唔该', '低保哪能不给', '新郎个子高'])(
    'but not where they may mean anything else: %s',
    (said) => {
      expect(inCommonWords(said)).toBe(said)
    },
  )
})

test('a whole conversation in them stays with its subject', () => {
  const talk = conversation()
  talk('我老公二级残疾 有护理补贴吗')
  for (const [said, told] of [
    ['一个月几多钱啊', '按月发，数额各地不同'],
    ['户口喺湖南,人喺广州,边度办', '全国任何一个街道（乡镇）窗口都可以交'],
    ['可以网上办唔', '也可以在网上交'],
  ] as const) {
    const { decision, reply } = talk(said)
    expect(decision.policies[0], said).toBe('disability-care-subsidy')
    expect(reply?.text).toContain(told)
  }
})
