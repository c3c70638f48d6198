import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerPolicy } from '../knowledge/answer.ts'
import { loadInventory } from '../knowledge/load.ts'
import { ASPECT_NAMES, InventoryError } from '../knowledge/policy.ts'
import { inventory, knowledge, temporaryFolder } from './support/world.ts'

const { policies } = inventory()
const DAY = '2026-11-22'

test('the inventory holds the 69 policies of twelve departments, 22 of them civil affairs', () => {
  expect(policies).toHaveLength(69)
  expect(policies.filter((policy) => policy.departments.includes('民政')).length).toBeGreaterThanOrEqual(22)
  expect(new Set(policies.flatMap((policy) => policy.departments)).size).toBeGreaterThanOrEqual(8)
})

describe.each(policies)('$id', (policy) => {
  test('has dated sources, a sane calendar and every side people ask about', () => {
    expect(policy.sources.some((source) => source.effective ?? source.issued)).toBe(true)
    for (const source of policy.sources) {
      for (const day of [source.effective, source.issued])
        if (day) expect(day <= DAY && day >= '1990-01-01').toBe(true)
    }
    expect(policy.effective <= DAY).toBe(true)
    expect(policy.checked <= DAY).toBe(true)
    for (const aspect of [
      'eligibility',
      'benefit',
      'where',
      'materials',
      'steps',
      'time',
      'appeal',
    ] as const) {
      expect(policy.sections[aspect], aspect).toBeDefined()
    }
  })

  test('promises nothing and carries no trace of how it was written', () => {
    const text = JSON.stringify(policy)
    expect(text).not.toMatch(/未核|核·转|各地不同〕|〔核|〔页|〔仓/)
    for (const section of Object.values(policy.sections)) {
      expect(section.lead).not.toMatch(/您(?:一定|肯定|保证)(?:能|可以)|包您|我们(?:会)?批准/)
    }
  })

  test('every figure of an answer stands in the policy, and every next question leads back to it', () => {
    const whole = JSON.stringify(policy)
    for (const aspect of ASPECT_NAMES) {
      const { text, next } = answerPolicy(policy, aspect, null, DAY)
      for (const [figure] of text.matchAll(/\d+(?:\.\d+)?/g)) expect(whole).toContain(figure)
      expect(text).toContain('依据：《')
      expect(Buffer.byteLength(text)).toBeLessThan(1200)
      for (const { says } of next) {
        const finding = knowledge().consult(says, { policy: policy.id, said: '' }, DAY)
        expect(finding.kind === 'answer' ? finding.policy.id : finding.kind, says).toBe(policy.id)
      }
    }
  })

  test('is found by each of its own names', () => {
    for (const alias of policy.aliases) {
      expect(
        knowledge()
          .search(alias, DAY, 3)
          .map((hit) => hit.policy.id),
        alias,
      ).toContain(policy.id)
    }
  })
})

test('a broken inventory lists every fault of every file and gives nothing', () => {
  const folder = join(temporaryFolder(), 'knowledge')
  mkdirSync(join(folder, 'policies'), { recursive: true })
  writeFileSync(join(folder, 'policies', 'a.md'), '没有开头')
  writeFileSync(join(folder, 'policies', 'b.md'), '---\nid: b\n---\n')
  const load = () => loadInventory(folder)
  expect(load).toThrow(InventoryError)
  expect(load).toThrow(/knowledge\/policies\/a\.md:1: [\s\S]*knowledge\/policies\/b\.md:/)
})

test('an empty inventory is a fault, not a quiet start', () => {
  expect(() => loadInventory(temporaryFolder())).toThrow('一条政策也没有')
})
