/** What residents wish done with their data, as an account finds it: where the request is that it is about. */
import type { StaffTask } from '../../../bot/store.ts'
import { isWish, readWish, WISH_WAY_WORDS, WISH_WORDS, type Wish } from '../../../bot/wishes.ts'
import { chinaDay, sayDay, sayMoment } from '../../../flows/clocks.ts'
import { allAccounts } from '../accounts/account.ts'
import { scopeOf } from '../look.ts'
import { Refusal } from '../refusal.ts'
import { LOOKED, PAGE, type Place, seen } from '../requests/find.ts'
import { can } from '../roles.ts'
import { newestFirst } from '../walk.ts'
import { residentFor } from './find-residents.ts'
import { residentLine, whyNot, wishesSeen } from './view.ts'
import type { WISH_STATES, Wishes, WishLine } from './wire.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Rows read at once. */
const ROUND = 200

type Waiting = StaffTask & { kind: 'erase' | 'export'; ticket: string }

const cursorOf = ({ dueAt, id }: StaffTask) => `${dueAt}~${id}`
function readCursor(cursor: string): { at: string; id: string } {
  const [at = '', id = ''] = cursor.split('~')
  if (Number.isNaN(Date.parse(at))) throw new Refusal('bad-request', '这一页打不开，请回到第一页。')
  return { at, id }
}

/** A page of those in a state: what waits the first due first, what was answered the last due first. */
export async function findWishes(
  place: Place,
  { state, cursor }: { state: (typeof WISH_STATES)[number]; cursor?: string | undefined },
): Promise<Wishes> {
  const tasks = state === 'open' ? waiting(place, cursor) : answered(place, state, cursor)
  const wishes: WishLine[] = []
  let looked = 0
  let last: string | null = null
  for await (const task of tasks) {
    if (wishes.length > PAGE || looked >= LOOKED) break
    looked++
    const line = isWish(task)
      ? await (state === 'open' ? openLine(task, place) : answeredLine(task, place))
      : null
    if (line) wishes.push(line)
    if (wishes.length <= PAGE) last = cursorOf(task)
  }
  const more = wishes.length > PAGE || looked >= LOOKED
  return { wishes: wishes.slice(0, PAGE), next: more ? last : null }
}

/** How many wait, as far as one page goes. */
export async function countWishes(place: Place): Promise<{ count: number; more: boolean; overdue: number }> {
  const { wishes, next } = await findWishes(place, { state: 'open' })
  return { count: wishes.length, more: next !== null, overdue: wishes.filter((one) => one.overdue).length }
}

async function* waiting({ store }: Place, cursor: string | undefined): AsyncGenerator<StaffTask> {
  let after = cursor === undefined ? { at: '', id: '' } : readCursor(cursor)
  for (let limit = ROUND; ; ) {
    const query = { equals: ['open'], limit, ...(after.at === '' ? {} : { from: after.at }) }
    const rows = await store.list('tasks', 'due', query)
    const fresh = rows.filter(({ dueAt, id }) => dueAt > after.at || (dueAt === after.at && id > after.id))
    yield* fresh
    const last = fresh.at(-1)
    if (rows.length < limit) return
    // Many are due at the end of one day: then more must be read than were read before.
    if (last) after = { at: last.dueAt, id: last.id }
    else limit *= 4
  }
}

function answered(
  { store, now }: Place,
  state: 'done' | 'refused',
  cursor: string | undefined,
): AsyncGenerator<StaffTask> {
  // It may have been answered long before it was due.
  const before = { at: new Date(now.getTime() + 60 * DAY_MS).toISOString(), id: '' }
  return newestFirst(
    (span) => store.list('tasks', 'due', { equals: [state], ...span }),
    ({ dueAt }) => dueAt,
    cursor === undefined ? before : readCursor(cursor),
  )
}

const sayAsked = ({ askedAt }: Wish, today: string): string =>
  askedAt === '' ? '' : sayMoment(new Date(askedAt), today)

/** One line for all of a resident's requests that one wish is about; null where it is none of theirs, or not the first. */
async function openLine(task: Waiting, place: Place): Promise<WishLine | null> {
  const { store, now } = place
  const row = await store.get('tickets', task.ticket)
  const found = row && seen(place, row)
  if (!found) return null
  const today = chinaDay(now)
  const wish = readWish(task)
  const line = {
    number: task.ticket,
    what: WISH_WORDS[task.kind],
    way: WISH_WAY_WORDS[wish.way],
    asked: sayAsked(wish, today),
    due: sayDay(chinaDay(new Date(task.dueAt)), today),
    overdue: now.toISOString() > task.dueAt,
    why: '',
  }
  if (found.look.sight === 'shut')
    return { ...line, leads: false, who: '涉及人身安全', state: '请负责人，或管理机器的人用命令办' }
  const resident = await residentFor(place, task.ticket).catch((error: unknown) => {
    if (error instanceof Refusal) return null
    throw error
  })
  if (!resident) return null
  const all = await wishesSeen(resident, place)
  const same = all.filter(({ kind }) => kind === task.kind)
  const first = same.toSorted((one, other) => (cursorOf(one) < cursorOf(other) ? -1 : 1))[0]
  if (first?.id !== task.id) return null
  const { who } = await residentLine(resident, place)
  const not = whyNot(task.kind, all, resident, place)
  return { ...line, leads: true, who, state: not === '' ? '等答复' : not.replace(/。$/, '') }
}

/** What was answered where this account works; whose it was may be gone. */
async function answeredLine(task: Waiting, place: Place): Promise<WishLine | null> {
  const { store, account, roster, now } = place
  const wish = readWish(task)
  const { answer } = wish
  if (!answer || !scopeOf(account, roster, now).holds({ area: answer.area, owner: '' })) return null
  const today = chinaDay(now)
  const staff = (await allAccounts(store)).find(({ id }) => answer.by === `account:${id}`)
  return {
    number: task.ticket,
    leads: false,
    who: '',
    what: WISH_WORDS[task.kind],
    way: WISH_WAY_WORDS[wish.way],
    asked: sayAsked(wish, today),
    due: sayDay(chinaDay(new Date(task.dueAt)), today),
    overdue: answer.at > task.dueAt,
    state: `${sayMoment(new Date(answer.at), today)}，${staff?.person.name ?? answer.by}`,
    // People write names into reasons.
    why: can(account, 'unmask') ? answer.why : '',
  }
}
