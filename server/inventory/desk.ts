/**
 * Where staff write policies: a draft, looked at by somebody else, published with its reason, and every version kept.
 * Residents are told nothing of a draft before it is published.
 */
import { createHash } from 'node:crypto'
import { note } from '../../bot/audit.ts'
import type { PolicyDraft, PolicyVersion, PublishedPolicy, Transaction } from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { shippedText } from '../../knowledge/load.ts'
import { type Fault, InventoryError, parsePolicy } from '../../knowledge/policy.ts'
import {
  type Change,
  changed,
  type DraftParts,
  PolicyDeskError,
  requireId,
  saveDraft,
  type Written,
} from './drafts.ts'
import { type Difference, differences, goldenQuestions } from './golden.ts'
import type { Learning } from './learning.ts'
import { assemble, readPublished } from './texts.ts'

/** Versions shown of one policy; older ones are kept. */
const VERSIONS_SHOWN = 100
const DIGITS = 6

export interface PolicyDeskParts extends DraftParts {
  /** What residents are told now. */
  knowledge: Knowledge
  learning: Learning
  /** The inventory's folder; by default the one shipped with the program. */
  folder?: string
}

/** Everything there is of one policy. */
export interface PolicyFile {
  id: string
  /** The program's own text; null when it has none. */
  shipped: string | null
  published: PublishedPolicy | null
  draft: PolicyDraft | null
  /** Newest first, without their texts. */
  versions: Omit<PolicyVersion, 'text'>[]
}

/** What is known of a draft before anybody decides on it. */
export interface Examined {
  faults: Fault[]
  /** Empty while there are faults. */
  differences: Difference[]
}

export interface PolicyDesk {
  open(id: string): Promise<PolicyFile>
  /** @returns null when there is no such version */
  version(id: string, number: number): Promise<PolicyVersion | null>
  /** Keeps a draft, faults and all. @throws {PolicyDeskError} `changed`, `wrong-id`, `too-long` */
  save(written: Written): Promise<PolicyDraft>
  discard(change: Change): Promise<void>
  /** What is wrong with the draft and what residents would be told differently. @throws {PolicyDeskError} `no-draft` */
  examine(id: string): Promise<Examined>
  /** Gives it to somebody else to look at. @throws {PolicyDeskError} `faults`, `doubts`, `changed`, `no-reason` */
  handIn(change: Change & { reason: string }): Promise<PolicyDraft>
  giveBack(change: Change & { reason: string }): Promise<PolicyDraft>
  /**
   * Publishes at once, or on a later day.
   *
   * @param decided the questions of which somebody has decided that they may be answered differently
   * @param publishOn `YYYY-MM-DD`, or '' for now
   * @throws {PolicyDeskError} `same-person`, `faults`, `changed`; `undecided` with the questions left
   */
  approve(change: Change & { decided: readonly string[]; publishOn: string }): Promise<void>
  /** Makes a draft of an older version; 0 is the program's own text. @throws {PolicyDeskError} `no-version`, `changed` */
  restore(change: Change & { number: number }): Promise<PolicyDraft>
  /** Publishes what is due today. @returns how many were published */
  publishDue(): Promise<number>
}

export const versionId = (policy: string, number: number): string =>
  `${policy}@${String(number).padStart(DIGITS, '0')}`

export function createPolicyDesk(parts: PolicyDeskParts): PolicyDesk {
  const { store, seal, now } = parts
  const noted = (
    tx: Transaction,
    by: string,
    deed: Parameters<typeof note>[1]['deed'],
    id: string,
    number: number,
  ) =>
    note(
      tx,
      { at: now().toISOString(), by, deed, subject: `policy:${id}`, detail: { number: String(number) } },
      seal,
    )

  const newest = async (tx: Pick<Transaction, 'get'>, id: string): Promise<number> =>
    (await tx.get('policies', id))?.number ?? 0

  /** The draft as somebody saw it. */
  async function seen(tx: Transaction, { id, revision }: Change): Promise<PolicyDraft> {
    const draft = await tx.get('policy_drafts', id)
    if (!draft) throw new PolicyDeskError('no-draft', '这条政策没有草稿，可能已经发布或放弃了，请刷新看看')
    if (draft.revision !== revision) throw changed(draft)
    return draft
  }

  async function faultsOf(id: string, text: string): Promise<Fault[]> {
    try {
      parsePolicy(text, `knowledge/policies/${id}.md`)
      const texts = new Map(await readPublished(store)).set(id, text)
      const { left } = assemble(texts, parts.folder)
      const own = left.find((one) => one.id === id)
      return own ? [{ path: id, line: 2, problem: own.faults }] : []
    } catch (error) {
      if (error instanceof InventoryError) return [...error.faults]
      throw error
    }
  }

  /** What was examined last: whoever approves has just looked at it, and learning takes half a second. */
  let last: { key: string; told: Knowledge['policies']; found: Difference[] } | null = null
  async function differencesOf(id: string, text: string): Promise<Difference[]> {
    const texts = new Map(await readPublished(store)).set(id, text)
    const day = chinaDay(now())
    const key = createHash('sha256')
      .update(JSON.stringify([day, id, [...texts].sort()]))
      .digest('hex')
    const told = parts.knowledge.policies
    if (last?.key === key && last.told === told) return last.found
    const after = new Knowledge(await parts.learning(assemble(texts, parts.folder).inventory))
    const asked = new Map(
      [...goldenQuestions(parts.knowledge), ...goldenQuestions(after)].map((one) => [one.text, one]),
    )
    const found = differences(parts.knowledge, after, [...asked.values()], day)
    last = { key, told, found }
    return found
  }

  async function publish(tx: Transaction, draft: PolicyDraft): Promise<void> {
    const { id: policy, text, author, reviewer, reason } = draft
    const number = (await newest(tx, policy)) + 1
    const at = now().toISOString()
    await tx.insert('policy_versions', {
      id: versionId(policy, number),
      policy,
      number,
      text,
      at,
      author,
      reviewer,
      reason,
    })
    await tx.put('policies', { id: policy, number, text, at, mark: '' })
    await tx.remove('policy_drafts', policy)
    await noted(tx, reviewer, 'published', policy, number)
    tx.announce('policies')
  }

  const step = (draft: PolicyDraft, more: Partial<PolicyDraft>): PolicyDraft => ({
    ...draft,
    ...more,
    revision: draft.revision + 1,
  })

  return {
    async open(id) {
      requireId(id)
      const [published, draft, versions] = await Promise.all([
        store.get('policies', id),
        store.get('policy_drafts', id),
        store.list('policy_versions', 'ofPolicy', { equals: [id], limit: VERSIONS_SHOWN }),
      ])
      return {
        id,
        shipped: shippedText(id, parts.folder),
        published: published ?? null,
        draft: draft ?? null,
        versions: versions.toReversed().map(({ text: _, ...rest }) => rest),
      }
    },
    version: async (id, number) => (await store.get('policy_versions', versionId(id, number))) ?? null,
    save: (written) => saveDraft(parts, written),
    discard: (change) =>
      store.transaction(async (tx) => {
        await seen(tx, change)
        await tx.remove('policy_drafts', change.id)
        await noted(tx, change.by, 'drafted', change.id, 0)
      }),
    async examine(id) {
      const draft = await store.get('policy_drafts', id)
      if (!draft) throw new PolicyDeskError('no-draft', '这条政策没有草稿')
      const faults = await faultsOf(id, draft.text)
      return { faults, differences: faults.length > 0 ? [] : await differencesOf(id, draft.text) }
    },
    async handIn(change) {
      const reason = requireReason(change.reason, '请写上为什么改，审核的人要看')
      const text = (await store.get('policy_drafts', change.id))?.text ?? ''
      const faults = await faultsOf(change.id, text)
      return store.transaction(async (tx) => {
        const draft = await seen(tx, change)
        if (faults.length > 0)
          throw new PolicyDeskError('faults', `还有 ${faults.length} 处要改，改好再送审`, { faults })
        if (draft.doubts.length > 0)
          throw new PolicyDeskError('doubts', `还有 ${draft.doubts.length} 处拿不准，核对过再送审`)
        const handed = step(draft, { state: 'review', reason })
        await tx.put('policy_drafts', handed)
        await noted(tx, change.by, 'handed-in', change.id, handed.revision)
        return handed
      })
    },
    giveBack(change) {
      const reason = requireReason(change.reason, '请写上为什么退回')
      return store.transaction(async (tx) => {
        const given = step(await seen(tx, change), { state: 'draft', reason, reviewer: '', publishOn: '' })
        await tx.put('policy_drafts', given)
        await noted(tx, change.by, 'returned', change.id, given.revision)
        return given
      })
    },
    async approve({ decided, publishOn, ...change }) {
      const today = chinaDay(now())
      if (publishOn !== '' && (!/^\d{4}-\d\d-\d\d$/.test(publishOn) || publishOn <= today))
        throw new PolicyDeskError('wrong-day', '定时发布的日期要在今天以后，写成 2026-12-01 这样')
      const before = await store.get('policy_drafts', change.id)
      const text = before?.text ?? ''
      const faults = before ? await faultsOf(change.id, text) : []
      if (faults.length > 0)
        throw new PolicyDeskError('faults', `还有 ${faults.length} 处要改，不能发布`, { faults })
      const broken = before
        ? (await differencesOf(change.id, text)).filter(({ kind }) => kind === 'broken')
        : []
      const left = broken.filter((one) => !decided.includes(one.text))
      await store.transaction(async (tx) => {
        const draft = await seen(tx, change)
        if (draft.state !== 'review')
          throw new PolicyDeskError('changed', '这份草稿还没有送审，或已经定了发布日期，请刷新看看')
        if (draft.author === change.by)
          throw new PolicyDeskError('same-person', '起草的人不能审自己的稿，请换一位同事审核')
        if (left.length > 0)
          throw new PolicyDeskError('undecided', `发布后有 ${left.length} 个问题会答不对，请逐个看过再定`, {
            broken: left,
          })
        const approved = step(draft, { reviewer: change.by, publishOn })
        await noted(tx, change.by, 'approved', change.id, approved.revision)
        if (publishOn === '') return publish(tx, approved)
        return tx.put('policy_drafts', { ...approved, state: 'scheduled' })
      })
    },
    async restore({ number, ...change }) {
      requireId(change.id)
      const text =
        number === 0
          ? shippedText(change.id, parts.folder)
          : ((await store.get('policy_versions', versionId(change.id, number)))?.text ?? null)
      if (text === null) throw new PolicyDeskError('no-version', '没有这个版本')
      return saveDraft(parts, { ...change, text, doubts: [], left: [] })
    },
    async publishDue() {
      const due = await store.list('policy_drafts', 'due', {
        equals: ['scheduled'],
        to: chinaDay(now()),
        limit: 100,
      })
      let published = 0
      for (const { id, revision } of due) {
        await store.transaction(async (tx) => {
          // Another process may have done it, or somebody has taken it up again.
          const draft = await tx.get('policy_drafts', id)
          if (draft?.state !== 'scheduled' || draft.revision !== revision) return
          await publish(tx, draft)
          published += 1
        })
      }
      return published
    },
  }
}

function requireReason(reason: string, otherwise: string): string {
  const trimmed = reason.trim()
  if (trimmed === '') throw new PolicyDeskError('no-reason', otherwise)
  return trimmed.slice(0, 500)
}
