/**
 * The last four digits of a request's telephone as a keyed hash beside the sealed number, so that they find it. There
 * are only ten thousand: whoever has the data key tries them all, and nobody else can try one.
 */
import { z } from 'zod'
import { type Fingerprint, type Store, StoreError, type TicketRow, type Transaction } from './store.ts'

/** Of a request without a telephone; '' is one whose hash was not made yet. */
const NO_PHONE = 'none'
const DIGITS = 4
/** Rows whose hash is made in one transaction. */
const BATCH = 100

/** What a telephone is found by; see {@link TicketRow.tail}. */
export const tailOf = (phone: string | null, seal: Fingerprint): string =>
  phone === null ? NO_PHONE : seal('tail', phone.slice(-DIGITS))

/**
 * What a request that changed is found by; '' where that is for {@link sealTails} to make.
 *
 * @param before how it was found, and by which telephone
 * @param seal undefined where nobody changes a telephone to another
 */
export function tailAfter(
  before: { tail: string; phone: string | null },
  phone: string | null,
  seal: Fingerprint | undefined,
): string {
  if (phone === before.phone) return before.tail
  return phone === null ? NO_PHONE : seal ? tailOf(phone, seal) : ''
}

/** As much of a ticket as is read here. */
const withPhone = z.object({ personal: z.object({ facts: z.object({ phone: z.string().nullable() }) }) })

/**
 * Makes the hashes of requests that an older version wrote, some at a time.
 *
 * @param stop ends it early; what is left is made the next time
 * @returns how many there were
 */
export async function sealTails(store: Store, seal: Fingerprint, stop?: AbortSignal): Promise<number> {
  let made = 0
  let after = { openedAt: '', id: '' }
  for (let limit = BATCH; !stop?.aborted; ) {
    const rows = await store.list('tickets', 'withTail', {
      equals: [''],
      from: after.openedAt,
      limit,
      unopened: true,
    })
    const fresh = rows.filter(
      ({ openedAt, id }) => openedAt > after.openedAt || (openedAt === after.openedAt && id > after.id),
    )
    const last = fresh.at(-1)
    if (last) {
      made += await sealThese(
        store,
        fresh.map(({ id }) => id),
        seal,
      )
      // One that cannot be read stays, and holds up no other.
      after = last
      limit = BATCH
    } else if (rows.length < limit) break
    else limit *= 4
  }
  return made
}

async function sealThese(store: Store, ids: readonly string[], seal: Fingerprint): Promise<number> {
  try {
    await store.transaction(async (tx) => {
      for (const id of ids) await sealOne(tx, id, seal)
    })
    return ids.length
  } catch (error) {
    if (!isUnreadable(error)) throw error
    if (ids.length === 1) return 0
    let made = 0
    for (const id of ids) made += await sealThese(store, [id], seal)
    return made
  }
}

async function sealOne(tx: Transaction, id: string, seal: Fingerprint): Promise<void> {
  const row: TicketRow | undefined = await tx.get('tickets', id)
  if (row?.tail !== '') return
  const { phone } = withPhone.parse(row.ticket).personal.facts
  await tx.put('tickets', { ...row, tail: tailOf(phone, seal) })
}

const isUnreadable = (error: unknown): boolean =>
  error instanceof z.ZodError || (error instanceof StoreError && error.code === 'unreadable')
