/** Learning from an inventory without keeping anybody waiting. */
import type { Kept } from '../../knowledge/learn.ts'
import type { Inventory } from '../../knowledge/load.ts'
import type { Places } from '../../knowledge/prepared.ts'
import { apart } from '../apart.ts'

/**
 * Makes of an inventory what is to be known of it.
 *
 * @param places where it is kept for the next start; by default it is not
 */
export type Learning = (inventory: Inventory, places?: Places) => Promise<Kept>

/** In a thread of its own. */
export const learnApart: Learning = (inventory, places) =>
  apart<Kept>(
    new URL('./learn-worker.js', import.meta.url),
    { inventory, places },
    'learning from the inventory',
  )
