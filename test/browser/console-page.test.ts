/** A whole job on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { beforeAll, expect, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import { firstLink, linkAddress } from '../../server/console/accounts/first.ts'
import { createLog } from '../../server/log.ts'
import { assistantParts } from '../support/assistant.ts'
import { DESKTOP, launchBrowser, openPage } from '../support/browser.ts'
import { PASSWORD } from '../support/console.ts'
import { memoryStore } from '../support/memory-store.ts'
import { answerTo } from '../support/request.ts'
import { serve } from '../support/world.ts'

let browser: Awaited<ReturnType<typeof launchBrowser>>
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

/** Runs where it is shown as anything but words. */
const HOSTILE = '<img src=/x onerror="document.title=1"><script>document.title=2</script>'

/** The sandbox's phone: says something, and hears the answer. */
function phone(base: string) {
  let said = 0
  return async (text: string): Promise<string> => {
    const response = await fetch(`${base}/sandbox/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resident: 'resident01', id: `message${++said}`, body: { kind: 'text', text } }),
    })
    return response.text()
  }
}

test('from the link on the terminal to a request of the sandbox’s phone that is taken up and answered', async () => {
  const store = memoryStore()
  const { app } = createAssistant({
    ...assistantParts({
      config: { officialAccount: null },
      store,
      log: createLog('silent'),
      now: () => new Date(),
    }),
  })
  const base = await serve(app.callback())
  const say = phone(base)
  let number = ''
  for (let words = `我要求助，我爸上个月住院花了八万${HOSTILE}，家住尧化街道尧新社区`; number === ''; ) {
    const reply = await say(words)
    const next = answerTo(reply)
    if (next === null) number = /Q-\d+-\d/.exec(reply)?.[0] ?? 'none'
    else words = next
  }

  const { page, complaints } = await openPage(browser, DESKTOP)
  await page.goto(linkAddress(base, (await firstLink(store, new Date())) ?? ''))
  await page.getByLabel('您的姓名').fill('李静')
  await page.getByLabel('登录名').fill('lijing')
  await page.getByLabel('密码', { exact: true }).fill('12345678')
  await page.getByLabel('再填一次密码').fill('12345678')
  await page.getByRole('button', { name: '设好密码' }).click()
  await page.getByText('这个密码太常见').waitFor()
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByLabel('再填一次密码').fill(PASSWORD)
  await page.getByRole('button', { name: '设好密码' }).click()
  await page.getByRole('heading', { name: /^今天/ }).waitFor()
  expect(page.url()).not.toContain('#')

  // Out, and in again with name and password, back to where one was going.
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByLabel('登录名').fill('lijing')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('link', { name: /没有人接单/ }).click()
  await page.getByRole('link', { name: number }).click()

  const facts = page.locator('.facts')
  await page.getByText('唐某，需要资金').waitFor()
  expect(await page.content()).not.toContain('13812345678')
  await page.getByRole('button', { name: '看姓名、电话和经过' }).click()
  await page.getByRole('button', { name: '要联系居民' }).click()
  await facts.getByText('13812345678').waitFor()
  await facts.getByText('onerror').waitFor()
  expect(await page.locator('.facts img, .facts script').count()).toBe(0)
  expect(await page.title()).toContain('求助单')

  await page.getByRole('button', { name: '接单' }).click()
  await page.getByText('负责人：李静').waitFor()
  await page.getByRole('button', { name: '预审通过' }).click()
  await page.locator('.move-form .main-button').click()
  await page.locator('.way .now', { hasText: '预审' }).waitFor()
  await page.getByRole('button', { name: '分办' }).click()
  await page.locator('.move-form .main-button').click()
  await page.getByText('请填“承办单位”').waitFor()
  await page.getByLabel('承办单位').fill('区教育局')
  await page.getByLabel('要办的事').fill('教育救助')
  await page.locator('.move-form .main-button').click()
  await page.locator('.way .now', { hasText: '转办' }).waitFor()
  await page.getByRole('button', { name: '给居民发话' }).click()
  await page.getByLabel('要说的话').fill('明天上午我到您家看看')
  await page.getByRole('button', { name: '发给居民' }).click()
  await page.locator('.talk .us', { hasText: '明天上午我到您家看看' }).waitFor()
  expect(await say('查进度')).toMatch(/转办.*教育救助|教育救助.*转办/s)

  await page.getByRole('link', { name: '操作记录' }).click()
  await page.getByRole('cell', { name: '要联系居民' }).waitFor()
  // The first question of a page is who is signed in: nobody, twice.
  const UNSIGNED = 'error: Failed to load resource: the server responded with a status of 401 (Unauthorized)'
  const TRIED =
    'error: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)'
  expect(complaints.filter((one) => one !== UNSIGNED && one !== TRIED)).toEqual([])
  await page.context().close()
})
