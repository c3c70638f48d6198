/**
 * Delivers each of many messages to two instances on one PostgreSQL at once, twenty copies each, and counts: every
 * message is one turn, and all its copies are answered with the same words.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { createIntake } from '../../bot/intake.ts'
import { plainText } from '../../bot/message.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { settingFrom } from '../support/world.ts'
import type { Outcome } from './lives.ts'

const COPIES = 20
const INSTANCES = 2
/** So many messages at once; what an instance is given in the same moment goes to one resident each. */
const TOGETHER = 5

export async function sendCopies(groups: number): Promise<Outcome> {
  const server = await startPostgres({ durable: true })
  const log = { warn() {}, error() {} }
  const stores = await Promise.all(
    Array.from({ length: INSTANCES }, () => openPostgresStore(server.url, { log })),
  )
  const setting = settingFrom(new Date())
  const receivers = stores.map((store) =>
    createIntake({
      store,
      setting,
      now: () => new Date(),
      newId: randomUUID,
      randomBelow: randomInt,
      maxBytes: 2000,
    }),
  )
  let different = 0
  const deliver = async (group: number) => {
    const message = {
      id: `copied-${group}`,
      channel: 'sandbox',
      from: `resident-${group}`,
      sentAt: new Date(),
      body: { kind: 'text', text: '低保怎么申请' },
    } as const
    const answers = await Promise.all(
      Array.from({ length: COPIES }, (_, copy) => receivers[copy % INSTANCES]?.(message)),
    )
    const words = new Set(answers.map((one) => (one?.reply ? plainText(one.reply) : '')))
    if (words.size !== 1 || words.has('')) different += 1
  }
  for (let group = 0; group < groups; group += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, groups - group) }, (_, n) => deliver(group + n))
    await Promise.all(some)
  }
  let turns = 0
  let sent = 0
  for await (const _ of stores[0]?.scan('turns') ?? []) turns += 1
  for await (const _ of stores[0]?.scan('outbox') ?? []) sent += 1
  for (const store of stores) await store.close()
  await server.stop()
  const figures =
    `${groups} messages, ${COPIES} copies of each to ${INSTANCES} instances: turns ${turns}, answers kept ${sent}, ` +
    `messages answered in different words ${different}`
  return { figures, whole: turns === groups && sent === groups && different === 0, slowest: 0 }
}
