/** Questions about asking for help as such, of no policy in particular. */
import { describe, expect, test } from 'vitest'
import { commonAnswer, parseCommonQuestions } from '../knowledge/common-questions.ts'
import { loadInventory } from '../knowledge/load.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { conversation } from './support/talk.ts'

const inventory = loadInventory()
describe('the file', () => {
  test('every question has examples, and every answer fits one message with where to go on', () => {
    expect(inventory.common.length).toBeGreaterThan(10)
    for (const question of inventory.common) {
      expect(inventory.commonExamples.get(question.id)?.length, question.id).toBeGreaterThanOrEqual(20)
      if ('wish' in question) continue
      expect(question.answer.length, question.id).toBeLessThanOrEqual(120)
      expect(question.answer, question.id).toMatch(/12345|我要求助|告诉我|临时救助|登记求助/)
    }
  })

  test('no example asks two questions', () => {
    const all = [...inventory.commonExamples.values()].flat()
    expect(all.filter((text, place) => all.indexOf(text) < place)).toEqual([])
  })

  test.each([
    ['id: Fees\n    answer: 我不收费，谁要您交钱都别信。', '只能用小写字母'],
    [`id: fees\n    answer: ${'不收费'.repeat(50)}`, '最多写 120 个字'],
    ['id: fees\n    answer: 我不收费，谁要您交钱都别信。\n    source: 社会救助法', '要以文件名开头'],
    ['id: fees\n    wish: money', 'questions.0'],
  ])('%s is refused with its mend', (question, mend) => {
    const text = `---\nchecked: 2026-11-23\nquestions:\n  - ${question}\n---\n`
    expect(() => parseCommonQuestions(text, 'common-questions.md')).toThrow(InventoryError)
    expect(() => parseCommonQuestions(text, 'common-questions.md')).toThrow(mend)
  })

  test('an answer that rests on a law names it', () => {
    expect(commonAnswer({ id: 'x', answer: '依法保密。' })).toBe('依法保密。')
    expect(commonAnswer({ id: 'x', answer: '依法保密。', source: '《某法》第一条' })).toBe(
      '依法保密。\n依据：《某法》第一条',
    )
  })
})

describe('in a conversation', () => {
  test.each([
    ['办这个得花多少钱呀，我没钱送礼', '我不收费'],
    ['有人打电话来说给我办补贴，叫我报银行卡密码', '先别转账'],
    ['我怕左邻右舍晓得了笑话', '替您保密'],
    ['我八十岁的人了不会打字', '按住说话'],
    ['字太小我看不清', '关怀模式'],
    ['街道办几点开门', '不敢乱说'],
    ['他会不会翻到我跟你们说的话', '删掉这个聊天'],
    ['怎么删', '删掉这个聊天'],
    ['心里难受，没人说话', '我听着'],
    ['夜里睡不着觉', '12356'],
    ['村长把名额都给了自家亲戚我要告他', '举报投诉'],
  ])('%s', (words, said) => {
    const talk = conversation()
    const turn = talk(words)
    expect(turn.decision.kind).toBe('smalltalk')
    expect(turn.reply?.text).toContain(said)
  })

  test('what sounds like a heavy heart does not teach that a leave-taking is none of danger', () => {
    const talk = conversation()
    const words = '药我攒了小半年了，今晚上都摆桌子上了，跟你说说话就算道个别'
    expect(talk(words).decision.danger).toBe('self_harm')
  })

  test('asking for a person in any words gets one', () => {
    expect(conversation()('能不能让个活人跟我讲话').decision.flow).toBe('human')
  })

  test.each(['你可帮了我的大忙了', '逗你玩的没啥事'])('%s asks for nothing', (words) => {
    expect(conversation()(words).decision.kind).toBe('smalltalk')
  })

  test('while a policy is talked about, what that policy says itself is told, and of the rest the same as ever', () => {
    const talk = conversation()
    talk('低保怎么申请')
    expect(talk('能不能叫别人替我去办').decision.policies[0]).toBe('dibao')
    expect(talk('会不会让邻居知道').reply?.text).toContain('替您保密')
    expect(talk('那要带什么材料').decision.policies[0]).toBe('dibao')
  })

  test('in the middle of a request it is answered, and the question asked again', () => {
    const talk = conversation()
    talk('我要求助')
    const told = talk('会让别人知道吗').reply?.text ?? ''
    expect(told).toContain('替您保密')
    expect(told).toContain('您同意登记吗')
  })

  test('asked for in the middle of a request, a person comes without another question', () => {
    const talk = conversation()
    talk('我要求助')
    talk('同意')
    const turn = talk('我要找人说话')
    expect(turn.decision.flow).toBe('human')
    expect(turn.reply?.text).not.toContain('您是给谁求助')
    expect(turn.session.flow).not.toBeNull()
  })
})
