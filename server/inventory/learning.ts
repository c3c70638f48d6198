/** Learning from an inventory without keeping anybody waiting. */
import type { Kept } from '../../knowledge/knowledge.ts'
import type { Inventory } from '../../knowledge/load.ts'
import { apart } from '../apart.ts'

/** Makes of an inventory what is to be known of it. */
export type Learning = (inventory: Inventory) => Promise<Kept>

/** In a thread of its own. */
export const learnApart: Learning = (inventory) =>
  apart<Kept>(new URL('./learn-worker.js', import.meta.url), inventory, 'learning from the inventory')
