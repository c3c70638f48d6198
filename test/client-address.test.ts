import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { createAddressOf, isProxy, isThisMachine } from '../server/client-address.ts'

/** A request that came over a connection from `peer`. */
function request(peer: string, forwarded?: string | string[]): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const message = new IncomingMessage(socket)
  if (forwarded !== undefined) message.headers['x-forwarded-for'] = forwarded
  return message
}

describe("a client's address", () => {
  test('is the one of the connection, whatever a header says', () => {
    const addressOf = createAddressOf([])
    expect(addressOf(request('203.0.113.9'))).toBe('203.0.113.9')
    expect(addressOf(request('203.0.113.9', '198.51.100.1'))).toBe('203.0.113.9')
    expect(addressOf(request('127.0.0.1', '198.51.100.1'))).toBe('127.0.0.1')
    expect(addressOf(request('::ffff:203.0.113.9'))).toBe('203.0.113.9')
  })

  test.each([
    ['one hop', '198.51.100.1', '198.51.100.1'],
    ['what the client wrote itself is left of it', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['a second proxy of ours', '6.6.6.6, 198.51.100.1, 10.0.0.7', '198.51.100.1'],
    ['several lines', ['6.6.6.6', '198.51.100.1'], '198.51.100.1'],
    ['IPv6', '2001:db8::7', '2001:db8::7'],
    ['IPv4 as IPv6', '::ffff:198.51.100.1', '198.51.100.1'],
    ['no address', 'unknown', '10.0.0.3'],
    ['nothing', '', '10.0.0.3'],
    ['rubbish beyond our own', 'x"><script>, 10.0.0.7', '10.0.0.7'],
    ['only our own', '10.0.0.9, 10.0.0.7', '10.0.0.9'],
  ])('is told by a proxy that was named: %s', (_what, forwarded, client) => {
    const addressOf = createAddressOf(['10.0.0.0/8', 'fd00::/8'])
    expect(addressOf(request('10.0.0.3', forwarded))).toBe(client)
  })

  test('is not told by a neighbour of the proxy', () => {
    const addressOf = createAddressOf(['10.0.0.3'])
    expect(addressOf(request('10.0.0.4', '198.51.100.1'))).toBe('10.0.0.4')
  })

  test('is said once to be missing, where a proxy was forgotten', () => {
    const unnamed = vi.fn()
    const addressOf = createAddressOf([], unnamed)
    addressOf(request('203.0.113.9', '198.51.100.1'))
    expect(unnamed).not.toHaveBeenCalled()
    addressOf(request('172.17.0.1', '198.51.100.1'))
    addressOf(request('172.17.0.1', '198.51.100.2'))
    expect(unnamed.mock.calls).toEqual([['172.17.0.1']])
  })
})

test('a proxy is an address or a network of them', () => {
  for (const one of ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])
    expect([one, isProxy(one)]).toEqual([one, true])
  for (const one of ['nginx', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::1/129', '1.2.3.4/8/8', '*'])
    expect([one, isProxy(one)]).toEqual([one, false])
})

test('this machine asks itself only where nobody stands between', () => {
  expect(isThisMachine(request('127.0.0.1'))).toBe(true)
  expect(isThisMachine(request('::1'))).toBe(true)
  expect(isThisMachine(request('::ffff:127.0.0.1'))).toBe(true)
  expect(isThisMachine(request('127.0.0.1', '127.0.0.1'))).toBe(false)
  expect(isThisMachine(request('192.168.1.4'))).toBe(false)
})
