/** What is typed in letters because the keyboard would not give the characters. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pinyin } from '../knowledge/pinyin.ts'
import { anyCharacter } from './support/characters.ts'
import { conversation } from './support/talk.ts'
import { knowledge } from './support/world.ts'

const pinyin = new Pinyin(['低保', '残疾证', '高龄津贴', '临时救助'])

describe('pinyin', () => {
  test.each([
    ['dibao zenme ban', '低保怎么办'],
    ['di bao zen me ban', '低保怎么办'],
    ['低bao', '低保'],
    ['di保要什么cailiao', '低保要什么材料'],
    ['gaolingjintie qu nali ban', '高龄津贴去哪里办'],
    ['Dibao duoshaoqian', '低保多少钱'],
    ['NIHAO', '你好'],
  ])('%s is %s', (typed, meant) => {
    expect(pinyin.written(typed)).toBe(meant)
  })

  test.each([
    'OK',
    'ICU住了三天',
    'A级',
    '我用app交的',
    'wifi坏了',
    'Li Ming',
    '我叫Tom',
    'etc卡',
    'QQ',
    '低保',
    '',
  ])('%s stays as it is', (text) => {
    expect(pinyin.written(text)).toBe(text)
  })

  test('anything can be read, and what holds no letters is never touched', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const written = pinyin.written(text)
        if (!/[a-z]{2}/i.test(text)) expect(written).toBe(text)
      }),
    )
  })

  test('a long row of letters is read at once', () => {
    expect(pinyin.written('a'.repeat(5_000))).toHaveLength(5_000)
    expect(pinyin.written(`${'xian'.repeat(1_000)}v`)).toHaveLength(4_001)
  })
})

describe('a resident who types letters', () => {
  test('is answered', () => {
    const say = conversation()
    expect(say('nihao').decision.kind).toBe('smalltalk')
    expect(say('dibao zenme ban').decision).toMatchObject({
      kind: 'answer',
      policies: expect.arrayContaining(['dibao']),
    })
    expect(say('yao dai shenme cailiao').reply?.text).toContain('身份证')
    expect(say('wo bu xiang huo le').decision.danger).toBe('self_harm')
  })

  test('and is told how else, where nothing can be read from them', () => {
    expect(conversation()('help me please').reply?.text).toContain('按住说话')
    expect(conversation()('asdfgh').reply?.text).toContain('按住说话')
  })

  test('every name of a policy is read', () => {
    expect(knowledge().written('linshijiuzhu')).toBe('临时救助')
  })
})
