/** The inventory as it is told: the program's own files, and before them what staff published. */
import type { Store } from '../../bot/store.ts'
import { type Inventory, loadInventory } from '../../knowledge/load.ts'
import { InventoryError, parsePolicy } from '../../knowledge/policy.ts'

/** Texts staff published, by the policy's id. */
export type Published = ReadonlyMap<string, string>

export async function readPublished(store: Pick<Store, 'scan'>): Promise<Published> {
  const texts = new Map<string, string>()
  for await (const { id, text } of store.scan('policies')) texts.set(id, text)
  return texts
}

/** An inventory, and the published texts that had to be left out of it because this version cannot read them. */
export interface Assembled {
  inventory: Inventory
  left: { id: string; faults: string }[]
}

/**
 * Puts the inventory together. A published text that cannot be used (a newer program may ask for more) is left out
 * by name and the program's own file stands in for it: a start must not fail for it.
 *
 * @throws {InventoryError} when the program's own files have faults
 */
export function assemble(published: Published, folder?: string): Assembled {
  const left: Assembled['left'] = []
  const usable = new Map(published)
  for (const [id, text] of published) {
    try {
      parsePolicy(text, `knowledge/policies/${id}.md`)
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error
      usable.delete(id)
      left.push({ id, faults: error.message })
    }
  }
  try {
    return { inventory: loadInventory(folder, usable), left }
  } catch (error) {
    if (!(error instanceof InventoryError) || usable.size === 0) throw error
    // Each is whole by itself but not beside the others, e.g. two of one name: then none is used.
    const all = [...usable.keys()].map((id) => ({ id, faults: error.message }))
    return { inventory: loadInventory(folder), left: [...left, ...all] }
  }
}
