/** Workbooks of ours: values as they are, and a thread of its own to make them in. */
import { join } from 'node:path'
import { readSheet } from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { projectFolder } from '../knowledge/load.ts'
import { type MakeWorkbook, makeWorkbook, type Table } from '../server/workbook/workbook.ts'

const TABLES: readonly Table[] = [
  {
    name: '名册',
    columns: [
      { name: '电话', width: 14 },
      { name: '次数', width: 8 },
      { name: '时间', width: 18 },
    ],
    headed: true,
    rows: [
      ['01381234567', 3, { at: '2026-05-01T01:00:00.000Z' }],
      ['=1+1', 0, null],
      ['110105194912310021', '', ''],
    ],
  },
  { name: '说明', columns: [{ name: '', width: 80 }], headed: false, rows: [['只用于工作']] },
]
const Built = z.object({
  makeWorkbookApart: z.custom<MakeWorkbook>((it) => typeof it === 'function'),
})

test('texts stay texts, counts counts, and moments are those of the clock in China', async () => {
  const bytes = await makeWorkbook(TABLES)
  expect(await readSheet(bytes, '名册')).toEqual([
    ['电话', '次数', '时间'],
    ['01381234567', 3, new Date('2026-05-01T09:00:00.000Z')],
    ['=1+1', 0, null],
    ['110105194912310021', null, null],
  ])
  expect(await readSheet(bytes, '说明')).toEqual([['只用于工作']])
})

test('the built program makes the same in a thread of its own, and says when that fails', async () => {
  const { makeWorkbookApart } = Built.parse(
    await import(join(projectFolder(), 'dist/server/workbook/workbook-apart.js')),
  )
  const bytes = await makeWorkbookApart(TABLES)
  expect(await readSheet(bytes, '名册')).toEqual(await readSheet(await makeWorkbook(TABLES), '名册'))
  const broken: Table = { name: '坏的', columns: [], headed: false, rows: [[{ at: 'never' }]] }
  await expect(makeWorkbookApart([broken])).rejects.toThrow()
})
