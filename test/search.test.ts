import { describe, expect, test } from 'vitest'
import { NameFinder } from '../knowledge/names.ts'
import { UNKNOWN, Vocabulary } from '../knowledge/pieces.ts'
import { content } from '../knowledge/terms.ts'
import { Trie } from '../knowledge/trie.ts'
import { WordSearch } from '../knowledge/words.ts'
import { knowledge } from './support/world.ts'

const DAY = '2026-11-22'

describe('a vocabulary', () => {
  test('numbers characters and pairs, and lets nothing span a space', () => {
    const vocabulary = new Vocabulary()
    const cut = vocabulary.learn('领低保 领')
    expect([...cut].map((number) => vocabulary.spelled(number))).toEqual([
      '领',
      '低',
      '领低',
      '保',
      '低保',
      '领',
    ])
    expect(vocabulary.pairAt('领低保', 1)).toBe(cut[4])
    expect(vocabulary.pairAt('保 领', 1)).toBe(UNKNOWN)
  })

  test('reads each different piece once, with how often it stands there', () => {
    const vocabulary = new Vocabulary()
    const [low = UNKNOWN, , pair = UNKNOWN] = vocabulary.learn('低保')
    const { numbers, times } = vocabulary.read('低低保问问')
    expect([...numbers]).toEqual([low, UNKNOWN, low + 1, pair, UNKNOWN, UNKNOWN, UNKNOWN])
    expect([...times]).toEqual([2, 1, 1, 1, 2, 1, 1])
  })

  test('keeps its numbers however much it learns', () => {
    const vocabulary = new Vocabulary()
    const first = [...vocabulary.learn('低保怎么申请')]
    for (let code = 0x4e00; code < 0x9fa5; code++) vocabulary.learn(String.fromCharCode(code, code + 1))
    expect([...vocabulary.learn('低保怎么申请')]).toEqual(first)
    expect(vocabulary.spelled(first[2] ?? 0)).toBe('低保')
  })
})

describe('a name is found', () => {
  const names = ['低保', '护理补贴', '就业困难人员', '就业', '特困供养'].map((text) => ({
    text,
    means: text,
  }))
  const finder = NameFinder.from(names)
  test.each([
    ['by its very words', '申请低保', ['低保 1']],
    ['by its sound', '第保怎么办', ['低保 0.85']],
    ['by how it sounds in dialect', '户李补贴', ['护理补贴 0.85']],
    ['with a wrong character in front', '扩理补贴', ['护理补贴 0.7']],
    ['with a wrong character at the end', '护理补助', ['护理补贴 0.7']],
    ['with a wrong character within', '就业圂难人员', ['就业困难人员 0.7', '就业 1']],
    ['not with two', '就业圂维人员', ['就业 1']],
    ['not with what is no character in its place', '护理补a', []],
    ['but not within a longer one', '就业困难人员', ['就业困难人员 1']],
    ['every time', '低保，特困供养', ['特困供养 1', '低保 1']],
  ])('%s: %s', (_how, text, found) => {
    expect(finder.find(text).map(({ name, certainty }) => `${name.text} ${certainty}`)).toEqual(found)
  })
})

describe('word search', () => {
  const over = (texts: readonly (readonly [name: string, text: string])[]) => {
    const vocabulary = new Vocabulary()
    const cut = (text: string) => vocabulary.learn(content(text))
    const documents = texts.map(([name, text]) => ({ names: cut(name), text: cut(text) }))
    const search = new WordSearch(documents, vocabulary)
    return (text: string) => {
      const all = new Float64Array(texts.length)
      search.add(vocabulary.read(content(text)), 1, all)
      return [...all]
    }
  }

  test('counts rare words more, names more than text, several words most, and a word again when repeated', () => {
    const scores = over([
      ['高龄津贴', '老人领钱'],
      ['护理补贴', '老人领高龄钱'],
      ['护理补贴', '老人领钱'],
    ])
    const [inName = 0, inText = 0, nowhere = 0] = scores('高龄')
    expect(inName).toBeGreaterThan(inText)
    expect(inText).toBeGreaterThan(nowhere)
    expect(nowhere).toBe(0)
    const [rare = 0, common = 0] = scores('津贴护理')
    expect(rare).toBeGreaterThan(common)
    const [, both = 0, one = 0] = scores('高龄护理')
    expect(both).toBeGreaterThan(2 * one)
    expect(scores('高龄 高龄')[0]).toBeCloseTo(2 * inName)
  })

  test('asks among very many documents after the words that tell them apart', () => {
    const many = Array.from(
      { length: 2000 },
      (_, number) => ['补贴', number === 1234 ? '护理' : '领钱'] as const,
    )
    const scores = over(many)
    const found = scores('补贴护理').flatMap((score, place) => (score > 0 ? [place] : []))
    expect(found).toEqual([1234])
  })

  test('asks after every word among few, however long the message', () => {
    const scores = over([...Array(69)].map(() => ['补贴', '老人领钱'] as const))
    const [one = 0] = scores('补贴')
    const [all = 0] = scores('补贴老人领钱')
    expect(all).toBeGreaterThan(3 * one)
  })
})

describe('a ranking', () => {
  test('begins alike however long it is, and says how far behind each is', () => {
    const all = knowledge().search('瘫痪在床的护理补贴', DAY, 1000)
    expect(all).toHaveLength(knowledge().policies.size)
    expect(knowledge().search('瘫痪在床的护理补贴', DAY, 3)).toEqual(all.slice(0, 3))
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).toSorted((a, b) => b - a))
    expect(all[0]?.behind).toBe(0)
    expect(all[5]?.behind).toBe((all[0]?.score ?? 0) - (all[5]?.score ?? 0))
  })

  test('holds only what is in force on the day asked', () => {
    expect(knowledge().search('低保怎么申请', DAY)[0]?.policy.id).toBe('dibao')
    expect(knowledge().search('低保怎么申请', '1949-10-01')).toEqual([])
    expect(knowledge().search('低保怎么申请', DAY)[0]?.policy.id).toBe('dibao')
  })
})

test('a trie finds every text that stands in another, however many it holds', () => {
  const trie = new Trie<string>()
  const texts = Array.from({ length: 5000 }, (_, number) => `${(number * 7919) % 5000}号`)
  for (const text of [...texts, '号1']) trie.add(text, text)
  const found = (text: string) => {
    const all: string[] = []
    trie.eachIn(text, (value, at) => all.push(`${at} ${value}`))
    return all
  }
  expect(found('在4999号1楼')).toEqual(['1 4999号', '2 999号', '3 99号', '4 9号', '5 号1'])
  expect(texts.filter((text) => !found(text).includes(`0 ${text}`))).toEqual([])
  expect(found('号')).toEqual([])
})
