import { describe, expect, test } from 'vitest'
import type { Store, TicketRow } from '../bot/store.ts'
import { AreaTree } from '../flows/roster/areas.ts'
import { OPEN_STAGES, openTicket, STAGES, type Ticket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { type Account, NO_SECRETS } from '../server/console/accounts/account.ts'
import { lookAt, ownersOf } from '../server/console/look.ts'
import { countTickets, findTickets, type Place, type Wanted } from '../server/console/requests/find.ts'
import { findResidents } from '../server/console/residents/find-residents.ts'
import { advisorOf } from './support/advisor-page.ts'
import { memoryStore } from './support/memory-store.ts'
import { MORNING, opening } from './support/tickets.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** More communities than are asked for one by one. */
const COMMUNITIES = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6']
const areas = new AreaTree([
  { id: 'east', level: 'district', name: '东区', parent: null },
  { id: 'west', level: 'district', name: '西区', parent: null },
  { id: 'street', level: 'street', name: '尧化街道', parent: 'east' },
  { id: 'far', level: 'street', name: '远街道', parent: 'west' },
  ...COMMUNITIES.map((id) => ({ id, level: 'community', name: `${id}社区`, parent: 'street' }) as const),
])
const roster = {
  areas,
  advisors: new Map(
    [advisorOf('wang', '王芳', 'backbone', 'c2'), advisorOf('li', '李强', 'community', 'c3')].map((one) => [
      one.id,
      one,
    ]),
  ),
}
const account = (id: string, roles: Account['roles'], more: Partial<Account> = {}): Account => ({
  id,
  name: id,
  roles,
  areas: [],
  state: 'active',
  createdAt: MORNING.toISOString(),
  secrets: NO_SECRETS,
  person: { name: id, advisor: null, body: null },
  ...more,
})
const ACCOUNTS = [
  account('everywhere', ['street']),
  account('street', ['street'], { areas: ['street'] }),
  account('community', ['street'], { areas: ['c1'] }),
  account('district', ['auditor'], { areas: ['east'] }),
  account('wang', ['advisor'], { person: { name: '王芳', advisor: 'wang', body: null } }),
  account('li', ['advisor'], { person: { name: '李强', advisor: 'li', body: null } }),
  account('both', ['street', 'advisor'], {
    areas: ['c1'],
    person: { name: '李强', advisor: 'li', body: null },
  }),
  account('nobody', ['admin']),
]
const [EVERYWHERE = account('', [])] = ACCOUNTS

const { ticket: PLAIN } = openTicket(opening({ fingerprints: [] }))
/** `gone` was taken out of the roster. */
const LIE_IN = [null, 'gone', 'far', 'street', ...COMMUNITIES]
const OWNERS = [null, null, 'li', 'wang', 'everywhere', 'left']

function request(place: number): Ticket {
  const openedAt = new Date(MORNING.getTime() - (place % 50) * 7_000_000).toISOString()
  const owner = OWNERS[(place * 7) % OWNERS.length] ?? null
  const due = new Date(MORNING.getTime() + ((place % 11) - 4) * DAY_MS).toISOString()
  return {
    ...PLAIN,
    number: mintNumber(9, () => place),
    resident: `sandbox:${place % 90}`,
    openedAt,
    area: LIE_IN[(place * 3) % LIE_IN.length] ?? null,
    owner: owner === null ? null : { id: owner, name: owner },
    stage: STAGES[(place * 5) % STAGES.length] ?? 'received',
    due: { ...PLAIN.due, whole: { ...PLAIN.due.whole, at: due } },
  }
}
const rowOf = (ticket: Ticket): TicketRow => ({
  id: ticket.number,
  resident: ticket.resident,
  stage: ticket.stage,
  area: ticket.area ?? '',
  owner: ticket.owner?.id ?? '',
  openedAt: ticket.openedAt,
  dueAt: OPEN_STAGES.some((stage) => stage === ticket.stage) ? ticket.due.whole.at : '',
  updatedAt: ticket.openedAt,
  planned: 1,
  mark: '',
  tail: '',
  ticket,
})

async function kept(tickets: readonly Ticket[]): Promise<Store> {
  const store = memoryStore()
  await store.transaction(async (tx) => {
    for (const ticket of tickets) await tx.insert('tickets', rowOf(ticket))
  })
  return store
}
const placeOf = (store: Store, who: Account): Place => ({ store, account: who, roster, now: MORNING })

/** What a list holds, by the words of its filters alone. */
function expected(tickets: readonly Ticket[], who: Account, wanted: Wanted): string[] {
  const { view, stage, area, owner, clock } = wanted
  const now = MORNING.toISOString()
  const found = tickets
    .filter((ticket) => lookAt(who, ticket, roster, MORNING))
    .map(rowOf)
    .filter(
      (row) =>
        (view === 'all' ||
          (view === 'closed' ? row.stage === 'closed' : OPEN_STAGES.some((one) => one === row.stage))) &&
        (stage === undefined || row.stage === stage) &&
        (area === undefined || (area === 'none' ? !areas.get(row.area) : areas.isWithin(row.area, area))) &&
        (owner === undefined ||
          (owner === 'mine'
            ? ownersOf(who).includes(row.owner)
            : row.owner === (owner === 'none' ? '' : owner))) &&
        (clock === undefined || (row.dueAt !== '' && row.dueAt <= now)),
    )
  const key = (row: TicketRow) => `${view === 'all' ? row.openedAt : row.dueAt} ${row.id}`
  const sorted = found.sort((one, other) => (key(one) < key(other) ? -1 : 1)).map(({ id }) => id)
  return view === 'all' ? sorted.reverse() : sorted
}

async function allPages(place: Place, wanted: Wanted): Promise<string[]> {
  const numbers: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await findTickets(place, { ...wanted, ...(cursor ? { cursor } : {}) })
    numbers.push(...page.found.map(({ ticket }) => ticket.number))
    cursor = page.next
  } while (cursor !== null)
  return numbers
}

const FILTERS: readonly Omit<Wanted, 'view'>[] = [
  {},
  { stage: 'received' },
  { stage: 'refused' },
  { area: 'none' },
  { area: 'east' },
  { area: 'street' },
  { area: 'c2' },
  { area: 'elsewhere' },
  { owner: 'none' },
  { owner: 'mine' },
  { owner: 'li' },
  { owner: 'none', area: 'street' },
  { owner: 'none', area: 'c4', stage: 'dispatched' },
  { owner: 'wang', area: 'none' },
  { clock: 'overdue' },
  { clock: 'overdue', owner: 'none', area: 'street' },
]

describe('each account’s lists', () => {
  const tickets = Array.from({ length: 400 }, (_, place) => request(place))

  test.each(ACCOUNTS)('hold what is theirs and wanted, each once and in order: $id', async (who) => {
    const place = placeOf(await kept(tickets), who)
    let some = 0
    for (const view of ['open', 'closed', 'all'] as const)
      for (const filter of FILTERS) {
        // A time limit is chosen of what is worked on.
        if (view !== 'open' && filter.clock) continue
        const wanted = { view, ...filter }
        const numbers = expected(tickets, who, wanted)
        some += numbers.length
        expect([wanted, await allPages(place, wanted)]).toEqual([wanted, numbers])
        if (view === 'all') continue
        expect([wanted, await countTickets(place, wanted)]).toEqual([
          wanted,
          { count: numbers.length, more: false },
        ])
      }
    expect(some > 0).toBe(who.id !== 'nobody')
  })

  test('of residents hold everybody whose newest request is there, once', async () => {
    for (const who of ACCOUNTS) {
      const place = placeOf(await kept(tickets), who)
      for (const area of [undefined, 'none', 'c2', 'street']) {
        const found: string[] = []
        let cursor: string | null | undefined
        do {
          const page = await findResidents(place, { area, ...(cursor ? { cursor } : {}) })
          found.push(...page.found.map(({ resident }) => resident))
          cursor = page.next
        } while (cursor !== null)
        const theirs = tickets.filter((ticket) => lookAt(who, ticket, roster, MORNING)?.sight !== undefined)
        const inArea = theirs.filter(
          (one) =>
            area === undefined ||
            (area === 'none' ? !areas.get(one.area ?? '') : areas.isWithin(one.area, area)),
        )
        expect([who.id, area, found.toSorted()]).toEqual([
          who.id,
          area,
          [...new Set(inArea.map(({ resident }) => resident))].sort(),
        ])
      }
    }
  })
})

test('what is rare is found without reading what is not', async () => {
  // One in five hundred was refused, is li's, lies in c5 or nowhere.
  const tickets = Array.from({ length: 3000 }, (_, place): Ticket => {
    const rare = place % 500 === 250
    return {
      ...request(place),
      stage: rare ? 'refused' : place % 2 === 0 ? 'received' : 'revisited',
      area: rare ? (place % 1000 === 250 ? 'c5' : null) : 'c1',
      owner: rare ? { id: 'li', name: '李强' } : null,
    }
  })
  const store = await kept(tickets)
  let read = 0
  const counted: Store = {
    ...store,
    get: (table, id) => {
      read++
      return store.get(table, id)
    },
    list: async (table, index, query) => {
      const rows = await store.list(table, index, query)
      read += rows.length
      return rows
    },
  }
  const place = placeOf(counted, EVERYWHERE)
  for (const wanted of [
    { view: 'all', stage: 'refused' },
    { view: 'all', owner: 'li' },
    { view: 'all', area: 'c5' },
    { view: 'all', area: 'none' },
    { view: 'open', owner: 'none', area: 'c5' },
    { view: 'open', owner: 'none' },
  ] as const) {
    read = 0
    const { found } = await findTickets(place, wanted)
    expect(found.map(({ ticket }) => ticket.number)).toEqual(
      expected(tickets, EVERYWHERE, wanted).slice(0, 30),
    )
    expect([wanted, read < 120]).toEqual([wanted, true])
  }
  read = 0
  const waiting = { view: 'open', owner: 'none' } as const
  expect((await countTickets(place, waiting)).count).toBe(expected(tickets, EVERYWHERE, waiting).length)
  expect(read).toBe(0)
})
