/** The whole way in a browser: a resident asks, advisors hear, take it, visit, close, and are reminded a month later. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import { createLog } from '../../server/log.ts'
import { createSandboxClock } from '../../server/sandbox/clock.ts'
import { startScheduler } from '../../server/scheduler.ts'
import { assistantParts } from '../support/assistant.ts'
import { DESKTOP, lentPage, PHONE } from '../support/browser.ts'
import { pageScripts } from '../support/page-scripts.ts'
import { requestHelp, tell } from '../support/request.ts'
import { clockAt, openStore, serve } from '../support/world.ts'

/** Sunday, so that somebody must be there on a Sunday too. */
const NOW = '2026-11-22T10:00:00+08:00'

let scripts: string
beforeAll(async () => {
  scripts = await pageScripts('server/sandbox/page')
})

async function sandbox(): Promise<string> {
  const stopping = new AbortController()
  const sandboxClock = createSandboxClock(clockAt(NOW))
  const { app, tasks, settle } = createAssistant(
    assistantParts({
      config: { officialAccount: null },
      store: await openStore(),
      log: createLog('silent'),
      now: sandboxClock.now,
      sandboxClock,
      scriptFolder: scripts,
      stop: stopping.signal,
    }),
  )
  const scheduler = startScheduler(tasks, createLog('silent'))
  onTestFinished(async () => {
    stopping.abort()
    await scheduler.stop()
    await settle()
  })
  return serve(app.callback())
}

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
])(
  'on a %s an advisor takes a request from its card, works on it on its page, and is reminded of the revisit',
  async (_name, options) => {
    const base = await sandbox()
    const { page, complaints } = await lentPage(options)
    await page.goto(`${base}/sandbox`)
    await page.locator('#log .theirs').first().waitFor()
    const look = async (tab: string) => {
      if (options === PHONE) await page.getByRole('tab', { name: tab }).click()
    }
    const resident = String(await page.evaluate(`localStorage.getItem('sandbox.resident')`))
    const typed = async (words: string) => {
      const said = await page.locator('#log .theirs').count()
      await page.getByLabel('写消息').fill(words)
      await page.getByRole('button', { name: '发送', exact: true }).click()
      await page.locator('#log .theirs').nth(said).waitFor()
      return (await page.locator('#log .theirs .bubble').last().textContent()) ?? ''
    }
    // Typed once is enough; beside the desktop's page it is told without it.
    const number = await requestHelp(
      options === PHONE ? typed : (words) => tell(page, `${base}/sandbox`, resident, words),
    )
    await look('顾问群')
    const posts = page.locator('#posts .post')
    const card = posts.filter({ has: page.locator('.tap-card', { hasText: number }) }).first()
    await card.waitFor()
    const told = /只发给([^、]+)/.exec((await card.textContent()) ?? '')?.[1] ?? ''
    const option = page.locator('#playing option', { hasText: told.slice(0, 2) }).first()
    await page.locator('#playing').selectOption((await option.getAttribute('value')) ?? '')
    await card.getByRole('button', { name: '接单' }).click()
    await card.getByText('已接单').waitFor()
    expect(await card.getByRole('button', { name: '接单' }).count()).toBe(0)
    expect(await widest(page)).toBe(options.viewport.width)

    const opened = page.context().waitForEvent('page')
    await card.getByRole('link', { name: '查看' }).click()
    const ticket = await opened
    onTestFinished(() => ticket.close())
    await ticket.getByRole('link', { name: '打电话 138 1234 5678' }).waitFor()
    await ticket.getByText('由您负责').waitFor()
    const does = async (form: string, fill: () => Promise<void>, done: string) => {
      await ticket.locator('summary', { hasText: new RegExp(`^${form}$`) }).click()
      await fill()
      await ticket.getByRole('button', { name: form, exact: true }).click()
      await ticket.getByRole('status').filter({ hasText: done }).waitFor()
    }
    const visit = ticket.locator('.move', { hasText: '走访' }).first()
    await does(
      '走访',
      async () => {
        await visit.getByText('上门', { exact: true }).click()
        await visit.getByText('见到了', { exact: true }).click()
        await visit.getByLabel('情况').fill('<b>都在家</b>')
      },
      '走访记下了。',
    )
    await ticket.getByText('<b>都在家</b>').first().waitFor()
    await does('预审通过', async () => {}, '办好了：预审通过。')
    await does(
      '办结',
      async () => {
        await ticket.getByText('帮上了', { exact: true }).click()
        await ticket.getByLabel('办理结果').fill('医药费有了着落')
      },
      '办好了：办结。',
    )
    expect(await widest(ticket)).toBe(options.viewport.width)
    expect(await smallTexts(ticket)).toEqual([])

    if (options === PHONE) await page.getByRole('button', { name: '调时间' }).click()
    await page.getByRole('button', { name: '+30天' }).click()
    await posts.filter({ hasText: '【回访】' }).filter({ hasText: number }).first().waitFor()
    await page.getByText('假装现在是12月22日').waitFor()
    expect(await widest(page)).toBe(options.viewport.width)
    expect(complaints).toEqual([])
  },
)

const widest = (page: Page) => page.evaluate('document.documentElement.scrollWidth')

/** Whatever of the page is set smaller than 16 px. */
const smallTexts = (page: Page) =>
  page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 16)
      .map((element) => element.outerHTML)`)
