/** Puts a policy into words for one question: the direct answer, where it stands written, what else to ask. */
import { type LocalArea, localValues } from './local.ts'
import { ASPECTS, type Aspect, citation, type Policy, type Section } from './policy.ts'

/** What the chat says about a policy; the channel decides how it looks. */
export interface PolicyAnswer {
  text: string
  /** What the resident may ask next about the same policy. */
  next: { label: string; says: string }[]
}

/** How many next questions are offered; more than three is a menu, not a hint. */
const NEXT_LIMIT = 3

/** What people usually want to know after each side, the likeliest first. */
const USUALLY_NEXT: Record<Aspect, readonly Aspect[]> = {
  overview: ['eligibility', 'benefit', 'where'],
  eligibility: ['materials', 'where', 'benefit'],
  exclusions: ['eligibility', 'appeal', 'where'],
  benefit: ['eligibility', 'where', 'materials'],
  where: ['materials', 'time', 'proxy'],
  proxy: ['materials', 'where', 'time'],
  materials: ['where', 'time', 'proxy'],
  steps: ['materials', 'where', 'time'],
  time: ['materials', 'where', 'appeal'],
  appeal: ['where', 'eligibility', 'time'],
}

/** Where to look when a policy says nothing about the side asked for. */
const NEAREST: Record<Aspect, readonly Aspect[]> = {
  overview: [],
  eligibility: ['overview'],
  exclusions: ['eligibility', 'overview'],
  benefit: ['overview'],
  where: ['steps', 'overview'],
  proxy: ['where', 'steps', 'overview'],
  materials: ['steps', 'where', 'overview'],
  steps: ['where', 'overview'],
  time: ['steps', 'overview'],
  appeal: ['where', 'overview'],
}

/** The section that answers, and under which heading. */
function sectionFor(policy: Policy, asked: Aspect): { aspect: Aspect; section: Section } {
  for (const aspect of [asked, ...NEAREST[asked]]) {
    const section = policy.sections[aspect]
    if (section) return { aspect, section }
  }
  return { aspect: 'overview', section: policy.sections.overview }
}

/** What is told of a policy: the lead of a side, or one line of it. */
export interface Part {
  policy: Policy
  /** The side asked about; null when none in particular: then what it is. */
  aspect: Aspect | null
  /** The line of that side that answers; null for its lead. */
  line: string | null
}

/** What a policy says of a side, figures of the area asked for under it. */
function partOf({ policy, aspect: asked, line }: Part, local: LocalArea | null, day: string) {
  const { aspect, section } = sectionFor(policy, asked ?? 'overview')
  const lines = [line ?? section.lead]
  if (local && (aspect === 'benefit' || aspect === 'eligibility' || aspect === 'overview')) {
    for (const value of localValues(local, policy.id, day)) {
      lines.push(
        `${local.area}${value.name}：${value.value}（${value.from}起，《${value.document}》${value.number ?? ''}）`,
      )
    }
  }
  // A line may rest on any of a policy's sources; which, its page tells.
  const more = line !== null && policy.sources.length > 1 ? '等' : ''
  return { policy, aspect, lines, source: `${citation(section.source)}${more}` }
}

/**
 * The answer to one question about one policy.
 *
 * @param local the resident's area, when known; its figures are added with their date
 * @param day the resident's date, `YYYY-MM-DD`
 */
export function answerPolicy(
  policy: Policy,
  aspect: Aspect | null,
  local: LocalArea | null,
  day: string,
  line: string | null = null,
): PolicyAnswer {
  return answerParts([{ policy, aspect, line }], local, day)
}

/**
 * The answer to all that was asked: sides of one policy one under the other, or policies side by side.
 *
 * @param parts at least one, in the order asked; what would be told twice is told once
 */
export function answerParts(parts: readonly Part[], local: LocalArea | null, day: string): PolicyAnswer {
  const told: ReturnType<typeof partOf>[] = []
  for (const part of parts.map((one) => partOf(one, local, day)))
    if (!told.some(({ lines }) => lines[0] === part.lines[0])) told.push(part)
  const lines = told.flatMap(({ policy, lines: [first = '', ...rest] }, place) => {
    const title = told[place - 1]?.policy.id === policy.id ? '' : `【${shortTitle(policy.title)}】`
    return [`${title}${first}`, ...rest]
  })
  lines.push(`依据：${[...new Set(told.map(({ source }) => source))].join('；')}`)
  return { text: lines.join('\n'), next: nextAfter(told) }
}

function nextAfter(told: readonly { policy: Policy; aspect: Aspect }[]): PolicyAnswer['next'] {
  const policies = [...new Set(told.map(({ policy }) => policy))]
  return policies.flatMap((policy) => {
    const known = told.flatMap((part) => (part.policy === policy ? [part.aspect] : []))
    return USUALLY_NEXT[known[0] ?? 'overview']
      .filter((other) => !known.includes(other) && policy.sections[other] !== undefined)
      .slice(0, policies.length === 1 ? NEXT_LIMIT : 1)
      .map((other) => ({
        label: policies.length === 1 ? ASPECTS[other] : `${callName(policy)}${ASPECTS[other]}`,
        says: `${callName(policy)}${ASPECTS[other]}`,
      }))
  })
}

/** The name people know: what stands in the title's brackets unless it only says which kind (支出型), else the title. */
export function shortTitle(title: string): string {
  const [, name = title, inner] = /^(.+?)[(（]([^)）]+)[)）]$/.exec(title) ?? []
  return inner === undefined || inner.endsWith('型') ? name : inner
}

/** A name that finds exactly this policy again when the resident taps it. */
export function callName(policy: Policy): string {
  return policy.aliases[0] ?? shortTitle(policy.title)
}
