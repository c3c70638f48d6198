/** Policies of our own making, as sheets that offices bring. */

import { COLUMNS, rowOf } from '../../knowledge/notice/sheet.ts'
import { nothing } from '../../knowledge/notice/taken.ts'
import type { PolicyFields } from '../../knowledge/policy-text.ts'
import { makeWorkbook } from '../../server/workbook/workbook.ts'

const NUMBERS = '一二三四五六七八九十'
/** 12 as 十二. */
const spoken = (number: number): string =>
  number <= 10
    ? (NUMBERS[number - 1] ?? '')
    : `${number >= 20 ? NUMBERS[Math.floor(number / 10) - 1] : ''}十${NUMBERS[(number % 10) - 1] ?? ''}`

/** A policy without a fault that is like no other. */
export function policyNumbered(number: number): PolicyFields {
  const name = `第${spoken(number)}号补助`
  return {
    ...nothing(),
    title: name,
    departments: ['民政'],
    level: '区县',
    area: '栖霞区',
    audience: ['低保家庭'],
    effective: '2026-01-01',
    checked: '2026-11-01',
    sources: [
      {
        document: `栖霞区${name}办法`,
        number: `栖民发〔2026〕${number}号`,
        article: '',
        issued: '2025-12-01',
        effective: '2026-01-01',
        link: '',
      },
    ],
    phones: [{ name: '区民政局', number: '025-85550000' }],
    questions: [`${name}怎么领`, `${name}给多少钱`, `谁能领${name}`],
    sections: {
      overview: { lead: `${name}是给困难家庭的一次性补助。`, details: ['每年发一次。'], source: 1 },
      where: { lead: `${name}到户口所在地的社区申请。`, details: [], source: 1 },
    },
  }
}

/** Our own sheet with these policies. */
export const policySheet = (policies: readonly PolicyFields[]): Promise<Buffer> =>
  makeWorkbook([
    {
      name: '政策',
      columns: COLUMNS.map(({ name, width }) => ({ name, width })),
      headed: true,
      rows: policies.map(rowOf),
    },
  ])

/** Our own sheet with so many of them. */
export const sheetOf = (count: number): Promise<Buffer> =>
  policySheet(Array.from({ length: count }, (_, place) => policyNumbered(place + 1)))
