/** What people and the assistant say to each other, the same on every channel. */

/** The channels a message can come from. The name is also the first part of a resident's id. */
export type ChannelName = 'official-account' | 'sandbox' | 'wechaty'

/** What arrived, already freed of the channel's own wrapping. */
export type MessageBody =
  | { kind: 'text'; text: string }
  /** `transcript` is what the platform heard, or null when it heard nothing it could write down. */
  | { kind: 'voice'; mediaId: string; format: string; transcript: string | null }
  | { kind: 'image'; mediaId: string }
  | { kind: 'video'; mediaId: string }
  | { kind: 'location'; latitude: number; longitude: number; label: string }
  | { kind: 'link'; title: string; description: string; url: string }
  /** The resident began to follow the account; `scene` names the QR code that brought them, if any. */
  | { kind: 'followed'; scene: string | null }
  | { kind: 'unfollowed' }
  /** A follower scanned one of our QR codes. */
  | { kind: 'scanned'; scene: string }
  /** A tap on the account's menu. */
  | { kind: 'tapped'; key: string }
  /** What we announced did not reach the resident after all, e.g. because they blocked it. */
  | { kind: 'unannounced' }
  /** Something the platform sends that needs no words from us, e.g. a delivery receipt. */
  | { kind: 'unspoken'; type: string }

/** The longest message read; a resident's story fits many times over, a pasted book does not. */
export const MESSAGE_LIMIT = 1000

export interface Message {
  /** The platform's own identity of this message; every redelivery carries the same one. Opaque. */
  id: string
  channel: ChannelName
  /** The resident's address on the channel, e.g. an openid. Never logged. */
  from: string
  /** When the platform says it was sent. */
  sentAt: Date
  body: MessageBody
}

/** One thing the resident may answer with by number or by its words. */
export interface Choice {
  /** What the resident sees, e.g. 「要带什么材料」. */
  label: string
  /** What choosing it means: the words as if the resident had written them. */
  says: string
}

/** What the assistant says. Channels show `choices` as numbered lines or as buttons. */
export interface Reply {
  text: string
  choices: readonly Choice[]
  /** A page with more, shown as a link where the channel can. */
  link?: { title: string; url: string }
  /** The words hold what someone told us about themselves, so they are stored encrypted. */
  personal?: true
  /** Said even while a person holds the conversation: danger, and the hold's own announcements. */
  pressing?: true
}

/** A reply as plain text, the way a channel without buttons shows it. */
export function plainText(reply: Reply): string {
  const lines = [reply.text]
  if (reply.choices.length > 0) {
    lines.push(reply.choices.map((choice, index) => `${index + 1} ${choice.label}`).join('\n'))
  }
  if (reply.link) lines.push(`${reply.link.title}:${reply.link.url}`)
  return lines.join('\n')
}
