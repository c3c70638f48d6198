/** 查: a policy in full for advisors, as much as one message holds, and the page for the rest. */
import type { Line } from '../../flows/advisor/lines.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { asksSomething } from '../../flows/steps/answers.ts'
import { callName, shortTitle } from '../../knowledge/answer.ts'
import { askedAspect } from '../../knowledge/aspects.ts'
import { type LocalArea, localValues } from '../../knowledge/local.ts'
import { ASPECT_NAMES, ASPECTS, type Aspect, citation, inForce, type Policy } from '../../knowledge/policy.ts'
import { given } from './deeds.ts'
import { type AdvisorAnswer, askBack, type Scene, saying } from './talk.ts'

/** The most one message holds, in UTF-8 bytes. */
const MAX_BYTES = 2000
/** Policies offered where none is clearly meant. */
const OFFERED = 3

/** The policy asked for, a choice among a few, or that there is none. */
export function lookUp(scene: Scene, line: Line): AdvisorAnswer {
  const { parts, now, roster, me } = scene
  const { knowledge } = parts
  const words = given(line, '问什么')
  const day = chinaDay(now)
  const called = calledOutright(scene, words, day)
  const found = called ? ({ kind: 'answer', policy: called } as const) : knowledge.consult(words, null, day)
  const places = me.areas.flatMap((area) => roster.areas.upFrom(area)).map(({ name }) => name)
  const local = knowledge.areaIn(`${words} ${places.join(' ')}`)
  if (found.kind === 'answer') return tell(scene, found.policy, words, local)
  const policies =
    found.kind === 'clarify' || found.kind === 'both'
      ? found.policies
      : knowledge.search(words, day, OFFERED).map(({ policy }) => policy)
  if (policies.length === 0) return saying('没查到这一条。换个名字试试，如“查 低保边缘”；也可以打12345问。')
  return askBack(scene, line, {
    slot: '问什么',
    ask: found.kind === 'clarify' || found.kind === 'both' ? '是哪一条？' : '没有正好对上的。是不是：',
    choices: policies.map((policy) => ({ label: policy.title, value: callName(policy) })),
  })
}

/** Whether words without 查 ask about a policy: they ask, or begin with its name. 备注 家里有低保证 only mentions one. */
export function isLookUp(scene: Scene, words: string): boolean {
  const { knowledge } = scene.parts
  if (!knowledge.names(words)) return false
  if (asksSomething(words) || calledOutright(scene, words, chinaDay(scene.now)) !== null) return true
  const upTo = [...words].findIndex((_, end) => knowledge.names(words.slice(0, end + 1)))
  return !knowledge.names(words.slice(1, upTo + 1))
}

/** The policy whose name an advisor writes first: they know what it is called, residents may not. */
function calledOutright({ parts }: Scene, words: string, day: string): Policy | null {
  const named = [...parts.knowledge.policies.values()]
    .filter((policy) => inForce(policy, day))
    .flatMap((policy) =>
      [policy.title, shortTitle(policy.title), ...policy.aliases].map((name) => ({ policy, name })),
    )
    .filter(({ name }) => words.startsWith(name))
    .sort((one, other) => other.name.length - one.name.length)
  return named[0]?.policy ?? null
}

function tell({ parts, now }: Scene, policy: Policy, words: string, local: LocalArea | null): AdvisorAnswer {
  const link = parts.pageUrl(policy, local?.area ?? null)
  return { text: inFull(policy, askedAspect(words), local, chinaDay(now), MAX_BYTES), ticket: null, link }
}

/**
 * A policy as an advisor needs it: what was asked for first, then the rest with its details, each source once. What
 * does not fit is left to the page, the details before the answers.
 *
 * @param maxBytes the most the text may have in UTF-8 bytes; at least 1,000
 */
export function inFull(
  policy: Policy,
  asked: Aspect | null,
  local: LocalArea | null,
  day: string,
  maxBytes: number,
): string {
  const order = [...(asked ? [asked] : []), ...ASPECT_NAMES.filter((aspect) => aspect !== asked)]
  const figures = local
    ? localValues(local, policy.id, day).map(
        ({ name, value, from, document }) => `${local.area}${name}：${value}（${from}起，《${document}》）`,
      )
    : []
  const sources = new Set<string>()
  const blocks = order.flatMap((aspect) => {
    const section = policy.sections[aspect]
    if (!section) return []
    sources.add(citation(section.source))
    return [
      { head: `【${ASPECTS[aspect]}】${section.lead}`, details: section.details.map((one) => `· ${one}`) },
    ]
  })
  const tail = `依据：${[...sources].join('；')}`
  const compose = (detailed: number, shown: number): string =>
    [
      policy.title,
      ...figures,
      ...blocks
        .slice(0, shown)
        .flatMap(({ head, details }, place) => [head, ...(place < detailed ? details : [])]),
      ...(shown < blocks.length || detailed < shown ? ['（其余见全文）'] : []),
      tail,
    ].join('\n')
  for (let detailed = blocks.length; detailed > 0; detailed--) {
    const text = compose(detailed, blocks.length)
    if (Buffer.byteLength(text) <= maxBytes) return text
  }
  for (let shown = blocks.length; shown > 1; shown--) {
    const text = compose(0, shown)
    if (Buffer.byteLength(text) <= maxBytes) return text
  }
  return compose(0, 1)
}
