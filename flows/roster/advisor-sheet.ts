/** Advisors as offices list them, one a row. */
import {
  ADVISOR_ROLE_WORDS,
  type Advisor,
  type AdvisorRole,
  advisorSchema,
  OFFICE_HOURS,
  type Roster,
} from './advisors.ts'
import { spoilt } from './area-sheet.ts'
import type { AreaTree } from './areas.ts'
import { type ReadOr, readDuty, readLeave, sayDuty, sayLeave } from './duty.ts'
import {
  type Column,
  type Entry,
  inOrder,
  readEntries,
  type Sheet,
  type SheetFault,
  several,
} from './sheet.ts'

const ID: Column = {
  name: '账号',
  also: ['帐号', '企业微信账号', '企业微信帐号', '成员账号', '用户名', 'userid', 'UserID'],
  required: true,
}
const NAME: Column = { name: '姓名', also: ['名字', '顾问姓名', '顾问'], required: true }
const PHONE: Column = {
  name: '电话',
  also: ['手机', '手机号', '手机号码', '联系电话', '电话号码', '联系方式'],
  required: false,
}
const ROLE: Column = { name: '角色', also: ['身份', '类别', '顾问类别', '类型'], required: true }
const AREAS: Column = {
  name: '区域',
  also: ['负责区域', '区域编号', '服务区域', '所属区域', '所在区域'],
  required: true,
}
const DUTY: Column = { name: '值班', also: ['值班时间', '在岗时间', '上班时间', '工作时间'], required: false }
const LEAVE: Column = { name: '请假', also: ['休假', '请假时间', '外出'], required: false }
const CASELOAD: Column = {
  name: '包片',
  also: ['包片区域', '分组包片', '包片网格', '包干区域'],
  required: false,
}
const COLUMNS = [ID, NAME, PHONE, ROLE, AREAS, DUTY, LEAVE, CASELOAD]

/** What offices call each role. */
const ROLES: Readonly<Record<string, AdvisorRole>> = {
  骨干: 'backbone',
  救助骨干: 'backbone',
  骨干顾问: 'backbone',
  社区工作者: 'community',
  社工: 'community',
  社区: 'community',
  网格员: 'community',
  志愿者: 'volunteer',
  志愿: 'volunteer',
  社会组织: 'organisation',
}

export interface AdvisorsRead {
  advisors: Advisor[]
  /** Where each stands in the sheet. */
  lines: ReadonlyMap<string, number>
  faults: SheetFault[]
  unused: string[]
}

/**
 * Reads the rows of a sheet of advisors. A column the sheet does not have leaves what is known of somebody as it is.
 *
 * @param known the areas, and the advisors there are already
 * @param goes whether an advisor the sheet does not name will be gone
 */
export function readAdvisors(
  sheet: Sheet,
  known: Roster,
  goes: (id: string) => boolean = () => false,
): AdvisorsRead {
  const { entries, faults, unused } = readEntries(sheet, COLUMNS)
  const lines = new Map<string, number>()
  for (const { line, get } of entries) if (!lines.has(get(ID) ?? '')) lines.set(get(ID) ?? '', line)
  const advisors: Advisor[] = []
  for (const entry of entries) {
    const said: SheetFault[] = []
    const at = (column: Column, words: string) => said.push({ line: entry.line, column: column.name, words })
    const id = entry.get(ID) ?? ''
    const first = lines.get(id)
    if (id === '') at(ID, '没有写，要写这个人在企业微信里的账号')
    else if (first !== undefined && first !== entry.line)
      at(ID, `「${id}」和第 ${first} 行重复，每个人只能有一行；几个区域用顿号隔开`)
    const advisor = advisorOf(entry, known, at)
    for (const { standIn } of entry.get(LEAVE) === null ? [] : advisor.leave)
      if (standIn === id) at(LEAVE, '自己不能给自己代班')
      else if (standIn !== null && !lines.has(standIn) && (goes(standIn) || !known.advisors.has(standIn)))
        at(LEAVE, `没有账号是「${standIn}」的顾问，代班的人也要在表里`)
    const checked = advisorSchema.safeParse(advisor)
    for (const issue of checked.error?.issues ?? [])
      if (issue.path[0] === 'id' && id !== '') at(ID, issue.message)
      else if (issue.path[0] === 'name') at(NAME, issue.message)
    faults.push(...said)
    if (checked.success && said.length === 0) advisors.push(checked.data)
  }
  return { advisors, lines, faults: inOrder(faults), unused }
}

function advisorOf({ get }: Entry, known: Roster, at: (column: Column, words: string) => void): Advisor {
  const id = get(ID) ?? ''
  const before = known.advisors.get(id)
  const role = ROLES[get(ROLE) ?? '']
  if (!role) at(ROLE, `「${get(ROLE)}」看不懂，要写${Object.values(ADVISOR_ROLE_WORDS).join('、')}中的一个`)
  const written = get(PHONE)
  const phone = written === null ? (before?.phone ?? null) : readTelephone(written)
  if (phone === '') at(PHONE, phoneFault(written ?? ''))
  const timed = <T>(column: Column, read: (text: string) => ReadOr<T>, otherwise: T): T => {
    const text = get(column)
    const outcome = text === null ? { read: otherwise } : read(text)
    if ('read' in outcome) return outcome.read
    at(column, outcome.fault)
    return otherwise
  }
  const areasIn = (column: Column): string[] => {
    const ids = several(get(column) ?? '').map((word) => ({ word, found: findArea(word, known.areas) }))
    for (const { word, found } of ids) if ('fault' in found) at(column, found.fault.replace('…', word))
    return [...new Set(ids.flatMap(({ found }) => ('id' in found ? [found.id] : [])))]
  }
  const areas = areasIn(AREAS)
  if ((get(AREAS) ?? '') === '') at(AREAS, '没有写，要写负责哪些区域的编号')
  const caseload = get(CASELOAD) === null ? before?.caseload : areasIn(CASELOAD)
  return {
    id,
    name: (get(NAME) ?? '').replace(/(?<=[\u4e00-\u9fa5]) +(?=[\u4e00-\u9fa5])/g, ''),
    phone: phone === '' ? null : phone,
    role: role ?? 'volunteer',
    areas: areas.length > 0 ? areas : ['?'],
    duty: timed(DUTY, readDuty, before?.duty ?? OFFICE_HOURS),
    leave: timed(LEAVE, readLeave, before?.leave ?? []),
    ...(caseload === undefined || caseload.length === 0 ? {} : { caseload }),
  }
}

/** The sheet that would be read as these advisors. */
export function writeAdvisors(advisors: readonly Advisor[]): string[][] {
  return [
    COLUMNS.map(({ name }) => name),
    ...advisors.map(({ id, name, phone, role, areas, duty, leave, caseload = [] }) => [
      id,
      name,
      phone ?? '',
      ADVISOR_ROLE_WORDS[role],
      areas.join('、'),
      sayDuty(duty),
      sayLeave(leave),
      caseload.join('、'),
    ]),
  ]
}

/** An area by its number, or by its name where only one is called so; `…` in a fault stands for what was written. */
export function findArea(word: string, areas: AreaTree): { id: string } | { fault: string } {
  if (areas.get(word)) return { id: word }
  const named = areas
    .all()
    .filter(({ id, name }) => word.endsWith(name) && (name === word || areas.say(id) === word))
  const [only] = named
  if (only && named.length === 1) return { id: only.id }
  return named.length > 1
    ? { fault: `叫「…」的区域有${named.length}个，请写区域编号：${named.map(({ id }) => id).join('、')}` }
    : { fault: '没有「…」这个区域，请先导入区域，或核对编号' }
}

/** A phone number in plain digits; null when none was written, '' when it is none. */
export function readTelephone(text: string): string | null {
  const digits = text.normalize('NFKC').replace(/[\s()-]|^\+?86(?=1\d{10}$)/g, '')
  if (digits === '') return null
  return /^(?:1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7})$/.test(digits) ? digits : ''
}
export const phoneFault = (written: string): string =>
  spoilt(written)
    ? '被 Excel 改成了科学计数，号码丢了；请把这一列设为“文本”再填一遍'
    : '不像电话号码，手机要11位，座机要带区号'
