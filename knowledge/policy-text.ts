/** A policy's file as fields of a form, and back. What is written reads the same when it is read again. */
import { CORE_SCHEMA, dump, load } from 'js-yaml'
import { z } from 'zod'
import { ASPECT_NAMES, ASPECTS, type Aspect, type Policy, splitFrontMatter } from './policy.ts'

const line = z.string().max(2000)
const lines = z.array(line).max(400)

/** What a form holds of one section. */
const Section = z.strictObject({
  lead: line,
  details: lines,
  /** Which of the sources it rests on, from 1. */
  source: z.number().int().min(1).max(99),
})

/** A policy as a form holds it: nothing is required, so that a draft may be kept half done. */
export const PolicyFields = z.strictObject({
  id: line,
  title: line,
  aliases: lines,
  departments: lines,
  level: line,
  area: line,
  audience: lines,
  effective: line,
  expires: line,
  supersededBy: line,
  checked: line,
  sources: z
    .array(
      z.strictObject({
        document: line,
        number: line,
        article: line,
        issued: line,
        effective: line,
        link: line,
      }),
    )
    .max(99),
  phones: z.array(z.strictObject({ name: line, number: line })).max(99),
  related: lines,
  questions: lines,
  cues: lines,
  sections: z.partialRecord(z.enum(ASPECT_NAMES), Section),
})
export type PolicyFields = z.infer<typeof PolicyFields>

/** A policy as a form holds it. */
export function fieldsOf(policy: Policy): PolicyFields {
  const sections: PolicyFields['sections'] = {}
  for (const aspect of ASPECT_NAMES) {
    const section = policy.sections[aspect]
    if (!section) continue
    const place = policy.sources.indexOf(section.source)
    sections[aspect] = { lead: section.lead, details: section.details, source: Math.max(place, 0) + 1 }
  }
  return {
    id: policy.id,
    title: policy.title,
    aliases: policy.aliases,
    departments: policy.departments,
    level: policy.level,
    area: policy.area,
    audience: policy.audience,
    effective: policy.effective,
    expires: policy.expires ?? '',
    supersededBy: policy.supersededBy ?? '',
    checked: policy.checked,
    sources: policy.sources.map(({ document, number, article, issued, effective, link }) => ({
      document,
      number: number ?? '',
      article: article ?? '',
      issued: issued ?? '',
      effective: effective ?? '',
      link: link ?? '',
    })),
    phones: policy.phones.map(({ name, number }) => ({ name, number })),
    related: policy.related,
    questions: policy.questions,
    cues: policy.cues,
    sections,
  }
}

/** A new policy, for somebody to fill in. */
export function emptyFields(id: string, today: string): PolicyFields {
  return {
    id,
    title: '',
    aliases: [],
    departments: [],
    level: '区县',
    area: '',
    audience: [],
    effective: today,
    expires: '',
    supersededBy: '',
    checked: today,
    sources: [{ document: '', number: '', article: '', issued: '', effective: '', link: '' }],
    phones: [],
    related: [],
    questions: [],
    cues: [],
    sections: { overview: { lead: '', details: [], source: 1 } },
  }
}

/** Lists of names stand in one line, as in the files people write. */
const IN_ONE_LINE = new Set(['aliases', 'departments', 'audience', 'related', 'cues'])

/** The file's text. What is empty is left out, so that a reader's faults name what is missing. */
export function policyText(fields: PolicyFields): string {
  const { sections, ...front } = fields
  const said: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(front)) {
    const kept = Array.isArray(value) ? value.flatMap(withoutEmpty) : withoutEmpty(value)[0]
    if (kept !== undefined && !(Array.isArray(kept) && kept.length === 0)) said[name] = kept
  }
  const yaml = Object.entries(said)
    .map(([name, value]) =>
      dump(
        { [name]: value },
        { schema: CORE_SCHEMA, lineWidth: -1, quotingType: '"', flowLevel: IN_ONE_LINE.has(name) ? 1 : -1 },
      ),
    )
    .join('')
  const body = ASPECT_NAMES.flatMap((aspect) => sectionText(aspect, sections[aspect]))
  return `---\n${yaml}---\n${body.join('\n')}`
}

function withoutEmpty(value: unknown): unknown[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()]
  if (typeof value !== 'object' || value === null) return [value]
  const kept = Object.entries(value).filter(([, one]) => one !== '')
  return kept.length === 0 ? [] : [Object.fromEntries(kept)]
}

function sectionText(aspect: Aspect, section: PolicyFields['sections'][Aspect]): string[] {
  if (!section || (section.lead.trim() === '' && section.details.length === 0)) return []
  const source = section.source === 1 ? '' : `〔${section.source}〕`
  const details = section.details.flatMap((text) => (text.trim() === '' ? [] : [`- ${oneLine(text)}`]))
  return [
    `## ${ASPECTS[aspect]}`,
    `${oneLine(section.lead)}${source}`,
    '',
    ...(details.length > 0 ? [...details, ''] : []),
  ]
}

/** A form's text may hold line ends; a lead or a detail is one line and cannot begin another section. */
const oneLine = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, '')
    .replace(/^(?:[#-]\s*)+/, '')
    .trim()

/**
 * A draft's text as fields, faults and all. Null when a form cannot hold everything that is written: then whoever goes
 * on writing does so in the text, and nothing is lost.
 */
export function readFields(text: string): PolicyFields | null {
  const parts = splitFrontMatter(text)
  if (!parts) return null
  const front = loaded(parts.yaml)
  const empty = emptyFields('', '')
  if (front === null || Object.keys(front).some((name) => name === 'sections' || !(name in empty)))
    return null
  const sections = readSections(parts.body)
  if (sections === null) return null
  const said = Object.entries(empty).map(([name, none]) => [name, wordsOf(front[name], none)])
  const fields = PolicyFields.safeParse({ ...Object.fromEntries(said), sections })
  return fields.success ? fields.data : null
}

function loaded(yaml: string): Record<string, unknown> | null {
  try {
    const front = load(yaml, { schema: CORE_SCHEMA })
    return typeof front === 'object' && front !== null && !Array.isArray(front) ? { ...front } : null
  } catch {
    return null
  }
}

/** A value as a form holds it: words where `none` is words, a list where it is one. */
function wordsOf(value: unknown, none: unknown): unknown {
  if (typeof none === 'string')
    return value === undefined || value === null ? '' : isPlain(value) ? String(value) : value
  if (!Array.isArray(none)) return none
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return value
  return value.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) return isPlain(one) ? String(one) : one
    const filled = Object.entries(one).map(([name, part]: [string, unknown]) => [name, wordsOf(part, '')])
    const blank = 'document' in one ? emptyFields('', '').sources[0] : { name: '', number: '' }
    return { ...blank, ...Object.fromEntries(filled) }
  })
}
const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

function readSections(body: string): PolicyFields['sections'] | null {
  const sections: PolicyFields['sections'] = {}
  const [before = '', ...rest] = body.split(/^## /m)
  if (before.trim() !== '') return null
  for (const one of rest) {
    const [heading = '', ...content] = one.split(/\r?\n/)
    const aspect = ASPECT_NAMES.find((name) => ASPECTS[name] === heading.trim())
    if (!aspect || sections[aspect]) return null
    const said = content.map((text) => text.trim()).filter((text) => text !== '')
    const details = said.flatMap((text) => (text.startsWith('- ') ? [text.slice(2).trim()] : []))
    const lead = said.filter((text) => !text.startsWith('- ')).join('')
    const mark = /〔(\d{1,2})〕$/.exec(lead)
    sections[aspect] = {
      lead: mark ? lead.slice(0, mark.index).trimEnd() : lead,
      details,
      source: Math.max(1, Number(mark?.[1] ?? 1)),
    }
  }
  return sections
}
