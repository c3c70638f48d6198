/** Other requests that may be of the same person or household, and what help was given with them. */
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import {
  CLOSE_WORDS,
  FINGERPRINTS,
  type Fingerprint,
  STAGE_WORDS,
  type Ticket,
} from '../../../flows/ticket/ticket.ts'
import { aidLines } from '../../ticket-view.ts'
import { Refusal } from '../refusal.ts'
import type { RequestView } from '../wire.ts'
import { type Place, ticketFor } from './find.ts'
import { sayPlace } from './say-place.ts'

const LINK_WORDS = { shown: '等人确认', confirmed: '已确认', dismissed: '不是重复' } as const
const REASON_WORDS: Readonly<Record<Fingerprint['kind'], string>> = {
  resident: '同一个微信',
  phone: '同一个电话',
  id: '同一个身份证号',
  household: '同一户',
}
/** Of each thing they may have in common so many are looked at, the newest. */
const NEWEST = { limit: 20, backwards: true } as const

type Reasons = Map<string, Set<Fingerprint['kind']>>

/** The links people were shown, then whatever else has a trait in common, however long ago; the newest first. */
export async function linksOf(ticket: Ticket, place: Place): Promise<RequestView['links']> {
  const linked = ticket.links.map(({ number, state, reasons }) => ({
    number,
    state,
    reasons: new Set<Fingerprint['kind']>(reasons),
  }))
  const known = new Set([ticket.number, ...linked.map(({ number }) => number)])
  const others = [...(await alike(ticket, place))]
    .filter(([number]) => !known.has(number))
    .map(([number, reasons]) => ({ number, state: null, reasons }))
  const views = await Promise.all(
    [...linked, ...others].map(async ({ number, state, reasons }) => {
      const found = await ticketFor(place, number).catch((error: unknown) => {
        if (error instanceof Refusal) return null
        throw error
      })
      // What nobody linked and they may not see is not even said to be there.
      if (!found && state === null) return []
      const opened = found?.ticket.openedAt ?? ''
      const view = {
        // Of one they may not see no more is said than that somebody linked it.
        number: found ? number : '',
        state: state === null ? '' : LINK_WORDS[state],
        linked: state,
        reasons: FINGERPRINTS.filter((kind) => reasons.has(kind))
          .map((kind) => REASON_WORDS[kind])
          .join('、'),
        about: found
          ? `${STAGE_WORDS[found.ticket.stage]}，${sayPlace(found.ticket.area, place.roster.areas)}，${sayMoment(new Date(found.ticket.openedAt), chinaDay(place.now))}受理`
          : '另有一张您看不到的求助单',
        help: found && found.look.sight !== 'shut' ? helpOf(found.ticket) : [],
        open: found !== null,
      }
      return [{ view, isLinked: state !== null, opened }]
    }),
  )
  return views
    .flat()
    .sort((one, other) =>
      one.isLinked === other.isLinked ? (one.opened < other.opened ? 1 : -1) : one.isLinked ? -1 : 1,
    )
    .map(({ view }) => view)
}

/** What was given and how it ended. */
function helpOf(ticket: Ticket): string[] {
  const { outcome } = ticket
  const lines = [...aidLines(ticket), ...(outcome === null ? [] : [`办理结果：${CLOSE_WORDS[outcome]}`])]
  return lines.length === 0 ? ['没有登记过救助'] : lines
}

/** Requests with the same telephone, ID number, household or account. */
async function alike({ resident, fingerprints }: Ticket, { store }: Place): Promise<Reasons> {
  const found: Reasons = new Map()
  const add = (number: string, kind: Fingerprint['kind']) =>
    found.set(number, (found.get(number) ?? new Set()).add(kind))
  for (const { kind, value } of fingerprints) {
    const keys = await store.list('ticket_keys', 'byKey', { equals: [`${kind}:${value}`], ...NEWEST })
    for (const { ticket } of keys) add(ticket, kind)
  }
  for (const { id } of await store.list('tickets', 'ofResident', { equals: [resident], ...NEWEST }))
    add(id, 'resident')
  return found
}
