/**
 * Everything the sandbox's advisors were told, and what they wrote back: their phones, as far as anybody sees them
 * here. In memory only, so that trying it out leaves nothing behind; only what a channel accepted is on it.
 */
import {
  type AdvisorChannel,
  type AdvisorChannels,
  type Card,
  type Notice,
  TOLD_ALL,
} from '../../bot/channels/advisor-channel.ts'

export interface Post {
  id: string
  at: Date
  /** The advisor who wrote it; null for the assistant. */
  from: string | null
  /** Whom it was for alone; null for the whole group. */
  to: readonly string[] | null
  text: string
  /** Everybody's phone rang. */
  callsAll: boolean
  card: Card | null
  /** The request whose page belongs to it. */
  ticket: string | null
}

export interface Board {
  channels: AdvisorChannels
  /** The newest last. */
  posts: () => readonly Post[]
  put: (post: Pick<Post, 'from' | 'to' | 'text'> & Partial<Post>) => void
  /** Calls `listener` after every post, until the returned function is called. */
  watch: (listener: () => void) => () => void
}

/** Of a busy day of trying the latest are kept. */
const KEPT = 120

export function createBoard(parts: { now: () => Date; newId: () => string }): Board {
  const posts: Post[] = []
  const listeners = new Set<() => void>()
  const put: Board['put'] = (post) => {
    const { now, newId } = parts
    posts.push({ id: newId(), at: now(), callsAll: false, card: null, ticket: null, ...post })
    posts.splice(0, posts.length - KEPT)
    for (const listener of [...listeners]) listener()
  }
  const channel = (isGroup: boolean): AdvisorChannel => ({
    name: 'sandbox',
    maxBytes: 2000,
    perMinute: 1000,
    carriesCards: !isGroup,
    async tell({ text, callsAll, card }: Notice, to: readonly string[]) {
      put({ from: null, to: isGroup ? null : [...to], text, callsAll, card, ticket: card?.ticket ?? null })
      return TOLD_ALL
    },
  })
  const [group, people] = [channel(true), channel(false)]
  return {
    channels: {
      to: (address) =>
        address.kind === 'group'
          ? { key: 'robot:', channel: group, to: [] }
          : { key: `app:${address.advisor}`, channel: people, to: [address.advisor] },
    },
    posts: () => posts,
    put,
    watch(listener) {
      // One entry per call, so that watching twice needs leaving twice.
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
