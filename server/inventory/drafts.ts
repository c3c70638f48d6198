/** Drafts of policies as they are written down, by a form, an import or a command. */
import { note } from '../../bot/audit.ts'
import type { Fingerprint, PolicyDraft, Store, Transaction } from '../../bot/store.ts'
import type { Doubt } from '../../knowledge/notice/doubt.ts'
import { type Fault, POLICY_ID } from '../../knowledge/policy.ts'
import type { Difference } from './golden.ts'

/** A policy is a few pages, and a form of it one request. In characters. */
export const TEXT_LIMIT = 20_000

/** Why something is not done; the message is Chinese and says what to do. */
export class PolicyDeskError extends Error {
  readonly code:
    | 'changed'
    | 'faults'
    | 'same-person'
    | 'undecided'
    | 'no-draft'
    | 'no-version'
    | 'wrong-id'
    | 'too-long'
    | 'wrong-day'
    | 'no-reason'
    | 'doubts'
  /** Of `faults`: each with its line. */
  readonly faults: readonly Fault[]
  /** Of `undecided`: the questions that would no longer find their policy. */
  readonly broken: readonly Difference[]
  constructor(
    code: PolicyDeskError['code'],
    message: string,
    more: { faults?: readonly Fault[]; broken?: readonly Difference[] } = {},
  ) {
    super(message)
    this.name = 'PolicyDeskError'
    this.code = code
    this.faults = more.faults ?? []
    this.broken = more.broken ?? []
  }
}

/** Somebody's change of a draft as they saw it. */
export interface Change {
  id: string
  /** The draft's revision they saw; 0 when there was none. */
  revision: number
  /** Who: the account, as the audit log names it. */
  by: string
}

/** What is written. What is in doubt, and what is left over, stay as they were unless they are given. */
export interface Written extends Change {
  text: string
  doubts?: readonly Doubt[] | undefined
  left?: readonly string[] | undefined
}

/** Where drafts are kept, and what seals the log of who wrote them. */
export interface DraftParts {
  store: Store
  seal: Fingerprint
  now: () => Date
}

/**
 * Keeps a draft, faults and all.
 *
 * @param also what stands or falls with it
 * @throws {PolicyDeskError} `changed`, `wrong-id`, `too-long`
 */
export async function saveDraft(
  { store, seal, now }: DraftParts,
  { id, revision, by, text, doubts, left }: Written,
  also: (tx: Transaction) => Promise<void> = async () => {},
): Promise<PolicyDraft> {
  requireId(id)
  if (text.length > TEXT_LIMIT) throw new PolicyDeskError('too-long', sayTooLong(text))
  return store.transaction(async (tx) => {
    const before = await tx.get('policy_drafts', id)
    if ((before?.revision ?? 0) !== revision) throw changed(before)
    const at = now().toISOString()
    const draft: PolicyDraft = {
      id,
      revision: revision + 1,
      state: 'draft',
      text,
      base: before?.base ?? (await tx.get('policies', id))?.number ?? 0,
      author: by,
      editedAt: at,
      reviewer: '',
      reason: before?.reason ?? '',
      publishOn: '',
      doubts: [...(doubts ?? before?.doubts ?? [])],
      left: [...(left ?? before?.left ?? [])],
    }
    await tx.put('policy_drafts', draft)
    const detail = { number: String(draft.revision) }
    await note(tx, { at, by, deed: 'drafted', subject: `policy:${id}`, detail }, seal)
    await also(tx)
    return draft
  })
}

export const sayTooLong = (text: string): string => `一条政策最多 ${TEXT_LIMIT} 字，现在有 ${text.length} 字`

export function changed(draft: PolicyDraft | undefined): PolicyDeskError {
  return new PolicyDeskError(
    'changed',
    draft
      ? '这份草稿刚被别人改过，您的内容还在这一页：请先看别人改了什么，再合到一起保存'
      : '这份草稿已经发布或放弃了，您的内容还在这一页：请刷新后再改',
  )
}

/** @throws {PolicyDeskError} `wrong-id` */
export function requireId(id: string): void {
  if (!POLICY_ID.test(id))
    throw new PolicyDeskError('wrong-id', '政策编号只能用小写字母、数字和连字符，字母开头，最多 61 位')
}
