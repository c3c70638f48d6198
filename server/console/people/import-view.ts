/** What an import would change, as a page shows it. */
import type { Importing, ImportPlan } from '../../people/import-plan.ts'
import { isClear } from '../../people/import-plan.ts'
import { SHEET_WORDS } from '../../people/sheets.ts'
import type { ImportView } from './wire.ts'

/** Lines shown of each list; the rest is counted. */
const SHOWN = 100

export function importView(plan: ImportPlan, { what, sheet, replace }: Importing, done: boolean): ImportView {
  const { faults, added, changed, missing, inUse, counts, notes, unused, basis } = plan
  const beyond = ({ length }: readonly unknown[]) => Math.max(0, length - SHOWN)
  return {
    done,
    clear: isClear(plan),
    changes: counts.added + counts.changed > 0 || notes.length > 0 || (replace && counts.missing > 0),
    file: sheet.file,
    what: SHEET_WORDS[what],
    replace,
    counts,
    faults: faults.slice(0, SHOWN),
    added: added.slice(0, SHOWN),
    changed: changed.slice(0, SHOWN),
    missing: missing.slice(0, SHOWN),
    inUse: inUse.slice(0, SHOWN).map(({ requests, ...one }) => ({ ...one, requests: [...requests] })),
    beyond: {
      faults: beyond(faults),
      added: beyond(added),
      changed: beyond(changed),
      missing: beyond(missing),
    },
    notes: [...notes],
    unused: [...unused],
    basis,
  }
}
