/** How people sign in through WeCom, or in the sandbox by choosing whom to play. */
import { ChannelError } from '../../bot/channels/channel.ts'

/** Signing in with WeCom (developer.work.weixin.qq.com 构造网页授权链接, 获取访问用户身份). */
export interface WecomLogin {
  kind: 'wecom'
  corpId: string
  agentId: number
  /** Without a trailing slash; where the platform sends people back to. */
  publicUrl: string
  /** The platform's page inside WeCom; default {@link AUTHORIZE}. */
  authorize?: string
  /** The platform's page with a QR code, for browsers elsewhere; default {@link SCAN}. */
  scan?: string
  /**
   * Whose code it is, by their userid; null for somebody who is no member.
   *
   * @throws {ChannelError} `40029` when the code was used or is too old; else WeCom does not answer as it should
   */
  userOf: (code: string) => Promise<string | null>
}
export type Login = WecomLogin | { kind: 'play' }

const AUTHORIZE = 'https://open.weixin.qq.com/connect/oauth2/authorize'
const SCAN = 'https://login.work.weixin.qq.com/wwlogin/sso/login'

/**
 * Where a browser inside WeCom is sent. Some clients want the parameters in just this order.
 *
 * @param back the path people come back to
 */
export function authorizeUrl(login: WecomLogin, back: string, state: string): string {
  const parameters = {
    appid: login.corpId,
    redirect_uri: `${login.publicUrl}${back}`,
    response_type: 'code',
    scope: 'snsapi_base',
    state,
    agentid: String(login.agentId),
  }
  return `${login.authorize ?? AUTHORIZE}?${new URLSearchParams(parameters)}#wechat_redirect`
}

/** Where any other browser is sent: a QR code to scan with WeCom (构造企业微信登录链接). */
export function scanUrl(login: WecomLogin, back: string, state: string): string {
  const parameters = {
    login_type: 'CorpApp',
    appid: login.corpId,
    agentid: String(login.agentId),
    redirect_uri: `${login.publicUrl}${back}`,
    state,
  }
  return `${login.scan ?? SCAN}?${new URLSearchParams(parameters)}`
}

/** A code has at most 512 bytes. */
const CODE = /^[\x21-\x7e]{1,512}$/
/** The errcode of a code that was used or is older than five minutes. */
const SPENT = '40029'

/** Who came back from the platform, or why nobody knows. */
export type Came = { userid: string } | { why: 'outsider' | 'spent' | 'down'; error: unknown }

export async function whoCame(login: WecomLogin, code: string): Promise<Came> {
  if (!CODE.test(code)) return { why: 'spent', error: null }
  try {
    const userid = await login.userOf(code)
    return userid === null ? { why: 'outsider', error: null } : { userid }
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error
    return { why: error.code === SPENT ? 'spent' : 'down', error }
  }
}
