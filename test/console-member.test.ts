/** Signing in to the console as a member of the office's WeCom, against a platform as strict as the real one. */
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { wecomApi } from '../bot/channels/wecom-api.ts'
import { NO_SECRETS } from '../server/console/accounts/account.ts'
import { MEMBER_WORDS, type MemberTrouble } from '../server/console/accounts/member-words.ts'
import { visitor } from './support/advisor-page.ts'
import { browserAt, consoleOffice, PASSWORD } from './support/console.ts'
import { MORNING } from './support/tickets.ts'
import { APP, wecomPlatform } from './support/wecom.ts'
import { clockAt } from './support/world.ts'

const PUBLIC = 'https://help.example.gov.cn'
const INSIDE = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) wxwork/4.1.22 MicroMessenger/7.0.1' }

/** An office whose console knows WeCom. */
async function office(more: Partial<Parameters<typeof consoleOffice>[0]> = {}) {
  const platform = await wecomPlatform(clockAt(MORNING.toISOString()))
  const api = wecomApi({
    corpId: APP.corpId,
    agentId: APP.agentId,
    secret: APP.secret,
    base: platform.base,
    fetch,
    now: clockAt(MORNING.toISOString()),
  })
  const own = await consoleOffice({
    publicUrl: PUBLIC,
    wecom: {
      kind: 'wecom',
      corpId: APP.corpId,
      agentId: APP.agentId,
      publicUrl: PUBLIC,
      userOf: api.memberOf,
    },
    ...more,
  })
  const at = () => {
    const browser = browserAt(own.base)
    const page = visitor(own.base, browser.cookies)
    /** To WeCom's page and back with the code of whoever scanned; null for somebody of another office. */
    const scan = async (userid: string | null, { to = '/', extra = '' } = {}) => {
      const away = await page.get(`/console/wecom?to=${encodeURIComponent(to)}`)
      const state = new URL(away.to).searchParams.get('state') ?? ''
      return page.get(`/console/wecom/back?code=${platform.signsIn(userid)}&state=${state}${extra}`)
    }
    return { ...browser, page, scan }
  }
  return { ...own, platform, at }
}
const refused = (why: MemberTrouble) => {
  expect(MEMBER_WORDS[why]).not.toBe('')
  return `/console/sign-in?refused=${why}`
}

test('is offered only where WeCom is configured', async () => {
  const { at } = await office()
  expect((await at().get('/sign-in/ways')).body).toEqual({ wecom: true })
  const without = await office({ wecom: null })
  expect((await without.at().get('/sign-in/ways')).body).toEqual({ wecom: false })
  expect((await without.at().page.get('/console/wecom')).to).toBe(refused('off'))
  expect((await without.at().page.get('/console/wecom/back?code=x&state=y')).to).toBe(refused('off'))
})

describe('somebody with an account', () => {
  test('scans a QR code at the desk, and inside WeCom needs no tap; both come back to where they were going', async () => {
    const { at, account } = await office()
    await account('li', ['street'], { person: { name: '李静', advisor: null, body: null, wecom: 'LiJing' } })
    const li = at()
    const desk = new URL((await li.page.get('/console/wecom?to=/requests/Q-0412-6')).to)
    expect(`${desk.origin}${desk.pathname}`).toBe('https://login.work.weixin.qq.com/wwlogin/sso/login')
    const { state = '', ...asked } = Object.fromEntries(desk.searchParams)
    expect(asked).toEqual({
      login_type: 'CorpApp',
      appid: APP.corpId,
      agentid: String(APP.agentId),
      redirect_uri: `${PUBLIC}/console/wecom/back`,
    })
    expect(state).toMatch(/^[0-9A-Za-z]{8,128}$/)
    const phone = new URL((await at().page.get('/console/wecom', { headers: INSIDE })).to)
    expect(`${phone.origin}${phone.pathname}${phone.hash}`).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize#wechat_redirect',
    )
    expect(phone.searchParams.get('redirect_uri')).toBe(`${PUBLIC}/console/wecom/back`)
    const back = await li.scan('lijing', { to: '/requests?view=all' })
    expect(back.to).toBe('/console/requests?view=all')
    for (const cookie of back.headers.getSetCookie())
      expect(cookie).toMatch(/^__Host-console.*HttpOnly; SameSite=.*; Secure$/)
    expect((await li.get('/me')).body).toMatchObject({ name: 'li', person: '李静' })
  })

  test('is taken for the advisor the roster knows them as, and one invited needs no password', async () => {
    const { at, account, store } = await office()
    await account('wangfang', ['advisor'], {
      state: 'invited',
      secrets: NO_SECRETS,
      person: { name: '王芳', advisor: 'wang', body: null },
    })
    const wang = at()
    expect((await wang.scan('wang')).to).toBe('/console/')
    expect((await wang.get('/me')).body).toMatchObject({ name: 'wangfang', password: false })
    expect((await store.get('accounts', 'id-of-wangfang'))?.state).toBe('active')
    const lines = await store.list('audit', 'ofActor', { equals: ['account:id-of-wangfang'], limit: 5 })
    expect(lines).toMatchObject([{ deed: 'signed-in', detail: { how: '企业微信' } }])
  })

  test('who has a second factor shows it all the same, once, and nobody else can for them', async () => {
    const { at, account, now } = await office()
    const secret = new Secret({ size: 20 }).base32
    const code = () =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now().getTime() })
    await account('li', ['street'], {
      secrets: { ...NO_SECRETS, factor: { secret, confirmed: true, step: 0 } },
      person: { name: '李静', advisor: null, body: null, wecom: 'lijing' },
    })
    const [li, other] = [at(), at()]
    expect((await li.scan('lijing', { to: '/wishes' })).to).toBe('/console/sign-in?code=1&to=%2Fwishes')
    expect((await li.get('/me')).code).toBe('not-signed-in')
    expect((await other.post('/sign-in/code', { code: code() })).code).toBe('not-signed-in')
    expect((await li.post('/sign-in/code', { code: '000000' })).code).toBe('wrong-code')
    expect((await li.post('/sign-in/code', { code: code() })).body).toMatchObject({ name: 'li' })
    expect((await li.get('/me')).status).toBe(200)
    await li.post('/sign-out')
    now.pass(30_000)
    expect((await li.post('/sign-in/code', { code: code() })).code).toBe('not-signed-in')
    await li.scan('lijing')
    now.pass(5 * 60_000)
    expect((await li.post('/sign-in/code', { code: code() })).code).toBe('not-signed-in')
  })

  test('without a password sets a second factor up soon after signing in, not later', async () => {
    const { at, account, now } = await office({ factorFor: 'all' })
    await account('li', ['street'], {
      secrets: NO_SECRETS,
      person: { name: '李静', advisor: null, body: null, wecom: 'lijing' },
    })
    const li = at()
    await li.scan('lijing')
    expect((await li.get('/requests')).code).toBe('second-factor-needed')
    now.pass(10 * 60_000)
    expect((await li.post('/me/factor/begin', { current: '' })).code).toBe('bad-value')
    await li.scan('lijing')
    expect((await li.post('/me/factor/begin', { current: '' })).status).toBe(200)
  })
})

describe('is refused in words', () => {
  test('whom no account knows, with what to tell the administrator; who has several; who was disabled', async () => {
    const { at, account } = await office()
    const person = { name: '李静', advisor: null, body: null, wecom: 'lijing' }
    expect((await at().scan('ZhangSan')).to).toBe(`${refused('unknown')}#ZhangSan`)
    await account('li', ['street'], { state: 'disabled', person })
    expect((await at().scan('lijing')).to).toBe(`${refused('disabled')}#lijing`)
    await account('li2', ['street'], { person })
    await account('li3', ['street'], { person })
    expect((await at().scan('lijing')).to).toBe(`${refused('several')}#lijing`)
    // One with neither is nobody's.
    await account('nobody', ['admin'])
    expect((await at().scan(null)).to).toBe(refused('outsider'))
  })

  test('who belongs to another corporation, and a code that was used, made up or is refused', async () => {
    const { at, account, platform } = await office()
    await account('li', ['street'], { person: { name: '李静', advisor: null, body: null, wecom: 'lijing' } })
    expect((await at().scan('lijing', { extra: '&appid=wwffffffffffffffff' })).to).toBe(refused('outsider'))
    const one = at()
    const stateOf = async () =>
      new URL((await one.page.get('/console/wecom')).to).searchParams.get('state') ?? ''
    const code = platform.signsIn('lijing')
    const back = async (given: string) =>
      (await one.page.get(`/console/wecom/back?code=${encodeURIComponent(given)}&state=${await stateOf()}`))
        .to
    expect(await back(code)).toBe('/console/')
    for (const spent of [code, 'made-up', '码']) expect(await back(spent)).toBe(refused('spent'))
    // Whoever taps 取消 comes back without one.
    expect(await back('')).toBe(refused('declined'))
  })

  test('while WeCom does not answer, without being counted as a failure', async () => {
    const { at, account, platform } = await office()
    await account('li', ['street'], { person: { name: '李静', advisor: null, body: null, wecom: 'lijing' } })
    platform.isDown({ status: 502 })
    for (let time = 0; time < 7; time++) expect((await at().scan('lijing')).to).toBe(refused('down'))
    platform.isDown(null)
    expect((await at().scan('lijing')).to).toBe('/console/')
    for (let time = 0; time < 5; time++) await at().scan('stranger')
    expect((await at().scan('lijing')).to).toBe(refused('too-often'))
  })

  test('what was not begun on this browser, is begun twice or comes too late', async () => {
    const { at, account, platform, now } = await office()
    await account('li', ['street'], { person: { name: '李静', advisor: null, body: null, wecom: 'lijing' } })
    const [mine, theirs] = [at(), at()]
    const stateOf = async (one: typeof mine) =>
      new URL((await one.page.get('/console/wecom')).to).searchParams.get('state') ?? ''
    const back = async (one: typeof mine, state: string) =>
      (await one.page.get(`/console/wecom/back?code=${platform.signsIn('lijing')}&state=${state}`)).to
    const [state] = [await stateOf(mine), await stateOf(theirs)]
    expect(await back(theirs, state)).toBe(refused('not-here'))
    expect((await theirs.get('/me')).code).toBe('not-signed-in')
    expect(await back(mine, state)).toBe('/console/')
    expect(await back(mine, state)).toBe(refused('not-here'))
    const late = await stateOf(mine)
    now.pass(10 * 60_000)
    expect(await back(mine, late)).toBe(refused('not-here'))
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:1', '/a\nb'])(
    'never leads away to %s',
    async (to) => {
      const { at, account } = await office()
      await account('li', ['street'], {
        person: { name: '李静', advisor: null, body: null, wecom: 'lijing' },
      })
      expect((await at().scan('lijing', { to })).to).toBe('/console/')
    },
  )
})

test('an administrator ties an account to one member of WeCom, and nobody else to the same', async () => {
  const { at, account } = await office()
  await account('boss', ['admin'])
  const boss = at()
  await boss.signIn('boss', PASSWORD)
  const rights = { person: '李静', roles: ['street'], areas: [], advisor: null, body: null }
  expect((await boss.post('/accounts', { ...rights, name: 'lijing', wecom: '坏 账号' })).code).toBe(
    'bad-value',
  )
  expect((await boss.post('/accounts', { ...rights, name: 'lijing', wecom: ' LiJing ' })).status).toBe(200)
  expect((await boss.post('/accounts', { ...rights, name: 'lijing2', wecom: 'lijing' })).text).toContain(
    '已经对着李静',
  )
  expect((await at().scan('lijing')).to).toBe('/console/')
  const { body } = await boss.get('/accounts')
  expect(JSON.stringify(body['accounts'])).toContain('"wecom":"LiJing"')
})
