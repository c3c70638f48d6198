import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { newSession } from '../bot/session.ts'
import { Knowledge } from '../knowledge/knowledge.ts'
import { parseLocal } from '../knowledge/local.ts'
import { placeAlone } from '../knowledge/places.ts'
import { conversation, MORNING } from './support/talk.ts'
import { inventory, settingFrom } from './support/world.ts'

/** What is decided on the last of several messages of one resident. */
function decided(...texts: string[]) {
  const talk = conversation()
  return texts.map((text) => talk(text)).at(-1)?.decision
}
const first = (...texts: string[]) => {
  const decision = decided(...texts)
  return decision?.kind === 'answer' ? decision.policies[0] : decision?.kind
}

/** Earlier messages, parted by ｜, and a question that leans on them. */
const pairs = readFileSync(path.join(import.meta.dirname, 'follow-ups.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [policy = '', earlier = '', question = ''] = line.split('\t')
    return { policy, earlier: earlier.split('｜'), question }
  })

test('nine in ten questions that lean on what was said find its policy', () => {
  const right = pairs.filter(({ policy, earlier, question }) => first(...earlier, question) === policy)
  expect(pairs.length).toBeGreaterThan(200)
  expect(right.length / pairs.length).toBeGreaterThanOrEqual(0.91)
})

test.each([
  ['who asks', '我侄女爹妈车祸没了跟我过', '我是他大伯能办吗', 'orphan-allowance'],
  ['an office', '五保户看病能不能再报', '找民政局还是医保局', 'medical-assistance'],
  ['what one already has', '打官司请不起律师', '我是有低保的人能直接批吗', 'legal-aid'],
  ['another policy beside it', '残疾人生活补贴多少', '和低保能一起拿吗', 'disability-living-subsidy'],
  [
    'a word of another subject',
    '一级残疾护理补贴一个月多少',
    '户口迁到外省了还能领不',
    'disability-care-subsidy',
  ],
  ['nothing of what was pleaded', '我大伯没儿没女', '住院了谁来伺候', 'tekun'],
])('a follow-up may name %s: %s, %s', (_what, earlier, question, policy) => {
  expect(first(earlier, question)).toBe(policy)
})

test('the earlier words count again: what was told first may not have been meant', () => {
  expect(first('我侄子爸妈都没了')).toBe('de-facto-orphan')
  expect(first('我侄子爸妈都没了', '死亡证明要两份吗')).toBe('orphan-allowance')
})

test('who somebody is brings no alarm and keeps the subject', () => {
  expect(first('孙女她爸坐牢她妈失踪有补助没', '我是她奶奶', '去哪报')).toBe('de-facto-orphan')
})

test.each([
  ['低保怎么申请', '那高龄津贴呢', 'elderly-allowance'],
  ['公租房怎么申请', '老板欠我工资怎么办', 'wage-arrears'],
  ['公租房怎么申请', '租房补贴呢', 'rental-subsidy'],
  ['低保怎么申请', '低保户住院报多少', 'medical-assistance'],
  ['助学贷款怎么还', '在外地住院怎么报', 'cross-region-settlement'],
  ['高龄津贴怎么领', '火化费能免吗', 'funeral-subsidy'],
  ['公益岗怎么报名', '想开店贷点款', 'startup-loan'],
  ['育儿补贴怎么领', '孩子自闭症训练费能报不', 'disabled-child-rehab'],
])('a changed subject is noticed: %s, %s', (earlier, question, policy) => {
  expect(first(earlier, question)).toBe(policy)
})

test.each([
  ['轮椅几年能换一个', '双十一买什么便宜', 'abstain'],
  ['残疾证怎么办', '明天会不会下雨', 'abstain'],
  ['低收入人口监测是干什么的', '把低保户的名单发我看看', 'abstain'],
  ['低保怎么申请', '帮我登记一下，我家在河东村，老人没人管', 'flow'],
  ['低保怎么申请', '我老公又打我了', 'danger'],
])('what is no question about it is not taken for one: %s, %s', (earlier, text, kind) => {
  expect(decided(earlier, text)?.kind).toBe(kind)
})

test('a choice offered, or a question after an application, is a subject too', () => {
  expect(first('低保材料交上去半个月了没动静', '要等多久')).toBe('dibao')
})

test.each([
  ['somebody else, announced', '我婆婆八十五了有没有钱领', '另外我公公中风瘫了', 'disability-care-subsidy'],
  ['another’s schooling', '我老公上个月厂里裁员了', '我小孩上大专能申请啥', 'college-grants'],
])('%s is another subject: %s, %s', (_what, earlier, question, policy) => {
  const decision = decided(earlier, question)
  expect(decision?.policies).toContain(policy)
  expect(decision?.policies).not.toContain(decided(earlier)?.policies[0])
})

describe('a side asked in other words', () => {
  const told = (...texts: string[]) => {
    const talk = conversation()
    for (const text of texts) talk(text)
    return talk.session().topic?.told
  }
  test.each([
    ['失业金怎么领', '能领多久', 'benefit'],
    ['失业金怎么领', '要好久', 'time'],
    ['残疾人生活补贴', '一个月好多钱', 'benefit'],
    ['高龄津贴', '她户口在农村老家', 'where'],
    ['高龄津贴', '那要回老家办咯', 'where'],
    ['低保怎么办', '我没得手机拍照', 'where'],
    ['助学贷款怎么办', '要父母一起去吗', 'proxy'],
    ['临时救助', '在这边申请还是回老家', 'where'],
    ['残疾人护理补贴', '补贴会停吗', 'exclusions'],
    ['助学贷款怎么办', '利息谁出', 'benefit'],
    ['高龄津贴', '我今年79', 'eligibility'],
    ['高龄津贴', '他还差一岁', 'eligibility'],
    ['低保怎么办', '去那办', 'where'],
    ['低保怎么办', '有没有电话', 'where'],
    ['低保怎么办', '社区能代我去吗', 'proxy'],
    ['低保怎么办', '给现金吗', 'benefit'],
    ['失业金怎么领', '我没有银行卡', 'benefit'],
  ])('%s, 「%s」', (earlier, question, side) => {
    expect(told(earlier, question)).toBe(side)
  })
})

describe('a remark after an answer', () => {
  test.each(['他人都找不到', '在你们这边打工五年了', '我也七十了'])(
    '「%s」 neither brings what little it says for another, nor the answer once more',
    (remark) => {
      const talk = conversation()
      talk('我男人跑了 我带两个娃，低保怎么申请')
      talk('给多少钱')
      const turn = talk(remark)
      expect(turn.reply?.text).toMatch(/^低保刚才说过了/)
      expect(turn.reply?.choices.at(-1)?.label).toBe('都不是，想请人帮忙')
    },
  )

  test('of which nothing else speaks clearly, hears what else there is to know', () => {
    const talk = conversation()
    talk('低保怎么申请')
    const turn = talk('我在这住了十几年')
    expect(turn.reply?.text).toBe('低保刚才说过了。还想知道低保的哪一样？')
    expect(turn.reply?.choices.length).toBeGreaterThan(2)
  })

  test('that clearly tells of another hardship does', () => {
    expect(first('低保怎么申请', '厂里裁员了')).toBe('unemployment-benefit')
  })

  test('after another stays with neither for long: what is asked then is answered for itself', () => {
    const talk = conversation()
    talk('我家有个小饭馆 生意不行')
    talk('她现在下不了床 我天天伺候')
    expect(talk('我小叔子不管').reply?.text).toMatch(/^您说的我在听/)
    expect(talk('有没有给护理的人的钱').decision.policies[0]).toBe('disability-care-subsidy')
    expect(talk.session().topic?.loose).toBeUndefined()
  })

  test.each([
    ['我儿子今年考上大学了，学费不够', '我老公在外地打工回不来', 'student-loan'],
    ['低保怎么申请', '户口本找不到了', 'dibao'],
    ['饭店欠我两个月工钱', '老板把我微信删了', 'wage-arrears'],
    ['申请公租房', '离婚带个娃，没房，能优先不', 'public-rental-housing'],
  ])('%s, 「%s」 tells of a side of it', (earlier, remark, policy) => {
    expect(first(earlier, remark)).toBe(policy)
  })

  test('「那算了 我问下护理的」 drops it', () => {
    const talk = conversation()
    talk('我家有个小饭馆 生意不行')
    expect(talk('那算了 我问下护理的').decision.policies).toContain('disability-care-subsidy')
  })

  test.each([
    ['家里想给老人装个扶手', '电动轮椅呢', 'assistive-devices'],
    ['住院押金两万交不起', '交警说有个急救基金', 'disease-emergency-relief'],
  ])('%s, 「%s」 asks of something else', (earlier, asked, policy) => {
    expect(first(earlier, asked)).toBe(policy)
  })

  test.each(['房租那个呢', '那房租呢'])('and 「%s」 asks of what else there is', (question) => {
    expect(['rental-subsidy', 'public-rental-housing']).toContain(first('低保怎么申请', question))
  })

  test.each(['我是外地的 户口在湖南', '户口在老家', '我们不是本地的，户口在贵州'])(
    '「%s」 hears where to apply',
    (words) => {
      const talk = conversation()
      talk('租房补贴怎么领')
      talk(words)
      expect(talk.session().topic).toMatchObject({ policy: 'rental-subsidy', told: 'where' })
    },
  )
})

describe('a place said alone', () => {
  test.each(['我们这儿是四川达州', '南京的', '我在安徽阜阳', '我们这里是石桥镇的', '老家在贵州', '上海呢'])(
    '「%s」 hears that nothing of that place is known, and keeps the subject',
    (place) => {
      const talk = conversation()
      talk('低保一个月多少钱')
      const turn = talk(place)
      expect(turn.reply?.text).toMatch(/^我这里没有.+自己的标准和办法/)
      expect(turn.decision).toMatchObject({ kind: 'answer', policies: ['dibao'] })
      expect(talk('要带什么材料').decision.policies[0]).toBe('dibao')
    },
  )

  test('whose figures are known hears them of the side asked before', () => {
    const area = parseLocal(
      `---
area: 江苏省南京市
aliases: [南京]
values:
  - { policy: dibao, name: 低保标准, value: 每人每月1000元, from: 2026-07-01, document: 某某通知 }
---
`,
      'local/nanjing.md',
    )
    const known = { ...settingFrom(MORNING), knowledge: Knowledge.from({ ...inventory(), locals: [area] }) }
    const talk = conversation(newSession(), MORNING, known)
    talk('低保一个月多少钱')
    expect(talk('我们南京的').reply?.text).toContain('每人每月1000元')
    expect(talk.session().topic?.told).toBe('benefit')
  })

  test.each(['我们小区', '农村的', '我住院了', '我在排队', '我是农村户口', '在家', '社区的', '高龄津贴呢'])(
    '「%s」 is none',
    (words) => {
      expect(placeAlone(words)).toBeNull()
    },
  )
})

describe('a question that does not say of what', () => {
  const wordsOf = (talk: ReturnType<typeof conversation>, text: string) => talk(text).reply?.text ?? ''

  test.each([
    '要带什么材料',
    '要带啥',
    '什么条件',
    '多久能下来',
    '能给多少钱',
    '一个月能领多少',
    '我符合条件吗',
    '要啥手续呢？',
    '不服怎么办',
    '你好，请问需要什么证件',
  ])('「%s」 is asked of what, and guessed at nowhere', (said) => {
    const turn = conversation()(said)
    expect(turn.decision).toMatchObject({ kind: 'clarify', policies: [] })
    expect(turn.reply?.text).toContain('您问的是哪一样')
  })

  test.each(['去哪办', '谁能代办', '申请流程', '咋申请', '怎么办'])(
    '「%s」 hears what holds for all of them',
    (said) => {
      expect(conversation()(said).decision.kind).toBe('smalltalk')
    },
  )

  test.each([
    ['要带什么材料', '低保', '一般带身份证'],
    ['多久能下来', '残疾人两项补贴的护理补贴', '工作日'],
  ])('「%s」 is kept for the name that follows: %s', (asked, name, told) => {
    const talk = conversation()
    talk(asked)
    expect(wordsOf(talk, name)).toContain(told)
    expect(talk.session().side).toBeNull()
  })

  test('and for a choice by its number, or one of several after the name', () => {
    const talk = conversation()
    talk('要带什么材料')
    expect(talk('1').decision.policies[0]).toBe('dibao')
    expect(talk.session().topic?.told).toBe('materials')
    const other = conversation()
    other('要带什么材料')
    expect(other('残疾了').decision.kind).toBe('clarify')
    other('1')
    expect(other.session().topic?.told).toBe('materials')
  })

  test('is forgotten when something else is said in between', () => {
    const talk = conversation()
    talk('要带什么材料')
    talk('在吗')
    talk('低保')
    expect(talk.session().topic?.told).toBe('overview')
  })

  test('what it costs is another question, and a subject in mind is meant', () => {
    expect(conversation()('要钱吗').reply?.text).toContain('我不收费')
    expect(decided('低保怎么申请', '要带啥')).toMatchObject({ kind: 'answer' })
  })
})

describe('after an answer', () => {
  const EARLIER = '我儿子孤独症 4岁 康复一个月要六千 有补助吗'
  test.each([
    ['要残疾证吗 还没办', /办儿童康复救助|材料|身份证|户口本/],
    ['没证可以先训练吗', /身份证|户口|证/],
    ['我们户口在安徽 在苏州打工 能在苏州报吗', /户口所在地|居住证|县残联/],
    ['我在外地能办不', /户口所在地|居住证|县残联/],
  ])(
    '「%s」 asks whether a paper is needed, or where: not how the paper is got, nor after a request',
    (text, told) => {
      const talk = conversation()
      talk(EARLIER)
      const { decision, reply } = talk(text)
      expect(decision).toMatchObject({ kind: 'answer', policies: ['disabled-child-rehab'] })
      expect(reply?.text).toMatch(told)
    },
  )

  test.each([
    ['低保怎么申请', '村里给我退了 说不符合 咋整', 'dibao', '书面理由'],
    ['法律援助要带什么', '我去问了 社区说不归他们管', 'legal-aid', '不服'],
    ['助学贷款一年能贷多少', '利息呢', 'student-loan', '利息'],
    ['3600育儿补贴怎么领', '我户口四川 娃上在浙江', 'parenting-subsidy', '户口'],
    ['法律援助要带什么', '我在广东打工户口广西 哪里申请', 'legal-aid', '法律援助'],
    ['火化费减免', '人在外地医院没的 户口在老家', 'funeral-subsidy', '减免'],
    ['火化费减免', '我家低保 都减哪些', 'funeral-subsidy', '减免'],
    ['法律援助要带什么', '谁能替我申请', 'legal-aid', '近亲属|监护|代'],
    ['失业金怎么领', '欠我3个月工资找谁要', 'wage-arrears', '12333'],
    ['人身安全保护令', '要花钱不', 'domestic-violence-protection', '不收诉讼费'],
    ['五保户的待遇', '那他以后死了丧葬费哪个出', 'tekun', '丧事'],
  ])('after 「%s」, 「%s」 is of %s', (earlier, text, policy, told) => {
    const talk = conversation()
    talk(earlier)
    const { decision, reply } = talk(text)
    expect(decision).toMatchObject({ kind: 'answer' })
    expect(decision.policies[0]).toBe(policy)
    expect(reply?.text).toMatch(new RegExp(told))
  })

  test('what is told of somebody’s means hears who may have it, instead of that it was told before', () => {
    const talk = conversation()
    talk('五保户的待遇')
    expect(talk('他自己有点地 一年收入2000多').reply?.text).toContain('收入低于低保标准')
  })

  test('the same side asked for again hears the rest of what is written of it', () => {
    const talk = conversation()
    const told = talk('边缘户一个月给多少钱').reply?.text
    const again = talk('那边缘户能有啥好处啊')
    expect(again.decision.policies[0]).toBe('dibao-marginal')
    expect(again.reply?.text).not.toBe(told)
    expect(again.reply?.text).toMatch(/看病：.*上学：/)
  })

  test('a thing owned asks whether it counts against them', () => {
    const talk = conversation()
    talk('低保是什么')
    expect(talk('说我有车').reply?.text).toContain('有车有房是不是一定不行')
  })

  test('a pension is not what the unemployed get', () => {
    const talk = conversation()
    talk('听说老人去世火化不要钱了 是真的不')
    expect(talk('那退休金还能领几个月')).toMatchObject({
      decision: { kind: 'abstain' },
      reply: { text: expect.stringContaining('12333') },
    })
  })

  test('who tells of a death hears a word of comfort first', () => {
    const talk = conversation()
    talk('听说老人去世火化不要钱了 是真的不')
    expect(talk('我爹昨天走了').reply?.text).toMatch(/^请节哀。\n/)
    expect(talk('我爹五年前走了 现在一个人').reply?.text).not.toContain('节哀')
  })

  test('by which document it was said is told in any words', () => {
    const talk = conversation()
    talk('低保多少钱')
    expect(talk('你说的是哪个文件').reply?.text).toContain('中华人民共和国社会救助法')
  })
})
