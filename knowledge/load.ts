/** Reads the inventory's own files; the only I/O in this folder, once at start. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DANGER_TYPES, type DangerType } from './danger-words.ts'
import { type Hotline, parseHotlines } from './hotlines.ts'
import { type LocalArea, parseLocal } from './local.ts'
import { type Fault, InventoryError, type Policy, parsePolicy } from './policy.ts'

export interface Inventory {
  policies: Policy[]
  locals: LocalArea[]
  hotlines: Hotline[]
  /** Messages as residents write them, by the policy they mean. */
  examples: Map<string, string[]>
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
 * @throws {InventoryError} listing every fault of every file, so that all can be mended at once
 */
export function loadInventory(folder = join(projectFolder(), 'knowledge')): Inventory {
  const faults: Fault[] = []
  const readOne = <T>(name: string, parse: (text: string, path: string) => T): T | null => {
    const path = join(folder, name)
    if (!existsSync(path)) return null
    try {
      return parse(readFileSync(path, 'utf8'), relative(dirname(folder), path))
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error
      faults.push(...error.faults)
      return null
    }
  }
  const read = <T>(subfolder: string, parse: (text: string, path: string) => T): T[] => {
    const place = join(folder, subfolder)
    if (!existsSync(place)) return []
    return readdirSync(place)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .sort()
      .flatMap((name) => readOne(join(subfolder, name), parse) ?? [])
  }
  const policies = read('policies', parsePolicy)
  const hotlines = readOne('hotlines.md', parseHotlines) ?? []
  const locals = read('local', parseLocal)
  faults.push(...crossFaults(policies, locals))
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
    examples: new Map(policies.map((policy) => [policy.id, lines(policy.id)])),
    danger: new Map(DANGER_TYPES.map((type) => [type, lines(`_danger_${type}`)])),
    lookalikes: lines('_lookalike'),
    otherwise: { elsewhere: lines('_elsewhere'), help: lines('_help'), progress: lines('_progress') },
  }
}

/** What no file can know by itself: ids named elsewhere must exist, and a name may mean one policy only. */
function crossFaults(policies: readonly Policy[], locals: readonly LocalArea[]): Fault[] {
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
  return faults
}
