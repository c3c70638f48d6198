/** A sheet of the households that advisors look after, against those that are known. Nobody of them is named. */
import { randomInt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type HouseholdMatch, householdAfter, matchHouseholds, saveHouseholds } from '../../bot/households.ts'
import { readRoster } from '../../bot/roster.ts'
import type { HouseholdRow } from '../../bot/store.ts'
import type { Roster } from '../../flows/roster/advisors.ts'
import { caseloadOf, type HouseholdRead, readHouseholds } from '../../flows/roster/household-sheet.ts'
import { inOrder, type SheetFault } from '../../flows/roster/sheet.ts'
import { basisOf, OUTSIDE, type PlanSheet } from './import-plan.ts'
import { holds, sees, type Within } from './within.ts'

export const planHouseholds: PlanSheet = async (desk, { sheet, replace, within }) => {
  const { store, fingerprint, now } = desk
  const { roster, revision } = await readRoster(store)
  const read = readHouseholds(sheet, roster, now())
  const matches: HouseholdMatch[] = []
  const unclear: { line: number; numbers: string[] }[] = []
  for (const some of inParts(read.households)) {
    const found = await matchHouseholds(store, some, fingerprint)
    matches.push(...found.matches)
    unclear.push(...found.unclear)
    await setImmediate()
  }
  const lies = (area: string) => holds(within, area === '' ? null : area, roster.areas)
  const faults = inOrder([
    ...read.faults,
    ...unclear.map(({ line, numbers }) => ({
      line,
      column: '姓名',
      words: `和 ${numbers.join('、')} 都像，认不出是哪一户，请核对电话和地址`,
    })),
    ...matches.flatMap(({ read: one, held }): SheetFault[] => {
      const found = outside(one, held, roster, within)
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
    write: async (noting, progress = () => {}) => {
      const noted = noting({ rows: String(rows.length), gone: String(left.length) })
      const at = { now: now(), randomBelow: randomInt }
      const parts = [
        ...inParts(rows).map((some) => ({ rows: some, left: [] })),
        ...inParts(left).map((some) => ({ rows: [], left: some })),
      ]
      let done = 0
      // What is begun is noted with its first part.
      for (const part of parts.length > 0 ? parts : [{ rows: [], left: [] }]) {
        await saveHouseholds(store, part.rows, part.left, at, done === 0 ? noted : async () => {})
        done += part.rows.length + part.left.length
        progress(done, rows.length + left.length)
        await setImmediate()
      }
    },
  }
}

/**
 * A district has tens of thousands, and one transaction of them all keeps everybody waiting for minutes. Whoever
 * imports the sheet again after a power cut has the rest written: each household is known by its traits.
 */
const AT_ONCE = 200
const inParts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, part) =>
    all.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  )

/** Why a household is none of theirs to write; null when it is. */
function outside(
  { area, advisor }: HouseholdRead,
  held: HouseholdRow | null,
  { areas, advisors }: Roster,
  within: Within,
): Pick<SheetFault, 'column' | 'words'> | null {
  if (!holds(within, area, areas)) return { column: '区域编号', words: OUTSIDE }
  if (held && !holds(within, held.area, areas))
    return { column: '姓名', words: `这一户已经是别的区域的联系对象，${OUTSIDE}` }
  const other = advisor ? advisors.get(advisor) : undefined
  return other && !sees(within, other, areas)
    ? { column: '负责顾问账号', words: `「${advisor}」不是您负责的区域里的顾问` }
    : null
}
