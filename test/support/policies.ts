/** An inventory of two policies, learned in no time, and a desk at which they are written. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../../bot/store.ts'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { type Kept, learn } from '../../knowledge/learn.ts'
import { loadInventory, shippedText } from '../../knowledge/load.ts'
import { createPolicyDesk } from '../../server/inventory/desk.ts'
import type { Learning } from '../../server/inventory/learning.ts'
import { createLive } from '../../server/inventory/live.ts'
import { createLog } from '../../server/log.ts'
import { fingerprint, temporaryFolder } from './world.ts'

export const learning: Learning = async (all) => learn(all)

/** A folder with 低保 and 特困, which point at no other. */
export function twoPolicies(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'policies'))
  for (const id of ['dibao', 'tekun']) {
    const text = (shippedText(id) ?? '')
      .replace(/^related: .*\n/m, '')
      // In force whatever a test's clock says.
      .replace(/^effective: .*$/m, 'effective: 2021-01-01')
    writeFileSync(join(folder, 'policies', `${id}.md`), text)
  }
  return folder
}

let learned: Kept | undefined

/** A desk, what residents are told, and what brings the two together. */
export function policyOffice(store: Store, now: () => Date) {
  const folder = twoPolicies()
  // Every office begins with the same two.
  learned ??= learn(loadInventory(folder))
  const knowledge = new Knowledge(learned)
  const desk = createPolicyDesk({ store, knowledge, seal: fingerprint, learning, now, folder })
  const log = createLog('silent')
  const { refresh } = createLive({ store, knowledge, published: new Map(), learning, log, folder })
  return { folder, knowledge, desk, refresh, own: shippedText('dibao', folder) ?? '' }
}
