/** Policies taken along as files: what was taken out and is brought in again changes nothing. */
import { unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { fieldsOf, policyText } from '../knowledge/policy-text.ts'
import { broughtOutput, importOutput } from '../server/console/policies/import-wire.ts'
import { readPolicyFile } from '../server/inventory/reading/policy-file.ts'
import { consoleOffice } from './support/console.ts'

const nameIn = (disposition: string): string =>
  decodeURIComponent(
    (/filename\*=UTF-8''([^;]+)/.exec(disposition) ?? /filename="([^"]+)"/.exec(disposition))?.[1] ?? '',
  )

async function office() {
  const made = await consoleOffice()
  await made.account('editor', ['editor'])
  const editor = made.browser()
  await editor.signIn('editor')
  const taken = async (path: string) => {
    const response = await fetch(`${made.base}/console/api${path}`, {
      headers: { cookie: [...editor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    expect([path, response.status]).toEqual([path, 200])
    return {
      bytes: Buffer.from(await response.arrayBuffer()),
      type: response.headers.get('content-type'),
      name: nameIn(response.headers.get('content-disposition') ?? ''),
    }
  }
  const standing = async (name: string, bytes: Buffer) => {
    const { import: id } = broughtOutput.parse((await editor.upload('/policy-imports', name, bytes)).body)
    const { policies } = importOutput.parse((await editor.get(`/policy-imports/${id}`)).body)
    return policies.map(({ policy, standing: is }) => [policy, is])
  }
  return { ...made, editor, taken, standing }
}
const SAME = [
  ['dibao', 'same'],
  ['tekun', 'same'],
]

describe('the list', () => {
  test('as Excel and brought in again changes nothing', async () => {
    const { taken, standing } = await office()
    const { bytes, type, name } = await taken('/policy-exports/excel?view=all')
    expect([type, name]).toEqual([expect.stringContaining('spreadsheetml'), '政策.xlsx'])
    expect((await standing('政策.xlsx', bytes)).sort()).toEqual(SAME)
  })

  test('as files is what the inventory holds, to the byte, and changes nothing either', async () => {
    const { taken, standing, policies } = await office()
    const { bytes } = await taken('/policy-exports/markdown?view=all')
    const files = unzipSync(bytes)
    expect(Object.keys(files).sort()).toEqual(['dibao.md', 'tekun.md'])
    expect(Buffer.from(files['dibao.md'] ?? []).toString()).toBe(policies.own)
    expect((await standing('政策.zip', bytes)).sort()).toEqual(SAME)
  })

  test('is as it is filtered', async () => {
    const { taken, standing } = await office()
    const { bytes } = await taken(`/policy-exports/excel?search=${encodeURIComponent('五保户')}`)
    expect(await standing('政策.xlsx', bytes)).toContainEqual(['tekun', 'same'])
    expect((await readPolicyFile({ name: 'x.xlsx', bytes })).length).toBeLessThanOrEqual(2)
  })

  test('holds a text that looks like a formula as a text', async () => {
    const { taken, editor, policies } = await office()
    const dibao = policies.knowledge.policies.get('dibao')
    if (!dibao) throw new Error('no policy')
    const odd = { ...fieldsOf(dibao), id: 'odd', title: '=HYPERLINK("http://x")', aliases: ['+1', '@SUM(1)'] }
    await editor.post('/policies/odd/save', { revision: 0, fields: odd })
    const { bytes } = await taken('/policy-exports/excel?view=changing')
    const sheet = Buffer.from(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? []).toString()
    expect(sheet).toContain('<sheetData>')
    expect(sheet).not.toContain('<f>')
    const [read] = await readPolicyFile({ name: 'x.xlsx', bytes })
    expect(read?.fields).toEqual(odd)
  })
})

describe('one policy', () => {
  test('as Word is recognised again, section by section', async () => {
    const { taken, policies } = await office()
    const { bytes, name } = await taken('/policies/dibao/word')
    expect(name).toBe('最低生活保障(低保).docx')
    const [read] = await readPolicyFile({ name, bytes })
    const dibao = policies.knowledge.policies.get('dibao')
    if (!read || !dibao) throw new Error('nothing read')
    const known = fieldsOf(dibao)
    expect(Object.keys(read.fields.sections)).toEqual(Object.keys(known.sections))
    expect(read.fields.sections.overview).toEqual(known.sections.overview)
    expect(read.fields.sections.steps?.details).toEqual(known.sections.steps?.details)
    expect(read.fields).toMatchObject({
      title: known.title,
      aliases: known.aliases,
      departments: known.departments,
      level: known.level,
      area: known.area,
      audience: known.audience,
      effective: known.effective,
      phones: known.phones,
    })
    expect(read.fields.sources.map(({ document, number }) => [document, number])).toEqual(
      known.sources.map(({ document, number }) => [document, number]),
    )
  })

  test('with a draft is the draft, and says so', async () => {
    const { taken, editor, policies } = await office()
    const dibao = policies.knowledge.policies.get('dibao')
    if (!dibao) throw new Error('no policy')
    const fields = { ...fieldsOf(dibao), title: '低保 a/b' }
    await editor.post('/policies/dibao/save', { revision: 0, fields })
    expect((await taken('/policies/dibao/word')).name).toBe('低保 ab（草稿）.docx')
    const { bytes, name } = await taken('/policies/dibao/markdown')
    expect([name, bytes.toString()]).toEqual(['dibao.md', policyText(fields)])
  })
})
