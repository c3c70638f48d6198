/** What an import would change: told first, for a terminal or a page, and carried out as it was told or not at all. */
import { createHash } from 'node:crypto'
import type { Transaction } from '../../bot/store.ts'
import type { Sheet, SheetFault } from '../../flows/roster/sheet.ts'
import type { Desk } from '../desk/desk.ts'
import type { InUse } from './in-use.ts'
import type { SheetKind } from './sheets.ts'
import type { Within } from './within.ts'

export interface Importing {
  what: SheetKind
  sheet: Sheet
  /** What the sheet does not name goes. */
  replace: boolean
  /** Where whoever imports it works: nothing else is touched. */
  within: Within
}

export interface ImportPlan {
  /** What must be mended in the sheet before anything is written. */
  faults: readonly SheetFault[]
  /** Of households only how many: nobody is named. */
  counts: { added: number; changed: number; same: number; missing: number }
  added: readonly string[]
  changed: readonly { who: string; change: string }[]
  /** Held, but not in the sheet; they go when told so. */
  missing: readonly string[]
  /** Why some of them cannot go yet; then nothing is written either. */
  inUse: readonly InUse[]
  /** What else is worth saying. */
  notes: readonly string[]
  /** Columns nobody asked for; a misspelt header is found there. */
  unused: readonly string[]
  /** The same again only while the sheet and what is held are the same. */
  basis: string
}

/** Makes the line of the audit log that is written with an import, which says how much came and went. */
export type Noting = (detail: Record<string, string>) => (tx: Transaction) => Promise<void>

/** How far an import is, in rows. */
export type Progress = (done: number, of: number) => void

export interface Planned {
  plan: ImportPlan
  /**
   * Carries it out. Only to be called where nothing stands against it.
   *
   * @param progress told now and then of how many rows are written
   * @throws {StoreError} `duplicate` when somebody else changed the roster meanwhile
   */
  write: (noting: Noting, progress?: Progress) => Promise<void>
}

/** What a kind of sheet would change. */
export type PlanSheet = (desk: Desk, importing: Importing) => Promise<Planned>

export const isClear = ({ faults, inUse }: ImportPlan): boolean => faults.length === 0 && inUse.length === 0

/** A digest of all that a change was decided on. */
export const basisOf = (...decidedOn: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(decidedOn)).digest('base64url').slice(0, 22)

export const OUTSIDE = '不在您负责的区域，不能在这里改；请从表里去掉这一行，或请负责全区的管理员导入'
