/**
 * The desk's door while the server runs: a Unix domain socket in the data folder, since the store has one writer.
 * `POST /` with {@link Knock} as JSON; the answer is `{ "text" }`, or `{ "error" }` in words for whoever asked.
 */
import { chmod, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { AuditError } from '../../bot/audit.ts'
import { StoreError } from '../../bot/store.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { atAuditDesk, isOfAudit } from '../audit/audit-desk.ts'
import { readBody } from '../body.ts'
import { atAccountDesk, isOfAccounts } from '../console/accounts/desk.ts'
import { Refusal } from '../console/refusal.ts'
import { PolicyDeskError } from '../inventory/drafts.ts'
import { atPolicyDesk, isOfPolicies } from '../inventory/policies-desk.ts'
import { atPeopleDesk, isOfPeople } from '../people/people-desk.ts'
import { CarryError } from '../store/carry/carry-error.ts'
import { FILE_MODE, faultCode } from '../store/disk.ts'
import { atRotation, isOfRotation } from '../store/rotation.ts'
import { atDesk, type Desk } from './desk.ts'

export const SOCKET = 'tickets.sock'
/** What every system takes: macOS has room for 104 bytes and Linux for 108, a last zero among them. */
const PATH_BYTES = 103

/** A sheet of a whole district comes in one piece. */
const MAX_ASKED_BYTES = 32 * 1024 * 1024

export interface Door {
  close(): Promise<void>
}

/** @throws {TooLong} when no socket can have this folder's path */
function socketPath(folder: string): string {
  const path = join(folder, SOCKET)
  if (Buffer.byteLength(path) > PATH_BYTES) {
    throw new TooLong(
      `DATA_DIR：${folder} 太长，放不下 ${SOCKET}（一共最多 ${PATH_BYTES} 个字节）。请换一个短些的文件夹，或写相对路径`,
    )
  }
  return path
}

/** The data folder's path is too long for a socket; the message says what mends it. */
export class TooLong extends Error {}

/** What is asked, and by which user of this machine: none but the service's own user and root can knock. */
const knockSchema = z.strictObject({
  user: z.string().min(1).max(100),
  /** Who became that user by sudo. */
  sudo: z.string().min(1).max(100).nullable(),
  /** A DeskRequest, PeopleRequest, PolicyRequest, AuditRequest, AccountsRequest or RotationRequest. */
  asked: z.unknown(),
})
export type Knock = z.infer<typeof knockSchema>

/**
 * Does what is asked of the desk, whether about tickets, people, policies, accounts, the audit log or its key.
 *
 * @throws {TicketError | RosterError | AuditError | CarryError | PolicyDeskError | Refusal} in words for whoever asked
 */
export function answerAtDesk(desk: Desk, { user, sudo, asked }: Knock): Promise<string> {
  const doer = { by: `command:${user}`, ...(sudo === null ? {} : { more: { sudo } }) }
  if (isOfRotation(asked)) return atRotation(desk.rotation, asked)
  if (isOfAudit(asked)) return atAuditDesk(desk, asked, doer)
  if (isOfPolicies(asked)) return atPolicyDesk(desk, asked, doer)
  if (isOfAccounts(asked)) return atAccountDesk(desk, asked, doer)
  return isOfPeople(asked) ? atPeopleDesk(desk, asked, doer) : atDesk(desk, asked, doer)
}

/**
 * Opens the door. Whoever calls holds the folder's lock, so a socket that is there already is a dead one's.
 *
 * @param onFailed told of faults that are not the asker's
 * @throws {TooLong}
 */
export async function openDoor(
  folder: string,
  desk: Desk,
  onFailed: (error: unknown) => void,
): Promise<Door> {
  const path = socketPath(folder)
  await rm(path, { force: true })
  const server = createServer(async (incoming, outgoing) => {
    let status = 200
    let answer: Answer
    try {
      const given: unknown = JSON.parse((await readBody(incoming, MAX_ASKED_BYTES)).toString())
      answer = { text: await answerAtDesk(desk, knockSchema.parse(given)) }
    } catch (error) {
      const isRefusal = [TicketError, RosterError, AuditError, CarryError, PolicyDeskError, Refusal].some(
        (kind) => error instanceof kind,
      )
      const inWords = error instanceof Error && (isRefusal || error instanceof StoreError)
      status = isRefusal ? 422 : 500
      answer = { error: inWords ? error.message : '服务器内部错误，请看服务的日志。' }
      if (!isRefusal) onFailed(error)
    }
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The folder lets nobody else in meanwhile.
  await chmod(path, FILE_MODE)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

const answerSchema = z.union([z.strictObject({ text: z.string() }), z.strictObject({ error: z.string() })])
type Answer = z.infer<typeof answerSchema>

/** Nobody answers there now. */
const NOBODY = ['ENOENT', 'ECONNREFUSED']

/**
 * Asks the server that has this folder open.
 *
 * @returns null when none answers
 * @throws {TooLong}
 */
export async function askAtDoor(folder: string, knock: Knock): Promise<Answer | null> {
  const path = socketPath(folder)
  try {
    return answerSchema.parse(JSON.parse(await send(path, JSON.stringify(knock))))
  } catch (error) {
    if (NOBODY.includes(faultCode(error))) return null
    throw error
  }
}

function send(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      text(response).then(resolve, reject)
    })
    asking.once('error', reject)
    asking.end(body)
  })
}
