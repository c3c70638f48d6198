/** What was said between a resident and us about a request, the pictures they sent, and how they can be reached. */
import type { ChannelName } from '../../../bot/message.ts'
import { type QuotaRules, remaining } from '../../../bot/quota.ts'
import type { Heard, Outgoing, Store } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import type { Ticket } from '../../../flows/ticket/ticket.ts'
import { ALL_TIMES, inPages } from '../../in-pages.ts'
import type { RequestView } from '../wire.ts'

/** Of what was said the newest are shown. */
const TALK_SHOWN = 300

const STATE_WORDS: Readonly<Record<Outgoing['state'], string>> = {
  accepted: '已送达',
  pending: '正在发',
  waiting: '等居民来信时告诉',
  refused: '没送到',
}

async function heardOf({ resident }: Ticket, store: Store): Promise<Heard[]> {
  const heard: Heard[] = []
  const pages = inPages(
    (span) => store.list('heard', 'ofResident', { equals: [resident], ...span }),
    ({ at }) => at,
    ALL_TIMES,
  )
  for await (const rows of pages) heard.push(...rows)
  return heard
}

async function saidAbout({ resident, number }: Ticket, store: Store): Promise<Outgoing[]> {
  const said: Outgoing[] = []
  const pages = inPages(
    (span) => store.list('outbox', 'ofResident', { equals: [resident], ...span }),
    ({ createdAt }) => createdAt,
    ALL_TIMES,
  )
  for await (const rows of pages) said.push(...rows.filter(({ ticket }) => ticket === number))
  return said
}

/** How a picture is called in an address: where it came from and its place there. */
const ofFacts = (place: number) => `f${place}`
const ofTalk = (place: number) => `h${place}`

/** What the resident told people and what was said about this request, in its order, the newest of it. */
export async function talkOf(
  ticket: Ticket,
  store: Store,
  now: Date,
): Promise<Pick<RequestView, 'talk' | 'talkCut'>> {
  const [heard, said] = await Promise.all([heardOf(ticket, store), saidAbout(ticket, store)])
  const say = (at: string) => sayMoment(new Date(at), chinaDay(now))
  const lines = [
    ...heard.map(({ at, words, media }, place) => ({
      moment: at,
      by: 'resident' as const,
      words,
      state: '',
      photo: media === null ? null : ofTalk(place),
    })),
    ...said.map(({ createdAt, text, state }) => ({
      moment: createdAt,
      by: 'us' as const,
      words: text,
      state: STATE_WORDS[state],
      photo: null,
    })),
  ].sort((one, other) => (one.moment < other.moment ? -1 : 1))
  return {
    talk: lines.slice(-TALK_SHOWN).map(({ moment, ...line }) => ({ ...line, at: say(moment) })),
    talkCut: lines.length > TALK_SHOWN,
  }
}

/** The pictures that came with the request itself and its papers. */
export const photosOf = ({ personal: { facts } }: Ticket): RequestView['photos'] =>
  facts.photos.map(({ kind }, place) => ({ name: ofFacts(place), what: kind }))

/** The medium that a picture's name stands for; null when there is none. */
export async function mediumNamed(ticket: Ticket, name: string, store: Store): Promise<string | null> {
  const [, from, digits] = /^([fh])(\d{1,4})$/.exec(name) ?? []
  const place = Number(digits)
  if (from === 'f') return ticket.personal.facts.photos[place]?.media ?? null
  if (from === 'h') return (await heardOf(ticket, store))[place]?.media ?? null
  return null
}

/** Whether words can be sent to a resident at once, and how many, in words for whoever writes them. */
export async function sayReach(
  { resident: id }: Ticket,
  store: Store,
  rulesOf: (channel: ChannelName) => QuotaRules | undefined,
  now: Date,
): Promise<string> {
  const resident = await store.get('residents', id)
  if (!resident) return '这位居民不在微信上，话发不到，请打电话。'
  if (!resident.following) return '居民取消了关注，话发不到，请打电话。'
  const rules = rulesOf(resident.channel)
  if (!rules) return ''
  const left = remaining(resident.grants, rules, now)
  if (left === null) return '现在发不出去：居民两天没来信。写了会留着，居民一来信就告诉他。'
  return `微信还让发 ${left.count} 条，到${sayMoment(new Date(left.until), chinaDay(now))}为止；居民一来信就重新算。`
}
