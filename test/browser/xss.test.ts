/** Fifty texts that run where they are taken for markup, in a real browser; run `npm run build` first. */
import { beforeAll, expect, test } from 'vitest'
import { DESKTOP, launchBrowser, openPage } from '../support/browser.ts'
import { PASSWORD } from '../support/console.ts'
import { goWithin } from '../support/console-page.ts'
import { hostileOffice, numberOf, OWNER, PAYLOADS, policyOf, RESIDENT } from '../support/hostile.ts'

let browser: Awaited<ReturnType<typeof launchBrowser>>
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

/** What {@link PAYLOADS} call, in every frame: tells the test, whatever page is open. */
const TELL = `globalThis.ran = (at) => console.error('ran ' + at)`
/** Some are looked at by themselves. */
const SOME = [0, 8, 46, 47]
/** In what people write one at a time, as much as a message holds. */
const parcels = (most: number): string[] => {
  const all: string[] = []
  for (const text of PAYLOADS) {
    const last = all.at(-1)
    if (last !== undefined && last.length + text.length < most) all[all.length - 1] = `${last}\n${text}`
    else all.push(text)
  }
  return all
}

test('put in as markup they run, and on our pages none of them does', { timeout: 180_000 }, async () => {
  const { base } = await hostileOffice()
  const { page, complaints } = await openPage(browser, { ...DESKTOP })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', (dialog) => void dialog.dismiss())
  await page.addInitScript({ content: TELL })
  const ran = () =>
    new Set([
      ...complaints.flatMap((one) => /ran (\d+)/.exec(one)?.[1] ?? []),
      ...asked.flatMap((url) => /\/beacon\/(\d+)|evil\.example\/(\d+)/.exec(url)?.slice(1).join('') ?? []),
    ])

  // What this test would see if a page of ours forgot itself: each by itself, as some end what follows.
  await page.route(/\/bare|\/beacon\/|evil\.example/, (route) => {
    const text = PAYLOADS[Number(new URL(route.request().url()).searchParams.get('at') ?? -1)]
    return route.fulfill({
      contentType: 'text/html; charset=utf-8',
      body: text === undefined ? '' : `<!doctype html><body><div>${text}</div>`,
    })
  })
  await page.goto(`${base}/bare`)
  const frames = [...PAYLOADS.keys()].map((at) => `<iframe src="/bare?at=${at}"></iframe>`)
  await page.evaluate(`document.body.innerHTML = ${JSON.stringify(frames.join(''))}`)
  // Others need a tap, or to stand in an attribute, in a script or in a template.
  await expect.poll(() => ran().size).toBeGreaterThanOrEqual(30)
  await page.goto('about:blank')
  complaints.length = 0
  asked.length = 0

  // The advisor's pages. What was heard and who there is, all of them, stands on that of each ticket.
  await page.goto(`${base}/t/play?as=${OWNER}`)
  await page.getByRole('heading', { name: '我的' }).waitFor()
  for (const at of SOME) {
    await page.goto(`${base}/t/${numberOf(at)}`)
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
  }
  // The policies' pages; all titles stand in the list.
  await page.goto(`${base}/p`)
  for (const at of SOME) await page.goto(`${base}/p/${policyOf(at)}`)

  // The sandbox: all tickets, what a resident says, and what advisors write to each other.
  await page.goto(`${base}/sandbox`)
  await page.evaluate(`localStorage.setItem('sandbox.resident', '${RESIDENT}')`)
  await page.reload()
  await page.getByText(numberOf(0)).first().waitFor()
  const box = page.getByLabel('写消息')
  for (const words of parcels(900)) {
    await box.fill(words)
    await page.getByRole('button', { name: '发送', exact: true }).click()
  }
  for (const words of parcels(900)) {
    const answer = await page.request.post(`${base}/sandbox/group`, {
      data: { do: 'write', advisor: 'a0', words, alone: false },
    })
    expect(answer.status()).toBe(200)
  }
  await page.reload()
  await page.locator('#log .bubble', { hasText: 'ran(0)' }).first().waitFor()
  await expect(page.locator('body').textContent()).resolves.toContain(PAYLOADS[49])

  // The console.
  await page.goto(`${base}/console`)
  await page.getByLabel('登录名').fill('account0')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: /^今天/ }).waitFor()
  for (const at of SOME) {
    await goWithin(page, `/requests/${numberOf(at)}`)
    await page.getByRole('button', { name: '看姓名、电话和经过' }).click()
    await page.getByRole('button', { name: '要联系居民' }).click()
    await page.locator('.facts').getByText(`ran(${at})`).first().waitFor()
    await page.locator('.photos').getByText(`ran(${at})`).first().waitFor()
    await goWithin(page, `/requests/${numberOf(at)}/application`)
    await page.locator('.sheet').getByText(`ran(${at})`).first().waitFor()
  }
  await goWithin(page, `/requests/${numberOf(47)}`)
  // What everybody of them said stands under each.
  await expect(page.locator('.talk').textContent()).resolves.toContain(PAYLOADS[10])
  // All that everybody of them told of who they are stands on the page of whose they are.
  await goWithin(page, `/residents/${numberOf(0)}`)
  await page.getByRole('button', { name: '看姓名、电话和住址' }).click()
  await page.getByRole('button', { name: '要联系居民' }).click()
  await page.locator('.facts').getByText('ran(10)').first().waitFor()
  await goWithin(page, '/wishes?state=refused')
  await page.getByRole('cell', { name: /ran\(/ }).first().waitFor()
  await page.goto(`${base}/console/sign-in?refused=unknown#<img/src=x/onerror=ran(1)>`)
  await page.getByText('还没有对应的后台账号').waitFor()
  // Each of an advisor and of a policy, written in a form beside what is not sure of it.
  for (const at of SOME) {
    await goWithin(page, `/people/advisors/a${at}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await goWithin(page, `/policies/${policyOf(at)}?edit=1`)
    await page.locator('.doubts').first().waitFor()
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
    await page.locator('.left-over').getByText(`ran(${at})`).first().waitFor()
  }
  for (const place of ['people', 'people/areas?under=yaohua', 'people/duty']) {
    await goWithin(page, `/${place}`)
    await page.locator('table').first().waitFor()
  }
  // What a file and its cells say, told again.
  await goWithin(page, '/people/roster')
  await page.setInputFiles('#sheet', {
    name: `${PAYLOADS[8]}.csv`,
    mimeType: 'text/csv',
    buffer: Buffer.from(
      [
        ['账号', '姓名', '角色', '区域', PAYLOADS[46]],
        ...PAYLOADS.map((text, at) => [`n${at}`, text, text, 'yaohua', '']),
      ]
        .map((cells) => cells.map((cell) => `"${(cell ?? '').replaceAll('"', '""')}"`).join(','))
        .join('\n'),
    ),
  })
  await page.locator('.plan table').getByText('ran(0)').first().waitFor()
  for (const place of ['requests', 'residents', 'accounts', 'keys', 'audit']) {
    await goWithin(page, `/${place}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('table').first().waitFor()
  }
  await goWithin(page, '/requests?as=board')
  await page.locator('.card-link').first().waitFor()
  // Policies brought in files.
  await goWithin(page, '/policy-imports')
  await page.locator('main').getByRole('link', { name: 'ran(0)' }).waitFor()
  await goWithin(page, '/policy-imports/hostile')
  for (const at of SOME) {
    const row = page.locator('.imported > li').nth(at)
    await row.getByRole('button', { name: /看/ }).click()
    await row.locator('.bubble').first().waitFor()
  }
  expect([...ran()]).toEqual([])
  expect(asked.filter((url) => !url.startsWith(base) && !/^(?:data|blob):/.test(url))).toEqual([])
  const UNSIGNED = /status of 401/
  expect(complaints.filter((one) => !UNSIGNED.test(one))).toEqual([])
  await page.context().close()
})
