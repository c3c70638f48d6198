/** How a command reaches the desk: through the running server or, without one, by itself. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { AuditError } from '../../bot/audit.ts'
import { StoreError } from '../../bot/store.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import type { AuditRequest } from '../audit/audit-desk.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import type { AccountsRequest } from '../console/accounts/desk.ts'
import { Refusal } from '../console/refusal.ts'
import { loadEnvFile } from '../env-file.ts'
import { PolicyDeskError } from '../inventory/drafts.ts'
import type { PolicyRequest } from '../inventory/policies-desk.ts'
import type { PeopleRequest } from '../people/people-desk.ts'
import { openStore } from '../store/open.ts'
import type { DeskRequest } from './desk.ts'
import { answerAtDesk, askAtDoor, type Knock, TooLong } from './socket.ts'

export interface Answered {
  text: string
  /** No server runs: nothing it is to say is said before it starts. */
  byItself: boolean
}

/** What the environment and `.env` say. */
function ownConfig(): Config {
  loadEnvFile()
  return readConfig(process.env)
}

/**
 * Asks the desk of the data folder that the configuration names, by itself that of the environment.
 *
 * @throws {Refused} saying why it was not done
 */
export async function askDesk(
  asked: DeskRequest | PeopleRequest | PolicyRequest | AuditRequest | AccountsRequest,
  config = ownConfig(),
): Promise<Answered> {
  // A roster may be set up before the first start.
  if (!('people' in asked) && config.databaseUrl === null && !existsSync(config.dataDir))
    throw new Refused(`还没有数据：DATA_DIR ${config.dataDir} 不存在。`)
  const knock = { user: userInfo().username, sudo: process.env['SUDO_USER'] || null, asked }
  const answer = await throughDoor(config, knock)
  if (answer && 'error' in answer) throw new Refused(answer.error)
  return answer
    ? { text: answer.text, byItself: false }
    : { text: await alone(config, knock), byItself: true }
}

/** Without a door nobody can have knocked; whether a server runs is then for the lock to say. */
async function throughDoor({ dataDir }: Config, knock: Knock) {
  try {
    return await askAtDoor(dataDir, knock)
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    process.stderr.write(`${error.message}\n`)
    return null
  }
}

async function alone(config: Config, knock: Knock): Promise<string> {
  const told = {
    warn: (message: string) => void process.stderr.write(`${message}\n`),
    error: (message: string) => void process.stderr.write(`${message}\n`),
  }
  const { store, fingerprint } = await openStore(config, told).catch((error: unknown) => {
    throw new Refused(error instanceof Error ? error.message : String(error))
  })
  try {
    return await answerAtDesk({ store, fingerprint, now: () => new Date(), newId: randomUUID }, knock)
  } finally {
    await store.close()
  }
}

/** It was not done; the message says why. */
class Refused extends Error {}

const OURS = [
  Refused,
  TicketError,
  RosterError,
  AuditError,
  ConfigError,
  StoreError,
  PolicyDeskError,
  Refusal,
]

/** Ends a command that was not done: what somebody can mend in words, anything else with its stack. */
export function tellFault(error: unknown): void {
  const told = !(error instanceof Error)
    ? String(error)
    : OURS.some((kind) => error instanceof kind)
      ? error.message
      : (error.stack ?? error.message)
  process.stderr.write(`${told}\n`)
  process.exitCode = 1
}
