/** What every page has in common: head, share card, bar with the buttons, the lines that always stand. */
import type { Policy } from '../../knowledge/policy.ts'
import type { Assets } from './assets.ts'
import { type Content, type Html, html } from './html.ts'

/** What the pages may load: their own files, and nothing inline. */
export const PAGES_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Said on every page and printed on every sheet. */
export const STANDING_LINES = [
  '能不能享受由经办单位审核决定',
  '办理救助不收费，不会让您转账或提供密码',
] as const

/** What the pages are made with. */
export interface Setting {
  assets: Assets
  /** Without a trailing slash; null when the server has no public address. */
  publicUrl: string | null
}

/** One page, before its shell. */
export interface PageParts {
  title: string
  /** One sentence, for the share card and for search engines. */
  description: string
  /** Where it is found, e.g. /p/dibao; null for a page nobody should share. */
  path: string | null
  body: Content
  /** Whether it holds something to read aloud and to print. */
  tools?: boolean
  /** How closely the sheet is set; see policy-page.ts. */
  print?: string
}

/** The whole document. */
export function layout(page: PageParts, { assets, publicUrl }: Setting): Html {
  const card = `${publicUrl ?? ''}${assets.address('card.png')}`
  const address = page.path === null || publicUrl === null ? null : publicUrl + page.path
  const robots = page.path === null && html`<meta name="robots" content="noindex">`
  const share = html`<meta property="og:type" content="article">
<meta property="og:site_name" content="救助顾问">
<meta property="og:title" content="${page.title}">
<meta property="og:description" content="${page.description}">
<meta property="og:image" content="${card}">
<meta itemprop="name" content="${page.title}">
<meta itemprop="description" content="${page.description}">
<meta itemprop="image" content="${card}">`
  const found =
    address !== null &&
    html`<link rel="canonical" href="${address}">
<meta property="og:url" content="${address}">`
  return html`<!doctype html>
<html lang="zh-CN" data-print="${page.print ?? '11pt'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
<meta name="description" content="${page.description}">
${robots}${page.path !== null && share}
${found}
<link rel="icon" href="${assets.address('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.address('page.css')}">
<link rel="stylesheet" href="${assets.address('print.css')}" media="print">
<script type="module" src="${assets.address('page.js')}"></script>
</head>
<body>
<header class="bar">
<a class="home" href="/p">救助政策</a>
<div class="tools" id="tools" hidden>
<button type="button" id="large" aria-pressed="false" aria-label="大字">大</button>
<button type="button" id="larger" aria-pressed="false" aria-label="更大的字">更大</button>
${
  page.tools === true &&
  html`<button type="button" id="read" hidden>朗读</button>
<button type="button" id="print">打印明白纸</button>`
}
</div>
</header>
${page.body}
</body>
</html>
`
}

/** The lines that always stand, as a list. */
export function standingLines(): Html {
  return html`<ul class="standing" data-read>${STANDING_LINES.map((line) => html`<li>${line}。</li>`)}</ul>`
}

/** A policy's title in Chinese punctuation. */
export function shownTitle({ title }: Pick<Policy, 'title'>): string {
  return title.replaceAll('(', '（').replaceAll(')', '）')
}

/** Where a policy's page is, with the area asked for. */
export function policyPath(id: string, area: string | null = null): string {
  return `/p/${encodeURIComponent(id)}${area === null ? '' : `?area=${encodeURIComponent(area)}`}`
}

/** Policies by department, the department with the most first; one under several stands under each. */
export function byDepartment(policies: readonly Policy[]): [string, Policy[]][] {
  const groups = new Map<string, Policy[]>()
  for (const policy of policies) {
    for (const department of policy.departments) {
      const group = groups.get(department)
      if (group) group.push(policy)
      else groups.set(department, [policy])
    }
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length)
}
