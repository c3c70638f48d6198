/** Messages that ask more than one thing. */
import { describe, expect, test } from 'vitest'
import { answerParts } from '../knowledge/answer.ts'
import { partsOf } from '../knowledge/finding.ts'
import { besideEachOther, needsIn, questionsIn, takeSidesApart } from '../knowledge/several.ts'
import { conversation } from './support/talk.ts'
import { knowledge } from './support/world.ts'

const DAY = '2026-11-24'
const told = (text: string, before: string | null = null): string[] => {
  const topic = before === null ? null : { policy: before, said: '' }
  const finding = knowledge().consult(text, topic, DAY)
  if (finding.kind !== 'answer') return [finding.kind]
  return partsOf(finding).map(({ policy, aspect }) => `${policy.id} ${aspect ?? 'overview'}`)
}

describe('two sides of one policy', () => {
  test.each([
    ['低保要什么材料，多久能批下来', ['dibao materials', 'dibao time']],
    ['低保要什么材料多久能批下来', ['dibao materials', 'dibao time']],
    ['残疾证怎么办，去哪办', ['disability-certificate steps', 'disability-certificate where']],
    ['高龄津贴有什么条件，一个月多少钱', ['elderly-allowance eligibility', 'elderly-allowance benefit']],
    ['低保 去哪办 要带什么', ['dibao where', 'dibao materials']],
    ['低保去哪办，要带什么，多久能批', ['dibao where', 'dibao materials']],
  ])('「%s」 is told both, in the order asked, two at most', (text, parts) => {
    expect(told(text)).toEqual(parts)
  })

  test('of what was talked about before', () => {
    expect(told('去哪办 要带什么', 'public-rental-housing')).toEqual([
      'public-rental-housing where',
      'public-rental-housing materials',
    ])
  })

  test.each([
    ['我爸瘫痪在床,护理补贴怎么申请', ['disability-care-subsidy steps']],
    ['低保要带什么，需要什么材料', ['dibao materials']],
    ['一个月挣多少钱以下能办低保', ['dibao eligibility']],
  ])('「%s」 asks one', (text, parts) => {
    expect(told(text)).toEqual(parts)
  })

  test('are taken from a message that says before them of what', () => {
    expect(takeSidesApart('低保要什么材料，多久能批下来，去哪办')).toEqual({
      rest: '低保要什么材料',
      sides: ['time', 'where'],
    })
    expect(takeSidesApart('没签合同能要回工资吗')).toEqual({ rest: '没签合同能要回工资吗', sides: [] })
  })
})

describe('two policies', () => {
  test.each([
    ['低保和特困有什么区别', ['dibao overview', 'tekun overview']],
    ['公租房跟租赁补贴不一样吗', ['public-rental-housing overview', 'rental-subsidy overview']],
    ['临时救助和医疗救助哪个快', ['temporary-assistance time', 'medical-assistance time']],
    ['低保和特困哪个钱多', ['dibao benefit', 'tekun benefit']],
  ])('「%s」 is told one beside the other, by what is compared', (text, parts) => {
    expect(told(text)).toEqual(parts)
  })

  test('one named is put beside the one talked about', () => {
    expect(told('那跟租赁补贴有啥区别', 'public-rental-housing')).toEqual([
      'public-rental-housing overview',
      'rental-subsidy overview',
    ])
  })

  test.each([
    ['我想问两件事 一个是低保怎么办 一个是公租房怎么申请', ['dibao steps', 'public-rental-housing steps']],
    ['高龄津贴有多少钱？还有低保带什么材料？', ['elderly-allowance benefit', 'dibao materials']],
  ])('「%s」 is told both', (text, parts) => {
    expect(told(text)).toEqual(parts)
  })

  test('what was asked before the subject changed is no second question', () => {
    expect(told('我是低保户。高龄津贴多少钱')).toEqual(['elderly-allowance benefit'])
    expect(questionsIn('低保怎么办？\n公租房呢')).toEqual(['低保怎么办', '公租房呢'])
  })
})

describe('whether two can be had together', () => {
  test('is told in the words of whichever says so', () => {
    const parts = (text: string) => {
      const finding = knowledge().consult(text, null, DAY)
      return finding.kind === 'answer' ? answerParts(partsOf(finding), null, DAY).text : finding.kind
    }
    expect(parts('失业金和低保能一起领吗')).toContain('符合低保条件的，可以同时申请低保。')
    expect(parts('特困和低保能同时享受吗')).toContain('不再重复享受低保')
    expect(parts('生活补贴和护理补贴可以同时领吗')).toMatch(/生活补贴(?:和护理补贴可以)?同时领/)
    expect(parts('低保能不能和残疾补贴一起领')).toContain('不算进低保家庭的收入')
    expect(parts('吃着特困还能领高龄津贴吗')).toContain('高龄津贴不算收入')
  })

  test('is not made up where neither says so', () => {
    const talk = conversation()
    const { reply, decision } = talk('高龄津贴跟公租房能同时要吗')
    expect(reply?.text).toContain('没有写明')
    expect(reply?.text).toContain('12345')
    expect(decision.policies).toEqual(['elderly-allowance', 'public-rental-housing'])
    expect(talk('2').reply?.text).toContain('申请公租房一般要看')
  })

  test.each([
    ['低保户都能领高龄津贴吗', null],
    ['低保和高龄津贴都能领吗', 'together'],
    ['有了低保还能领高龄津贴不', 'together'],
    ['低保和低保边缘一样吗', 'difference'],
    ['低保怎么办', null],
    ['爷爷是五保，转到市里住院要押金，同样的身份为啥不一样，医疗救助去哪里再报', null],
  ])('「%s」: %s', (text, how) => {
    expect(besideEachOther(text)).toBe(how)
  })
})

describe('two needs', () => {
  test('are both offered, as either may be meant', () => {
    const finding = knowledge().consult('孩子上学没钱，老人看病也没钱，怎么办', null, DAY)
    expect(finding.kind === 'clarify' && finding.policies.map(({ id }) => id)).toEqual([
      'student-emergency-aid',
      'medical-assistance',
    ])
  })

  test('one told at length is one', () => {
    expect(needsIn('看病花了八万，家里没钱了')).toEqual([])
  })
})

test('what is told twice by two sides is told once', () => {
  const policy = knowledge().policy('dibao', DAY)
  if (!policy) throw new Error('no dibao')
  const { text, next } = answerParts(
    [
      { policy, aspect: 'time', line: null },
      { policy, aspect: 'time', line: null },
    ],
    null,
    DAY,
  )
  expect(text.split('\n')).toHaveLength(2)
  expect(next.map(({ label }) => label)).not.toContain('要多久')
})

describe('another beside the one spoken of', () => {
  const NOT_INCOME = '一般不算进低保家庭的收入'

  test('told by no name of its own, and then by none at all', () => {
    const say = conversation()
    say('低保')
    expect(say('和残疾人补贴能一起领吗').reply?.text).toContain(NOT_INCOME)
    expect(say('两个能一起申请吗').reply?.text).toContain(NOT_INCOME)
    expect(say('有什么区别').reply?.text).toMatch(
      /【低保】.*【困难残疾人生活补贴】|【困难残疾人生活补贴】.*【低保】/s,
    )
  })

  test('is forgotten when another is spoken of', () => {
    const say = conversation()
    say('低保和残疾人补贴有什么区别')
    say('高龄津贴怎么申请')
    expect(say('两个能一起申请吗').reply?.text).not.toContain(NOT_INCOME)
  })
})
