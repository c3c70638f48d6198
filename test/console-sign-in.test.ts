import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { atAccountDesk } from '../server/console/accounts/desk.ts'
import { firstLink } from '../server/console/accounts/first.ts'
import { createPasswords, faultOf } from '../server/console/accounts/password.ts'
import { IDLE_MS, SIGNED_IN_MS } from '../server/console/accounts/sign-ins.ts'
import { consoleOffice, linkParts, PASSWORD } from './support/console.ts'

const HOUR_MS = 3_600_000

describe('the first administrator', () => {
  const FIRST = { name: 'LiJing', person: '李静', password: PASSWORD }

  test('comes in by the link on the terminal, once, and may do both kinds of work', async () => {
    const { store, now, browser } = await consoleOffice()
    const link = linkParts((await firstLink(store, now())) ?? '')
    const one = browser()
    expect((await one.post('/join/look', link)).body).toEqual({ first: true, name: '', person: '' })
    const joined = await one.post('/join', { ...link, ...FIRST })
    expect(joined.body).toMatchObject({ name: 'lijing', person: '李静', roles: ['管理员', '街道工作人员'] })
    expect((await one.get('/me')).status).toBe(200)
    expect((await browser().post('/join', { ...link, ...FIRST })).code).toBe('bad-link')
    expect(await firstLink(store, now())).toBeNull()
    expect((await browser().signIn('lijing')).status).toBe(200)
  })

  test.each([
    ['a day later', (office: Awaited<ReturnType<typeof consoleOffice>>) => office.now.pass(24 * HOUR_MS)],
    [
      'after the next start',
      ({ store, now }: Awaited<ReturnType<typeof consoleOffice>>) => firstLink(store, now()),
    ],
  ])('cannot use the link %s', async (_, happens) => {
    const office = await consoleOffice()
    const link = linkParts((await firstLink(office.store, office.now())) ?? '')
    await happens(office)
    expect((await office.browser().post('/join', { ...link, ...FIRST })).code).toBe('bad-link')
  })

  test('is told in words what cannot be a name or a password, and may try again', async () => {
    const { store, now, browser } = await consoleOffice()
    const link = linkParts((await firstLink(store, now())) ?? '')
    const join = async (more: object) => (await browser().post('/join', { ...link, ...FIRST, ...more })).text
    expect(await join({ password: '短密码' })).toContain('至少8位')
    expect(await join({ password: 'woaini1314' })).toContain('太常见')
    expect(await join({ name: '<b>' })).toContain('登录名要')
    expect(await join({ person: ' ' })).toContain('请写姓名')
    expect(await join({})).toContain('李静')
  })
})

test('a password may be any words; only short, common and one’s own names are refused', () => {
  expect(faultOf('我家门前有小河')).toContain('至少8位')
  expect([faultOf('我家门前有一条小河'), faultOf('        x'), faultOf('ｑｗｅｒｔｙｕｉ')]).toEqual([
    null,
    null,
    expect.stringContaining('太常见'),
  ])
  expect(faultOf('lijing-2026', ['LiJing-2026'])).toContain('太常见')
  expect(faultOf('长'.repeat(129))).toContain('最多128位')
})

test('a name that nobody has takes as long as one with a password, so that nobody learns which there are', async () => {
  const { hash, isRight } = createPasswords({ N: 2 ** 14, r: 8, p: 1 })
  const kept = await hash(PASSWORD)
  const took = async (known: string | null): Promise<number> => {
    const began = performance.now()
    expect(await isRight('不是这个密码', known)).toBe(false)
    return performance.now() - began
  }
  await took(kept)
  // Of several, for the machine may be at something else.
  const [known, nobody] = [kept, null].map(async (one) =>
    Math.min(await took(one), await took(one), await took(one)),
  )
  expect(await nobody).toBeGreaterThan(((await known) ?? 0) / 3)
})

describe('a sign-in', () => {
  test('is refused alike for a wrong name and a wrong password', async () => {
    const { account, browser } = await consoleOffice()
    await account('li', ['street'])
    const wrong = await browser().signIn('li', '不是这个密码')
    const nobody = await browser().signIn('nobody', PASSWORD)
    expect([wrong.status, wrong.text]).toEqual([401, nobody.text])
    expect(wrong.headers.getSetCookie()).toEqual([])
  })

  test('is put off after five failures from one address, whatever the password is then', async () => {
    const { account, browser } = await consoleOffice()
    await account('li', ['street'])
    for (let time = 0; time < 5; time++) await browser().signIn('li', `猜第${time}次的密码`)
    const late = await browser().signIn('li')
    expect([late.status, late.code]).toEqual([429, 'too-often'])
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('ends after half an hour without a request, and after twelve hours whatever happens', async () => {
    const { account, browser, now } = await consoleOffice()
    await account('li', ['street'])
    const idle = browser()
    await idle.signIn('li')
    now.pass(IDLE_MS - 1)
    expect((await idle.get('/me')).status).toBe(200)
    now.pass(IDLE_MS)
    expect((await idle.get('/me')).code).toBe('not-signed-in')
    const busy = browser()
    await busy.signIn('li')
    for (let passed = 0; passed < SIGNED_IN_MS - IDLE_MS; passed += IDLE_MS / 2) {
      now.pass(IDLE_MS / 2)
      expect((await busy.get('/me')).status).toBe(200)
    }
    now.pass(IDLE_MS - 1)
    await busy.get('/me')
    now.pass(1)
    expect((await busy.get('/me')).status).toBe(401)
  })

  test('has a cookie no script and no other site gets, and is kept only as a hash', async () => {
    const { account, browser, store } = await consoleOffice({ publicUrl: 'https://help.example.gov.cn' })
    await account('li', ['street'])
    const one = browser()
    const [cookie = ''] = (await one.signIn('li')).headers.getSetCookie()
    expect(cookie).toMatch(
      /^__Host-console=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    )
    const token = one.cookies.get('__Host-console') ?? ''
    const [row] = await store.list('sign_ins', 'ofAccount', { equals: ['id-of-li'], limit: 5 })
    expect(JSON.stringify(row)).not.toContain(token)
  })

  test('ends with signing out, a new password elsewhere, and a disabled account', async () => {
    const { account, browser } = await consoleOffice()
    await account('li', ['street'])
    await account('boss', ['admin'])
    const [here, there, boss] = [browser(), browser(), browser()]
    for (const one of [here, there]) await one.signIn('li')
    await boss.signIn('boss')
    const NEXT = '秋天的最后一片叶'
    expect((await here.post('/me/password', { current: '记错了的密码', password: NEXT })).status).toBe(422)
    await here.post('/me/password', { current: PASSWORD, password: NEXT })
    expect([(await here.get('/me')).status, (await there.get('/me')).status]).toEqual([200, 401])
    await there.signIn('li', NEXT)
    const token = there.cookies.get('console') ?? ''
    await there.post('/sign-out')
    there.cookies.set('console', token)
    expect((await there.get('/me')).status).toBe(401)
    await boss.post('/accounts/id-of-li/disable')
    expect((await here.get('/me')).status).toBe(401)
    expect((await here.signIn('li', NEXT)).code).toBe('not-allowed')
  })
})

describe('the second factor', () => {
  const codeOf = (secret: string, at: Date) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })

  test('is asked for once it is set up, and takes each code once', async () => {
    const { account, browser, now } = await consoleOffice()
    await account('li', ['street'])
    const one = browser()
    await one.signIn('li')
    const secret = String((await one.post('/me/factor/begin', { current: PASSWORD })).body['secret'])
    expect((await one.post('/me/factor/confirm', { code: '000000' })).code).toBe('wrong-code')
    expect((await one.post('/me/factor/confirm', { code: codeOf(secret, now()) })).status).toBe(200)
    const again = browser()
    expect((await again.signIn('li')).code).toBe('code-needed')
    const withCode = (code: string) => again.post('/sign-in', { name: 'li', password: PASSWORD, code })
    expect((await withCode(codeOf(secret, now()))).code).toBe('wrong-code')
    now.pass(30_000)
    expect((await withCode(codeOf(secret, now()))).status).toBe(200)
    expect((await withCode(codeOf(secret, now()))).code).toBe('wrong-code')
  })

  test('must be set up before anything else where the office demands it', async () => {
    const { account, browser, now } = await consoleOffice({ factorFor: 'admin' })
    await account('li', ['street'])
    await account('boss', ['admin'])
    const [li, boss] = [browser(), browser()]
    await li.signIn('li')
    expect((await boss.signIn('boss')).body).toMatchObject({ factorNeeded: true })
    expect((await li.get('/requests')).status).toBe(200)
    expect((await boss.get('/accounts')).code).toBe('second-factor-needed')
    const secret = String((await boss.post('/me/factor/begin', { current: PASSWORD })).body['secret'])
    await boss.post('/me/factor/confirm', { code: codeOf(secret, now()) })
    expect((await boss.get('/accounts')).status).toBe(200)
  })
})

describe('accounts', () => {
  const INVITE = {
    name: 'zhao',
    person: '赵阳',
    roles: ['street'],
    areas: ['yaohua'],
    advisor: null,
    body: null,
  }

  test('are opened by a link for the person alone, which is good once', async () => {
    const { account, browser } = await consoleOffice()
    await account('boss', ['admin'])
    const boss = browser()
    await boss.signIn('boss')
    const { body } = await boss.post('/accounts', INVITE)
    expect(String(body['link'])).toMatch(/^http:\/\/localhost:3000\/console\/join#[\w-]+\.[\w-]{43}$/)
    const link = linkParts(String(body['link']))
    const zhao = browser()
    expect((await zhao.signIn('zhao')).code).toBe('wrong-password')
    const joined = await zhao.post('/join', { ...link, password: PASSWORD })
    expect(joined.body).toMatchObject({ name: 'zhao', person: '赵阳', areas: ['尧化街道'] })
    expect((await browser().post('/join', { ...link, password: PASSWORD })).code).toBe('bad-link')
    expect((await boss.post('/accounts', INVITE)).text).toContain('已经有人用了')
  })

  test('are given within the giver’s areas only, and one who manages all is left', async () => {
    const { account, browser } = await consoleOffice()
    await account('boss', ['admin'])
    await account('head', ['admin'], { areas: ['yaohua'] })
    await account('far', ['street'], { areas: ['maigao'] })
    const [boss, head] = [browser(), browser()]
    await boss.signIn('boss')
    await head.signIn('head')
    const invite = async (more: object) => (await head.post('/accounts', { ...INVITE, ...more })).status
    expect([
      await invite({ areas: [] }),
      await invite({ areas: ['maigao'] }),
      await invite({ areas: ['yaoxin'] }),
    ]).toEqual([403, 403, 200])
    expect((await head.get('/accounts')).text).not.toContain('far同志')
    for (const deed of ['disable', 'link', 'enable']) {
      expect([deed, (await head.post(`/accounts/id-of-far/${deed}`)).status]).toEqual([deed, 404])
      expect([deed, (await head.post(`/accounts/id-of-boss/${deed}`)).status]).toEqual([deed, 404])
    }
    const { name: _, ...rights } = INVITE
    expect((await head.post('/accounts/id-of-boss/change', { ...rights })).status).toBe(404)
    expect((await boss.post('/accounts/id-of-boss/change', { ...rights, areas: [] })).text).toContain(
      '最后一位',
    )
    expect((await boss.post('/accounts/id-of-boss/disable')).text).toContain('自己')
  })

  test('take no advisor’s id for a name, and no role without what it needs', async () => {
    const { account, browser } = await consoleOffice()
    await account('boss', ['admin'])
    const boss = browser()
    await boss.signIn('boss')
    const says = async (more: object) => (await boss.post('/accounts', { ...INVITE, ...more })).text
    expect(await says({ name: 'wang' })).toContain('顾问')
    expect(await says({ roles: ['advisor'] })).toContain('哪一位顾问')
    expect(await says({ roles: ['partner'] })).toContain('单位名称')
    expect(await says({ roles: ['chief'] })).toContain('没有这种身份')
    expect(await says({ roles: [] })).toContain('至少选一种')
    expect(await says({ name: 'wang', roles: ['advisor'], advisor: 'wang' })).toContain('link')
  })

  test('are listed and let back in by whoever runs the machine, who is named in the audit log', async () => {
    const { account, browser, desk, store } = await consoleOffice()
    await account('boss', ['admin'])
    const boss = browser()
    await boss.signIn('boss')
    const ask = (asked: object) => atAccountDesk(desk, asked, { by: 'command:root' })
    expect(await ask({ accounts: 'list' })).toBe('boss　boss同志　管理员　在用')
    const { account: id, token } = linkParts(`#${await ask({ accounts: 'link', name: 'Boss' })}`)
    expect([(await boss.get('/me')).status, (await boss.signIn('boss')).status]).toEqual([401, 401])
    expect((await boss.post('/join', { account: id, token, password: '冬天的第一场大雪' })).status).toBe(200)
    await expect(ask({ accounts: 'link', name: 'nobody' })).rejects.toThrow('没有登录名是')
    const [line] = await store.list('audit', 'ofActor', { equals: ['command:root'], limit: 5 })
    expect(line).toMatchObject({ deed: 'granted', subject: 'account:id-of-boss' })
  })
})
