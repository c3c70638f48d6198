/** Requests on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { describe, expect, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import { NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createLog } from '../../server/log.ts'
import { assistantParts } from '../support/assistant.ts'
import { PHONE } from '../support/browser.ts'
import { consoleOffice, PASSWORD, passwords } from '../support/console.ts'
import { consoleAt } from '../support/console-page.ts'
import { memoryStore } from '../support/memory-store.ts'
import { pngTaken } from '../support/pictures.ts'
import { answerTo } from '../support/request.ts'
import { EDUCATION, FACTS, NUMBER, OTHER_NUMBER } from '../support/tickets.ts'
import { serve } from '../support/world.ts'

type Page = Awaited<ReturnType<typeof consoleAt>>['page']

/** Opens a form by its button, fills it in, and hands it in. */
async function doing(page: Page, form: string, fill: () => Promise<unknown> = async () => {}) {
  await page.locator('.deeds').getByRole('button', { name: form, exact: true }).first().click()
  await fill()
  await page.locator('.move-form .main-button').click()
  await page.locator('.move-form').waitFor({ state: 'detached' })
}

test('a request of the sandbox’s phone is helped first, given to two bodies, closed and revisited', async () => {
  const store = memoryStore()
  await store.transaction(async (tx) =>
    tx.put('accounts', {
      id: 'id-of-li',
      name: 'li',
      roles: ['street'],
      areas: [],
      state: 'active',
      createdAt: new Date().toISOString(),
      secrets: { ...NO_SECRETS, password: await passwords.hash(PASSWORD) },
      person: { name: '李静', advisor: null, body: null },
    }),
  )
  const config = { officialAccount: null }
  const { app } = createAssistant(
    assistantParts({ config, store, log: createLog('silent'), now: () => new Date() }),
  )
  const base = await serve(app.callback())
  let said = 0
  const say = async (text: string): Promise<string> => {
    const body = JSON.stringify({
      resident: 'resident01',
      id: `message${++said}`,
      body: { kind: 'text', text },
    })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${base}/sandbox/messages`, { method: 'POST', headers, body })).text()
  }
  let number = ''
  for (let words = '我要求助，我老公走了，家里没米了，孩子要交学费，住尧化街道尧新社区'; number === ''; ) {
    const reply = await say(words)
    const next = answerTo(reply)
    if (next === null) number = /Q-\d+-\d/.exec(reply)?.[0] ?? 'none'
    else words = next
  }

  const { page, complaints } = await consoleAt(base, 'li', '/requests?as=board')
  await page.getByRole('region', { name: '受理' }).getByRole('link', { name: number }).click()
  await doing(page, '预审通过')
  await page.locator('.way .now', { hasText: '预审' }).waitFor()

  // Rice before any paper; the paper is owed by a day.
  await doing(page, '先行救助', async () => {
    await page.locator('.move-form').getByText('物资').click()
    await page.getByLabel('给了什么').fill('大米一袋')
    await page.getByLabel('来源').fill('备用金')
    await page.getByLabel('还欠什么材料').fill('情况说明')
    await page.locator('.move-form .bubble', { hasText: '大米一袋' }).waitFor()
  })
  await page.getByText('情况说明：还没交').waitFor()

  for (const [body, what] of [
    ['区教育局', '学费减免'],
    ['区民政局', '临时救助'],
  ] as const)
    await doing(page, '分办', async () => {
      await page.getByLabel('承办单位').fill(body)
      await page.getByLabel('要办的事').fill(what)
    })
  await page.getByText('学费减免').first().waitFor()
  expect(await say('查进度')).toMatch(/学费减免.*临时救助/s)

  for (const what of ['学费减免', '临时救助'])
    await doing(page, '反馈', async () => {
      const part = page.locator('.move-form').getByText(what)
      if ((await part.count()) > 0) await part.first().click()
      await page.locator('.move-form').getByText('办好了').click()
      await page.getByLabel('办理情况').fill(`${what}办好了`)
    })
  await page.locator('.way .now', { hasText: '反馈' }).waitFor()
  await doing(page, '收材料', async () => {
    const paper = page.locator('.move-form').getByText('情况说明')
    if ((await paper.count()) > 0) await paper.first().click()
  })
  await doing(page, '办结', async () => {
    await page.locator('.move-form').getByText('帮上了', { exact: true }).click()
    await page.getByLabel('办理结果').fill('学费减免了，也有米吃了')
    // What the resident will read stands there before it is said.
    await page.locator('.move-form .bubble', { hasText: '您满意吗' }).waitFor()
  })
  await page.locator('.way .now', { hasText: '办结' }).waitFor()
  expect(await say('查进度')).toContain('已办结')
  await doing(page, '回访', async () => {
    await page.locator('.move-form').getByText('满意', { exact: true }).click()
  })
  await page.locator('.way .now', { hasText: '回访' }).waitFor()
  const happened = await page.locator('.timeline strong').allTextContents()
  expect(happened.reverse()).toEqual([
    '受理',
    '预审通过',
    '救助',
    '待补材料',
    '分办',
    '分办',
    '反馈',
    '反馈',
    '交来材料',
    '办结',
    '回访',
  ])
  expect(complaints).toEqual([])
}, 60_000)

describe('what is typed and not sent', () => {
  test('outlives a reload and an ended sign-in, is nobody else’s, and goes at 退出', async () => {
    const { base, open, account, store } = await consoleOffice()
    await open()
    await account('me', ['street'])
    await account('other', ['street'])
    const { page } = await consoleAt(base, 'me', `/requests/${NUMBER}`)
    const kept = async () =>
      String(await page.evaluate('JSON.stringify({...localStorage, ...sessionStorage})'))
    await page.getByRole('button', { name: '给居民发话' }).click()
    await page.getByLabel('要说的话').fill('明天上午我到您家看看')
    await expect.poll(kept).toContain('console.draft:me:')
    expect(await kept()).not.toContain('明天上午')

    await page.reload()
    await page.getByText('写了没发的').waitFor()
    await page.getByRole('button', { name: '给居民发话' }).first().click()
    await expect.poll(() => page.getByLabel('要说的话').inputValue()).toBe('明天上午我到您家看看')

    // The sign-in ended while somebody was called away.
    await page.getByLabel('要说的话').fill('后天下午我到您家看看')
    const [row] = await store.list('sign_ins', 'ofAccount', { equals: ['id-of-me'], limit: 1 })
    if (!row) throw new Error('nobody is signed in')
    await store.transaction((tx) => tx.remove('sign_ins', row.id))
    await page.getByRole('button', { name: '发给居民' }).click()
    const signIn = async (name: string) => {
      await page.getByLabel('登录名').fill(name)
      await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: '登录', exact: true }).click()
    }
    await page.getByText('已经退出').waitFor()
    await signIn('me')
    await page.getByText('写了没发的').waitFor()
    await page.getByRole('button', { name: '给居民发话' }).first().click()
    await expect.poll(() => page.getByLabel('要说的话').inputValue()).toBe('后天下午我到您家看看')

    await page.getByRole('button', { name: '退出' }).click()
    await page.getByLabel('登录名').waitFor()
    expect(await kept()).not.toContain('console.draft:me:')
    await signIn('other')
    // Not a heading: the form to sign in has one too, and leaving it would take the sign-in back.
    await page.getByRole('button', { name: '退出' }).waitFor()
    await page.goto(`${base}/console/requests/${NUMBER}`)
    await page.getByRole('button', { name: '给居民发话' }).click()
    expect(await page.getByLabel('要说的话').inputValue()).toBe('')
  }, 60_000)

  test('in a policy somebody else changed meanwhile is told before it is saved, and stays', async () => {
    const { base, account, browser } = await consoleOffice()
    await account('wang', ['editor'])
    await account('zhao', ['editor'])
    const { page } = await consoleAt(base, 'wang', '/policies/dibao')
    await page.getByRole('button', { name: '改这一条' }).click()
    await page.locator('#lead-overview').fill('一家人收入低于低保标准的，国家按月发钱，这就是低保。')
    const zhao = browser()
    await zhao.signIn('zhao')
    const { body } = await zhao.get('/policies/dibao')
    const saved = await zhao.post('/policies/dibao/save', { revision: 0, fields: body['fields'] })
    expect(saved.status).toBe(200)
    await page.evaluate(`dispatchEvent(new Event('focus'))`)
    await page.getByText('zhao同志').waitFor()
    expect(await page.locator('#lead-overview').inputValue()).toContain('国家按月发钱')
    await page.getByRole('button', { name: '看现在的草稿' }).click()
    await page.getByText('这台电脑上有一份没保存的内容').waitFor()
  }, 60_000)
})

test('the keyboard is enough: / to the search, ↓ to a request, Enter to open it; the last step is taken back', async () => {
  const { base, open, account } = await consoleOffice()
  await open()
  await open({ number: OTHER_NUMBER, fingerprints: [], area: 'chang' })
  await account('me', ['street'])
  const { page, complaints } = await consoleAt(base, 'me', '/requests?as=list')
  await page.locator('table').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type(NUMBER)
  // Nobody pressed anything to have it looked for.
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: NUMBER }).waitFor()
  await page.getByRole('button', { name: '接单' }).click()
  await page.getByText('负责人：me同志').waitFor()
  await page.getByRole('button', { name: /^撤销/ }).click()
  await page.getByText('负责人：没有人接单').waitFor()
  await page.getByText('撤销了「接单」').waitFor()
  expect(complaints).toEqual([])
}, 60_000)

test('on a phone the board shows one column, a picture is shown after a reason, and the form is one sheet of A4', async () => {
  const { base, open, account } = await consoleOffice({ readPhoto: async () => pngTaken() })
  await open({ facts: { ...FACTS, photos: [{ kind: '病历', media: 'm1' }] } })
  await account('me', ['street'])
  const { page, complaints } = await consoleAt(base, 'me', '/requests?as=board', PHONE)
  const card = page.getByRole('link', { name: NUMBER })
  await card.waitFor()
  expect(await page.locator('.column:visible').count()).toBe(1)
  await page.getByRole('group', { name: '哪一列' }).getByRole('button', { name: '预审' }).click()
  await card.waitFor({ state: 'hidden' })
  await page.getByRole('group', { name: '哪一列' }).getByRole('button', { name: '受理' }).click()
  await card.click()
  await page.getByRole('button', { name: '看姓名、电话和经过' }).click()
  await page.getByRole('button', { name: '要核对身份或材料' }).click()
  await page.getByRole('button', { name: '看照片：病历' }).click()
  const picture = page.getByRole('img', { name: '病历' })
  await picture.waitFor()
  expect(await page.evaluate(`document.querySelector('.photo img').naturalWidth`)).toBe(8)
  await page.getByRole('link', { name: '打印申请表' }).click()
  await page.getByRole('cell', { name: FACTS.idNumber ?? '' }).waitFor()
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
  // 210 × 297 mm in points.
  expect(/\/MediaBox\s*\[0 0 (\d+)[\d.]* (\d+)/.exec(pdf)?.slice(1)).toEqual(['594', '841'])
  expect(complaints).toEqual([])
}, 60_000)

test('who must not see a request does not: not in the menu, not by its address, not from the server', async () => {
  const { base, open, account } = await consoleOffice()
  await open()
  await account('editor', ['editor'])
  await account('partner', ['partner'], { person: { name: '小赵', advisor: null, body: EDUCATION.id } })
  const PLACES = [`/requests/${NUMBER}`, `/requests/${NUMBER}/application`, '/requests']
  const { page: editor } = await consoleAt(base, 'editor', '/policies')
  await editor.getByRole('heading', { name: '政策', exact: true }).waitFor()
  expect(await editor.getByRole('link', { name: '求助' }).count()).toBe(0)
  for (const place of PLACES) {
    await editor.goto(`${base}/console${place}`)
    await editor.getByText('没有这个页面').first().waitFor()
    const answer = await editor.request.get(`${base}/console/api${place}`)
    expect([place, answer.status()]).toEqual([place, 403])
    expect(await answer.text()).not.toContain('唐')
  }
  // Whoever may see requests, but has no part in this one.
  const { page: partner } = await consoleAt(base, 'partner', `/requests/${NUMBER}`)
  await partner.getByText('没有找到这张求助单').waitFor()
  expect((await partner.request.get(`${base}/console/api/requests/${NUMBER}`)).status()).toBe(404)
  expect((await partner.request.get(`${base}/console/api/requests/${NUMBER}/photos/f0`)).status()).toBe(403)
}, 60_000)
