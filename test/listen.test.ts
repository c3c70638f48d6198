import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../server/config.ts'
import { listen } from '../server/listen.ts'
import { serve } from './support/world.ts'

/** What is said when the port or the address cannot be had. */
async function refusal(port: number, host: string): Promise<string> {
  const server = createServer()
  onTestFinished(() => void server.close())
  const error = await listen(server, { port, host }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConfigError)
  return error instanceof Error ? error.message : ''
}

test('a port somebody else has is refused with its number', async () => {
  const taken = Number(new URL(await serve((_, response) => response.end())).port)
  expect(await refusal(taken, '127.0.0.1')).toContain(`PORT：${taken} 已被别的程序占用`)
})

test('an address that is not of this machine is refused by name', async () => {
  expect(await refusal(0, '192.0.2.1')).toContain('HOST：192.0.2.1 不是这台机器的地址')
})

test('a free port is taken', async () => {
  const server = createServer()
  onTestFinished(() => void server.close())
  await listen(server, { port: 0, host: '127.0.0.1' })
  expect(server.listening).toBe(true)
})
