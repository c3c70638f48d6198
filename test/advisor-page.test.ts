import { describe, expect, test, vi } from 'vitest'
import { type Outgoing, StoreError } from '../bot/store.ts'
import type { Roster } from '../flows/roster/advisors.ts'
import { NOTICES } from '../server/advisor-page/notices.ts'
import { IDLE_MS, SESSION_MS } from '../server/advisor-page/session.ts'
import { advisorOf, advisorPage, hiddenOf, rosterNow, visitor } from './support/advisor-page.ts'
import { FACTS, NUMBER } from './support/tickets.ts'

/** Nobody may read these who may not see who somebody is. */
const PERSONAL = ['唐秀英', '13812345678', '138 1234 5678', '3栋201', '透析', '11010519491231002X', '唐小妹']
const personalIn = (page: string) => PERSONAL.filter((one) => page.includes(one))

/** Signed in as somebody, without WeCom. */
async function as(id: string, more: Parameters<typeof advisorPage>[0] = {}) {
  const page = await advisorPage({ login: { kind: 'play' }, ...more })
  const browser = visitor(page.base)
  await browser.get(`/t/play?as=${id}`)
  return { ...page, browser }
}

describe('signing in', () => {
  test('goes through WeCom and back to the ticket that was tapped', async () => {
    const { base, open } = await advisorPage({ publicUrl: 'https://help.example.gov.cn' })
    await open()
    const browser = visitor(base)
    const away = await browser.get(`/t/${NUMBER}`)
    const { origin, pathname, searchParams, hash } = new URL(away.to)
    expect(away.status).toBe(302)
    expect(`${origin}${pathname}${hash}`).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize#wechat_redirect',
    )
    const { state = '', ...parameters } = Object.fromEntries(searchParams)
    expect(parameters).toEqual({
      appid: 'ww0123456789abcdef',
      redirect_uri: 'https://help.example.gov.cn/t/sign-in',
      response_type: 'code',
      scope: 'snsapi_base',
      agentid: '1000002',
    })
    expect(state).toMatch(/^[0-9A-Za-z]{8,128}$/)
    const back = await browser.get(`/t/sign-in?code=code-of-wang&state=${state}`)
    expect(back.to).toBe(`/t/${NUMBER}`)
    for (const cookie of back.headers.getSetCookie()) {
      expect(cookie).toMatch(
        /^__Host-advisor[\w-]*=[^;]*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      )
    }
    expect((await browser.get(back.to)).text).toContain('唐秀英')
  })

  test.each([
    ['code-of-boss', 'unknown'],
    ['code-of-outsider', 'outsider'],
    ['code-used', 'spent'],
    ['code-while-down', 'down'],
    ['', 'spent'],
  ] as const)('with the code “%s” ends in plain words: %s', async (code, notice) => {
    const { base } = await advisorPage()
    const browser = visitor(base)
    const { status, text } = await browser.signIn(code)
    expect([status, text.includes(NOTICES[notice].says)]).toEqual([NOTICES[notice].status, true])
    expect(browser.cookies.has('advisor')).toBe(false)
  })

  test('leads to a request or to 我的, never where an address says', async () => {
    const { base } = await advisorPage()
    const browser = visitor(base)
    for (const path of ['/t/%2F%2Fevil.example', '/t/..%2F..%2Fp', '/t/style']) {
      const state = new URL((await browser.get(path)).to).searchParams.get('state') ?? ''
      expect((await browser.get(`/t/sign-in?code=code-of-wang&state=${state}`)).to).toBe('/t')
      await browser.post('/t/sign-out', {})
    }
  })

  test('cannot be begun on one browser and ended on another, nor twice, nor much later', async () => {
    const { base, now } = await advisorPage()
    const [mine, theirs] = [visitor(base), visitor(base)]
    const stateOf = async (browser: typeof mine) =>
      new URL((await browser.get('/t')).to).searchParams.get('state') ?? ''
    const [state] = [await stateOf(mine), await stateOf(theirs)]
    const says = async (browser: typeof mine) =>
      (await browser.get(`/t/sign-in?code=code-of-wang&state=${state}`)).text
    expect(await says(theirs)).toContain(NOTICES['not-here'].says)
    await says(mine)
    expect(await says(mine)).toContain(NOTICES['not-here'].says)
    await mine.post('/t/sign-out', {})
    const later = await stateOf(mine)
    now.pass(10 * 60_000)
    const late = await mine.get(`/t/sign-in?code=code-of-wang&state=${later}`)
    expect(late.text).toContain(NOTICES['not-here'].says)
  })

  test('lasts while it is used, half an hour without, and a working day at most', async () => {
    const { base, now } = await advisorPage()
    const browser = visitor(base)
    await browser.signIn()
    const isIn = async () => (await browser.get('/t')).status === 200
    const end = now().getTime() + SESSION_MS
    while (now().getTime() + IDLE_MS < end) {
      expect(await isIn()).toBe(true)
      now.pass(IDLE_MS - 1000)
    }
    expect(await isIn()).toBe(true)
    now.pass(end - 1 - now().getTime())
    expect(await isIn()).toBe(true)
    now.pass(1)
    expect(await isIn()).toBe(false)
    await browser.signIn()
    now.pass(IDLE_MS)
    expect(await isIn()).toBe(false)
  })

  test('ends with leaving the roster, and with 退出', async () => {
    let roster: Roster = rosterNow()
    const { base } = await advisorPage({ roster: () => roster })
    const browser = visitor(base)
    await browser.signIn()
    await browser.post('/t/sign-out', {})
    expect((await browser.get('/t')).status).toBe(302)
    await browser.signIn()
    roster = { ...roster, advisors: new Map([['li', advisorOf('li', '李强', 'community', 'yaoxin')]]) }
    expect((await browser.get('/t')).text).toContain(NOTICES.unknown.says)
  })

  test('a cookie that was altered or made up is none', async () => {
    const { base } = await advisorPage()
    const browser = visitor(base)
    await browser.signIn()
    const kept = browser.cookies.get('advisor') ?? ''
    const forged = JSON.stringify({ advisor: 'wang', nonce: 'n', began: 0, seen: 0 })
    for (const cookie of [kept.slice(0, -1), kept.replace(/^./, 'x'), `${btoa(forged)}.`, 'x', '']) {
      browser.cookies.set('advisor', cookie)
      expect((await browser.get('/t')).status).toBe(302)
    }
  })

  test('without a WeCom application nobody gets in, and is told why', async () => {
    const { base } = await advisorPage({ login: null })
    expect(await visitor(base).get('/t')).toMatchObject({ status: 503 })
    expect((await visitor(base).get('/t/play?as=wang')).text).toContain(NOTICES['no-login'].says)
  })

  test('in the sandbox one chooses whom to play', async () => {
    const { base, open } = await advisorPage({ login: { kind: 'play' } })
    await open()
    const browser = visitor(base)
    const choice = await browser.get((await browser.get(`/t/${NUMBER}`)).to)
    expect(choice.text).toContain(`href="/t/play?as=zhao&amp;to=${NUMBER}"`)
    const chosen = await browser.get(`/t/play?as=zhao&to=${NUMBER}`)
    expect(chosen.to).toBe(`/t/${NUMBER}`)
    expect((await browser.get('/t/play?as=wang&to=//evil.example')).to).toBe('/t')
    // Nobody comes back from WeCom here; whoever kept the address may choose, too.
    expect(await browser.get('/t/sign-in?code=x&state=y')).toMatchObject({ status: 302, to: '/t/play' })
  })
})

describe('what an advisor sees', () => {
  test('is everything for the backbone of the area, and each look is kept', async () => {
    const { browser, open, store, now } = await as('wang')
    await open()
    const page = await browser.get(`/t/${NUMBER}`)
    expect(personalIn(page.text)).toEqual(PERSONAL)
    expect(page.text).toContain('href="tel:13812345678"')
    expect(page.text).toContain('尧化街道尧新社区')
    await browser.get(`/t/${NUMBER}`)
    now.pass(3_600_000 / 2)
    await browser.get(`/t/play?as=li`)
    await browser.get(`/t/${NUMBER}`)
    const looks = await store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 9 })
    expect(looks.map(({ by, deed }) => [by, deed])).toEqual([
      ['advisor:wang', 'seen'],
      ['advisor:wang', 'seen'],
      ['advisor:li', 'seen'],
    ])
  })

  test('is no person for a volunteer, until they have taken the request', async () => {
    const { browser, open, store } = await as('zhao')
    await open({ urgency: { level: 'urgent', reason: '唐秀英家里断粮' } })
    const before = await browser.get(`/t/${NUMBER}`)
    expect(personalIn(before.text)).toEqual([])
    expect([...before.text.matchAll(/name="_form" value="([^"]*)"/g)].map(([, form]) => form)).toEqual([
      '接单',
    ])
    expect(await store.list('audit', 'byAge', { equals: [], limit: 9 })).toEqual([])
    const { sent } = await browser.fill(NUMBER, '接单')
    expect((await browser.get(sent.to)).text).toContain('唐秀英')
  })

  test.each(['/t/Q-0412-7', '/t/Q-9999-9', `/t/${NUMBER}`, '/t/%3Cscript%3E', `/t/${NUMBER}/photo/0`])(
    'is nothing at %s for somebody of another place, in the same words as where nothing is',
    async (path) => {
      const { browser, open } = await as('sun')
      await open({ facts: { ...FACTS, photos: [{ kind: '身份证', media: 'm1' }] } })
      const { status, text } = await browser.get(path)
      expect(status).toBe(404)
      expect(text).toContain(NOTICES['no-ticket'].says)
      expect(personalIn(text)).toEqual([])
    },
  )

  test('of violence at home is nothing for the community, and its number is all a list says', async () => {
    const { browser, open } = await as('li')
    await open({ facts: { ...FACTS, difficulties: ['家暴'] } })
    const page = await browser.get(`/t/${NUMBER}`)
    expect(page.status).toBe(403)
    expect(page.text).toContain(NOTICES.shut.says)
    expect((await browser.get('/t')).text).not.toContain(NUMBER)
    await browser.get('/t/play?as=wang')
    expect((await browser.get(`/t/${NUMBER}`)).text).toContain('唐秀英')
    const list = (await browser.get('/t')).text
    expect(list).toContain(NUMBER)
    expect(personalIn(list)).toEqual([])
    expect(list).not.toContain('资金')
  })

  test('hostile names and stories are shown as they are, and nothing of them runs', async () => {
    const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`
    const { browser, open } = await as('wang')
    const facts = { ...FACTS, name: evil, place: evil, story: evil, household: evil, difficulties: [evil] }
    await open({ facts, urgency: { level: 'urgent', reason: evil } })
    await browser.fill(NUMBER, '联系', { 方式: '电话', 通没通: '通了', 说明: evil })
    const { sent } = await browser.fill(NUMBER, '联系', { 方式: evil, 通没通: evil, 说明: evil })
    for (const { text } of [sent, await browser.get(`/t/${NUMBER}`), await browser.get('/t')]) {
      expect(text).not.toMatch(/<script|<img/)
    }
    expect(sent.text).toContain('&lt;script&gt;')
  })

  test('may be kept by no cache, framed by nobody, and runs nothing', async () => {
    const { browser, open } = await as('wang')
    await open()
    for (const path of ['/t', `/t/${NUMBER}`, '/t/Q-0412-7']) {
      const { headers } = await browser.get(path)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      const csp = headers.get('content-security-policy') ?? ''
      expect(csp).toContain("default-src 'none'")
      expect(csp).toContain("frame-ancestors 'none'")
      expect(csp).not.toMatch(/unsafe|script-src|\*/)
    }
  })

  test('photos of papers are for whoever has the request, and are pictures', async () => {
    // One grey point.
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
      'base64',
    )
    const bytes: Record<string, Buffer> = { m1: png, m2: Buffer.from('<html><script>alert(1)</script>') }
    const { browser, open } = await as('wang', { readPhoto: async (media) => bytes[media] ?? null })
    const photos = ['m1', 'm2', 'm3'].map((media) => ({ kind: '身份证', media }))
    await open({ facts: { ...FACTS, photos } })
    expect((await browser.get(`/t/${NUMBER}/photo/0`)).status).toBe(404)
    await browser.fill(NUMBER, '接单')
    const photo = await browser.get(`/t/${NUMBER}/photo/0`)
    expect(photo.headers.get('content-type')).toBe('image/png')
    expect(photo.headers.get('x-content-type-options')).toBe('nosniff')
    expect(photo.headers.get('content-disposition')).toBe('inline; filename="photo.png"')
    expect(photo.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
    expect(photo.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    for (const place of ['1', '2', '3', 'x', '-1']) {
      expect((await browser.get(`/t/${NUMBER}/photo/${place}`)).status).toBe(404)
    }
  })
})

describe('what an advisor does', () => {
  const CALLED = { 方式: '电话', 通没通: '通了', 说明: '说好明天去' }

  test('moves the ticket, and the page says what was done', async () => {
    const { browser, open } = await as('wang')
    await open()
    const { sent } = await browser.fill(NUMBER, '联系', CALLED)
    expect([sent.status, sent.to]).toEqual([303, `/t/${NUMBER}?done=move`])
    const page = (await browser.get(sent.to)).text
    expect(page).toContain('办好了：联系。')
    expect(page).toContain('说好明天去')
    expect(page).toContain('救助顾问王芳')
  })

  test('is said not to be done while nothing can be stored, and can be done afterwards', async () => {
    const { browser, open, store, number } = await as('wang')
    await open()
    const full = vi.spyOn(store, 'transaction').mockRejectedValue(new StoreError('unavailable', 'disk full'))
    const looked = await browser.get(`/t/${number}`)
    expect([looked.status, looked.text.includes(NOTICES.unkept.says)]).toEqual([503, true])
    expect(personalIn(looked.text)).toEqual([])
    expect((await browser.get('/t')).status).toBe(200)
    full.mockRestore()
    const { sent } = await browser.fill(NUMBER, '联系', CALLED)
    expect(sent.to).toBe(`/t/${NUMBER}?done=move`)
  })

  test('is done once, however often it is tapped', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    const fields = { ...hiddenOf((await browser.get(`/t/${NUMBER}`)).text), _form: '联系', ...CALLED }
    const answers = await Promise.all([1, 2, 3].map(() => browser.post(`/t/${NUMBER}`, fields)))
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    const row = await store.get('tickets', NUMBER)
    expect(row?.ticket).toMatchObject({ seq: 2 })
  })

  test('is refused when somebody else was faster, and nothing typed is lost', async () => {
    const { browser, open, base } = await as('wang')
    await open()
    const seen = hiddenOf((await browser.get(`/t/${NUMBER}`)).text)
    const other = visitor(base)
    await other.get('/t/play?as=li')
    await other.fill(NUMBER, '接单')
    const late = await browser.post(`/t/${NUMBER}`, { ...seen, _form: '联系', ...CALLED })
    expect(late.status).toBe(422)
    expect(late.text).toContain('这张求助单刚才有了变化')
    expect(late.text).toContain('>说好明天去</textarea>')
    expect(late.text).toMatch(/value="通了" required checked/)
    expect(late.text).toContain('由李强负责')
    const again = await browser.post(`/t/${NUMBER}`, { ...hiddenOf(late.text), _form: '联系', ...CALLED })
    expect(again.status).toBe(303)
  })

  test('what is missing is said beside the form', async () => {
    const { browser, open } = await as('wang')
    await open()
    const { sent } = await browser.fill(NUMBER, '不予受理', { 理由: '户口不在本区' })
    expect(sent.status).toBe(422)
    expect(sent.text).toMatch(/<details class="move" name="move" open><summary>不予受理/)
    expect(sent.text).toContain('role="alert"')
    expect(sent.text).toContain('>户口不在本区</textarea>')
  })

  test('a colleague it goes to is one of the roster', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    expect((await browser.fill(NUMBER, '转给', { 姓名: 'nobody' })).sent.text).toContain(
      '请从名单里选一位同事',
    )
    await browser.fill(NUMBER, '转给', { 姓名: 'li' })
    expect((await store.get('tickets', NUMBER))?.ticket).toMatchObject({ owner: { id: 'li', name: '李强' } })
  })

  test('a paper and its day are asked for apart', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    const fields = { '材料@日期': '诊断证明', '材料@日期：日期': '2026-03-20' }
    expect((await browser.fill(NUMBER, '补材料', fields)).sent.status).toBe(303)
    expect((await store.get('tickets', NUMBER))?.ticket).toMatchObject({ papers: [{ name: '诊断证明' }] })
    const { sent } = await browser.fill(NUMBER, '补材料', { ...fields, '材料@日期：日期': '' })
    expect(sent.status).toBe(422)
    expect(sent.text).toContain('value="诊断证明"')
  })

  test('a visit is noted once, as a line in the chat would be', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    const missing = await browser.fill(NUMBER, '走访', { 方式: '上门', 情况: '孩子退烧了' })
    expect(missing.sent.status).toBe(422)
    expect(missing.sent.text).toContain('请选见没见到人')
    expect(missing.sent.text).toContain('>孩子退烧了</textarea>')
    const fields = {
      方式: '上门',
      见到人了吗: '见到了',
      情况: '母子都在，还缺诊断证明',
      愿不愿意申请: '愿意申请',
    }
    const { hidden, sent } = await browser.fill(NUMBER, '走访', fields)
    await browser.post(`/t/${NUMBER}`, { ...hidden, _form: '走访', ...fields })
    const page = (await browser.get(sent.to)).text
    expect(page).toContain('走访记下了。')
    expect(page).toMatch(/王芳<\/span><br><strong>上门，见到了<\/strong>/)
    const visits = await store.list('visits', 'ofSubject', { equals: [NUMBER], limit: 9 })
    expect(visits).toMatchObject([{ reached: true, detail: { willing: true, papers: ['诊断证明'] } }])
    expect((await store.get('tickets', NUMBER))?.ticket).toMatchObject({ seq: 2 })
  })

  test('words for the resident are sent once', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    const fields = {
      ...hiddenOf((await browser.get(`/t/${NUMBER}`)).text),
      _form: '对居民说',
      要说的话: '明天上午来',
    }
    for (let tap = 0; tap < 2; tap++) {
      const { to } = await browser.post(`/t/${NUMBER}`, fields)
      expect((await browser.get(to)).text).toContain('记下了，马上发给居民。')
    }
    const said: Outgoing[] = []
    for await (const row of store.scan('outbox')) said.push(row)
    expect(said.map(({ text }) => text)).toEqual(['明天上午来'])
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['from another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['with the token of another session', { _token: 'nonce' }, {}],
    ['as something else than a form', {}, { 'content-type': 'text/plain' }],
    ['without what every form carries', { _seq: 'x' }, {}],
  ])('a form sent %s does nothing', async (_name, fields, headers) => {
    const { browser, open, store } = await as('wang')
    await open()
    const hidden = hiddenOf((await browser.get(`/t/${NUMBER}`)).text)
    const sent = await browser.post(
      `/t/${NUMBER}`,
      { ...hidden, _form: '联系', ...CALLED, ...fields },
      headers,
    )
    expect(sent.status).toBe(403)
    expect((await store.get('tickets', NUMBER))?.ticket).toMatchObject({ seq: 1 })
  })

  test('a form filled in by somebody signed out, or of another place, does nothing', async () => {
    const { browser, open, store } = await as('wang')
    await open()
    const { hidden } = await browser.fill(NUMBER, '联系', CALLED)
    const later = { ...hidden, _seq: '2', _once: 'another-one', _form: '联系', ...CALLED }
    await browser.post('/t/sign-out', {})
    expect((await browser.post(`/t/${NUMBER}`, later)).status).toBe(403)
    await browser.get('/t/play?as=sun')
    const token = hiddenOf((await browser.get(`/t/${NUMBER}`)).text)
    expect((await browser.post(`/t/${NUMBER}`, { ...later, ...token })).status).not.toBe(303)
    expect((await store.get('tickets', NUMBER))?.ticket).toMatchObject({ seq: 2 })
  })
})

test('我的 lists what is theirs first, then what nobody has where they work', async () => {
  const { browser, open } = await as('wang')
  await open()
  expect((await browser.get('/t')).text).toMatch(/还没人接的（1）[\s\S]*唐某　尧化街道尧新社区　资金、服务/)
  await browser.fill(NUMBER, '接单')
  const mine = (await browser.get('/t')).text
  expect(mine).toContain('我负责的（1）')
  expect(personalIn(mine)).toEqual([])
  await browser.get('/t/play?as=sun')
  expect((await browser.get('/t')).text).not.toContain(NUMBER)
})
