/** `npm start`: reads the configuration, opens the store, serves until asked to stop. */
import type { Server } from 'node:http'
import { join } from 'node:path'
import { MODEL_BUDGET_MS, type Model } from '../bot/model.ts'
import { hearLeftOver } from '../bot/taken.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { preparedKnowledge } from '../knowledge/prepared.ts'
import { createAssistant } from './assistant.ts'
import { type Config, ConfigError, isTrial, readConfig } from './config.ts'
import { firstLink, linkAddress } from './console/accounts/first.ts'
import { consoleBase } from './console/paths.ts'
import { openDoor, TooLong } from './desk/socket.ts'
import { loadEnvFile } from './env-file.ts'
import { withoutOutage } from './health.ts'
import { knownOf } from './inventory/learned-file.ts'
import { learnApart } from './inventory/learning.ts'
import { readApart } from './inventory/reading/read-apart.ts'
import { readPublished } from './inventory/texts.ts'
import { createPatientServer, listen } from './listen.ts'
import { createLog, type Log } from './log.ts'
import { readSheetApart } from './people/sheet-apart.ts'
import { hostOf, platformHosts, reach } from './reach.ts'
import { createSandboxClock } from './sandbox/clock.ts'
import { startScheduler } from './scheduler.ts'
import { MEDIA } from './store/carry/media.ts'
import { openStore } from './store/open.ts'
import { createRotation } from './store/rotation.ts'
import type { WechatyAccount } from './wechaty.ts'
import { makeWorkbookApart } from './workbook/workbook-apart.ts'

/** After this the rest of the knowledge is prepared, when whoever waited for the start has been answered; in ms. */
const PREPARE_MS = 3_000
/** How long requests in progress may take to end when asked to stop, in ms. */
const DRAIN_MS = 8_000

async function main(): Promise<void> {
  loadEnvFile()
  const config = readConfig(process.env)
  const whole = createLog(config.logLevel)
  const knowledge = preparedKnowledge()
  const unlocked = await openStore(config, {
    warn: (message) => whole.warn({}, message),
    error: (message) => whole.error({}, message),
  }).catch((error: unknown) => {
    throw new CannotStart(error instanceof Error ? error.message : String(error), { cause: error })
  })
  const { store, fingerprint, sealer } = unlocked
  const log = withoutOutage(whole, store)
  const published = await readPublished(store)
  if (published.size > 0) {
    const { knowledge: known, left } = knownOf(config.dataDir, published, true)
    for (const { id, faults } of left)
      log.error({ policy: id, faults }, 'a published policy cannot be used; the program’s own text stands in')
    knowledge.become(known)
  }
  const wechaty = await wechatyOf(config, log)
  const stopping = new AbortController()
  const sandboxClock = isTrial(config) ? createSandboxClock() : null
  // A folder has one process, so what is left over there is nobody's; a database may have others.
  if (config.databaseUrl === null)
    await hearLeftOver(store, sandboxClock?.now() ?? new Date()).catch((error: unknown) =>
      log.warn({ error }, 'what an ended process left over is heard a little later'),
    )
  const { app, tasks, settle, count, desk, hear } = createAssistant({
    config,
    store,
    knowledge,
    fingerprint,
    sealer,
    log,
    now: sandboxClock?.now ?? (() => new Date()),
    ...(sandboxClock ? { sandboxClock } : {}),
    published,
    learning: learnApart,
    workbooks: makeWorkbookApart,
    reading: readApart,
    sheets: readSheetApart,
    fetch: reach(platformHosts(config)),
    stop: stopping.signal,
    model: await modelOf(config),
    wechaty,
  })
  const server = createPatientServer(app.callback())
  await listen(server, config)
  desk.rotation = createRotation({ ...unlocked, mediaFolder: join(config.dataDir, MEDIA) })
  const door = await openDoor(config.dataDir, desk, (error) =>
    log.error({ error }, 'a request of the desk failed'),
  ).catch((error: unknown) => {
    if (!(error instanceof TooLong)) throw error
    log.warn({}, `${error.message}。不改也能服务，但服务运行时用不了 npm run tickets`)
    return null
  })
  const scheduler = startScheduler(tasks, log)
  if (wechaty && hear) wechaty.start(hear)
  setTimeout(() => knowledge.prepare(), PREPARE_MS).unref()
  log.info(
    { port: config.port, policies: knowledge.policies.size, sandbox: !config.officialAccount && !wechaty },
    'serving',
  )
  // A database that goes away at this moment keeps nobody from being served.
  const link = await firstLink(store, sandboxClock?.real() ?? new Date()).catch((error: unknown) => {
    log.warn({ error }, 'whether anybody has an account of the console could not be read')
    return null
  })
  process.stderr.write(greeting(config, link))

  let asked = false
  const stop = async (signal: string) => {
    if (asked) return
    asked = true
    log.info({ signal }, 'stopping')
    stopping.abort()
    await Promise.all([drain(server), door?.close(), wechaty?.stop()])
    await scheduler.stop()
    await settle()
    await count()
    await store.close()
    log.info({}, 'stopped')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop(signal).catch((error: unknown) => fail(error, log)))
  }
}

/** The client is loaded only when there is a model; it takes longer to load than everything else. */
async function modelOf({ model }: Config): Promise<Model | null> {
  if (!model) return null
  const { openaiModel } = await import('./model.ts')
  const timeoutMs = 2 * MODEL_BUDGET_MS
  return openaiModel({ ...model, timeoutMs, now: () => new Date(), fetch: reach([hostOf(model.baseUrl)]) })
}

/** Loaded only when an operator names a puppet: it takes a second and a hundred megabytes. */
async function wechatyOf({ wechaty, dataDir }: Config, log: Log): Promise<WechatyAccount | null> {
  if (!wechaty) return null
  const { loadWechaty, wechatyAccount } = await import('./wechaty.ts')
  const tell = (words: string) => void process.stderr.write(words)
  return wechatyAccount(await loadWechaty(wechaty.puppet, dataDir), { log, tell })
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** @param first the first administrator's one-time link, while nobody has an account */
function greeting(config: Config, first: string | null): string {
  const { port, publicUrl, officialAccount, wechaty } = config
  const base = consoleBase(publicUrl, port)
  const staff =
    first === null
      ? `工作人员用的后台：${base}/console\n\n`
      : `工作人员用的后台还没有账号。请用浏览器打开下面的链接，设第一个管理员（24小时内有效，只能用一次；重新启动会换一个）：\n${linkAddress(base, first)}\n\n`
  if (!officialAccount && wechaty) return `\n救助顾问已启动，正在登录个人微信。\n\n${staff}`
  if (!officialAccount)
    return `\n救助顾问已启动。用浏览器打开 http://localhost:${port}/sandbox 试一试。\n\n${staff}`
  const callback = `${publicUrl ?? 'https://您的域名'}/wechat`
  const plain = officialAccount.encodingAesKey
    ? ''
    : '提醒：没有填 WECHAT_ENCODING_AES_KEY，消息是明文，谁都可能冒充居民。请在公众平台改用“安全模式”。\n'
  return `\n救助顾问已启动。公众平台“服务器配置”的地址填：${callback}\n${plain}\n${staff}`
}

/** The data folder cannot be used; the message says why and what mends it. */
class CannotStart extends Error {}

/** Faults the operator can mend are told in words; anything else with its stack. */
function fail(error: unknown, log?: Log): void {
  process.exitCode = 1
  if (error instanceof ConfigError || error instanceof CannotStart) process.stderr.write(`${error.message}\n`)
  else if (error instanceof InventoryError)
    process.stderr.write(`政策文件有错，改好再启动：\n${error.message}\n`)
  else if (log) log.error({ error }, 'stopping failed')
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
}

main().catch((error: unknown) => {
  fail(error)
  process.exit()
})
