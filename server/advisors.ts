/** How advisors are reached here, and whether they are: what residents are promised depends on it. */
import { type AdvisorChannels, oneGroup, sandboxAdvisors } from '../bot/channels/advisor-channel.ts'
import { wecomRobot } from '../bot/channels/wecom-robot.ts'
import type { TellingOutcome } from '../bot/telling.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** After this many messages in a row that nobody took, residents are no longer promised an answer. */
const FAILURES = 3
/** So long after the last failure, in ms; then it is hoped for again, as there may be nothing to try it with. */
const DOUBT_MS = 10 * 60 * 1000

interface Surroundings {
  fetch: typeof fetch
  now: () => Date
  log: Log
  metrics: Pick<Metrics, 'nudges'>
}

export interface Advisors {
  /** The ways to them as they are now; null when there is none at all. */
  channels: (() => Promise<AdvisorChannels>) | null
  /** Whether they hear of a resident who asks for them, as far as is known. */
  reachable: () => boolean
  onOutcome: (outcome: TellingOutcome) => void
}

export function advisorsOf(
  config: Pick<Config, 'officialAccount' | 'wecomRobot'>,
  { fetch, now, log, metrics }: Surroundings,
): Advisors {
  const { wecomRobot: robot } = config
  const channel = robot
    ? wecomRobot({ key: robot.key, base: robot.apiBase, fetch })
    : config.officialAccount
      ? null
      : sandboxAdvisors()
  if (channel === null) {
    log.warn(
      {},
      'WECOM_ROBOT_KEY：没有写，居民遇险、找人工、新求助都没有人收到提醒；居民找人工时会请他打12345。请在企业微信顾问群里添加群机器人，把它的 key 写在这一项',
    )
  }
  let failures = 0
  let doubtedUntil = 0
  let complained = ''
  return {
    channels: channel && (async () => oneGroup(channel)),
    reachable: () => channel !== null && now().getTime() >= doubtedUntil,
    onOutcome({ channel, state, code, nudges, hint }) {
      metrics.nudges.inc({ channel, state, error: code }, nudges)
      if (state === 'accepted') {
        if (complained !== '') log.info({ code: complained }, '又能提醒顾问了')
        failures = 0
        doubtedUntil = 0
        complained = ''
        return
      }
      failures++
      if (state === 'waiting' || failures >= FAILURES) doubtedUntil = now().getTime() + DOUBT_MS
      // The same fault again and again is told once.
      if (code !== complained) log.warn({ state, code, nudges }, hint)
      complained = code
    },
  }
}
