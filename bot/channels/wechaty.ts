/**
 * A personal WeChat account as a channel: private chats are residents' conversations, a residents' group hears
 * general answers when it mentions the account, an advisors' group is where advisors give commands. What it needs of
 * wechaty is the narrow {@link ChatAccount}; see server/wechaty.ts.
 */
import { readLine } from '../../flows/advisor/lines.ts'
import type { Advisor, Roster } from '../../flows/roster/advisors.ts'
import { type AdvisorParts, hearAdvisor } from '../advisor/turn.ts'
import type { Receive } from '../intake.ts'
import { type Message, type MessageBody, plainText } from '../message.ts'
import { isUnavailable } from '../store.ts'
import type { Setting } from '../turn.ts'
import { answerInRoom } from '../turns/room-turn.ts'
import { ROOM_WORDS, UNKEPT_LINE, WORDS } from '../wording.ts'
import { type Channel, ChannelError } from './channel.ts'

/** Longer ones are possible, but nobody reads them on a telephone. */
export const WECHATY_MAX_BYTES = 2000
/** What was written while we were away is not answered out of the blue, in ms. */
const BACKLOG_MS = 5 * 60 * 1000
/** Between two messages, in ms: a personal account that writes like a machine is banned. */
export const PACE_MS = 1200
/** Messages remembered so that one that comes twice is heard once. */
const REMEMBERED = 2000

/** Somebody in a chat. */
export interface Person {
  id: string
  /** What they are called, in the order it is to be trusted: who keeps the account before they themselves. */
  names: readonly string[]
}

/** What arrived, freed of wechaty's wrapping. */
export interface ChatMessage {
  id: string
  /** Written by the account itself. */
  self: boolean
  sentAt: Date
  from: Person
  room: { id: string; topic: string } | null
  mentionsUs: boolean
  /** Without the mention. */
  body: MessageBody
}

/** All that is needed of a personal account. Rejects when the message was not taken. */
export interface ChatAccount {
  sayTo(person: string, text: string): Promise<void>
  /** Mentions `to`. */
  sayIn(room: string, text: string, to: string): Promise<void>
}

export interface ChatParts {
  account: ChatAccount
  /** The residents' entrance. */
  receive: Receive
  /** How a reply went, by its outgoing row. */
  onTaken: (outgoing: string) => void
  onMissed: (outgoing: string) => void
  setting: Setting
  now: () => Date
  wait: (ms: number) => Promise<void>
  /** Null where no group is the advisors'. */
  advisors: AdvisorRooms | null
}

/** Groups of advisors, where they give the same commands as elsewhere. */
export interface AdvisorRooms {
  /** By name or id. */
  rooms: readonly string[]
  parts: AdvisorParts
}

export interface Chat {
  /** Answers one message. @throws whatever the store or the account throws */
  hear(message: ChatMessage): Promise<void>
  /** For what is said unasked. */
  channel: Channel
}

export function chatOf(parts: ChatParts): Chat {
  const { receive, onTaken, onMissed, setting, now, advisors } = parts
  const say = paced(parts)
  const heard = new Set<string>()

  /** Whether a message is heard for the first time. */
  function isNew(id: string): boolean {
    if (heard.has(id)) return false
    heard.add(id)
    const [oldest] = heard
    if (heard.size > REMEMBERED && oldest !== undefined) heard.delete(oldest)
    return true
  }

  /** One resident's conversation. @returns whether they were answered, or nothing was to be said */
  async function inPrivate(message: Message): Promise<boolean> {
    const { reply, outgoing, decision } = await receive(message)
    // Answered before a restart: what was not taken then is pushed.
    if (reply === null || decision === null) return true
    try {
      await say.to(message.from, plainText(reply))
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error
      if (outgoing !== null) onMissed(outgoing)
      return false
    }
    if (outgoing !== null) onTaken(outgoing)
    return true
  }

  async function inResidentsRoom(message: Message, room: string): Promise<void> {
    const answer = answerInRoom(message, setting, now())
    const inRoom = say.in(room, answer.text, message.from)
    if (!answer.inPrivate) return inRoom
    // Whatever becomes of the line in the group: somebody may be in danger.
    const [said, reached] = await Promise.allSettled([inRoom, inPrivate(message)])
    if (reached.status === 'rejected') throw reached.reason
    if (!reached.value) await say.in(room, ROOM_WORDS.befriend, message.from)
    if (said.status === 'rejected') throw said.reason
  }

  async function inAdvisorsRoom(message: ChatMessage, room: string, { parts }: AdvisorRooms): Promise<void> {
    const { id, from, body, mentionsUs } = message
    const words = body.kind === 'text' ? body.text : ''
    const roster = await parts.roster()
    const read = readLine(words, { now: now(), colleagues: [...roster.advisors.values()] })
    // Colleagues talk with each other here; only a command's own word is meant for us without a mention.
    if (words === '' || !(mentionsUs || (read.kind === 'line' && read.sure))) return
    const [advisor, other] = advisorsCalled(from, roster)
    if (advisor === undefined) return say.in(room, ROOM_WORDS.noAdvisor, from.id)
    if (other !== undefined) return say.in(room, ROOM_WORDS.severalAdvisors, from.id)
    const heard = { id: `wechaty:${id}`, advisor: advisor.id, words, media: null, place: 'group' } as const
    const { text, link } = await hearAdvisor(parts, heard).catch(async (error: unknown) => {
      await say.in(room, isUnavailable(error) ? UNKEPT_LINE : WORDS.unwell, from.id)
      throw error
    })
    await say.in(room, link === null ? text : `${text}\n${link}`, from.id)
  }

  return {
    async hear(message) {
      const { id, self, sentAt, from, room, mentionsUs, body } = message
      if (self || now().getTime() - sentAt.getTime() > BACKLOG_MS || !isNew(id)) return
      if (room && advisors?.rooms.some((one) => one === room.topic || one === room.id))
        return inAdvisorsRoom(message, room.id, advisors)
      const asMessage: Message = { id, channel: 'wechaty', from: from.id, sentAt, body }
      if (!room) {
        await inPrivate(asMessage).catch(async (error: unknown) => {
          await say.to(from.id, WORDS.unwell)
          throw error
        })
      } else if (mentionsUs && body.kind === 'text') {
        await inResidentsRoom(asMessage, room.id)
      }
    },
    channel: {
      name: 'wechaty',
      maxBytes: WECHATY_MAX_BYTES,
      send: (address, reply) => say.to(address, plainText(reply)),
    },
  }
}

/** One message after the other, and not faster than people write. */
function paced({ account, wait }: ChatParts) {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (say: () => Promise<void>): Promise<void> => {
    const said = last.then(say).catch((error: unknown) => {
      if (error instanceof ChannelError) throw error
      throw new ChannelError('wechaty', 'retry', '个人微信没有发出去，请看它是否还登录着', { cause: error })
    })
    last = said.catch(() => {}).then(() => wait(PACE_MS))
    return said
  }
  return {
    to: (person: string, text: string) => inTurn(() => account.sayTo(person, text)),
    in: (room: string, text: string, to: string) => inTurn(() => account.sayIn(room, text, to)),
  }
}

/** The advisors somebody in a group may be, by id or name. */
function advisorsCalled({ names }: Person, { advisors }: Roster): Advisor[] {
  return [...advisors.values()].filter(({ id, name }) => names.includes(name) || names.includes(id))
}
