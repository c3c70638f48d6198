import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Koa from 'koa'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { ASPECT_NAMES, type Policy } from '../../knowledge/policy.ts'
import { pageRoutes } from '../../server/pages.ts'
import { DESKTOP, launchBrowser, PHONE, pagePool } from '../support/browser.ts'
import { inventory, serve } from '../support/world.ts'

/** Where pictures are put for somebody to look at; none are taken without it. */
const SHOTS = process.env['SHOTS']
const shot = async (page: Page, name: string) => {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

const first = inventory().policies[0]
if (!first) throw new Error('The inventory should hold a policy')
const dibao = inventory().policies.find(({ id }) => id === 'dibao') ?? first
const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`

/** As much as the schema lets staff write: every section's answer at its limit, and long details. */
function overlong(): Policy {
  const [source] = dibao.sources
  if (!source) throw new Error('低保 has a source')
  const section = {
    lead: '这是一个写得很满的回答。'.repeat(10),
    details: Array(12).fill('很长的细节，'.repeat(15)),
    source,
  }
  return {
    ...dibao,
    id: 'overlong',
    aliases: [],
    sections: { overview: section, ...Object.fromEntries(ASPECT_NAMES.map((aspect) => [aspect, section])) },
  }
}
const evilSource = {
  document: EVIL,
  number: EVIL,
  article: EVIL,
  issued: null,
  effective: null,
  link: 'javascript:alert(3)',
}
const evil: Policy = {
  ...dibao,
  id: 'evil',
  title: EVIL,
  aliases: [],
  departments: [EVIL],
  phones: [{ name: EVIL, number: EVIL }],
  sources: [evilSource],
  sections: { overview: { lead: EVIL, details: [EVIL], source: evilSource } },
}
const policies = [
  ...inventory().policies,
  overlong(),
  evil,
  { ...dibao, id: 'replaced', aliases: [], supersededBy: 'dibao' },
]
const locals = [
  {
    area: '南京市栖霞区',
    aliases: ['栖霞区'],
    phones: [{ name: '栖霞区民政局', number: '025-85550000' }],
    values: [
      {
        policy: 'dibao',
        name: '低保标准',
        value: '每人每月1090元',
        from: '2026-07-01',
        until: null,
        document: '关于调整低保标准的通知',
        number: '宁民〔2026〕1号',
        link: null,
      },
    ],
  },
]

let pool: ReturnType<typeof pagePool>
let app: Koa
let base: string
let complaints: string[]

beforeAll(async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true })
  pool = pagePool(await launchBrowser(), [PHONE, DESKTOP])
  app = new Koa()
  const knowledge = Knowledge.from({ ...inventory(), policies, locals })
  const now = () => new Date('2026-11-22T09:00:00+08:00')
  app.use(pageRoutes({ knowledge, now, publicUrl: 'https://jiuzhu.example.cn' }).routes())
}, 60_000)

beforeEach(async () => {
  complaints = []
  base = await serve(app.callback())
})
afterEach(async () => {
  await pool.clear()
  expect(complaints).toEqual([])
})

async function open(path: string, options: BrowserContextOptions = PHONE): Promise<Page> {
  const watched = await pool.open(options)
  complaints = watched.complaints
  await watched.page.goto(base + path)
  return watched.page
}

const fontSize = (page: Page) =>
  page.evaluate('parseFloat(getComputedStyle(document.documentElement).fontSize)')
/** How far the page can be scrolled sideways, which it never should. */
const sideways = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0

const LOOKS: [string, string][] = [
  ['dibao', '/p/dibao?area=栖霞区'],
  ['price-subsidy', '/p/price-subsidy'],
  ['index', '/p'],
  ['search', '/p?q=看病没钱'],
  ['replaced', '/p/replaced'],
]

test('pages fit a phone and a desktop screen, and load without a complaint', {
  timeout: 60_000,
}, async () => {
  for (const options of [PHONE, DESKTOP]) {
    for (const [name, path] of LOOKS) {
      const page = await open(path, options)
      const size = `${options.viewport.width}x${options.viewport.height}`
      expect(await sideways(page), `${name} ${size}`).toBe(0)
      await shot(page, `${name}-${size}`)
      expect(complaints, `${name} ${size}`).toEqual([])
    }
  }
})

test('print is 20 px, grows at a touch, stays so on the next page, and shrinks back', async () => {
  const page = await open('/p/dibao')
  expect(await fontSize(page)).toBe(20)
  await page.getByRole('button', { name: '更大的字' }).tap()
  expect(await fontSize(page)).toBeGreaterThan(28)
  expect(await sideways(page)).toBe(0)
  await shot(page, 'dibao-larger')
  await page.goto(`${base}/p/tekun`)
  expect(await fontSize(page)).toBeGreaterThan(28)
  await page.getByRole('button', { name: '大字', exact: true }).tap()
  expect(await fontSize(page)).toBe(24)
  await page.getByRole('button', { name: '大字', exact: true }).tap()
  expect(await fontSize(page)).toBe(20)
})

test('everything one taps is at least 44 px high, but for links within a sentence', async () => {
  const page = await open('/p/dibao?area=栖霞区')
  const small =
    await page.evaluate(`[...document.querySelectorAll('button, .bar a, .jump a, .phones a, input')]
    .filter((one) => one.getBoundingClientRect().height > 0 && one.getBoundingClientRect().height < 44)
    .map((one) => one.textContent)`)
  expect(small).toEqual([])
})

test('without scripts the page says everything, and shows no button that does nothing', async () => {
  const page = await open('/p/dibao', { ...PHONE, javaScriptEnabled: false })
  await expect(page.locator('main').textContent()).resolves.toContain(dibao.sections.benefit?.lead ?? '')
  expect(await page.getByRole('button').count()).toBe(0)
  await page.goto(`${base}/p`)
  await page.getByLabel('想问什么').fill('低保')
  await page.getByRole('button', { name: '查找' }).click()
  await page.locator('#results a').first().click()
  expect(page.url()).toBe(`${base}/p/dibao`)
})

/** A voice that says each passage at once and keeps it. */
const VOICE = `window.said = []
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [], cancel() { window.said.push('(stopped)') },
  speak(one) { window.said.push(one.lang + ' ' + one.text); if (window.said.length < 6) setTimeout(() => one.onend()) } } })`

test('the page is read aloud passage by passage, numbers digit by digit, until stopped', async () => {
  const page = await open('/p', { ...PHONE })
  await page.addInitScript({ content: VOICE })
  await page.goto(`${base}/p/dibao`)
  await page.getByRole('button', { name: '朗读' }).tap()
  await expect.poll(() => page.evaluate('window.said.length')).toBeGreaterThanOrEqual(6)
  expect(await page.locator('.reading').count()).toBe(1)
  await page.getByRole('button', { name: '停止' }).tap()
  expect(await page.locator('.reading').count()).toBe(0)
  const said = await page.evaluate('window.said')
  expect(said).toEqual([
    '(stopped)',
    'zh-CN 低保',
    'zh-CN 最低生活保障',
    'zh-CN 是什么',
    `zh-CN ${dibao.sections.overview.lead}`,
    expect.stringContaining('由街道办'),
    '(stopped)',
  ])
})

test('a browser that cannot speak offers no reading', async () => {
  const page = await open('/p', { ...PHONE })
  await page.addInitScript({
    content: `delete window.speechSynthesis; delete window.SpeechSynthesisUtterance`,
  })
  await page.goto(`${base}/p/dibao`)
  await page.getByRole('button', { name: '打印明白纸' }).waitFor()
  expect(await page.locator('#read').isVisible()).toBe(false)
})

test('markup planted in a policy does nothing in a browser', async () => {
  const page = await open('/p/evil', { ...PHONE })
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
  for (const path of ['/p/evil', `/p?q=${encodeURIComponent(EVIL)}`]) {
    await page.goto(base + path)
    expect(await page.locator('img, main script, a[href^=javascript]').count()).toBe(0)
    await expect(page.locator('main').textContent()).resolves.toContain(EVIL)
  }
})

/** What is printed: all policies with ALL_SHEETS set, else the longest ones, on which the others depend. */
function sheets(): Policy[] {
  const size = (policy: Policy) => JSON.stringify(policy.sections).length
  const longest = [...policies].sort((a, b) => size(b) - size(a))
  return process.env['ALL_SHEETS'] ? longest : longest.slice(0, 6)
}

test('the sheet of a policy is one A4 page, in print of 8 points or larger, with room for other fonts', {
  timeout: 300_000,
}, async () => {
  const page = await open('/p', DESKTOP)
  const long: string[] = []
  for (const { id } of sheets()) {
    await page.goto(`${base}/p/${id}${id === 'dibao' ? '?area=栖霞区' : ''}`)
    // 4 % larger: other systems' fonts are wider.
    const pdf = await page.pdf({ preferCSSPageSize: true, scale: 1.04 })
    if (pagesOf(pdf) !== 1) long.push(`${id}: ${pagesOf(pdf)} pages`)
  }
  expect(long).toEqual([])
})

test('the sheet holds the answers, phones, sources, dates and address, and nothing to click', async () => {
  const page = await open('/p/dibao?area=栖霞区', {
    viewport: { width: 703, height: 1039 },
    deviceScaleFactor: 2,
  })
  await page.getByRole('button', { name: '更大的字' }).click()
  await page.emulateMedia({ media: 'print' })
  await shot(page, 'dibao-sheet')
  const seen = await page.evaluate('document.body.innerText')
  for (const section of Object.values(dibao.sections))
    expect(String(seen).replaceAll(/\s/g, '')).toContain(section.lead.replaceAll(/\s/g, ''))
  for (const words of [
    '每人每月1090元',
    '2026年7月1日',
    '025-85550000',
    '12345',
    '民发〔2021〕57号',
    '核对日期',
    'https://jiuzhu.example.cn/p/dibao',
    '不会让您转账或提供密码',
  ]) {
    expect(seen).toContain(words)
  }
  expect(await page.getByRole('button').count()).toBe(0)
  for (const id of ['tekun', 'price-subsidy', 'overlong']) {
    await page.goto(`${base}/p/${id}`)
    await shot(page, `${id}-sheet`)
  }
})
