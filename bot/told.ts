/** How far the newest words about a request have come on their way to its resident, as staff read it. */
import { chinaDay, sayDay, sayMoment } from '../flows/clocks.ts'
import { NO_CHANNEL, openCall } from './calls.ts'
import type { Instant, Outgoing, Reader } from './store.ts'

/** What became of the newest words, or of older ones that still wait. */
export interface Told {
  state: 'accepted' | 'pending' | 'waiting' | 'announced' | 'unreachable'
  at: Instant
  /** By when somebody is to call about them; null when nobody has to. */
  callBy: Instant | null
}

/** Rows read at once. */
const ROUND = 200

/** What became of the words about a request; null when there were none in the last month. */
export async function toldOf(reader: Reader, resident: string, ticket: string): Promise<Told | null> {
  let newest: Outgoing | undefined
  let waiting: Outgoing | undefined
  for (let from = ''; ; ) {
    const rows = await reader.list('outbox', 'ofResident', { equals: [resident], from, limit: ROUND })
    const about = rows.filter((one) => one.ticket === ticket)
    newest = about.at(-1) ?? newest
    waiting = about.findLast(({ state }) => state === 'waiting') ?? waiting
    const last = rows.at(-1)?.createdAt
    if (rows.length < ROUND || last === undefined || last === from) break
    from = last
  }
  const row = waiting ?? newest
  if (!row) return null
  const callBy = (await openCall(reader, ticket))?.dueAt ?? null
  switch (row.state) {
    case 'waiting':
      if (row.error === NO_CHANNEL) return { state: 'unreachable', at: row.createdAt, callBy }
      return row.announcedAt === null
        ? { state: 'waiting', at: row.createdAt, callBy }
        : { state: 'announced', at: row.announcedAt, callBy }
    case 'refused':
      return { state: 'unreachable', at: row.createdAt, callBy }
    case 'pending':
      return { state: 'pending', at: row.createdAt, callBy }
    case 'accepted':
      return { state: 'accepted', at: row.settledAt ?? row.createdAt, callBy }
  }
}

/** The same in a line for whoever works on the request. Says told only of what the platform accepted. */
export function sayTold({ state, at, callBy }: Told, now: Date): string {
  const today = chinaDay(now)
  const moment = sayMoment(new Date(at), today)
  const words: Record<Told['state'], string> = {
    accepted: `已告知居民，${moment}`,
    pending: '正在发给居民',
    waiting: '现在发不出去，等居民下次来信时告诉',
    announced: `已通知居民有新消息，${moment}；内容等居民来信时告诉`,
    unreachable: '微信上告诉不了居民',
  }
  const call = callBy === null ? '' : `；已列入电话清单，${sayDay(chinaDay(new Date(callBy)), today)}前打`
  return `${words[state]}${call}`
}
