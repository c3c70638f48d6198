import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Knowledge } from '../knowledge/knowledge.ts'
import { projectFolder } from '../knowledge/load.ts'
import type { LocalArea } from '../knowledge/local.ts'
import { ASPECT_NAMES, ASPECTS, type Policy } from '../knowledge/policy.ts'
import { createApp } from '../server/app.ts'
import { createLog } from '../server/log.ts'
import { createMetrics } from '../server/metrics.ts'
import { html, webAddress } from '../server/pages/html.ts'
import { PAGES_CSP, STANDING_LINES } from '../server/pages/layout.ts'
import { checklist, stepsIn } from '../server/pages/paper.ts'
import { phoneLinks } from '../server/pages/phones.ts'
import { pageRoutes, pageUrl } from '../server/pages.ts'
import { inventory, knowledge, serve } from './support/world.ts'

const root = projectFolder()
const { policies } = inventory()
const NOW = new Date('2026-11-22T09:00:00+08:00')
const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\${1}&lt;`

function policyOf(id: string): Policy {
  const policy = policies.find((one) => one.id === id)
  if (!policy) throw new Error(`${id} is not in the inventory`)
  return policy
}
const dibao = policyOf('dibao')
const variant = (id: string, changes: Partial<Policy>): Policy => ({ ...dibao, id, aliases: [], ...changes })

const QIXIA: LocalArea = {
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
      link: 'https://mzj.nanjing.gov.cn/1.html',
    },
    {
      policy: 'dibao',
      name: '低保标准',
      value: '每人每月990元',
      from: '2025-07-01',
      until: null,
      document: '旧通知',
      number: null,
      link: null,
    },
  ],
}

/** A policy with markup in every field that is shown. */
function poisoned(): Policy {
  const source = { document: EVIL, number: EVIL, article: EVIL, issued: null, effective: null }
  const bad = { ...source, link: 'javascript:alert(3)' }
  const section = { lead: `带${EVIL}身份证、户口本。`, details: [EVIL, EVIL], source: bad }
  return variant('evil', {
    title: EVIL,
    departments: [EVIL],
    area: EVIL,
    phones: [{ name: EVIL, number: EVIL }],
    sources: [bad, { ...bad, link: `https://x/"onclick="alert(4)` }],
    sections: {
      overview: section,
      benefit: section,
      materials: section,
      steps: { ...section, lead: `先${EVIL}，再${EVIL}。` },
    },
  })
}
const EVIL_AREA: LocalArea = {
  area: EVIL,
  aliases: ['坏区'],
  phones: [{ name: EVIL, number: '12345' }],
  values: [
    {
      policy: 'evil',
      name: EVIL,
      value: EVIL,
      from: '2026-01-01',
      until: null,
      document: EVIL,
      number: EVIL,
      link: 'javascript:alert(5)',
    },
  ],
}

let known: Knowledge | undefined
/** The inventory with policies and areas that no office has written, learned once for all tests. */
function altered(): Knowledge {
  known ??= Knowledge.from({
    ...inventory(),
    policies: [
      ...policies,
      poisoned(),
      { ...poisoned(), id: 'evil-old', expires: '2026-01-01' },
      variant('good', { related: ['evil'] }),
      variant('over', { expires: '2025-12-31' }),
      variant('replaced', { supersededBy: 'dibao' }),
      variant('twice', { supersededBy: 'replaced' }),
      variant('dead-end', { supersededBy: 'over' }),
      variant('circle', { supersededBy: 'circle' }),
      variant('coming', { effective: '2027-01-01' }),
    ],
    locals: [QIXIA, EVIL_AREA],
  })
  return known
}

/** The pages over a real application; by default of the shipped policies. */
async function pages(known = knowledge(), publicUrl: string | null = null) {
  const app = createApp({
    direct: new Map(),
    routers: [
      pageRoutes({
        knowledge: known,
        now: () => NOW,
        publicUrl,
      }),
    ],
    store: { health: () => ({ writable: true, detail: '', advice: [] }) },
    metrics: createMetrics(),
    log: createLog('silent'),
  })
  const base = await serve(app.callback())
  return async (path: string, headers: Record<string, string> = {}) => {
    // fetch adds `no-cache` to a conditional request that does not say otherwise, as no browser does.
    const asked = { 'Cache-Control': 'max-age=0', ...headers }
    const response = await fetch(base + path, { headers: asked, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
/** What a reader sees of a page, markup and line breaks gone. */
const plain = (page: string) =>
  (page.split('<body>')[1] ?? '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll('\n', '')

test('every policy is a page that says all it knows and loads nothing from elsewhere', async () => {
  const get = await pages()
  for (const policy of policies) {
    const { status, headers, text } = await get(`/p/${policy.id}`)
    expect(status, policy.id).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toBe(PAGES_CSP)
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    const seen = plain(text)
    for (const aspect of ASPECT_NAMES) {
      const section = policy.sections[aspect]
      if (!section) continue
      expect(text, policy.id).toContain(`<section id="${aspect}">`)
      expect(seen, policy.id).toContain(ASPECTS[aspect])
      expect(seen, policy.id).toContain(section.lead)
      for (const detail of section.details) expect(seen, policy.id).toContain(detail)
    }
    for (const line of STANDING_LINES) expect(seen).toContain(line)
    for (const { document, number, article } of policy.sources) {
      for (const part of [`《${document}》`, number, article]) expect(seen, policy.id).toContain(part ?? '')
    }
    for (const { number } of policy.phones) expect(text, policy.id).toContain(`href="tel:${number}"`)
    expect(seen, policy.id).not.toMatch(/\*\*|##|\]\(|`|[。！？]〔\d+〕|undefined|\[object|null|NaN/)
    expect(text, policy.id).not.toMatch(/<[^>]+\s(?:style|on\w+)=|<style|<iframe|javascript:/i)
    for (const [, address] of text.matchAll(/<(?:script|img|link)[^>]*?(?:src|href)="([^"]*)"/g)) {
      expect(address, policy.id).toMatch(/^\/p\/assets\//)
    }
    expect(text.match(/<script/g), policy.id).toHaveLength(1)
  }
})

test('sections stand in the order a resident asks, with the day the text was checked', async () => {
  const { text } = await (await pages())('/p/dibao')
  const order = [...text.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)
  expect(order).toEqual([...ASPECT_NAMES, 'phones', 'sources'])
  expect(text).toContain('<h1 data-read>低保</h1>')
  expect(text).toContain('最低生活保障</p>')
  expect(plain(text)).toContain('核对日期：2026年11月22日')
  expect(plain(text)).toContain('民发〔2021〕57号，2021年7月1日起施行')
  expect(text).toContain('href="/p/dibao-single-person"')
})

test('the share card names the policy and gives full addresses when there is a public one', async () => {
  const get = await pages(knowledge(), 'https://jiuzhu.example.cn')
  const { text } = await get('/p/dibao')
  expect(text).toContain('<title>最低生活保障（低保）</title>')
  expect(text).toContain(`<meta property="og:description" content="${dibao.sections.overview.lead}">`)
  expect(text).toContain('<meta itemprop="name" content="最低生活保障（低保）">')
  expect(text).toContain('<meta property="og:url" content="https://jiuzhu.example.cn/p/dibao">')
  expect(plain(text)).toContain('本页网址：https://jiuzhu.example.cn/p/dibao')
  const card = /og:image" content="https:\/\/jiuzhu\.example\.cn(\/p\/assets\/card\.png[^"]*)"/.exec(
    text,
  )?.[1]
  const picture = await get(card ?? '')
  expect(picture.status).toBe(200)
  expect(picture.headers.get('content-type')).toBe('image/png')
  expect(pageUrl(dibao, 'https://jiuzhu.example.cn')).toBe('https://jiuzhu.example.cn/p/dibao')
  expect(pageUrl(dibao, null)).toBeNull()
})

test('figures of the area asked for come with their date and document; of no other', async () => {
  const get = await pages(altered())
  const { text } = await get(`/p/dibao?area=${encodeURIComponent('栖霞区')}`)
  const seen = plain(text)
  expect(seen).toContain('低保标准每人每月1090元2026年7月1日起，《关于调整低保标准的通知》宁民〔2026〕1号')
  expect(seen).not.toContain('990元')
  expect(text).toContain('href="https://mzj.nanjing.gov.cn/1.html" rel="noopener noreferrer external"')
  expect(text).toContain('href="tel:02585550000"')
  expect(text).toContain(`/p/tekun?area=${encodeURIComponent('南京市栖霞区')}`)
  const without = await get('/p/dibao')
  expect(without.text).not.toContain('1090')
  const unknown = await get(`/p/dibao?area=${encodeURIComponent('<b>火星</b>')}`)
  expect(unknown.status).toBe(200)
  expect(unknown.text).not.toContain('火星')
  expect(plain(unknown.text)).toContain('您那里的标准还没有收录')
})

test('markup in any field or question stays text', async () => {
  const get = await pages(altered())
  const paths = [
    '/p/evil?area=坏区',
    '/p/evil-old',
    '/p/good',
    '/p',
    '/p/nowhere',
    `/p?q=${encodeURIComponent(EVIL)}`,
  ]
  for (const path of paths) {
    const { text } = await get(encodeURI(decodeURI(path)).replaceAll('%25', '%'))
    expect(text.match(/<script/g), path).toHaveLength(1)
    expect(text, path).not.toMatch(/<img|href="javascript/i)
    expect(text.replace(/"[^"]*"/g, ''), path).not.toMatch(/<[^>]*\son\w+=/i)
    if (!path.includes('nowhere')) expect(plain(text), path).toContain(EVIL.slice(0, 16))
  }
})

test('a policy out of force says so, tells no amount, and leads on where it can', async () => {
  const get = await pages(altered())
  const told = async (id: string) => {
    const { status, text } = await get(`/p/${id}`)
    for (const secret of [dibao.sections.benefit?.lead, dibao.sections.overview.lead]) {
      expect(plain(text)).not.toContain(secret)
    }
    expect(text).toContain('noindex')
    return { status, text, seen: plain(text) }
  }
  const over = await told('over')
  expect(over.status).toBe(410)
  expect(over.seen).toContain('到2025年12月31日为止，现在已经过期')
  for (const id of ['replaced', 'twice']) {
    const { status, text, seen } = await told(id)
    expect(status).toBe(200)
    expect(seen).toContain('已经被新的政策代替')
    expect(text).toContain('<a href="/p/dibao">')
  }
  for (const id of ['dead-end', 'circle']) {
    const { status, seen } = await told(id)
    expect(status).toBe(410)
    expect(seen).toContain('已经停止执行')
  }
  const coming = await told('coming')
  expect(coming.status).toBe(200)
  expect(coming.seen).toContain('从2027年1月1日起执行')
  const index = await get('/p')
  for (const id of ['over', 'replaced', 'coming']) expect(index.text).not.toContain(`"/p/${id}"`)
})

test('an unknown page is kind and leads to the departments', async () => {
  const get = await pages()
  for (const path of ['/p/nothing', '/p/..%2f..%2fetc%2fpasswd', '/p/__proto__', '/p/%E4%BD%8E%E4%BF%9D']) {
    const { status, text } = await get(path)
    expect(status, path).toBe(404)
    expect(plain(text), path).toContain('没有找到这一页')
    expect(text, path).toContain('<a href="/p#民政">')
  }
  for (const path of ['/p/assets/nothing.js', '/p/assets/..%2fhtml.ts', '/p/assets/constructor', '/p/a/b']) {
    expect((await get(path)).status, path).toBe(404)
  }
  expect((await get('/p/%E0%A4%A')).status).toBeLessThan(500)
})

test('the list holds every policy in force and is searched without a script', async () => {
  const get = await pages()
  const { status, text, headers } = await get('/p')
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('public, max-age=300')
  for (const { id } of policies) expect(text).toContain(`<a href="/p/${id}">`)
  const search = async (query: string) => {
    const answer = await get(`/p?q=${encodeURIComponent(query)}`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const found = answer.text.split('<section id="results">')[1]?.split('</section>')[0] ?? ''
    return { found, first: /href="\/p\/([\w-]+)"/.exec(found)?.[1] ?? null }
  }
  expect((await search('低保')).first).toBe('dibao')
  expect((await search('老板欠我三个月工资不给')).first).toBe('wage-arrears')
  expect((await search('妇联')).first).not.toBeNull()
  expect((await search('护照怎么办')).first).toBeNull()
  expect((await search('护照怎么办')).found).toContain('没有找到合适的政策')
  expect((await search('我不想活了')).found).toContain('href="tel:12356"')
  expect((await get(`/p?q=${'长'.repeat(1000)}`)).status).toBe(200)
  expect((await get('/p?q=a&q=b&q=c')).status).toBe(200)
  expect((await get('/p?q=%20')).text).not.toContain('id="results"')
})

test('an unchanged page is not sent again, and files may be kept as long as they stay the same', async () => {
  const get = await pages()
  const { headers, text } = await get('/p/dibao')
  const etag = headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  expect((await get('/p/dibao', { 'If-None-Match': etag })).status).toBe(304)
  expect((await get('/p/tekun', { 'If-None-Match': etag })).status).toBe(200)
  const files = [...text.matchAll(/(?:src|href)="(\/p\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
  expect(files).toHaveLength(4)
  for (const path of files) {
    const file = await get(path)
    expect(file.status, path).toBe(200)
    expect(file.headers.get('cache-control'), path).toContain('immutable')
    expect(file.headers.get('x-content-type-options'), path).toBe('nosniff')
    expect((await get(path, { 'If-None-Match': file.headers.get('etag') ?? '' })).status).toBe(304)
    expect((await get(path.replace(/v=.*/, 'v=old'))).headers.get('cache-control')).not.toContain('immutable')
  }
})

test('a template escapes everything but markup, and only web addresses become links', () => {
  expect(String(html`<a title="${`"'<>&`}">${[html`<b>${'<i>'}</b>`, null, false, undefined, 0]}</a>`)).toBe(
    '<a title="&quot;&#39;&lt;&gt;&amp;"><b>&lt;i&gt;</b>0</a>',
  )
  expect(webAddress('https://www.gov.cn/a?b=1&c="')).toBe('https://www.gov.cn/a?b=1&c="')
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', ' https://x', '//x', 'https://x y', null]) {
    expect(webAddress(bad)).toBeNull()
  }
})

test('numbers one can call become links; amounts, articles and years do not', () => {
  const link = phoneLinks(knowledge())
  const linked = (text: string) =>
    [...String(html`${link(text)}`).matchAll(/<a class="phone" href="tel:(\d+)">/g)].map(
      ([, number]) => number,
    )
  expect(linked('打12345或12333、110，也可以打12356。')).toEqual(['12345', '12333', '110', '12356'])
  expect(linked('12345元、120天、110%、第120条、212345、120平方米、12345.6、110多元')).toEqual([])
})

test('things to bring can be ticked off and steps are numbered, in exactly the words of the answer', () => {
  for (const { sections, id } of policies) {
    const materials = sections.materials?.lead ?? ''
    const lines = checklist(materials)
    if (lines) expect(lines.map(({ text }) => text).join(''), id).toBe(materials)
    for (const { text, box } of lines ?? []) if (box) expect(text, id).not.toMatch(/不用|不得|为准|请问/)
    const lead = sections.steps?.lead ?? ''
    const steps = stepsIn(lead)
    if (steps) expect(steps.steps.join('') + steps.rest, id).toBe(lead)
  }
  const boxes = checklist(dibao.sections.materials?.lead ?? '')?.flatMap(({ text, box }) => (box ? text : []))
  expect(boxes).toEqual([
    '身份证、',
    '户口本、',
    '家庭收入和财产情况，',
    '承诺书和核对授权书。',
    '有残疾证、诊断证明的一起带上。',
  ])
  expect(checklist('价格临时补贴不用交材料。')).toBeNull()
  expect(stepsIn('先到街道申请，再入户调查，最后由区县确认。不批的给书面理由。')).toEqual({
    steps: ['先到街道申请，', '再入户调查，', '最后由区县确认。'],
    rest: '不批的给书面理由。',
  })
  expect(stepsIn('向学校申请就行。')).toBeNull()
})

/** WCAG 2 relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('every colour of text stands out from its ground by 7 to 1, every border by 3 to 1', () => {
  const style = readFileSync(join(root, 'server/pages/page.css'), 'utf8')
  const palette = new Map(
    [...style.matchAll(/--(\w+): (#[\da-f]{6});/g)].map(([, name, colour]) => [name, colour]),
  )
  const ratio = (one: string, other: string) => {
    const [low = 0, high = 0] = [one, other]
      .map((name) => luminance(palette.get(name) ?? ''))
      .sort((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
  }
  const texts = ['ink', 'soft', 'green', 'link', 'alarm']
  for (const text of texts) {
    for (const ground of ['paper', 'tint', 'notice'])
      expect(ratio(text, ground), `${text} on ${ground}`).toBeGreaterThan(7)
  }
  expect(ratio('line', 'paper')).toBeGreaterThan(3)
  expect([...palette.keys()].sort()).toEqual([...texts, 'paper', 'tint', 'notice', 'line'].sort())
  expect(style.replace(/:root \{[^}]*\}/, '')).not.toMatch(/#[\da-f]{3,8}\b|rgb|hsl/i)
})
