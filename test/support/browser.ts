/** A real browser for tests, and an eye on what it complains about. */
import { existsSync } from 'node:fs'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type ViewportSize,
} from 'playwright-core'
import { onTestFinished } from 'vitest'

/** The screens pages are looked at on. The same two everywhere, so that their pages can be used again. */
export const PHONE: BrowserContextOptions & { viewport: ViewportSize } = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
}
export const DESKTOP: BrowserContextOptions & { viewport: ViewportSize } = {
  viewport: { width: 1366, height: 768 },
}

let running: Promise<Browser> | undefined

/**
 * Chromium: `CHROMIUM` in the environment, or Debian's, without a window of its own where that is installed: the same
 * engine at two thirds of the cost. A start costs seconds, so all test files of a
 * process share one, started when it is first asked for; nobody needs to close it, it ends with the process.
 *
 * @throws {Error} saying how to install it when it is missing; a page nobody has opened is not tested
 */
export function launchBrowser(): Promise<Browser> {
  running ??= start()
  return running
}

async function start(): Promise<Browser> {
  const places = process.env['CHROMIUM']
    ? [process.env['CHROMIUM']]
    : ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
  const executablePath = places.find((place) => existsSync(place))
  if (executablePath === undefined) {
    throw new Error(
      `These tests need Chromium at ${places.join(' or ')}: apt-get install chromium-headless-shell fonts-noto-cjk, or set CHROMIUM`,
    )
  }
  const browser = await chromium.launch({
    executablePath,
    handleSIGTERM: false,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  // Vitest ends its processes by SIGTERM; leaving by exit lets playwright end Chromium at once.
  const leave = () => process.exit()
  process.once('SIGTERM', leave)
  browser.once('disconnected', () => {
    process.off('SIGTERM', leave)
    running = undefined
  })
  return browser
}

/** A page, and everything that went wrong in it or left this machine: an array to expect empty. */
export interface WatchedPage {
  page: Page
  complaints: string[]
}

/** Opens an empty page of its own context, where nothing moves; the caller navigates, and closes the context. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'zh-CN', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  // As text: the tests are compiled without the DOM.
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) => {
      console.error('CSP refused ' + event.violatedDirective + ' ' + event.blockedURI)
    })`,
  })
  return { page, complaints: watch(page) }
}

function watch(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`${message.type()}: ${message.text()}`)
    }
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.hostname !== '127.0.0.1') {
      complaints.push(`outside request: ${request.url()}`)
    }
  })
  return complaints
}

/** Pages used again and again, of all files, by the browser and the very options they were opened with. */
const kept = new WeakMap<Browser, Map<BrowserContextOptions, WatchedPage>>()

/**
 * Pages for the tests of a file. One of `shared` options is used again by test after test, since a new one costs
 * a process; any other is a new one. A test that alters the page itself (scripts before the document, emulated
 * media) asks for other options.
 */
export function pagePool(browser: Browser, shared: readonly BrowserContextOptions[]) {
  const pages = kept.get(browser) ?? new Map<BrowserContextOptions, WatchedPage>()
  kept.set(browser, pages)
  return {
    /** An empty page, with no complaint yet; once for each test. */
    async open(options: BrowserContextOptions): Promise<WatchedPage> {
      const known = pages.get(options)
      if (known) {
        known.complaints.length = 0
        return known
      }
      const opened = await openPage(browser, options)
      if (shared.includes(options)) pages.set(options, opened)
      return opened
    },
    /** Ends what the last test left: shared pages are emptied, every other is closed. */
    async clear(): Promise<void> {
      const stay = new Set([...pages.values()].map(({ page }) => page.context()))
      await Promise.all([
        ...[...pages.values()].map(({ page }) => emptied(page)),
        ...browser
          .contexts()
          .filter((context) => !stay.has(context))
          .map((context) => context.close()),
      ])
    },
  }
}

/** Pages nobody uses at the moment, by the browser and the very options they were opened with. */
const idle = new WeakMap<Browser, Map<BrowserContextOptions, WatchedPage[]>>()

/**
 * An empty page with no complaint yet, for one test, which closes nothing: it is lent to the next one that asks with
 * the very same options (`PHONE`, `DESKTOP`), as a new page costs a process. A test that alters the page itself
 * (scripts before the document, answers of its own, emulated media) asks with options of its own.
 */
export async function lentPage(options: BrowserContextOptions): Promise<WatchedPage> {
  const browser = await launchBrowser()
  const all = idle.get(browser) ?? new Map<BrowserContextOptions, WatchedPage[]>()
  idle.set(browser, all)
  const free = all.get(options) ?? []
  all.set(options, free)
  // A pool that was cleared meanwhile closed what nobody was using.
  const open = free.splice(0).filter(({ page }) => !page.isClosed())
  const watched = open.pop() ?? (await openPage(browser, options))
  free.push(...open)
  watched.complaints.length = 0
  const isShared = options === PHONE || options === DESKTOP
  onTestFinished(async () => {
    if (!isShared) return watched.page.context().close()
    await emptied(watched.page)
    free.push(watched)
  })
  return watched
}

/** Leaves whatever the page shows; the next test may be given the same port, so its origin forgets all. */
async function emptied(page: Page): Promise<void> {
  if (page.url() === 'about:blank') return
  await page.evaluate('localStorage.clear(); sessionStorage.clear()')
  await page.goto('about:blank')
  await page.context().clearCookies()
}
