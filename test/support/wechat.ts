/**
 * Plays WeChat's part: seals and signs what it pushes, opens what it is answered. Another library than ours. Makes QR
 * codes.
 */
import { createHash } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import WXBizMsgCrypt from 'wechat-crypto'
import { z } from 'zod'
import { saidInSuite } from './suite-log.ts'
import { serve } from './world.ts'

export const ACCOUNT = {
  appId: 'wxba5fad812f8e6fb9',
  secret: '0123456789abcdef0123456789abcdef',
  token: 'testtoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  original: 'gh_0123456789ab',
}
const crypt = new WXBizMsgCrypt(ACCOUNT.token, ACCOUNT.encodingAesKey, ACCOUNT.appId)
const parser = new XMLParser({ parseTagValue: false })

export interface Push {
  path: string
  body: string
}

/** A sealed push of some fields, as WeChat sends it in safe mode. */
export function sealedPush(fields: Record<string, string | number>, at: Date, nonce = '415670741'): Push {
  return sealedXml(plainXml(fields), at, nonce)
}

export function sealedXml(xml: string, at: Date, nonce = '415670741'): Push {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const encrypt = crypt.encrypt(xml)
  const query = new URLSearchParams({
    signature: sha1([ACCOUNT.token, timestamp, nonce]),
    timestamp,
    nonce,
    openid: 'unused',
    encrypt_type: 'aes',
    msg_signature: crypt.getSignature(timestamp, nonce, encrypt),
  })
  return {
    path: `/wechat?${query}`,
    body: `<xml><ToUserName><![CDATA[${ACCOUNT.original}]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  }
}

export function plainXml(fields: Record<string, string | number>): string {
  const inside = Object.entries(fields).map(([name, value]) =>
    typeof value === 'number' ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
  )
  return `<xml>${inside.join('')}</xml>`
}

/** The fields of a text message. */
export function textFields(openid: string, text: string, id: string, at: Date) {
  saidInSuite(openid)
  saidInSuite(text)
  return {
    ToUserName: ACCOUNT.original,
    FromUserName: openid,
    CreateTime: Math.floor(at.getTime() / 1000),
    MsgType: 'text',
    Content: text,
    MsgId: id,
  }
}

/** The fields of an event. */
export function eventFields(openid: string, event: string, at: Date, more: Record<string, string> = {}) {
  return {
    ToUserName: ACCOUNT.original,
    FromUserName: openid,
    CreateTime: Math.floor(at.getTime() / 1000),
    MsgType: 'event',
    Event: event,
    ...more,
  }
}

/** What a sealed answer says; empty when it says nothing. */
export function openedAnswer(body: string): string {
  if (body === '' || body === 'success') return ''
  const envelope: unknown = parser.parse(body)
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = fieldsOf(envelope)
  if (crypt.getSignature(TimeStamp ?? '', Nonce ?? '', Encrypt ?? '') !== MsgSignature)
    throw new Error('answer not signed')
  const { message, id } = crypt.decrypt(Encrypt ?? '')
  if (id !== ACCOUNT.appId) throw new Error('answer for another account')
  return fieldsOf(parser.parse(message))['Content'] ?? ''
}

export function fieldsOf(parsed: unknown): Record<string, string> {
  if (typeof parsed !== 'object' || parsed === null || !('xml' in parsed)) throw new Error('no <xml>')
  const { xml } = parsed
  if (typeof xml !== 'object' || xml === null) throw new Error('empty <xml>')
  return Object.fromEntries(Object.entries(xml).map(([name, value]) => [name, String(value)]))
}

/** A platform on loopback that gives a token, makes QR codes, and gives out their images. */
export async function codePlatform() {
  const scenes: string[] = []
  let errcode = 0
  const base = await serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://platform')
    if (pathname === '/cgi-bin/showqrcode') {
      const image = imageOf(scenes[Number(searchParams.get('ticket')?.slice(TICKET.length))] ?? '')
      response.setHeader('content-type', 'image/jpg').end(image)
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const made = () => scenes.push(sceneIn(JSON.parse(Buffer.concat(chunks).toString()))) - 1
    const answer =
      pathname === '/cgi-bin/stable_token'
        ? { access_token: 'the-token', expires_in: 7200 }
        : errcode !== 0
          ? { errcode, errmsg: 'refused' }
          : { ticket: `${TICKET}${made()}`, url: 'http://weixin.qq.com/q/x' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  return {
    base,
    /** Of the codes made, in order. */
    scenes,
    /** From now on; 0 makes codes again. */
    refuseWith: (code: number) => {
      errcode = code
    },
  }
}
const TICKET = 'gQ/+=='
/** The image of a scene's code. */
export const imageOf = (scene: string): Buffer => Buffer.from(`\xff\xd8\xff${scene}`, 'latin1')

function sceneIn(body: unknown): string {
  const parsed = z
    .strictObject({
      action_name: z.literal('QR_LIMIT_STR_SCENE'),
      action_info: z.strictObject({ scene: z.strictObject({ scene_str: z.string().min(1).max(64) }) }),
    })
    .parse(body)
  return parsed.action_info.scene.scene_str
}

const sha1 = (parts: string[]) =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
