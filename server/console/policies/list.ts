/** The list of policies and drafts, as it is filtered and searched. */
import type { z } from 'zod'
import type { PolicyDraft } from '../../../bot/store.ts'
import { chinaDay } from '../../../flows/clocks.ts'
import { inForce, type Policy } from '../../../knowledge/policy.ts'
import { readFields } from '../../../knowledge/policy-text.ts'
import type { PolicyDesk } from '../../inventory/desk.ts'
import type { SignedCall } from '../route.ts'
import { parsedOf } from './view.ts'
import type { PolicyLine, policiesInput } from './wire.ts'

/** So many days before its last one a policy is shown as ending. */
const EXPIRING_DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000
/** Policies found as a resident would ask. */
const MEANT = 50

export const DRAFT_WORDS = { draft: '有草稿', review: '等审核', scheduled: '定时发布' } as const

const daysUntil = (day: string, today: string): number =>
  Math.round((Date.parse(day) - Date.parse(today)) / DAY_MS)

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

export type PolicyFilter = Omit<z.output<typeof policiesInput>, 'cursor'>

/** Everything that is asked for, in the order it is shown. */
export async function listPolicies(
  { view, department, area, search }: PolicyFilter,
  { desk, knowledge, policies }: SignedCall,
): Promise<PolicyLine[]> {
  const today = chinaDay(desk.now())
  const drafts = new Map<string, PolicyDraft>()
  for await (const draft of desk.store.scan('policy_drafts')) drafts.set(draft.id, draft)
  const lines = [...knowledge.policies.values()].map((policy) => lineOf(policy, drafts.get(policy.id), today))
  const unborn = linesOfDrafts(
    policies,
    [...drafts.values()].filter(({ id }) => !knowledge.policies.has(id)),
  )
  const isInForce = (id: string): boolean => {
    const policy = knowledge.policies.get(id)
    return policy !== undefined && inForce(policy, today)
  }
  const shown = {
    'in-force': (line: PolicyLine) => isInForce(line.id),
    expiring: (line: PolicyLine) => line.bad,
    changing: (line: PolicyLine) => line.draft !== '',
    ended: (line: PolicyLine) => !isInForce(line.id) && knowledge.policies.has(line.id),
    all: () => true,
  }[view]
  const asked = search?.trim() ?? ''
  const found = asked === '' ? null : ranked(asked, knowledge, today)
  const last = found?.size ?? 0
  const { compare } = COLLATOR
  return [...lines, ...unborn]
    .filter(
      (line) =>
        shown(line) &&
        (department === undefined || line.departments.includes(department)) &&
        (area === undefined || line.area === area) &&
        (found === null || found.has(line.id) || line.title.includes(asked) || line.id.includes(asked)),
    )
    .sort((a, b) =>
      found ? (found.get(a.id) ?? last) - (found.get(b.id) ?? last) : compare(a.title, b.title),
    )
}

const COLLATOR = new Intl.Collator('zh')
/** Each once, as they are read out. */
export const namesIn = (names: readonly string[]): string[] => [...new Set(names)].sort(COLLATOR.compare)

const doubtWords = (draft: PolicyDraft | undefined): string =>
  draft && draft.doubts.length > 0 ? `${draft.doubts.length}处拿不准` : ''

function lineOf(policy: Policy, draft: PolicyDraft | undefined, today: string): PolicyLine {
  return {
    id: policy.id,
    title: policy.title,
    departments: policy.departments,
    area: policy.area,
    effective: policy.effective,
    expires: policy.expires ?? '',
    ...stateOf(policy, today),
    draft: draft ? DRAFT_WORDS[draft.state] : '',
    doubts: doubtWords(draft),
    checked: policy.checked,
  }
}

/** Lines of drafts, by the revision they were read at: a thousand of an import are read once. */
const kept = new WeakMap<PolicyDesk, Map<string, { revision: number; line: PolicyLine }>>()

/** Policies that are only drafts yet. */
function linesOfDrafts(desk: PolicyDesk, drafts: readonly PolicyDraft[]): PolicyLine[] {
  const before = kept.get(desk)
  const lines = new Map(
    drafts.map((draft) => {
      const known = before?.get(draft.id)
      const { id, revision } = draft
      return [id, known?.revision === revision ? known : { revision, line: lineOfDraft(draft) }] as const
    }),
  )
  kept.set(desk, lines)
  return [...lines.values()].map(({ line }) => line)
}

function lineOfDraft(draft: PolicyDraft): PolicyLine {
  const { policy } = parsedOf(draft.text, draft.id)
  const fields = policy ?? readFields(draft.text)
  return {
    id: draft.id,
    title: fields?.title || titleIn(draft.text) || draft.id,
    departments: fields?.departments ?? [],
    area: fields?.area ?? '',
    effective: fields?.effective ?? '',
    expires: fields?.expires ?? '',
    state: '还没有发布',
    bad: false,
    draft: DRAFT_WORDS[draft.state],
    doubts: doubtWords(draft),
    checked: fields?.checked ?? '',
  }
}
const titleIn = (text: string): string | undefined => /^title: (.+)$/m.exec(text)?.[1]

/** The place of each policy that a resident's words or a document's name find. */
function ranked(words: string, knowledge: SignedCall['knowledge'], today: string): Map<string, number> {
  const named = [...knowledge.policies.values()].filter(
    ({ title, aliases, sources }) =>
      title.includes(words) ||
      aliases.some((alias) => alias.includes(words)) ||
      sources.some(({ document, number }) => document.includes(words) || number?.includes(words)),
  )
  const hits = knowledge
    .search(words, today, MEANT)
    .filter(({ score }) => score > 0)
    .map(({ policy }) => policy)
  return new Map([...new Set([...named, ...hits].map(({ id }) => id))].map((id, place) => [id, place]))
}
