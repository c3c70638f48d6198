/** Decides what to say. The one place that does; pure. */
import { chinaDay } from '../flows/clocks.ts'
import { readWish, type Wish } from '../flows/wishes.ts'
import { answerPolicy, callName, shortTitle } from '../knowledge/answer.ts'
import { DANGER_ANSWERS, type DangerType } from '../knowledge/danger.ts'
import { hotlineAnswer } from '../knowledge/hotlines.ts'
import type { Finding, Knowledge } from '../knowledge/knowledge.ts'
import type { Policy } from '../knowledge/policy.ts'
import type { Effect } from './effects.ts'
import type { Choice, Message, Reply } from './message.ts'
import { type Session, TOPIC_LIFETIME_MS } from './session.ts'
import { clarify, elsewhere, location, WAYS_IN, WORDS } from './wording.ts'

/** Why the reply is what it is; read by `npm run ask`, tests and metrics. */
export interface Decision {
  kind: 'answer' | 'clarify' | 'abstain' | 'danger' | 'flow' | 'smalltalk' | 'silent'
  /** Policies told or offered, best first. */
  policies: string[]
  danger: DangerType | null
  flow: 'help' | 'progress' | 'my-data' | 'human' | null
}

/** What a message leads to. Nothing has happened yet: the caller commits it, then speaks. */
export interface Turn {
  session: Session
  reply: Reply | null
  effects: Effect[]
  decision: Decision
}

/** The longest message read; a resident's story fits many times over, a pasted book does not. */
export const MESSAGE_LIMIT = 1000

/** What the assistant knows of its surroundings when it decides. */
export interface Setting {
  knowledge: Knowledge
  /** Where a policy's page is, with an area's figures if one is known; null when pages have no public address. */
  pageUrl: (policy: Policy, area: string | null) => string | null
}

/**
 * Decides the answer to one message. Pure: the same message, session and moment give the same turn.
 *
 * @param now the moment of arrival; decides which policies are in force
 */
export function respond(message: Message, session: Session, setting: Setting, now: Date): Turn {
  const { body } = message
  switch (body.kind) {
    case 'text':
      return respondToWords(body.text, session, setting, now)
    case 'voice':
      return body.transcript === null || body.transcript.trim() === ''
        ? say(session, 'smalltalk', WORDS.notHeard, [...WAYS_IN])
        : respondToWords(body.transcript, session, setting, now)
    case 'image':
      return say(session, 'smalltalk', WORDS.image)
    case 'video':
      return say(session, 'smalltalk', WORDS.video)
    case 'link':
      return say(session, 'smalltalk', WORDS.link)
    case 'location': {
      const area = setting.knowledge.areaIn(body.label)
      return say(area ? { ...session, area: area.area } : session, 'smalltalk', location(body.label))
    }
    case 'followed': {
      const turn = say(session, 'smalltalk', WORDS.welcome, [...WAYS_IN])
      return { ...turn, effects: [{ kind: 'followed', scene: body.scene }] }
    }
    case 'unfollowed':
      return { session, reply: null, effects: [{ kind: 'unfollowed' }], decision: decide('silent') }
    case 'scanned':
      return say(session, 'smalltalk', WORDS.greeting, [...WAYS_IN])
    case 'tapped':
      return respondToWish(TAPS[body.key] ?? 'policies', '', session, setting, now)
    case 'unspoken':
      return { session, reply: null, effects: [], decision: decide('silent') }
  }
}

/** What the account's menu keys mean; see server/menu.ts. */
const TAPS: Record<string, Wish> = { policy: 'policies', help: 'help', progress: 'progress' }

function respondToWords(words: string, session: Session, setting: Setting, now: Date): Turn {
  const text = words.slice(0, MESSAGE_LIMIT).trim()
  if (text === '') return say(session, 'smalltalk', WORDS.empty)
  const danger = setting.knowledge.danger(text)
  if (danger) return respondToDanger(danger, text, session, setting, now)
  const chosen = chosenWords(text, session)
  if (chosen !== null) return consult(chosen, session, setting, now)
  const wish = readWish(text)
  if (wish) return respondToWish(wish, text, session, setting, now)
  return consult(text, session, setting, now)
}

/** The words a bare number stands for, when the last message offered that many. */
function chosenWords(text: string, session: Session): string | null {
  const number = /^[\s（(第]*([1-9１-９一二三])[\s).、。号个）]*$/.exec(text)?.[1]
  if (number === undefined) return session.choices.find((choice) => choice.label === text)?.says ?? null
  const index = '一二三'.includes(number) ? '一二三'.indexOf(number) : Number(number.normalize('NFKC')) - 1
  return session.choices[index]?.says ?? null
}

function respondToDanger(
  danger: DangerType,
  text: string,
  session: Session,
  setting: Setting,
  now: Date,
): Turn {
  const policies = setting.knowledge.search(text, chinaDay(now), 3).map((hit) => hit.policy.id)
  return {
    session: { ...session, topic: topicOf(policies[0], text, now) ?? session.topic, choices: [] },
    reply: { text: `${DANGER_ANSWERS[danger]}\n${WORDS.dangerCall}`, choices: [] },
    effects: [{ kind: 'danger', danger }],
    decision: { kind: 'danger', policies, danger, flow: null },
  }
}

function respondToWish(wish: Wish, text: string, session: Session, setting: Setting, now: Date): Turn {
  switch (wish) {
    case 'more':
      return session.rest === ''
        ? say(session, 'smalltalk', WORDS.nothingMore)
        : say({ ...session, rest: '' }, 'smalltalk', session.rest, session.choices)
    case 'cancel':
      return say({ ...session, topic: null, rest: '' }, 'smalltalk', WORDS.cancelled)
    case 'human':
      return { ...flow('human', WORDS.human, session), effects: [{ kind: 'human-asked' }] }
    case 'policies':
      return say({ ...session, topic: null }, 'smalltalk', WORDS.policies, [...WAYS_IN])
    case 'progress': {
      const [told] = likely(text, setting, now, 1)
      return flow('progress', WORDS.progress, {
        ...session,
        topic: topicOf(told?.id, text, now) ?? session.topic,
      })
    }
    case 'my-data':
      return flow('my-data', WORDS.myData, session)
    case 'greeting':
      return say(session, 'smalltalk', WORDS.greeting, [...WAYS_IN])
    case 'thanks':
      return say(session, 'smalltalk', WORDS.thanks, session.choices)
    case 'farewell':
      return say(session, 'smalltalk', WORDS.farewell, session.choices)
    case 'who-are-you':
      return say(session, 'smalltalk', WORDS.whoAreYou)
    case 'help':
      return respondToHelp(text, session, setting, now)
  }
}

/** Policies a message tells of clearly enough to be asked about next. */
function likely(text: string, setting: Setting, now: Date, limit: number): Policy[] {
  const hits = setting.knowledge.search(text, chinaDay(now), limit)
  return hits.filter((hit) => hit.score > TOLD_SCORE).map((hit) => hit.policy)
}

/** From this score on a plea tells what it is about; a bare 「我要求助」 does not. */
const TOLD_SCORE = 10

/** A plea for help: where to go now, and the policies that may serve. */
function respondToHelp(text: string, session: Session, setting: Setting, now: Date): Turn {
  const found = likely(text, setting, now, 2)
  const choices = found.map((policy) => ({
    label: shortTitle(policy.title),
    says: `${callName(policy)}怎么办`,
  }))
  const words = choices.length > 0 ? `${WORDS.help}\n${WORDS.helpPolicy}` : WORDS.help
  const topic = topicOf(found[0]?.id, text, now) ?? session.topic
  const turn = flow('help', words, { ...session, topic }, choices)
  return { ...turn, decision: { ...turn.decision, policies: found.map((policy) => policy.id) } }
}

function consult(text: string, session: Session, setting: Setting, now: Date): Turn {
  const { knowledge } = setting
  const area = knowledge.areaIn(text)?.area ?? session.area
  const remembered = { ...session, area }
  const finding = knowledge.consult(text, liveTopic(session, now), chinaDay(now))
  return { ...tell(finding, text, remembered, setting, now), effects: [] }
}

function tell(finding: Finding, text: string, session: Session, setting: Setting, now: Date): Turn {
  switch (finding.kind) {
    case 'answer': {
      const { policy } = finding
      const local = setting.knowledge.locals.find((one) => one.area === session.area) ?? null
      const answer = answerPolicy(policy, finding.aspect, local, chinaDay(now))
      const url = setting.pageUrl(policy, session.area)
      const reply: Reply = { text: answer.text, choices: answer.next }
      if (url) reply.link = { title: '看全文', url }
      const said = finding.followsUp ? (session.topic?.said ?? text) : text
      return {
        session: {
          ...session,
          topic: { policy: policy.id, said, at: now.toISOString() },
          choices: answer.next,
          rest: '',
        },
        reply,
        effects: [],
        decision: decide(
          'answer',
          [policy, ...finding.others].map((one) => one.id),
        ),
      }
    }
    case 'clarify': {
      const choices = finding.policies.map((policy) => ({
        label: policy.title,
        says: `${callName(policy)}${finding.aspect ? text.slice(0, 40) : ''}`,
      }))
      const topic = topicOf(finding.policies[0]?.id, text, now)
      const turn = say({ ...session, topic }, 'clarify', clarify(), choices)
      return {
        ...turn,
        decision: decide(
          'clarify',
          finding.policies.map((policy) => policy.id),
        ),
      }
    }
    case 'wish':
      return respondToWish(finding.wish, text, session, setting, now)
    case 'hotline':
      return say(session, 'answer', hotlineAnswer(finding.hotline), session.choices)
    case 'elsewhere':
      return say(session, 'abstain', elsewhere(finding.subject, finding.ask))
    case 'nothing':
      return say(session, 'abstain', WORDS.nothing)
  }
}

/** A subject for what is asked next, from what was told. */
function topicOf(policy: string | undefined, said: string, now: Date): Session['topic'] {
  return policy === undefined ? null : { policy, said, at: now.toISOString() }
}

/** The last subject, unless it is so long ago that people would not mean it any more. */
function liveTopic(session: Session, now: Date): Session['topic'] {
  if (!session.topic) return null
  return now.getTime() - Date.parse(session.topic.at) <= TOPIC_LIFETIME_MS ? session.topic : null
}

function say(session: Session, kind: Decision['kind'], text: string, choices: readonly Choice[] = []): Turn {
  return {
    session: { ...session, choices: [...choices] },
    reply: { text, choices },
    effects: [],
    decision: decide(kind),
  }
}

function flow(
  name: NonNullable<Decision['flow']>,
  words: string,
  session: Session,
  choices: readonly Choice[] = [],
): Turn {
  const turn = say(session, 'flow', words, choices)
  return { ...turn, decision: { ...decide('flow'), flow: name } }
}

function decide(kind: Decision['kind'], policies: string[] = []): Decision {
  return { kind, policies, danger: null, flow: null }
}
