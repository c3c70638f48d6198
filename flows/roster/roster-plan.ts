/** What an import would change, before anything is changed. */
import { ADVISOR_ROLE_WORDS, type Advisor } from './advisors.ts'
import { AREA_LEVEL_WORDS, type Area, AreaTree } from './areas.ts'
import { sayDuty, sayLeave } from './duty.ts'

export interface Plan<T> {
  added: T[]
  changed: { before: T; after: T }[]
  same: number
  /** Held, but not in the sheet. */
  missing: T[]
}

/** Compares what a sheet says with what is held. */
export function planOf<T extends { id: string }>(held: Iterable<T>, read: readonly T[]): Plan<T> {
  const before = new Map([...held].map((one) => [one.id, one]))
  const named = new Set(read.map(({ id }) => id))
  const plan: Plan<T> = { added: [], changed: [], same: 0, missing: [] }
  for (const after of read) {
    const old = before.get(after.id)
    if (!old) plan.added.push(after)
    else if (JSON.stringify(old) === JSON.stringify(after)) plan.same++
    else plan.changed.push({ before: old, after })
  }
  plan.missing = [...before.values()].filter(({ id }) => !named.has(id))
  return plan
}

export interface Saying<T> {
  one: (one: T) => string
  change: (before: T, after: T) => string
}

/** How areas are said, by where they lie. */
export function sayingAreas(areas: readonly Area[]): Saying<Area> {
  const tree = new AreaTree(areas)
  return {
    one: ({ id, name }) => `${id} ${tree.say(id) || name}`,
    change: (before, after) =>
      differences([
        ['名称', before.name, after.name],
        ['级别', AREA_LEVEL_WORDS[before.level], AREA_LEVEL_WORDS[after.level]],
        ['上级', before.parent ?? '无', after.parent ?? '无'],
      ]),
  }
}

export const SAYING_ADVISORS: Saying<Advisor> = {
  one: ({ id, name }) => `${name}（${id}）`,
  change: (before, after) =>
    differences([
      ['姓名', before.name, after.name],
      ['电话', before.phone ?? '无', after.phone ?? '无'],
      ['角色', ADVISOR_ROLE_WORDS[before.role], ADVISOR_ROLE_WORDS[after.role]],
      ['区域', before.areas.join('、'), after.areas.join('、')],
      ['值班', sayDuty(before.duty), sayDuty(after.duty)],
      ['请假', sayLeave(before.leave) || '无', sayLeave(after.leave) || '无'],
      ['包片', (before.caseload ?? []).join('、') || '无', (after.caseload ?? []).join('、') || '无'],
    ]),
}

const differences = (fields: readonly [string, string, string][]): string =>
  fields.flatMap(([name, old, now]) => (old === now ? [] : [`${name} ${old} → ${now}`])).join('；')
