/** Every page of the console on an office's screen and on a phone: read by everybody, and nothing beside the edge. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { act } from '../../bot/casework.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { CONSOLE_ROLES } from '../../server/console/roles.ts'
import { DESKTOP, PHONE } from '../support/browser.ts'
import { consoleOffice } from '../support/console.ts'
import { consoleAt, goWithin } from '../support/console-page.ts'
import { NUMBER, part, staff } from '../support/tickets.ts'
import { WITNESS } from '../support/world.ts'

/** Contrast, names of fields, order of headings: https://github.com/dequelabs/axe-core (WCAG 2.2 A and AA). */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LOOK = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`
const WIDER = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
/** Tables whose heads do not stand over what they head; those that a phone shows as cards have no heads to see. */
const ASKEW = `[...document.querySelectorAll('table')].flatMap((table) => {
  const edges = (row) => [...(row?.cells ?? [])].map((cell) => Math.round(cell.getBoundingClientRect().left)).join(' ')
  const head = table.tHead?.rows[0], row = table.tBodies[0]?.rows[0]
  const seen = head && head.getClientRects().length > 0 && row && row.cells.length === head.cells.length
  return !seen || edges(head) === edges(row) ? [] : ['heads beside their columns: ' + table.innerText.slice(0, 40)]
})`
const Found = z.array(z.string())

/** Where each place of places.ts is found in an office with one request under way. */
const PATHS: Readonly<Record<string, string>> = {
  '/requests/:number': `/requests/${NUMBER}`,
  '/requests/:number/application': `/requests/${NUMBER}/application`,
  '/residents/:number': `/residents/${NUMBER}`,
  '/policies/:id': '/policies/dibao',
  '/people/advisors/:id': '/people/advisors/wang',
  '/policy-imports/:id': '/policy-imports/id-of-import',
  '/:rest(.*)*': '/nowhere',
}
const places = [
  ...readFileSync(new URL('../../server/console/app/places.ts', import.meta.url), 'utf8').matchAll(
    /^ {4}path: '(\/.+)',$/gm,
  ),
].flatMap(([, path]) => path ?? [])

test('every page is there to be looked at', () => {
  expect(places.length).toBeGreaterThan(15)
  expect(places.filter((path) => path.includes(':') && !(path in PATHS))).toEqual([])
})

test.each([
  ['an office’s screen', DESKTOP],
  ['a phone', PHONE],
])(
  'on %s every page can be read by everybody and nothing stands beside its edge',
  async (_, screen) => {
    const office = await consoleOffice()
    await office.open()
    await office.open({
      number: mintNumber(0, () => 7),
      fingerprints: [],
      urgency: { level: 'urgent', reason: '断粮' },
    })
    const actions = [
      { kind: 'screen', why: '情况属实' },
      { kind: 'dispatch', parts: [part()], why: '孩子还在上学' },
    ]
    for (const action of actions)
      await act(office.store, {
        number: NUMBER,
        action,
        actor: staff,
        witness: WITNESS,
        now: office.now(),
        newId: office.desk.newId,
      })
    await office.account('all', [...CONSOLE_ROLES], {
      person: { name: '李静', advisor: 'wang', body: null },
    })
    const { page, complaints } = await consoleAt(office.base, 'all', '/today', screen)
    const me = office.browser()
    await me.signIn('all')
    const { body } = await me.upload('/policy-imports', '通知.md', '# 临时困难补助办法\n\n谁能领：低保家庭。')
    const imported = z.string().parse(body['import'])
    const seen: Record<string, string[]> = {}
    await page.evaluate(AXE)
    // One after another, forth and back: what a page borrows of another’s style it lacks on one of the two ways.
    for (const place of screen === PHONE ? places.toReversed() : places) {
      const path = (PATHS[place] ?? place).replace('id-of-import', imported)
      if (page.url() !== `${office.base}/console${path}`) await goWithin(page, path)
      await page.locator('h1').first().waitFor()
      // Some wait for several things.
      await page.locator('body:not(:has(main [role=status]))').waitFor()
      const wrong = Found.parse(await page.evaluate(LOOK)).concat(Found.parse(await page.evaluate(ASKEW)))
      const wider = z.number().parse(await page.evaluate(WIDER))
      if (wider > 0) wrong.push(`${wider} px wider than the screen`)
      if (wrong.length > 0) seen[place] = wrong
    }
    expect(seen).toEqual({})
    // The look itself sees what is too faint.
    await page.evaluate(`document.querySelector('h1').style.color = '#ccc'`)
    expect(Found.parse(await page.evaluate(LOOK))).toEqual([expect.stringContaining('color-contrast')])
    // No month is chosen while it is the last 90 days.
    await page.goto(`${office.base}/console/figures`)
    await page.locator('.filters').getByText('别的月份').waitFor()
    // Two pages ask for something first: a reason, and a link.
    expect(complaints).toEqual(Array(2).fill(expect.stringContaining('403 (Forbidden)')))
  },
  120_000,
)
