/** A question about one circumstance is answered with the line of the policy that speaks of it. */
import { describe, expect, test } from 'vitest'
import { answerPolicy } from '../knowledge/answer.ts'
import { Passages, pastAge } from '../knowledge/passages.ts'
import type { Policy } from '../knowledge/policy.ts'
import { conversation } from './support/talk.ts'
import { inventory } from './support/world.ts'

const { policies } = inventory()
const passages = new Passages(policies)
const policyOf = (id: string): Policy => {
  const policy = policies.find((one) => one.id === id)
  if (!policy) throw new Error(`no policy ${id}`)
  return policy
}
/** Where in a policy the words stand, and the words that stand there. */
function found(id: string, text: string, sure = false): string | null {
  const policy = policyOf(id)
  const passage = passages.find(policy, text, sure)
  return passage && `${passage.aspect}: ${passage.line ?? policy.sections[passage.aspect]?.lead}`
}

describe('what words stand in', () => {
  test.each([
    ['wage-arrears', '没签合同', /^eligibility: .*没签合同也可以去反映/],
    ['unemployment-benefit', '我自己辞职的', /^exclusions: 自己主动辞职/],
    ['mental-illness-aid', '他不肯去医院', /^steps: 病人不肯去医院/],
    ['rural-dangerous-housing', '我自己先盖了还给不', /^steps: 自己先盖了还补不补/],
    ['student-emergency-aid', '找辅导员吗', /^where: /],
    ['health-check-65', '空腹不', /^steps: /],
    ['startup-loan', '要人担保不', /^materials: /],
    ['legal-aid', '交通事故的案子给办不', /^eligibility: /],
    ['union-hardship', '我没入工会呢', /^exclusions: .*没加入工会的/],
  ])('of %s, 「%s」', (id, text, passage) => {
    expect(found(id, text)).toMatch(passage)
  })

  test.each([
    ['dibao', '我弟有钱 影响不'],
    ['orphan-allowance', '他妈找不到人 签不了字'],
    ['elderly-allowance', '他走了以后要不要退'],
    ['public-welfare-post', '要考试不'],
    ['dibao', ''],
    ['dibao', '低保'],
    ['wage-arrears', `没签合同${'老板跑了'.repeat(20)}`],
  ])('of %s, 「%s」 stands nowhere', (id, text) => {
    expect(found(id, text)).toBeNull()
  })

  test('beside a side asked for outright, only what stands there for the most part', () => {
    expect(found('wage-arrears', '没签合同咋整', true)).toMatch(/^eligibility/)
    expect(found('student-loan', '我和我妈一起去要带啥', true)).toBeNull()
  })

  test('what it is in general answers no question about a side', () => {
    expect(found('outpatient-chronic-disease', '糖尿病能办吗', true)).toBeNull()
  })

  test('nearly every line of a policy is found by its own words', () => {
    const lines = policies.flatMap((policy) =>
      Object.entries(policy.sections).flatMap(([aspect, { details }]) =>
        details
          .filter((line) => line.length <= 30)
          .map((line) => ({
            line: `${policy.id} ${aspect}: ${line}`,
            found: passages.find(policy, line, false)?.line === line,
          })),
      ),
    )
    expect(lines.length).toBeGreaterThan(200)
    expect(lines.filter((one) => !one.found).length).toBeLessThan(lines.length / 100)
  })
})

describe('in a conversation', () => {
  test('a question after an answer brings the line, with what it rests on', () => {
    const talk = conversation()
    talk('工资没发怎么办')
    const turn = talk('没签合同咋整')
    expect(turn.decision.policies[0]).toBe('wage-arrears')
    expect(turn.reply?.text).toMatch(/没签合同也可以去反映[\s\S]*依据：《/)
    expect(talk.session().topic?.told).toBe('eligibility')
  })

  test('so does a remark, but the same again does not', () => {
    const talk = conversation()
    talk('失业了能领钱吗')
    expect(talk('我自己辞职的').reply?.text).toContain('自己主动辞职')
    expect(talk('是我主动辞职的').reply?.text).toMatch(/^失业金刚才说过了/)
  })

  test('a first message that only tells hears what it is', () => {
    expect(conversation()('老板跑了，工资没发').reply?.text).toContain('可以依法追讨')
  })

  test('what stands nowhere is said not to be known, once what it is was told', () => {
    const talk = conversation()
    talk('公益性岗位是什么')
    talk('一个月多少钱')
    expect(talk('要考试不').reply?.text).toContain('没有查到')
  })

  test('a line that may rest on another of several sources says so', () => {
    const policy = policyOf('mental-illness-aid')
    const line = policy.sections.steps?.details[0] ?? ''
    expect(answerPolicy(policy, 'steps', null, '2026-11-22', line).text).toMatch(/依据：.*等$/)
    expect(answerPolicy(policy, 'steps', null, '2026-11-22').text).not.toMatch(/等$/)
  })
})

describe('past an age', () => {
  test.each([
    ['orphan-allowance', '孤儿补助 娃15了 到18就停了吗', /^满18岁不一定就停/],
    ['orphan-allowance', '满十八还发不', /^满18岁不一定就停/],
    ['de-facto-orphan', '18岁以后还有吗', /^满18岁还在校读书/],
  ])('of %s, 「%s」 is told what becomes of it', (id, text, line) => {
    expect(pastAge(policyOf(id), text)?.line).toMatch(line)
  })

  test.each(['我娃18了', '到18号还没发', '发了18个月就停了'])('「%s」 asks about none', (text) => {
    expect(pastAge(policyOf('orphan-allowance'), text)).toBeNull()
  })
})

describe('what somebody lacks', () => {
  test.each(['没合同', '我们也没签合同', '没有合同啊'])('「%s」 hears what holds without it', (words) => {
    const say = conversation()
    say('老板欠我们八个人工资跑了')
    expect(say(words).reply?.text).toContain('没签合同也可以去反映')
  })
})
