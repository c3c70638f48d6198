/** Imports a sheet into the roster: all of it or nothing, and what would change is said first. */
import { StoreError } from '../../bot/store.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import { sayFault } from '../../flows/roster/sheet.ts'
import type { Desk } from '../desk/desk.ts'
import { planAdvisors } from './import-advisors.ts'
import { planAreas } from './import-areas.ts'
import { planHouseholds } from './import-households.ts'
import type { Importing, ImportPlan, Noting, Planned, PlanSheet } from './import-plan.ts'
import { SHEET_WORDS, type SheetKind } from './sheets.ts'

const PLANS = {
  areas: planAreas,
  advisors: planAdvisors,
  households: planHouseholds,
} satisfies Record<SheetKind, PlanSheet>

/** What a sheet would change. */
export const planImport = (desk: Desk, importing: Importing): Promise<Planned> =>
  PLANS[importing.what](desk, importing)

/**
 * For a terminal: says what a sheet would change and, when told to, changes it.
 *
 * @throws {RosterError} with every fault of the sheet; nothing is changed then
 */
export async function importSheet(
  desk: Desk,
  importing: Importing,
  apply: boolean,
  noting: Noting,
): Promise<string> {
  const { plan, write } = await planImport(desk, importing)
  if (plan.faults.length > 0)
    throw new RosterError(plan.faults.map((fault) => sayFault(importing.sheet, fault)))
  if (plan.inUse.length > 0) throw new RosterError(plan.inUse.map(({ words }) => words))
  if (!apply) return [...sayPlan(plan, importing), NOT_YET].join('\n')
  try {
    await write(noting)
  } catch (error) {
    const outrun = error instanceof StoreError && error.code === 'duplicate'
    throw outrun ? new RosterError(['名册刚才被别人改过，还没有写入。请再运行一次。']) : error
  }
  return [...sayPlan(plan, importing), DONE].join('\n')
}

const NOT_YET = '还没有改动。看过没有问题，就加上 --yes 再运行一次。'
const DONE = '已经写好。'

/** How what is not in the sheet is said: that it goes, that it stays, and each of them. */
const MISSING_WORDS: Readonly<Record<SheetKind, { gone: string; stays: string }>> = {
  areas: { gone: '删除', stays: '留着不动，要删就加 --replace' },
  advisors: { gone: '删除', stays: '留着不动，要删就加 --replace' },
  households: { gone: '不再联系', stays: '留着不动，不再联系就加 --replace' },
}

/** A line of counts, then who or what is concerned. */
function sayPlan(plan: ImportPlan, { what, replace }: Importing): string[] {
  const { counts, added, changed, missing, notes, unused } = plan
  const { gone, stays } = MISSING_WORDS[what]
  const left = replace ? `${gone} ${counts.missing}` : `表里没有的 ${counts.missing}（${stays}）`
  return [
    `${SHEET_WORDS[what]}：${[
      `新增 ${counts.added}`,
      `修改 ${counts.changed}`,
      `不变 ${counts.same}`,
      ...(counts.missing > 0 ? [left] : []),
    ].join('，')}`,
    ...shown(added.map((who) => `  新增 ${who}`)),
    ...shown(changed.map(({ who, change }) => `  修改 ${who}：${change}`)),
    ...shown(missing.map((who) => `  ${replace ? gone : '表里没有'} ${who}`)),
    ...notes,
    ...(unused.length === 0 ? [] : [`没有用到的列：${unused.join('、')}`]),
  ]
}

/** Lines shown of each kind; the rest is counted. */
const SHOWN = 20
const shown = (lines: readonly string[]): string[] =>
  lines.length <= SHOWN ? [...lines] : [...lines.slice(0, SHOWN), `  ……还有 ${lines.length - SHOWN} 项`]
