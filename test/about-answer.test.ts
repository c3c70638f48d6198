/** What residents say of the answer just told. */
import { describe, expect, test } from 'vitest'
import { WORDS } from '../bot/wording.ts'
import { conversation } from './support/talk.ts'

/** A conversation in which the care subsidy was just told, and with what side. */
function told(question = '我妈瘫痪在床有没有护理补贴') {
  const talk = conversation()
  const { reply } = talk(question)
  return { talk, answer: reply?.text }
}

test.each(['再说一遍', '再讲一次', '你刚才说啥', '没看清', '忘了你说的啥'])(
  '「%s」 tells the side told last once more',
  (words) => {
    const { talk, answer } = told('重残护理补贴要带什么材料')
    const turn = talk(words)
    expect(turn.reply?.text).toBe(answer)
    expect(talk('那要多久').decision.policies[0]).toBe('disability-care-subsidy')
  },
)

test.each([
  '依据是啥',
  '哪个文件规定的',
  '这是哪年的政策',
  '有文件吗',
  '真的吗',
  '你确定吗',
  '准不准',
  '谁规定的',
])('「%s」 hears every document it rests on, and when somebody looked last', (words) => {
  const { talk } = told()
  const turn = talk(words)
  expect(turn.reply?.text).toContain('国发〔2015〕52号')
  expect(turn.reply?.text).toMatch(/我们\d{4}年\d+月\d+日核对过/)
  expect(turn.reply?.text).toContain('由经办单位审核决定')
  expect(talk('去哪办').decision.policies[0]).toBe('disability-care-subsidy')
})

test.each(['就这些？', '还有别的吗', '还有啥补助', '我能享受哪些政策', '我不符合怎么办', '不够格咋办'])(
  '「%s」 hears what else there is, and that somebody can look',
  (words) => {
    const { talk } = told()
    const turn = talk(words)
    const [first] = turn.reply?.choices ?? []
    expect(turn.decision.policies).toContain('disability-living-subsidy')
    expect(turn.decision.policies).not.toContain('disability-care-subsidy')
    expect(turn.reply?.choices.at(-1)?.says).toBe('我要求助')
    expect(talk('1').reply?.text).toContain(first?.label)
  },
)

test.each(['你说错了', '我不是问这个', '我问的不是这个', '答非所问'])(
  '「%s」 is not told the same',
  (words) => {
    const { talk } = told()
    expect(talk(words).reply?.text).toBe(WORDS.misunderstoodMaybe)
  },
)

test.each(['你说的我看不懂', '说简单点', '能不能说简单点', '字太多了', '讲大白话'])(
  '「%s」 is asked what they want to know most',
  (words) => {
    const { talk } = told()
    expect(talk(words).reply?.text).toBe(WORDS.plainer)
  },
)

describe('said of no answer', () => {
  test.each(['真的吗', '再说一遍', '就这些？', '有文件吗'])('「%s」 brings no policy', (words) => {
    expect(conversation()(words).decision.policies).toEqual([])
  })

  test.each([
    ['还有别的材料吗', 'materials'],
    ['不符合的人有哪些', null],
    ['真的一分钱不用交吗', null],
  ])('「%s」 asks of the policy', (words, side) => {
    const { talk } = told()
    const { decision } = talk(words)
    expect(decision.policies[0]).toBe('disability-care-subsidy')
    if (side) expect(talk.session().topic?.told).toBe(side)
  })
})

describe('why it is not the same elsewhere', () => {
  test.each(['为啥不一样', '别的村75就有', '隔壁县咋就有', '人家镇里都发'])(
    '「%s」 hears who sets it, and where to ask',
    (words) => {
      const say = conversation()
      say('高龄津贴怎么申请')
      expect(say(words).reply?.text).toMatch(/由各地自己定.*街道/)
    },
  )

  test('after nothing was told it is no word on an answer', () => {
    expect(conversation()('为啥不一样').reply?.text).not.toContain('由各地自己定')
  })
})
