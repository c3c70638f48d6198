/**
 * The platform's ledger of what we may say unasked.
 *
 * A resident's message lets an account send 5 customer-service messages within 48 hours; a menu tap, a follow
 * or a scan lets it send 3 within 1 minute (Official Account documentation, customer message API, rule of
 * 2023-06). Direct replies do not count. Whether grants add up is not documented, so the latest of each kind
 * replaces the one before.
 */
import { instantOf } from '../flows/clocks.ts'
import type { MessageBody } from './message.ts'
import type { Grant, Instant } from './store.ts'

/** How many messages within how long, per kind of grant. */
export type QuotaRules = Record<Grant['kind'], { count: number; withinMs: number }>

export const PLATFORM_QUOTA: QuotaRules = {
  message: { count: 5, withinMs: 48 * 60 * 60 * 1000 },
  tap: { count: 3, withinMs: 60 * 1000 },
}

/** The grants a resident has given after this message. */
export function granted(grants: readonly Grant[], body: MessageBody, now: Date): Grant[] {
  const kind = grantOf(body)
  if (body.kind === 'unfollowed') return []
  if (kind === null) return [...grants]
  return [...grants.filter((grant) => grant.kind !== kind), { kind, at: instantOf(now), used: 0 }]
}

function grantOf(body: MessageBody): Grant['kind'] | null {
  switch (body.kind) {
    case 'followed':
    case 'scanned':
    case 'tapped':
      return 'tap'
    case 'unfollowed':
    case 'unannounced':
    case 'unspoken':
      return null
    default:
      return 'message'
  }
}

/**
 * Uses up one message of the ledger.
 *
 * @returns the grants after it, or null when none is left: then the words wait for the resident
 */
export function spend(grants: readonly Grant[], rules: QuotaRules, now: Date): Grant[] | null {
  const [open] = openOf(grants, rules, now)
  if (!open) return null
  return grants.map((grant) => (grant === open ? { ...grant, used: grant.used + 1 } : grant))
}

/** How many messages the ledger still has, and when the last of them lapses; null when none is left. */
export function remaining(
  grants: readonly Grant[],
  rules: QuotaRules,
  now: Date,
): { count: number; until: Instant } | null {
  const open = openOf(grants, rules, now)
  const last = open.at(-1)
  if (!last) return null
  const count = open.reduce((sum, { kind, used }) => sum + rules[kind].count - used, 0)
  return { count, until: new Date(ends(last, rules)).toISOString() }
}

/** Grants that still let something be said; the one that ends first is spent first. */
const openOf = (grants: readonly Grant[], rules: QuotaRules, now: Date): Grant[] =>
  grants
    .filter((grant) => grant.used < rules[grant.kind].count && now.getTime() < ends(grant, rules))
    .sort((a, b) => ends(a, rules) - ends(b, rules))

const ends = (grant: Grant, rules: QuotaRules) => Date.parse(grant.at) + rules[grant.kind].withinMs
