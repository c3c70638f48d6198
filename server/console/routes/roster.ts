/** Changes to the roster: one advisor by form, many by a sheet that is shown before it is taken; and the sheets themselves. */

import { readRoster, saveRoster } from '../../../bot/roster.ts'
import { chinaDay } from '../../../flows/clocks.ts'
import { writeAdvisors } from '../../../flows/roster/advisor-sheet.ts'
import { writeAreas } from '../../../flows/roster/area-sheet.ts'
import { RosterError } from '../../../flows/roster/roster-error.ts'
import { keptCell } from '../../../flows/roster/sheet.ts'
import { addAdvisor, editAdvisor, removeAdvisor } from '../../people/advisor-deeds.ts'
import { exampleOf, HOW_TO_FILL } from '../../people/examples.ts'
import { planImport } from '../../people/import.ts'
import { isClear } from '../../people/import-plan.ts'
import { type Changing, dropLeave, takeLeave } from '../../people/roster-deeds.ts'
import { MAX_SHEET_BYTES } from '../../people/sheet-file.ts'
import { SHEET_WORDS, type SheetKind } from '../../people/sheets.ts'
import { mayChange } from '../../people/within.ts'
import type { Table } from '../../workbook/workbook.ts'
import { WORKBOOK } from '../paths.ts'
import { importView } from '../people/import-view.ts'
import { advisorsSeen, areasSeen } from '../people/view.ts'
import {
  changeAdvisorInput,
  dropLeaveInput,
  importInput,
  importOutput,
  leaveInput,
  newAdvisorInput,
  progressOutput,
  removeAdvisorInput,
  sheetInput,
  templateInput,
} from '../people/wire.ts'
import { Refusal } from '../refusal.ts'
import { FileAnswer, fileRoute, NOTHING, type Route, route, type SignedCall, uploadRoute } from '../route.ts'
import { doneOutput } from '../wire.ts'
import { lookoutOf, noting } from './people.ts'

/** @throws {Refusal} in place of a {@link RosterError} */
async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof RosterError ? new Refusal('bad-value', error.faults.join('\n')) : error
  }
}

/** While it is tried out, the roster is made up: whoever changes somebody of it keeps it, and changes that. */
async function keepMadeUp({ trial, roster, desk: { store } }: SignedCall): Promise<void> {
  if (!trial || (await readRoster(store)).revision > 0) return
  const { areas, advisors } = await roster()
  await saveRoster(store, { areas: areas.all(), advisors: [...advisors.values()] }, 0)
}

/** Who changes an advisor, on what they looked at. */
async function changing(call: SignedCall, id: string, actions: string, mark?: string): Promise<Changing> {
  await keepMadeUp(call)
  return {
    within: call.who.account,
    ...(mark === undefined ? {} : { seen: mark }),
    noted: noting(call, 'changed', `advisor:${id}`, { actions }),
  }
}

/** Wide enough for what usually stands in it. */
const widthOf = (cells: readonly string[]): number =>
  Math.min(
    60,
    Math.max(8, ...cells.map((cell) => 2 + [...cell].length * (/[\u4e00-\u9fa5]/.test(cell) ? 2 : 1))),
  )

/** A table of rows whose first one is the header. */
function tableOf(name: string, [header = [], ...rows]: readonly (readonly string[])[]): Table {
  return {
    name,
    headed: true,
    columns: header.map((title, place) => ({
      name: title,
      width: widthOf([title, ...rows.slice(0, 100).map((row) => row[place] ?? '')]),
    })),
    rows: rows.map((row) => row.map(keptCell)),
  }
}

export const rosterRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/advisors',
    needs: 'manage-people',
    says: '加一位顾问',
    input: newAdvisorInput,
    output: doneOutput,
    handle: async (given, call) => {
      const { name } = await inWords(addAdvisor(call.desk, given, await changing(call, given.id, 'added')))
      return { says: `${name}加进名册了。` }
    },
  }),
  route({
    method: 'POST',
    path: '/advisors/:id/change',
    needs: 'manage-people',
    says: '改一位顾问的姓名、电话、角色、区域、值班和包片；mark 是看的时候的',
    input: changeAdvisorInput,
    output: doneOutput,
    handle: async ({ mark, ...given }, call) => {
      await inWords(editAdvisor(call.desk, given, await changing(call, given.id, 'advisor', mark)))
      return { says: '改好了，马上生效。' }
    },
  }),
  route({
    method: 'POST',
    path: '/advisors/:id/remove',
    needs: 'manage-people',
    says: '把一位顾问从名册去掉；手上还有求助单或联系对象时不行',
    input: removeAdvisorInput,
    output: doneOutput,
    handle: async ({ id, mark }, call) => {
      const { name } = await inWords(removeAdvisor(call.desk, id, await changing(call, id, 'removed', mark)))
      return { says: `${name}从名册去掉了。` }
    },
  }),
  route({
    method: 'POST',
    path: '/advisors/:id/leave',
    needs: 'manage-people',
    says: '记一次请假和代班的人；和它重叠的那次换成这次',
    input: leaveInput,
    output: doneOutput,
    handle: async ({ id, from, to, standIn, mark }, call) => {
      const by = await changing(call, id, 'leave', mark)
      const { name } = await inWords(takeLeave(call.desk, id, { from, to, standIn }, by))
      const alone = standIn === null ? '没有写代班的人，这些天的提醒会给同区域值班的人。' : ''
      return { says: `记下了，${name}请假。${alone}` }
    },
  }),
  route({
    method: 'POST',
    path: '/advisors/:id/leave/drop',
    needs: 'manage-people',
    says: '取消一次请假，按它开始的那天',
    input: dropLeaveInput,
    output: doneOutput,
    handle: async ({ id, from, mark }, call) => {
      const { name } = await inWords(dropLeave(call.desk, id, from, await changing(call, id, 'leave', mark)))
      return { says: `${name}的这次请假取消了。` }
    },
  }),
  uploadRoute({
    path: '/roster/import',
    needs: 'manage-people',
    says: '导入区域、顾问或联系对象的表（Excel 或 CSV）。不带 basis 只说会改什么；带着看到的 basis 再发一次才写入，其间有人改过就不写',
    takes: { most: MAX_SHEET_BYTES },
    input: importInput,
    output: importOutput,
    handle: async ({ what, replace, basis }, call, { name, bytes }) => {
      const sheet = await inWords(call.readSheet(bytes, name === '' ? `${SHEET_WORDS[what]}表` : name))
      const importing = { what, sheet, replace: replace === 'yes', within: call.who.account }
      const { plan, write } = await planImport(call.desk, importing)
      if (basis === undefined) return importView(plan, importing, false)
      if (basis !== plan.basis)
        throw new Refusal(
          'changed',
          '名册或这份表刚才变过，和您看到的不一样了，还没有写入。请再看一遍会改什么。',
        )
      if (!isClear(plan)) return importView(plan, importing, false)
      const { underway, who } = call
      const progress = (done: number, of: number) => void underway.set(who.account.id, { done, of })
      try {
        await write((detail) => noting(call, 'imported', `table:${what}`, detail), progress)
      } finally {
        underway.delete(who.account.id)
      }
      return importView(plan, importing, true)
    },
  }),
  route({
    method: 'GET',
    path: '/roster/import/progress',
    needs: 'manage-people',
    says: '自己正在写入的导入写了多少行；没有在写就是空',
    input: NOTHING,
    output: progressOutput,
    handle: async (_, { underway, who }) => underway.get(who.account.id) ?? { done: null, of: null },
  }),
  fileRoute({
    path: '/roster/export',
    needs: 'manage-people',
    gives: [WORKBOOK],
    says: '自己负责的区域或顾问的 Excel，列和导入的一样，改过可以再导入；记入操作记录',
    input: sheetInput,
    handle: async ({ what }, call) => {
      const from = await lookoutOf(call)
      const { areas } = from.roster
      const rows =
        what === 'areas'
          ? writeAreas(areasSeen(from))
          : // Who works elsewhere, too, could not be imported again from here.
            writeAdvisors(advisorsSeen(from).filter((advisor) => mayChange(from.within, advisor, areas)))
      const bytes = await call.makeWorkbook([tableOf(SHEET_WORDS[what], rows)])
      await call.desk.store.transaction(
        noting(call, 'exported', `table:${what}`, { rows: String(rows.length - 1) }),
      )
      const name = `${SHEET_WORDS[what]}-${chinaDay(from.now)}.xlsx`
      return new FileAnswer({ name, type: WORKBOOK, bytes })
    },
  }),
  fileRoute({
    path: '/roster/template',
    needs: 'manage-people',
    gives: [WORKBOOK],
    says: '一张样表：列名、几行样子和怎么填',
    input: templateInput,
    handle: async ({ what }, call) => {
      const bytes = await call.makeWorkbook([tableOf(SHEET_WORDS[what], exampleOf(what)), howToFill(what)])
      return new FileAnswer({ name: `${SHEET_WORDS[what]}样表.xlsx`, type: WORKBOOK, bytes })
    },
  }),
]

const howToFill = (what: SheetKind): Table => ({
  name: '怎么填',
  headed: false,
  columns: [{ name: '', width: 100 }],
  rows: HOW_TO_FILL[what].map((line) => [line]),
})
