/** Households 联系对象 that advisors look after by name (分组包片), one a row. */
import { z } from 'zod'
import { chinaDay } from '../clocks.ts'
import { ID_FAULT_WORDS, readIdNumber } from '../id-number.ts'
import { findArea, phoneFault, readTelephone } from './advisor-sheet.ts'
import type { Advisor, Roster } from './advisors.ts'
import { type Column, type Entry, inOrder, readEntries, type Sheet, type SheetFault } from './sheet.ts'

const NAME: Column = { name: '姓名', also: ['户主', '户主姓名', '联系对象', '对象姓名'], required: true }
const PHONE: Column = {
  name: '电话',
  also: ['手机', '手机号', '联系电话', '手机号码', '联系方式'],
  required: false,
}
const ADDRESS: Column = {
  name: '地址',
  also: ['住址', '现住址', '家庭住址', '居住地', '居住地址'],
  required: false,
}
const AREA: Column = {
  name: '区域编号',
  also: ['区域', '所在区域', '网格', '社区', '网格编号'],
  required: true,
}
const CATEGORY: Column = { name: '类别', also: ['对象类别', '人员类别', '救助类别', '类型'], required: false }
const ADVISOR: Column = {
  name: '负责顾问账号',
  also: ['负责顾问', '顾问账号', '负责人账号', '包片顾问', '联系人账号'],
  required: false,
}
const ID_NUMBER: Column = {
  name: '身份证号',
  also: ['身份证', '身份证号码', '公民身份号码', '证件号码'],
  required: false,
}
const NOTE: Column = { name: '备注', also: ['说明', '情况', '备注说明'], required: false }
const COLUMNS = [NAME, PHONE, ADDRESS, AREA, CATEGORY, ADVISOR, NOTE, ID_NUMBER]

/** Who a household is, as a store seals it. */
export const householdPersonSchema = z.strictObject({
  name: z.string(),
  phone: z.string().nullable(),
  address: z.string(),
  note: z.string(),
})

/** A household as a sheet names it. */
export interface HouseholdRead {
  line: number
  area: string
  /** '' when nobody looks after it; null when the sheet does not say. */
  advisor: string | null
  category: string
  person: z.infer<typeof householdPersonSchema>
  /** What it is recognised by when it comes again, the surest first: kind and plain value, to be hashed. */
  traits: { kind: 'id' | 'household'; value: string }[]
}

export interface HouseholdsRead {
  households: HouseholdRead[]
  faults: SheetFault[]
  unused: string[]
}

/**
 * Reads the rows of a sheet of households.
 *
 * @param known the areas, and the advisors who may look after them
 */
export function readHouseholds(sheet: Sheet, known: Roster, now: Date): HouseholdsRead {
  const { entries, faults, unused } = readEntries(sheet, COLUMNS)
  const households: HouseholdRead[] = []
  const lines = new Map<string, number>()
  for (const entry of entries) {
    const { line } = entry
    const said: SheetFault[] = []
    const household = householdOf(entry, known, now, (column, words) =>
      said.push({ line, column: column.name, words }),
    )
    const first = household.traits.map(({ value }) => lines.get(value)).find((before) => before !== undefined)
    if (first !== undefined)
      said.push({ line, column: NAME.name, words: `和第 ${first} 行是同一户，只留一行` })
    for (const { value } of household.traits) if (!lines.has(value)) lines.set(value, line)
    faults.push(...said)
    if (said.length === 0) households.push(household)
  }
  return { households, faults: inOrder(faults), unused }
}

function householdOf(
  { line, get }: Entry,
  { areas, advisors }: Roster,
  now: Date,
  at: (column: Column, words: string) => void,
): HouseholdRead {
  const name = (get(NAME) ?? '').replace(/(?<=[\u4e00-\u9fa5]) +(?=[\u4e00-\u9fa5])/g, '')
  if (name === '') at(NAME, '没有写')
  else if (name.length > 30) at(NAME, '姓名最多30字')
  const written = get(PHONE) ?? ''
  const phone = readTelephone(written)
  if (phone === '') at(PHONE, phoneFault(written))
  const address = get(ADDRESS) ?? ''
  const word = get(AREA) ?? ''
  const found = word === '' ? { fault: '没有写，要写住在哪个区域' } : findArea(word, areas)
  if ('fault' in found) at(AREA, found.fault.replace('…', word))
  const advisor = get(ADVISOR)
  if (advisor && !advisors.has(advisor))
    at(ADVISOR, `没有账号是「${advisor}」的顾问，请先导入顾问，或核对账号`)
  const id = get(ID_NUMBER) ?? ''
  const read = id === '' ? null : readIdNumber(id, chinaDay(now))
  if (read && 'fault' in read) at(ID_NUMBER, ID_FAULT_WORDS[read.fault])
  const traits: HouseholdRead['traits'] = [
    ...(id === '' ? [] : [{ kind: 'id', value: id.toUpperCase().replace(/[\s-]/g, '') } as const]),
    ...(phone ? [{ kind: 'household', value: `${phone}/${name}` } as const] : []),
    ...(address === '' ? [] : [{ kind: 'household', value: `${address}/${name}` } as const]),
  ]
  if (traits.length === 0 && written === '')
    at(PHONE, '电话、地址、身份证号至少写一项，下次导入才认得出是同一户')
  return {
    line,
    area: 'id' in found ? found.id : '',
    advisor,
    category: get(CATEGORY) ?? '',
    person: { name, phone: phone || null, address, note: get(NOTE) ?? '' },
    traits,
  }
}

/** Who looks after an area's households by name (包片): of the nearest area up, where it is one person. */
export function caseloadOf(area: string, { areas, advisors }: Roster): Advisor | null {
  for (const { id } of areas.upFrom(area)) {
    const [only, ...others] = [...advisors.values()].filter(({ caseload = [] }) => caseload.includes(id))
    if (only) return others.length === 0 ? only : null
  }
  return null
}

/** A household as an example's row. */
export interface HouseholdExample {
  name: string
  phone: string
  address: string
  area: string
  category: string
  advisor: string
  note: string
}

/** The sheet that would be read as these households; numbers of identity cards are not kept and never in it. */
export function writeHouseholds(households: readonly HouseholdExample[]): string[][] {
  const columns = [NAME, PHONE, ADDRESS, AREA, CATEGORY, ADVISOR, NOTE]
  return [
    columns.map(({ name }) => name),
    ...households.map(({ name, phone, address, area, category, advisor, note }) => [
      name,
      phone,
      address,
      area,
      category,
      advisor,
      note,
    ]),
  ]
}
