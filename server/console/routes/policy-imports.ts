/** Policies brought in files: shown first, then made drafts as somebody picks them. */
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { COLUMNS, exampleFields, rowOf } from '../../../knowledge/notice/sheet.ts'
import { readFields } from '../../../knowledge/policy-text.ts'
import type { StandingPolicy } from '../../inventory/imports.ts'
import { ReadingError } from '../../inventory/reading/reading-error.ts'
import type { Standing } from '../../inventory/standing.ts'
import { WORKBOOK } from '../paths.ts'
import {
  bringInput,
  broughtOutput,
  dropInput,
  IMPORT_PAGE,
  importedInput,
  importedOutput,
  importInput,
  importOutput,
  importsOutput,
  takeInput,
  takeOutput,
} from '../policies/import-wire.ts'
import { lineDiff } from '../policies/line-diff.ts'
import { byOf, namesOf, previewOf, sayFault } from '../policies/view.ts'
import { Refusal } from '../refusal.ts'
import { FileAnswer, fileRoute, NOTHING, type Route, route, uploadRoute } from '../route.ts'
import { doneOutput } from '../wire.ts'

/** A thousand policies with their texts are a tenth of it; a Word document with pictures may be more. */
const MOST_BYTES = 16 * 1024 * 1024

const TAKEABLE: readonly Standing[] = ['new', 'changed']

export const policyImportRoutes: readonly Route[] = [
  fileRoute({
    path: '/policy-imports/template',
    needs: 'edit-policies',
    says: '导入政策用的 Excel 样表，一行一条政策',
    input: NOTHING,
    gives: [WORKBOOK],
    handle: async (_, { makeWorkbook }) =>
      new FileAnswer({
        name: '政策样表.xlsx',
        type: WORKBOOK,
        bytes: await makeWorkbook([
          {
            name: '政策',
            columns: COLUMNS.map(({ name, width }) => ({ name, width })),
            headed: true,
            rows: [rowOf(exampleFields())],
          },
          {
            name: '怎么填',
            columns: [
              { name: '列', width: 20 },
              { name: '怎么填', width: 70 },
            ],
            headed: true,
            rows: COLUMNS.map(({ name, hint }) => [name, hint]),
          },
        ]),
      }),
  }),
  uploadRoute({
    path: '/policy-imports',
    needs: 'edit-policies',
    says: '读一份政策文件（Word、Excel、CSV、Markdown、文字，或装着它们的 ZIP），先看不改；import 接着上一份',
    takes: { most: MOST_BYTES },
    input: bringInput,
    output: broughtOutput,
    handle: async (given, call, { name, bytes }) => {
      const file = { name: name === '' ? '没有名字的文件' : name, bytes }
      try {
        const { id, count } = await call.imports.bring(file, byOf(call), given.import)
        return { import: id, says: `读出 ${count} 条政策。` }
      } catch (error) {
        if (!(error instanceof ReadingError)) throw error
        throw new Refusal('bad-value', `${file.name}：${error.message}`)
      }
    },
  }),
  route({
    method: 'GET',
    path: '/policy-imports',
    needs: 'edit-policies',
    says: '还没有用完的导入，新的在前',
    input: NOTHING,
    output: importsOutput,
    handle: async (_, call) => {
      const nameOf = await namesOf(call)
      const today = chinaDay(call.desk.now())
      return {
        imports: (await call.imports.list()).map(({ id, files, count, at, by }) => ({
          id,
          files,
          count,
          at: sayMoment(new Date(at), today),
          by: nameOf(by),
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/policy-imports/:id',
    needs: 'edit-policies',
    says: '一次导入读出的政策，每条是新的、会改现有的、一样，还是用不了',
    input: importInput,
    output: importOutput,
    handle: async ({ id, standing, cursor }, call) => {
      const opened = await call.imports.open(id)
      if (!opened) throw new Refusal('not-found', '这次导入已经不在了，可能做完丢掉了。')
      const { brought, policies } = opened
      const nameOf = await namesOf(call)
      const fitting = standing === undefined ? policies : policies.filter((one) => one.standing === standing)
      const from = Math.max(0, Number(cursor ?? 0) || 0)
      const counts = { new: 0, changed: 0, same: 0, unusable: 0, taken: 0 }
      for (const one of policies) counts[one.standing]++
      return {
        files: brought.files,
        at: sayMoment(new Date(brought.at), chinaDay(call.desk.now())),
        by: nameOf(brought.by),
        counts,
        policies: fitting.slice(from, from + IMPORT_PAGE).map((one) => lineOf(one, nameOf)),
        takeable: policies
          .filter((one) => TAKEABLE.includes(one.standing))
          .map((one) => ({ place: one.place, revision: one.draft?.revision ?? 0, standing: one.standing })),
        total: fitting.length,
        next: fitting.length > from + IMPORT_PAGE ? String(from + IMPORT_PAGE) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/policy-imports/:id/policies/:place',
    needs: 'edit-policies',
    says: '导入的一条政策：读出了什么、拿不准什么、和现在的对照',
    input: importedInput,
    output: importedOutput,
    handle: async ({ id, place }, { imports, desk }) => {
      const one = await imports.look(id, place)
      if (!one) throw new Refusal('not-found', '这一条已经不在了，请刷新看看。')
      const { policy, title, from, standing, unusable, faults, doubts, left, text, now } = one
      const { bubbles } = previewOf(text, policy, readFields(text) ?? undefined, chinaDay(desk.now()))
      return {
        ...{ policy, title, from, standing, unusable, doubts, left, text, bubbles },
        faults: faults.map(sayFault),
        lines: now === '' ? null : lineDiff(now, text),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/policy-imports/:id/take',
    needs: 'edit-policies',
    says: '把选中的做成草稿；revision 是看到的草稿的修改次数，没有草稿时写 0',
    input: takeInput,
    output: takeOutput,
    handle: async ({ id, chosen }, call) => {
      const refused = await call.imports.take(id, chosen, byOf(call))
      return {
        taken: chosen.length - refused.size,
        refused: [...refused].map(([place, why]) => ({ place, why })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/policy-imports/:id/drop',
    needs: 'edit-policies',
    says: '丢掉一次导入；做好的草稿不动',
    input: dropInput,
    output: doneOutput,
    handle: async ({ id }, { imports }) => {
      await imports.drop(id)
      return { says: '已丢掉，做好的草稿都在。' }
    },
  }),
]

function lineOf(one: StandingPolicy, nameOf: (by: string) => string) {
  const { place, policy, title, from, standing, unusable, faults, doubts, left, draft } = one
  return {
    ...{ place, policy, title, from, standing, unusable },
    faults: faults.length,
    doubts: doubts.length,
    left: left.length,
    revision: draft?.revision ?? 0,
    draftOf: draft && standing === 'changed' ? nameOf(draft.author) : '',
  }
}
