/** A whole assistant in a temporary folder, with the clock in the test's hand. */

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Doer, Witness } from '../../bot/audit.ts'
import type { Moment, Setting } from '../../bot/conversation.ts'
import { createIntake, type IntakeParts } from '../../bot/intake.ts'
import type { ChannelName, Message, MessageBody } from '../../bot/message.ts'
import type { Fingerprint, Store } from '../../bot/store.ts'
import { NOWHERE } from '../../bot/turn.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import { type Inventory, loadInventory, projectFolder } from '../../knowledge/load.ts'
import { prepare, prepared, preparedKnowledge } from '../../knowledge/prepared.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { createSealer, KEY_BYTES, ringKey, type Sealer } from '../../server/store/sealer.ts'

let loaded: Inventory | undefined
/** The shipped inventory, read once for all tests of a process. */
export const inventory = (): Inventory => {
  loaded ??= loadInventory()
  return loaded
}

/** What is known from it, for a test that changes it; learned anew only when a file it comes from has changed. */
export function ownKnowledge(): Knowledge {
  const root = projectFolder()
  const places = { inventory: join(root, 'knowledge'), file: join(root, 'dist/test-cache/prepared.bin') }
  if (!prepared(places)) {
    mkdirSync(dirname(places.file), { recursive: true })
    // Another process may be at the same.
    const draft = `${places.file}.${process.pid}`
    prepare({ ...places, file: draft })
    renameSync(draft, places.file)
  }
  return preparedKnowledge(places)
}

let shared: Knowledge | undefined
/** What is known from it, the same for all tests of a process. */
export const knowledge = (): Knowledge => {
  shared ??= ownKnowledge()
  return shared
}

/**
 * Recognises values again, openly: nothing in a test is secret. Only the seals of the audit log are hashed, since
 * each holds the one before.
 */
export const fingerprint: Fingerprint = (kind, value) =>
  kind.startsWith('audit')
    ? createHash('sha256').update(`${kind}/${value}`).digest('base64url')
    : `${kind}/${value}`

/** Whoever acts in a test, as the audit log names them. */
export const DOER: Doer = { by: 'command:tester' }
export const WITNESS: Witness = { ...DOER, seal: fingerprint }

/** Seals files with a key of the tests' own. */
export const sealer: Sealer = createSealer([ringKey(Buffer.alloc(KEY_BYTES, 1))])

/** What the assistant knows of its surroundings; its process began at `startedAt`. */
export const settingFrom = (startedAt: Date): Setting => ({
  knowledge: knowledge(),
  pageUrl: () => null,
  startedAt,
  fingerprint,
  advisorsReachable: () => true,
})

/** A moment at which a resident without any request writes. */
export const momentAt = (now: Date, more: Partial<Moment> = {}): Moment => ({
  resident: 'sandbox:r',
  now,
  pace: 'calm',
  tickets: [],
  freshNumber: mintNumber(0, () => 412),
  ...NOWHERE,
  ...more,
})

/** A clock that stands still until told. */
export interface Clock {
  (): Date
  pass(ms: number): void
}
export function clockAt(moment: string): Clock {
  let at = Date.parse(moment)
  return Object.assign(() => new Date(at), {
    pass: (ms: number) => {
      at += ms
    },
  })
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jiuzhu-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function openStore(): Promise<Store> {
  const store = await openLowdbStore(temporaryFolder())
  onTestFinished(() => store.close())
  return store
}

export async function world({
  at = '2026-11-22T09:00:00+08:00',
  maxBytes = 2000,
  store,
}: Partial<World> = {}) {
  const clock = clockAt(at)
  const kept = store ?? (await openStore())
  let ids = 0
  let numbers = 411
  const parts: IntakeParts = {
    store: kept,
    setting: settingFrom(clock()),
    now: clock,
    newId: () => `id-${++ids}`,
    // Ticket numbers in the order they are opened.
    randomBelow: (limit) => ++numbers % limit,
    maxBytes,
  }
  const receive = createIntake(parts)
  let messages = 0
  const message = (body: MessageBody, more: Partial<Message> = {}): Message => ({
    id: `m${++messages}`,
    channel: 'official-account' satisfies ChannelName,
    from: 'openid-of-wang',
    sentAt: clock(),
    body,
    ...more,
  })
  const text = (words: string, more: Partial<Message> = {}) => message({ kind: 'text', text: words }, more)
  return { clock, store: kept, receive, message, text, parts }
}
interface World {
  at: string
  maxBytes: number
  store: Store
}

/** Serves a koa callback or a plain handler on loopback for one test; resolves with its address. */
export async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return `http://127.0.0.1:${address.port}`
}
