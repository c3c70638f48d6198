/** What people write is text wherever it is shown: fifty texts that would run stand in every field of an office. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectFolder } from '../knowledge/load.ts'
import { visitor } from './support/advisor-page.ts'
import { browserAt } from './support/console.ts'
import { hostileOffice, numberOf, OWNER, PAYLOADS, PLAIN, policyOf, RESIDENT } from './support/hostile.ts'

/**
 * The elements of a page with the names of their attributes, as a browser finds them: what is text is gone. Our pages
 * write every value in double quotes; any other `<` shows as an element of its own.
 */
const elements = (page: string): string[] =>
  [...page.matchAll(/<(?:[^">]|"[^"]*")*>?/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'))
/** Where its links, pictures and forms lead. */
const addresses = (page: string): string[] =>
  [...page.matchAll(/\s(?:href|src|action|data|formaction|srcset|poster)="([^"]*)"/g)].map(
    ([, to = '']) => to,
  )
/** Our own pages, places of a page, and telephones. */
const HARMLESS = /^(?:\/(?!\/)[\w/?=&;%.-]*|#[^"]*|tel:[\d-]+)$/
/** Elements as our templates write them: none that loads or runs anything but the page's own script. */
const OURS =
  /^<(?:!doctype html|script type="" src=""|(?!script|i?frame|ima?ge?\b|object|embed|base|audio|video|source|math|style|template|noscript)\/?[a-z][a-z0-9]*(?: (?!on|style|srcdoc|v-)[a-z-]+(?:="")?)*)>$|^<\/(?:script|style)>$/i
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const read = (page: string): string =>
  page.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)

/** An advisor of the office on their phone, who is also anybody on the net. */
async function advisorAt(base: string) {
  const phone = visitor(base)
  await phone.get(`/t/play?as=${OWNER}`)
  return phone
}

test('each text would run, and no two are the same', () => {
  expect(PAYLOADS).toHaveLength(50)
  expect(new Set(PAYLOADS.map((text) => text.replace(/\d+/g, ''))).size).toBe(50)
  expect(PAYLOADS.filter((text) => !/ran\(\d+\)|\/beacon\/\d+|evil\.example/.test(text))).toEqual([])
})

test('pages and forms have the very elements they have with plain words, whatever people wrote', async () => {
  const phone = await advisorAt((await hostileOffice()).base)
  const get = async (path: string) => {
    const { status, text } = await phone.get(path)
    expect([path, status]).toEqual([path, 200])
    expect([path, addresses(text).filter((to) => !HARMLESS.test(to))]).toEqual([path, []])
    expect([path, elements(text).filter((one) => !OURS.test(one))]).toEqual([path, []])
    return text
  }
  const ticket = elements(await get(`/t/${numberOf(PLAIN)}`))
  const policy = elements(await get(`/p/${policyOf(PLAIN)}`))
  for (const [at, text] of PAYLOADS.entries()) {
    const pages = [await get(`/t/${numberOf(at)}`), await get(`/p/${policyOf(at)}`)]
    expect([text, pages.map(elements)]).toEqual([text, [ticket, policy]])
    // As it was written, every letter of it.
    expect(pages.filter((page) => !read(page).includes(text))).toEqual([])
  }
  for (const path of ['/t', '/p', '/t/play']) expect(read(await get(path))).toContain(PAYLOADS[8])
  for (const text of PAYLOADS) await get(`/p?q=${encodeURIComponent(text)}`)
  // A form that is refused shows again what was typed.
  const refused = async (words: string) => {
    const { sent } = await phone.fill(numberOf(PLAIN), '联系', { 方式: words, 通没通: words, 说明: words })
    expect(sent.status).toBe(422)
    return sent.text
  }
  const form = elements(await refused('平常的话'))
  for (let at = 0; at < PAYLOADS.length; at += 10) {
    const words = PAYLOADS.slice(at, at + 10).join(' ')
    const shown = await refused(words)
    expect(elements(shown)).toEqual(form)
    expect(read(shown)).toContain(words)
  }
})

test('what scripts read is JSON, which no browser takes for a page', async () => {
  const { base } = await hostileOffice()
  const office = browserAt(base)
  await office.signIn('account0')
  const first = numberOf(0)
  const unmasked = await office.post(`/requests/${first}/unmask`, { reason: 'contact' })
  expect(JSON.stringify(unmasked.body)).toContain('ran(0)')
  const anybody = visitor(base)
  const answers = [
    unmasked,
    ...(await Promise.all(
      [
        '/accounts',
        '/keys',
        '/requests',
        `/requests/${first}`,
        `/requests/${first}/application`,
        '/audit',
        '/places',
        '/policies',
        '/questions',
        '/advisors',
        '/advisors/a8',
        '/areas?under=yaohua',
        '/roster/gaps',
        '/roster/duty',
        '/roster/choices',
        '/me',
      ].map((path) => office.get(path)),
    )),
    await anybody.get(`/sandbox/tickets?resident=${RESIDENT}`),
    await anybody.get('/sandbox/group'),
  ]
  let told = 0
  for (const { status, headers, text } of answers) {
    expect([text.slice(0, 80), status]).toEqual([text.slice(0, 80), 200])
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    if (/ran\(\d+\)/.test(text)) told++
  }
  // Most of them hold words of people, else this would show nothing.
  expect(told).toBeGreaterThanOrEqual(6)
})

describe('the pages that build themselves', () => {
  const FOLDERS = ['server/sandbox/page', 'server/console/app', 'server/pages']
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(projectFolder(), folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|js|vue|html)$/.test(name))
      .map(
        (name) => [`${folder}/${name}`, readFileSync(join(projectFolder(), folder, name), 'utf8')] as const,
      ),
  )
  test('parse no markup and make no program of words', () => {
    expect(sources.length).toBeGreaterThan(40)
    const parses =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML|srcdoc|v-html|\beval\(|new Function|\bh\(|compile\(|dangerously/
    expect(sources.filter(([, text]) => parses.test(text)).map(([name]) => name)).toEqual([])
  })
  test('lead nowhere that words say, but for web addresses that were looked at', () => {
    const bound = sources.flatMap(([name, text]) =>
      [
        ...text.matchAll(
          /(?:\s:|v-bind:)(?:href|src|action|srcdoc|style|is)=|\.(?:href|src|action) = |location\.(?:assign|replace)|location = |window\.open/g,
        ),
      ].map(([found]) => `${name}: ${found.trim()}`),
    )
    expect(bound.sort()).toEqual([
      // A file this browser holds.
      'server/console/app/api.ts: .href =',
      // The secret of one's own second factor, made by us.
      'server/console/app/pages/OwnPage.vue: :href=',
      'server/console/app/pages/OwnPage.vue: :src=',
      // Behind /p/, by the policy's id.
      'server/console/app/pages/PolicyPage.vue: :href=',
      // A route of ours.
      'server/console/app/pages/SignInPage.vue: :href=',
      // One of two elements of its own.
      'server/console/app/pages/TodayPage.vue: :is=',
      // A picture's bytes, which the server looked into.
      'server/console/app/parts/PhotoLook.vue: :src=',
      // A picture this browser took.
      'server/sandbox/page/bubble.ts: .src =',
      // Behind /t/, as a part of the address.
      'server/sandbox/page/group.ts: .href =',
      'server/sandbox/page/group.ts: .href =',
      // http and https alone.
      'server/sandbox/page/links.ts: .href =',
    ])
  })
})
