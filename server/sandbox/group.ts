/** The advisors' half of the sandbox: what they are told, the cards they tap, what they write, and the time of day. */
import * as z from 'zod'
import { lineOfTap } from '../../bot/cards.ts'
import type { Card } from '../../bot/channels/advisor-channel.ts'
import type { ReadRoster } from '../../bot/roster.ts'
import type { Store } from '../../bot/store.ts'
import { chinaClock, chinaDay, sayDay, sayMoment } from '../../flows/clocks.ts'
import { ADVISOR_ROLE_WORDS } from '../../flows/roster/advisors.ts'
import { isOpen, readTicket } from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import type { Hear } from '../desk/hear.ts'
import type { Board } from './board.ts'
import { JUMPS, type Jump, jumpFrom, nextDue, type SandboxClock, walk } from './clock.ts'
import type { GroupView, TapCard } from './page/group-view.ts'

const advisor = z.string().min(1).max(64)
/** What somebody playing an advisor does. */
export const groupDeed = z.discriminatedUnion(
  'do',
  [
    z.strictObject({
      do: z.literal('write'),
      advisor,
      words: z.string().trim().min(1, '请写点什么。').max(1000, '太长了，最多1000字。'),
      /** To the assistant alone, not in the group. */
      alone: z.boolean(),
    }),
    z.strictObject({ do: z.literal('tap'), advisor, post: z.string().max(64), key: z.string().max(64) }),
    z.strictObject({
      do: z.literal('jump'),
      jump: z.enum(['hour', 'morning', 'day', 'month', 'now'] satisfies Jump[]),
    }),
  ],
  '不认识这个动作。',
)
export type GroupDeed = z.infer<typeof groupDeed>

export interface Group {
  view(): Promise<GroupView>
  /** @throws {TicketError} when it is refused */
  act(deed: GroupDeed): Promise<void>
  /** Calls `listener` whenever something may have changed, until the returned function is called. */
  watch(listener: () => void): () => void
}

interface GroupParts {
  board: Board
  roster: ReadRoster
  store: Store
  now: () => Date
  newId: () => string
  hear: Hear
  /** Null where the time is the real one, and stays so. */
  clock: SandboxClock | null
  /** Does whatever is due now. */
  runDue: () => Promise<void>
}

/** The latest of them. */
const SHOWN = 80

export function createGroup(parts: GroupParts): Group {
  const { board, roster: readRoster, store, now, newId, hear, clock, runDue } = parts
  let jumping: Promise<void> = Promise.resolve()

  const say = async (advisor: string, words: string, alone: boolean): Promise<void> => {
    const { advisors } = await readRoster()
    if (!advisors.has(advisor)) throw new TicketError('bad-value', '名单里没有这位顾问，请刷新后再选。')
    const to = alone ? [advisor] : null
    board.put({ from: advisor, to, text: words })
    await answer(advisor, words, alone)
  }

  const answer = async (advisor: string, words: string, alone: boolean): Promise<void> => {
    const place = alone ? 'private' : 'group'
    const { text, ticket } = await hear({ id: newId(), advisor, words, place })
    board.put({ from: null, to: alone ? [advisor] : null, text, ticket })
  }

  const jump = async (where: Jump): Promise<void> => {
    if (!clock) throw new TicketError('bad-value', '这里用的是真实的时间，不能调。')
    if (where === 'now') clock.reset()
    else await walk(clock, jumpFrom(clock.now(), where), { runDue, nextDue: () => nextDue(store) })
  }

  return {
    watch: board.watch,
    async act(deed) {
      switch (deed.do) {
        case 'write':
          return say(deed.advisor, deed.words, deed.alone)
        case 'tap': {
          const card = board.posts().find(({ id }) => id === deed.post)?.card
          const line = card && lineOfTap(deed.key, card.ticket)
          if (!line) throw new TicketError('bad-value', '这张卡片太旧了，请用求助单的页面来办。')
          return answer(deed.advisor, line, true)
        }
        case 'jump': {
          // One after the other: two walks at once would each move the time under the other's feet.
          const done = jumping.then(() => jump(deed.jump))
          jumping = done.catch(() => {})
          return done
        }
      }
    },
    async view() {
      const { advisors } = await readRoster()
      const at = now()
      const today = chinaDay(at)
      const nameOf = (id: string) => advisors.get(id)?.name ?? id
      const shown = board.posts().slice(-SHOWN)
      return {
        time: clock && {
          at: at.getTime(),
          says: `${sayDay(today, today)}${chinaClock(at)}`,
          pretended: clock.isPretended(),
          jumps: Object.entries(JUMPS).flatMap(([key, label]) => (isJump(key) ? [{ key, label }] : [])),
        },
        advisors: [...advisors.values()].map(({ id, name, role }) => ({
          id,
          name,
          what: ADVISOR_ROLE_WORDS[role],
        })),
        posts: await Promise.all(
          shown.map(async (post) => ({
            id: post.id,
            at: post.at.getTime(),
            when: sayMoment(post.at, today),
            from: post.from === null ? null : nameOf(post.from),
            to: post.to?.map(nameOf) ?? null,
            text: post.text,
            danger: post.callsAll,
            card: post.card && (await cardView(store, post.card)),
            ticket: post.ticket,
          })),
        ),
      }
    },
  }
}

const isJump = (key: string): key is Jump => Object.hasOwn(JUMPS, key)

/** The card as it is now: nobody can take what somebody has. */
async function cardView(store: Store, { ticket: number, title, lines, buttons }: Card): Promise<TapCard> {
  const row = await store.get('tickets', number)
  const ticket = row ? readTicket(row.ticket) : null
  const { owner } = ticket ?? { owner: null }
  const free = ticket !== null && isOpen(ticket) && owner === null
  return {
    ticket: number,
    title,
    lines: [...lines],
    buttons: buttons.filter(({ key }) => key !== 'claim' || free),
    state: ticket === null ? '求助单已经不在了' : owner ? `${owner.name}已接单` : '',
  }
}
