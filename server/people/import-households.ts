/** A sheet of the households that advisors look after, against those that are known. Nobody of them is named. */
import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { householdAfter, matchHouseholds, saveHouseholds } from '../../bot/households.ts'
import { readRoster } from '../../bot/roster.ts'
import type { HouseholdRow } from '../../bot/store.ts'
import type { Roster } from '../../flows/advisors.ts'
import { caseloadOf, type HouseholdRead, readHouseholds } from '../../flows/household-sheet.ts'
import { inOrder, type SheetFault } from '../../flows/sheet.ts'
import { basisOf, OUTSIDE, type PlanSheet } from './import-plan.ts'
import { holds, type Reach, sees } from './reach.ts'

export const planHouseholds: PlanSheet = async (desk, { sheet, replace, reach }) => {
  const { store, fingerprint, now } = desk
  const { roster, revision } = await readRoster(store)
  const read = readHouseholds(sheet, roster, now())
  const { matches, unclear } = await matchHouseholds(store, read.households, fingerprint)
  const lies = (area: string) => holds(reach, area === '' ? null : area, roster.areas)
  const faults = inOrder([
    ...read.faults,
    ...unclear.map(({ line, numbers }) => ({
      line,
      column: '姓名',
      words: `和 ${numbers.join('、')} 都像，认不出是哪一户，请核对电话和地址`,
    })),
    ...matches.flatMap(({ read: one, held }): SheetFault[] => {
      const found = outside(one, held, roster, reach)
      return found ? [{ line: one.line, ...found }] : []
    }),
  ])
  const changes = matches.map((match) => ({
    match,
    after: householdAfter(match, caseloadOf(match.read.area, roster)?.id ?? ''),
  }))
  const added = changes.filter(({ match }) => match.held === null)
  const changed = changes.filter(
    ({ match, after }) => match.held && !isDeepStrictEqual(match.held, { id: match.held.id, ...after }),
  )
  const named = new Set(matches.map(({ held }) => held?.id))
  const missing: HouseholdRow[] = []
  for await (const row of store.scan('households'))
    if (row.state === 'watched' && !named.has(row.id) && lies(row.area)) missing.push(row)
  const alone = changes.filter(({ after }) => after.advisor === '').length
  const rows = [...added, ...changed]
  const left = replace ? missing : []
  return {
    plan: {
      faults,
      counts: {
        added: added.length,
        changed: changed.length,
        same: changes.length - rows.length,
        missing: missing.length,
      },
      added: [],
      changed: [],
      missing: [],
      inUse: [],
      notes: alone > 0 ? [`其中 ${alone} 户还没有顾问负责，请写“负责顾问账号”，或在顾问表里写“包片”。`] : [],
      unused: read.unused,
      basis: basisOf(
        'households',
        revision,
        replace,
        rows.map(({ match, after }) => [match.held, match.keys, after]),
        left.map(({ id }) => id),
      ),
    },
    write: (noting) =>
      saveHouseholds(
        store,
        rows,
        left,
        { now: now(), randomBelow: randomInt },
        noting({ rows: String(rows.length), gone: String(left.length) }),
      ),
  }
}

/** Why a household is none of theirs to write; null when it is. */
function outside(
  { area, advisor }: HouseholdRead,
  held: HouseholdRow | null,
  { areas, advisors }: Roster,
  reach: Reach,
): Pick<SheetFault, 'column' | 'words'> | null {
  if (!holds(reach, area, areas)) return { column: '区域编号', words: OUTSIDE }
  if (held && !holds(reach, held.area, areas))
    return { column: '姓名', words: `这一户已经是别的区域的联系对象，${OUTSIDE}` }
  const other = advisor ? advisors.get(advisor) : undefined
  return other && !sees(reach, other, areas)
    ? { column: '负责顾问账号', words: `「${advisor}」不是您负责的区域里的顾问` }
    : null
}
