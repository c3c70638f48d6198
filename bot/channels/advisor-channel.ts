/** What the assistant needs from a way to advisors: a group's robot, messages to single people, the sandbox. */
import type { ChannelError } from './channel.ts'

/** Where something is told: in an area's group (null: the group of those without one), or to one advisor. */
export type Address = { kind: 'group'; area: string | null } | { kind: 'person'; advisor: string }

/** A ticket's card: what must be known, and what one tap does. Free of personal data like every notice. */
export interface Card {
  /** Unique among all cards; made by `cardTask` of bot/cards.ts. Comes back with every tap. */
  task: string
  ticket: string
  title: string
  lines: readonly { name: string; value: string }[]
  /** What a tap on it means, e.g. `claim`; at most six. */
  buttons: readonly { key: string; text: string }[]
  /** The ticket's page; null when the server has no public address. */
  url: string | null
}

/** Words for advisors; see flows/nudges/nudges.ts, which keeps them free of personal data. */
export interface Notice {
  text: string
  /** Makes everybody's phone ring. */
  callsAll: boolean
  /** Advisors whose phone rings, by id; only a group's members can be called this way. */
  mentions: readonly string[]
  /** Shown instead of the text where {@link AdvisorChannel.carriesCards}. */
  card: Card | null
}

/** What the platform made of it. */
export interface Told {
  /** Advisors it did not reach although it took the message. */
  unreachable: readonly string[]
  /** Lets the card be changed once, within 72 hours; null where there is no card. */
  code: string | null
}
/** A message to everybody it was for. */
export const TOLD_ALL: Told = { unreachable: [], code: null }

export interface AdvisorChannel {
  readonly name: 'wecom-robot' | 'wecom-app' | 'sandbox'
  /** The most one message holds, in UTF-8 bytes; at least 1,000. */
  readonly maxBytes: number
  /** How many messages the platform takes in any minute: of one robot, or for one person. */
  readonly perMinute: number
  /** Whether a card's buttons work here. */
  readonly carriesCards: boolean
  /**
   * Resolves once the platform has accepted it.
   *
   * @param to advisors' ids; nobody in particular where the channel is a group's
   * @throws {ChannelError} for everything else: `retry` may work in a moment, `waiting` needs somebody to mend
   *   the channel first, `refused` are words it will never take
   */
  tell(notice: Notice, to: readonly string[]): Promise<Told>
}

/** How an address is reached. */
export interface Way {
  /** Whose minute a message counts in: `robot:<area>` ('' for the group of those without one), `app:<userid>`. */
  key: string
  channel: AdvisorChannel
  /** Whom the channel tells: nobody in particular in a group. */
  to: readonly string[]
}

/** Every way to advisors, as it stands at one moment. */
export interface AdvisorChannels {
  /** Null when nothing leads there: a person without an application, a group without a robot. */
  to(address: Address): Way | null
}

/** One channel that speaks to everybody at once. */
export function oneGroup(channel: AdvisorChannel): AdvisorChannels {
  const way: Way = { key: 'robot:', channel, to: [] }
  return { to: ({ kind }) => (kind === 'group' ? way : null) }
}

/** The words with the address of the ticket's page below them, where both fit. */
export function withLink(text: string, url: string | null, maxBytes: number): string {
  const longer = url === null ? text : `${text}\n${url}`
  return Buffer.byteLength(longer) <= maxBytes ? longer : text
}

/** The errcode of a platform that takes nothing more for a while. */
export const TOO_OFTEN = '45009' satisfies ChannelError['code']
