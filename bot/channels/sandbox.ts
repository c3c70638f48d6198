/** The channel of `/sandbox`: a resident's phone in a browser tab. Keeps nothing and reaches nowhere. */
import type { Reply } from '../message.ts'
import { type Channel, ChannelError } from './channel.ts'

/** Shows a reply on one open page. Must not throw: what becomes of a page is no concern of the sender. */
export type SandboxListener = (reply: Reply) => void

/** A channel whose platform is the browser tabs open right now. */
export interface SandboxChannel extends Channel {
  /**
   * Shows everything sent to `address` on one more page, until the returned function is called. Several pages
   * may show one resident; each gets every reply.
   */
  connect(address: string, listener: SandboxListener): () => void
}

/** Makes a sandbox with nobody connected. */
export function sandboxChannel(): SandboxChannel {
  const pages = new Map<string, Set<SandboxListener>>()
  return {
    name: 'sandbox',
    maxBytes: 2000,
    async send(address, reply) {
      const listeners = pages.get(address)
      if (!listeners) {
        throw new ChannelError(
          'not-connected',
          'waiting',
          '这位居民的试用页面没有打开；打开 /sandbox 再发一条消息，这段话会随回答一起送到。',
        )
      }
      for (const listener of [...listeners]) listener(reply)
    },
    connect(address, listener) {
      // One entry per call, so that connecting the same function twice needs disconnecting twice.
      const entry: SandboxListener = (reply) => listener(reply)
      const listeners = pages.get(address) ?? new Set()
      pages.set(address, listeners.add(entry))
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0 && pages.get(address) === listeners) pages.delete(address)
      }
    },
  }
}
