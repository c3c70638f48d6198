/** Policies as they are found and read. What becomes of drafts is inventory/desk.ts's. */
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { fieldsOf, readFields } from '../../../knowledge/policy-text.ts'
import { lineDiff } from '../policies/line-diff.ts'
import { listPolicies, namesIn } from '../policies/list.ts'
import {
  byOf,
  liveText,
  namesOf,
  orRefusePolicy,
  parsedOf,
  previewOf,
  sayFault,
  textOf,
} from '../policies/view.ts'
import {
  examinedOutput,
  policiesInput,
  policiesOutput,
  policyInput,
  policyOutput,
  previewInput,
  previewOutput,
} from '../policies/wire.ts'
import { Refusal } from '../refusal.ts'
import { can } from '../roles.ts'
import { type Route, route } from '../route.ts'

const PAGE = 50

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/policies',
    needs: 'see-policies',
    says: '政策清单：按状态、部门、区域筛选，按名称或居民的说法搜索',
    input: policiesInput,
    output: policiesOutput,
    handle: async ({ cursor, ...filter }, call) => {
      const fitting = await listPolicies(filter, call)
      const from = Math.max(0, Number(cursor ?? 0) || 0)
      const all = [...call.knowledge.policies.values()]
      return {
        policies: fitting.slice(from, from + PAGE),
        departments: namesIn(all.flatMap(({ departments }) => departments)),
        areas: namesIn(all.map(({ area }) => area)),
        total: fitting.length,
        next: fitting.length > from + PAGE ? String(from + PAGE) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/policies/:id',
    needs: 'see-policies',
    says: '一条政策：现在居民看到的、草稿、历次版本',
    input: policyInput,
    output: policyOutput,
    handle: async ({ id }, call) => {
      const { desk, knowledge, policies, who } = call
      const file = await orRefusePolicy(policies.open(id))
      const live = liveText(file)
      const text = file.draft?.text ?? live
      if (text === null) throw new Refusal('not-found', '没有这条政策。')
      const today = chinaDay(desk.now())
      const nameOf = await namesOf(call)
      const { policy } = parsedOf(text, id)
      const fields = policy ? fieldsOf(policy) : readFields(text)
      const { draft, published } = file
      const at = (moment: string) => sayMoment(new Date(moment), today)
      return {
        id,
        title: policy?.title ?? fields?.title ?? id,
        fields,
        ...previewOf(text, id, fields ?? undefined, today),
        live: published
          ? { number: published.number, says: `第${published.number}版，${at(published.at)}发布` }
          : file.shipped === null
            ? null
            : { number: 0, says: '程序自带的' },
        draft: draft && {
          revision: draft.revision,
          state: draft.state,
          author: nameOf(draft.author),
          own: draft.author === byOf(call),
          at: at(draft.editedAt),
          reason: draft.reason,
          reviewer: nameOf(draft.reviewer),
          publishOn: draft.publishOn,
          doubts: draft.doubts,
          left: draft.left,
        },
        shippedDiffers: published !== null && file.shipped !== null && published.text !== file.shipped,
        versions: file.versions.map(({ number, at: moment, author, reviewer, reason }) => ({
          number,
          at: at(moment),
          author: nameOf(author),
          reviewer: nameOf(reviewer),
          reason,
        })),
        others: [...knowledge.policies.values()].map((one) => ({ value: one.id, label: one.title })),
        may: { edit: can(who.account, 'edit-policies'), publish: can(who.account, 'publish-policies') },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/preview',
    needs: 'see-policies',
    says: '看一份没有保存的内容有什么错、居民会看到什么',
    input: previewInput,
    output: previewOutput,
    handle: async (given, { desk }) => previewOf(textOf(given), given.id, given.fields, chinaDay(desk.now())),
  }),
  route({
    method: 'GET',
    path: '/policies/:id/examine',
    needs: 'see-policies',
    says: '草稿和现在的逐行对照，发布以后哪些问题的回答会变',
    input: policyInput,
    output: examinedOutput,
    handle: async ({ id }, { policies, knowledge }) => {
      const file = await orRefusePolicy(policies.open(id))
      const { faults, differences } = await orRefusePolicy(policies.examine(id))
      const words = (told: { policies: readonly string[]; text: string }) =>
        told.text !== ''
          ? told.text
          : told.policies.length > 0
            ? `请居民选：${told.policies.map((one) => knowledge.policies.get(one)?.title ?? one).join('、')}`
            : '没有找到能回答的政策'
      return {
        faults: faults.map(({ line, problem }) => ({ line, problem: sayFault(problem) })),
        lines: lineDiff(liveText(file) ?? '', file.draft?.text ?? ''),
        differences: differences.map(({ text, kind, before, after }) => ({
          question: text,
          kind,
          before: words(before),
          after: words(after),
        })),
      }
    },
  }),
]
