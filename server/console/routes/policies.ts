/** Policies: found, written as a form, looked at by somebody else, published. What is published is inventory/desk.ts's. */

import type { PolicyDraft } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { answerPolicy } from '../../../knowledge/answer.ts'
import { DANGER_ANSWERS } from '../../../knowledge/danger.ts'
import {
  ASPECT_NAMES,
  ASPECTS,
  type Fault,
  InventoryError,
  inForce,
  type Policy,
  parsePolicy,
} from '../../../knowledge/policy.ts'
import {
  emptyFields,
  fieldsOf,
  type PolicyFields,
  policyText,
  readFields,
} from '../../../knowledge/policy-text.ts'
import { PolicyDeskError, type PolicyFile } from '../../inventory/desk.ts'
import { allAccounts } from '../account.ts'
import { lineDiff } from '../line-diff.ts'
import {
  approveInput,
  examinedOutput,
  newPolicyInput,
  type PolicyLine,
  policiesInput,
  policiesOutput,
  policyChangeInput,
  policyInput,
  policyOutput,
  previewInput,
  previewOutput,
  reasonInput,
  restoreInput,
  savedOutput,
  savePolicyInput,
  tryInput,
  tryOutput,
} from '../policy-wire.ts'
import { Refusal } from '../refusal.ts'
import { can } from '../roles.ts'
import { type Route, route, type SignedCall } from '../route.ts'
import { doneOutput } from '../wire.ts'

const PAGE = 50
/** So many days before its last one a policy is shown as ending. */
const EXPIRING_DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000
/** How many policies are told of when a question is tried. */
const TRIED = 5

const byOf = ({ who }: SignedCall): string => `account:${who.account.id}`
const daysUntil = (day: string, today: string): number =>
  Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS)

/** @throws {Refusal} in place of a {@link PolicyDeskError} */
async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof PolicyDeskError)) throw error
    if (error.code === 'changed' || error.code === 'no-draft') throw new Refusal('changed', error.message)
    if (error.code === 'same-person') throw new Refusal('not-allowed', error.message)
    if (error.code === 'no-version') throw new Refusal('not-found', error.message)
    const faults = error.faults.map(({ line, problem }) => `第${line}行：${problem}`).join('；')
    throw new Refusal('bad-value', faults === '' ? error.message : `${error.message}：${faults}`)
  }
}

const DRAFT_WORDS = { draft: '有草稿', review: '等审核', scheduled: '定时发布' } as const

function stateOf(policy: Policy, today: string): { state: string; bad: boolean } {
  if (policy.supersededBy !== null) return { state: '已被取代', bad: false }
  if (policy.effective > today) return { state: `${policy.effective}起生效`, bad: false }
  if (policy.expires === null) return { state: '生效中', bad: false }
  const left = daysUntil(policy.expires, today)
  if (left < 0) return { state: '已失效', bad: false }
  return left <= EXPIRING_DAYS
    ? { state: left === 0 ? '今天失效' : `${left}天后失效`, bad: true }
    : { state: '生效中', bad: false }
}

/** A text as a policy, or what is wrong with it. */
function parsedOf(text: string, id: string): { policy: Policy | null; faults: Fault[] } {
  try {
    return { policy: parsePolicy(text, `${id}.md`), faults: [] }
  } catch (error) {
    if (error instanceof InventoryError) return { policy: null, faults: [...error.faults] }
    throw error
  }
}

/** What a resident reads, side by side; of a text with faults, what there is of it. */
function previewOf(text: string, id: string, fields: PolicyFields | undefined, today: string) {
  const { policy, faults } = parsedOf(text, id)
  const told = faults.map(({ line, problem }) => ({ line, problem }))
  if (policy)
    return {
      text,
      faults: told,
      bubbles: ASPECT_NAMES.flatMap((aspect) => {
        const section = policy.sections[aspect]
        if (!section) return []
        const words = answerPolicy(policy, aspect, null, today).text
        return [{ aspect, label: ASPECTS[aspect], text: words, details: section.details }]
      }),
    }
  const bubbles = ASPECT_NAMES.flatMap((aspect) => {
    const section = fields?.sections[aspect]
    return section && section.lead !== ''
      ? [{ aspect, label: ASPECTS[aspect], text: section.lead, details: section.details }]
      : []
  })
  return { text, faults: told, bubbles }
}

/** What was sent as a text. @throws {Refusal} when nothing was */
function textOf({
  id,
  fields,
  text,
}: {
  id: string
  fields?: PolicyFields | undefined
  text?: string | undefined
}): string {
  if (fields) return policyText({ ...fields, id })
  if (text === undefined) throw new Refusal('bad-request', '没有收到内容，请刷新页面再试。')
  return text
}

const liveText = ({ published, shipped }: PolicyFile): string | null => published?.text ?? shipped

/** Somebody's name by how the audit log names them. */
async function namesOf({ desk }: SignedCall): Promise<(by: string) => string> {
  const accounts = new Map(
    (await allAccounts(desk.store)).map((one) => [`account:${one.id}`, one.person.name]),
  )
  return (by) => accounts.get(by) ?? (by === '' ? '' : '已经没有的账号')
}

const saved = (draft: PolicyDraft, says: string) => ({ revision: draft.revision, says })

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/policies',
    needs: 'see-policies',
    says: '政策清单：按状态、部门、区域筛选，按名称或居民的说法搜索',
    input: policiesInput,
    output: policiesOutput,
    handle: async ({ view, department, area, search, cursor }, { desk, knowledge }) => {
      const today = chinaDay(desk.now())
      const drafts = new Map<string, PolicyDraft>()
      for await (const draft of desk.store.scan('policy_drafts')) drafts.set(draft.id, draft)
      const all = [...knowledge.policies.values()]
      const unborn = [...drafts.values()].filter(({ id }) => !knowledge.policies.has(id)).map(lineOfDraft)
      const lines = all.map((policy): PolicyLine => {
        const draft = drafts.get(policy.id)
        return {
          id: policy.id,
          title: policy.title,
          departments: policy.departments,
          area: policy.area,
          effective: policy.effective,
          expires: policy.expires ?? '',
          ...stateOf(policy, today),
          draft: draft ? DRAFT_WORDS[draft.state] : '',
          checked: policy.checked,
        }
      })
      const shown = {
        'in-force': (line: PolicyLine) => isInForce(line.id),
        expiring: (line: PolicyLine) => line.bad,
        changing: (line: PolicyLine) => line.draft !== '',
        ended: (line: PolicyLine) => !isInForce(line.id) && knowledge.policies.has(line.id),
        all: () => true,
      }[view]
      function isInForce(id: string): boolean {
        const policy = knowledge.policies.get(id)
        return policy !== undefined && inForce(policy, today)
      }
      const asked = search?.trim() ?? ''
      const found = asked === '' ? null : ranked(asked, knowledge, today)
      const fitting = [...lines, ...unborn]
        .filter(
          (line) =>
            shown(line) &&
            (department === undefined || line.departments.includes(department)) &&
            (area === undefined || line.area === area) &&
            (found === null || found.has(line.id) || line.title.includes(asked) || line.id.includes(asked)),
        )
        .sort((a, b) =>
          found
            ? (found.get(a.id) ?? PAGE) - (found.get(b.id) ?? PAGE)
            : a.title.localeCompare(b.title, 'zh'),
        )
      const from = Math.max(0, Number(cursor ?? 0) || 0)
      const unique = (of: (policy: Policy) => string[]) =>
        [...new Set(all.flatMap(of))].sort((a, b) => a.localeCompare(b, 'zh'))
      return {
        policies: fitting.slice(from, from + PAGE),
        departments: unique((policy) => policy.departments),
        areas: unique((policy) => [policy.area]),
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
      const file = await orRefuse(policies.open(id))
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
    method: 'POST',
    path: '/policies',
    needs: 'edit-policies',
    says: '新写一条政策',
    input: newPolicyInput,
    output: savedOutput,
    handle: async ({ id, title }, call) => {
      const { published, shipped, draft } = await orRefuse(call.policies.open(id))
      if (published || shipped !== null || draft)
        throw new Refusal('bad-value', '这个编号已经有政策在用，请换一个。')
      const fields = { ...emptyFields(id, chinaDay(call.desk.now())), title: title.trim() }
      const kept = await orRefuse(
        call.policies.save({ id, revision: 0, by: byOf(call), text: policyText(fields) }),
      )
      return saved(kept, '已建好草稿。')
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/save',
    needs: 'edit-policies',
    says: '保存草稿；revision 是看到的草稿的修改次数，没有草稿时写 0',
    input: savePolicyInput,
    output: savedOutput,
    handle: async ({ revision, ...given }, call) => {
      const change = { id: given.id, revision, by: byOf(call), text: textOf(given) }
      return saved(await orRefuse(call.policies.save(change)), '草稿已保存，居民还看不到。')
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/discard',
    needs: 'edit-policies',
    says: '放弃草稿',
    input: policyChangeInput,
    output: doneOutput,
    handle: async (change, call) => {
      await orRefuse(call.policies.discard({ ...change, by: byOf(call) }))
      return { says: '草稿已放弃，居民看到的没有变。' }
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/hand-in',
    needs: 'edit-policies',
    says: '送审，写明为什么改',
    input: reasonInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(await orRefuse(call.policies.handIn({ ...change, by: byOf(call) })), '已送审，请同事审核。'),
  }),
  route({
    method: 'POST',
    path: '/policies/:id/give-back',
    needs: 'publish-policies',
    says: '退回草稿，写明为什么',
    input: reasonInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(await orRefuse(call.policies.giveBack({ ...change, by: byOf(call) })), '已退回。'),
  }),
  route({
    method: 'POST',
    path: '/policies/:id/approve',
    needs: 'publish-policies',
    says: '发布；decided 是看过、同意不再由这条回答的问题；publishOn 写日期就到那天再发布',
    input: approveInput,
    output: doneOutput,
    handle: async (change, call) => {
      await orRefuse(call.policies.approve({ ...change, by: byOf(call) }))
      return {
        says:
          change.publishOn === '' ? '已发布，居民马上看到新的内容。' : `已定好，${change.publishOn} 发布。`,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/restore',
    needs: 'edit-policies',
    says: '用以前的版本作草稿；0 是程序自带的',
    input: restoreInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(
        await orRefuse(call.policies.restore({ ...change, by: byOf(call) })),
        '已放进草稿，送审、发布后居民才看到。',
      ),
  }),
  route({
    method: 'GET',
    path: '/policies/:id/examine',
    needs: 'see-policies',
    says: '草稿和现在的逐行对照，发布以后哪些问题的回答会变',
    input: policyInput,
    output: examinedOutput,
    handle: async ({ id }, { policies, knowledge }) => {
      const file = await orRefuse(policies.open(id))
      const { faults, differences } = await orRefuse(policies.examine(id))
      const words = (told: { policies: readonly string[]; text: string }) =>
        told.text !== ''
          ? told.text
          : told.policies.length > 0
            ? `请居民选：${told.policies.map((one) => knowledge.policies.get(one)?.title ?? one).join('、')}`
            : '没有找到能回答的政策'
      return {
        faults: faults.map(({ line, problem }) => ({ line, problem })),
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
  route({
    method: 'POST',
    path: '/try',
    needs: 'see-policies',
    says: '试一问：居民这样问会得到什么，每条政策为什么被选中',
    input: tryInput,
    output: tryOutput,
    handle: async ({ text }, { desk, knowledge }) => {
      const today = chinaDay(desk.now())
      const danger = knowledge.danger(text)
      const finding = knowledge.consult(text, null, today)
      const told =
        finding.kind === 'answer'
          ? [finding.policy.id]
          : finding.kind === 'clarify'
            ? finding.policies.map(({ id }) => id)
            : []
      const DECISIONS = {
        answer: '回答',
        clarify: '请居民在几条里选',
        hotline: '告诉热线电话',
        elsewhere: '不是社会救助的事',
        nothing: '没找到',
        wish: '请他登记求助或查进度',
      } as const
      return {
        decision: danger ? '危险：先说该打的电话' : DECISIONS[finding.kind],
        reply: danger
          ? DANGER_ANSWERS[danger]
          : finding.kind === 'answer'
            ? answerPolicy(finding.policy, finding.aspect, null, today).text
            : '',
        policies: knowledge.search(text, today, TRIED).map(({ policy }) => ({
          id: policy.id,
          title: policy.title,
          why: knowledge.why(text, policy),
          chosen: told.includes(policy.id),
        })),
      }
    },
  }),
]

/** A policy that is only a draft yet. */
function lineOfDraft(draft: PolicyDraft): PolicyLine {
  const { policy } = parsedOf(draft.text, draft.id)
  return {
    id: draft.id,
    title: policy?.title ?? titleIn(draft.text) ?? draft.id,
    departments: policy?.departments ?? [],
    area: policy?.area ?? '',
    effective: policy?.effective ?? '',
    expires: policy?.expires ?? '',
    state: '还没有发布',
    bad: false,
    draft: DRAFT_WORDS[draft.state],
    checked: policy?.checked ?? '',
  }
}
const titleIn = (text: string): string | null => /^title: (.+)$/m.exec(text)?.[1] ?? null

/** The place of each policy that a resident's words or a document's name find. */
function ranked(words: string, knowledge: SignedCall['knowledge'], today: string): Map<string, number> {
  const named = [...knowledge.policies.values()].filter(
    ({ title, aliases, sources }) =>
      title.includes(words) ||
      aliases.some((alias) => alias.includes(words)) ||
      sources.some(({ document, number }) => document.includes(words) || number?.includes(words)),
  )
  const hits = knowledge
    .search(words, today, PAGE)
    .filter(({ score }) => score > 0)
    .map(({ policy }) => policy)
  return new Map([...new Set([...named, ...hits].map(({ id }) => id))].map((id, place) => [id, place]))
}
