/**
 * How often one address, or one account, may ask. Platforms' valid pushes are never counted: their servers share a few
 * addresses, and behind each stand all residents.
 */
import { createHash, randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'

/** So many in so many seconds. */
export interface Rule {
  count: number
  seconds: number
}

/** What is counted, and how much of it is too much. */
export const RULES = {
  /** Pages and their files. A whole office, or a mobile network's customers, may share one address. */
  page: { count: 3000, seconds: 60 },
  /** Whatever changes something: thirty people behind one address, each every three seconds. */
  form: { count: 600, seconds: 60 },
  /** Callbacks that did not prove where they come from. */
  refused: { count: 60, seconds: 60 },
  /** Tries to sign in that failed, as in chatwoot's rules (config/initializers/rack_attack.rb). */
  signInAddress: { count: 5, seconds: 5 * 60 },
  signInAccount: { count: 10, seconds: 15 * 60 },
  /** What one key asks of /api/v1: a system that pulls page after page, and pushes while it does. */
  key: { count: 300, seconds: 60 },
  /** Keys from one address that were none, or hold no more. */
  keyRefused: { count: 20, seconds: 60 },
} as const satisfies Record<string, Rule>
export type RuleName = keyof typeof RULES

/** Counts tries by address or account. */
export interface Limit {
  /** Counts one. @returns seconds to wait when it was too many, else null */
  take(who: string): Promise<number | null>
  /** Takes one back, e.g. because somebody did sign in. */
  giveBack(who: string): Promise<void>
}
export type Limits = Readonly<Record<RuleName, Limit>>

/** One asked too often; `seconds` later they may ask again. */
export class TooMany extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super(`您这里的请求太多了，请过${inWords(seconds)}再试。`)
    this.name = 'TooMany'
    this.seconds = seconds
  }
}

const inWords = (seconds: number): string =>
  seconds <= 90 ? ` ${seconds} 秒` : ` ${Math.ceil(seconds / 60)} 分钟`

/**
 * So many are told apart, whoever asks: an attacker with a million addresses costs no more memory than one with
 * 65 536. Who shares a place with whom is another at every start and cannot be chosen.
 */
const PLACES = 2 ** 16

/** Counts in memory; a restart, or another process, begins anew. */
export function createLimits(rules: Readonly<Record<RuleName, Rule>> = RULES): Limits {
  const salt = randomBytes(16)
  const placeOf = (who: string): string =>
    String(createHash('sha256').update(salt).update(who).digest().readUInt32LE() % PLACES)
  const limit = ({ count, seconds }: Rule): Limit => {
    const counter = new RateLimiterMemory({ points: count, duration: seconds })
    return {
      async take(who) {
        const { consumedPoints, msBeforeNext } = await counter.penalty(placeOf(who))
        return consumedPoints > count ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : null
      },
      async giveBack(who) {
        await counter.reward(placeOf(who))
      },
    }
  }
  return {
    page: limit(rules.page),
    form: limit(rules.form),
    refused: limit(rules.refused),
    signInAddress: limit(rules.signInAddress),
    signInAccount: limit(rules.signInAccount),
    key: limit(rules.key),
    keyRefused: limit(rules.keyRefused),
  }
}

/**
 * Counts one try to sign in, before the password is looked at; whoever succeeds takes it back.
 *
 * @param address as server/client-address.ts tells it
 * @returns takes the try back
 * @throws {TooMany} when the address or the account has failed too often, whatever the password is
 */
export async function trySignIn(
  { signInAddress, signInAccount }: Pick<Limits, 'signInAddress' | 'signInAccount'>,
  address: string,
  account: string | null,
): Promise<() => Promise<void>> {
  const place = neighbourhood(address)
  const waits = [await signInAddress.take(place), account === null ? null : await signInAccount.take(account)]
  const wait = Math.max(...waits.map((one) => one ?? 0))
  if (wait > 0) throw new TooMany(wait)
  return async () => {
    await signInAddress.giveBack(place)
    if (account !== null) await signInAccount.giveBack(account)
  }
}

/** What one customer of a network has: an IPv4 address, or 2^64 of IPv6 (RFC 6177 gives a home at least that). */
export function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0')
  return `${[...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
