/** A real browser for tests, and an eye on what it complains about. */
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { compile } from './support/compile.ts'

/**
 * Starts Chromium: `CHROMIUM` in the environment, or /usr/bin/chromium. The caller closes it.
 *
 * @throws {Error} saying how to install it when it is missing; a page nobody has opened is not tested
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(
      `These tests need Chromium at ${executablePath}: apt-get install chromium fonts-noto-cjk, or set CHROMIUM`,
    )
  }
  return chromium.launch({
    executablePath,
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
}

/** A page, and everything that went wrong in it or left this machine: an array to expect empty. */
export interface WatchedPage {
  page: Page
  complaints: string[]
}

/** Opens an empty page of its own context; the caller navigates, and closes the context or the browser. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'zh-CN', ...options })
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

/**
 * Pages for the tests of a file. One of `shared` options is used again by test after test, since a new one costs
 * a process; any other is a new one. What an origin has stored stays, so each test serves from a port of its own.
 * A test that alters the page itself (scripts before the document, emulated media) asks for other options.
 */
export function pagePool(browser: Browser, shared: readonly BrowserContextOptions[]) {
  const kept = new Map<BrowserContextOptions, WatchedPage>()
  return {
    /** An empty page, with no complaint yet; once for each test. */
    async open(options: BrowserContextOptions): Promise<WatchedPage> {
      const known = kept.get(options)
      if (known) {
        known.complaints.length = 0
        return known
      }
      const opened = await openPage(browser, options)
      if (shared.includes(options)) kept.set(options, opened)
      return opened
    },
    /** Ends what the last test left: shared pages are emptied, every other is closed. */
    async clear(): Promise<void> {
      const stay = new Set([...kept.values()].map(({ page }) => page.context()))
      await Promise.all([
        ...[...kept.values()].map(async ({ page }) => {
          await page.goto('about:blank')
          await page.context().clearCookies()
        }),
        ...browser
          .contexts()
          .filter((context) => !stay.has(context))
          .map((context) => context.close()),
      ])
    },
  }
}

/** Compiles the sandbox page into a temporary folder, so that no test runs on a stale build. */
export function buildSandboxPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-page-'))
  compile('server/sandbox/page', folder)
  return folder
}
