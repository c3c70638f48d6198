/** What the assistant remembers of a conversation: explicit, readable, versioned data. */
import { z } from 'zod'

const Choice = z.object({ label: z.string(), says: z.string() })

/** How long a subject is taken to be still in mind, in ms; after a night's sleep people start anew. */
export const TOPIC_LIFETIME_MS = 12 * 60 * 60 * 1000

const SessionV1 = z.object({
  version: z.literal(1),
  /** The policy last talked about, which a following 「那要多少钱」 means. */
  topic: z.object({ policy: z.string(), said: z.string(), at: z.string() }).nullable(),
  /** What a number now chooses. */
  choices: z.array(Choice),
  /** Words that did not fit into the last message; 「继续」 brings them. */
  rest: z.string(),
  /** The area the resident has named as theirs, when its figures are known. */
  area: z.string().nullable(),
})
export type Session = z.infer<typeof SessionV1>

/** A conversation that has not begun. */
export const newSession = (): Session => ({ version: 1, topic: null, choices: [], rest: '', area: null })

/** Reads a stored session; one that cannot be read starts anew rather than stopping the conversation. */
export function readSession(state: unknown): Session {
  const parsed = SessionV1.safeParse(state)
  return parsed.success ? parsed.data : newSession()
}
