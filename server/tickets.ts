/** `npm run tickets`: staff see and move tickets, through the running server or, without one, by themselves. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { StoreError } from '../bot/store.ts'
import { TicketError } from '../flows/ticket-error.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { help, readCommand } from './desk/command.ts'
import { atDesk, type DeskRequest } from './desk/desk.ts'
import { askAtDoor, TooLong } from './desk/socket.ts'
import { loadEnvFile } from './env-file.ts'
import { openStore } from './store/open.ts'

async function main(args: readonly string[]): Promise<void> {
  const asked = readCommand(args, { name: userInfo().username })
  if (!asked) {
    process.stdout.write(help())
    return
  }
  loadEnvFile()
  const config = readConfig(process.env)
  if (config.databaseUrl === null && !existsSync(config.dataDir))
    throw new Refused(`还没有数据：DATA_DIR ${config.dataDir} 不存在。`)
  const answer = await throughDoor(config, asked)
  if (answer && 'error' in answer) throw new Refused(answer.error)
  process.stdout.write(`${answer ? answer.text : await byItself(config, asked)}\n`)
}

/** Without a door nobody can have knocked; whether a server runs is then for the lock to say. */
async function throughDoor({ dataDir }: Config, asked: DeskRequest) {
  try {
    return await askAtDoor(dataDir, asked)
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    process.stderr.write(`${error.message}\n`)
    return null
  }
}

async function byItself(config: Config, asked: DeskRequest): Promise<string> {
  const told = {
    warn: (message: string) => void process.stderr.write(`${message}\n`),
    error: (message: string) => void process.stderr.write(`${message}\n`),
  }
  const { store, fingerprint } = await openStore(config, told).catch((error: unknown) => {
    throw new Refused(error instanceof Error ? error.message : String(error))
  })
  try {
    const words = await atDesk({ store, fingerprint, now: () => new Date(), newId: randomUUID }, asked)
    const later =
      asked.do === 'list' || asked.do === 'show' ? '' : '\n（服务没有运行，给居民的话等它启动后再发。）'
    return `${words}${later}`
  } finally {
    await store.close()
  }
}

/** It was not done; the message says why. */
class Refused extends Error {}

const OURS = [Refused, TicketError, ConfigError, StoreError]

main(process.argv.slice(2)).catch((error: unknown) => {
  const told = !(error instanceof Error)
    ? String(error)
    : OURS.some((kind) => error instanceof kind)
      ? error.message
      : (error.stack ?? error.message)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
})
