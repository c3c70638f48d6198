/** Reads sheets without keeping anybody waiting. */
import { RosterError } from '../../flows/roster/roster-error.ts'
import type { Sheet } from '../../flows/roster/sheet.ts'
import { apart } from '../apart.ts'
import type { ReadSheet } from './sheet-file.ts'

/** What the thread answers. */
export type SheetAnswer = { sheet: Sheet } | { faults: readonly string[] }

/** In a thread of its own. */
export const readSheetApart: ReadSheet = async (bytes, file) => {
  const place = new URL('./sheet-worker.js', import.meta.url)
  const answer = await apart<SheetAnswer>(place, { bytes, file }, 'reading a sheet')
  if ('faults' in answer) throw new RosterError(answer.faults)
  return answer.sheet
}
