/** What there is for whom, asked as such: 残疾人有什么补助. */
import { describe, expect, test } from 'vitest'
import { askedChapters, chapterQuestion, parseChapters, policiesOf } from '../knowledge/chapters.ts'
import { loadInventory } from '../knowledge/load.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { conversation } from './support/talk.ts'
import { knowledge } from './support/world.ts'

const { chapters, policies } = loadInventory()
const asked = (text: string): string[] => askedChapters(text, chapters).map(({ id }) => id)

describe('the file', () => {
  test('the menu is chosen from by one digit, and each of its entries is understood', () => {
    const menu = chapters.filter((chapter) => chapter.menu)
    expect(menu.length).toBeGreaterThan(5)
    expect(menu.length).toBeLessThan(10)
    for (const chapter of menu) expect(asked(chapterQuestion(chapter)), chapter.id).toEqual([chapter.id])
  })

  test('no two chapters are called the same', () => {
    const words = chapters.flatMap((chapter) => chapter.words)
    expect(words.filter((word, place) => words.indexOf(word) < place)).toEqual([])
  })

  test('every policy people ask for by who they are is told of somewhere', () => {
    const told = new Set(chapters.flatMap((chapter) => chapter.policies))
    // What is part of another procedure, or of a moment nobody asks about so.
    const notByWho = ['disease-emergency-relief', 'economic-verification', 'funeral-subsidy']
    expect(policies.map(({ id }) => id).filter((id) => !told.has(id))).toEqual(notByWho)
  })

  test.each([
    ['id: Old\n    title: 老人\n    words: [老人]\n    policies: [tekun]', '只能用小写字母'],
    ['id: old\n    title: 老人\n    words: []\n    policies: [tekun]', 'words'],
    ['id: old\n    title: 老人\n    words: [老人]\n    policies: []', 'policies'],
    [`id: old\n    title: 老人\n    words: [老人]\n    policies: [${'a, '.repeat(9)}]`, '最多写 8 条政策'],
  ])('%s is refused with its mend', (chapter, mend) => {
    const text = `---\nchecked: 2026-11-23\nchapters:\n  - ${chapter}\n---\n`
    expect(() => parseChapters(text, 'chapters.md')).toThrow(InventoryError)
    expect(() => parseChapters(text, 'chapters.md')).toThrow(mend)
  })
})

describe('asked for', () => {
  test.each([
    ['残疾人有什么政策', ['disabled']],
    ['小孩有什么补助', ['children']],
    ['看病有什么补助', ['illness']],
    ['我家很困难能有啥补助', ['living']],
    ['单亲妈妈有什么补助', ['single-parent']],
    ['下岗了有啥补助？', ['work']],
    ['70岁的老人能享受什么政策', ['old']],
    ['退伍军人有补贴吗', ['veterans']],
    ['老人补贴有哪些', ['old']],
    ['我老公残疾有什么补助', ['disabled']],
    ['农村残疾老人有哪些补贴', ['old', 'disabled', 'farmers']],
    ['低保户有什么待遇', ['dibao-household']],
    ['残疾人政策', ['disabled']],
  ])('「%s」: %s', (text, ids) => {
    expect(asked(text).sort()).toEqual([...ids].sort())
  })

  test.each([
    '低保有什么待遇',
    '我妈瘫痪在床有什么补贴',
    '老人护理补贴多少钱',
    '残疾证怎么办',
    '我是残疾人，腿被撞断了',
    '有什么补助',
    '孩子上大学学费交不起有什么补助',
  ])('not by 「%s」, which says more or less', (text) => {
    expect(asked(text)).toEqual([])
  })
})

test('the foremost of each comes first, then what all have in common, then each one’s in turn', () => {
  const one = { id: 'a', title: 'A', words: ['a'], policies: ['x', 'y', 'z'] }
  const other = { id: 'b', title: 'B', words: ['b'], policies: ['v', 'z', 'w'] }
  expect(policiesOf([one])).toEqual(['x', 'y', 'z'])
  expect(policiesOf([one, other])).toEqual(['x', 'v', 'z', 'y', 'w'])
  // The shorter list is of fewer people.
  expect(policiesOf([one, { ...other, policies: ['v', 'z'] }])).toEqual(['v', 'x', 'z', 'y'])
})

describe('in a conversation', () => {
  test('the policies are listed, one is told by its number, and somebody can be asked to look', () => {
    const talk = conversation()
    const turn = talk('残疾人有什么补助')
    expect(turn.decision.kind).toBe('clarify')
    expect(turn.reply?.text).toMatch(/^残疾人，可以问问这几样/)
    expect(turn.reply?.choices.at(-1)).toEqual({ label: '请人帮我看看', says: '我要求助' })
    const second = turn.decision.policies[1]
    expect(talk('2').decision).toMatchObject({ kind: 'answer' })
    expect(talk('要带什么材料').decision.policies[0]).toBe(second)
  })

  test('「我是低保户」 hears what there is for whoever has it', () => {
    const { decision } = conversation()('我是低保户')
    expect(decision.policies).toContain('medical-assistance')
    expect(decision.policies).not.toContain('dibao')
  })

  test('whoever asks about nothing in particular chooses from all of them', () => {
    const talk = conversation()
    const turn = talk('有什么补助')
    expect(turn.reply?.choices.map(({ label }) => label)).toEqual(knowledge().menu.map(({ title }) => title))
    expect(talk('3').reply?.text).toMatch(/^老人，/)
  })

  test('the three ways in lead there', () => {
    const talk = conversation()
    talk('你好')
    expect(talk('2').decision.policies[0]).toBe('medical-assistance')
    talk('你好')
    expect(talk('3').reply?.choices.length).toBe(knowledge().menu.length)
  })

  test('in the middle of a request it is answered, and the question asked again', () => {
    const talk = conversation()
    talk('我要求助')
    talk('同意')
    const { reply } = talk('残疾人有什么补助')
    expect(reply?.text).toContain('残疾人，可以问问')
    expect(reply?.text).toContain('您是给谁求助')
  })
})

test.each(['低保政策', '低保有什么待遇', '低保有啥好处', '低保要什么材料'])(
  '「%s」 names it alone',
  (text) => {
    expect(conversation()(text).decision.policies[0]).toBe('dibao')
  },
)

describe('help that several policies give', () => {
  test.each(['助学金怎么申请', '国家助学金', '孩子助学金多少钱', '贫困生补助要什么材料'])(
    '「%s」 is asked which, and the side asked about is kept',
    (text) => {
      const { decision, reply } = conversation()(text)
      expect(decision.kind).toBe('clarify')
      expect(reply?.choices.map(({ label }) => label).join()).toMatch(/高中.*中职.*高校/)
    },
  )

  test('the one chosen is told, by the side asked about', () => {
    const say = conversation()
    say('助学金要什么材料')
    expect(say('3').reply?.text).toMatch(/中职.*材料|中职.*带/s)
  })

  test.each([
    ['大学助学金怎么申请', 'college-grants'],
    ['国家助学金一档二档是多少钱', 'college-grants'],
    ['技校中职国家助学金哪些学生可以申请', 'vocational-grant'],
  ])('「%s」 says which', (text, id) => {
    expect(conversation()(text).decision.policies[0]).toBe(id)
  })

  test('after one of them it is that one', () => {
    const say = conversation()
    say('大学助学金怎么申请')
    expect(say('助学金多少钱').decision.policies[0]).toBe('college-grants')
  })
})
