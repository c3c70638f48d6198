/** Announces that there is news, where the platform does not let us say it; the words wait for the resident. */
import { STAGE_WORDS, STAGES } from '../flows/ticket/ticket.ts'
import { noteCall } from './calls.ts'
import { type Channel, ChannelError } from './channels/channel.ts'
import type { ChannelName } from './message.ts'
import type { Job, Outgoing, Reader, Store, Transaction } from './store.ts'

/** Tries before somebody is to call instead. */
const ATTEMPTS = 4
/** News of one request within this long is announced once, in ms. */
const APART_MS = 12 * 60 * 60 * 1000
/** More than ever wait for one resident. */
const WAITING_LIMIT = 100

/** The work of announcing that these words wait. */
export function announceJob({ id }: Outgoing, now: Date): Job {
  return {
    id: `announce:${id}`,
    kind: 'announce',
    state: 'pending',
    dueAt: now.toISOString(),
    attempts: 0,
    error: null,
    detail: { outgoing: id },
  }
}

export interface AnnouncingParts {
  store: Store
  channels: ReadonlyMap<ChannelName, Channel>
  now: () => Date
  /** Told of each try, for logs and metrics; without address or number. */
  onOutcome?: (outcome: {
    state: 'announced' | ChannelError['outcome']
    channel: ChannelName
    error: string | null
    hint: string
  }) => void
}

/**
 * Announces the words of a job, unless they arrived meanwhile. What the platform does not take becomes a call.
 *
 * @throws {ChannelError} while it may still work; the job is then run again later
 */
export async function announce(
  job: Job,
  { store, channels, now, onOutcome }: AnnouncingParts,
): Promise<void> {
  const row = await store.get('outbox', job.detail['outgoing'] ?? '')
  if (!row || !isUnannounced(row)) return
  const [resident, kept] = await Promise.all([
    store.get('residents', row.resident),
    store.get('tickets', row.ticket),
  ])
  const stage = STAGES.find((one) => one === kept?.stage)
  if (!resident || !stage) return
  const { ticket, id } = row
  const becomesCall = () =>
    store.transaction(async (tx) => {
      const current = await tx.get('outbox', id)
      if (current && isUnannounced(current)) await noteCall(tx, current, ticket, now())
    })
  const channel = channels.get(resident.channel)
  if (!channel?.announce) return becomesCall()
  if (!(await announcedLately(store, row, now()))) {
    try {
      const at = new Date(row.createdAt)
      await channel.announce(resident.address, { id, ticket, stage: STAGE_WORDS[stage], at })
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error
      const { outcome: state, code, operatorHint: hint } = error
      onOutcome?.({ state, channel: channel.name, error: code, hint })
      if (state !== 'refused' && job.attempts < ATTEMPTS) throw error
      return becomesCall()
    }
    onOutcome?.({ state: 'announced', channel: channel.name, error: null, hint: '' })
  }
  await store.transaction(async (tx) => {
    const current = await tx.get('outbox', id)
    if (current) await tx.put('outbox', { ...current, announcedAt: now().toISOString() })
  })
}

/** What was announced to a resident did not reach them after all: somebody is to call. */
export async function announcementFailed(tx: Transaction, resident: string, now: Date): Promise<void> {
  for (const row of await waitingOf(tx, resident)) {
    if (row.ticket === null || row.announcedAt === null) continue
    await tx.put('outbox', { ...row, announcedAt: null })
    await noteCall(tx, row, row.ticket, now)
  }
}

const waitingOf = (reader: Reader, resident: string): Promise<Outgoing[]> =>
  reader.list('outbox', 'unsaid', { equals: [resident, 'waiting'], limit: WAITING_LIMIT })

const isUnannounced = (row: Outgoing): row is Outgoing & { ticket: string } =>
  row.state === 'waiting' && row.ticket !== null && row.announcedAt === null

/** Whether the resident knows already that this request has news. */
async function announcedLately(store: Store, { resident, ticket }: Outgoing, now: Date): Promise<boolean> {
  return (await waitingOf(store, resident)).some(
    (other) =>
      other.ticket === ticket &&
      other.announcedAt !== null &&
      now.getTime() - Date.parse(other.announcedAt) < APART_MS,
  )
}
