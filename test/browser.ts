/** A real browser for tests, and an eye on what it complains about. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const root = path.join(import.meta.dirname, '..')

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
  // As text: the tests are compiled without the DOM.
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) => {
      console.error('CSP refused ' + event.violatedDirective + ' ' + event.blockedURI)
    })`,
  })
  return { page, complaints }
}

/** Compiles the sandbox page into a temporary folder, so that no test runs on a stale build. */
export async function buildSandboxPage(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-page-'))
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const project = path.join(root, 'server/sandbox/page/tsconfig.json')
  await promisify(execFile)(process.execPath, [tsc, '-p', project, '--outDir', folder])
  return folder
}
