/** A store in memory alone, for what takes thousands of changes and asks nothing of a disk. */
import type { Store } from '../../bot/store.ts'
import { Announcements } from '../../server/store/announcements.ts'
import { Draft, rowOf } from '../../server/store/draft.ts'
import { emptyImage, Memory } from '../../server/store/memory.ts'
import { walk } from '../../server/store/read.ts'

export function memoryStore(): Store {
  const memory = new Memory(emptyImage())
  const announcements = new Announcements()
  let turn: Promise<unknown> = Promise.resolve()
  return {
    get: async (table, id) => {
      const entry = memory.get(table, id)
      return entry && rowOf(table, entry)
    },
    list: async (table, index, query) => memory.find(table, index, query).map((entry) => rowOf(table, entry)),
    count: async (table, index, query) => memory.count(table, index, query),
    transaction(work) {
      const mine = turn.then(async () => {
        const draft = new Draft(memory)
        try {
          const result = await work(draft)
          memory.apply(draft.end())
          announcements.tell(draft.announced)
          return result
        } finally {
          draft.end()
        }
      })
      turn = mine.catch(() => undefined)
      return mine
    },
    async *scan(table) {
      yield* walk(table, memory.rows(table))
    },
    async *outlines(table) {
      yield* walk(table, memory.rows(table))
    },
    onAnnounced: (topic, heard) => announcements.on(topic, heard),
    health: () => ({ writable: true, detail: '', advice: [] }),
    close: async () => {},
  }
}
