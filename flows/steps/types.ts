/** The words flows speak: what is heard, what is asked, and where a conversation stands. Data, no behaviour. */

/** What a resident sent, as a flow hears it. */
export type Heard =
  | { kind: 'words'; text: string }
  /** A place shared from a map; `label` is its name or address, '' when the map gave none. */
  | { kind: 'place'; label: string; latitude: number; longitude: number }
  | { kind: 'photo'; media: string }

/** One thing to answer with by number or by its words; `says` is what choosing it means. */
export interface Choice {
  label: string
  says: string
}

/** One question, asked in one message. */
export interface Question {
  text: string
  choices: readonly Choice[]
}

/** What an answer came to. */
export type Read<A> =
  /** `note` is one short line for the resident, said before the next question. */
  | { kind: 'answer'; answers: A; note?: string }
  /** Answered in part, with more of the same to come, e.g. one photo of several: the step stays. */
  | { kind: 'part'; answers: A; note: string }
  /** Not an answer to this; `why` says kindly what was expected. */
  | { kind: 'unclear'; why: string }

/** One question of a flow. */
export interface Step<A> {
  id: string
  /** How the summary, 改第3项 and recaps call it, e.g. 住址. */
  label: string
  ask(answers: A): Question
  /** The same, shorter, for asking again; absent where the question is short anyway. */
  askAgain?(answers: A): Question
  /** The question in other words, for 听不懂. */
  simpler: string
  /** An answer to copy, shown after two that were not understood. */
  example: string
  /** Whether it needs asking, given what is known. */
  asked(answers: A): boolean
  read(heard: Heard, answers: A, now: Date): Read<A>
  /** What 跳过 makes of it; a string says why it cannot be skipped. */
  skip(answers: A): A | string
  /** Whether any words may be an answer, so that a question about policy must be told apart first. */
  free: 'story' | 'short' | null
  /** What answers it even where it sounds like a question: 你说急不急. */
  plainly?: RegExp
  /** What is known, for the summary; null when the summary does not show this step. */
  told(answers: A): string | null
}

/** A conversation with a purpose: steps asked in order, then a last one that confirms them. */
export interface Flow<A> {
  name: FlowName
  /** Rises whenever stored answers or steps change their meaning. */
  version: number
  /** How residents hear it called, e.g. 求助登记. */
  title: string
  steps: readonly Step<A>[]
  /** Nothing known yet. */
  empty: A
  /** Reads stored answers of this or an older version; null when nothing can be kept. */
  restore(answers: unknown, version: number): A | null
  /** Takes over what any words tell beside the answer asked for; `step` is the one being asked. */
  overhear(text: string, answers: A, step: string): A
  /** Keeps what words tell that answer nothing asked; null when they tell nothing. Absent where it matters not. */
  aside?(text: string, answers: A): { answers: A; note: string } | null
  /** Puts right what words say is wrong of an earlier answer, at any step but the last; null when they say nothing so. */
  putRight?(text: string, answers: A, step: string, now: Date): A | null
  /** Takes over what words of danger tell, so that nobody has to say it twice; absent where it matters not. */
  alarmed?(text: string, answers: A, now: Date): A
}

export type FlowName = 'help' | 'correct' | 'feedback'

/** Where a flow stands: explicit data that outlives the process. */
export interface FlowState<A> {
  flow: FlowName
  version: number
  step: string
  answers: A
  /** Steps answered or skipped, in that order. */
  trail: readonly string[]
  /** Answers in a row that were not understood. */
  wrong: number
  /** What was said when the flow had slept, kept until the resident chooses 继续 or 重来. */
  pending: Heard | null
  /** When the resident was last heard in this flow, UTC ISO 8601. */
  at: string
}

/** What a flow leads to. */
export type Advanced<A> =
  /** The step is asked, after the note. */
  | { kind: 'asks'; state: FlowState<A>; note: string; question: Question }
  /** The last step was confirmed. */
  | { kind: 'finished'; answers: A }
  /** The words answer nothing asked here; `state` is unchanged. See {@link stumble}. */
  | { kind: 'unclear'; state: FlowState<A>; why: string }
