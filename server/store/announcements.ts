/** Who in this process wants to hear of what; see `announce` in bot/store.ts. */
import type { Topic } from '../../bot/store.ts'

export class Announcements {
  readonly #heard = new Map<Topic, Set<() => void>>()

  /** @returns stops it */
  on(topic: Topic, heard: () => void): () => void {
    // The same function may be told twice over; each of them stops by itself.
    const own = () => heard()
    const all = this.#heard.get(topic) ?? new Set()
    this.#heard.set(topic, all.add(own))
    return () => void all.delete(own)
  }

  /** Tells everybody, but never before whoever made the change has gone on: a fault of theirs is not its own. */
  tell(topics: Iterable<Topic>): void {
    for (const topic of topics) for (const heard of this.#heard.get(topic) ?? []) queueMicrotask(heard)
  }
}
