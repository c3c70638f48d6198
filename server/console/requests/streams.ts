/** Which pieces of the indexes hold the requests that are wanted, so that no more is read than is shown. */
import type { Query, Store, TicketRow } from '../../../bot/store.ts'
import type { Roster } from '../../../flows/roster/advisors.ts'
import { OPEN_STAGES, STAGES, type Stage } from '../../../flows/ticket/ticket.ts'
import type { Account } from '../accounts/account.ts'
import { ownersOf, scopeOf } from '../look.ts'
import { type Stand, type Walk, walk } from '../walk.ts'
import { unplacedAreas } from './unplaced.ts'

export interface Wanted {
  view: 'open' | 'closed' | 'all'
  stage?: string | undefined
  area?: string | undefined
  owner?: string | undefined
  clock?: 'overdue' | 'today' | 'week' | undefined
  /** Days on which it was opened, both inclusive. */
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
}

/** What somebody looks from. `now` is the desk's, which may be a pretended one. */
export interface Place {
  account: Account
  roster: Roster
  store: Store
  now: Date
}

/** So many values of an index's first field are asked for one by one; of more, each key is judged. */
const ONE_BY_ONE = 4
/** Rows taken at first of each of several streams. */
const FIRST_ROWS = 8

/** What the columns of a request may hold; null is anything. */
interface Columns {
  areas: readonly string[] | null
  owners: readonly string[] | null
}

/** A piece of an index, in the order of the moment that stands behind `equals`. */
export interface Stream {
  index: 'inStage' | 'inArea' | 'withOwner' | 'byOpening'
  equals: readonly string[]
  where: NonNullable<Query['where']>
}

/** Streams that hold exactly what is wanted where somebody works, and those of what is theirs wherever it lies. */
export interface Streams {
  placed: Stream[]
  own: Stream[]
  /** Whether a request of {@link own} is among those of {@link placed} too. */
  isPlaced: (row: Pick<TicketRow, 'area'>) => boolean
}

export function stagesOf({ view, stage }: Wanted): readonly Stage[] {
  const within: readonly Stage[] = view === 'open' ? OPEN_STAGES : view === 'closed' ? ['closed'] : STAGES
  return stage === undefined ? within : within.filter((one) => one === stage)
}

export async function streamsOf(place: Place, wanted: Wanted): Promise<Streams> {
  const { account, roster, now, store } = place
  const { areas: tree } = roster
  const scope = scopeOf(account, roster, now)
  const { area, owner } = wanted
  const unplaced = () => unplacedAreas(store, roster, now)
  const inside = scope.areas && [...scope.areas, ...(scope.unplaced ? await unplaced() : [])]
  const asked: Columns = {
    areas:
      area === undefined
        ? null
        : area === 'none'
          ? await unplaced()
          : tree.all().flatMap(({ id }) => (tree.isWithin(id, area) ? [id] : [])),
    owners:
      owner === undefined ? null : owner === 'mine' ? ownersOf(account) : [owner === 'none' ? '' : owner],
  }
  const held = inside && new Set(inside)
  return {
    placed: streamsFor({ ...asked, areas: both(asked.areas, inside) }, wanted),
    own: held ? streamsFor({ ...asked, owners: both(asked.owners, scope.owners) }, wanted) : [],
    isPlaced: (row) => !held || held.has(row.area),
  }
}

function both(one: readonly string[] | null, other: readonly string[] | null): readonly string[] | null {
  if (!one || !other) return one ?? other
  const held = new Set(other)
  return one.filter((value) => held.has(value))
}

function streamsFor({ areas, owners }: Columns, wanted: Wanted): Stream[] {
  const stages = stagesOf(wanted)
  if (areas?.length === 0 || owners?.length === 0 || stages.length === 0) return []
  const area = areas ? { area: areas } : {}
  const owner = owners ? { owner: owners } : {}
  if (wanted.view === 'all') {
    const stage = stages.length < STAGES.length ? { stage: stages } : {}
    return [{ index: 'byOpening', equals: [], where: { ...stage, ...area, ...owner } }]
  }
  const led = (index: 'inArea' | 'withOwner', values: readonly string[], where: Stream['where']): Stream[] =>
    [...new Set(values)].flatMap((value) => stages.map((stage) => ({ index, equals: [value, stage], where })))
  // Somebody has few requests, an area has more, and nobody has the most.
  if (owners && owners.length <= ONE_BY_ONE && !owners.includes('')) return led('withOwner', owners, area)
  if (areas && areas.length <= ONE_BY_ONE) return led('inArea', areas, owner)
  if (owners && owners.length <= ONE_BY_ONE) return led('withOwner', owners, area)
  return stages.map((stage) => ({ index: 'inStage', equals: [stage], where: { ...area, ...owner } }))
}

/** Rows of several streams in the order of their moments, each once. */
export async function* rowsIn(
  store: Store,
  streams: readonly Stream[],
  at: (row: TicketRow) => string,
  { backwards = false, ...bounds }: Walk,
  opening: Pick<Query, 'unopened'>,
): AsyncGenerator<TicketRow, void> {
  const few = streams.length > 1 ? { firstRows: FIRST_ROWS } : {}
  const walks = streams.map(({ index, equals, where }) =>
    walk((piece) => store.list('tickets', index, { equals, where, ...piece, ...opening }), at, {
      ...bounds,
      ...few,
      backwards,
    }),
  )
  const next = async (one: AsyncGenerator<TicketRow, void>) => {
    const step = await one.next()
    return step.done ? null : step.value
  }
  const heads = await Promise.all(walks.map(async (one) => ({ one, row: await next(one) })))
  const stand = (row: TicketRow): Stand => ({ at: at(row), id: row.id })
  let last = ''
  for (;;) {
    let first: (typeof heads)[number] | null = null
    for (const head of heads) {
      if (!head.row) continue
      const order = first?.row ? compare(stand(head.row), stand(first.row)) : -1
      if (!first || (backwards ? -order : order) < 0) first = head
    }
    const row = first?.row
    if (!first || !row) return
    if (row.id !== last) yield row
    last = row.id
    first.row = await next(first.one)
  }
}

function compare(one: Stand, other: Stand): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1
  return one.id === other.id ? 0 : one.id < other.id ? -1 : 1
}
