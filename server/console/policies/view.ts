/** What routes about policies share: whose work it is, what a text says, what residents would read of it. */
import type { PolicyDraft } from '../../../bot/store.ts'
import { answerPolicy } from '../../../knowledge/answer.ts'
import {
  ASPECT_NAMES,
  ASPECTS,
  type Fault,
  InventoryError,
  type Policy,
  parsePolicy,
} from '../../../knowledge/policy.ts'
import { type PolicyFields, policyText } from '../../../knowledge/policy-text.ts'
import type { PolicyFile } from '../../inventory/desk.ts'
import { PolicyDeskError } from '../../inventory/drafts.ts'
import { allAccounts } from '../accounts/account.ts'
import { Refusal } from '../refusal.ts'
import type { SignedCall } from '../route.ts'

/** Who does it, as the audit log names them. */
export const byOf = ({ who }: SignedCall): string => `account:${who.account.id}`

/** @throws {Refusal} in place of a {@link PolicyDeskError} */
export async function orRefusePolicy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof PolicyDeskError)) throw error
    if (error.code === 'changed' || error.code === 'no-draft') throw new Refusal('changed', error.message)
    if (error.code === 'same-person') throw new Refusal('not-allowed', error.message)
    if (error.code === 'no-version') throw new Refusal('not-found', error.message)
    const faults = error.faults.map(({ line, problem }) => `第${line}行：${sayFault(problem)}`).join('；')
    throw new Refusal('bad-value', faults === '' ? error.message : `${error.message}：${faults}`)
  }
}

/** What the front matter calls fields, and what the form does. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  id: '编号',
  title: '名称',
  aliases: '别名',
  departments: '部门',
  level: '哪一级的政策',
  area: '在哪里适用',
  audience: '给谁',
  effective: '哪天起生效',
  expires: '最后一天',
  supersededBy: '被哪条取代',
  checked: '哪天核对过原文',
  sources: '依据',
  phones: '电话',
  related: '相关的政策',
  questions: '例句',
  cues: '常用说法',
  document: '文件的全名',
  number: '号码或文号',
  article: '哪几条',
  issued: '公布日期',
  link: '网址',
  name: '名称',
}

/** A fault with the form's names in place of the file's: `sources.0.document：…` as 依据第1个的文件的全名：…. */
export const sayFault = (problem: string): string =>
  problem.replace(/^[a-zA-Z.\d]+(?=：)/, (path) =>
    path
      .split('.')
      .map((part) => (/^\d+$/.test(part) ? `第${Number(part) + 1}个` : (FIELD_WORDS[part] ?? part)))
      .join(' '),
  )

/** A text as a policy, or what is wrong with it. */
export function parsedOf(text: string, id: string): { policy: Policy | null; faults: Fault[] } {
  try {
    return { policy: parsePolicy(text, `${id}.md`), faults: [] }
  } catch (error) {
    if (error instanceof InventoryError) return { policy: null, faults: [...error.faults] }
    throw error
  }
}

/** What a resident reads, side by side; of a text with faults, what there is of it. */
export function previewOf(text: string, id: string, fields: PolicyFields | undefined, today: string) {
  const { policy, faults } = parsedOf(text, id)
  const told = faults.map(({ line, problem }) => ({ line, problem: sayFault(problem) }))
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
export function textOf({
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

/** What residents are told; null of a policy that is not told yet. */
export const liveText = ({ published, shipped }: PolicyFile): string | null => published?.text ?? shipped

/** Somebody's name by how the audit log names them. */
export async function namesOf({ desk }: SignedCall): Promise<(by: string) => string> {
  const accounts = new Map(
    (await allAccounts(desk.store)).map((one) => [`account:${one.id}`, one.person.name]),
  )
  return (by) =>
    accounts.get(by) ??
    (by === '' ? '' : by.startsWith('command:') ? `命令行（${by.slice(8)}）` : '已经没有的账号')
}

export const saved = (draft: PolicyDraft, says: string) => ({ revision: draft.revision, says })
