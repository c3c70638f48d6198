import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMANDS, type CommandName } from '../flows/advisor/commands.ts'
import { readLine } from '../flows/advisor/lines.ts'
import { findSubject, readMention } from '../flows/advisor/subject.ts'
import { readDay } from '../flows/days.ts'

const NOW = new Date('2026-11-22T09:00:00+08:00')
const KNOWN = {
  now: NOW,
  colleagues: [
    { id: 'wangfang', name: '王芳' },
    { id: 'liqiang', name: '李强' },
    { id: 'liming', name: '李明' },
  ],
}

/** A line as it was understood, short: command, what about, values. */
function understood(text: string): string {
  const read = readLine(text, KNOWN)
  if (read.kind === 'unknown') return `？${read.likely.map(({ word }) => word).join('、')}`
  const { command, subject, values } = read.line
  const about =
    subject === null
      ? ''
      : subject.kind === 'person'
        ? ` ${subject.name}`
        : ` ${subject.letter ?? ''}${subject.digits}${subject.dashed ? '-' : ''}`
  const given = Object.entries(values).map(([name, value]) => ` ${name}=${value}`)
  return `${command}${about}${given.join('')}`
}

describe('one line is read', () => {
  test.each<[string, string]>([
    ['接单 Q-0412-6', 'claim Q04126-'],
    ['接单Q-0412-6', 'claim Q04126-'],
    ['Q-0412-6 接单', 'claim Q04126-'],
    ['ｑ－０４１２－６　接单', 'claim Q04126-'],
    ['q0412 6接单', 'claim Q04126-'],
    ['接单0412', 'claim 0412'],
    ['412-6我接了', 'claim 4126-'],
    ['这单我接', 'claim'],
    ['我来跟', 'claim'],
    ['@救助助手 接单 Q-0412-6', 'claim Q04126-'],
    ['零四幺二杠六我接单', 'claim 04126-'],
    ['接单', 'claim'],
    ['已联系 Q-0412-6 电话 通了', 'contact Q04126- 方式=电话 通没通=通了'],
    ['已联系 Q-0412-6 电话 没通', 'contact Q04126- 方式=电话 通没通=没通'],
    ['打过电话了没人接', 'contact 方式=电话 通没通=没通 说明=打过电话了没人接'],
    ['412-6 电话打通了，说明天来街道', 'contact 4126- 方式=电话 通没通=通了 说明=打通了，说明天来街道'],
    ['Q-0412-6 关机', 'contact Q04126- 方式=电话 通没通=没通 说明=关机'],
    ['加了微信，还没回', 'contact 方式=微信 通没通=没通 说明=加了微信，还没回'],
    ['已联系 Q-0412-6', 'contact Q04126- 方式=电话'],
    ['转办 Q-0412-6 区教育局 学费减免', 'pass Q04126- 承办单位=区教育局 要办的事=学费减免'],
    ['Q-0412-6转给区教育局办学费减免', 'pass Q04126- 承办单位=区教育局 要办的事=学费减免'],
    ['张大爷那单转教育局', 'pass 张大爷 承办单位=教育局'],
    ['转办 Q-0412-6', 'pass Q04126-'],
    ['转给 李强 Q-0412-6', 'hand Q04126- 同事=李强'],
    ['Q-0412-6 转李强', 'hand Q04126- 同事=李强'],
    ['这单交给liqiang', 'hand 同事=liqiang'],
    ['转给赵六', 'hand 同事=赵六'],
    [
      '走访 Q-0412-6 上门 母子都在,孩子退烧了,还缺诊断证明',
      'visit Q04126- 情况=上门 母子都在,孩子退烧了,还缺诊断证明',
    ],
    ['走访 H-0412-6 上门，不在家', 'visit H04126- 情况=上门，不在家'],
    ['今天上门看了412-6，没人', 'visit 4126- 情况=今天上门看了，没人'],
    ['王秀英家去看过了，都好', 'visit 王秀英 情况=去看过了，都好'],
    ['办结 Q-0412-6 帮上了 学费已经减免', 'close Q04126- 结果=帮上了 办理结果=学费已经减免'],
    ['办结 Q-0412-6', 'close Q04126-'],
    ['412-6可以结了', 'close 4126- 办理结果=可以结了'],
    ['办结 帮上一部分', 'close 结果=帮上一部分'],
    ['回访 Q-0412-6 不满意 钱还没到', 'revisit Q04126- 满意不满意=不满意 说明=钱还没到'],
    ['回访 Q-0412-6', 'revisit Q04126-'],
    ['预审通过 Q-0412-6', 'screen Q04126-'],
    ['Q-0412-6 预审 通过', 'screen Q04126-'],
    [
      '不予受理 Q-0412-6 户口不在本区 还可以找户籍地街道办',
      'refuse Q04126- 理由=户口不在本区 还可以=找户籍地街道办',
    ],
    [
      '先行救助 Q-0412-6 大米一袋 来源街道备用金 欠情况说明12月10日',
      'aid Q04126- 需求=物资 给了什么=大米一袋 来源=街道备用金 欠材料=情况说明@2026-12-10',
    ],
    ['救助 Q-0412-6 2000元 来源备用金', 'give Q04126- 需求=资金 给了什么=救助金 金额=2000 来源=备用金'],
    ['补材料 Q-0412-6 诊断证明 12月10日前', 'papers Q04126- 材料名称=诊断证明 日期=2026-12-10'],
    ['补材料 Q-0412-6 诊断证明', 'papers Q04126- 材料名称=诊断证明'],
    ['收材料 Q-0412-6 诊断证明', 'receive Q04126- 哪份材料=诊断证明'],
    ['加急 Q-0412-6 断药了', 'raise Q04126- 理由=断药了'],
    ['必访 H-0412-6 住院', 'must H04126- 原因=住院 说明=住院'],
    ['必访 Q-0412-6 老人昨天走了', 'must Q04126- 原因=过世 说明=老人昨天走了'],
    ['纳入 H-0412-6 低保', 'joined H04126- 政策=低保'],
    ['退出 H-0412-6 低保', 'left H04126- 政策=低保'],
    ['承诺 H-0412-6 学费 到2029-06 每学期', 'pledge H04126- 什么=学费 到哪天=2029-06-30 多久一次=每学期'],
    ['对居民说 Q-0412-6 明天上午到您家', 'say Q04126- 话=明天上午到您家'],
    ['交还 Q-0412-6', 'back Q04126-'],
    ['Q-0412-6', 'show Q04126-'],
    ['0412', 'show 0412'],
    ['Q-0412-6到哪一步了', 'show Q04126-'],
    ['划区 Q-0412-6 城关街道幸福社区', 'place Q04126- 区域=城关街道幸福社区'],
    ['我的', 'mine'],
    ['我手上有什么', 'mine'],
    ['我的 包片', 'caseload'],
    ['查 低保边缘', 'policy 问什么=低保边缘'],
    ['查一下临时救助要什么材料', 'policy 问什么=临时救助要什么材料'],
    ['帮助', 'help'],
    [
      '求助 张大爷，住城关街道幸福社区，老伴住院花了八万，13800138000',
      'plea 经过=张大爷，住城关街道幸福社区，老伴住院花了八万，13800138000',
    ],
    ['反馈 Q-0412-6 办好了 学费已经减免', 'report Q04126- 结果=办好了 办理情况=学费已经减免'],
    ['反馈 Q-0412-6 p2 办好了 学费已经减免', 'report Q04126- 哪一项=p2 结果=办好了 办理情况=学费已经减免'],
    ['反馈 P1 没能办成，户口不在本区', 'report 哪一项=p1 结果=没能办成 办理情况=户口不在本区'],
    ['改日期 Q-0412-6 12月30日 等医院出证明', 'promise Q04126- 日期=2026-12-30 理由=等医院出证明'],
  ])('%s', (line, meant) => {
    expect(understood(line)).toBe(meant)
  })

  test.each([
    ['吃了吗', '？'],
    ['低保', '？'],
    ['', '？'],
  ])('words that are no command are answered with the three likeliest: %s', (line, meant) => {
    expect(understood(line).slice(0, 1)).toBe(meant)
    expect(understood(line).split('、')).toHaveLength(3)
  })

  test('a command half remembered is offered', () => {
    expect(understood('结束')).toContain('办结')
    expect(understood('同事')).toContain('转给')
  })

  test('every example is read as its own command, and has all it needs', () => {
    for (const { name, example, slots, word } of COMMANDS) {
      const read = readLine(example, KNOWN)
      expect(read, example).toMatchObject({ kind: 'line', line: { command: name }, sure: true })
      if (read.kind !== 'line') continue
      for (const slot of slots.filter(({ picks }) => picks === null))
        expect(read.line.values[slot.name], `${word} ${slot.name}`).toBeTruthy()
    }
  })

  test('any text is read without a fault, and a value is never empty', () => {
    const words = fc.constantFrom(
      ...COMMANDS.flatMap(({ word, example }) => [word, example]),
      'Q-0412-6',
      '没',
    )
    const anything = fc.array(fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 20 })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(anything, fc.constantFrom('', ' ', '，'), (parts, gap) => {
        const read = readLine(parts.join(gap), KNOWN)
        if (read.kind === 'unknown') expect(read.likely.length).toBe(3)
        else expect(Object.values(read.line.values)).not.toContain('')
      }),
      { numRuns: 500 },
    )
  })
})

describe('which one is meant', () => {
  const THEIRS = [
    { number: 'Q-0412-6', name: '张大山' },
    { number: 'Q-0421-9', name: '王秀英' },
    { number: 'Q-1234-0', name: '王芳' },
    { number: 'H-0412-6', name: '李桂兰' },
  ]
  const find = (text: string) => {
    const { mention } = readMention(text)
    return mention && findSubject(mention, THEIRS)
  }

  test.each([
    ['Q-0412-6', 'Q-0412-6'],
    ['H0412-6', 'H-0412-6'],
    ['421-9我接了', 'Q-0421-9'],
    ['0421', 'Q-0421-9'],
    ['q1234', 'Q-1234-0'],
    ['张大爷那单', 'Q-0412-6'],
    ['李桂兰家', 'H-0412-6'],
  ])('%s', (text, number) => {
    expect(find(text)).toEqual({ kind: 'one', number })
  })

  test('a number that fits but is not theirs is taken as it is, so that they hear whose it is', () => {
    expect(find('Q-9001-8')).toEqual(expect.objectContaining({ kind: expect.stringMatching(/one|none/) }))
  })

  test('a wrong check digit is said to be wrong, with theirs that come near', () => {
    expect(find('Q-0412-7')).toEqual({ kind: 'several', numbers: ['Q-0412-6'], mistyped: true })
    expect(find('Q-0142-6')).toEqual({ kind: 'several', numbers: ['Q-0412-6'], mistyped: true })
    expect(find('Q-7777-1')).toMatchObject({ kind: 'none', mistyped: true })
  })

  test('what fits several is asked back', () => {
    expect(find('王阿姨那单')).toEqual({
      kind: 'several',
      numbers: ['Q-0421-9', 'Q-1234-0'],
      mistyped: false,
    })
    expect(find('412-6')).toMatchObject({ kind: 'several', numbers: ['Q-0412-6', 'H-0412-6'] })
  })

  test.each(['13800138000', '给了2000元', '12月10日', '到2029-6', '3栋201', '68岁', '走访情况都好'])(
    '%s is no number of a request',
    (text) => {
      expect(readMention(text).mention).toBeNull()
    },
  )
})

describe('days as they are said on a Sunday', () => {
  test.each([
    ['12月10日', '2026-12-10'],
    ['12/10', '2026-12-10'],
    ['2026-12-10', '2026-12-10'],
    ['1月3号', '2027-01-03'],
    ['2029-06', '2029-06-30'],
    ['2029年6月底', '2029-06-30'],
    ['明天', '2026-11-23'],
    ['下周五', '2026-11-27'],
    ['周五', '2026-11-27'],
    ['两周内', '2026-12-06'],
    ['7天内', '2026-11-29'],
    ['月底', '2026-11-30'],
    ['下个月底', '2026-12-31'],
    ['年底', '2026-12-31'],
    ['12月底前', '2026-12-31'],
    ['12月', '2026-12-31'],
    ['11月末', '2026-11-30'],
    ['十二月底', '2026-12-31'],
    ['3月份', '2027-03-31'],
    ['3个月', '2027-02-20'],
    ['三月后', '2027-02-20'],
    ['28日前', '2026-11-28'],
    ['18号', '2026-12-18'],
    ['31日以前', '2026-12-31'],
    ['7日内', '2026-11-29'],
    ['15日之后', '2026-12-07'],
  ])('%s', (text, day) => {
    expect(readDay(text, NOW)?.day).toBe(day)
  })

  test.each(['', '诊断证明', '2月30日', '13月1日', '13月底', '32日', '3号楼'])('%s names no day', (text) => {
    expect(readDay(text, NOW)).toBeNull()
  })
})

test('the table of commands for people is this one', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.zh-CN.md'), 'utf8')
  const table = COMMANDS.map(({ example, does }) => `| \`${example}\` | ${does} |`)
  expect(readme).toContain(['| 写什么 | 办什么 |', '|---|---|', ...table].join('\n'))
})

/** Command names are data that stays in the store while something is asked back. */
test('no two commands share a name or a word', () => {
  const names: CommandName[] = COMMANDS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(COMMANDS.map(({ word }) => word)).size).toBe(names.length)
})
