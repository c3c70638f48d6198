/** What the assistant needs in order to tell advisors something. A group's robot is one way, cards may be another. */
import type { ChannelError } from './channel.ts'

/** Words for advisors; see flows/nudges.ts, which keeps them free of personal data. */
export interface Notice {
  text: string
  /** Makes everybody's phone ring. */
  callsAll: boolean
}

export interface AdvisorChannel {
  readonly name: 'wecom-robot' | 'sandbox'
  /** The most one message holds, in UTF-8 bytes; at least 1,000. */
  readonly maxBytes: number
  /** How many messages the platform takes in any minute. */
  readonly perMinute: number
  /**
   * Resolves once the platform has accepted it.
   *
   * @throws {ChannelError} for everything else: `retry` may work in a moment, `waiting` needs somebody to mend
   *   the channel first, `refused` are words it will never take
   */
  tell(notice: Notice): Promise<void>
}

/** Reaches nobody but the open pages, which read the nudges themselves. */
export function sandboxAdvisors(): AdvisorChannel {
  return { name: 'sandbox', maxBytes: 2000, perMinute: 1000, tell: async () => {} }
}

/** The errcode of a platform that takes nothing more for a while. */
export const TOO_OFTEN = '45009' satisfies ChannelError['code']
