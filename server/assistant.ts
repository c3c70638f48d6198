/** Puts the parts together into one running assistant. */
import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AdvisorParts } from '../bot/advisor/talk.ts'
import { hearAdvisor } from '../bot/advisor/turn.ts'
import type { Channel } from '../bot/channels/channel.ts'
import { officialAccount } from '../bot/channels/official-account.ts'
import {
  type OfficialAccountApi,
  officialAccountApi,
  officialAccountChannel,
} from '../bot/channels/official-account-api.ts'
import { sandboxChannel } from '../bot/channels/sandbox.ts'
import { tokenSharedIn } from '../bot/channels/shared-token.ts'
import { type Chat, chatOf } from '../bot/channels/wechaty.ts'
import type { WecomApi } from '../bot/channels/wecom-api.ts'
import { wecomCallback } from '../bot/channels/wecom-callback.ts'
import type { Setting, Turn } from '../bot/conversation.ts'
import { createIntake, type Receive } from '../bot/intake.ts'
import type { ChannelName, Message } from '../bot/message.ts'
import { type Model, type PolishOutcome, polish } from '../bot/model.ts'
import { type DeliveryParts, repliesTaken, replyMissed } from '../bot/outbox.ts'
import { createRobotReader, createRosterReader } from '../bot/roster.ts'
import type { Fingerprint, Store } from '../bot/store.ts'
import { createTallies } from '../bot/tallies.ts'
import { answerFailed } from '../bot/turns/outage-turn.ts'
import { chinaDay } from '../flows/clocks.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import { learn } from '../knowledge/learn.ts'
import type { Login } from './advisor-page/login.ts'
import { advisorRoutes } from './advisor-page.ts'
import { advisorsOf } from './advisors.ts'
import { createApp } from './app.ts'
import { createAddressOf } from './client-address.ts'
import { type Config, isTrial, KEEP_DEFAULT } from './config.ts'
import { consoleRouters } from './console.ts'
import type { Desk } from './desk/desk.ts'
import type { Hear } from './desk/hear.ts'
import type { Direct } from './direct.ts'
import { watchHealth } from './health.ts'
import { createHostCheck } from './hosts.ts'
import { createPolicyDesk, type PolicyDesk } from './inventory/desk.ts'
import type { Learning } from './inventory/learning.ts'
import { createLive } from './inventory/live.ts'
import { type Reading, readPolicyFile } from './inventory/reading/policy-file.ts'
import type { Published } from './inventory/texts.ts'
import { jobHandlers } from './job-handlers.ts'
import { createLate, residents } from './late.ts'
import { createLimits, type Limits } from './limits.ts'
import type { Log } from './log.ts'
import { readMedia } from './media.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { pageRoutes, pageUrl } from './pages.ts'
import { type ReadSheet, readSheetBytes } from './people/sheet-file.ts'
import { createBoard } from './sandbox/board.ts'
import type { SandboxClock } from './sandbox/clock.ts'
import { orDemoRoster } from './sandbox/demo-roster.ts'
import { createGroup } from './sandbox/group.ts'
import { createOffice } from './sandbox/office.ts'
import { sandboxRoutes } from './sandbox.ts'
import { ROUND_MS, type Task } from './scheduler.ts'
import type { Sealer } from './store/sealer.ts'
import { recurringTasks } from './tasks.ts'
import { REPLY_DEADLINE_MS, webhook, webhookRoutes } from './webhooks.ts'
import type { WechatyAccount } from './wechaty.ts'
import { advisorsSending, wecomRoutes } from './wecom.ts'
import { type MakeWorkbook, makeWorkbook } from './workbook/workbook.ts'

/** The most bytes of one message on any channel: the Official Account's 2048, less room for what counts double. */
const MAX_BYTES = 2000
/** What an account without the right to customer-service messages is told when it pushes. */
const MAY_NOT_PUSH = '48001'

export interface AssistantParts {
  config: Pick<
    Config,
    | 'officialAccount'
    | 'wechaty'
    | 'wecomApp'
    | 'wecomRobot'
    | 'wecomApiBase'
    | 'dataDir'
    | 'publicUrl'
    | 'trustProxy'
    | 'port'
    | 'consoleFactor'
    | 'metricsToken'
  > &
    Partial<Pick<Config, 'keep'>>
  store: Store
  /** What is told; it becomes another when staff publish a policy. */
  knowledge: Knowledge
  /** The published texts it was made from; none by default. */
  published?: Published
  /** How it learns anew; by default at once, keeping others waiting. */
  learning?: Learning
  /** How Excel files are made. Default: in this thread. */
  workbooks?: MakeWorkbook
  /** How files of policies are read; by default at once, keeping others waiting. */
  reading?: Reading
  /** How sheets that were sent are read. Default: in this thread. */
  sheets?: ReadSheet
  /** Recognises people again without storing who they are. */
  fingerprint: Fingerprint
  /** Seals the photos and voices kept in files. */
  sealer: Pick<Sealer, 'sealBytes' | 'openBytes'>
  log: Log
  now: () => Date
  /** Makes `now`, where the time may be moved: only where nothing is connected. */
  sandboxClock?: SandboxClock
  /** Where the sandbox page's compiled modules are; see server/sandbox.ts. */
  scriptFolder?: string
  fetch: typeof fetch
  /** Null, the default, says every answer in its own plain words. */
  model?: Model | null
  /** A personal WeChat account beside or instead of the Official Account; null, the default, is none. */
  wechaty?: WechatyAccount | null
  /** How often anybody may ask; default the usual. */
  limits?: Limits
  /** Ends event streams and rounds of due work, so that the process can close. */
  stop: AbortSignal
  /** How long a direct reply is awaited, in ms; default {@link REPLY_DEADLINE_MS}. */
  replyDeadlineMs?: number
}

export interface Assistant {
  app: ReturnType<typeof createApp>
  tasks: Task[]
  receive: Receive
  /** For whoever works on tickets. */
  desk: Desk
  /** For whoever writes policies. */
  policies: PolicyDesk
  /** Answers what the personal account hears; null without one. */
  hear: Chat['hear'] | null
  /** Writes down what the platform has taken so far; to be called once more when nothing is answered any more. */
  settle: () => Promise<void>
  /** Writes down what was counted so far; likewise. */
  count: () => Promise<void>
}

export function createAssistant({
  config,
  store,
  knowledge,
  published = new Map(),
  learning = async (inventory) => learn(inventory),
  workbooks = makeWorkbook,
  reading = readPolicyFile,
  sheets = readSheetBytes,
  fingerprint,
  sealer,
  log,
  now,
  sandboxClock,
  scriptFolder,
  fetch,
  stop,
  model = null,
  wechaty = null,
  limits = createLimits(),
  replyDeadlineMs = REPLY_DEADLINE_MS,
}: AssistantParts): Assistant {
  const metrics = createMetrics(() => store.health().writable)
  const addressOf = createAddressOf(config.trustProxy, (proxy) =>
    log.warn(
      { proxy },
      '前面有反向代理，TRUST_PROXY 没有写它的地址：所有人都算作同一个来源，会互相挤占请求次数',
    ),
  )
  const tallies = createTallies(store)
  const live = createLive({ store, knowledge, published, learning, log, dataDir: config.dataDir })
  stop.addEventListener('abort', live.stop, { once: true })
  const policies = createPolicyDesk({ store, knowledge, seal: fingerprint, learning, now })
  const kept = createRosterReader(store)
  // Whoever tries it out has advisors to play, unless some were imported.
  const roster = isPlayed(config) ? orDemoRoster(kept) : kept
  const robots = createRobotReader(store)
  const board = createBoard({ now, newId: randomUUID })
  const sharedToken = (id: string) => tokenSharedIn(store, id, { now })
  const advisors = advisorsOf(config, {
    played: board.channels,
    roster,
    robots,
    sharedToken,
    fetch,
    now,
    log,
    metrics,
  })
  /** Told whose nudge went out. */
  let onTold = (_resident: string) => {}
  const setting: Setting = {
    knowledge,
    pageUrl: (policy, area) => pageUrl(policy, config.publicUrl, area),
    startedAt: now(),
    fingerprint,
    advisorsReachable: advisors.reachable,
  }
  const intake = createIntake({
    store,
    setting,
    roster,
    now,
    newId: randomUUID,
    randomBelow: randomInt,
    maxBytes: MAX_BYTES,
    onUnkept: (error) => log.error({ error }, 'a message could not be answered'),
    ...(model ? { improve: improvedBy(model, knowledge, now, metrics) } : {}),
  })
  const receive: Receive = async (message) => {
    const began = performance.now()
    const received = await intake(message)
    metrics.turnSeconds.observe((performance.now() - began) / 1000)
    metrics.turns.inc({ channel: message.channel, decision: received.decision?.kind ?? 'again' })
    if (received.decision) tallies.count(received.decision, now())
    return received
  }
  const note = (work: Promise<void>) => {
    work.catch((error) =>
      log.error({ error }, 'outcome of a reply could not be recorded; it may be repeated'),
    )
  }
  // What happens between two rounds is written at once. Until then the rows are not due, and a redelivery says them.
  let takenSince: string[] = []
  const taken = (outgoing: string) => void takenSince.push(outgoing)
  const settleTaken = async () => {
    const outgoing = takenSince
    takenSince = []
    if (outgoing.length === 0) return
    try {
      await repliesTaken(store, outgoing, now())
    } catch (error) {
      takenSince = [...outgoing, ...takenSince]
      throw error
    }
  }
  const desk: Desk = { store, fingerprint, now, newId: randomUUID }
  const ticketUrl = (number: string) => (config.publicUrl === null ? null : `${config.publicUrl}/t/${number}`)
  const hearing: AdvisorParts = {
    ...desk,
    roster,
    knowledge,
    randomBelow: randomInt,
    pageUrl: (policy, area) => pageUrl(policy, config.publicUrl, area),
    ticketUrl,
    onChanged: (resident) => desk.onChanged?.(resident),
  }
  const hearLine: Hear = (line) => hearAdvisor(hearing, { ...line, media: null })
  const missed = (outgoing: string) => note(replyMissed(store, outgoing, now()))

  const channels = new Map<ChannelName, Channel>()
  const onFailedTurn = (error: unknown) => log.error({ error }, 'a message could not be answered')
  const late = createLate(store, now, onFailedTurn)
  const senders = residents({
    store,
    receive,
    now,
    newId: randomUUID,
    onMissed: missed,
    onUntold: ({ channel, from }, reply) => {
      const way = channels.get(channel)
      if (way) note(way.send(from, reply))
    },
    onFailed: (message) => answerFailed(message, knowledge),
  })
  const advisorsOfApp = advisorsSending({ hear: (heard) => hearAdvisor(hearing, heard), roster, store, now })
  const noteLate = async (taking: Promise<void>): Promise<void> => {
    await taking.catch((error: unknown) => {
      metrics.late.inc({ kept: 'no' })
      throw error
    })
    metrics.late.inc({ kept: 'yes' })
  }
  const quotas: DeliveryParts['quotas'] = {}
  const routers = []
  const direct = new Map<string, Direct>()
  let api: OfficialAccountApi | null = null
  let canPush = true
  if (config.officialAccount) {
    const { apiBase: base, quota, template, ...account } = config.officialAccount
    const { appId, secret } = account
    const share = sharedToken(`wechat:${appId}`)
    api = officialAccountApi({ appId, secret, base, fetch, now, share })
    const channel = officialAccountChannel(api, template)
    channels.set('official-account', channel)
    quotas['official-account'] = quota
    const callback = officialAccount(account)
    const push = webhook({
      account: callback,
      receive,
      now,
      onTaken: taken,
      onMissed: missed,
      onLate: (message, turn) => noteLate(late.take(senders, message, turn)),
      onFailed: (message, error) => {
        onFailedTurn(error)
        return answerFailed(message, knowledge)
      },
      canPush: () => canPush,
      deadlineMs: replyDeadlineMs,
    })
    routers.push(webhookRoutes(callback, push))
    direct.set('POST /wechat', push)
  } else if (!wechaty) {
    const channel = sandboxChannel()
    const office = createOffice(desk)
    desk.onChanged = office.changed
    onTold = office.changed
    const group = createGroup({
      board,
      roster,
      store,
      now,
      newId: randomUUID,
      hear: hearLine,
      clock: (isTrial(config) && sandboxClock) || null,
      runDue: async () => {
        for (const { everyMs, run } of tasks) if (everyMs <= ROUND_MS) await run()
      },
    })
    channels.set('sandbox', channel)
    routers.push(
      sandboxRoutes({
        channel,
        now,
        newId: randomUUID,
        stop,
        office,
        group,
        ...(scriptFolder === undefined ? {} : { scriptFolder }),
        receive: async (message, options) => {
          const { reply, outgoing } = await receive(message)
          if (outgoing !== null) (options?.late ? missed : taken)(outgoing)
          // What no row remembers comes by no other way.
          return options?.late && outgoing !== null ? null : reply
        },
      }),
    )
  }
  const rooms = config.wechaty?.advisorRooms ?? []
  const chat =
    wechaty &&
    chatOf({
      account: wechaty,
      receive: (message) => late.hearOnce(senders, message),
      onTaken: taken,
      onMissed: missed,
      setting,
      now,
      wait,
      advisors: rooms.length === 0 ? null : { rooms, parts: hearing },
    })
  if (chat) channels.set('wechaty', chat.channel)
  const onOutcome = ({ state, channel, error, hint }: Spoken) => {
    metrics.outgoing.inc({ channel, state, error: error ?? '' })
    if (hint !== '') log.warn({ channel, state, code: error }, hint)
  }
  const delivery: DeliveryParts = {
    store,
    channels,
    quotas,
    now,
    onOutcome: (outcome) => {
      if (outcome.error === MAY_NOT_PUSH) canPush = false
      onOutcome(outcome)
    },
  }
  if (config.wecomApp) {
    routers.push(
      wecomRoutes({
        callback: wecomCallback(config.wecomApp),
        hear: (heard) => hearAdvisor(hearing, heard),
        roster,
        store,
        now,
        deadlineMs: replyDeadlineMs,
        onLate: (message, turn) => noteLate(late.take(advisorsOfApp, message, turn)),
        onFailed: (error) => log.error({ error }, 'a message of an advisor could not be answered'),
      }),
    )
  }
  const mediaFolder = join(config.dataDir, 'media')
  const jobs = jobHandlers({
    store,
    channels,
    now,
    onOutcome,
    newId: randomUUID,
    sealer,
    mediaFolder,
    ticketUrl,
    officialAccount: api,
    wechaty,
    wecom: advisors.api,
    late,
    senders: { resident: senders, advisor: advisorsOfApp },
  })
  const wallClock = sandboxClock?.real ?? now
  const { health, watching } = watchHealth({ store, dataDir: config.dataDir, clock: wallClock, log })
  const tasks = [
    ...watching,
    ...recurringTasks({
      store,
      log,
      now,
      wallClock,
      stop,
      delivery,
      telling: {
        store,
        channels: advisors.channels,
        roster,
        now,
        newId: randomUUID,
        ticketUrl,
        onOutcome: (outcome) => {
          advisors.onOutcome(outcome)
          for (const resident of outcome.residents) onTold(resident)
        },
      },
      jobs,
      settle: settleTaken,
      count: tallies.flush,
      refreshPolicies: live.refresh,
      publishDue: policies.publishDue,
      keep: config.keep ?? KEEP_DEFAULT,
      fingerprint,
    }),
  ]
  routers.push(pageRoutes({ knowledge, now, publicUrl: config.publicUrl }))
  const login = loginOf(config, advisors.api)
  const readPhoto = async (media: string) => (await readMedia(media, mediaFolder, sealer))?.bytes ?? null
  routers.push(
    advisorRoutes({
      desk,
      roster,
      hear: hearLine,
      login,
      publicUrl: config.publicUrl,
      clock: wallClock,
      readPhoto,
      log,
    }),
    ...consoleRouters({
      desk,
      policies,
      knowledge,
      roster,
      readPhoto,
      quotaOf: (channel) => quotas[channel],
      clock: wallClock,
      publicUrl: config.publicUrl,
      port: config.port,
      factorFor: config.consoleFactor,
      keep: config.keep ?? KEEP_DEFAULT,
      wecom: login?.kind === 'wecom' ? login : null,
      trial: isTrial(config),
      limits,
      addressOf,
      makeWorkbook: workbooks,
      reading,
      readSheet: sheets,
      log,
    }),
  )
  return {
    app: createApp({
      routers,
      direct,
      store: { health },
      metrics,
      log,
      limits,
      addressOf,
      publicUrl: config.publicUrl,
      metricsToken: config.metricsToken,
      ...(isPlayed(config) ? { isOwnHost: createHostCheck(config.publicUrl) } : {}),
    }),
    tasks,
    receive,
    desk,
    policies,
    hear: chat?.hear ?? null,
    settle: settleTaken,
    count: tallies.flush,
  }
}

/** Whether advisors are played by whoever tries it out: no resident is a real one, and nobody could be told apart. */
const isPlayed = ({
  officialAccount,
  wechaty,
  wecomApp,
}: Pick<Config, 'officialAccount' | 'wechaty' | 'wecomApp'>): boolean =>
  !officialAccount && !wechaty && !wecomApp

/** How advisors sign in to their page; null when nobody can be told from anybody else. */
function loginOf(config: AssistantParts['config'], api: WecomApi | null): Login | null {
  const { wecomApp, publicUrl } = config
  if (isPlayed(config)) return { kind: 'play' }
  if (!api || !wecomApp || publicUrl === null) return null
  const { corpId, agentId } = wecomApp
  return { kind: 'wecom', corpId, agentId, publicUrl, userOf: api.memberOf }
}

/** How words or an announcement went. */
interface Spoken {
  state: string
  channel: ChannelName
  error: string | null
  hint: string
}

/** Lets a model put policy answers into words for the person who asked. */
function improvedBy(model: Model, knowledge: Knowledge, now: () => Date, metrics: Metrics) {
  return async (turn: Turn, { body }: Message): Promise<Turn> => {
    const said = body.kind === 'text' ? body.text : body.kind === 'voice' ? (body.transcript ?? '') : ''
    const policy = knowledge.policy(turn.decision.policies[0] ?? '', chinaDay(now()))
    if (!policy) return turn
    const onOutcome = (outcome: PolishOutcome) =>
      metrics.model.inc({ result: outcome.result, reason: 'reason' in outcome ? outcome.reason : '' })
    return polish(turn, said, { model, policy, onOutcome })
  }
}
