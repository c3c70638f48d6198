/**
 * What a resident wishes done with what is kept of them and a person must decide: deleted, or handed to them
 * (个人信息保护法 第四十五条, 第四十七条, 第五十条). Kept as tasks, one for each of their requests, so that each is answered
 * where its request lies.
 */
import { z } from 'zod'
import { chinaDay, endOfDay, workingDaysAfter } from '../flows/clocks.ts'
import type { Instant, Reader, StaffTask, Transaction } from './store.ts'

export const WISH_KINDS = ['erase', 'export'] as const
export type WishKind = (typeof WISH_KINDS)[number]
export const WISH_WORDS: Readonly<Record<WishKind, string>> = { erase: '删除', export: '导出' }
/** How it was asked for. */
export const WISH_WAYS = ['chat', 'counter', 'phone'] as const
export type WishWay = (typeof WISH_WAYS)[number]
export const WISH_WAY_WORDS: Readonly<Record<WishWay, string>> = {
  chat: '微信里',
  counter: '当面',
  phone: '打电话',
}
/** Working days within which it is answered; our own promise, since the law (第四十五条) only says 及时. */
const WISH_WORKING_DAYS = 15

const wishSchema = z.strictObject({
  way: z.enum(WISH_WAYS),
  /** '' where an older version did not note it. */
  askedAt: z.string(),
  /** Whoever of staff entered it, as the audit log names them; null where the resident asked in the chat. */
  enteredBy: z.string().nullable(),
  /** Null while it waits. */
  answer: z
    .strictObject({
      by: z.string(),
      at: z.string(),
      /** Why it was not done; '' where it was. */
      why: z.string(),
      /** The area the request lay in; its ticket may be gone. */
      area: z.string(),
    })
    .nullable(),
})
/** What a task of such a wish holds besides its columns. */
export type Wish = z.infer<typeof wishSchema>

const ASKED_IN_CHAT: Wish = { way: 'chat', askedAt: '', enteredBy: null, answer: null }

/** One wish a request and kind, however often it is said. */
export const wishId = (kind: WishKind, ticket: string): string => `${kind}:${ticket}`
export const isWish = (task: StaffTask): task is StaffTask & { kind: WishKind; ticket: string } =>
  task.ticket !== null && WISH_KINDS.some((kind) => kind === task.kind)

export function readWish({ detail }: StaffTask): Wish {
  const read = wishSchema.safeParse(detail)
  return read.success ? read.data : ASKED_IN_CHAT
}

/** By when a wish of now is answered. */
export function wishDue(now: Date): { day: string; dueAt: Instant } {
  const { day } = workingDaysAfter(chinaDay(now), WISH_WORKING_DAYS)
  return { day, dueAt: endOfDay(day).toISOString() }
}

/** Keeps a wish. One that waits keeps its day; whoever said it in the chat themselves needs nobody to vouch for it. */
export async function keepWish(
  tx: Transaction,
  wish: Pick<StaffTask, 'resident' | 'dueAt'> &
    Pick<Wish, 'way' | 'askedAt' | 'enteredBy'> & { kind: WishKind; ticket: string },
): Promise<void> {
  const { kind, ticket, resident, dueAt, way, askedAt, enteredBy } = wish
  const id = wishId(kind, ticket)
  const known = await tx.get('tasks', id)
  const waits = known?.state === 'open' ? known : null
  if (waits && way !== 'chat') return
  await tx.put('tasks', {
    id,
    kind,
    resident,
    ticket,
    dueAt: waits && waits.dueAt < dueAt ? waits.dueAt : dueAt,
    state: 'open',
    detail: { way, askedAt, enteredBy, answer: null } satisfies Wish,
  })
}

/** What waits about a request goes with it. */
export async function removeWishes(tx: Transaction, ticket: string): Promise<void> {
  for (const kind of WISH_KINDS) {
    const id = wishId(kind, ticket)
    if ((await tx.get('tasks', id))?.state === 'open') await tx.remove('tasks', id)
  }
}

/** More than anybody leaves open about one resident. */
const TASKS_LIMIT = 300

/** What waits of a resident's wishes. */
export async function openWishes(
  reader: Reader,
  resident: string,
): Promise<(StaffTask & { ticket: string })[]> {
  const tasks = await reader.list('tasks', 'ofResident', { equals: [resident, 'open'], limit: TASKS_LIMIT })
  return tasks.filter(isWish)
}
