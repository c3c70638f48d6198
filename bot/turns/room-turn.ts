/**
 * What is said in a residents' group, where neighbours read along: general answers about policies, and nothing about
 * anybody. Whatever is personal is taken up with that person alone. Pure.
 */
import { takeOver } from '../../flows/steps/catalog/help-answers.ts'
import { respond } from '../conversation.ts'
import { maskPersonal } from '../masking.ts'
import { type Message, plainText } from '../message.ts'
import { newSession } from '../session.ts'
import { NOWHERE, type Setting } from '../turn.ts'
import { ROOM_WORDS } from '../wording.ts'

export interface RoomAnswer {
  /** Said in the group, to the one who asked. */
  text: string
  /** Whether the message is answered in a private chat as well, as if it had been written there. */
  inPrivate: boolean
}

/** What a message that mentions the assistant is answered with in its group. */
export function answerInRoom(message: Message, setting: Setting, now: Date): RoomAnswer {
  const text = message.body.kind === 'text' ? message.body.text : ''
  // No one's session and nobody's requests: a group is told nothing that belongs to a person.
  const nobody = { resident: '', now, pace: 'calm' as const, tickets: [], freshNumber: '', ...NOWHERE }
  const { decision, reply } = respond(message, newSession(), setting, nobody)
  if (decision.kind === 'danger') return { text: ROOM_WORDS.danger, inPrivate: true }
  if (decision.kind === 'flow' || isPersonal(text, now))
    return { text: ROOM_WORDS.inPrivate, inPrivate: true }
  switch (decision.kind) {
    case 'answer':
      // Numbers need a conversation of one's own.
      return { text: reply ? plainText({ ...reply, choices: [] }) : ROOM_WORDS.hello, inPrivate: false }
    case 'clarify':
      return { text: ROOM_WORDS.which(reply?.choices.map(({ label }) => label) ?? []), inPrivate: false }
    case 'abstain':
      return { text: ROOM_WORDS.unknown, inPrivate: false }
    default:
      return { text: ROOM_WORDS.hello, inPrivate: false }
  }
}

/** Tells who somebody is, or what befell them: rather too often than once too little. */
function isPersonal(text: string, now: Date): boolean {
  const { who, difficulties, story, phone, household, income, urgency } = takeOver(text, now)
  const ofSomebody = who !== null || SOMEBODY.test(text)
  return (
    maskPersonal(text) !== text ||
    phone !== null ||
    household !== null ||
    income !== null ||
    urgency === 'urgent' ||
    (ofSomebody && (difficulties.length > 0 || story !== ''))
  )
}

/** Words for one person and not for everybody who is so. */
const SOMEBODY = /我|俺|咱|[他她]|邻居|隔壁|楼[上下]|对门/
