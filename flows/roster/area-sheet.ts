/** Areas as offices list them, one a row. */
import {
  AREA_LEVEL_WORDS,
  AREA_LEVELS,
  type Area,
  type AreaLevel,
  type AreaTree,
  areaSchema,
} from './areas.ts'
import { type Column, inOrder, readEntries, type Sheet, type SheetFault } from './sheet.ts'

const ID: Column = {
  name: '区域编号',
  also: ['编号', '编码', '区域编码', '代码', '区划代码', '网格编号', '网格编码'],
  required: true,
}
const LEVEL: Column = { name: '级别', also: ['层级', '类型', '区域级别', '级次'], required: true }
const NAME: Column = { name: '名称', also: ['区域名称', '名字', '全称', '网格名称'], required: true }
const PARENT: Column = {
  name: '上级编号',
  also: ['上级', '上级区域', '上级区域编号', '上级编码', '所属编号', '父级编号', '上级代码'],
  required: true,
}
const ROBOT: Column = {
  name: '群机器人',
  also: ['机器人', '群机器人key', '群机器人地址', 'webhook'],
  required: false,
}
const COLUMNS = [ID, LEVEL, NAME, PARENT, ROBOT]

/** What offices call each level. */
const LEVELS: Readonly<Record<string, AreaLevel>> = {
  区: 'district',
  县: 'district',
  区县: 'district',
  旗: 'district',
  市: 'district',
  街道: 'street',
  镇: 'street',
  乡: 'street',
  乡镇: 'street',
  街镇: 'street',
  社区: 'community',
  村: 'community',
  居委会: 'community',
  村委会: 'community',
  网格: 'grid',
}

/** What a sheet says of areas. `robots` holds the keys it names, by area: secrets. */
export interface AreasRead {
  areas: Area[]
  robots: Map<string, string>
  /** Where each stands in the sheet. */
  lines: ReadonlyMap<string, number>
  faults: SheetFault[]
  unused: string[]
}

/**
 * Reads the rows of a sheet of areas, and whether each lies where one of its level can.
 *
 * @param known areas that are there already and may be named as the area above
 */
export function readAreas(sheet: Sheet, known: AreaTree): AreasRead {
  const { entries, faults, unused } = readEntries(sheet, COLUMNS)
  const read: { line: number; area: Area }[] = []
  const robots = new Map<string, string>()
  const lines = new Map<string, number>()
  for (const { line, get } of entries) {
    const at = (column: Column, words: string) => faults.push({ line, column: column.name, words })
    const id = get(ID) ?? ''
    const level = LEVELS[get(LEVEL) ?? '']
    const above = get(PARENT) ?? ''
    const before = lines.get(id)
    if (id === '') at(ID, '没有写，每个区域都要有自己的编号')
    else if (spoilt(id)) at(ID, '被 Excel 改成了科学计数，后面的数字丢了；请把这一列设为“文本”再填一遍')
    else if (before !== undefined) at(ID, `「${id}」和第 ${before} 行重复，每个编号只能有一行`)
    if (!level)
      at(
        LEVEL,
        `「${get(LEVEL)}」看不懂，要写${AREA_LEVELS.map((one) => AREA_LEVEL_WORDS[one]).join('、')}中的一个`,
      )
    if (id !== '' && before === undefined) lines.set(id, line)
    const robot = get(ROBOT) ?? ''
    const key = robot === '' ? null : readRobotKey(robot)
    if (robot !== '' && key === null) at(ROBOT, ROBOT_FAULT)
    const area = areaSchema.safeParse({
      id,
      level: level ?? 'grid',
      name: get(NAME) ?? '',
      parent: above === '' ? null : above,
    })
    for (const issue of area.error?.issues ?? []) {
      if (issue.path[0] === 'id' && id !== '' && !spoilt(id)) at(ID, issue.message)
      if (issue.path[0] === 'name') at(NAME, issue.message)
    }
    if (area.success && level && before === undefined) {
      read.push({ line, area: area.data })
      if (key !== null) robots.set(id, key)
    }
  }
  const areas = read.map(({ area }) => area)
  const all = new Map([...known.all(), ...areas].map((area) => [area.id, area]))
  const firsts = new Map<string, number>()
  // Who moves an area takes along what lies in it.
  for (const area of known.all()) {
    const above = area.parent === null || lines.has(area.id) ? undefined : all.get(area.parent)
    const line = above && lines.get(above.id)
    if (above && line !== undefined && !liesIn(area.level, above.level))
      faults.push({
        line,
        column: LEVEL.name,
        words: `「${area.name}」已经在它下面，它是${AREA_LEVEL_WORDS[area.level]}，放不下了`,
      })
  }
  for (const { line, area } of read) {
    const words = misplaced(area, all, lines)
    if (words !== null) faults.push({ line, column: PARENT.name, words })
    const called = `${area.parent}/${area.name}`
    const first = firsts.get(called)
    if (first === undefined) firsts.set(called, line)
    else
      faults.push({
        line,
        column: NAME.name,
        words: `「${area.name}」和第 ${first} 行同名，又在同一个上级下面，分不清是哪个`,
      })
  }
  return { areas, robots, lines, faults: inOrder(faults), unused }
}

/** The sheet that would be read as these areas. Keys of robots are secrets and never in it. */
export function writeAreas(areas: readonly Area[]): string[][] {
  return [
    [ID.name, LEVEL.name, NAME.name, PARENT.name],
    ...areas.map(({ id, level, name, parent }) => [id, AREA_LEVEL_WORDS[level], name, parent ?? '']),
  ]
}

export const ROBOT_FAULT = '要写群机器人的 Webhook 地址，或者地址里 key= 后面的那一段'
/** The key of a group robot, of its whole address or by itself; null when it is neither. */
export function readRobotKey(text: string): string | null {
  const key = /[?&]key=([^&\s]+)/.exec(text)?.[1] ?? text.trim()
  return /^[0-9a-zA-Z-]{8,128}$/.test(key) ? key : null
}

/** A long number after Excel has counted with it. */
export const spoilt = (cell: string): boolean => /^\d(?:\.\d+)?E\+?\d{2}$/i.test(cell)

/** Why an area cannot lie where it says; null when it can. */
function misplaced(
  { level, parent }: Area,
  all: ReadonlyMap<string, Area>,
  lines: ReadonlyMap<string, number>,
): string | null {
  if (level === 'district') return parent === null ? null : '区没有上级，这一格要空着'
  const word = AREA_LEVEL_WORDS[level]
  if (parent === null) return `没有写，${word}要写它属于哪里`
  const above = all.get(parent)
  // The line of an area that is itself at fault says so.
  if (!above) return lines.has(parent) ? null : `没有编号是「${parent}」的区域，请核对，或把它也写进表里`
  return liesIn(level, above.level)
    ? null
    : `「${above.name}」是${AREA_LEVEL_WORDS[above.level]}，${word}不能放在它下面`
}

const liesIn = (level: AreaLevel, above: AreaLevel): boolean =>
  AREA_LEVELS.indexOf(above) < AREA_LEVELS.indexOf(level)
