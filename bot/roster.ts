/** The roster in the store: areas and advisors, read whole, kept until they change, and changed in one piece. */
import { z } from 'zod'
import { type Advisor, advisorSchema, type Roster } from '../flows/roster/advisors.ts'
import { type Area, AreaTree, areaSchema } from '../flows/roster/areas.ts'
import {
  type AdvisorRow,
  type AreaRow,
  type Reader,
  type Store,
  StoreError,
  type Transaction,
} from './store.ts'

const MARK = 'roster'

/** The roster as it stood at a revision; 0 when nobody has written one. */
export interface RosterAt {
  roster: Roster
  revision: number
}

/** Reads the roster, anew only when somebody has changed it. To be asked whenever it is needed. */
export type ReadRoster = () => Promise<Roster>

/** A reader that costs one look at the revision while nothing changes. */
export function createRosterReader(store: Pick<Store, 'get' | 'scan'>): ReadRoster {
  return untilChanged(store, async () => {
    const { roster, revision } = await readRoster(store)
    return { read: roster, revision }
  })
}

/** Keys of group robots, by the area that has one: secrets. */
export type ReadRobots = () => Promise<ReadonlyMap<string, string>>

/** A reader of all robots' keys that costs one look at the revision while nothing changes. */
export function createRobotReader(store: Pick<Store, 'get' | 'scan'>): ReadRobots {
  return untilChanged(store, async () => {
    for (;;) {
      const revision = await revisionOf(store)
      const robots = new Map<string, string>()
      for await (const { id, robotKey } of store.scan('areas')) if (robotKey) robots.set(id, robotKey)
      if ((await revisionOf(store)) === revision) return { read: robots, revision }
    }
  })
}

/** Keeps what was read until the roster has a newer revision; whoever asks meanwhile waits for the same reading. */
function untilChanged<T>(
  store: Pick<Store, 'get'>,
  readAll: () => Promise<{ read: T; revision: number }>,
): () => Promise<T> {
  let kept: { read: T; revision: number } | null = null
  let reading: Promise<void> | null = null
  return async () => {
    const wanted = await revisionOf(store)
    for (;;) {
      if (kept && kept.revision >= wanted) return kept.read
      reading ??= readAll()
        .then((read) => {
          kept = read
        })
        .finally(() => {
          reading = null
        })
      await reading
    }
  }
}

/** Reads the whole roster as it was between two changes. */
export async function readRoster(store: Pick<Store, 'get' | 'scan'>): Promise<RosterAt> {
  for (;;) {
    const revision = await revisionOf(store)
    const areas: Area[] = []
    const advisors: Advisor[] = []
    if (revision > 0) {
      for await (const row of store.scan('areas')) areas.push(areaOf(row))
      for await (const row of store.scan('advisors')) advisors.push(advisorOf(row))
    }
    // A change in between may have been read by half.
    if ((await revisionOf(store)) === revision) return { roster: rosterOf(areas, advisors), revision }
  }
}

/** In the order of their ids, so that lists of equals read the same every time. */
function rosterOf(areas: Area[], advisors: Advisor[]): Roster {
  const inOrder = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
  return {
    areas: new AreaTree(areas.sort(inOrder)),
    advisors: new Map(advisors.sort(inOrder).map((advisor) => [advisor.id, advisor])),
  }
}

/** What is written of a roster. What it does not name stays as it is. */
export interface RosterChange {
  /** New, or in place of those with their ids. Their groups' robots stay. */
  areas?: readonly Area[]
  advisors?: readonly Advisor[]
  /** The key of an area's group robot; null takes it away. */
  robots?: ReadonlyMap<string, string | null>
  gone?: { areas?: readonly string[]; advisors?: readonly string[] }
}

/**
 * Writes a change as a whole, in one transaction.
 *
 * @param basis the revision it was decided on; left out when it holds whatever was before
 * @param also what belongs to the same transaction
 * @throws {StoreError} `duplicate` when somebody else changed the roster since `basis`
 */
export function saveRoster(
  store: Store,
  change: RosterChange,
  basis?: number,
  also: (tx: Transaction) => Promise<void> = async () => {},
): Promise<void> {
  const { areas = [], advisors = [], robots = new Map<string, string | null>(), gone = {} } = change
  return store.transaction(async (tx) => {
    if (basis !== undefined && (await revisionOf(tx)) !== basis)
      throw new StoreError('duplicate', 'the roster was changed meanwhile')
    for (const id of gone.areas ?? []) await tx.remove('areas', id)
    for (const id of gone.advisors ?? []) await tx.remove('advisors', id)
    for (const area of areas) {
      const robotKey = (await tx.get('areas', area.id))?.robotKey ?? null
      await tx.put('areas', { ...area, robotKey })
    }
    for (const [id, robotKey] of robots) {
      const row = await tx.get('areas', id)
      if (row) await tx.put('areas', { ...row, robotKey })
    }
    for (const advisor of advisors) await tx.put('advisors', rowOf(advisor))
    await raise(tx)
    await also(tx)
  })
}

/**
 * Changes one advisor.
 *
 * @param also what belongs to the same transaction
 * @returns the advisor afterwards; null when there is none of this id
 * @throws {z.ZodError} when what `change` gives is no advisor
 */
export function changeAdvisor(
  store: Store,
  id: string,
  change: (advisor: Advisor) => Advisor,
  also: (tx: Transaction) => Promise<void> = async () => {},
): Promise<Advisor | null> {
  return store.transaction(async (tx) => {
    const row = await tx.get('advisors', id)
    if (!row) return null
    const changed = advisorSchema.parse({ ...change(advisorOf(row)), id })
    await tx.put('advisors', rowOf(changed))
    await raise(tx)
    await also(tx)
    return changed
  })
}

/**
 * The key of the group robot that speaks for an area: its own, or that of the nearest area above with one. A
 * secret. Null when none of them has a robot, or the area is not known: then the one of the whole office speaks.
 */
export async function robotKeyOf(reader: Pick<Reader, 'get'>, area: string | null): Promise<string | null> {
  const seen = new Set<string>()
  for (let at = area; at !== null && !seen.has(at); ) {
    seen.add(at)
    const row = await reader.get('areas', at)
    if (row?.robotKey) return row.robotKey
    at = row?.parent ?? null
  }
  return null
}

/** Which roster is the newest; 0 when nobody has written one. */
export async function revisionOf(reader: Pick<Reader, 'get'>): Promise<number> {
  return (await reader.get('rosters', MARK))?.revision ?? 0
}

async function raise(tx: Transaction): Promise<void> {
  await tx.put('rosters', { id: MARK, revision: (await revisionOf(tx)) + 1 })
}

const areaOf = ({ id, level, name, parent }: AreaRow): Area => areaSchema.parse({ id, level, name, parent })

const personSchema = z.strictObject({ name: z.string(), phone: z.string().nullable() })

function advisorOf({ person, ...row }: AdvisorRow): Advisor {
  return advisorSchema.parse({ ...row, ...personSchema.parse(person) })
}

function rowOf({ name, phone, ...advisor }: Advisor): AdvisorRow {
  return { ...advisor, person: { name, phone } }
}
