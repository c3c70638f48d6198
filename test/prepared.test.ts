import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Knowledge } from '../knowledge/knowledge.ts'
import { projectFolder } from '../knowledge/load.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { prepare, prepared, preparedKnowledge } from '../knowledge/prepared.ts'
import { anyCharacter } from './support/characters.ts'
import { knowledge, temporaryFolder } from './support/world.ts'

const DAY = '2026-11-22'

const edit = (path: string, from: string, to: string) =>
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))

/** A small inventory to change, with nothing prepared. */
function places() {
  const folder = temporaryFolder()
  const inventory = join(folder, 'knowledge')
  for (const name of ['policies', 'examples']) mkdirSync(join(inventory, name), { recursive: true })
  writeFileSync(join(inventory, 'policies/dibao.md'), POLICY)
  writeFileSync(join(inventory, 'examples/dibao.txt'), '想吃低保\n')
  return { inventory, file: join(folder, 'prepared.bin') }
}
const POLICY = `---
id: dibao
title: 最低生活保障
departments: [民政局]
level: 国家
area: 全国
audience: [困难家庭]
effective: 2014-05-01
checked: 2026-11-01
sources:
  - document: 社会救助暂行办法
questions: [低保怎么申请, 谁能吃低保, 低保多少钱]
---
## 是什么
家里收入低于当地标准，可以申请低保。
`

/** Everything that can be asked about a message; a policy is told by its id. */
function asked(known: Knowledge, text: string): string {
  const hits = known.search(text, DAY)
  const all = {
    danger: known.danger(text),
    answering: known.danger(text, true),
    finding: known.consult(text, null, DAY),
    following: known.consult(text, { policy: 'dibao', said: '低保怎么申请' }, DAY),
    hits,
    why: hits.slice(0, 1).map(({ policy }) => known.why(text, policy)),
  }
  return JSON.stringify(all, byId)
}
const byId = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && 'sections' in value && 'id' in value ? value.id : value

describe('what was prepared', () => {
  let kept: Knowledge
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'jiuzhu-'))
    const here = { inventory: join(projectFolder(), 'knowledge'), file: join(folder, 'prepared.bin') }
    prepare(here)
    expect(prepared(here)).not.toBeNull()
    kept = preparedKnowledge(here)
    rmSync(folder, { recursive: true })
  })

  test('is the inventory itself', () => {
    expect([...kept.policies]).toEqual([...knowledge().policies])
    expect(kept.locals).toEqual(knowledge().locals)
  })

  test('answers every labelled message as what was learned now', () => {
    const lines = (name: string) =>
      readFileSync(join(projectFolder(), 'test', name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t').at(-1) ?? '')
    const phrases = [...lines('danger-phrases.tsv'), ...lines('danger-unseen.tsv')]
    expect(phrases.length).toBeGreaterThan(1500)
    expect(phrases.filter((line) => kept.danger(line) !== knowledge().danger(line))).toEqual([])
    const questions = [...lines('follow-ups.tsv'), ...lines('ordinary-answers.txt')]
    expect(questions.length).toBeGreaterThan(300)
    expect(questions.filter((line) => asked(kept, line) !== asked(knowledge(), line))).toEqual([])
  })

  test('answers any text as what was learned now', () => {
    const words = readFileSync(join(projectFolder(), 'knowledge/examples/dibao.txt'), 'utf8')
    const piece = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 8 }),
      fc.nat(words.length - 6).map((at) => words.slice(at, at + 6)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('')
        expect(asked(kept, text)).toBe(asked(knowledge(), text))
      }),
      { numRuns: 100 },
    )
  })
})

describe('what is prepared is used only while it fits', () => {
  test('an edited policy is told from the next start on, without a build', () => {
    const here = places()
    prepare(here)
    const policy = join(here.inventory, 'policies/dibao.md')
    edit(policy, 'title: 最低生活保障', 'title: 城乡低保新办法')
    expect(prepared(here)).toBeNull()
    expect(preparedKnowledge(here).policies.get('dibao')?.title).toBe('城乡低保新办法')
  })

  test('so is a text published before a file, or another one', () => {
    const here = places()
    prepare(here)
    const reworded = POLICY.replace('title: 最低生活保障', 'title: 低保')
    const published = { ...here, instead: new Map([['dibao', reworded]]) }
    expect(prepared(published)).toBeNull()
    prepare(published)
    expect(preparedKnowledge(published).policies.get('dibao')?.title).toBe('低保')
    expect(prepared(published)).not.toBeNull()
    expect(prepared({ ...here, instead: new Map([['dibao', POLICY]]) })).toBeNull()
    expect(prepared(here)).toBeNull()
  })

  test('an example added or a file renamed is noticed', () => {
    const here = places()
    prepare(here)
    const example = join(here.inventory, 'examples/dibao.txt')
    const before = readFileSync(example)
    appendFileSync(example, '想问哈低保咋个办\n')
    expect(prepared(here)).toBeNull()
    writeFileSync(example, before)
    expect(prepared(here)).not.toBeNull()
    renameSync(example, join(here.inventory, 'examples/tekun.txt'))
    expect(prepared(here)).toBeNull()
  })

  test('a fault in a policy is told by its line as ever, and nothing is prepared from it', () => {
    const here = places()
    prepare(here)
    edit(join(here.inventory, 'policies/dibao.md'), 'level: ', 'level: 月球')
    expect(() => preparedKnowledge(here)).toThrow(InventoryError)
    expect(() => preparedKnowledge(here)).toThrow(/knowledge\/policies\/dibao\.md:\d+: level/)
    const before = statSync(here.file)
    expect(() => prepare(here)).toThrow(InventoryError)
    expect(statSync(here.file).ino).toBe(before.ino)
  })

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    [
      'changed in one bit',
      (bytes: Buffer) => {
        const at = bytes.length >> 1
        bytes[at] = (bytes[at] ?? 0) ^ 1
        return bytes
      },
    ],
  ])('a file %s is not used, and is made anew by the next build', (_how, harm) => {
    const here = places()
    prepare(here)
    writeFileSync(here.file, harm(readFileSync(here.file)))
    expect(prepared(here)).toBeNull()
    prepare(here)
    expect(prepared(here)).not.toBeNull()
  })
})
