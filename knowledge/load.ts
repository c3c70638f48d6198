/** Reads the inventory's own files; the only I/O in this folder, once at start. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Chapter, parseChapters } from './chapters.ts'
import { type CommonQuestion, parseCommonQuestions } from './common-questions.ts'
import { DANGER_TYPES, type DangerType } from './danger-words.ts'
import { type Hotline, parseHotlines } from './hotlines.ts'
import { type LocalArea, parseLocal } from './local.ts'
import { type Fault, InventoryError, POLICY_ID, type Policy, parsePolicy } from './policy.ts'

export interface Inventory {
  policies: Policy[]
  locals: LocalArea[]
  hotlines: Hotline[]
  common: CommonQuestion[]
  chapters: Chapter[]
  /** Messages as residents write them, by the policy they mean. */
  examples: Map<string, string[]>
  /** Messages that ask one of the common questions, by its id. */
  commonExamples: Map<string, string[]>
  /** Messages that mean no policy: another subject, a plea for help, a question after an application. */
  otherwise: Record<Otherwise, string[]>
  /** Messages that tell of danger, by its type, and messages that only sound like it. */
  danger: Map<DangerType, string[]>
  lookalikes: string[]
}

/** The folders the inventory's files are in, below its own, and how their names end. */
export const INVENTORY = [
  ['.', '.md'],
  ['policies', '.md'],
  ['local', '.md'],
  ['examples', '.txt'],
] as const

/** What a message may mean other than a policy; each has a file of examples. */
export const OTHERWISE = ['elsewhere', 'help', 'progress'] as const
export type Otherwise = (typeof OTHERWISE)[number]

/** The folder that holds package.json, whether this runs from source or from dist/. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder)
      throw new Error('package.json not found above knowledge/; the installation is incomplete')
    folder = parent
  }
  return folder
}

/**
 * Reads every policy and every area's figures.
 *
 * @param folder the inventory's folder; by default the one shipped with the program
 * @param instead texts of policies by their id, which stand before the files of the same id or beside them
 * @throws {InventoryError} listing every fault of every file, so that all can be mended at once
 */
export function loadInventory(
  folder = join(projectFolder(), 'knowledge'),
  instead: ReadonlyMap<string, string> = new Map(),
): Inventory {
  const faults: Fault[] = []
  const parsed = <T>(path: string, text: string, parse: (text: string, path: string) => T): T | null => {
    try {
      return parse(text, path)
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error
      faults.push(...error.faults)
      return null
    }
  }
  const readOne = <T>(name: string, parse: (text: string, path: string) => T): T | null => {
    const path = join(folder, name)
    if (!existsSync(path)) return null
    return parsed(relative(dirname(folder), path), readFileSync(path, 'utf8'), parse)
  }
  const namesIn = (subfolder: string): string[] => {
    const place = join(folder, subfolder)
    if (!existsSync(place)) return []
    return readdirSync(place).filter((name) => name.endsWith('.md') && name !== 'README.md')
  }
  const published = [...instead.keys()].map(policyFile)
  const policies = [...new Set([...namesIn('policies'), ...published])].sort().flatMap((name) => {
    const text = instead.get(name.slice(0, -'.md'.length))
    const path = join('policies', name)
    const one =
      text === undefined ? readOne(path, parsePolicy) : parsed(`knowledge/${path}`, text, parsePolicy)
    return one ?? []
  })
  const hotlines = readOne('hotlines.md', parseHotlines) ?? []
  const common = readOne('common-questions.md', parseCommonQuestions) ?? []
  const chapters = readOne('chapters.md', parseChapters) ?? []
  const locals = namesIn('local')
    .sort()
    .flatMap((name) => readOne(join('local', name), parseLocal) ?? [])
  faults.push(...crossFaults(policies, locals, chapters))
  if (policies.length === 0 && faults.length === 0) {
    faults.push({ path: join(folder, 'policies'), line: 1, problem: '一条政策也没有' })
  }
  if (faults.length > 0) throw new InventoryError(faults)
  const lines = (name: string): string[] => {
    const path = join(folder, 'examples', `${name}.txt`)
    if (!existsSync(path)) return []
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
  return {
    policies,
    locals,
    hotlines,
    common,
    chapters,
    commonExamples: new Map(common.map(({ id }) => [id, lines(`_common_${id}`)])),
    examples: new Map(policies.map((policy) => [policy.id, lines(policy.id)])),
    danger: new Map(DANGER_TYPES.map((type) => [type, lines(`_danger_${type}`)])),
    lookalikes: lines('_lookalike'),
    otherwise: { elsewhere: lines('_elsewhere'), help: lines('_help'), progress: lines('_progress') },
  }
}

/** The name of a policy's file. */
const policyFile = (id: string): string => `${id}.md`

/**
 * The text of a policy's own file as it was shipped; null where there is none.
 *
 * @param id letters, digits and hyphens; anything else names no file
 */
export function shippedText(id: string, folder = join(projectFolder(), 'knowledge')): string | null {
  const path = join(folder, 'policies', policyFile(id))
  return POLICY_ID.test(id) && existsSync(path) ? readFileSync(path, 'utf8') : null
}

/** What no file can know by itself: ids named elsewhere must exist, and a name may mean one policy only. */
function crossFaults(
  policies: readonly Policy[],
  locals: readonly LocalArea[],
  chapters: readonly Chapter[],
): Fault[] {
  const ids = new Set(policies.map((policy) => policy.id))
  const faults: Fault[] = []
  const owner = new Map<string, string>()
  for (const policy of policies) {
    const path = `knowledge/policies/${policy.id}.md`
    for (const id of [...policy.related, ...(policy.supersededBy ? [policy.supersededBy] : [])]) {
      if (!ids.has(id)) faults.push({ path, line: 2, problem: `提到的政策 ${id} 不存在` })
    }
    for (const alias of policy.aliases) {
      const other = owner.get(alias)
      if (other)
        faults.push({ path, line: 2, problem: `别名「${alias}」已经属于 ${other}；两条都有的请写进 cues` })
      owner.set(alias, policy.id)
    }
  }
  for (const local of locals) {
    for (const value of local.values) {
      if (!ids.has(value.policy)) {
        faults.push({
          path: `knowledge/local/${local.area}`,
          line: 2,
          problem: `提到的政策 ${value.policy} 不存在`,
        })
      }
    }
  }
  const chaptersPath = 'knowledge/chapters.md'
  for (const { id: chapter, policies: named } of chapters) {
    for (const id of named) {
      if (!ids.has(id))
        faults.push({ path: chaptersPath, line: 2, problem: `${chapter} 提到的政策 ${id} 不存在` })
    }
  }
  return faults
}
