/**
 * Eight residents at once, each telling one request; then somebody else has their place. What they write is delivered
 * as WeChat delivers it: up to three times, at once or one after the other, and until somebody answers.
 */
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { WORDS } from '../../bot/wording.ts'
import { openedAnswer, type Push, sealedPush, textFields } from '../support/wechat.ts'
import { LANES, messageOf, SCRIPT } from './script.ts'

/** WeChat waits so long for an answer, in ms ("Passive user reply messages"). */
const PATIENCE_MS = 5_000
/** Between two rounds of deliveries that nobody answered, in ms: below a resident's own pace, see bot/pace.ts. */
const AGAIN_MS = 500
/** At most so many copies of a message at once. */
const COPIES = 3
/** The part of what was answered that is delivered once more all the same. */
const REPEATED = 0.3

/** One message, and what was answered to it. */
export interface Told {
  openid: string
  /** The request it belongs to, e.g. `a7`. */
  request: string
  isLast: boolean
  /** Different words, of which there should be one; none when the platform was told that they come by another way. */
  words: ReadonlySet<string>
}

export class Residents {
  /** By the id under which it is kept. */
  readonly told = new Map<string, Told>()
  /** Told that nothing is kept, which is no answer. */
  unkept = 0
  /** Deliveries that a server refused or failed at, and those that broke or came to nobody. */
  refused = 0
  broken = 0
  readonly #port: number
  readonly #random: () => number
  /** What the MsgIds of this run begin with, far below their 20 digits. */
  readonly #began = Date.now()
  #messages = 0
  #isStopping = false

  constructor(port: number, random: () => number) {
    this.#port = port
    this.#random = random
  }

  /** Resolves when everybody who was telling has come to their end; nobody begins any more. */
  async stop(telling: readonly Promise<void>[]): Promise<void> {
    this.#isStopping = true
    await Promise.all(telling)
  }

  async tell(lane: (typeof LANES)[number]): Promise<void> {
    for (let n = 0; !(this.#isStopping && n % SCRIPT.length === 0); n += 1) {
      const { request, step, text } = messageOf(lane, n)
      const openid = `o-${request}`
      const msgId = `${this.#began}${String(++this.#messages).padStart(6, '0')}`
      const words = await this.#delivered(openid, msgId, text.replace('13812345678', phoneOf(request)))
      const isLast = step === SCRIPT.length - 1
      this.told.set(`official-account:${openid}:${msgId}`, { openid, request, isLast, words })
    }
  }

  /** What is answered to a message, however often it is delivered. */
  async #delivered(openid: string, msgId: string, words: string): Promise<Set<string>> {
    const heard = new Set<string>()
    const deliver = async (copies: number): Promise<boolean> => {
      const all = Array.from({ length: copies }, () => this.#send(openid, msgId, words))
      const answers = (await Promise.all(all)).filter((answer) => answer !== null)
      for (const answer of answers) if (answer !== '') heard.add(answer)
      return answers.length > 0
    }
    while (!(await deliver(1 + Math.floor(this.#random() * COPIES)))) await setTimeout(AGAIN_MS)
    if (this.#random() < REPEATED) await deliver(1)
    return heard
  }

  /** What one delivery is answered, '' for nothing to say; null when it is not answered, or that nothing is kept. */
  async #send(openid: string, msgId: string, words: string): Promise<string | null> {
    const now = new Date()
    const push = sealedPush(textFields(openid, words, msgId, now), now, randomUUID())
    const { status, body } = await posted(this.#port, push)
    if (status === 200) {
      const answer = openedAnswer(body)
      if (answer !== WORDS.outage) return answer
      this.unkept += 1
    } else if (status === 0) this.broken += 1
    else this.refused += 1
    return null
  }
}

/** Each resident's own, so that nobody is taken for another who asked before. */
export function phoneOf(request: string): string {
  const lane = LANES.findIndex((one) => request.startsWith(one))
  return `138${String(lane * 1_000_000 + Number(request.slice(1))).padStart(8, '0')}`
}

/** Over a connection of its own; status 0 when it breaks, or nobody answers in time. */
function posted(port: number, { path, body }: Push): Promise<{ status: number; body: string }> {
  const broken = { status: 0, body: '' }
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) }
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const sent = request({
      port,
      path,
      headers,
      signal,
      agent: false,
      host: '127.0.0.1',
      method: 'POST',
    })
    sent.once('error', () => resolve(broken))
    sent.once('response', (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, body: answer }),
        () => resolve(broken),
      )
    })
    sent.end(body)
  })
}
