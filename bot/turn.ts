/** What a message leads to, decided but not yet done. */

import { type AreaTree, NO_AREAS } from '../flows/roster/areas.ts'
import type { FlowName } from '../flows/steps/types.ts'
import type { Ticket } from '../flows/ticket/ticket.ts'
import type { DangerType } from '../knowledge/danger.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import type { Policy } from '../knowledge/policy.ts'
import type { Effect } from './effects.ts'
import type { Choice, Reply } from './message.ts'
import type { Pace } from './pace.ts'
import type { Session } from './session.ts'

/** Why the reply is what it is; read by `npm run ask`, tests and metrics. */
export interface Decision {
  kind: 'answer' | 'clarify' | 'abstain' | 'danger' | 'flow' | 'smalltalk' | 'silent' | 'outage'
  /** Policies told or offered, best first. */
  policies: string[]
  danger: DangerType | null
  flow: FlowName | 'progress' | 'my-data' | 'human' | null
}

/** What a message leads to. Nothing has happened yet: the caller commits it, then speaks. */
export interface Turn {
  session: Session
  reply: Reply | null
  effects: Effect[]
  decision: Decision
}

/** What the assistant knows of its surroundings when it decides. */
export interface Setting {
  knowledge: Knowledge
  /** Where a policy's page is, with an area's figures if one is known; null when pages have no public address. */
  pageUrl: (policy: Policy, area: string | null) => string | null
  /** When this process began; a flow older than it is told that nothing was lost. */
  startedAt: Date
  /** A keyed hash that recognises a value again without telling it. */
  fingerprint: (kind: string, value: string) => string
  /** Whether advisors hear of it when a resident asks for them; without that nobody is promised an answer. */
  advisorsReachable: () => boolean
}

/** What is true at the moment one message is decided. */
export interface Moment {
  /** The resident's id in the store. */
  resident: string
  /** The moment of arrival; decides which policies are in force, and every deadline. */
  now: Date
  /** Whether they write faster than anybody can. */
  pace: Pace
  /** The requests this resident has open or had, newest first. */
  tickets: readonly Ticket[]
  /** A number free to give to a ticket opened now, as far as is known; see flows/ticket/ticket-number.ts. */
  freshNumber: string
  /** The areas requests belong to; none unless a flow runs, for only a flow places any. */
  areas: AreaTree
  /** The scene of the QR code the resident came with, known when `areas` are. */
  scene: string | null
}

/** Of a moment at which no request is opened or corrected. */
export const NOWHERE: Pick<Moment, 'areas' | 'scene'> = { areas: NO_AREAS, scene: null }

/** A turn that only says something. */
export function say(
  session: Session,
  kind: Decision['kind'],
  text: string,
  choices: readonly Choice[] = [],
): Turn {
  return {
    session: { ...session, side: null, choices: [...choices] },
    reply: { text, choices },
    effects: [],
    decision: decide(kind),
  }
}

/** A turn inside a flow, or one of the conversations that are told as one. */
export function sayInFlow(
  name: NonNullable<Decision['flow']>,
  session: Session,
  text: string,
  choices: readonly Choice[] = [],
): Turn {
  const turn = say(session, 'flow', text, choices)
  return { ...turn, decision: { ...decide('flow'), flow: name } }
}

export function decide(kind: Decision['kind'], policies: string[] = []): Decision {
  return { kind, policies, danger: null, flow: null }
}
