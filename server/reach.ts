/**
 * Which other machines the program asks: only those of its configuration, and Tencent's where it gives out pictures and
 * videos (OWASP ASVS 5.0, 13.2.4). A redirect leads nowhere (15.3.2), unless somebody asks to be led on; then each
 * step is looked at like the first.
 */
import { ChannelError } from '../bot/channels/channel.ts'
import type { Config } from './config.ts'

/** `showqrcode` is at mp.weixin.qq.com, and where a video lies WeChat says each time: a host below this name. */
const TENCENT = '.qq.com'
/** Nobody is led on further. */
const MOST_STEPS = 3

/** Where an Official Account is spoken with, as {@link reach} takes it. */
export const wechatHosts = (apiBase: string): string[] => [hostOf(apiBase), TENCENT]

/** The hosts of the platforms that an office named, likewise. */
export function platformHosts({
  officialAccount,
  wecomApiBase,
}: Pick<Config, 'officialAccount' | 'wecomApiBase'>): string[] {
  return [...(officialAccount ? wechatHosts(officialAccount.apiBase) : []), hostOf(wecomApiBase)]
}

/** The host of an address, with its port where it names one. Throws {@link TypeError} when it is none. */
export const hostOf = (address: string): string => new URL(address).host

/**
 * A fetch that asks these hosts alone.
 *
 * The returned function rejects with {@link ChannelError} `not-allowed` for any other, before anything is sent; the
 * address stays out of its words, as it may hold a token.
 *
 * @param hosts with their ports; `.name` stands for every host below that name
 */
export function reach(hosts: readonly string[], ask: typeof fetch = fetch): typeof fetch {
  const mayAsk = ({ host, protocol }: URL): boolean =>
    /^https?:$/.test(protocol) &&
    hosts.some((one) => (one.startsWith('.') ? host.endsWith(one) : host === one))
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input)
    for (let step = 0; step <= MOST_STEPS; step++) {
      if (!mayAsk(url))
        throw new ChannelError('not-allowed', 'refused', '要访问的地址不在配置里写的平台之内，没有访问')
      if (init?.redirect !== 'follow') return ask(input, { ...init, redirect: init?.redirect ?? 'error' })
      const response = await ask(url, { ...init, redirect: 'manual' })
      const next = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || next === null) return response
      await response.body?.cancel()
      url = new URL(next, url)
    }
    throw new ChannelError('not-allowed', 'refused', '平台让转到别的地址，转了太多次，没有再跟')
  }
}
