/** What the advisors' pages have in common. Made for a phone held in one hand; nothing in them needs a script. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from 'koa'
import { projectFolder } from '../../knowledge/load.ts'
import { contentHash } from '../pages/assets.ts'
import { type Content, type Html, html } from '../pages/html.ts'

/** Nothing runs, nothing is loaded but our own style sheet and pictures of papers, and nobody frames it. */
export const ADVISOR_CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** The pages' style sheet, read once. */
export interface Style {
  bytes: Buffer
  /** Of the content; part of the address, so that a browser may keep it for good. */
  hash: string
}

/** @throws {Error} at once when the file is missing */
export function readStyle(): Style {
  const bytes = readFileSync(join(projectFolder(), 'server/advisor-page/advisor.css'))
  return { bytes, hash: contentHash(bytes) }
}

export interface PageParts {
  title: string
  /** Whoever is signed in, as they are called; null when nobody is. */
  who: string | null
  /** Whether the way back to 我的 stands in the bar. */
  back: boolean
  body: Content
}

/** The whole document. The title names nobody: it stands in lists of open windows. */
export function layout({ title, who, back, body }: PageParts, style: Style): Html {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light">
<meta name="theme-color" content="#14467f">
<title>${title} · 救助顾问</title>
<link rel="icon" href="/p/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/t/style.css?v=${style.hash}">
</head>
<body>
<header class="bar">${back ? html`<a class="back" href="/t">‹ 我的</a>` : html`<span class="home">救助顾问</span>`}${
    who !== null &&
    html`<span class="who">${who}</span><form method="post" action="/t/sign-out"><button class="leave">退出</button></form>`
  }</header>
<main>
${body}
</main>
</body>
</html>
`
}

/** Sends a page that only this person may see, and no cache may keep. */
export function send(ctx: Context, status: number, page: Html): void {
  ctx.set('Content-Security-Policy', ADVISOR_CSP)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('Cache-Control', 'no-store')
  ctx.status = status
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = page.toString()
}
