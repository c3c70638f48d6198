import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shippedText } from '../knowledge/load.ts'
import { parsePolicy } from '../knowledge/policy.ts'
import { emptyFields, fieldsOf, policyText, readFields } from '../knowledge/policy-text.ts'
import { inventory } from './support/world.ts'

describe('a policy as a form', () => {
  test('every policy of the inventory is the same after being written from its fields', () => {
    for (const policy of inventory().policies) {
      const again = parsePolicy(policyText(fieldsOf(policy)), `knowledge/policies/${policy.id}.md`)
      expect(again).toEqual(policy)
      // To the byte: whoever reviews a change sees that change and nothing else.
      expect(policyText(fieldsOf(policy))).toBe(shippedText(policy.id))
    }
  })

  test('half written it is read back as it was left', () => {
    for (const policy of inventory().policies) {
      const fields = fieldsOf(policy)
      expect(readFields(policyText(fields))).toEqual(fields)
    }
    const half = { ...emptyFields('heating-aid', '2026-11-22'), title: '取暖补助', questions: ['暖气费谁给'] }
    const again = readFields(policyText(half))
    expect(again).toEqual({ ...half, sources: [], sections: {} })
  })

  test.each([
    ['a heading of its own', '## 其他\n话'],
    ['words before the first heading', '话\n## 是什么\n话'],
    ['a heading twice', '## 是什么\n话\n## 是什么\n话'],
  ])('with %s it is left to the text, and nothing is lost', (_, body) => {
    expect(readFields(`---\nid: heating-aid\n---\n${body}`)).toBeNull()
    expect(readFields(`---\nid: heating-aid\nfromTheFuture: 1\n---\n## 是什么\n话`)).toBeNull()
  })

  test('a new one says by name what is still missing', () => {
    const text = policyText(emptyFields('heating-aid', '2026-11-22'))
    expect(() => parsePolicy(text, 'knowledge/policies/heating-aid.md')).toThrow(
      /title|departments|questions/,
    )
  })

  test('whatever is typed into a field stays in that field', () => {
    const [policy] = inventory().policies
    if (!policy) throw new Error('no policy')
    const fields = fieldsOf(policy)
    const typed = fc
      .string({ minLength: 1, maxLength: 40, unit: 'binary' })
      .filter((text) => /[\p{L}\p{N}]/u.test(text))
    fc.assert(
      fc.property(typed, typed, (alias, lead) => {
        const words = `别${alias.replace(/\p{C}/gu, '')}`.trim()
        const text = policyText({
          ...fields,
          aliases: [words],
          sections: { overview: { lead: `甲${lead}`, details: [`- ## ${lead}`], source: 1 } },
        })
        const again = parsePolicy(text, `knowledge/policies/${policy.id}.md`)
        expect(again.aliases).toEqual([words])
        expect(Object.keys(again.sections)).toEqual(['overview'])
        expect({ ...again, aliases: [], sections: null }).toEqual({ ...policy, aliases: [], sections: null })
      }),
      { numRuns: 60 },
    )
  })
})
