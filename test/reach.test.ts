import { describe, expect, test } from 'vitest'
import { ChannelError } from '../bot/channels/channel.ts'
import { readConfig } from '../server/config.ts'
import { hostOf, platformHosts, reach } from '../server/reach.ts'
import { ACCOUNT } from './support/wechat.ts'
import { serve } from './support/world.ts'

/** Answers `status` with `location`, and notes what was asked. */
function machine(answers: Record<string, string> = {}) {
  const asked: string[] = []
  const fake: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    asked.push(`${init?.redirect} ${url}`)
    const location = answers[url]
    return location === undefined
      ? new Response('there')
      : new Response(null, { status: 302, headers: { location } })
  }
  return { fake, asked }
}
const refused = async (answer: Promise<Response>) => {
  const error = await answer.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ChannelError)
  return error instanceof ChannelError ? error.code : ''
}

describe('a machine that is asked', () => {
  test('is one that the office named, with its port', async () => {
    const { fake, asked } = machine()
    const ask = reach(['api.weixin.qq.com', '127.0.0.1:8080', '.qq.com'], fake)
    for (const url of ['https://api.weixin.qq.com/a', 'http://127.0.0.1:8080/', 'http://video.tc.qq.com/1'])
      expect(await (await ask(url)).text()).toBe('there')
    expect(asked).toHaveLength(3)
  })

  test.each([
    'https://evil.example/',
    'http://127.0.0.1/',
    'http://127.0.0.1:9090/',
    'http://169.254.169.254/latest/meta-data',
    'https://evilqq.com/',
    'https://qq.com.evil.example/',
    'https://api.weixin.qq.com@evil.example/',
    'https://mp.weixin.qq.com:8443/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('is never %s', async (url) => {
    const { fake, asked } = machine()
    const ask = reach(['api.weixin.qq.com', '127.0.0.1:8080', '.qq.com'], fake)
    expect(await refused(ask(url))).toBe('not-allowed')
    expect(
      await refused(
        ask(new Request(url.startsWith('http') ? url.replace(/\w+[.\w]+@/, '') : 'http://x.example/')),
      ),
    ).toBe('not-allowed')
    expect(asked).toEqual([])
  })

  test('is told nowhere else by a redirect', async () => {
    let elsewhere = 0
    const other = await serve((_, response) => {
      elsewhere++
      response.end('stolen')
    })
    const named = await serve((_, response) => {
      response.writeHead(302, { location: other }).end()
    })
    const ask = reach([hostOf(named), hostOf(other)])
    await expect(ask(named)).rejects.toThrow(/fetch failed/)
    const narrow = reach([hostOf(named)])
    expect(await refused(narrow(named, { redirect: 'follow' }))).toBe('not-allowed')
    expect(elsewhere).toBe(0)
  })

  test('may lead on who asks for it, three times and within what was named', async () => {
    const chain = {
      'https://a.qq.com/0': 'https://b.qq.com/1',
      'https://b.qq.com/1': '/2',
      'https://b.qq.com/2': 'http://c.qq.com/3',
    }
    const { fake, asked } = machine(chain)
    const ask = reach(['.qq.com'], fake)
    expect(await (await ask('https://a.qq.com/0', { redirect: 'follow' })).text()).toBe('there')
    expect(asked).toEqual([
      'manual https://a.qq.com/0',
      'manual https://b.qq.com/1',
      'manual https://b.qq.com/2',
      'manual http://c.qq.com/3',
    ])
    const endless = reach(['.qq.com'], machine({ 'https://a.qq.com/': 'https://a.qq.com/' }).fake)
    expect(await refused(endless('https://a.qq.com/', { redirect: 'follow' }))).toBe('not-allowed')
  })
})

test('an office asks the platforms it named, and Tencent only where it has an Official Account', () => {
  const env = { WECHAT_APP_ID: ACCOUNT.appId, WECHAT_APP_SECRET: ACCOUNT.secret, WECHAT_TOKEN: ACCOUNT.token }
  expect(platformHosts(readConfig(env))).toEqual(['api.weixin.qq.com', '.qq.com', 'qyapi.weixin.qq.com'])
  expect(platformHosts(readConfig({ ...env, WECHAT_API_BASE: 'http://10.0.0.7:8080/wx' }))).toContain(
    '10.0.0.7:8080',
  )
  expect(platformHosts(readConfig({}))).toEqual(['qyapi.weixin.qq.com'])
})
