/** What a document says of a policy we have, put in the place of what we had. */
import { ASPECT_NAMES } from '../aspect-names.ts'
import type { PolicyFields } from '../policy-text.ts'

/**
 * Lays what was read over what is known: what the document does not say stays as it is.
 *
 * @param known the policy as it stands
 * @param read as a document tells it; its own name for the policy does not replace the one residents know
 */
export function laidOver(known: PolicyFields, read: PolicyFields): PolicyFields {
  const said = <T extends string | readonly unknown[]>(ours: T, theirs: T): T =>
    theirs.length > 0 ? theirs : ours
  // Sections that stay go on resting on the documents they rested on.
  const kept = known.sources.filter((one) => !read.sources.some(({ document }) => document === one.document))
  const sources = [...read.sources, ...kept]
  const placeOf = (old: number): number => {
    const document = known.sources[old - 1]?.document
    return Math.max(1, sources.findIndex((one) => one.document === document) + 1)
  }
  const sections: PolicyFields['sections'] = {}
  for (const aspect of ASPECT_NAMES) {
    const theirs = read.sections[aspect]
    const ours = known.sections[aspect]
    if (theirs) sections[aspect] = theirs
    else if (ours) sections[aspect] = { ...ours, source: placeOf(ours.source) }
  }
  return {
    ...known,
    aliases: [...new Set([...known.aliases, ...read.aliases])],
    departments: said(known.departments, read.departments),
    level: said(known.level, read.level),
    area: said(known.area, read.area),
    audience: said(known.audience, read.audience),
    effective: said(known.effective, read.effective),
    expires: said(known.expires, read.expires),
    phones: said(known.phones, read.phones),
    related: said(known.related, read.related),
    questions: [...new Set([...known.questions, ...read.questions])],
    cues: [...new Set([...known.cues, ...read.cues])],
    sources,
    sections,
  }
}
