/** A recording stand-in for WeCom's group robots on loopback, as strict as the platform. */
import { text as readAll } from 'node:stream/consumers'
import { z } from 'zod'
import { serve } from './world.ts'

export const ROBOT_KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'

const bodySchema = z.strictObject({
  msgtype: z.literal('text'),
  text: z.strictObject({ content: z.string(), mentioned_list: z.array(z.string()).optional() }),
})

export interface RobotMessage {
  content: string
  mentions: readonly string[]
  at: Date
}

/** What it answers instead of taking the next messages. */
export type Trouble = { errcode: number } | { status: number } | 'taken, then cut off'

/** A request that is never answered, ended by its own time limit. */
export const unanswered: typeof fetch = (_url, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

export async function wecomGroup(now: () => Date) {
  /** What the group reads. */
  const read: RobotMessage[] = []
  /** Every request, taken or not. */
  let requests = 0
  let trouble: Trouble[] = []
  let always: Trouble | null = null
  const base = await serve(async (request, response) => {
    requests++
    const body = await readAll(request)
    const answer = (errcode: number) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ errcode, errmsg: errcode === 0 ? 'ok' : 'some words, from ip: 1.2.3.4' }))
    }
    const faced = trouble.shift() ?? always
    if (faced !== null && faced !== 'taken, then cut off' && 'status' in faced) {
      response.statusCode = faced.status
      response.end('<html>')
      return
    }
    if (faced !== null && faced !== 'taken, then cut off') return answer(faced.errcode)
    const url = new URL(request.url ?? '', 'http://robot')
    if (request.method !== 'POST' || url.pathname !== '/cgi-bin/webhook/send') return answer(40058)
    if (url.searchParams.get('key') !== ROBOT_KEY) return answer(93000)
    const parsed = bodySchema.safeParse(JSON.parse(body))
    if (!parsed.success) return answer(40008)
    const { content, mentioned_list: mentions = [] } = parsed.data.text
    if (content === '') return answer(44004)
    if (Buffer.byteLength(content) > 2048) return answer(45002)
    const at = now()
    const lately = read.filter((one) => at.getTime() - one.at.getTime() < 60_000)
    if (lately.length >= 20) return answer(45009)
    read.push({ content, mentions, at })
    if (faced === 'taken, then cut off') response.destroy()
    else answer(0)
  })
  return {
    base,
    read,
    requests: () => requests,
    /** The next messages meet this, one each. */
    meets: (...troubles: Trouble[]) => {
      trouble = troubles
    },
    /** From now on every message meets this; null for none. */
    isDown: (faced: Trouble | null) => {
      always = faced
    },
  }
}
