/** What is kept of one resident, how much of it, and until when: by the terms the program itself forgets by. */
import type { TableName } from '../../../bot/store.ts'
import { chinaDay, sayDay } from '../../../flows/clocks.ts'
import { isOpen } from '../../../flows/ticket/ticket.ts'
import type { Keep } from '../../config.ts'
import { daysOf, FILE_TERMS, TERMS } from '../../retention/terms.ts'
import type { Place } from '../requests/find.ts'
import type { FoundResident } from './find-residents.ts'
import type { ResidentView } from './wire.ts'

/** Rows counted of one kind; beyond, it is said that there are more. */
const COUNTED = 200

interface Counted {
  table: TableName
  count: number
  unit: string
  /** Instead of the term's own words. */
  until?: string
}

/** Of requests that this account may look into, and of what belongs to none. */
export async function keptOf(
  { resident, found }: FoundResident,
  { store, now }: Place,
  keep: Keep,
): Promise<ResidentView['kept']> {
  const numbers = found.map(({ ticket }) => ticket.number)
  const seen = new Set(numbers)
  const of = { equals: [resident], limit: COUNTED }
  const words = await store.list('outbox', 'ofResident', of)
  const heard = await store.list('heard', 'ofResident', of)
  const each = (list: (number: string) => Promise<readonly unknown[]>) =>
    Promise.all(numbers.map(list)).then((all) => all.reduce((sum, rows) => sum + rows.length, 0))
  const events = await each((number) =>
    store.list('ticket_events', 'ofTicket', { equals: [number], limit: COUNTED }),
  )
  const visits = await each((number) =>
    store.list('visits', 'ofSubject', { equals: [number], limit: COUNTED }),
  )
  const photos = found.reduce((sum, { ticket }) => sum + ticket.personal.facts.photos.length, 0)
  const unfinished = await store.get('unfinished', resident)
  const known = await store.get('residents', resident)
  const today = chinaDay(now)
  const counted: Counted[] = [
    { table: 'tickets', count: found.length, unit: '张', until: untilOf() },
    { table: 'ticket_events', count: events, unit: '条' },
    { table: 'visits', count: visits, unit: '次', until: TICKETS },
    {
      table: 'outbox',
      count: words.filter(({ ticket }) => ticket === null || seen.has(ticket)).length,
      unit: '条',
    },
    { table: 'heard', count: heard.length, unit: '条' },
    {
      table: 'unfinished',
      count: unfinished ? 1 : 0,
      unit: '件',
      until: unfinished ? `${sayDay(chinaDay(new Date(unfinished.forgetAt)), today)}没回来接着说就删` : '',
    },
    { table: 'residents', count: known ? 1 : 0, unit: '个' },
  ]
  const rows = counted.flatMap(({ table, count, unit, until }) =>
    count === 0
      ? []
      : [
          {
            what: TERMS[table].what,
            much: `${count >= COUNTED ? `${COUNTED} 以上` : count} ${unit}`,
            until: until ?? termOf(table, keep),
            why: TERMS[table].why,
          },
        ],
  )
  const picture = { what: '照片', much: `${photos} 张`, until: TICKETS, why: FILE_TERMS['media/'].why }
  return photos === 0 ? rows : [...rows.slice(0, 1), picture, ...rows.slice(1)]

  /** The first and the last day on which one of the requests goes. */
  function untilOf(): string {
    const ended = found
      .filter(({ ticket }) => !isOpen(ticket))
      .map(({ ticket }) => goesOn(ticket.closedAt ?? ticket.openedAt))
      .sort()
    const last = ended.at(-1)
    const days = `办完以后再留 ${keep.tickets} 天`
    return last === undefined ? days : `${days}；已经办完的留到 ${last}`
  }
  function goesOn(at: string): string {
    return chinaDay(new Date(Date.parse(at) + keep.tickets * DAY_MS))
  }
}

const DAY_MS = 24 * 60 * 60 * 1000
const TICKETS = '随求助单一起删'

function termOf(table: TableName, keep: Keep): string {
  const days = daysOf(table, keep)
  const { until } = TERMS[table]
  return days === null || days === 0 ? until : `${until}，留 ${days} 天`
}
