/** What the assistant remembers of a conversation: explicit, readable, versioned data. */
import { z } from 'zod'
import type { FlowState } from '../flows/steps/types.ts'
import { ASPECT_NAMES } from '../knowledge/aspect-names.ts'
import type { SessionRow } from './store.ts'

const Choice = z.object({ label: z.string(), says: z.string() })

const DAY_MS = 24 * 60 * 60 * 1000

/** How long a subject is taken to be still in mind, in ms; after a night's sleep people start anew. */
export const TOPIC_LIFETIME_MS = 12 * 60 * 60 * 1000

const SessionV1 = z.object({
  version: z.literal(1),
  /** The policy last talked about, which a following 「那要多少钱」 means. */
  topic: z
    .object({
      policy: z.string(),
      said: z.string(),
      /** `said` are titles of policies, and nobody's words. */
      ours: z.literal(true).optional(),
      /** The policy told beside it, which 两个能一起领吗 means as well. */
      beside: z.string().optional(),
      /** How many messages in a row it did not answer; 0 where left out. */
      loose: z.number().int().positive().optional(),
      /** What it is in general was told. */
      whole: z.literal(true).optional(),
      /** Which side of it the last answer told; `overview` when nothing more was asked. */
      told: z.enum(ASPECT_NAMES).optional(),
      at: z.string(),
    })
    .nullable(),
  /** A side asked about before it was said of what; the policy named next is asked about it. */
  side: z.enum(ASPECT_NAMES).nullable().default(null),
  /** What a number now chooses. */
  choices: z.array(Choice),
  /** Words that did not fit into the last message; 「继续」 brings them. */
  rest: z.string(),
  /** The area the resident has named as theirs, when its figures are known. */
  area: z.string().nullable(),
  /** While a person holds the conversation the assistant is quiet; see bot/turns/hold-turn.ts. */
  hold: z
    .object({
      since: z.string(),
      until: z.string(),
      /** When somebody last spoke to them in it: a person, or the assistant about the waiting. */
      spokenAt: z.string().optional(),
    })
    .nullable()
    .default(null),
  /** When a person was last asked for while nobody could be there. */
  unmetAt: z.string().optional(),
  /** When words of danger were last heard. */
  alarmedAt: z.string().nullable().default(null),
  /** Closed requests after which the resident was asked how they are; nobody is asked twice. */
  revisitAsked: z.array(z.string()).default([]),
})

const Heard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('words'), text: z.string() }),
  z.object({ kind: z.literal('place'), label: z.string(), latitude: z.number(), longitude: z.number() }),
  z.object({ kind: z.literal('photo'), media: z.string() }),
])
/** What a resident told about themselves: stored sealed, and apart, so that other turns cost no sealing. */
const Told = z.object({
  flow: z
    .object({
      flow: z.enum(['help', 'correct', 'feedback']),
      version: z.number(),
      step: z.string(),
      answers: z.unknown(),
      trail: z.array(z.string()),
      wrong: z.number(),
      pending: Heard.nullable(),
      at: z.string(),
    })
    .nullable(),
  /** What `rest` holds, when the words it is the rest of were personal. */
  rest: z.string(),
})

/** Where a conversation stands. */
export interface Session extends z.infer<typeof SessionV1> {
  /** The flow that runs, if one does. */
  flow: FlowState<unknown> | null
  /** Whether `rest` holds personal data. */
  personalRest: boolean
}

/** A conversation that has not begun. */
export const newSession = (): Session => ({
  version: 1,
  topic: null,
  side: null,
  choices: [],
  rest: '',
  area: null,
  hold: null,
  alarmedAt: null,
  revisitAsked: [],
  flow: null,
  personalRest: false,
})

/** Reads a stored session; one that cannot be read starts anew rather than stopping the conversation. */
export function readSession(row: Pick<SessionRow, 'state' | 'flow'> | undefined): Session {
  if (!row) return newSession()
  const parsed = SessionV1.safeParse(row.state)
  if (!parsed.success) return newSession()
  const session = { ...parsed.data, flow: null, personalRest: false }
  if (row.flow === null) return session
  const told = Told.safeParse(row.flow)
  if (!told.success) return session
  const { flow, rest } = told.data
  return { ...session, flow, ...(rest === '' ? {} : { rest, personalRest: true }) }
}

/** How long what was told is kept for who does not come back: before consent, and after it, in ms. */
const KEPT_MS = { told: DAY_MS, agreed: 30 * DAY_MS } as const

/** When a flow is forgotten unless its resident comes back, UTC ISO 8601. */
export function forgetAt({ at, trail }: FlowState<unknown>): string {
  return new Date(Date.parse(at) + (trail.length === 0 ? KEPT_MS.told : KEPT_MS.agreed)).toISOString()
}

/** The stored form of a session: what is plain, and what is to be sealed. */
export function sessionColumns(session: Session): Pick<SessionRow, 'state' | 'flow'> {
  const { flow, personalRest, version, topic, side, choices, rest, area, hold, alarmedAt, revisitAsked } =
    session
  const { unmetAt } = session
  // Named one by one, for every turn writes them: taking the rest of an object is slow.
  const plain: z.infer<typeof SessionV1> = {
    version,
    topic,
    side,
    choices,
    rest,
    area,
    hold,
    alarmedAt,
    revisitAsked,
  }
  if (unmetAt !== undefined) plain.unmetAt = unmetAt
  if (flow === null && !personalRest) return { state: plain, flow: null }
  return {
    state: personalRest ? { ...plain, rest: '' } : plain,
    flow: { flow, rest: personalRest ? plain.rest : '' },
  }
}
