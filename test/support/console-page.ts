/** The console's page in a real browser, signed in; run `npm run build` first, as `npm run test:browser` does. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { DESKTOP, lentPage, type WatchedPage } from './browser.ts'
import { PASSWORD } from './console.ts'

/**
 * A page of the console at a path below `/console`, as somebody who has signed in: by the interface, as the form is
 * another test's and costs a page. It is lent for the test and forgets everything afterwards.
 *
 * @param name of an account whose password is {@link PASSWORD}
 */
export async function consoleAt(
  base: string,
  name: string,
  path: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<WatchedPage> {
  const watched = await lentPage(options)
  const answer = await watched.page.request.post(`${base}/console/api/sign-in`, {
    headers: { 'x-console': '1' },
    data: { name, password: PASSWORD },
  })
  if (!answer.ok()) throw new Error(`${name} could not sign in: ${answer.status()} ${await answer.text()}`)
  await watched.page.goto(`${base}/console${path}`)
  return watched
}

/**
 * Goes to another page of the console as its links do: the program stays, which costs a third of loading it anew.
 * Resolves when what stood there is gone, so the new page must not be the same kind as the old one.
 *
 * @param path below `/console`, as the router knows it
 */
export async function goWithin(page: Page, path: string): Promise<void> {
  // What is still being put together would leave only the frame to look for, and that stays.
  await page.locator('main > *, #app > :not(.shell)').first().waitFor({ state: 'attached' })
  await page.evaluate(`
    const inside = document.querySelectorAll('main > *')
    for (const old of inside.length > 0 ? inside : document.querySelectorAll('#app > *')) old.dataset.left = ''
    history.pushState(null, '', ${JSON.stringify(`/console${path}`)})
    dispatchEvent(new PopStateEvent('popstate', { state: null }))`)
  await page.locator('[data-left]').first().waitFor({ state: 'detached' })
}

/** A choice is shown much sooner than this, in ms. */
const SHOWN_WITHIN_MS = 5000

/**
 * Chooses from a list one can type in, as a person does, and sees to it that the field shows the choice: a second
 * tap that went nowhere is named here, not by whatever is missing in the end. Its list is gone afterwards, so that no other is met.
 *
 * @param label the field's
 */
export async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  const field = page.getByRole('combobox', { name: label })
  await field.click()
  // Lists stand side by side at the end of the page, and may hold the same names.
  const list = page.locator(`[id="${await field.getAttribute('aria-controls')}"]`)
  const chosen = list.getByRole('option', { name: option }).first()
  const says = (await chosen.textContent()) ?? ''
  const shown = page.locator('.el-select', { has: field }).getByText(says, { exact: true })
  await chosen.click()
  // On a machine with much to do a list may still be opening under the first tap; people tap again.
  const atOnce = await shown.waitFor({ timeout: SHOWN_WITHIN_MS }).then(
    () => true,
    () => false,
  )
  if (!atOnce) {
    if (await list.isHidden()) await field.click()
    await chosen.click()
    await shown.waitFor()
  }
  // Does nothing to a list that is shut, also where the field was given the focus only after the choice.
  await field.press('Escape')
  await list.waitFor({ state: 'hidden' })
}
