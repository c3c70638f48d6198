/** What was learned of published policies, kept beside the data so that a start need not learn it again. */
import { join } from 'node:path'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { type Kept, learn } from '../../knowledge/learn.ts'
import { keep, type Places, prepared, shipped } from '../../knowledge/prepared.ts'
import { FILE_MODE } from '../store/disk.ts'
import { type Assembled, assemble, type Published } from './texts.ts'

/** In the data folder. It holds nothing that is not made anew from the policies. */
const LEARNED = 'learned.bin'

/** Where what is learned of these texts is kept, before the program's own. */
export const learnedFrom = (dataDir: string, published: Published): Places => ({
  ...shipped(),
  instead: published,
  file: join(dataDir, LEARNED),
})

/** What is known once texts are published, and which of them had to be left out. */
export interface Known {
  knowledge: Knowledge
  left: Assembled['left']
}

/**
 * What is known of the program's policies and of these before them: as it was kept, otherwise learned now.
 *
 * @param keeping whether what is learned now is kept
 * @throws {InventoryError} when the program's own files have faults
 */
export function knownOf(dataDir: string, published: Published, keeping: boolean): Known {
  const places = learnedFrom(dataDir, published)
  const kept = prepared(places)
  // Only what was whole is kept.
  if (kept) return { knowledge: new Knowledge(kept), left: [] }
  const { inventory, left } = assemble(published)
  const made = learn(inventory)
  if (keeping && left.length === 0) keepLearned(places, made)
  return { knowledge: new Knowledge(made), left }
}

/** Keeps what was learned. It only saves time, so a folder that cannot be written to is no fault. */
export function keepLearned(places: Places, kept: Kept): void {
  try {
    keep(places, kept, FILE_MODE)
  } catch {
    // The next start learns it anew.
  }
}
