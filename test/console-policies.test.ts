import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { MissedQuestion } from '../bot/store.ts'
import { lineDiff } from '../server/console/policies/line-diff.ts'
import { groupQuestions } from '../server/console/policies/question-groups.ts'
import {
  examinedOutput,
  policiesOutput,
  policyOutput,
  previewOutput,
  questionsOutput,
  savedOutput,
  tryOutput,
} from '../server/console/policies/wire.ts'
import { consoleOffice } from './support/console.ts'

const REWORDED = '一家人一起申请，先问街道。'

/** An editor, a reviewer and a street officer, signed in. */
async function office() {
  const { account, browser, policies, store, now } = await consoleOffice()
  await account('editor', ['editor'])
  await account('reviewer', ['reviewer'])
  await account('street', ['street'])
  const [editor, reviewer, street] = [browser(), browser(), browser()]
  await editor.signIn('editor')
  await reviewer.signIn('reviewer')
  await street.signIn('street')
  const view = async (id = 'dibao') => policyOutput.parse((await editor.get(`/policies/${id}`)).body)
  const save = async (change: Record<string, unknown>, id = 'dibao') =>
    savedOutput.parse((await editor.post(`/policies/${id}/save`, change)).body).revision
  return { editor, reviewer, street, policies, store, now, view, save }
}

describe('the policy desk', () => {
  test('from a form to what residents are told, through another person', async () => {
    const { editor, reviewer, policies, view, save } = await office()
    const { fields, draft } = await view()
    expect(draft).toBeNull()
    if (!fields?.sections.overview) throw new Error('no form')
    const overview = { ...fields.sections.overview, lead: REWORDED }
    const changed = { ...fields, sections: { ...fields.sections, overview } }

    const preview = previewOutput.parse(
      (await editor.post('/policies/dibao/preview', { fields: changed })).body,
    )
    expect(preview.faults).toEqual([])
    expect(preview.bubbles[0]?.text).toContain(REWORDED)
    expect(preview.bubbles[0]?.text).toContain('《中华人民共和国社会救助法》')

    const revision = await save({ revision: 0, fields: changed })
    const handed = await editor.post('/policies/dibao/hand-in', { revision, reason: '说得更明白' })
    const examined = examinedOutput.parse((await reviewer.get('/policies/dibao/examine')).body)
    expect(examined.lines.filter(({ kind }) => kind !== 'same')).toMatchObject([
      { kind: 'out', text: expect.stringContaining('以一家人为单位申请') },
      { kind: 'in', text: REWORDED },
    ])
    const approval = { revision: savedOutput.parse(handed.body).revision, decided: [], publishOn: '' }
    expect((await reviewer.post('/policies/dibao/approve', approval)).status).toBe(200)
    await policies.refresh()
    expect(policies.knowledge.policies.get('dibao')?.sections.overview.lead).toBe(REWORDED)
    const after = await view()
    expect(after).toMatchObject({ draft: null, live: { number: 1 }, shippedDiffers: true })
    expect(after.versions).toMatchObject([
      { author: 'editor同志', reviewer: 'reviewer同志', reason: '说得更明白' },
    ])
  })

  test('a half-written policy is kept, shown as the form it was, and its faults are told by line', async () => {
    const { editor, view, save } = await office()
    const made = await editor.post('/policies', { id: 'heating-aid', title: '取暖补助' })
    const { revision } = savedOutput.parse(made.body)
    const { fields, faults, live } = await view('heating-aid')
    expect(live).toBeNull()
    expect(faults.length).toBeGreaterThan(0)
    expect(fields).toMatchObject({ id: 'heating-aid', title: '取暖补助' })
    await save({ revision, fields: { ...fields, departments: ['民政'] } }, 'heating-aid')
    expect((await view('heating-aid')).fields?.departments).toEqual(['民政'])
    const listed = policiesOutput.parse((await editor.get('/policies?view=changing')).body)
    expect(listed.policies).toMatchObject([{ id: 'heating-aid', state: '还没有发布', draft: '有草稿' }])
  })

  test('who wrote second is told, and keeps what they wrote', async () => {
    const { editor, view, save } = await office()
    const { text } = await view()
    await save({ revision: 0, text })
    const late = await editor.post('/policies/dibao/save', { revision: 0, text: `${text}\n` })
    expect(late).toMatchObject({ status: 409, code: 'changed' })
    expect(String(late.body['message'])).toContain('您的内容还在这一页')
  })

  test('what was sent as a form cannot become another policy', async () => {
    const { view, save } = await office()
    const { fields } = await view()
    await save({ revision: 0, fields: { ...fields, id: 'tekun' } })
    expect((await view()).text).toContain('id: dibao')
  })

  test('whoever only reads may read, and nothing else', async () => {
    const { street } = await office()
    expect((await street.get('/policies/dibao')).status).toBe(200)
    for (const [path, body] of [
      ['/policies/dibao/save', { revision: 0, text: 'x' }],
      ['/policies/dibao/hand-in', { revision: 1, reason: '改' }],
      ['/policies/dibao/approve', { revision: 1, decided: [], publishOn: '' }],
      ['/questions/settle', { ids: ['q'], as: 'not-ours' }],
    ] as const)
      expect([path, (await street.post(path, body)).code]).toEqual([path, 'not-allowed'])
  })

  test('the list is found by name, by document and as a resident would ask', async () => {
    const { editor } = await office()
    const found = async (search: string) =>
      policiesOutput
        .parse((await editor.get(`/policies?search=${encodeURIComponent(search)}`)).body)
        .policies.map(({ id }) => id)
    expect((await found('吃低保'))[0]).toBe('dibao')
    expect(await found('民发〔2021〕57号')).toContain('dibao')
    expect((await found('没儿没女的孤老'))[0]).toBe('tekun')
    const all = policiesOutput.parse((await editor.get('/policies?view=all')).body)
    expect(all).toMatchObject({ total: 2, next: null, departments: ['民政'] })
  })

  test('a question can be tried: what is told, and what speaks for each policy', async () => {
    const { editor } = await office()
    const tried = tryOutput.parse((await editor.post('/try', { text: '低保怎么申请' })).body)
    expect(tried).toMatchObject({
      decision: '回答',
      policies: [{ id: 'dibao', chosen: true }, { id: 'tekun' }],
    })
    expect(tried.policies[0]?.why.length).toBeGreaterThan(0)
    const danger = tryOutput.parse((await editor.post('/try', { text: '我不想活了' })).body)
    expect(danger.decision).toContain('危险')
  })
})

const question = (id: string, words: string, more: Partial<MissedQuestion> = {}): MissedQuestion => ({
  id,
  at: '2026-11-22T01:00:00.000Z',
  reason: 'not-found',
  policies: [],
  state: 'open',
  settled: null,
  words,
  ...more,
})

describe('questions nobody could answer', () => {
  test('that ask the same are one group, the largest first', () => {
    const groups = groupQuestions([
      question('1', '小区充电桩谁给装'),
      question('2', '取暖费补助怎么领'),
      question('3', '今年取暖费有没有补助'),
      question('4', '取暖费补助怎么领'),
    ])
    expect(groups.map(({ questions }) => questions.map(({ id }) => id))).toEqual([['2', '3', '4'], ['1']])
    expect(groups[0]?.words).toEqual(['取暖费补助怎么领', '今年取暖费有没有补助'])
  })

  test('become an example of a policy in one deed, and are answered once it is published', async () => {
    const { editor, reviewer, policies, store, view } = await office()
    const words = '五保老汉冬天没柴火烧炕咋整'
    await store.transaction(async (tx) => {
      await tx.put('questions', question('a', words))
      await tx.put('questions', question('b', words))
    })
    const list = questionsOutput.parse((await editor.get('/questions')).body)
    expect(list.groups).toMatchObject([{ ids: ['a', 'b'], words: [words], count: 2, reasons: '没找到' }])
    const settled = await editor.post('/questions/settle', {
      ids: ['a', 'b'],
      as: 'example',
      policy: 'tekun',
      words,
    })
    expect(settled.status).toBe(200)
    expect(questionsOutput.parse((await editor.get('/questions')).body).groups).toEqual([])
    const { draft, fields } = await view('tekun')
    expect(fields?.questions.at(-1)).toBe(words)
    const handed = await editor.post('/policies/tekun/hand-in', {
      revision: draft?.revision,
      reason: '补例句',
    })
    const { revision } = savedOutput.parse(handed.body)
    await reviewer.post('/policies/tekun/approve', { revision, decided: [], publishOn: '' })
    await policies.refresh()
    expect(policies.knowledge.search(words, '2026-11-22')[0]?.policy.id).toBe('tekun')
  })

  test('that are not ours are put away, and who did it is known', async () => {
    const { editor, store } = await office()
    await store.transaction((tx) => tx.put('questions', question('a', '小区充电桩谁给装')))
    await editor.post('/questions/settle', { ids: ['a'], as: 'not-ours' })
    expect(await store.get('questions', 'a')).toMatchObject({
      state: 'settled',
      settled: { as: 'not-ours', by: 'account:id-of-editor' },
    })
  })

  test('put away by mistake are taken back for a minute, by who did it', async () => {
    const { editor, store, now } = await office()
    await store.transaction((tx) => tx.put('questions', question('a', '小区充电桩谁给装')))
    const settle = () => editor.post('/questions/settle', { ids: ['a'], as: 'answered' })
    const undo = () => editor.post('/questions/unsettle', { ids: ['a'] })
    await settle()
    expect((await undo()).status).toBe(200)
    expect(await store.get('questions', 'a')).toMatchObject({ state: 'open', settled: null })
    expect((await undo()).code).toBe('changed')
    await settle()
    now.pass(60_000)
    expect((await undo()).code).toBe('changed')
  })
})

test('two texts are compared line by line, what goes out before what comes in', () => {
  expect(lineDiff('甲\n乙\n丙', '甲\n丁\n丙\n戊')).toEqual([
    { kind: 'same', text: '甲' },
    { kind: 'out', text: '乙' },
    { kind: 'in', text: '丁' },
    { kind: 'same', text: '丙' },
    { kind: 'in', text: '戊' },
  ])
  expect(z.array(z.object({ kind: z.literal('same') })).safeParse(lineDiff('同\n样', '同\n样')).success).toBe(
    true,
  )
})
