import { describe, expect, test } from 'vitest'
import { localValues, parseLocal } from '../knowledge/local.ts'
import { citation, InventoryError, inForce, parsePolicy } from '../knowledge/policy.ts'

const GOOD = `---
id: example
title: 示例补贴
departments: [民政]
level: 国家
area: 全国
audience: [困难家庭]
effective: 2026-07-01
checked: 2026-11-22
sources:
  - document: 示例办法
    number: 民发〔2026〕1号
    effective: 2026-07-01
  - document: 旧办法
    issued: 2020-01-01
questions: [一, 二, 三]
---
## 是什么
一句话。

- 细节一
- 细节二

## 给什么
看旧办法。〔2〕
`
const faultsOf = (text: string, path = 'knowledge/policies/example.md'): string[] => {
  try {
    parsePolicy(text, path)
    return []
  } catch (error) {
    if (error instanceof InventoryError) return error.message.split('\n')
    throw error
  }
}

test('a policy file gives its sections, each with its lead, its details and its source', () => {
  const policy = parsePolicy(GOOD, 'example.md')
  expect(policy.sections.overview).toMatchObject({ lead: '一句话。', details: ['细节一', '细节二'] })
  expect(citation(policy.sections.overview.source)).toBe('《示例办法》民发〔2026〕1号·2026-07-01起施行')
  expect(policy.sections.benefit?.lead).toBe('看旧办法。')
  expect(policy.sections.benefit && citation(policy.sections.benefit.source)).toBe(
    '《旧办法》·2020-01-01公布',
  )
})

describe('a fault is named by path, line and what is wrong', () => {
  test.each([
    ['no front matter', '## 是什么\n一句。', 1, '---'],
    ['broken YAML', GOOD.replace('level: 国家', 'level: [国家'), 6, 'YAML'],
    ['an unknown level', GOOD.replace('level: 国家', 'level: 县城'), 5, 'level'],
    [
      'a date that is none',
      GOOD.replace('effective: 2026-07-01\nchecked', 'effective: 2026-13-01\nchecked'),
      8,
      'effective',
    ],
    ['a misspelt field', GOOD.replace('level: 国家', 'level: 国家\nlevle: 国家'), 2, 'levle'],
    ['no sources', GOOD.replace(/sources:[\s\S]*?questions/, 'sources: []\nquestions'), 10, 'sources'],
    [
      'a wrong date inside a source',
      GOOD.replace('issued: 2020-01-01', 'issued: 去年'),
      15,
      'sources.1.issued',
    ],
    ['a heading that is none of ours', GOOD.replace('## 给什么', '## 待遇'), 24, '待遇'],
    ['a heading twice', GOOD.replace('## 给什么', '## 是什么'), 24, '两次'],
    ['a section without its answer', GOOD.replace('看旧办法。〔2〕', '- 只有细节'), 24, '直接回答'],
    ['an answer too long for a chat', GOOD.replace('一句话。', '长'.repeat(121)), 18, '121'],
    ['a source that is not listed', GOOD.replace('〔2〕', '〔3〕'), 24, '〔3〕'],
    ['no overview', GOOD.replace('## 是什么', '## 怎么办'), 18, '是什么'],
    ['words outside any section', GOOD.replace('## 是什么', '闲话\n## 是什么'), 18, '小标题'],
  ])('%s', (_what, text, line, words) => {
    const faults = faultsOf(text)
    expect(faults.join('\n')).toContain(`knowledge/policies/example.md:${line}: `)
    expect(faults.find((fault) => fault.includes(`:${line}: `))).toContain(words)
  })

  test('a file whose name is not its id', () => {
    expect(faultsOf(GOOD, 'other.md')).toEqual(['other.md:2: id 是 example，文件名却是 other'])
  })

  test('all faults of a file are told at once', () => {
    expect(
      faultsOf(GOOD.replace('看旧办法。〔2〕', '').replace('## 是什么', '## 乱写')).length,
    ).toBeGreaterThan(1)
  })
})

test.each([
  ['2026-06-30', false],
  ['2026-07-01', true],
  ['2026-12-31', true],
  ['2027-01-01', false],
])('a policy from 2026-07-01 to 2026-12-31 may be told on %s: %s', (day, told) => {
  expect(inForce({ effective: '2026-07-01', expires: '2026-12-31', supersededBy: null }, day)).toBe(told)
})

describe('a source leads to the web or nowhere', () => {
  const linked = (link: string) =>
    GOOD.replace('issued: 2020-01-01', `issued: 2020-01-01\n    link: ${JSON.stringify(link)}`)
  const LOCAL = (link: string) => `---
area: 南京市栖霞区
values:
  - { policy: example, name: 标准, value: 每月1元, from: 2026-01-01, document: 通知, link: ${JSON.stringify(link)} }
---
`
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt://example.gov.cn/%0aalert(1)',
    ' javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://example.gov.cn/1',
    'ftp://example.gov.cn/a.pdf',
    '//example.gov.cn/a',
    '/p/dibao',
    'example.gov.cn',
  ])('%j is a fault', (link) => {
    expect(faultsOf(linked(link))).toEqual([
      'knowledge/policies/example.md:16: sources.1.link：要写完整网址，以 http:// 或 https:// 开头',
    ])
    expect(() => parseLocal(LOCAL(link), 'a.md')).toThrow('以 http:// 或 https:// 开头')
  })
  test.each(['https://www.mca.gov.cn/a.html?b=1#c', 'http://example.gov.cn/', 'HTTPS://example.gov.cn/中文'])(
    '%s is kept as it is written',
    (link) => {
      expect(parsePolicy(linked(link), 'example.md').sources[1]?.link).toBe(link)
      expect(parseLocal(LOCAL(link), 'a.md').values[0]?.link).toBe(link)
    },
  )
})

test('a policy that was replaced is never told', () => {
  expect(inForce({ effective: '2020-01-01', expires: null, supersededBy: 'newer' }, '2026-01-01')).toBe(false)
})

test('an area tells the newest figure in force, and none before or after its time', () => {
  const area = parseLocal(
    `---
area: 示例市示例区
values:
  - { policy: dibao, name: 低保标准, value: 每人每月900元, from: 2025-07-01, document: 旧通知 }
  - { policy: dibao, name: 低保标准, value: 每人每月950元, from: 2026-07-01, until: 2027-06-30, document: 新通知 }
---
`,
    'local/example.md',
  )
  expect(localValues(area, 'dibao', '2026-01-01').map((one) => one.value)).toEqual(['每人每月900元'])
  expect(localValues(area, 'dibao', '2026-11-22').map((one) => one.value)).toEqual(['每人每月950元'])
  expect(localValues(area, 'dibao', '2025-01-01')).toEqual([])
  expect(localValues(area, 'tekun', '2026-11-22')).toEqual([])
})
