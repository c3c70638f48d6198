/**
 * A resident's tickets as the office side shows them, and the asking for them. The shapes are those of
 * server/sandbox/office.ts, stated again because they arrive as JSON and have to be read, not believed.
 */
import { isRecord, SendFailed } from './wire.ts'

export interface Case {
  /** Until when a person holds the conversation; null when nobody does. */
  held: string | null
  tickets: Ticket[]
}

export interface Ticket {
  number: string
  urgent: boolean
  about: string
  stage: string
  way: { word: string; state: string }[]
  clocks: { name: string; left: string; due: string; why: string; overdue: boolean }[]
  parts: { what: string; to: string; state: string; open: boolean }[]
  aid: string[]
  papers: { name: string; state: string; open: boolean }[]
  outcome: string[]
  moves: Move[]
}

export interface Move {
  form: string
  next: boolean
  usual: boolean
  fields: Field[]
}

export interface Field {
  name: string
  optional: boolean
  choices: { value: string; label: string }[]
  example: string
  /** What stands there to begin with. */
  filled: string
}

/** What somebody playing the office does. */
export type Deed =
  | { do: 'move'; number: string; form: string; values: Record<string, string> }
  | { do: 'say'; words: string }
  | { do: 'hand-back' }

/** How this resident's requests stand. */
export function fetchCase(resident: string): Promise<Case> {
  return ask(`/sandbox/tickets?resident=${resident}`, {})
}

/**
 * Does it, and resolves with how things stand then.
 *
 * @throws {SendFailed} with the reason, when it was refused or did not arrive
 */
export function doDeed(resident: string, deed: Deed): Promise<Case> {
  return ask(`/sandbox/deeds?resident=${resident}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(deed),
  })
}

/** Longer than anything here should take, in ms. */
const PATIENCE = 15_000

async function ask(url: string, init: RequestInit): Promise<Case> {
  return readCase(await asked(url, init))
}

/**
 * What the server answers, as JSON.
 *
 * @throws {SendFailed} with the reason, when it was refused or did not arrive
 */
export async function asked(url: string, init: RequestInit): Promise<unknown> {
  let response: Response
  let answer: unknown
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) })
    answer = await response.json().catch(() => null)
  } catch (cause) {
    throw new SendFailed('没有办成，请检查网络。', { cause })
  }
  if (response.ok) return answer
  const refusal = isRecord(answer) ? answer['error'] : null
  throw new SendFailed(typeof refusal === 'string' ? refusal : '服务器没能办成。')
}

function readCase(value: unknown): Case {
  const { held, tickets } = fieldsOf(value)
  return {
    held: typeof held === 'string' ? held : null,
    tickets: list(tickets, readTicket),
  }
}

function readTicket(value: unknown): Ticket {
  const ticket = fieldsOf(value)
  return {
    number: text(ticket['number']),
    urgent: ticket['urgent'] === true,
    about: text(ticket['about']),
    stage: text(ticket['stage']),
    way: list(ticket['way'], (one) => ({ word: textIn(one, 'word'), state: textIn(one, 'state') })),
    clocks: list(ticket['clocks'], (one) => ({
      name: textIn(one, 'name'),
      left: textIn(one, 'left'),
      due: textIn(one, 'due'),
      why: textIn(one, 'why'),
      overdue: isTrue(one, 'overdue'),
    })),
    parts: list(ticket['parts'], (one) => ({
      what: textIn(one, 'what'),
      to: textIn(one, 'to'),
      state: textIn(one, 'state'),
      open: isTrue(one, 'open'),
    })),
    aid: list(ticket['aid'], text),
    papers: list(ticket['papers'], (one) => ({
      name: textIn(one, 'name'),
      state: textIn(one, 'state'),
      open: isTrue(one, 'open'),
    })),
    outcome: list(ticket['outcome'], text),
    moves: list(ticket['moves'], (one) => ({
      form: textIn(one, 'form'),
      next: isTrue(one, 'next'),
      usual: isTrue(one, 'usual'),
      fields: list(fieldsOf(one)['fields'], readField),
    })),
  }
}

const readField = (value: unknown): Field => ({
  name: textIn(value, 'name'),
  optional: isTrue(value, 'optional'),
  choices: list(fieldsOf(value)['choices'], (one) => ({
    value: textIn(one, 'value'),
    label: textIn(one, 'label'),
  })),
  example: textIn(value, 'example'),
  filled: textIn(value, 'filled'),
})

export const fieldsOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const textIn = (value: unknown, name: string): string => text(fieldsOf(value)[name])
export const isTrue = (value: unknown, name: string): boolean => fieldsOf(value)[name] === true
export const list = <T>(value: unknown, read: (one: unknown) => T): T[] =>
  Array.isArray(value) ? value.map((one) => read(one)) : []
