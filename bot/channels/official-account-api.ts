/**
 * The Official Account's HTTP API: speaking first, the menu, and what residents sent as media.
 *
 * Source: developers.weixin.qq.com "Get stable access token", "Send customer service message", "Send template
 * message", "Send subscription message" (bizsend), "Create custom menu", "Generate QR code with parameters",
 * "Get temporary materials" and "Global return codes".
 */
import { z } from 'zod'
import { plainText } from '../message.ts'
import { type AnnouncementTemplate, announcementData } from './announcement.ts'
import type { Announcement, Channel, ChannelError } from './channel.ts'
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

/** The platform takes 2048 bytes at most; one report names 2047, and its own client fails a little earlier. */
export const OFFICIAL_ACCOUNT_MAX_BYTES = 2000
/** The platform renews a token five minutes early and honours both meanwhile. */
const RENEW_EARLY_MS = 5 * 60 * 1000
/** The platform allows a forced renewal every 30 seconds and 20 times a day. */
const FORCE_APART_MS = 30 * 1000

export interface OfficialAccountApiSettings {
  appId: string
  secret: string
  /** `https://api.weixin.qq.com` unless a test or a relay stands in, which then gives out images of QR codes too. */
  base: string
  fetch: typeof fetch
  now: () => Date
  /** For one request including its answer; default 8000. */
  timeoutMs?: number
  /** The pause before a repeated request; default a timer. */
  wait?: (ms: number) => Promise<void>
  /** Has the access token shared with other processes; default: this one has its own. */
  share?: ShareToken
}

export type MenuItem =
  | { type: 'click'; name: string; key: string }
  | { type: 'view'; name: string; url: string }
  | { type: 'miniprogram'; name: string; url: string; appid: string; pagepath: string }

/** 1 to 3 buttons, each with up to 5 below it. */
export interface Menu {
  button: readonly (MenuItem | { name: string; sub_button: readonly MenuItem[] })[]
}

/** Every method throws {@link ChannelError} for whatever the platform did not accept. */
export interface OfficialAccountApi {
  /**
   * Sends a customer-service message: up to 5 within 48 hours of a resident's message, up to 3 within a
   * minute of a menu tap, scan or follow.
   *
   * After code `timeout`, `network` or `http-5xx` the message may have arrived all the same: repeating it
   * may show it twice.
   *
   * @param text at most {@link OFFICIAL_ACCOUNT_MAX_BYTES}
   */
  sendText(openid: string, text: string): Promise<void>
  /**
   * Announces news through a template the account chose. A template message is shown once however often it is
   * repeated within 10 minutes; a subscription message uses up one consent of the resident's (43101 when none is left).
   */
  announce(openid: string, template: AnnouncementTemplate, news: Announcement): Promise<void>
  /** Replaces the account's menu. Phones show it after some minutes. */
  setMenu(menu: Menu): Promise<void>
  /**
   * The image of a QR code of the account that never expires: whoever scans it comes with the scene.
   *
   * @param scene 1 to 64 characters; the account has 100,000 at most
   */
  qrCode(scene: string): Promise<Media>
  /** Fetches what a resident sent; the platform keeps it for three days. */
  media(mediaId: string): Promise<Media>
}

const codeSchema = z.object({ ticket: z.string().min(1) })
const videoSchema = z.object({ video_url: z.url({ protocol: /^https?$/ }) })

const SECRET_HINT = 'AppSecret 不对，请到公众平台「设置与开发 → 基本配置」核对 WECHAT_APP_SECRET'
const TOKEN_CLASH = 'access_token 刚换新又被拒绝，请检查是否有别的程序用同一个 AppID 强制换取 access_token'

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export const ERRCODES: Errcodes = {
  '-1': ['retry', '微信系统繁忙，稍后自动再试'],
  '40001': ['retry', TOKEN_CLASH],
  '40014': ['retry', TOKEN_CLASH],
  '42001': ['retry', TOKEN_CLASH],
  '45009': ['retry', '今天的接口调用次数已用完，次日恢复；也可在公众平台清零（每月 10 次）'],
  '45011': ['retry', '接口调用太频繁，稍后自动再试'],
  '45015': ['waiting', '居民 48 小时内没有来信，或已取消关注；等居民下次来信时一并送达'],
  '45047': ['waiting', '客服消息条数已到上限；等居民下次来信时一并送达'],
  '48001': ['waiting', '公众号没有客服消息接口权限（需已认证的服务号）；只能在居民来信时回复'],
  '40164': ['waiting', '服务器 IP 不在白名单，请到公众平台「设置与开发 → 基本配置 → IP 白名单」添加'],
  '40003': ['refused', 'openid 不属于这个公众号，请核对 WECHAT_APP_ID'],
  '43004': ['refused', '居民没有关注公众号'],
  '48002': ['refused', '居民拒收公众号消息'],
  '50005': ['refused', '居民没有关注公众号'],
  '45002': ['refused', '消息超过 2048 字节'],
  '44004': ['refused', '消息内容为空'],
  '40007': ['refused', 'media_id 无效或素材已过期（临时素材只保存 3 天）'],
  '45008': ['refused', '图文消息超过 1 篇'],
  '40037': ['refused', '模板 ID 不对，请核对 WECHAT_TEMPLATE_PROGRESS 或 WECHAT_SUBSCRIBE_PROGRESS'],
  '43019': ['refused', '居民在公众号的黑名单里'],
  '43101': ['refused', '居民没有同意接收订阅通知，或同意过的次数用完了'],
  '47003': ['refused', '模板的关键词对不上，请照模板详情核对 WECHAT_TEMPLATE_FIELDS'],
  '40018': ['refused', '菜单名称太长'],
}

/** The same codes say something else when they come from the token's own endpoint. */
export const TOKEN_ERRCODES: Errcodes = {
  '40001': ['refused', SECRET_HINT],
  '40125': ['refused', SECRET_HINT],
  '40013': ['refused', 'AppID 不对，请核对 WECHAT_APP_ID'],
  '40243': ['refused', 'AppSecret 已冻结，请到公众平台「设置与开发 → 基本配置」解冻'],
}

/** And from where QR codes are made: nobody tries those again by themselves. */
export const CODE_ERRCODES: Errcodes = {
  '-1': ['retry', '微信系统繁忙，请过几分钟再试'],
  '45011': ['retry', '接口调用太频繁，请过几分钟再试'],
  '45029': ['refused', '公众号的永久二维码到上限了（最多 10 万个），不能再做新的'],
  '48001': ['refused', '公众号没有做带参数二维码的权限（需已认证的服务号）'],
}

const TOKEN_REJECTED = new Set(['40001', '40014', '42001'])

/** @throws {TypeError} when `base` is not an address */
export function officialAccountApi(settings: OfficialAccountApiSettings): OfficialAccountApi {
  const { appId, secret, base, fetch, now, timeoutMs = 8000, wait, share } = settings
  const platform = platformApi({
    name: '微信',
    variable: 'WECHAT_API_BASE',
    errcodesAt: '公众平台「全局返回码」',
    errcodes: ERRCODES,
    base,
    fetch,
    timeoutMs,
    wait,
  })
  let forcedAt = Number.NEGATIVE_INFINITY

  const withToken = accessTokens({
    rejectedBy: TOKEN_REJECTED,
    renewEarlyMs: RENEW_EARLY_MS,
    now,
    share,
    async ask(rejected) {
      const token = await requestToken(false)
      // Asked normally, the platform repeats a token it believes in; forcing is rationed, so only then.
      if (token.access_token !== rejected || now().getTime() - forcedAt < FORCE_APART_MS) return token
      forcedAt = now().getTime()
      return requestToken(true)
    },
  })

  function requestToken(force: boolean) {
    const body = { grant_type: 'client_credential', appid: appId, secret, force_refresh: force }
    return platform.repeating(true, () =>
      platform.accepted(platform.at('/cgi-bin/stable_token'), post(body), tokenSchema, TOKEN_ERRCODES),
    )
  }

  async function command(path: string, body: object, harmless: boolean): Promise<void> {
    await withToken((access_token) =>
      platform.repeating(harmless, () =>
        platform.accepted(platform.at(path, { access_token }), post(body), answerSchema),
      ),
    )
  }

  /** The platform gives out images by another host than the one that makes them. */
  function imageOf(ticket: string): URL {
    const url = platform.at('/cgi-bin/showqrcode', { ticket })
    if (url.hostname.endsWith('.weixin.qq.com')) url.hostname = 'mp.weixin.qq.com'
    return url
  }

  return {
    sendText: (openid, text) =>
      // JSON would escape half a surrogate pair as \uXXXX, which the platform shows as it is.
      command(
        '/cgi-bin/message/custom/send',
        { touser: openid, msgtype: 'text', text: { content: legalText(text) } },
        false,
      ),

    announce: (openid, { kind, id, fields }, news) => {
      const message = { touser: openid, template_id: id, data: announcementData(fields, news) }
      return kind === 'template'
        ? command('/cgi-bin/message/template/send', { ...message, client_msg_id: news.id }, true)
        : command('/cgi-bin/message/subscribe/bizsend', message, false)
    },

    setMenu: (menu) => command('/cgi-bin/menu/create', menu, true),

    async qrCode(scene) {
      const body = { action_name: 'QR_LIMIT_STR_SCENE', action_info: { scene: { scene_str: scene } } }
      // Made twice, both codes bring the same scene.
      const { ticket } = await withToken((access_token) =>
        platform.repeating(true, () =>
          platform.accepted(
            platform.at('/cgi-bin/qrcode/create', { access_token }),
            post(body),
            codeSchema,
            CODE_ERRCODES,
          ),
        ),
      )
      return platform.repeating(true, async () => {
        const image = await platform.file(imageOf(ticket), z.unknown())
        if ('answer' in image || !image.type.startsWith('image/') || image.bytes.length === 0)
          throw notJson('微信没有给出二维码的图片，请检查 WECHAT_API_BASE 和网络出口')
        return image
      })
    },

    media: (mediaId) =>
      withToken((access_token) =>
        platform.repeating(true, async () => {
          const url = platform.at('/cgi-bin/media/get', { access_token, media_id: mediaId })
          const first = await platform.file(url, videoSchema)
          if (!('answer' in first)) return first
          const video = await platform.file(new URL(first.answer.video_url), z.unknown(), 'follow')
          if (!('answer' in video)) return video
          throw notJson('微信给出的视频地址上没有视频')
        }),
      ),
  }
}

/**
 * Speaks to residents through customer-service messages. A reply must fit `maxBytes`; cut longer ones before.
 *
 * @param template what announces news when these may not be sent; an account without one announces none
 */
export function officialAccountChannel(
  api: Pick<OfficialAccountApi, 'sendText' | 'announce'>,
  template?: AnnouncementTemplate,
): Channel {
  return {
    name: 'official-account',
    maxBytes: OFFICIAL_ACCOUNT_MAX_BYTES,
    send: (address, reply) => api.sendText(address, plainText(reply)),
    ...(template && { announce: (address, news) => api.announce(address, template, news) }),
  }
}
