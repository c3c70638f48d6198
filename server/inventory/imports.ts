/**
 * Policies brought in files: read, shown beside what we have, and made drafts as somebody picks them. What was read is
 * kept until then, so that nothing is lost when a page is closed halfway. Drafts are all that comes of it; see desk.ts
 * for how one is published.
 */
import { setImmediate } from 'node:timers/promises'
import type { ImportedPolicy, PolicyDraft, PolicyImport } from '../../bot/store.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import { laidOver } from '../../knowledge/notice/merge.ts'
import { idOf } from '../../knowledge/notice/naming.ts'
import { InventoryError, POLICY_ID, type Policy, parsePolicy } from '../../knowledge/policy.ts'
import { fieldsOf, type PolicyFields, policyText } from '../../knowledge/policy-text.ts'
import { type DraftParts, PolicyDeskError, saveDraft, sayTooLong, TEXT_LIMIT } from './drafts.ts'
import type { Reading, ReadPolicy } from './reading/policy-file.ts'
import { ReadingError } from './reading/reading-error.ts'
import type { Standing } from './standing.ts'

/** Policies of one import; a province has fewer. */
export const MOST_POLICIES = 2000
/** Kept in one transaction, and worked on before others get their turn. */
const AT_ONCE = 50
/** Imports shown to go on with. */
const IMPORTS_SHOWN = 20
const DIGITS = 6
/** Faults kept of each; the form tells all of them. */
const FAULTS_KEPT = 30

export interface ImportParts extends DraftParts {
  knowledge: Knowledge
  reading: Reading
  newId: () => string
}

export interface StandingPolicy extends ImportedPolicy {
  standing: Standing
  /** The draft there is of it; its revision is 0 where there is none. */
  draft: PolicyDraft | null
  /** What stands now: the draft's text, else what residents are told; '' of a new one. */
  now: string
}

export interface PolicyImports {
  /**
   * Reads a file and keeps what it holds.
   *
   * @param into an import it goes on; otherwise it begins one
   * @throws {ReadingError} in words
   */
  bring(file: { name: string; bytes: Buffer }, by: string, into?: string): Promise<PolicyImport>
  /** Newest first. */
  list(): Promise<PolicyImport[]>
  /** @returns null when there is no such import */
  open(id: string): Promise<{ brought: PolicyImport; policies: StandingPolicy[] } | null>
  /** @returns null when there is no such policy in it */
  look(id: string, place: string): Promise<StandingPolicy | null>
  /**
   * Makes a draft of each, one transaction for one.
   *
   * @param chosen where each stands, and the revision of the draft that was seen; 0 where there was none
   * @returns why it was not done, by its place
   */
  take(
    id: string,
    chosen: readonly { place: string; revision: number }[],
    by: string,
  ): Promise<Map<string, string>>
  /** Forgets an import; drafts made of it stay. */
  drop(id: string): Promise<void>
}

export function createPolicyImports(parts: ImportParts): PolicyImports {
  const { store, knowledge, now } = parts
  const canonical = canonicalTexts()

  const standingOf = (row: ImportedPolicy, draft: PolicyDraft | undefined): StandingPolicy => {
    const policy = knowledge.policies.get(row.policy)
    const told = policy ? canonical(policy) : ''
    const same = (text: string) => text !== '' && (text === row.text || text === row.canonical)
    const standing: Standing =
      row.state === 'taken'
        ? 'taken'
        : row.unusable !== ''
          ? 'unusable'
          : same(told) || same(draft?.text ?? '')
            ? 'same'
            : policy || draft
              ? 'changed'
              : 'new'
    return { ...row, standing, draft: draft ?? null, now: draft?.text ?? told }
  }

  async function rowsOf(id: string): Promise<ImportedPolicy[]> {
    return store.list('imported_policies', 'ofImport', { equals: [id], limit: MOST_POLICIES })
  }

  return {
    async bring(file, by, into) {
      const read = await parts.reading(file)
      if (read.length === 0) throw new ReadingError('里面没有找到政策')
      const at = now().toISOString()
      const known = into === undefined ? undefined : await store.get('policy_imports', into)
      const before = known ? await rowsOf(known.id) : []
      if (before.length + read.length > MOST_POLICIES)
        throw new ReadingError(`一次最多导入 ${MOST_POLICIES} 条，请分几次`)
      const id = known?.id ?? parts.newId()
      const namer = createNamer(knowledge, before)
      const rows: ImportedPolicy[] = []
      for (const [order, one] of read.entries()) {
        if (order % AT_ONCE === AT_ONCE - 1) await setImmediate()
        const place = String(before.length + order + 1).padStart(DIGITS, '0')
        const base = {
          id: `${id}@${place}`,
          import: id,
          place,
          at,
          state: 'waiting' as const,
          from: one.from.slice(0, 300),
        }
        rows.push({ ...base, ...namer(one) })
      }
      const brought: PolicyImport = {
        id,
        at,
        by,
        files: [...(known?.files ?? []), file.name],
        count: before.length + rows.length,
      }
      for (let from = 0; from < rows.length; from += AT_ONCE)
        await store.transaction(async (tx) => {
          for (const row of rows.slice(from, from + AT_ONCE)) await tx.put('imported_policies', row)
          // What is there from the first on can be gone on with.
          await tx.put('policy_imports', brought)
        })
      return brought
    },
    async list() {
      const all = await store.list('policy_imports', 'byAge', { equals: [], limit: 1000 })
      return all.toReversed().slice(0, IMPORTS_SHOWN)
    },
    async open(id) {
      const brought = await store.get('policy_imports', id)
      if (!brought) return null
      const drafts = new Map<string, PolicyDraft>()
      for await (const draft of store.scan('policy_drafts')) drafts.set(draft.id, draft)
      const policies: StandingPolicy[] = []
      for (const [order, row] of (await rowsOf(id)).entries()) {
        if (order % AT_ONCE === AT_ONCE - 1) await setImmediate()
        policies.push(standingOf(row, drafts.get(row.policy)))
      }
      return { brought, policies }
    },
    async look(id, place) {
      const row = await store.get('imported_policies', `${id}@${place}`)
      return row ? standingOf(row, await store.get('policy_drafts', row.policy)) : null
    },
    async take(id, chosen, by) {
      const refused = new Map<string, string>()
      for (const { place, revision } of chosen) {
        const row = await store.get('imported_policies', `${id}@${place}`)
        if (row?.state === 'taken') continue
        if (row?.unusable !== '') {
          refused.set(place, row?.unusable ?? '这一条已经不在了，请刷新看看')
          continue
        }
        const { policy, text, doubts, left } = row
        try {
          await saveDraft(parts, { id: policy, revision, by, text, doubts, left }, (tx) =>
            tx.put('imported_policies', { ...row, state: 'taken' }),
          )
        } catch (error) {
          if (!(error instanceof PolicyDeskError)) throw error
          refused.set(
            place,
            error.code === 'changed' ? '这条的草稿刚被别人改过，请再看一遍再选' : error.message,
          )
        }
      }
      return refused
    },
    async drop(id) {
      for (;;) {
        const rows = await store.list('imported_policies', 'ofImport', { equals: [id], limit: AT_ONCE })
        await store.transaction(async (tx) => {
          for (const row of rows) await tx.remove('imported_policies', row.id)
          if (rows.length < AT_ONCE) await tx.remove('policy_imports', id)
        })
        if (rows.length < AT_ONCE) return
      }
    },
  }
}

/** The texts that policies are compared by; of each it is made once. */
export function canonicalTexts(): (policy: Policy) => string {
  const made = new WeakMap<Policy, string>()
  return (policy) => {
    const text = made.get(policy) ?? policyText(fieldsOf(policy))
    made.set(policy, text)
    return text
  }
}

/** Names as they are compared: without brackets, and what stands in them, and spaces. */
const bareName = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\([^)]*\)/g, '')
    .replace(/[\s《》"“”]/g, '')

type Named = Pick<
  ImportedPolicy,
  'policy' | 'title' | 'text' | 'canonical' | 'doubts' | 'left' | 'faults' | 'unusable'
>

/**
 * Finds of each policy that was read whether it is one we have, and gives it an id when it is none.
 *
 * @param before what the same import holds already
 */
function createNamer(knowledge: Knowledge, before: readonly ImportedPolicy[]): (read: ReadPolicy) => Named {
  const byTitle = new Map<string, Policy>()
  const byAlias = new Map<string, Policy>()
  for (const policy of knowledge.policies.values()) {
    byTitle.set(bareName(policy.title), policy)
    for (const alias of policy.aliases) byAlias.set(bareName(alias), policy)
  }
  const places = new Map(before.map((row) => [row.policy, row.from]))
  const find = (read: ReadPolicy): { id: string; known: Policy | null; byAlias: boolean } => {
    const { id: written, title } = read.fields
    if (written !== '') return { id: written, known: knowledge.policies.get(written) ?? null, byAlias: false }
    const name = bareName(title)
    const same = byTitle.get(name)
    const known = same ?? byAlias.get(name) ?? null
    if (known) return { id: known.id, known, byAlias: !same }
    const id = idOf(title)
    const other = knowledge.policies.get(id)
    return { id: other ? `${id.slice(0, 58)}-2` : id, known: null, byAlias: false }
  }
  return (read) => {
    const { id, known, byAlias } = find(read)
    const fields: PolicyFields = {
      ...(known && !read.whole ? laidOver(fieldsOf(known), read.fields) : read.fields),
      id,
    }
    const text = read.text ?? policyText(fields)
    const twice = places.get(id)
    const unusable =
      read.fields.title.trim() === '' && (!known || read.whole)
        ? '没有认出政策的名称，请在文件里写上名称再导入'
        : !POLICY_ID.test(id)
          ? '编号要用小写字母、数字和连字符，字母开头，最多61位'
          : twice !== undefined
            ? `和${twice}是同一条政策`
            : text.length > TEXT_LIMIT
              ? sayTooLong(text)
              : ''
    if (unusable === '') places.set(id, read.from)
    const title = read.fields.title.trim() || known?.title || id
    const doubts =
      byAlias && known
        ? [
            ...read.doubts,
            {
              field: 'id' as const,
              words: read.fields.title.slice(0, 200),
              why: `名称是「${known.title}」的别名，当作改这一条，请核对`,
            },
          ]
        : read.doubts
    const { policy, faults } = parsed(text, id)
    return {
      policy: id,
      title: title.slice(0, 200),
      text,
      canonical: policy ? otherThan(text, policyText(fieldsOf(policy))) : '',
      doubts,
      left: read.left,
      faults: faults.slice(0, FAULTS_KEPT),
      unusable,
    }
  }
}

const otherThan = (text: string, canonical: string): string => (canonical === text ? '' : canonical)

function parsed(text: string, id: string): { policy: Policy | null; faults: string[] } {
  try {
    return { policy: parsePolicy(text, `${id}.md`), faults: [] }
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return { policy: null, faults: error.faults.map(({ problem }) => problem) }
  }
}
