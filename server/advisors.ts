/** How advisors are reached here, and whether they are: what residents are promised depends on it. */
import type { Address, AdvisorChannel, AdvisorChannels, Way } from '../bot/channels/advisor-channel.ts'
import type { ShareToken } from '../bot/channels/shared-token.ts'
import { type WecomApi, wecomApi } from '../bot/channels/wecom-api.ts'
import { wecomApp } from '../bot/channels/wecom-app.ts'
import { wecomRobot } from '../bot/channels/wecom-robot.ts'
import type { ReadRobots, ReadRoster } from '../bot/roster.ts'
import type { TellingOutcome } from '../bot/telling.ts'
import type { Roster } from '../flows/roster/advisors.ts'
import { AreaTree } from '../flows/roster/areas.ts'
import { recipientsOf } from '../flows/roster/routing.ts'
import { type Config, isTrial } from './config.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** After this many messages in a row that nobody took, residents are no longer promised an answer. */
const FAILURES = 3
/** So long after the last failure, in ms; then it is hoped for again, as there may be nothing to try it with. */
const DOUBT_MS = 10 * 60 * 1000

interface Surroundings {
  /** Where advisors who are played are told. */
  played: AdvisorChannels
  roster: ReadRoster
  robots: ReadRobots
  /** Has a token shared between processes; `id` is the platform's and the account's. */
  sharedToken: (id: string) => ShareToken
  fetch: typeof fetch
  now: () => Date
  log: Log
  metrics: Pick<Metrics, 'nudges'>
}

export interface Advisors {
  /** The ways to them as they are now. */
  channels: () => Promise<AdvisorChannels>
  /** Whether they hear of what happens in an area, or of a resident nobody can place, as far as is known. */
  reachable: (area?: string | null) => boolean
  onOutcome: (outcome: TellingOutcome) => void
  /** The WeCom application; null where there is none. */
  api: WecomApi | null
}

/** Everything ways are found with, as it was at one moment. */
interface Known {
  roster: Roster
  robots: ReadonlyMap<string, string>
}

export function advisorsOf(
  config: Pick<Config, 'officialAccount' | 'wechaty' | 'wecomApp' | 'wecomRobot' | 'wecomApiBase'>,
  { played, roster, robots, sharedToken, fetch, now, log, metrics }: Surroundings,
): Advisors {
  const { wecomApp: application, wecomRobot: robot } = config
  const health = ways(now, log)
  const onOutcome = (outcome: TellingOutcome) => {
    metrics.nudges.inc(
      { channel: outcome.channel, state: outcome.state, error: outcome.code },
      outcome.nudges,
    )
    health.heard(outcome)
  }
  if (isTrial(config)) {
    return { channels: async () => played, reachable: () => true, onOutcome, api: null }
  }
  if (!application && !robot) {
    log.warn(
      {},
      'WECOM_ROBOT_KEY：没有写，也没有接企业微信应用；除了自己有群机器人的区域，居民遇险、找人工、新求助都没有人收到提醒，居民找人工时会请他打12345。请在企业微信顾问群里添加群机器人，把它的 key 写在这一项',
    )
  }
  const api = application
    ? wecomApi({
        ...application,
        base: application.apiBase,
        fetch,
        now,
        share: sharedToken(`wecom:${application.corpId}:${application.agentId}`),
      })
    : null
  const app = api && wecomApp(api)
  const groups = robotsOf(config.wecomApiBase, fetch)
  /** As of the last time somebody was to be told; what a resident is promised must not wait for the store. */
  let known: Known = { roster: { areas: new AreaTree([]), advisors: new Map() }, robots: new Map() }

  function to(address: Address): Way | null {
    if (address.kind === 'person') {
      return app && { key: `app:${address.advisor}`, channel: app, to: [address.advisor] }
    }
    for (const { id } of known.roster.areas.upFrom(address.area)) {
      const key = known.robots.get(id)
      if (key !== undefined) return { key: `robot:${id}`, channel: groups(key), to: [] }
    }
    return robot && { key: 'robot:', channel: groups(robot.key), to: [] }
  }

  async function channels(): Promise<AdvisorChannels> {
    const [people, keys] = await Promise.all([roster(), robots()])
    known = { roster: people, robots: keys }
    return { to }
  }

  function reachable(area: string | null = null): boolean {
    const told = recipientsOf('duty', { area, owner: null }, known.roster, now())
    const group = to({ kind: 'group', area: told.area?.id ?? area })
    if (group && health.isSound(group.key)) return true
    return app !== null && told.advisors.length > 0 && health.isSound(APP)
  }
  return { channels, reachable, onOutcome, api }
}

/** A robot's channel by its key, made once. */
function robotsOf(base: string, fetch: typeof globalThis.fetch) {
  const made = new Map<string, AdvisorChannel>()
  return (key: string): AdvisorChannel => {
    const channel = made.get(key) ?? wecomRobot({ key, base, fetch })
    made.set(key, channel)
    return channel
  }
}

/** All members' ways are one application's: it works for all, or for none. */
const APP = 'app'
const partOf = (way: string): string => (way.startsWith(`${APP}:`) ? APP : way)

/** How each robot and the application fared lately. */
function ways(now: () => Date, log: Log) {
  const faults = new Map<string, { failures: number; doubtedUntil: number; complained: string }>()
  return {
    isSound: (part: string): boolean => now().getTime() >= (faults.get(part)?.doubtedUntil ?? 0),
    heard({ way, state, code, nudges, hint }: TellingOutcome): void {
      const part = partOf(way)
      if (state === 'accepted') {
        if (faults.get(part)) log.info({ way: part, code: faults.get(part)?.complained }, '又能提醒顾问了')
        faults.delete(part)
        return
      }
      const before = faults.get(part) ?? { failures: 0, doubtedUntil: 0, complained: '' }
      // One member who cannot be reached says nothing about the others.
      const isOne = part === APP && state === 'refused'
      const failures = before.failures + (isOne ? 0 : 1)
      const isDoubted = !isOne && (state === 'waiting' || failures >= FAILURES)
      // The same fault again and again is told once.
      if (code !== before.complained) log.warn({ way: part, state, code, nudges }, hint)
      faults.set(part, {
        failures,
        doubtedUntil: isDoubted ? now().getTime() + DOUBT_MS : before.doubtedUntil,
        complained: code,
      })
    },
  }
}
