/** Advisors as tests need them: a small roster, and a platform that keeps what it took. */
import type { AdvisorChannel, AdvisorChannels, Card, Notice } from '../../bot/channels/advisor-channel.ts'
import { ChannelError } from '../../bot/channels/channel.ts'
import { type Advisor, OFFICE_HOURS, type Roster } from '../../flows/roster/advisors.ts'
import { type Area, AreaTree } from '../../flows/roster/areas.ts'

export const MINUTE = 60_000

const AREAS: readonly Area[] = [
  { id: 'qu', level: 'district', name: '城东区', parent: null },
  { id: 'jie', level: 'street', name: '尧化街道', parent: 'qu' },
  { id: 'xingfu', level: 'community', name: '幸福社区', parent: 'jie' },
  { id: 'heping', level: 'community', name: '和平社区', parent: 'jie' },
]

/** A roster of these people, who keep office hours unless it is said otherwise. */
export function rosterOf(
  people: Record<string, Pick<Advisor, 'areas'> & Partial<Advisor>>,
  areas: readonly Area[] = AREAS,
): Roster {
  const advisors = Object.entries(people).map(([id, more]): [string, Advisor] => [
    id,
    { id, name: id, phone: null, role: 'backbone', duty: OFFICE_HOURS, leave: [], ...more },
  ])
  return { areas: new AreaTree(areas), advisors: new Map(advisors) }
}

/** A message the platform took. */
export interface Taken {
  /** Advisors, or `group <area>`. */
  to: string[]
  way: string
  text: string
  card: Card | null
  callsAll: boolean
  mentions: readonly string[]
  at: Date
}

/** People by an application with cards, every area's group by a robot of its own; strict about its minutes. */
export function wecom(now: () => Date) {
  const taken: Taken[] = []
  const broken = new Map<string, string>()
  const unreachable = new Set<string>()
  let codes = 0
  const lately = (way: string) =>
    taken.filter((one) => now().getTime() - one.at.getTime() < MINUTE && one.way.split('+').includes(way))
      .length
  const refuse = (way: string, limit: number) => {
    const code = [...broken].find(([prefix]) => way.startsWith(prefix))?.[1]
    if (code !== undefined) throw new ChannelError(code, code === '45009' ? 'retry' : 'waiting', '请看一看')
    if (lately(way) >= limit) throw new ChannelError('45009', 'retry', '发得太多')
  }
  const take = (to: string[], ways: string[], { text, card, callsAll, mentions }: Notice) =>
    taken.push({ to, way: ways.join('+'), text, card, callsAll, mentions, at: now() })
  const base = { maxBytes: 2000, carriesCards: false }
  const app: AdvisorChannel = {
    ...base,
    name: 'wecom-app',
    perMinute: 25,
    carriesCards: true,
    async tell(notice, to) {
      const ways = to.map((id) => `app:${id}`)
      for (const way of ways) refuse(way, 30)
      const reached = to.filter((id) => !unreachable.has(id))
      if (reached.length > 0)
        take(
          reached,
          reached.map((id) => `app:${id}`),
          notice,
        )
      return {
        unreachable: to.filter((id) => unreachable.has(id)),
        code: notice.card ? `code-${++codes}` : null,
      }
    },
  }
  const robots = new Map<string, AdvisorChannel>()
  const robot = (area: string): AdvisorChannel => {
    const known = robots.get(area)
    if (known) return known
    const made: AdvisorChannel = {
      ...base,
      name: 'wecom-robot',
      perMinute: 20,
      async tell(notice) {
        refuse(`robot:${area}`, 20)
        take([`group ${area}`], [`robot:${area}`], notice)
        return { unreachable: [], code: null }
      },
    }
    robots.set(area, made)
    return made
  }
  const channels: AdvisorChannels = {
    to: (address) =>
      address.kind === 'person'
        ? { key: `app:${address.advisor}`, channel: app, to: [address.advisor] }
        : { key: `robot:${address.area ?? ''}`, channel: robot(address.area ?? ''), to: [] },
  }
  return {
    taken,
    channels,
    /** Ways whose key begins so answer with this from now on; null mends them. */
    breaks(prefix: string, code: string | null) {
      if (code === null) broken.delete(prefix)
      else broken.set(prefix, code)
    },
    cannotReach: (id: string) => void unreachable.add(id),
  }
}
