import { describe, expect, test } from 'vitest'
import { answerPolicy, shortTitle } from '../knowledge/answer.ts'
import { askedAspect } from '../knowledge/aspects.ts'
import { knowledge } from './support/world.ts'

const DAY = '2026-11-22'
const LONGEST = 120

/** What is said to a question, without its source. */
function said(question: string): string {
  const finding = knowledge().consult(question, null, DAY)
  if (finding.kind !== 'answer') return finding.kind
  const { text } = answerPolicy(finding.policy, finding.aspect, null, DAY)
  return text.split('\n')[0] ?? ''
}

describe('an answer begins with what was asked', () => {
  test.each([
    ['在外地住院没备案能报吗', '出院结算前补办'],
    ['助学贷款毕业后多久还清', '最长22年'],
    ['申请低保会查我儿子存款吗', '不一起过的儿女'],
    ['残疾人护理补贴三级有吗', '一级或二级'],
    ['自己辞职能领失业金吗', '不是自己愿意不干'],
    ['没签合同能要回工资吗', '没签合同也可以'],
    ['慢病没通过怎么办', '先请医院医保办说清差哪项'],
    ['法律援助不给怎么办', '提异议'],
    ['大病保险要自己申请吗', '大病保险支付'],
    ['公益性岗位能干几年', '最长3年'],
    ['告诫书是什么', '告诫书'],
    ['保护令要交钱吗', '诉讼费'],
    ['瘫痪在床能上门评残吗', '上门评定'],
    ['危房改造哪些房子不行', '不能再申请'],
    ['退役军人帮扶怎么办理', '先找退役军人服务站'],
    ['助听器几年换一次', '几年能换'],
    ['冬春救助什么时候发', '春节前'],
    ['受灾救助要自己申请吗', '村（社区）'],
  ])('%s: %s', (question, words) => {
    expect(said(question)).toContain(words)
  })
})

test('no answer is longer than an old person likes to read', () => {
  for (const policy of knowledge().policies.values()) {
    for (const section of Object.values(policy.sections)) {
      expect([...section.lead].length, section.lead).toBeLessThanOrEqual(LONGEST)
    }
  }
})

test.each([
  ['最低生活保障(低保)', '低保'],
  ['临时救助(支出型)', '临时救助'],
  ['高龄津贴', '高龄津贴'],
])('%s is called %s', (title, name) => {
  expect(shortTitle(title)).toBe(name)
})

test.each([
  ['要带啥', 'materials'],
  ['不批咋办', 'appeal'],
  ['多久下来', 'time'],
  ['去哪办', 'where'],
  ['那要多少钱', 'benefit'],
  ['我妈也能办吗', 'eligibility'],
  ['哪些情况不能领', 'exclusions'],
  ['我妈动不了谁能替她办', 'proxy'],
  ['怎么申请', 'steps'],
  ['要申请吗', 'steps'],
  ['是自动发的吗', 'steps'],
  ['我替她行不', 'proxy'],
  ['这是啥意思', 'overview'],
  ['明年还有吗', 'time'],
  ['去年我腿摔断了', null],
  ['社区不给办', 'appeal'],
  ['没空去', 'where'],
  ['一万块是真的吗', 'benefit'],
  ['我妈一个人以后怎么办', null],
  ['一月几个钱', 'benefit'],
  ['那要多少岁以内', 'eligibility'],
  ['户口在外地可以吗', 'where'],
  ['发钱还是发棉被子', 'benefit'],
  ['家里有台车跑货的 会不会卡我', 'exclusions'],
  ['跟吃低保冲不冲', 'exclusions'],
  ['是去医保局还是镇上', 'where'],
  ['要代哪些单子', 'materials'],
  ['给我平低了,能不能从评', 'appeal'],
  ['我们十几个人 派一个去说成不', 'proxy'],
  ['一年一回还是两回', 'time'],
  ['住亲戚家的也给钱么', 'eligibility'],
  ['在吗', null],
])('%s asks about %s', (text, aspect) => {
  expect(askedAspect(text)).toBe(aspect)
})
