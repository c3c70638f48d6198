/** Puts the parts together into one running assistant. */
import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AdvisorParts } from '../bot/advisor/talk.ts'
import { hearAdvisor } from '../bot/advisor/turn.ts'
import { announce } from '../bot/announcing.ts'
import { readHead } from '../bot/audit.ts'
import { updateCards } from '../bot/card-updates.ts'
import type { AdvisorChannels } from '../bot/channels/advisor-channel.ts'
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
import { cardChanger } from '../bot/channels/wecom-app.ts'
import { wecomCallback } from '../bot/channels/wecom-callback.ts'
import type { Setting, Turn } from '../bot/conversation.ts'
import { endHold, sayUnheard } from '../bot/holding.ts'
import { createIntake, type Receive } from '../bot/intake.ts'
import type { ChannelName, Message } from '../bot/message.ts'
import { type Model, type PolishOutcome, polish } from '../bot/model.ts'
import { planOwed } from '../bot/nudge-rows.ts'
import { type DeliveryParts, deliverDue, repliesTaken, replyMissed } from '../bot/outbox.ts'
import { createRobotReader, createRosterReader } from '../bot/roster.ts'
import type { Fingerprint, Health, Job, Store } from '../bot/store.ts'
import { readTaken } from '../bot/taken.ts'
import { createTallies } from '../bot/tallies.ts'
import { type TellingParts, tellDue } from '../bot/telling.ts'
import { answerFailed } from '../bot/turns/outage-turn.ts'
import { chinaDay } from '../flows/clocks.ts'
import { type Knowledge, learn } from '../knowledge/knowledge.ts'
import type { Login } from './advisor-page/login.ts'
import { advisorRoutes } from './advisor-page.ts'
import { advisorsOf } from './advisors.ts'
import { createApp } from './app.ts'
import { createAddressOf } from './client-address.ts'
import { watchJumps } from './clock-jumps.ts'
import { type Config, isTrial, KEEP_DEFAULT } from './config.ts'
import { forgetSignIns } from './console/accounts/sign-ins.ts'
import { consoleRouters } from './console.ts'
import type { Desk } from './desk/desk.ts'
import type { Hear } from './desk/hear.ts'
import type { Direct } from './direct.ts'
import { createAdviser, LOOK_MS } from './health.ts'
import { createHostCheck } from './hosts.ts'
import { createPolicyDesk, type PolicyDesk } from './inventory/desk.ts'
import type { Learning } from './inventory/learning.ts'
import { createLive, INVENTORY_LOOK_MS } from './inventory/live.ts'
import { type Reading, readPolicyFile } from './inventory/reading/policy-file.ts'
import type { Published } from './inventory/texts.ts'
import { type JobHandlers, runDueJobs } from './jobs.ts'
import { createLate, residents } from './late.ts'
import { createLimits, type Limits } from './limits.ts'
import type { Log } from './log.ts'
import { dropMedia, keepMedia, readMedia } from './media.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { pageRoutes, pageUrl } from './pages.ts'
import { type ReadSheet, readSheetBytes } from './people/sheet-file.ts'
import { createClockWatch } from './retention/clock.ts'
import { forgetOld, forgetPast } from './retention.ts'
import { createBoard } from './sandbox/board.ts'
import type { SandboxClock } from './sandbox/clock.ts'
import { orDemoRoster } from './sandbox/demo-roster.ts'
import { createGroup } from './sandbox/group.ts'
import { createOffice } from './sandbox/office.ts'
import { sandboxRoutes } from './sandbox.ts'
import { ROUND_MS, type Task } from './scheduler.ts'
import { watchSpace } from './space.ts'
import type { Sealer } from './store/sealer.ts'
import { REPLY_DEADLINE_MS, webhook, webhookRoutes } from './webhooks.ts'
import type { WechatyAccount } from './wechaty.ts'
import { advisorsSending, isWecomMedia, mediaOf, tellAdvisor, wecomRoutes } from './wecom.ts'
import { type MakeWorkbook, makeWorkbook } from './workbook/workbook.ts'

/** The most bytes of one message on any channel: the Official Account's 2048, less room for what counts double. */
const MAX_BYTES = 2000
/** How often what the platform took is written down; far below the time after which it would be pushed. */
const SETTLE_MS = 100
/** How often it is looked how full the disk is. */
const SPACE_LOOK_MS = 5_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
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
  const wecom = advisors.api
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
  const jobs: JobHandlers = {
    'answer-taken': async (job: Job) => {
      const kept = await readTaken(store, job)
      if (kept?.by === 'resident') await late.hearAgain(senders, kept.message, job)
      else if (kept) await late.hearAgain(advisorsOfApp, kept.message, job)
    },
    'keep-media': async (job: Job) => {
      const mediaId = job.detail['mediaId'] ?? ''
      const from = wechaty?.hasMedia(mediaId)
        ? wechaty
        : wecom && isWecomMedia(mediaId)
          ? mediaOf(wecom)
          : api
      // In the sandbox a photo is a name only: its bytes never leave the browser.
      if (from) await keepMedia(job, mediaFolder, from, sealer)
    },
    'update-cards': async ({ detail }: Job) => {
      if (!wecom) return
      const change = cardChanger(wecom)
      await updateCards(detail['ticket'] ?? '', { store, change, ticketUrl, now })
    },
    'tell-advisor': async (job: Job) => {
      if (wecom) await tellAdvisor(job, wecom, store)
    },
    'drop-media': (job: Job) => dropMedia(job, mediaFolder),
    announce: (job: Job) => announce(job, { store, channels, now, onOutcome }),
    'check-hold': ({ detail }: Job) => {
      const { resident = '', until = '' } = detail
      return sayUnheard(store, { resident, until, now: now(), newId: randomUUID })
    },
    'end-hold': (job: Job) =>
      endHold(store, { resident: job.detail['resident'] ?? '', now: now(), newId: randomUUID }),
  }
  const onFailed = (job: { kind: string; attempts: number }, error: unknown) =>
    log.warn({ error, kind: job.kind, attempts: job.attempts }, 'job failed')
  const wallClock = sandboxClock?.real ?? now
  const jumps = watchJumps(wallClock, () => performance.now())
  const space = watchSpace(config.dataDir)
  const health = (): Health => {
    const found = store.health()
    return { ...found, advice: [...found.advice, ...jumps.advice(), ...space.advice()] }
  }
  const advise = createAdviser(health, log)
  const mayForget = createClockWatch(
    store,
    now,
    () => performance.now(),
    () =>
      log.warn(
        {},
        '机器的时间和上次差得很远，24小时内先不清除任何到期的数据。请核对系统时间（date）；停机久了属于正常，不用管',
      ),
  )
  const tasks: Task[] = [
    {
      name: 'advise',
      everyMs: LOOK_MS,
      run: async () => {
        jumps.look()
        advise()
      },
    },
    { name: 'look at the disk', everyMs: SPACE_LOOK_MS, run: space.look },
    { name: 'settle', everyMs: SETTLE_MS, run: settleTaken },
    { name: 'deliver', everyMs: ROUND_MS, run: () => untilNone(stop, () => deliverDue(delivery)) },
    {
      name: 'jobs',
      everyMs: ROUND_MS,
      run: () => untilNone(stop, () => runDueJobs(store, jobs, now, onFailed)),
    },
    ...tellingTasks(advisors.channels, stop, {
      store,
      roster,
      now,
      newId: randomUUID,
      ticketUrl,
      onOutcome: (outcome) => {
        advisors.onOutcome(outcome)
        for (const resident of outcome.residents) onTold(resident)
      },
    }),
    { name: 'count', everyMs: MINUTE_MS, run: tallies.flush },
    {
      name: 'audit-head',
      everyMs: DAY_MS,
      run: async () => {
        // In the log, where whoever writes the audit log anew cannot reach it: see `npm run audit -- verify --head`.
        const head = await readHead(store)
        if (head) log.info({ number: head.number, seal: head.seal }, 'audit head')
      },
    },
    { name: 'policies', everyMs: INVENTORY_LOOK_MS, run: live.refresh },
    { name: 'publish', everyMs: MINUTE_MS, run: policies.publishDue },
    { name: 'plan', everyMs: DAY_MS, run: () => planOwed(store, now()) },
    { name: 'end sign-ins', everyMs: HOUR_MS, run: () => forgetSignIns(store, wallClock()) },
    { name: 'forget', everyMs: HOUR_MS, run: async () => (await mayForget()) && forgetOld(store, now()) },
    {
      name: 'forget-past',
      everyMs: DAY_MS,
      run: async () =>
        (await mayForget()) &&
        forgetPast({
          store,
          now: now(),
          keep: config.keep ?? KEEP_DEFAULT,
          witness: { by: 'assistant', seal: fingerprint },
        }),
    },
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

/** Tells advisors what is due, when there is a way to them. */
function tellingTasks(
  channels: () => Promise<AdvisorChannels>,
  stop: AbortSignal,
  parts: Omit<TellingParts, 'channels'>,
): Task[] {
  const telling = { ...parts, channels }
  return [
    {
      name: 'tell',
      everyMs: ROUND_MS,
      wakes: (wake) => parts.store.onAnnounced('work', wake),
      run: () => untilNone(stop, () => tellDue(telling)),
    },
  ]
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

/** What is left when asked to stop is due at the next start. */
async function untilNone(stop: AbortSignal, round: () => Promise<number>): Promise<void> {
  while (!stop.aborted && (await round()) > 0);
}
