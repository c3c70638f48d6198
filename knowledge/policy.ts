/**
 * A policy of the inventory: one Markdown file that staff write and review like code.
 *
 * The front matter says what it is and where it stands; each `##` section answers one question a resident
 * asks. A section's first paragraph is the answer given in the chat, so it is short and stands alone; the
 * list under it is the rest, shown on the policy's page.
 */
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml'
import { z } from 'zod'
import { ASPECT_NAMES, ASPECTS, type Aspect, LEAD_LIMIT } from './aspect-names.ts'

export { ASPECT_NAMES, ASPECTS, type Aspect, LEAD_LIMIT }

/** How a policy is named in files, addresses and logs. */
export const POLICY_ID = /^[a-z][a-z0-9-]{0,60}$/

const date = z.iso.date('要写成 2026-07-01 这样的日期')
const words = z.array(z.string().trim().min(1, '不能是空的'))
/** An address of the web: `javascript:` and `data:` are addresses too, and would run where they are clicked. */
export const webLink = z.url({
  protocol: /^https?$/,
  error: '要写完整网址，以 http:// 或 https:// 开头',
})

const Source = z.strictObject({
  /** The document's full name, without 《》. */
  document: z.string().min(2),
  /** 文号, e.g. 民发〔2021〕57号; null when it is not confirmed. */
  number: z.string().nullable().default(null),
  /** The articles or parts relied on, e.g. 第18–20条. */
  article: z.string().nullable().default(null),
  /** In force from; null when not confirmed. */
  effective: date.nullable().default(null),
  /** Made public on. */
  issued: date.nullable().default(null),
  link: webLink.nullable().default(null),
})
export type Source = z.infer<typeof Source>

const FrontMatter = z.strictObject({
  id: z.string().regex(POLICY_ID, '只能用小写字母、数字和连字符'),
  title: z.string().min(2),
  /** Other names people call it by. Each must mean this policy and no other. */
  aliases: words.default([]),
  departments: words.min(1, '至少写一个部门'),
  level: z.enum(['国家', '省', '市', '区县', '街道']),
  /** Where it holds: 全国, or an area's name. */
  area: z.string().min(1),
  audience: words.min(1, '至少写一类人'),
  /** In force from this day. */
  effective: date,
  /** The last day it is in force; null when open-ended. */
  expires: date.nullable().default(null),
  /** The id of the policy that replaced it. */
  supersededBy: z.string().nullable().default(null),
  /** The day somebody last checked the text against its sources. */
  checked: date,
  /** The first is the one a chat answer names unless its section says otherwise. */
  sources: z.array(Source).min(1, '至少写一个依据'),
  phones: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        number: z.string().regex(/^[\d-]{3,20}$/, '号码只能是数字和连字符'),
      }),
    )
    .default([]),
  /** Ids of policies a person asking for this one may also want. */
  related: words.default([]),
  /** Questions in residents' own words that this policy answers. */
  questions: words.min(3, '至少写三个例句'),
  /** Everyday words that point here though they do not name it, e.g. 瘫痪在床. */
  cues: words.default([]),
})

/** One answered question of a policy. */
export interface Section {
  /** The answer given in the chat. */
  lead: string
  /** The rest, a line each, for the page. */
  details: string[]
  /** The source this section rests on. */
  source: Source
}

export type Policy = z.infer<typeof FrontMatter> & {
  sections: Partial<Record<Aspect, Section>> & { overview: Section }
}

/** What is wrong with a file, where. `toString()` of a fault reads `path:line: what is wrong`. */
export interface Fault {
  path: string
  line: number
  problem: string
}
export const faultText = (fault: Fault): string => `${fault.path}:${fault.line}: ${fault.problem}`

/** One or more files of the inventory cannot be used. The message lists every fault, a line each. */
export class InventoryError extends Error {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super(faults.map(faultText).join('\n'))
    this.name = 'InventoryError'
    this.faults = faults
  }
}

/** Splits `---` front matter from what follows. Lines are counted from 1 over the whole file. */
export function splitFrontMatter(text: string): { yaml: string; body: string; bodyLine: number } | null {
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  if (match?.[1] === undefined) return null
  return { yaml: match[1], body: text.slice(match[0].length), bodyLine: match[0].split('\n').length }
}

/**
 * Reads a file that begins with front matter, and the front matter against a schema.
 *
 * @throws {InventoryError} with every fault of the front matter
 */
export function parseFrontMatter<T>(
  text: string,
  schema: z.ZodType<T>,
  path: string,
): { front: T; body: string; bodyLine: number } {
  const parts = splitFrontMatter(text)
  if (!parts) throw new InventoryError([{ path, line: 1, problem: '开头要有用 --- 围起来的信息' }])
  const parsed = parseYaml(parts.yaml, schema, path, 2)
  if ('faults' in parsed) throw new InventoryError(parsed.faults)
  return { front: parsed.value, body: parts.body, bodyLine: parts.bodyLine }
}

/**
 * Reads YAML against a schema; faults carry the line of the value at fault.
 *
 * @param firstLine the line of the file on which the YAML starts
 */
function parseYaml<T>(
  yaml: string,
  schema: z.ZodType<T>,
  path: string,
  firstLine: number,
): { value: T } | { faults: Fault[] } {
  let written: unknown
  try {
    // The core schema keeps dates as they are written; only what JSON knows is converted.
    written = load(yaml, { schema: CORE_SCHEMA })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    return {
      faults: [{ path, line: error.mark.line + firstLine, problem: `YAML 写法不对：${error.reason}` }],
    }
  }
  const parsed = schema.safeParse(written)
  if (parsed.success) return { value: parsed.data }
  const lines = yaml.split('\n')
  return {
    faults: parsed.error.issues.map((issue) => ({
      path,
      line: lineOf(lines, issue.path) + firstLine,
      problem: `${issue.path.join('.') || '开头'}：${inWords(issue)}`,
    })),
  }
}

/** What the schema says of itself is in English. */
function inWords(issue: z.core.$ZodIssue): string {
  const { message } = issue
  if (/[\u4e00-\u9fff]/.test(message)) return message
  if (message.endsWith('received undefined')) return '没有写'
  if (issue.code === 'invalid_type')
    return issue.expected === 'array' ? '要写成几行，每行一个' : `写得不对（要的是 ${issue.expected}）`
  if (issue.code === 'unrecognized_keys') return `不认识的一项：${issue.keys.join('、')}`
  return issue.code === 'invalid_value' ? `只能写 ${issue.values.join('、')}` : `写得不对（${message}）`
}

/** The line, from 0, on which a value stands: as far down its path as keys and dashes of block style lead. */
function lineOf(written: readonly string[], keys: readonly PropertyKey[]): number {
  const lines = [...written]
  let at = 0
  let from = 0
  let to = lines.length
  for (const key of keys) {
    const filled = lines.slice(from, to).filter((line) => line.trim() !== '')
    const depth = Math.min(...filled.map(indentOf))
    const entries: number[] = []
    for (let line = from; line < to; line++) {
      if (lines[line]?.trim() && indentOf(lines[line] ?? '') === depth) entries.push(line)
    }
    const inList = typeof key === 'number'
    const place = inList
      ? key
      : entries.findIndex((line) => lines[line]?.trimStart().startsWith(`${String(key)}:`))
    const found = entries[place]
    if (found === undefined || (inList && !lines[found]?.trimStart().startsWith('- '))) break
    at = found
    to = entries[place + 1] ?? to
    // The first key of a list's entry stands behind its dash.
    if (inList) lines[found] = (lines[found] ?? '').replace('- ', '  ')
    from = inList ? found : found + 1
  }
  return at
}

const indentOf = (line: string) => line.length - line.trimStart().length

/**
 * Reads one policy file.
 *
 * @param path how faults name the file; its base name must be the policy's id
 * @throws {InventoryError} with every fault of this file
 */
export function parsePolicy(text: string, path: string): Policy {
  const { front: policy, body, bodyLine } = parseFrontMatter(text, FrontMatter, path)
  const { sections, faults } = parseSections(body, bodyLine, policy.sources, path)
  const name = path.split('/').at(-1)?.replace(/\.md$/, '')
  if (name !== policy.id)
    faults.push({ path, line: 2, problem: `id 是 ${policy.id}，文件名却是 ${name ?? ''}` })
  if (policy.expires && policy.expires < policy.effective) {
    faults.push({ path, line: 2, problem: `失效日 ${policy.expires} 早于生效日 ${policy.effective}` })
  }
  const overview = sections.overview
  if (!overview) faults.push({ path, line: bodyLine, problem: `缺「## ${ASPECTS.overview}」一节` })
  if (faults.length > 0 || !overview) throw new InventoryError(faults)
  return { ...policy, sections: { ...sections, overview } }
}

function parseSections(body: string, firstLine: number, sources: readonly Source[], path: string) {
  const sections: Partial<Record<Aspect, Section>> = {}
  const faults: Fault[] = []
  const lines = body.split(/\r?\n/)
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []))
  const stray = lines.slice(0, starts[0] ?? lines.length).findIndex((line) => line.trim() !== '')
  if (stray >= 0) faults.push({ path, line: firstLine + stray, problem: '正文要写在「## 小标题」下面' })
  for (const [order, start] of starts.entries()) {
    const line = firstLine + start
    const heading = (lines[start] ?? '').slice(3).trim()
    const aspect = ASPECT_NAMES.find((name) => ASPECTS[name] === heading)
    if (!aspect) {
      faults.push({
        path,
        line,
        problem: `没有「${heading}」这个小标题；可用：${Object.values(ASPECTS).join('、')}`,
      })
      continue
    }
    if (sections[aspect]) faults.push({ path, line, problem: `「${heading}」写了两次` })
    const content = lines.slice(start + 1, starts[order + 1] ?? lines.length).map((text) => text.trim())
    const details = content.filter((text) => text.startsWith('- ')).map((text) => text.slice(2).trim())
    let lead = content.filter((text) => text !== '' && !text.startsWith('- ')).join('')
    let source = sources[0]
    const mark = /〔(\d+)〕$/.exec(lead)
    if (mark) {
      lead = lead.slice(0, mark.index).trimEnd()
      source = sources[Number(mark[1]) - 1]
      if (!source) faults.push({ path, line, problem: `依据〔${mark[1]}〕没有列在 sources 里` })
    }
    if (lead === '') faults.push({ path, line, problem: `「${heading}」下面要先写一句直接回答` })
    const length = [...lead].length
    if (length > LEAD_LIMIT) {
      faults.push({
        path,
        line,
        problem: `「${heading}」的回答有 ${length} 个字，最多 ${LEAD_LIMIT} 个，细节请写成 - 列表`,
      })
    }
    if (source) sections[aspect] = { lead, details, source }
  }
  return { sections, faults }
}

/** Whether a policy may be told on this day (`YYYY-MM-DD`, the resident's calendar). Both ends inclusive. */
export function inForce(
  policy: Pick<Policy, 'effective' | 'expires' | 'supersededBy'>,
  day: string,
): boolean {
  return (
    policy.effective <= day &&
    (policy.expires === null || day <= policy.expires) &&
    policy.supersededBy === null
  )
}

/** How an answer names what it rests on: 《文件》文号·生效日. The articles stand on the policy's page. */
export function citation(source: Source): string {
  const day = source.effective ? `·${source.effective}起施行` : source.issued ? `·${source.issued}公布` : ''
  return `《${source.document}》${source.number ?? ''}${day}`
}
