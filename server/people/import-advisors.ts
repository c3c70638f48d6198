/** A sheet of advisors, against those on the roster. */
import { readRoster, saveRoster } from '../../bot/roster.ts'
import { readAdvisors } from '../../flows/roster/advisor-sheet.ts'
import type { Advisor, Roster } from '../../flows/roster/advisors.ts'
import { planOf, SAYING_ADVISORS } from '../../flows/roster/roster-plan.ts'
import { inOrder, type SheetFault } from '../../flows/roster/sheet.ts'
import { basisOf, OUTSIDE, type PlanSheet } from './import-plan.ts'
import { advisorsInUse } from './in-use.ts'
import { holds, mayChange, sees, type Within } from './within.ts'

export const planAdvisors: PlanSheet = async ({ store }, { sheet, replace, within }) => {
  const { roster, revision } = await readRoster(store)
  const { areas: tree, advisors: held } = roster
  const mayGo = (advisor: Advisor | undefined) => advisor !== undefined && mayChange(within, advisor, tree)
  const read = readAdvisors(sheet, roster, (id) => replace && mayGo(held.get(id)))
  const faults = inOrder([
    ...read.faults,
    ...read.advisors.flatMap((advisor): SheetFault[] => {
      const found = outside(advisor, roster, within)
      return found ? [{ line: read.lines.get(advisor.id) ?? 1, ...found }] : []
    }),
  ])
  const plan = planOf(held.values(), read.advisors)
  const missing = plan.missing.filter(mayGo)
  const gone = replace ? missing : []
  const advisors = [...plan.added, ...plan.changed.map((one) => one.after)]
  const goneIds = gone.map(({ id }) => id)
  return {
    plan: {
      faults,
      counts: {
        added: plan.added.length,
        changed: plan.changed.length,
        same: plan.same,
        missing: missing.length,
      },
      added: plan.added.map(SAYING_ADVISORS.one),
      changed: plan.changed.map((one) => ({
        who: SAYING_ADVISORS.one(one.after),
        change: SAYING_ADVISORS.change(one.before, one.after),
      })),
      missing: missing.map(SAYING_ADVISORS.one),
      inUse: await advisorsInUse(store, gone),
      notes: [],
      unused: read.unused,
      basis: basisOf('advisors', revision, replace, advisors, goneIds),
    },
    write: (noting) =>
      saveRoster(
        store,
        { advisors, gone: { advisors: goneIds } },
        revision,
        noting({ rows: String(advisors.length), gone: String(goneIds.length) }),
      ),
  }
}

/** Why somebody is none of theirs to write; null when they are. */
function outside(
  advisor: Advisor,
  { areas: tree, advisors }: Roster,
  within: Within,
): Pick<SheetFault, 'column' | 'words'> | null {
  const before = advisors.get(advisor.id)
  if (before && !mayChange(within, before, tree))
    return { column: '账号', words: `「${advisor.id}」是别的区域的顾问，${OUTSIDE}` }
  if (!mayChange(within, advisor, tree)) return { column: '区域', words: OUTSIDE }
  const known = new Set(before?.caseload)
  if (advisor.caseload?.some((area) => !known.has(area) && !holds(within, area, tree)))
    return { column: '包片', words: OUTSIDE }
  const stood = new Set(before?.leave.map(({ standIn }) => standIn))
  const stranger = advisor.leave.some(({ standIn }) => {
    const other = standIn === null || stood.has(standIn) ? undefined : advisors.get(standIn)
    return other !== undefined && !sees(within, other, tree)
  })
  return stranger ? { column: '请假', words: '代班的人要在您负责的区域里' } : null
}
