/** Policies brought in files: shown first, made drafts as they are picked, and never told by that alone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Document, type FileChild, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow } from 'docx'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { fieldsOf, type PolicyFields } from '../knowledge/policy-text.ts'
import {
  broughtOutput,
  importedOutput,
  importOutput,
  importsOutput,
  takeOutput,
} from '../server/console/policies/import-wire.ts'
import { policiesOutput, policyOutput, savedOutput } from '../server/console/policies/wire.ts'
import { consoleOffice } from './support/console.ts'
import { policySheet, sheetOf } from './support/policy-sheets.ts'
import { workbook } from './support/workbook.ts'

async function office() {
  const made = await consoleOffice()
  await made.account('editor', ['editor'])
  await made.account('reviewer', ['reviewer'])
  const [editor, reviewer] = [made.browser(), made.browser()]
  await editor.signIn('editor')
  await reviewer.signIn('reviewer')
  const bring = (name: string, content: string | Uint8Array, into?: string) =>
    editor.upload('/policy-imports', name, content, into === undefined ? {} : { import: into })
  const brought = async (name: string, content: string | Uint8Array, into?: string) =>
    broughtOutput.parse((await bring(name, content, into)).body).import
  const view = async (id: string, query = '') =>
    importOutput.parse((await editor.get(`/policy-imports/${id}${query}`)).body)
  const look = async (id: string, place: string) =>
    importedOutput.parse((await editor.get(`/policy-imports/${id}/policies/${place}`)).body)
  const take = async (id: string, chosen: { place: string; revision: number }[]) =>
    takeOutput.parse((await editor.post(`/policy-imports/${id}/take`, { chosen })).body)
  const policy = async (id: string) => policyOutput.parse((await editor.get(`/policies/${id}`)).body)
  return { ...made, folder: made.policies.folder, editor, reviewer, bring, brought, view, look, take, policy }
}

describe('an Excel sheet of policies', () => {
  test('is read and shown, and what is picked becomes drafts that residents are not told of', async () => {
    const { brought, view, take, editor, policies } = await office()
    const id = await brought('40条.xlsx', await sheetOf(40))
    const shown = await view(id)
    expect(shown).toMatchObject({
      counts: { new: 40, changed: 0, same: 0, unusable: 0 },
      files: ['40条.xlsx'],
    })
    expect(shown.policies[0]).toMatchObject({
      title: '第一号补助',
      standing: 'new',
      from: '第2行',
      faults: 0,
    })
    for (let from = 0; from < shown.takeable.length; from += 25) {
      const chosen = shown.takeable.slice(from, from + 25).map(({ place, revision }) => ({ place, revision }))
      expect((await take(id, chosen)).refused).toEqual([])
    }
    expect((await view(id)).counts).toMatchObject({ new: 0, taken: 40 })
    const listed = policiesOutput.parse((await editor.get('/policies?view=changing')).body)
    expect(listed.total).toBe(40)
    expect(policies.knowledge.policies.size).toBe(2)
  })

  test('that says what is told already is the same, and what differs is shown line by line', async () => {
    const { brought, view, look, policies } = await office()
    const dibao = policies.knowledge.policies.get('dibao')
    const tekun = policies.knowledge.policies.get('tekun')
    if (!dibao || !tekun) throw new Error('no policies')
    const changed: PolicyFields = { ...fieldsOf(tekun), title: '特困供养' }
    const id = await brought('两条.xlsx', await policySheet([fieldsOf(dibao), changed]))
    const { policies: lines } = await view(id)
    expect(lines.map(({ policy, standing }) => [policy, standing])).toEqual([
      ['dibao', 'same'],
      ['tekun', 'changed'],
    ])
    const { lines: diff } = await look(id, '000002')
    expect(diff?.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'out', text: 'title: 特困人员救助供养' },
      { kind: 'in', text: 'title: 特困供养' },
    ])
  })

  test('with rows that cannot be taken says which and why', async () => {
    const { brought, view, take } = await office()
    const rows = [
      ['名称', '谁能申请', '给什么', '编号'],
      ['', '低保家庭', '每年一次', ''],
      ['取暖补助', '低保家庭', '每年一次', ''],
      ['取暖补助', '特困人员', '每年两次', ''],
      ['电费补助', '低保家庭', '每年一次', '../etc/passwd'],
    ]
    const id = await brought('坏的.xlsx', workbook(rows))
    const { policies: lines } = await view(id)
    expect(lines.map(({ standing, unusable }) => [standing, unusable])).toEqual([
      ['unusable', '没有认出政策的名称，请在文件里写上名称再导入'],
      ['new', ''],
      ['unusable', '和第3行是同一条政策'],
      ['unusable', '编号要用小写字母、数字和连字符，字母开头，最多61位'],
    ])
    expect(await take(id, [{ place: '000004', revision: 0 }])).toMatchObject({
      taken: 0,
      refused: [{ place: '000004', why: expect.stringContaining('编号') }],
    })
  })
})

const NOTICE = `兴庆区民政局文件
兴民发〔2026〕31号
关于印发《兴庆区困难群众冬季取暖补助实施办法》的通知
一、补助对象
具有兴庆区户籍的低保对象。
二、补助标准：每户每年1200元。
三、其他
未尽事宜另行通知。
兴庆区民政局
2026年9月10日`

describe('a notice', () => {
  test('keeps what is in doubt and what is left over with the draft until somebody settles them', async () => {
    const { brought, view, take, policy, editor } = await office()
    const id = await brought('粘贴的文字.txt', NOTICE)
    const { policies: lines } = await view(id)
    expect(lines).toMatchObject([{ title: '困难群众冬季取暖补助', standing: 'new' }])
    await take(id, [{ place: '000001', revision: 0 }])
    const found = await policy(lines[0]?.policy ?? '')
    const { draft, fields } = found
    expect(draft?.doubts).toContainEqual({
      field: 'title',
      words: '兴庆区困难群众冬季取暖补助实施办法',
      why: expect.stringContaining('居民的叫法'),
    })
    expect(draft?.left).toContain('三、其他\n未尽事宜另行通知。')
    if (!draft || !fields) throw new Error('no draft')
    // Saved without a word of them they stay.
    const saved = await editor.post(`/policies/${found.id}/save`, {
      revision: draft.revision,
      fields: { ...fields, aliases: ['取暖费'] },
    })
    expect((await policy(found.id)).draft).toMatchObject({ doubts: draft.doubts, left: draft.left })
    const { revision } = savedOutput.parse(saved.body)
    await editor.post(`/policies/${found.id}/save`, { revision, fields, doubts: [], left: [] })
    expect((await policy(found.id)).draft).toMatchObject({ doubts: [], left: [] })
  })

  test('is not handed in while anything of it is in doubt', async () => {
    const { editor, policies, brought, take, policy } = await office()
    const dibao = policies.knowledge.policies.get('dibao')
    if (!dibao) throw new Error('no policy')
    const id = await brought('低保新办法.txt', '吃低保\n一、补助标准：每人每月补差。')
    await take(id, [{ place: '000001', revision: 0 }])
    const { draft, fields } = await policy('dibao')
    // What the notice does not say stays as it was.
    expect(fields).toMatchObject({ title: dibao.title, questions: dibao.questions })
    expect(fields?.sections.benefit?.lead).toBe('每人每月补差。')
    expect(draft?.doubts.map(({ field }) => field)).toContain('id')
    const handing = { revision: draft?.revision, reason: '新办法' }
    const refused = await editor.post('/policies/dibao/hand-in', handing)
    expect(refused.text).toContain('拿不准')
    const settled = await editor.post('/policies/dibao/save', {
      revision: draft?.revision,
      fields,
      doubts: [],
    })
    const { revision } = savedOutput.parse(settled.body)
    expect((await editor.post('/policies/dibao/hand-in', { revision, reason: '新办法' })).status).toBe(200)
  })
})

describe('a Word document', () => {
  const ROWS = [
    ['救助标准', '每人每年最高2.4万元。'],
    ['办理时限', '7个工作日内办结。'],
  ]
  const cell = (text: string) => new TableCell({ children: [new Paragraph(text)] })
  const documentOf = (children: FileChild[]) => Packer.toBuffer(new Document({ sections: [{ children }] }))

  test('is read by its headings, lists and tables', async () => {
    const { brought, look } = await office()
    const file = await documentOf([
      new Paragraph({ text: '孤独症儿童康复救助', heading: HeadingLevel.TITLE }),
      new Paragraph({ text: '申请条件', heading: HeadingLevel.HEADING_1 }),
      new Paragraph({ text: '具有本市户籍', bullet: { level: 0 } }),
      new Paragraph({ text: '年龄0—6周岁', bullet: { level: 0 } }),
      new Table({
        rows: ROWS.map(([one = '', other = '']) => new TableRow({ children: [cell(one), cell(other)] })),
      }),
      new Paragraph('联系电话：鼓楼区残联 025-83220000'),
    ])
    const id = await brought('康复救助.docx', file)
    const found = await look(id, '000001')
    expect(found).toMatchObject({ title: '孤独症儿童康复救助', from: '康复救助.docx', standing: 'new' })
    expect(found.bubbles).toMatchObject([
      { aspect: 'eligibility', text: '具有本市户籍；年龄0—6周岁。' },
      { aspect: 'benefit', text: '每人每年最高2.4万元。' },
      { aspect: 'time', text: '7个工作日内办结。' },
    ])
    expect(found.text).toContain('025-83220000')
  })

  test('with a list of policies in a table is as many policies', async () => {
    const { brought, view } = await office()
    const rows = [
      ['序号', '政策名称', '补助对象', '补助标准'],
      ['1', '高龄津贴', '80岁以上老人', '每人每月100元'],
      ['2', '电费补助', '低保家庭', '每户每月10度'],
    ]
    const table = new Table({ rows: rows.map((cells) => new TableRow({ children: cells.map(cell) })) })
    const shown = await view(
      await brought('清单.docx', await documentOf([new Paragraph('惠民政策清单'), table])),
    )
    expect(shown.policies.map(({ title }) => title)).toEqual(['高龄津贴', '电费补助'])
  })

  test('whose marks look like cells of a sheet is read all the same', async () => {
    const { brought } = await office()
    const file = await documentOf([new Paragraph('取暖补助'), new Paragraph('补助标准："XFD1048576"')])
    expect(await brought('办法.docx', file)).not.toBe('')
  })

  test('that holds more than any document is not unpacked', async () => {
    const { bring } = await office()
    const parts = Object.fromEntries(
      Array.from({ length: 5001 }, (_, place) => [`${place}.md`, new Uint8Array()]),
    )
    const refused = await bring('大.docx', zipSync(parts, { level: 0 }))
    expect(refused.text).toContain('大得不像政策')
  })
})

test('a ZIP archive of our own files is as many policies, the same to the byte', async () => {
  const { brought, view, look, folder } = await office()
  const files = Object.fromEntries(
    ['dibao', 'tekun'].map((id) => [`政策/${id}.md`, readFileSync(join(folder, 'policies', `${id}.md`))]),
  )
  const id = await brought('政策.zip', zipSync({ ...files, '__MACOSX/._dibao.md': new Uint8Array([1]) }))
  expect((await view(id)).policies.map(({ policy, standing }) => [policy, standing])).toEqual([
    ['dibao', 'same'],
    ['tekun', 'same'],
  ])
  expect((await look(id, '000001')).text).toBe(readFileSync(join(folder, 'policies/dibao.md'), 'utf8'))
})

describe('an import', () => {
  test('that was left halfway is gone on with, and taking twice makes one draft', async () => {
    const { brought, view, take, editor, policy } = await office()
    const id = await brought('三条.xlsx', await sheetOf(3))
    const first = [{ place: '000001', revision: 0 }]
    await take(id, first)
    expect(await take(id, first)).toEqual({ taken: 1, refused: [] })
    expect((await view(id)).counts).toMatchObject({ new: 2, taken: 1 })
    const { policies: lines } = await view(id, '?standing=taken')
    expect((await policy(lines[0]?.policy ?? '')).draft?.revision).toBe(1)
    const { imports } = importsOutput.parse((await editor.get('/policy-imports')).body)
    expect(imports).toMatchObject([{ id, files: ['三条.xlsx'], count: 3, by: 'editor同志' }])
    await editor.post(`/policy-imports/${id}/drop`)
    expect((await editor.get(`/policy-imports/${id}`)).status).toBe(404)
    expect((await policy(lines[0]?.policy ?? '')).draft?.revision).toBe(1)
  })

  test('goes on with another file', async () => {
    const { brought, view } = await office()
    const id = await brought('三条.xlsx', await sheetOf(3))
    expect(await brought('办法.txt', NOTICE, id)).toBe(id)
    expect(await view(id)).toMatchObject({ files: ['三条.xlsx', '办法.txt'], counts: { new: 4 } })
  })

  test('does not replace a draft that somebody changed meanwhile', async () => {
    const { brought, take, editor, policy, policies } = await office()
    const dibao = policies.knowledge.policies.get('dibao')
    if (!dibao) throw new Error('no policy')
    const id = await brought('低保.txt', '低保\n补助标准：按月补差。')
    await editor.post('/policies/dibao/save', {
      revision: 0,
      fields: { ...fieldsOf(dibao), title: '别人改的' },
    })
    const { refused } = await take(id, [{ place: '000001', revision: 0 }])
    expect(refused).toEqual([{ place: '000001', why: expect.stringContaining('刚被别人改过') }])
    expect((await policy('dibao')).title).toBe('别人改的')
  })

  test.each([
    ['a PDF', '办法.pdf', '%PDF-1.7 …', '另存为 .docx'],
    ['an old Word document', '办法.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '旧格式'],
    ['a damaged archive', '办法.docx', 'PK\u0003\u0004broken', '打不开'],
    ['a sheet without a header', '表.csv', 'a,b\nc,d\n', '表头'],
    ['something that is no text', '图.md', 'a\u0000b', '不是文字'],
  ])('of %s says what to do', async (_, name, content, words) => {
    const { bring } = await office()
    const refused = await bring(name, content)
    expect([refused.status, refused.code]).toEqual([422, 'bad-value'])
    expect(refused.text).toContain(words)
  })

  test('is nothing for whoever only looks at drafts', async () => {
    const { reviewer } = await office()
    expect((await reviewer.upload('/policy-imports', 'x.txt', '低保', {})).code).toBe('not-allowed')
  })
})
