/** Keeps what the assistant knows in line with what staff publish, in every process. */
import type { Store } from '../../bot/store.ts'
import { Knowledge } from '../../knowledge/knowledge.ts'
import type { Log } from '../log.ts'
import { learnedFrom } from './learned-file.ts'
import type { Learning } from './learning.ts'
import { assemble, type Published, readPublished } from './texts.ts'

/** An announcement may be missed; so often it is looked all the same, in ms. */
export const INVENTORY_LOOK_MS = 5 * 60_000

export interface Live {
  /** Brings {@link Knowledge} in line now; whoever asks meanwhile waits for the same reading, or the next. */
  refresh(): Promise<void>
  /** Stops hearing of changes. */
  stop(): void
}

export interface LiveParts {
  store: Pick<Store, 'scan' | 'onAnnounced'>
  /** What everybody asks; it becomes another. */
  knowledge: Knowledge
  /** The published texts it was made from. */
  published: Published
  learning: Learning
  log: Log
  /** The data folder, where what was learned is kept for the next start; by default it is not. */
  dataDir?: string
  /** The inventory's folder; by default the one shipped with the program. */
  folder?: string
}

/** Hears of publications and learns anew; while it learns, and when it cannot, what was known before is told. */
export function createLive({ store, knowledge, published, learning, log, dataDir, folder }: LiveParts): Live {
  let known = published
  let running: Promise<void> | null = null
  let again = false
  const look = async (): Promise<void> => {
    const texts = await readPublished(store)
    if (isSame(texts, known)) return
    const { inventory, left } = assemble(texts, folder)
    for (const { id, faults } of left) log.error({ policy: id, faults }, 'a published policy cannot be used')
    const places = dataDir !== undefined && left.length === 0 ? learnedFrom(dataDir, texts) : undefined
    knowledge.become(new Knowledge(await learning(inventory, places)))
    known = texts
    log.info({ policies: knowledge.policies.size, published: texts.size }, 'the inventory is another')
  }
  const refresh = (): Promise<void> => {
    again = true
    running ??= (async () => {
      while (again) {
        again = false
        await look()
      }
    })().finally(() => {
      running = null
    })
    return running
  }
  const stop = store.onAnnounced('policies', () => {
    refresh().catch((error: unknown) => log.error({ error }, 'the inventory could not be read anew'))
  })
  return { refresh, stop }
}

const isSame = (one: Published, other: Published): boolean =>
  one.size === other.size && [...one].every(([id, text]) => other.get(id) === text)
