/** Learning from an inventory without keeping anybody waiting. */
import { Worker } from 'node:worker_threads'
import type { Kept } from '../../knowledge/knowledge.ts'
import type { Inventory } from '../../knowledge/load.ts'

/** Makes of an inventory what is to be known of it. */
export type Learning = (inventory: Inventory) => Promise<Kept>

/** Longer than any machine should need, in ms. */
const LIMIT_MS = 60_000

/** In a thread of its own. Only the compiled program has the thread's file. */
export const learnApart: Learning = (inventory) =>
  new Promise<Kept>((resolve, reject) => {
    const worker = new Worker(new URL('./learn-worker.js', import.meta.url), { workerData: inventory })
    const timer = setTimeout(() => {
      void worker.terminate()
      reject(new Error(`learning from the inventory took over ${LIMIT_MS} ms`))
    }, LIMIT_MS)
    worker.once('message', (kept: Kept) => {
      clearTimeout(timer)
      resolve(kept)
    })
    worker.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
