/** Whom a request comes from. A header is believed only where a proxy that the operator named has written it. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

/** Addresses of proxies, some of them as networks, e.g. `10.0.0.0/8`. */
export type Proxies = readonly string[]

/** Whether it is an address, or a network of them (CIDR). */
export function isProxy(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  if (most < 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}

/** Tells the client's address; empty when the connection is gone already. */
export type AddressOf = (request: IncomingMessage) => string

/** What no client on the net can have: whoever comes from there is a proxy of the operator's, or the operator. */
const NEAR: Proxies = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['::1', 'fc00::/7'],
]

/**
 * @param proxies who may say for whom they ask; each entry as {@link isProxy} has it
 * @param onUnnamed told once, when a proxy that was not named seems to stand before us
 */
export function createAddressOf(
  proxies: Proxies,
  onUnnamed: (address: string) => void = () => {},
): AddressOf {
  const trusted = listOf(proxies)
  const near = listOf(NEAR)
  let noticed = false
  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? '')
    const forwarded = request.headers['x-forwarded-for']
    if (forwarded === undefined) return peer
    if (!holds(trusted, peer)) {
      if (!noticed && holds(near, peer)) {
        noticed = true
        onUnnamed(peer)
      }
      return peer
    }
    // Each proxy adds at the right whom it was asked by; what stands left of the first unknown one, anybody can write.
    let client = peer
    for (const hop of hopsOf(forwarded).reverse()) {
      const address = plain(hop)
      if (isIP(address) === 0) return client
      client = address
      if (!holds(trusted, address)) return client
    }
    return client
  }
}

/** Whether it is this machine that asks, with nobody between. */
export function isThisMachine(request: IncomingMessage): boolean {
  const peer = plain(request.socket.remoteAddress ?? '')
  return (peer === '::1' || peer.startsWith('127.')) && request.headers['x-forwarded-for'] === undefined
}

const hopsOf = (forwarded: string | string[]): string[] =>
  [forwarded].flat().flatMap((line) => line.split(',').map((hop) => hop.trim()))

/** IPv4 as such, also where the socket is one for both. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

function listOf(proxies: Proxies): BlockList {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

const holds = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
