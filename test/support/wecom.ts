/** A recording stand-in for WeCom on loopback, as strict as the platform: its robots, its application, its pushes. */
import { text as readAll } from 'node:stream/consumers'
import { XMLParser } from 'fast-xml-parser'
import WXBizMsgCrypt from 'wechat-crypto'
import { z } from 'zod'
import { fieldsOf, type Push, plainXml } from './wechat.ts'
import { serve } from './world.ts'

export const ROBOT_KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'
/** The application, as server/config.ts reads it. */
export const APP = {
  corpId: 'ww0123456789abcdef',
  agentId: 1000002,
  secret: 'app-secret-0123456789abcdef0123456789abcdef',
  token: 'wecomtoken',
  encodingAesKey: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
}
const crypt = new WXBizMsgCrypt(APP.token, APP.encodingAesKey, APP.corpId)
const parser = new XMLParser({ parseTagValue: false })

const robotSchema = z.strictObject({
  msgtype: z.literal('text'),
  text: z.strictObject({ content: z.string(), mentioned_list: z.array(z.string()).optional() }),
})
const chars = (most: number) => z.string().refine((text) => [...text].length <= most && text !== '')
const url = z.url()
/** Limits of 90236. */
const cardSchema = z.strictObject({
  card_type: z.literal('button_interaction'),
  main_title: z.strictObject({ title: chars(36) }),
  sub_title_text: chars(160).optional(),
  horizontal_content_list: z
    .array(z.strictObject({ keyname: chars(5), value: chars(26) }))
    .min(1)
    .max(6)
    .optional(),
  card_action: z.strictObject({ type: z.literal(1), url }).optional(),
  task_id: z.string().regex(/^[0-9A-Za-z_@-]{1,128}$/),
  button_list: z
    .array(
      z.union([
        z.strictObject({ text: chars(10), style: z.int().min(1).max(4), key: z.string().min(1).max(1024) }),
        z.strictObject({ text: chars(10), type: z.literal(1), url }),
      ]),
    )
    .min(1)
    .max(6),
})
export type SentCard = z.infer<typeof cardSchema>
const sendSchema = z.discriminatedUnion('msgtype', [
  z.strictObject({
    touser: z.string().min(1),
    agentid: z.int(),
    msgtype: z.literal('text'),
    text: z.strictObject({ content: z.string() }),
  }),
  z.strictObject({
    touser: z.string().min(1),
    agentid: z.int(),
    msgtype: z.literal('template_card'),
    template_card: cardSchema,
  }),
])
const updateSchema = z.strictObject({
  userids: z.array(z.string()).min(1).max(1000),
  agentid: z.int(),
  response_code: z.string().min(1),
  button: z.strictObject({ replace_name: z.string().min(1) }).optional(),
  template_card: cardSchema.optional(),
})

export interface RobotMessage {
  content: string
  mentions: readonly string[]
  at: Date
}
/** What a member sees in the application's chat. */
export interface ChatMessage {
  text: string | null
  card: SentCard | null
  /** What stands in place of the card's buttons. */
  replaced: string | null
  at: Date
}

/** What it answers instead of taking the next messages. */
export type Trouble =
  | { errcode: number }
  | { status: number }
  | 'taken, then cut off'
  /** The token it gave out is no longer good, from this message on. */
  | 'token revoked'
  | 'token ended'

/** A request that is never answered, ended by its own time limit. */
export const unanswered: typeof fetch = (_url, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })

const MINUTE_MS = 60_000
const CODE_MS = 72 * 60 * MINUTE_MS
const TOKEN_MS = 120 * MINUTE_MS

export async function wecomPlatform(now: () => Date) {
  const robots = new Map<string, RobotMessage[]>([[ROBOT_KEY, []]])
  const chats = new Map<string, ChatMessage[]>()
  const unlicensed = new Set<string>()
  const codes = new Map<string, { messages: Map<string, ChatMessage>; at: number; used: boolean }>()
  const tasks = new Map<string, Map<string, ChatMessage>>()
  const signIns = new Map<string, { userid: string | null; at: number }>()
  const media = new Map<string, string>()
  const requests: { path: string; body: string }[] = []
  const dropped: ChatMessage[] = []
  let trouble: Trouble[] = []
  let always: Trouble | null = null
  let token = { value: '', until: 0 }
  let counter = 0

  const isLately = (one: { at: Date }) => now().getTime() - one.at.getTime() < MINUTE_MS

  function getToken(query: URLSearchParams): object {
    if (query.get('corpid') !== APP.corpId) return { errcode: 40013 }
    if (query.get('corpsecret') !== APP.secret) return { errcode: 40001 }
    // Repeated calls return the same token while it is good.
    if (now().getTime() >= token.until)
      token = { value: `app-token-${++counter}`, until: now().getTime() + TOKEN_MS }
    return { errcode: 0, access_token: token.value, expires_in: (token.until - now().getTime()) / 1000 }
  }

  function tokenFault(query: URLSearchParams): number | null {
    const given = query.get('access_token') ?? ''
    if (given === '') return 41001
    if (given !== token.value) return 40014
    return now().getTime() >= token.until ? 42001 : null
  }

  function newCode(messages: Map<string, ChatMessage>): string {
    const code = `code-${++counter}`
    codes.set(code, { messages, at: now().getTime(), used: false })
    return code
  }

  function sendToMembers(body: string): object {
    const parsed = sendSchema.safeParse(JSON.parse(body))
    if (!parsed.success) return { errcode: 40058 }
    const { data } = parsed
    if (data.agentid !== APP.agentId) return { errcode: 40056 }
    if (data.msgtype === 'text' && data.text.content === '') return { errcode: 44004 }
    if (data.msgtype === 'template_card' && tasks.has(data.template_card.task_id)) return { errcode: 40058 }
    const to = data.touser.split('|')
    const unknown = to.filter((name) => !chats.has(name))
    const unable = to.filter((name) => unlicensed.has(name))
    const reached = to.filter((name) => chats.has(name) && !unlicensed.has(name))
    if (reached.length === 0 && unable.length === 0) return { errcode: 81013 }
    const taken = new Map<string, ChatMessage>()
    for (const name of reached) {
      const message: ChatMessage = {
        // Too long, it is cut without a word.
        text: data.msgtype === 'text' ? Buffer.from(data.text.content).subarray(0, 2048).toString() : null,
        card: data.msgtype === 'template_card' ? data.template_card : null,
        replaced: null,
        at: now(),
      }
      const chat = chats.get(name) ?? []
      // So is whatever is too much.
      if (chat.filter(isLately).length >= 30) dropped.push(message)
      else chat.push(message)
      taken.set(name, message)
    }
    if (data.msgtype === 'template_card') tasks.set(data.template_card.task_id, taken)
    return {
      errcode: 0,
      ...(unknown.length > 0 ? { invaliduser: unknown.join('|').toLowerCase() } : {}),
      ...(unable.length > 0 ? { unlicenseduser: unable.join('|').toLowerCase() } : {}),
      msgid: `msg-${++counter}`,
      ...(data.msgtype === 'template_card' ? { response_code: newCode(taken) } : {}),
    }
  }

  function updateCard(body: string): object {
    const parsed = updateSchema.safeParse(JSON.parse(body))
    if (!parsed.success || (parsed.data.button === undefined) === (parsed.data.template_card === undefined))
      return { errcode: 40058 }
    const { data } = parsed
    if (data.agentid !== APP.agentId) return { errcode: 40056 }
    const code = codes.get(data.response_code)
    if (!code || code.used || now().getTime() - code.at > CODE_MS) return { errcode: 40058 }
    code.used = true
    for (const name of data.userids) {
      const message = code.messages.get(name)
      if (!message) continue
      message.replaced = data.button?.replace_name ?? null
      if (data.template_card) message.card = data.template_card
    }
    return { errcode: 0, invaliduser: data.userids.filter((name) => !code.messages.has(name)) }
  }

  function memberOf(query: URLSearchParams): object {
    const code = query.get('code') ?? ''
    const signIn = signIns.get(code)
    signIns.delete(code)
    if (!signIn || now().getTime() - signIn.at > 5 * MINUTE_MS) return { errcode: 40029 }
    return signIn.userid === null
      ? { errcode: 0, openid: 'openid-of-somebody' }
      : { errcode: 0, userid: signIn.userid }
  }

  function sendToGroup(query: URLSearchParams, body: string): object {
    const group = robots.get(query.get('key') ?? '')
    if (!group) return { errcode: 93000 }
    const parsed = robotSchema.safeParse(JSON.parse(body))
    if (!parsed.success) return { errcode: 40008 }
    const { content, mentioned_list: mentions = [] } = parsed.data.text
    if (content === '') return { errcode: 44004 }
    if (Buffer.byteLength(content) > 2048) return { errcode: 45002 }
    if (group.filter(isLately).length >= 20) return { errcode: 45009 }
    group.push({ content, mentions, at: now() })
    return { errcode: 0 }
  }

  function answered(method: string, { pathname, searchParams: query }: URL, body: string): object {
    const path = `${method} ${pathname.replace('/cgi-bin/', '')}`
    if (path === 'GET gettoken') return getToken(query)
    if (path === 'POST webhook/send') return sendToGroup(query, body)
    const fault = tokenFault(query)
    if (fault !== null) return { errcode: fault }
    switch (path) {
      case 'POST message/send':
        return sendToMembers(body)
      case 'POST message/update_template_card':
        return updateCard(body)
      case 'GET auth/getuserinfo':
        return memberOf(query)
      default:
        return { errcode: 40058 }
    }
  }

  const base = await serve(async (request, response) => {
    const body = await readAll(request)
    const at = new URL(request.url ?? '', 'http://platform')
    requests.push({ path: at.pathname.replace('/cgi-bin/', ''), body })
    const answer = (said: object) => {
      const errmsg = 'errcode' in said && said.errcode === 0 ? 'ok' : 'some words, from ip: 1.2.3.4'
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ errmsg, ...said }))
    }
    const faced = at.pathname.endsWith('/gettoken') ? null : (trouble.shift() ?? always)
    if (faced === 'token revoked') token = { value: 'revoked', until: 0 }
    if (faced === 'token ended') token.until = 0
    if (faced !== null && typeof faced === 'object') {
      if ('errcode' in faced) return answer(faced)
      response.statusCode = faced.status
      response.end('<html>')
      return
    }
    const file = media.get(at.searchParams.get('media_id') ?? '')
    if (at.pathname === '/cgi-bin/media/get' && file !== undefined && tokenFault(at.searchParams) === null) {
      response.setHeader('content-type', 'image/jpeg')
      response.setHeader('content-disposition', 'attachment; filename="photo.jpg"')
      response.end(file)
      return
    }
    const said = answered(request.method ?? '', at, body)
    if (faced === 'taken, then cut off') response.destroy()
    else answer(said)
  })

  /** What a member of this name sees, the oldest first. */
  const chat = (userid: string): ChatMessage[] => {
    const found = chats.get(userid)
    if (!found) throw new Error(`${userid} is no member`)
    return found
  }
  const eventFields = (userid: string, event: string, more: Record<string, string | number> = {}) => ({
    ...commonFields(userid, now()),
    MsgType: 'event',
    Event: event,
    ...more,
  })
  return {
    base,
    requests,
    /** Messages beyond a member's 30 a minute: taken, and never shown. */
    dropped,
    /** The next messages meet this, one each. */
    meets: (...troubles: Trouble[]) => {
      trouble = troubles
    },
    /** From now on every message meets this; null for none. */
    isDown: (faced: Trouble | null) => {
      always = faced
    },
    /** Members the application may write to. */
    hasMembers: (...userids: string[]) => {
      for (const userid of userids) chats.set(userid, chats.get(userid) ?? [])
    },
    loses: (userid: string) => void chats.delete(userid),
    isUnlicensed: (userid: string) => void unlicensed.add(userid),
    hasRobot: (key: string) => void robots.set(key, robots.get(key) ?? []),
    hasMedia: (mediaId: string, bytes: string) => void media.set(mediaId, bytes),
    /** What the group of a robot reads. */
    group: (key: string = ROBOT_KEY): RobotMessage[] => robots.get(key) ?? [],
    chat,
    /** A code as OAuth hands it to a page; null for somebody who is no member. */
    signsIn: (userid: string | null): string => {
      const code = `oauth-${++counter}`
      signIns.set(code, { userid, at: now().getTime() })
      return code
    },
    /** What it pushes when a member writes. */
    says: (userid: string, words: string): Push =>
      appPush(textFields(userid, words, String(++counter), now()), now()),
    event: (userid: string, event: string, more?: Record<string, string | number>): Push =>
      appPush(eventFields(userid, event, more), now()),
    /** What it pushes when a member taps a button of the last card with such a button in their chat. */
    taps: (userid: string, key: string): Push => {
      const message = chat(userid).findLast(
        ({ card, replaced }) =>
          replaced === null && card?.button_list.some((button) => 'key' in button && button.key === key),
      )
      if (!message?.card) throw new Error(`${userid} sees no button ${key}`)
      const { task_id: TaskId, card_type: CardType } = message.card
      const ResponseCode = newCode(new Map([[userid, message]]))
      return appPush(
        eventFields(userid, 'template_card_event', { EventKey: key, TaskId, CardType, ResponseCode }),
        now(),
      )
    },
  }
}

const commonFields = (userid: string, at: Date) => ({
  ToUserName: APP.corpId,
  FromUserName: userid,
  CreateTime: Math.floor(at.getTime() / 1000),
  AgentID: APP.agentId,
})

/** The fields of a member's text. */
export const textFields = (userid: string, words: string, id: string, at: Date) => ({
  ...commonFields(userid, at),
  MsgType: 'text',
  Content: words,
  MsgId: id,
})

/** A sealed push to the application. */
export const appPush = (fields: Record<string, string | number>, at: Date): Push =>
  appXml(plainXml(fields), at)

export function appXml(xml: string, at: Date, nonce = '1372623149'): Push {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const encrypt = crypt.encrypt(xml)
  const query = new URLSearchParams({
    msg_signature: crypt.getSignature(timestamp, nonce, encrypt),
    timestamp,
    nonce,
  })
  return {
    path: `/wecom?${query}`,
    body: `<xml><ToUserName><![CDATA[${APP.corpId}]]></ToUserName><AgentID><![CDATA[${APP.agentId}]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  }
}

/** What a sealed answer to a member says; empty when it says nothing. */
export function openedAppAnswer(body: string): string {
  if (body === '') return ''
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = fieldsOf(parser.parse(body))
  if (crypt.getSignature(TimeStamp ?? '', Nonce ?? '', Encrypt ?? '') !== MsgSignature)
    throw new Error('answer not signed')
  const { message, id } = crypt.decrypt(Encrypt ?? '')
  if (id !== APP.corpId) throw new Error('answer for another company')
  return fieldsOf(parser.parse(message))['Content'] ?? ''
}

/** One group and its robot. */
export async function wecomGroup(now: () => Date) {
  const platform = await wecomPlatform(now)
  const { base, meets, isDown, requests } = platform
  return { base, read: platform.group(), requests: () => requests.length, meets, isDown }
}
