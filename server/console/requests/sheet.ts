/** The list of requests as an Excel workbook, masked as it is shown. */
import { setImmediate } from 'node:timers/promises'
import { sayMoment } from '../../../flows/clocks.ts'
import { promisesOf } from '../../../flows/ticket/promises.ts'
import { STAGE_WORDS, STAGES } from '../../../flows/ticket/ticket.ts'
import type { Table, Value } from '../../workbook/workbook.ts'
import type { CLOCKS, REQUEST_VIEWS } from '../wire.ts'
import { type FoundTicket, type Place, type Wanted, walkTickets } from './find.ts'
import { sayPlace } from './say-place.ts'
import { lineOf } from './view.ts'

const COLUMNS: Table['columns'] = [
  { name: '编号', width: 13 },
  { name: '阶段', width: 10 },
  { name: '紧急', width: 7 },
  { name: '求助人和需要', width: 42 },
  { name: '区域', width: 26 },
  { name: '负责人', width: 12 },
  { name: '最近的时限', width: 18 },
  { name: '剩下多久', width: 14 },
  { name: '受理时间', width: 18 },
]

const ABOUT_COLUMNS: Table['columns'] = [
  { name: '项目', width: 12 },
  { name: '内容', width: 80 },
]

function rowOf(found: FoundTicket, place: Place): Value[] {
  const line = lineOf(found, place)
  const due = promisesOf(found.ticket)[0]?.due
  return [
    line.number,
    line.stage,
    line.urgent ? '紧急' : '',
    line.about,
    line.area,
    line.owner,
    due ? { at: due.at } : null,
    line.left,
    { at: found.ticket.openedAt },
  ]
}

/** Made at a time, so that others are answered in between. */
const AT_ONCE = 25

/** The rows of what is wanted, at most so many; `cut` says that there are more. */
export async function requestRows(
  place: Place,
  wanted: Wanted,
  most: number,
): Promise<{ rows: Value[][]; cut: boolean }> {
  const rows: Value[][] = []
  for await (const found of walkTickets(place, wanted)) {
    if (rows.length === most) return { rows, cut: true }
    rows.push(rowOf(found, place))
    if (rows.length % AT_ONCE === 0) await setImmediate()
  }
  return { rows, cut: false }
}

const VIEW_WORDS: Readonly<Record<(typeof REQUEST_VIEWS)[number], string>> = {
  open: '要办的',
  closed: '等回访',
  all: '全部',
}
const CLOCK_WORDS: Readonly<Record<(typeof CLOCKS)[number], string>> = {
  overdue: '已超期',
  today: '今天到期',
  week: '7天内到期',
}
const OWNER_WORDS: Readonly<Record<string, string>> = { mine: '我负责的', none: '没有人接单' }

/** What was asked for, in words. */
export function sayWanted({ view, stage, area, owner, clock, from, to }: Wanted, { roster }: Place): string {
  const known = STAGES.find((one) => one === stage)
  return [
    VIEW_WORDS[view],
    ...(stage === undefined ? [] : [known ? STAGE_WORDS[known] : stage]),
    ...(area === undefined ? [] : [sayPlace(area === 'none' ? null : area, roster.areas)]),
    ...(owner === undefined ? [] : [OWNER_WORDS[owner] ?? roster.advisors.get(owner)?.name ?? owner]),
    ...(clock === undefined ? [] : [CLOCK_WORDS[clock]]),
    ...(from === undefined && to === undefined ? [] : [`${from ?? '最早'} 至 ${to ?? '今天'} 受理`]),
  ].join('，')
}

/**
 * The tables of the workbook, and what must be said with it.
 *
 * @param rows as {@link requestRows} makes them
 * @param cut whether there are more than stand in them
 */
export function requestTables(
  { rows, cut }: { rows: readonly (readonly Value[])[]; cut: boolean },
  wanted: string,
  { account, now }: Place,
): { tables: Table[]; note: string | null } {
  const note = cut
    ? `只导出了前 ${rows.length} 张，后面还有。请先筛选（如按区域、阶段），再分几次导出。`
    : null
  const about = [
    ['导出的是', wanted],
    ['共', `${rows.length} 张`],
    ['导出时间', sayMoment(now, '')],
    ['导出人', account.person.name],
    ['说明', '姓名已遮住，和后台列表里看到的一样。请只用于工作，用完删除。'],
    ...(note === null ? [] : [['注意', note]]),
  ]
  return {
    tables: [
      {
        name: '求助单',
        columns: COLUMNS,
        headed: true,
        rows: [...rows, ...(note === null ? [] : [[note]])],
      },
      { name: '说明', columns: ABOUT_COLUMNS, headed: false, rows: about },
    ],
    note,
  }
}
