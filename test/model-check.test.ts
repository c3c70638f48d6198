import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plain, readFigures } from '../bot/figures.ts'
import { checkWords, maskPersonal } from '../bot/model.ts'
import { knowledge } from './support/world.ts'

const policies = [...knowledge().policies.values()].map((policy) => {
  const sections = Object.values(policy.sections)
  const source = [policy.title, ...sections.flatMap(({ lead, details }) => [lead, ...details])].join('\n')
  return { id: policy.id, sections, source, sentences: source.match(/[^。\n]+。/g) ?? [] }
})
const anyPolicy = fc.constantFrom(...policies)
/** Words made only of whole sentences of one policy. */
const pieces = anyPolicy.chain(({ id, source, sentences }) =>
  fc
    .shuffledSubarray(sentences, { minLength: 1, maxLength: 3 })
    .map((some) => ({ id, source, words: some.join('') }))
    .filter(({ words }) => [...words].length <= 120 && [...words].length >= 8),
)

describe('words', () => {
  test('that are the plain answer pass, for every answer of every policy', () => {
    const refused = policies.flatMap(({ id, sections, source }) =>
      sections.flatMap(({ lead }) => {
        const reason = checkWords(lead, source, lead)
        return reason ? [`${id} ${reason} ${lead}`] : []
      }),
    )
    expect(refused).toEqual([])
  })

  test('made only of pieces of the source pass', () => {
    fc.assert(
      fc.property(pieces, ({ words, source }) => {
        expect(checkWords(words, source)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  test('with any one digit changed into a number that the source does not hold are caught', () => {
    const withDigit = pieces.filter(({ words }) => /\d/.test(words))
    fc.assert(
      fc.property(withDigit, fc.nat(), fc.integer({ min: 1, max: 9 }), ({ words, source }, place, by) => {
        const places = [...words.matchAll(/\d/g)].map(({ index }) => index)
        const at = places[place % places.length] ?? 0
        const digit = (Number(words[at]) + by) % 10
        const changed = words.slice(0, at) + digit + words.slice(at + 1)
        const run = [...changed.matchAll(/[\d.]+/g)].find(
          (one) => one.index <= at && at < one.index + one[0].length,
        )
        fc.pre(![...source.matchAll(/[\d.]+/g)].some(([held]) => Number(held) === Number(run?.[0])))
        expect(checkWords(changed, source)).not.toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  test('with any Chinese grade or count changed are caught', () => {
    const counted = /[一二三四五六七八九](?=级|类|种|项|个月|年级|岁)/g
    const withCount = pieces.filter(({ words }) => words.match(counted) !== null)
    fc.assert(
      fc.property(withCount, fc.nat(), ({ words, source }, place) => {
        const places = [...words.matchAll(counted)].map(({ index }) => index)
        const at = places[place % places.length] ?? 0
        const changed = `${words.slice(0, at)}十三${words.slice(at + 1)}`
        expect(checkWords(changed, source)).not.toBeNull()
      }),
      { numRuns: 100 },
    )
  })
})

describe('a figure', () => {
  test.each([
    ['三百五十元', '350元'],
    ['三百五元', '350元'],
    ['一万二千元', '12000元'],
    ['2.5万元', '25000元'],
    ['3,700块钱', '3700元'],
    ['３７００元', '3700元'],
    ['百分之三十', '30%'],
    ['三成', '30%'],
    ['一、二级', '1级 2级'],
    ['三四级', '3级 4级'],
    ['2到3档', '2档 3档'],
    ['二〇二六年七月一日', 'D2026-7-1'],
    ['2026-07-01', 'D2026-7-1'],
    ['7月1号', 'D-7-1'],
    ['幺二三四五', '12345'],
    ['025-12345678', '02512345678'],
    ['三十个工作日', '30工作日'],
    ['半年', '0.5年'],
    ['一半', 'half'],
    ['三分之二', '2/3'],
    ['十几天', '十几天'],
    ['第十八条', '第18条'],
    ['一个月', '1个月'],
    ['6月', '6月'],
    ['一般一起去一个窗口，一次性说清', ''],
  ])('%s is read as %s', (said, key) => {
    expect(
      readFigures(plain(said))
        .map((figure) => figure.key)
        .join(' '),
    ).toBe(key)
  })
})

describe('what the source says of one thing', () => {
  const source =
    '住校的小学每年1250元、初中1500元。渐退期原则上不超过6个月。失联6个月以上的也算。已经特困供养的，不再享受低保。符合条件的可能可以领补贴，以当地为准。孩子未满18岁的，家长去街道办理。'
  test.each([
    ['住校的小学每年1500元、初中1250元。', 'figure'],
    ['住校的小学每月1250元、初中1500元。', 'figure'],
    ['渐退期原则上至少6个月。', 'figure'],
    ['渐退期原则上是6个月。', 'figure'],
    ['已经特困供养的，可以再享受低保。', 'certainty'],
    ['符合条件的，可以领到补贴，您放心，以当地为准。', 'promise'],
    ['您可以领补贴，以当地为准。', 'decision'],
    ['补贴能领到，以当地街道的为准。', 'certainty'],
    ['孩子满18岁的，家长去街道办理。', 'figure'],
    ['孩子未满18岁的，家长去街道办理，免费的。', 'name'],
    ['孩子未满18岁的，家长不用去街道办理。', 'certainty'],
    ['可以，孩子未满18岁的，家长去街道办理。', 'decision'],
  ])('may not be said otherwise: %s', (words, reason) => {
    expect(checkWords(words, source)).toBe(reason)
  })
})

describe('masking', () => {
  test.each([
    [
      '我叫王秀英，住在尧化街道尧新社区3栋2单元501，电话13812345678',
      '我叫〔姓名〕,住在〔地址〕,电话〔电话〕',
    ],
    ['电话幺三八零零幺二三四五六七八', '电话〔电话〕'],
    ['身份证三二零一零二一九五零零三零二幺二三四', '身份证〔证件号〕'],
    ['138，1234，5678', '〔号码〕'],
    ['微信号abc_12345，邮箱wang@qq.com', '微信号〔账号〕,邮箱〔邮箱〕'],
    ['车牌苏A12345，身份证后四位1234', '车牌〔车牌〕,身份证后四位〔号码〕'],
    ['1950年3月2日出生', '〔生日〕出生'],
    ['孩子叫阿依古丽·买买提，三岁', '孩子叫〔姓名〕,三岁'],
    ['南京市栖霞区文苑路1号张建国', '〔地址〕〔姓名〕'],
  ])('%s', (said, masked) => {
    expect(maskPersonal(said)).toBe(masked)
  })

  test.each([
    '我妈高血压能报销吗',
    '我是低保户,轮椅多少钱',
    '家里收入15000元能办吗',
    '12345打了没人接',
    '去街道办低保要带啥',
    '我爸今年八十了,瘫在床上',
    '残疾证二级每月补多少',
  ])('leaves what is asked: %s', (said) => {
    expect(maskPersonal(said)).toBe(said)
  })
})
