/**
 * WeCom's HTTP API as an application of one's own uses it: words and cards for members, and who a member is.
 *
 * Source: developer.work.weixin.qq.com 91039 (gettoken), 90236 (message/send), 94888 and 94945 (template cards),
 * 96442 (getuserinfo), 90254 (media/get) and "全局错误码".
 */
import { z } from 'zod'
import { TOO_OFTEN } from './advisor-channel.ts'
import type { ChannelError } from './channel.ts'
import {
  accessTokens,
  answerSchema,
  type Errcodes,
  type Media,
  notJson,
  platformApi,
  post,
  tokenSchema,
} from './platform-api.ts'
import type { ShareToken } from './shared-token.ts'
import { legalText } from './wechat-xml.ts'

/** How faults of WeCom are put. */
export const WECOM = {
  name: '企业微信',
  variable: 'WECOM_API_BASE',
  errcodesAt: '企业微信“全局错误码”',
} as const
/** The most a text message holds in UTF-8; the platform cuts a longer one without a word. */
export const APP_MAX_BYTES = 2048
/** Shorter than a resident in danger may wait, in ms. */
const TIMEOUT_MS = 5000

export interface WecomApiSettings {
  corpId: string
  agentId: number
  secret: string
  /** Without a path; `https://qyapi.weixin.qq.com` unless a test or a relay stands in. */
  base: string
  fetch: typeof fetch
  now: () => Date
  /** For one request including its answer; default 5000. */
  timeoutMs?: number
  /** The pause before a repeated request; default a timer. */
  wait?: (ms: number) => Promise<void>
  /** Has the access token shared with other processes; default: this one has its own. */
  share?: ShareToken
}

/** A card with buttons, within the limits of 90236. */
export interface TemplateCard {
  card_type: 'button_interaction'
  main_title: { title: string }
  sub_title_text?: string
  horizontal_content_list?: { keyname: string; value: string }[]
  card_action?: { type: 1; url: string }
  task_id: string
  button_list: ({ text: string; style: number; key: string } | { text: string; type: 1; url: string })[]
}

/** A message that was taken. */
export interface Sent {
  /** Members it did not reach all the same: outside the application's scope, or without a licence. */
  unreachable: string[]
  /** Lets the card be changed once, within 72 hours; null for anything but a card. */
  code: string | null
}

/** Every method throws {@link ChannelError} for whatever the platform did not accept. */
export interface WecomApi {
  /**
   * After code `timeout`, `network` or `http-5xx` a message may have arrived all the same. The platform's own
   * check for doubles stays off: it would swallow, as accepted, the second of two equal messages about two people.
   *
   * @param to members' userids, at most 1000
   * @param text at most {@link APP_MAX_BYTES}
   */
  sendText(to: readonly string[], text: string): Promise<Sent>
  sendCard(to: readonly string[], card: TemplateCard): Promise<Sent>
  /**
   * Changes a card in members' chats. The code is used up even when the answer is lost.
   *
   * @param change what the buttons are replaced with, or another card
   */
  updateCard(to: readonly string[], code: string, change: { replaced: string } | TemplateCard): Promise<void>
  /** Whose sign-in it was, by OAuth; null for somebody who is no member. Each code works once, for 5 minutes. */
  memberOf(code: string): Promise<string | null>
  /** Fetches what a member sent; the platform keeps it for three days. */
  media(mediaId: string): Promise<Media>
}

const TOKEN_CLASH = 'access_token 刚换新又被拒绝，请核对 WECOM_CORP_ID、WECOM_SECRET 是不是同一个企业的'
const APP_RIGHTS = '请核对 WECOM_AGENT_ID 与 WECOM_SECRET 是不是同一个应用的'

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export const WECOM_ERRCODES: Errcodes = {
  '-1': ['retry', '企业微信繁忙，稍后自动再试'],
  '40001': ['retry', TOKEN_CLASH],
  '40014': ['retry', TOKEN_CLASH],
  '42001': ['retry', TOKEN_CLASH],
  [TOO_OFTEN]: ['retry', '企业微信接口调用太频繁，稍后自动再试'],
  '45033': ['retry', '企业微信接口同时调用太多，稍后自动再试'],
  '40013': ['waiting', '企业ID不对，请核对 WECOM_CORP_ID'],
  '40056': ['waiting', `应用的 AgentId 不对，${APP_RIGHTS}`],
  '301002': ['waiting', `应用不能用这个 AgentId，${APP_RIGHTS}`],
  '48002': ['waiting', '应用没有这个接口的权限，请在管理后台的应用权限里开通'],
  '50001': [
    'waiting',
    '网页登录的域名不可信，请在应用的“网页授权及JS-SDK”里把 PUBLIC_URL 的域名设为可信域名',
  ],
  '60011': ['waiting', '应用没有权限，请在应用的“可见范围”里加上救助顾问'],
  '60020': ['waiting', '服务器 IP 不可信，请在应用的“企业可信IP”里加上'],
  '81013': ['refused', '收件人都收不到：请核对花名册里的成员账号，并在应用的“可见范围”里加上他们'],
  '82001': ['refused', '收件人都不对：请核对花名册里的成员账号'],
  '40003': ['refused', '成员账号不对，请核对花名册'],
  '60111': ['refused', '没有这个成员账号，请核对花名册'],
  '40008': ['refused', '企业微信不认识这种消息'],
  '40029': ['refused', '网页登录的 code 不对或用过了，请重新打开页面'],
  '40007': ['refused', 'media_id 无效或素材已过期（临时素材只保存 3 天）'],
  '40058': ['refused', '企业微信说内容不对；更新卡片时多半是卡片已经更新过，或超过 72 小时'],
  '44004': ['refused', '消息内容为空'],
  '45002': ['refused', `消息超过 ${APP_MAX_BYTES} 字节`],
}

/** A wrong secret stays wrong until somebody mends it; what is to be told waits for that. */
export const WECOM_TOKEN_ERRCODES: Errcodes = {
  '40001': ['waiting', '应用的 Secret 不对，请到管理后台“应用管理 → 自建应用”核对 WECOM_SECRET'],
}

const TOKEN_REJECTED = new Set(['40001', '40014', '42001'])

const names = z
  .string()
  .default('')
  .transform((text) => text.split('|').filter((name) => name !== ''))
const sentSchema = z.looseObject({
  errcode: z.literal(0),
  invaliduser: names,
  unlicenseduser: names,
  response_code: z.string().optional(),
})
const memberSchema = z.looseObject({ errcode: z.literal(0), userid: z.string().min(1).optional() })

/** @throws {TypeError} when `base` is not an address */
export function wecomApi(settings: WecomApiSettings): WecomApi {
  const { corpId, agentId, secret, base, fetch, now, timeoutMs = TIMEOUT_MS, wait, share } = settings
  const platform = platformApi({ ...WECOM, errcodes: WECOM_ERRCODES, base, fetch, timeoutMs, wait })

  const withToken = accessTokens({
    rejectedBy: TOKEN_REJECTED,
    // Asked earlier, the platform only repeats the token.
    renewEarlyMs: 0,
    now,
    share,
    ask: () =>
      platform.repeating(true, () => {
        const url = platform.at('/cgi-bin/gettoken', { corpid: corpId, corpsecret: secret })
        return platform.accepted(url, {}, tokenSchema, WECOM_TOKEN_ERRCODES)
      }),
  })

  function command<T>(path: string, body: object, answer: z.ZodType<T>): Promise<T> {
    return withToken((access_token) =>
      platform.repeating(false, () =>
        platform.accepted(platform.at(path, { access_token }), post(body), answer),
      ),
    )
  }

  async function send(to: readonly string[], message: object): Promise<Sent> {
    const body = { touser: to.join('|'), agentid: agentId, ...message }
    const sent = await command('/cgi-bin/message/send', body, sentSchema)
    // The platform answers in small letters, whatever the account is written in.
    const failed = new Set([...sent.invaliduser, ...sent.unlicenseduser].map((name) => name.toLowerCase()))
    const unreachable = to.filter((name) => failed.has(name.toLowerCase()))
    if (unreachable.length === to.length) throw platform.refusal(81013)
    return { unreachable, code: sent.response_code ?? null }
  }

  return {
    async sendText(to, text) {
      const content = legalText(text)
      if (Buffer.byteLength(content) > APP_MAX_BYTES) throw platform.refusal(45002)
      return { ...(await send(to, { msgtype: 'text', text: { content } })), code: null }
    },

    sendCard: (to, card) => send(to, { msgtype: 'template_card', template_card: card }),

    async updateCard(to, code, change) {
      const changed =
        'replaced' in change ? { button: { replace_name: change.replaced } } : { template_card: change }
      const body = { userids: to, agentid: agentId, response_code: code, ...changed }
      await command('/cgi-bin/message/update_template_card', body, answerSchema)
    },

    memberOf: async (code) => {
      const member = await withToken((access_token) =>
        // A code works once, so it is not tried again after an answer that was lost.
        platform.accepted(platform.at('/cgi-bin/auth/getuserinfo', { access_token, code }), {}, memberSchema),
      )
      return member.userid ?? null
    },

    media: (mediaId) =>
      withToken((access_token) =>
        platform.repeating(true, async () => {
          const url = platform.at('/cgi-bin/media/get', { access_token, media_id: mediaId })
          const medium = await platform.file(url, answerSchema)
          if ('answer' in medium) throw notJson('企业微信没有给出文件')
          return medium
        }),
      ),
  }
}
