/** The households advisors look after, written from a sheet: recognised when they come again, never doubled. */
import type { HouseholdRead } from '../flows/roster/household-sheet.ts'
import { mintHouseholdNumber } from '../flows/ticket/ticket-number.ts'
import {
  type Fingerprint,
  type HouseholdRow,
  type Reader,
  type Store,
  StoreError,
  type Transaction,
} from './store.ts'
import { planRegularVisit } from './visits.ts'

/** One household of a sheet beside the one it is known as. */
export interface HouseholdMatch {
  read: HouseholdRead
  /** Null when it is new. */
  held: HouseholdRow | null
  keys: readonly string[]
}

/**
 * Finds which households of a sheet are known already.
 *
 * @returns the matches, and the lines whose traits belong to several known ones
 */
export async function matchHouseholds(
  reader: Pick<Reader, 'get'>,
  households: readonly HouseholdRead[],
  fingerprint: Fingerprint,
): Promise<{ matches: HouseholdMatch[]; unclear: { line: number; numbers: string[] }[] }> {
  const matches: HouseholdMatch[] = []
  const unclear: { line: number; numbers: string[] }[] = []
  for (const read of households) {
    const keys = read.traits.map(({ kind, value }) => `${kind}:${fingerprint(kind, value)}`)
    const held = new Map<string, HouseholdRow>()
    for (const key of keys) {
      const known = await reader.get('household_keys', key)
      const row = known && (await reader.get('households', known.household))
      if (row) held.set(row.id, row)
    }
    const [first = null, ...others] = held.values()
    if (others.length > 0) unclear.push({ line: read.line, numbers: [...held.keys()] })
    else matches.push({ read, held: first, keys })
  }
  return { matches, unclear }
}

/** What a household will be; what a sheet does not say of it stays. */
export function householdAfter({ read, held }: HouseholdMatch, otherwise: string): Omit<HouseholdRow, 'id'> {
  const { area, advisor, category, person } = read
  return {
    area,
    advisor: advisor || held?.advisor || otherwise,
    category,
    state: 'watched',
    leftAt: '',
    contactedAt: held?.contactedAt ?? '',
    person,
  }
}

/** Numbers tried before one is taken unseen. */
const NUMBERS_TRIED = 40

/**
 * Writes households in one transaction, each with its next regular visit. What became of one since it was looked at,
 * a visit among it, stays.
 *
 * @param also what belongs to the same transaction
 * @throws {StoreError} `duplicate` when one that was new has been written meanwhile
 */
export function saveHouseholds(
  store: Store,
  changes: readonly { match: HouseholdMatch; after: Omit<HouseholdRow, 'id'> }[],
  left: readonly HouseholdRow[],
  { now, randomBelow }: { now: Date; randomBelow: (limit: number) => number },
  also: (tx: Transaction) => Promise<void>,
): Promise<void> {
  return store.transaction(async (tx) => {
    await also(tx)
    for (const { match, after } of changes) {
      const held = match.held && (await tx.get('households', match.held.id))
      if (!match.held && (await isKnown(tx, match)))
        throw new StoreError('duplicate', 'a household was written meanwhile')
      const id = held?.id ?? (await freshHouseholdNumber(tx, randomBelow))
      const row = { id, ...after, ...(held ? { contactedAt: held.contactedAt } : {}) }
      await tx.put('households', row)
      for (const key of match.keys) await tx.put('household_keys', { id: key, household: id })
      await planRegularVisit(tx, row, now)
    }
    for (const { id } of left) {
      const row = await tx.get('households', id)
      if (row) await tx.put('households', { ...row, state: 'left', leftAt: now.toISOString() })
    }
  })
}

async function isKnown(tx: Transaction, { keys }: HouseholdMatch): Promise<boolean> {
  for (const id of keys) {
    const known = await tx.get('household_keys', id)
    if (known && (await tx.get('households', known.household))) return true
  }
  return false
}

/** A household's number nobody has at this moment. */
export async function freshHouseholdNumber(
  tx: Pick<Reader, 'get'>,
  randomBelow: (limit: number) => number,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const number = mintHouseholdNumber(attempt, randomBelow)
    if (attempt >= NUMBERS_TRIED || !(await tx.get('households', number))) return number
  }
}
