import Koa from 'koa'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type SandboxChannel, sandboxChannel } from '../../bot/channels/sandbox.ts'
import type { Message, Reply } from '../../bot/message.ts'
import { type DeliveryParts, deliverDue } from '../../bot/outbox.ts'
import { createRosterReader } from '../../bot/roster.ts'
import { type TellingParts, tellDue } from '../../bot/telling.ts'
import { createBoard } from '../../server/sandbox/board.ts'
import { orDemoRoster } from '../../server/sandbox/demo-roster.ts'
import { createGroup, type Group } from '../../server/sandbox/group.ts'
import { createOffice, type Office } from '../../server/sandbox/office.ts'
import { sandboxRoutes } from '../../server/sandbox.ts'
import { DESKTOP, launchBrowser, PHONE, pagePool } from '../support/browser.ts'
import { pageScripts } from '../support/page-scripts.ts'
import { requestHelp, tell } from '../support/request.ts'
import { fingerprint, serve, world } from '../support/world.ts'

let pool: ReturnType<typeof pagePool>
let scripts: string
let base: string
let channel: SandboxChannel
let received: Message[]
/** What to answer; undefined says 「收到」 with what was sent. */
let answer: (message: Message) => Promise<Reply | null>
let complaints: string[]
/** Nobody has asked for help, unless a test says otherwise. */
let office: Pick<Office, 'view' | 'act' | 'watch'>
/** Nobody was told anything, unless a test says otherwise. */
let group: Group

beforeAll(async () => {
  pool = pagePool(await launchBrowser(), [PHONE, DESKTOP])
  scripts = await pageScripts('server/sandbox/page')
}, 60_000)

beforeEach(async () => {
  channel = sandboxChannel()
  received = []
  office = {
    view: async () => ({ held: null, tickets: [] }),
    act: async () => {},
    watch: () => () => {},
  }
  group = {
    view: async () => ({ time: null, advisors: [], posts: [] }),
    act: async () => {},
    watch: () => () => {},
  }
  answer = async (message) => ({ text: `收到${messageWords(message)}`, choices: [] })
  const routes = sandboxRoutes({
    async receive(message, options) {
      received.push(message)
      const reply = await answer(message)
      if (!options?.late || !reply) return reply
      await channel.send(message.from, reply)
      return null
    },
    channel,
    office: {
      view: (resident) => office.view(resident),
      act: (resident, deed) => office.act(resident, deed),
      watch: (resident, listener) => office.watch(resident, listener),
      changed: () => {},
    },
    group: {
      view: () => group.view(),
      act: (deed) => group.act(deed),
      watch: (listener) => group.watch(listener),
    },
    now: () => new Date(),
    newId: () => 'media',
    scriptFolder: scripts,
  })
  const app = new Koa()
  app.silent = true
  app.use(routes.routes())
  base = `${await serve(app.callback())}/sandbox`
})

afterEach(async () => {
  await pool.clear()
  expect(complaints).toEqual([])
})

function messageWords({ body }: Message): string {
  return body.kind === 'text' ? body.text : body.kind
}

/** A newcomer's page, greeted. */
async function arrive(options: BrowserContextOptions = PHONE, greeting = '收到followed'): Promise<Page> {
  const watched = await pool.open(options)
  complaints = watched.complaints
  await watched.page.goto(base)
  await says(watched.page, greeting)
  return watched.page
}

function bubble(page: Page, words: string) {
  return page.locator('#log .bubble', { hasText: words })
}

async function says(page: Page, words: string): Promise<void> {
  await bubble(page, words).last().waitFor()
}

async function write(page: Page, words: string): Promise<void> {
  await page.getByLabel('写消息').fill(words)
  await page.getByRole('button', { name: '发送', exact: true }).click()
}

function resident(): string {
  return received[0]?.from ?? ''
}

test('a newcomer follows on arrival, asks, and goes on by tapping a choice', async () => {
  const page = await arrive()
  answer = async (message) =>
    messageWords(message) === '低保怎么申请'
      ? { text: '向户籍地的乡镇申请。', choices: [{ label: '要带什么材料', says: '低保要带什么材料' }] }
      : { text: `关于${messageWords(message)}`, choices: [] }
  await write(page, '低保怎么申请')
  await says(page, '向户籍地的乡镇申请。')
  await page.getByRole('button', { name: '要带什么材料' }).click()
  await says(page, '关于低保要带什么材料')
  expect(received.map((message) => message.body)).toEqual([
    { kind: 'followed', scene: null },
    { kind: 'text', text: '低保怎么申请' },
    { kind: 'text', text: '低保要带什么材料' },
  ])
  expect(new Set(received.map((message) => message.from)).size).toBe(1)
})

test('Enter sends, Shift+Enter breaks the line, and choosing a word in an input method does neither', async () => {
  const page = await arrive(DESKTOP)
  const box = page.getByLabel('写消息')
  await box.focus()
  await page.keyboard.type('第一行')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('第二行')
  const client = await page.context().newCDPSession(page)
  await client.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 })
  // As an input method has it: the page sees the key, but no line break comes of it.
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
  await client.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
  await client.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
  await client.send('Input.insertText', { text: '你' })
  expect(await box.inputValue()).toBe('第一行\n第二行你')
  await page.keyboard.press('Enter')
  await says(page, '收到第一行')
  expect(received.at(-1)?.body).toEqual({ kind: 'text', text: '第一行\n第二行你' })
  expect(await box.inputValue()).toBe('')
  expect(await box.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
})

test('words, links and cards are shown as they are, nothing in them runs, and somewhere unsafe is no link', async () => {
  const page = await arrive()
  answer = async () => ({
    text: '见 https://www.mca.gov.cn/a?b=1，或 javascript:alert(1)。\n<img src=x onerror=alert(1)>',
    choices: [],
    link: { title: '低保办理指南', url: '/p/dibao' },
  })
  await write(page, '网址')
  await page.locator('.card').waitFor()
  const links = await page.locator('#log a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  expect(links).toEqual(['https://www.mca.gov.cn/a?b=1', new URL('/p/dibao', base).href])
  expect(await page.locator('#log .bubble').last().textContent()).toContain('\n<img src=x onerror=alert(1)>')
  expect(await page.locator('#log img').count()).toBe(0)
  answer = async () => ({ text: '看', choices: [], link: { title: '坏的', url: 'javascript:alert(1)' } })
  await write(page, '坏的网址')
  await page.locator('.card').nth(1).waitFor()
  expect(await page.locator('#log a').count()).toBe(links.length)
})

test('an answer longer than the screen is shown from its beginning, the rest one tap away', async () => {
  const page = await arrive()
  answer = async () => ({
    text: Array.from({ length: 60 }, (_, line) => `第 ${line + 1} 条`).join('\n'),
    choices: [{ label: '还有呢', says: '还有呢' }],
  })
  await write(page, '长的')
  await says(page, '第 60 条')
  const bar = await page.locator('#phone .bar').boundingBox()
  const long = await bubble(page, '第 60 条').boundingBox()
  expect(long?.y).toBeGreaterThan((bar?.y ?? 0) + (bar?.height ?? 0))
  await page.getByRole('button', { name: /往下看/ }).click()
  await expect
    .poll(() => page.locator('#thread').evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight))
    .toBeLessThan(2)
  await page.getByRole('button', { name: /往下看/ }).waitFor({ state: 'hidden' })
  await page.locator('#thread').evaluate((element) => element.scrollTo(0, 0))
  await page
    .locator('#thread')
    .evaluate(
      (element) =>
        new Promise((resolve) => element.ownerDocument.defaultView?.requestAnimationFrame(resolve)),
    )
  await channel.send(resident(), { text: '插一句', choices: [] })
  await page.getByRole('button', { name: /有新消息/ }).click()
  await page.getByRole('button', { name: /有新消息/ }).waitFor({ state: 'hidden' })
})

test('what is said unasked appears by itself', async () => {
  const page = await arrive()
  await channel.send(resident(), { text: '您的求助已经有人接手。', choices: [{ label: '好', says: '好' }] })
  await says(page, '您的求助已经有人接手。')
  await page.getByText('主动发来').waitFor()
})

test('with late answers on, the words are pushed, and the dots stop', async () => {
  const page = await arrive()
  await page.getByRole('button', { name: '试用设置' }).click()
  await page.getByLabel('模拟回答迟到').check()
  await page.getByRole('button', { name: '好了' }).click()
  await write(page, '你好')
  await says(page, '收到你好')
  expect(await page.getByText('主动发来').count()).toBe(1)
  await page.locator('#typing:not(.on)').waitFor({ state: 'attached' })
})

test('somebody is seen to be writing until the answer is there', async () => {
  const page = await arrive()
  let release = (): void => {}
  answer = () => new Promise((resolve) => (release = () => resolve({ text: '好了', choices: [] })))
  await write(page, '慢慢来')
  await page.locator('#typing.on').waitFor()
  await expect.poll(() => received.length).toBe(2)
  release()
  await says(page, '好了')
  await page.locator('#typing:not(.on)').waitFor({ state: 'attached' })
})

test('a message that failed stays, and goes out again under the same id', async () => {
  const page = await arrive()
  answer = async () => {
    throw new Error('down')
  }
  await write(page, '我要求助')
  const again = page.getByRole('button', { name: '重发' })
  await again.waitFor()
  expect(complaints.splice(0)).toEqual([expect.stringContaining('500')])
  answer = async () => ({ text: '这次到了', choices: [] })
  await again.click()
  await says(page, '这次到了')
  expect(await again.count()).toBe(0)
  expect(await bubble(page, '我要求助').count()).toBe(1)
  expect(received).toHaveLength(3)
  expect(received[2]?.id).toBe(received[1]?.id)
})

test('a reload keeps the conversation, and does not follow again', async () => {
  const page = await arrive()
  await write(page, '还记得吗')
  await says(page, '收到还记得吗')
  await page.reload()
  await says(page, '收到还记得吗')
  expect(await bubble(page, '还记得吗').count()).toBe(2)
  await write(page, '记得')
  await says(page, '收到记得')
  expect(received.map(messageWords)).toEqual(['followed', '还记得吗', '记得'])
  expect(received.at(-1)?.from).toBe(resident())
})

test('the menu, a voice, a place and a photo', async () => {
  const page = await arrive()
  for (const name of ['问政策', '我要求助', '查进度']) {
    await page.getByRole('button', { name, exact: true }).click()
  }
  await page.getByRole('button', { name: '语音' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('我爸住院了')
  await page.getByRole('button', { name: '发送语音' }).click()
  await page.getByRole('button', { name: '语音' }).click()
  await page.getByRole('button', { name: '发送语音' }).click()
  await page.getByText('平台没有听清这段语音').waitFor()
  await page.getByRole('button', { name: /^更多/ }).click()
  await page.getByRole('button', { name: '位置', exact: true }).click()
  await page.getByRole('button', { name: /玉林街道/ }).click()
  const photo = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  await page.locator('#file').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: photo })
  await page.getByAltText('我发的照片').waitFor()
  await expect.poll(() => received.length).toBe(8)
  expect(received.slice(1).map((message) => message.body)).toEqual([
    { kind: 'tapped', key: 'policy' },
    { kind: 'tapped', key: 'help' },
    { kind: 'tapped', key: 'progress' },
    { kind: 'voice', transcript: '我爸住院了', mediaId: 'sandbox-media', format: 'amr' },
    { kind: 'voice', transcript: null, mediaId: 'sandbox-media', format: 'amr' },
    { kind: 'location', label: '四川省成都市武侯区玉林街道', latitude: 30.6268, longitude: 104.0587 },
    { kind: 'image', mediaId: 'sandbox-media' },
  ])
})

test('where the browser says we are', async () => {
  const page = await arrive({
    ...PHONE,
    geolocation: { latitude: 31.2, longitude: 121.5 },
    permissions: ['geolocation'],
  })
  await page.getByRole('button', { name: /^更多/ }).click()
  await page.getByRole('button', { name: '位置', exact: true }).click()
  await page.getByRole('button', { name: '用我现在的位置' }).click()
  await says(page, '收到location')
  expect(received.at(-1)?.body).toMatchObject({ latitude: 31.2, longitude: 121.5 })
})

test('following anew by a QR code, and becoming somebody else', async () => {
  const page = await arrive()
  await page.getByRole('button', { name: '试用设置' }).click()
  await page.getByPlaceholder(/二维码来源/).fill('grid-7')
  await page.getByRole('button', { name: '重新关注' }).click()
  await page.getByText('来源：grid-7').waitFor()
  await expect.poll(() => received.length).toBe(2)
  expect(received[1]).toMatchObject({ from: resident(), body: { kind: 'followed', scene: 'grid-7' } })
  await write(page, '前一个人')
  await says(page, '收到前一个人')
  await page.getByRole('button', { name: '试用设置' }).click()
  await page.getByRole('button', { name: '换一位居民' }).click()
  await expect.poll(() => received.length).toBe(4)
  await says(page, '收到followed')
  expect(received[3]?.from).not.toBe(resident())
  expect(await bubble(page, '前一个人').count()).toBe(0)
  await channel.send(received[3]?.from ?? '', { text: '给新来的人', choices: [] })
  await says(page, '给新来的人')
})

test('on a phone one side fills the screen, the others are tabs, and no text is smaller than 16 px', async () => {
  const page = await arrive(PHONE)
  const phone = page.locator('#phone')
  const group = page.locator('#group')
  expect(await phone.boundingBox()).toMatchObject({ x: 0, width: 390 })
  expect(await group.isVisible()).toBe(false)
  expect(await smallTexts(page)).toEqual([])
  await page.getByRole('tab', { name: '顾问群' }).click()
  await page.getByText('下面一行话就能办事').waitFor()
  expect(await phone.isVisible()).toBe(false)
  expect(await smallTexts(page)).toEqual([])
  await page.keyboard.press('ArrowRight')
  await page.getByText('求助单会出现在这里').waitFor()
  expect(await group.isVisible()).toBe(false)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  expect(await phone.isVisible()).toBe(true)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
})

test('on a desktop all three stand side by side, and no text is smaller than 16 px', async () => {
  const page = await arrive(DESKTOP)
  const [phone, group, office] = await Promise.all([
    page.locator('#phone').boundingBox(),
    page.locator('#group').boundingBox(),
    page.locator('#office').boundingBox(),
  ])
  expect(phone?.width).toBeGreaterThan(380)
  expect(group?.x).toBeGreaterThan((phone?.x ?? 0) + (phone?.width ?? 0))
  expect(office?.x).toBeGreaterThan((group?.x ?? 0) + (group?.width ?? 0))
  expect((phone?.y ?? 0) + (phone?.height ?? 0)).toBeLessThanOrEqual(768)
  expect(await page.getByRole('tablist').isVisible()).toBe(false)
  expect(await smallTexts(page)).toEqual([])
})

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
])(
  'on a %s a request goes from 我要求助 to 回访, worked on beside the conversation',
  async (_name, options) => {
    const { receive, store, parts } = await world()
    const made = createOffice({ store, fingerprint, now: parts.now, newId: parts.newId })
    office = made
    answer = async (message) => {
      const { reply } = await receive(message)
      made.changed(message.from)
      return reply
    }
    const delivery: DeliveryParts = {
      store,
      channels: new Map([['sandbox', channel]]),
      quotas: {},
      now: parts.now,
      onOutcome: () => {},
    }
    const page = await arrive(options, '您好，我是救助顾问')
    const look = (side: '居民手机' | '求助单') =>
      options === PHONE ? page.getByRole('tab', { name: side }).click() : Promise.resolve()
    const ask = async (words: string) => {
      const said = await page.locator('#log .theirs').count()
      await write(page, words)
      await page.locator('#log .theirs').nth(said).waitFor()
      return (await page.locator('#log .theirs .bubble').last().textContent()) ?? ''
    }
    // Typed once is enough; beside the desktop's page somebody else of the sandbox tells it.
    const number = await requestHelp(options === PHONE ? ask : (words) => tell(page, base, resident(), words))
    await look('求助单')
    const ticket = page.getByRole('article', { name: `求助单 ${number}` })
    const stands = (stage: string) => ticket.locator('[aria-current]', { hasText: stage }).waitFor()
    const does = async (move: string, submit = move) => {
      await ticket.getByRole('button', { name: move, exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: submit, exact: true }).click()
    }
    const done = async (move: string) => {
      await does(move)
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    }
    await stands('受理')
    await ticket.getByText('求助人：唐某，需要资金').waitFor()
    await ticket.getByText(/^整件事：还剩\d+天$/).waitFor()
    await done('预审通过')
    await done('分办')
    await stands('转办')
    await ticket.getByText('已转办').waitFor()
    await done('先行救助')
    await ticket.getByText('诊断证明：还没交').waitFor()
    await does('办结')
    await page.getByRole('alert').filter({ hasText: '还没有反馈' }).waitFor()
    await page.getByRole('button', { name: '取消' }).click()
    expect(complaints.splice(0)).toEqual([expect.stringContaining('422')])
    await done('反馈')
    await stands('反馈')
    await done('收材料')
    await done('办结')
    await ticket.getByText('办理结果：帮上了').waitFor()
    while ((await deliverDue(delivery)) > 0);
    await look('居民手机')
    await says(page, '预审过了')
    await says(page, '您满意吗？')
    await page.getByRole('button', { name: '满意', exact: true }).click()
    await look('求助单')
    await ticket.getByText('居民评价：满意').waitFor()
    await done('回访')
    await stands('回访')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width)
    expect(await smallTexts(page)).toEqual([])
  },
)

test('a person takes over, writes, and gives the conversation back', async () => {
  const { receive, store, parts } = await world()
  const made = createOffice({ store, fingerprint, now: parts.now, newId: parts.newId })
  office = made
  answer = async (message) => {
    const { reply } = await receive(message)
    made.changed(message.from)
    return reply
  }
  const page = await arrive(DESKTOP, '您好，我是救助顾问')
  await write(page, '人工')
  await page.getByText('居民找了人工').waitFor()
  await page.getByLabel('以人的身份对居民说').fill('我是街道的小王')
  await page.getByRole('button', { name: '发给居民' }).click()
  await expect.poll(() => page.getByLabel('以人的身份对居民说').inputValue()).toBe('')
  await page.getByRole('button', { name: '交还给助手' }).click()
  await page.getByText('居民找了人工').waitFor({ state: 'hidden' })
  const told: string[] = []
  for await (const { text, pressing } of store.scan('outbox')) if (pressing) told.push(text)
  expect(told).toContain('我是街道的小王')
})

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
])(
  'on a %s the group hears of danger, and of who asks for a person, as soon as it was told',
  async (_name, options) => {
    const { receive, store, parts, clock } = await world()
    const made = createOffice({ store, fingerprint, now: parts.now, newId: parts.newId })
    office = made
    answer = async (message) => (await receive(message)).reply
    const roster = orDemoRoster(createRosterReader(store))
    const board = createBoard(parts)
    const hear = async () => ({ text: '', ticket: null })
    group = createGroup({ ...parts, board, roster, hear, clock: null, runDue: async () => {} })
    const page = await arrive(options, '您好，我是救助顾问')
    await write(page, '我不想活了')
    await page.locator('#log .theirs').nth(1).waitFor()
    clock.pass(1000)
    await write(page, '人工')
    await page.locator('#log .theirs').nth(2).waitFor()
    if (options === PHONE) await page.getByRole('tab', { name: '顾问群' }).click()
    const notes = page.getByRole('note', { name: '群里的提醒' })
    expect(await notes.count()).toBe(0)
    const telling: TellingParts = {
      store,
      channels: async () => board.channels,
      roster,
      now: parts.now,
      newId: parts.newId,
    }
    while ((await tellDue(telling)) > 0);
    await notes.filter({ hasText: '【找真人】居民在等救助顾问回话' }).first().waitFor()
    const dangers = notes.filter({ hasText: '【危急】居民说到：想伤害自己' })
    // The whole group, and whoever is there.
    await expect.poll(() => dangers.count()).toBe(2)
    await dangers.filter({ hasText: '只发给陈静' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width)
    expect(await smallTexts(page)).toEqual([])
  },
)

/** Whatever of the page is set smaller than 16 px. */
function smallTexts(page: Page): Promise<unknown> {
  return page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 16)
      .map((element) => element.outerHTML)`)
}
