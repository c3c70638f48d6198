/** `/p`: every policy as a page in large print, to read, hear, print and pass on. The pages are in pages/. */
import Router from '@koa/router'
import type { Context } from 'koa'
import { chinaDay } from '../flows/clocks.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import type { Policy } from '../knowledge/policy.ts'
import { contentHash, readAssets } from './pages/assets.ts'
import type { Html } from './pages/html.ts'
import { indexPage } from './pages/index-page.ts'
import { PAGES_CSP, policyPath, type Setting } from './pages/layout.ts'
import { outOfForcePage, unknownPage } from './pages/notices.ts'
import { type PhoneLinks, phoneLinks } from './pages/phones.ts'
import { policyPage } from './pages/policy-page.ts'

/** What {@link pageRoutes} needs. */
export interface PagesOptions {
  knowledge: Knowledge
  now: () => Date
  /** Where the server is found, without a trailing slash; null when it has no public address. */
  publicUrl: string | null
}

/** A corrected policy is seen within five minutes. */
const PAGE_CACHE = 'public, max-age=300'
/** A file's address changes with its content. */
const ASSET_CACHE = 'public, max-age=31536000, immutable'
/** What somebody searched for is nobody else's business. */
const SEARCH_CACHE = 'no-store'
/** An area's name is never longer. */
const AREA_LIMIT = 40

/**
 * The routes of the policy pages: `/p` lists them, `/p/<policy id>` is one, with `?area=<name>` the figures
 * of that area.
 *
 * @throws {Error} at once when one of the pages' files is missing
 */
export function pageRoutes({ knowledge, now, publicUrl }: PagesOptions): Router {
  const setting: Setting = { assets: readAssets(), publicUrl }
  // Anew whenever the inventory is another.
  let linked = { policies: knowledge.policies, links: phoneLinks(knowledge) }
  const links: PhoneLinks = (text) => {
    if (linked.policies !== knowledge.policies)
      linked = { policies: knowledge.policies, links: phoneLinks(knowledge) }
    return linked.links(text)
  }
  const router = new Router({ prefix: '/p' })

  router.get('/', (ctx) => {
    const query = single(ctx.query['q'])
    if (query.trim() !== '') ctx.set('Cache-Control', SEARCH_CACHE)
    else ctx.set('Cache-Control', PAGE_CACHE)
    send(ctx, 200, indexPage(knowledge, query, chinaDay(now()), links, setting))
  })

  router.get('/assets/:file', (ctx) => {
    const asset = setting.assets.get(ctx.params['file'] ?? '')
    if (!asset) return
    ctx.set('Cache-Control', single(ctx.query['v']) === asset.hash ? ASSET_CACHE : PAGE_CACHE)
    ctx.set('X-Content-Type-Options', 'nosniff')
    sendFresh(ctx, 200, asset.hash, asset.type, asset.bytes)
  })

  router.get('/:id', (ctx) => {
    const day = chinaDay(now())
    const id = ctx.params['id'] ?? ''
    ctx.set('Cache-Control', PAGE_CACHE)
    const policy = knowledge.policies.get(id)
    if (!policy) {
      const inForce = [...knowledge.policies.keys()].flatMap((key) => knowledge.policy(key, day) ?? [])
      send(ctx, 404, unknownPage(inForce, setting))
    } else if (!knowledge.policy(id, day)) {
      const successor = successorOf(policy, knowledge, day)
      const over = policy.effective <= day && !successor
      send(ctx, over ? 410 : 200, outOfForcePage(policy, successor, day, setting))
    } else {
      const asked = single(ctx.query['area']).slice(0, AREA_LIMIT).trim()
      const area = asked === '' ? null : knowledge.areaIn(asked)
      const related = policy.related.flatMap((other) => knowledge.policy(other, day) ?? [])
      const parts = { policy, area, areaUnknown: asked !== '' && !area, related, day, phoneLinks: links }
      send(ctx, 200, policyPage(parts, setting))
    }
  })

  return router
}

/** Where a policy's page is on the web, or null when the server has no public address. */
export function pageUrl(
  policy: Pick<Policy, 'id'>,
  publicUrl: string | null,
  area?: string | null,
): string | null {
  return publicUrl === null ? null : publicUrl + policyPath(policy.id, area ?? null)
}

/** The policy in force at the end of the chain of replacements. */
function successorOf(policy: Policy, knowledge: Knowledge, day: string): Policy | undefined {
  const seen = new Set<string>()
  let next = policy.supersededBy
  while (next !== null && !seen.has(next)) {
    seen.add(next)
    const inForce = knowledge.policy(next, day)
    if (inForce) return inForce
    next = knowledge.policies.get(next)?.supersededBy ?? null
  }
  return undefined
}

const single = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? ''

function send(ctx: Context, status: number, page: Html): void {
  const text = page.toString()
  ctx.set('Content-Security-Policy', PAGES_CSP)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'no-referrer')
  sendFresh(ctx, status, contentHash(text), 'text/html; charset=utf-8', text)
}

function sendFresh(ctx: Context, status: number, hash: string, type: string, body: string | Buffer): void {
  ctx.set('ETag', `"${hash}"`)
  ctx.status = status
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  ctx.type = type
  ctx.body = body
}
