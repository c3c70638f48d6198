/**
 * What goes between this page and the server. The shapes are those of bot/message.ts, stated again because
 * they arrive as JSON and have to be read, not believed.
 */

/** What a resident can send from here. */
export type Body =
  | { kind: 'text'; text: string }
  | { kind: 'voice'; transcript: string | null }
  | { kind: 'image' }
  | { kind: 'location'; latitude: number; longitude: number; label: string }
  | { kind: 'followed'; scene: string | null }
  | { kind: 'tapped'; key: string }

/** What the assistant says. */
export interface Reply {
  text: string
  choices: { label: string; says: string }[]
  link?: { title: string; url: string }
}

/** Why a message was not answered, as a sentence to show. */
export class SendFailed extends Error {}

/** Longer than any answer should take; then the resident gets the message back to try again. */
const PATIENCE = 30_000
/** Wait before opening a stream anew after the server turned it down, in milliseconds; doubles up to the last. */
const REOPEN = { first: 1000, last: 30_000 }

/**
 * Sends one message and resolves with its direct answer, if there is one. Safe to repeat with the same `id`.
 *
 * @throws {SendFailed} when it did not arrive or was refused
 */
export async function post(resident: string, id: string, body: Body, late: boolean): Promise<Reply | null> {
  let response: Response
  let answer: unknown
  try {
    response = await fetch('/sandbox/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resident, id, late, body }),
      signal: AbortSignal.timeout(PATIENCE),
    })
    answer = await response.json().catch(() => null)
  } catch (cause) {
    throw new SendFailed('没有发出去，请检查网络。', { cause })
  }
  if (response.ok && isRecord(answer)) return readReply(answer['reply'])
  const refusal = isRecord(answer) ? answer['error'] : null
  throw new SendFailed(typeof refusal === 'string' ? refusal : '服务器没能处理这条消息。')
}

/** What {@link listen} tells about. */
export interface Hearing {
  replied(reply: Reply): void
  /** The resident's requests may stand differently now. */
  stirred(): void
  /** Something was told to the advisors, or written by one. */
  told(): void
  connected(yes: boolean): void
}

/** Hears what the server says unasked, reconnecting as long as it takes. Returns how to stop. */
export function listen(resident: string, hearing: Hearing): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = REOPEN.first
  const open = (): void => {
    source = new EventSource(`/sandbox/events?resident=${resident}`)
    source.addEventListener('open', () => {
      wait = REOPEN.first
      hearing.connected(true)
      // Whatever happened meanwhile was missed.
      hearing.stirred()
      hearing.told()
    })
    source.addEventListener('tickets', () => hearing.stirred())
    source.addEventListener('group', () => hearing.told())
    source.addEventListener('message', (event: MessageEvent<unknown>) => {
      const reply = typeof event.data === 'string' ? readReply(parse(event.data)) : null
      if (reply) hearing.replied(reply)
    })
    source.addEventListener('error', () => {
      hearing.connected(false)
      // The browser retries a lost connection by itself, but gives up on an error status, e.g. a proxy's 502.
      if (source.readyState !== EventSource.CLOSED) return
      clearTimeout(timer)
      timer = setTimeout(open, wait)
      wait = Math.min(wait * 2, REOPEN.last)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}

/** Reads a reply out of JSON; null when it is none. */
export function readReply(value: unknown): Reply | null {
  if (!isRecord(value) || typeof value['text'] !== 'string') return null
  const reply: Reply = { text: value['text'], choices: [] }
  if (Array.isArray(value['choices'])) {
    for (const choice of value['choices']) {
      if (!isRecord(choice)) continue
      const { label, says } = choice
      if (typeof label === 'string' && typeof says === 'string') reply.choices.push({ label, says })
    }
  }
  if (isRecord(value['link'])) {
    const { title, url } = value['link']
    if (typeof title === 'string' && typeof url === 'string') reply.link = { title, url }
  }
  return reply
}

/** Reads a body out of JSON; null when it is none. */
export function readBody(value: unknown): Body | null {
  if (!isRecord(value)) return null
  const { kind, text, transcript, latitude, longitude, label, scene, key } = value
  if (kind === 'text' && typeof text === 'string') return { kind, text }
  if (kind === 'voice') return { kind, transcript: typeof transcript === 'string' ? transcript : null }
  if (kind === 'image') return { kind }
  if (kind === 'location' && typeof latitude === 'number' && typeof longitude === 'number') {
    return { kind, latitude, longitude, label: typeof label === 'string' ? label : '' }
  }
  if (kind === 'followed') return { kind, scene: typeof scene === 'string' ? scene : null }
  if (kind === 'tapped' && typeof key === 'string') return { kind, key }
  return null
}

/** Whether it has fields to look at. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON, or null when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
