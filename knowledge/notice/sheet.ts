/**
 * Policies as rows of a sheet, one each. The columns hold all there is of a policy, so that what was written out reads
 * the same when it is read in; sheets that offices made for themselves are read by what their columns are called.
 */
import { ASPECT_NAMES, ASPECTS } from '../aspect-names.ts'
import type { PolicyFields } from '../policy-text.ts'
import { plain } from './blocks.ts'
import { isAspect, labelOf, type Meaning } from './labels.ts'
import { readField } from './notice.ts'
import { nothing, type Recognised, Taken } from './taken.ts'
import { worded } from './wording.ts'

/** A column of our own sheet. */
export interface SheetColumn {
  name: string
  /** Of the sheet, in characters. */
  width: number
  /** What somebody who fills it in must know. */
  hint: string
  write: (fields: PolicyFields) => string
  /** Puts a cell where it belongs; `cell` is never empty. */
  read: (fields: PolicyFields, cell: string) => void
}

/** Several names stand a line each; of one line they may also be parted by commas. */
const listed = (cell: string): string[] =>
  cell.split(cell.includes('\n') ? /\n/ : /[、，,；;]/).flatMap((one) => one.trim() || [])
const lined = (cell: string): string[] => cell.split('\n').flatMap((one) => one.trim() || [])
/** A single name that holds a comma ends its line, so that it is not taken for several. */
const writeList = (names: readonly string[]): string =>
  names.length === 1 && /[、，,；;]/.test(names[0] ?? '') ? `${names[0]}\n` : names.join('\n')

type Words = 'id' | 'title' | 'level' | 'area' | 'effective' | 'expires' | 'supersededBy' | 'checked'
type Lists = 'aliases' | 'departments' | 'audience' | 'related' | 'cues'
const words = (field: Words, name: string, width: number, hint: string): SheetColumn => ({
  name,
  width,
  hint,
  write: (fields) => fields[field],
  read: (fields, cell) => {
    fields[field] = cell.trim()
  },
})
const list = (field: Lists, name: string, width: number, hint: string): SheetColumn => ({
  name,
  width,
  hint,
  write: (fields) => writeList(fields[field]),
  read: (fields, cell) => {
    fields[field] = listed(cell)
  },
})

type Source = PolicyFields['sources'][number]
const noSource = (): Source => ({
  document: '',
  number: '',
  article: '',
  issued: '',
  effective: '',
  link: '',
})
const source = (field: keyof Source, name: string, width: number, hint: string): SheetColumn => ({
  name,
  width,
  hint,
  write: ({ sources }) => sources[0]?.[field] ?? '',
  read: (fields, cell) => {
    fields.sources[0] ??= noSource()
    fields.sources[0][field] = cell.trim()
  },
})
/** The other documents stand in one cell, a line each, by these names. */
const PARTS: readonly (readonly [keyof Source, string])[] = [
  ['number', '文号'],
  ['article', '条款'],
  ['issued', '公布'],
  ['effective', '施行'],
  ['link', '网址'],
]
const PARTED = '｜'
const writeOther = (one: Source): string =>
  [
    `《${one.document}》`,
    ...PARTS.flatMap(([field, name]) => (one[field] === '' ? [] : [`${name} ${one[field]}`])),
  ].join(PARTED)
function readOther(line: string): Source {
  const [document = '', ...parts] = line.split(PARTED)
  const made = { ...noSource(), document: document.trim().replace(/^《(.*)》$/, '$1') }
  for (const part of parts) {
    const known = PARTS.find(([, name]) => part.trim().startsWith(name))
    if (known) made[known[0]] = part.trim().slice(known[1].length).trim()
  }
  return made
}

const PHONE = /^(.*?)[\s:：]*([\d-]+)$/
const aspectNamed = (name: string) => ASPECT_NAMES.find((aspect) => ASPECTS[aspect] === name)

/** In the order somebody fills them in. */
export const COLUMNS: readonly SheetColumn[] = [
  words('title', '名称', 22, '居民看得懂的名字。必填'),
  ...ASPECT_NAMES.map(
    (aspect): SheetColumn => ({
      name: ASPECTS[aspect],
      width: 40,
      hint: `第一行是聊天里回答的话，最多120字；往下一行一条细节${aspect === 'overview' ? '。必填' : ''}`,
      write: ({ sections }) => {
        const section = sections[aspect]
        return section ? [section.lead, ...section.details].join('\n') : ''
      },
      read: (fields, cell) => {
        const [lead = '', ...details] = cell.split('\n')
        fields.sections[aspect] = {
          lead: lead.trim(),
          details: details.flatMap((one) => one.trim() || []),
          source: fields.sections[aspect]?.source ?? 1,
        }
      },
    }),
  ),
  list('departments', '部门', 12, '一行一个，如：民政。必填'),
  words('level', '哪一级', 8, '国家、省、市、区县、街道。必填'),
  words('area', '在哪里适用', 12, '全国，或地名。必填'),
  list('audience', '给谁', 20, '一行一个，如：收入低的家庭。必填'),
  words('effective', '生效日期', 12, '像 2026-07-01。必填'),
  words('expires', '最后一天', 12, '长期有效不填'),
  source('document', '依据文件', 30, '文件的全名，不写书名号。必填'),
  source('number', '文号', 20, '没有核实的不填'),
  source('article', '哪几条', 16, ''),
  source('issued', '公布日期', 12, ''),
  source('effective', '施行日期', 12, ''),
  source('link', '网址', 24, ''),
  {
    name: '其他依据',
    width: 40,
    hint: '一行一个：《文件全名》｜文号 …｜条款 …｜公布 2026-01-01｜施行 2026-07-01｜网址 …',
    write: ({ sources }) => sources.slice(1).map(writeOther).join('\n'),
    read: (fields, cell) => {
      fields.sources[0] ??= noSource()
      fields.sources.push(...lined(cell).map(readOther))
    },
  },
  {
    name: '各节用第几个依据',
    width: 18,
    hint: '用第一个的不写；一行一个，如：带什么材料 2',
    write: ({ sections }) =>
      ASPECT_NAMES.flatMap((aspect) => {
        const place = sections[aspect]?.source ?? 1
        return place === 1 ? [] : [`${ASPECTS[aspect]} ${place}`]
      }).join('\n'),
    read: (fields, cell) => {
      for (const line of lined(cell)) {
        const [, name = '', place = '1'] = /^(.+?)[\s:：]*(\d{1,2})$/.exec(line) ?? []
        const section = fields.sections[aspectNamed(name) ?? 'overview']
        if (section && aspectNamed(name)) section.source = Math.max(1, Number(place))
      }
    },
  },
  {
    name: '电话',
    width: 26,
    hint: '一行一个，名称在前，如：区民政局 025-85550000',
    write: ({ phones }) => phones.map(({ name, number }) => `${name} ${number}`).join('\n'),
    read: (fields, cell) => {
      fields.phones = lined(cell).map((line) => {
        const [, name = line, number = ''] = PHONE.exec(line) ?? []
        return { name: name.trim(), number }
      })
    },
  },
  {
    name: '例句',
    width: 40,
    hint: '居民的原话，一行一句，至少三句',
    write: ({ questions }) => questions.join('\n'),
    read: (fields, cell) => {
      fields.questions = lined(cell)
    },
  },
  list('aliases', '别名', 20, '只能指这一条政策的名字'),
  list('cues', '常用说法', 20, '没说名字、但指向这条的话'),
  list('related', '相关政策', 20, '写编号'),
  words('supersededBy', '被哪条取代', 14, '写编号；没有不填'),
  words('checked', '核对日期', 12, '哪天核对过原文。必填'),
  words('id', '编号', 20, '小写字母、数字和连字符；新政策不填，由程序按名称起'),
]

/** A policy's row of our own sheet. */
export const rowOf = (fields: PolicyFields): string[] => COLUMNS.map((column) => column.write(fields))

export interface SheetRow {
  /** As people count them. */
  line: number
  cells: readonly string[]
}
/** A policy a row: on which line it stands, and whether the sheet is one of ours, which says all there is of it. */
export type RowRead = Recognised & { line: number; isOurs: boolean }

/** What the name of the row begins with that shows how the sheet is filled in; it is passed over. */
const EXAMPLE = '（示例）'
/** A header stands within so many rows. */
const HEADER_WITHIN = 10
/** A table of so few known columns is no list of policies. */
const KNOWN_COLUMNS = 3

type Place = { column: SheetColumn } | { meaning: Meaning; heading: string } | { heading: string } | null

/**
 * Reads the rows below the header.
 *
 * @returns null when no row names enough columns, a name of each policy among them
 */
export function readSheetRows(rows: readonly SheetRow[]): RowRead[] | null {
  const header = rows
    .slice(0, HEADER_WITHIN)
    .map((row) => ({ row, places: placesOf(row.cells) }))
    .find(({ places }) => places.some(isTitle) && places.filter(isKnown).length >= KNOWN_COLUMNS)
  if (!header) return null
  return rows
    .slice(rows.indexOf(header.row) + 1)
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => ({ line, ...readRow(header.places, cells) }))
    .filter(
      ({ fields, left }) =>
        !fields.title.startsWith(EXAMPLE) &&
        (fields.title !== '' || Object.keys(fields.sections).length > 0 || left.length > 0),
    )
}

const isTitle = (place: Place): boolean =>
  place !== null &&
  (('column' in place && place.column.name === '名称') || ('meaning' in place && place.meaning === 'title'))
const isKnown = (place: Place): boolean => place !== null && ('column' in place || 'meaning' in place)

function placesOf(header: readonly string[]): Place[] {
  return header.map((cell): Place => {
    const name = plain(cell)
      .replace(/[*＊\n]/g, '')
      .replace(/[（(].*?[）)]$/, '')
      .trim()
    if (name === '' || /^(?:序号|No\.?|排序)$/i.test(name)) return null
    const column = COLUMNS.find((one) => one.name === name)
    if (column) return { column }
    const label = labelOf(name)
    return label ? { meaning: label.meaning, heading: name } : { heading: name }
  })
}

function readRow(places: readonly Place[], cells: readonly string[]): Recognised & { isOurs: boolean } {
  const taken = new Taken()
  const known = new Set(places.flatMap((place) => (place && 'column' in place ? [place.column.name] : [])))
  // Of our own sheet everything is said by its columns.
  const isOurs = known.has('编号') && known.has('各节用第几个依据')
  for (const [order, place] of places.entries()) {
    const cell = cleaned(cells[order] ?? '')
    if (cell.trim() === '' || place === null) continue
    if ('column' in place && (isOurs || !isLoose(place.column))) place.column.read(taken.fields, cell)
    else if ('column' in place)
      readLoosely(taken, labelOf(place.column.name)?.meaning ?? 'title', place.column.name, cell)
    else if ('meaning' in place) readLoosely(taken, place.meaning, place.heading, cell)
    else taken.leave(`${place.heading}：${cell.trim()}`)
  }
  // Which document a section rests on may stand before the section.
  for (const column of COLUMNS) {
    const order = places.findIndex((place) => place !== null && 'column' in place && place.column === column)
    if (column.name === '各节用第几个依据' && order >= 0 && (cells[order] ?? '').trim() !== '')
      column.read(taken.fields, cleaned(cells[order] ?? ''))
  }
  return { fields: taken.fields, doubts: taken.doubts, left: taken.left, isOurs }
}

/** Columns that offices fill in their own way even where they are called like ours. */
const isLoose = ({ name }: SheetColumn): boolean =>
  aspectNamed(name) === undefined &&
  ['部门', '电话', '文号', '依据文件', '生效日期', '最后一天', '公布日期', '施行日期', '哪一级'].includes(
    name,
  )

/** A cell's text: without what cannot be seen, its lines as they are. */
const cleaned = (cell: string): string =>
  cell
    .replace(/\r\n?|_x000[dD]_/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\s+$/, (end) => (end.includes('\n') && !cell.trim().includes('\n') ? '\n' : ''))

function readLoosely(taken: Taken, meaning: Meaning, heading: string, cell: string): void {
  const lines = cell
    .split('\n')
    .map(plain)
    .filter((line) => line !== '')
  if (!isAspect(meaning)) {
    readField(taken, meaning, heading, lines)
    return
  }
  const { lead, details, why } = worded(lines)
  const before = taken.fields.sections[meaning]
  if (before)
    taken.write(meaning, before.lead, [...before.details, ...[lead, ...details].filter((one) => one !== '')])
  else taken.write(meaning, lead, details)
  if (!labelOf(heading)?.certain) taken.doubt(meaning, heading, `按列名归到了「${ASPECTS[meaning]}」，请核对`)
  if (why !== '') taken.doubt(meaning, lead, why)
}

/** A row to show how the sheet is filled in. */
export function exampleFields(): PolicyFields {
  return {
    ...nothing(),
    title: `${EXAMPLE}冬季取暖补助`,
    departments: ['民政'],
    level: '区县',
    area: '某某区',
    audience: ['低保家庭', '特困人员'],
    sources: [{ ...noSource(), document: '某某区冬季取暖补助实施办法', number: '某民发〔2026〕12号' }],
    phones: [{ name: '政务服务便民热线', number: '12345' }],
    questions: ['取暖补助怎么领', '冬天没钱交暖气费怎么办', '暖气费政府补不补'],
    sections: {
      overview: {
        lead: '冬天给困难家庭补一些取暖的钱，每年发一次。',
        details: ['发到低保金的那张卡上。'],
        source: 1,
      },
      where: { lead: '到户口所在地的街道办或社区申请。', details: [], source: 1 },
    },
  }
}
