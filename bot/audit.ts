/**
 * The audit log: who saw, changed, exported or deleted personal data. Each line is sealed under the data key over
 * itself and the seal before it, and the head over where the chain begins and ends, so that a line altered, added,
 * moved or taken away shows. Whoever holds both the key and the store could write it anew; that contradicts the
 * head that the process's own log names every day.
 */
import type { AuditHead, AuditLine, Fingerprint, Instant, Store, Transaction } from './store.ts'

/** What may be done with personal data, and with who may see them; the words are those the list shows. */
export const DEED_WORDS = {
  seen: '查看',
  listed: '列出',
  changed: '办理',
  said: '给居民发话',
  corrected: '更正',
  imported: '导入',
  exported: '导出',
  withdrawn: '撤回同意',
  erased: '删除',
  wished: '登记删除或导出的请求',
  denied: '没有照请求删除或导出',
  forgotten: '到期清除',
  purged: '清理审计记录',
  drafted: '起草政策',
  'handed-in': '送审政策',
  returned: '退回政策',
  approved: '审核通过政策',
  published: '发布政策',
  'signed-in': '登录',
  granted: '改账号',
  'gave-key': '改接口密钥',
  received: '其他系统送来',
} as const
export type Deed = keyof typeof DEED_WORDS

/** What is noted. Nothing of it may be personal data of a resident; numbers of ours name things. */
export interface AuditEntry {
  at: Instant
  /** Who: `advisor:<id>`, `command:<user of the machine>`, `account:<id>`, `resident` without their id, `assistant`. */
  by: string
  deed: Deed
  /** To what: a kind and a number of ours, e.g. `ticket:Q-0412-6`, `household:H-0412-6`, `table:tickets`. */
  subject: string
  detail: Record<string, string>
}

/** Who does something, as the audit log names them. */
export interface Doer {
  /** As {@link AuditEntry.by}. */
  by: string
  /** What else is true of who does it, e.g. as whom a command was given. */
  more?: Readonly<Record<string, string>>
}

/** Who does something, with what seals the line about it. */
export interface Witness extends Doer {
  seal: Fingerprint
}

/** Notes what was done to one thing by whoever does it. */
export const noteBy = (
  tx: Transaction,
  { by, more, seal }: Witness,
  { at, deed, subject, detail = {} }: Omit<AuditEntry, 'by' | 'detail'> & Partial<Pick<AuditEntry, 'detail'>>,
): Promise<void> => note(tx, { at, by, deed, subject, detail: { ...more, ...detail } }, seal)

/** How a line names a request or a household, by its number; without one, somebody who is not named. */
export const auditSubject = (number: string | null): string =>
  number === null ? 'resident' : `${number.startsWith('H') ? 'household' : 'ticket'}:${number}`

const HEAD = 'head'
const FIRST: Omit<AuditHead, 'mac'> = { id: HEAD, number: 0, seal: '', from: 1, fromSeal: '' }

/** The id of the line with this number. */
export const lineId = (number: number): string => String(number).padStart(12, '0')

/**
 * Appends one line in the caller's transaction, so that what is done and the record of it stand or fall together.
 *
 * @param seal the store's fingerprint
 */
export async function note(tx: Transaction, entry: AuditEntry, seal: Fingerprint): Promise<void> {
  const head = (await tx.get('audit_heads', HEAD)) ?? FIRST
  const { at, by, deed, subject, detail } = entry
  const number = head.number + 1
  const line = { id: lineId(number), at, by, deed, subject, detail, previous: head.seal }
  const sealed = sealOf(line, seal)
  await tx.insert('audit', { ...line, seal: sealed })
  await putHead(tx, { ...head, number, seal: sealed }, seal)
}

/** Replaces the head by one that is sealed anew. */
export const putHead = (
  tx: Transaction,
  { id, number, seal: last, from, fromSeal }: Omit<AuditHead, 'mac'>,
  seal: Fingerprint,
): Promise<void> => {
  const head = { id, number, seal: last, from, fromSeal }
  return tx.put('audit_heads', { ...head, mac: macOf(head, seal) })
}

/** @returns undefined before the first line */
export const readHead = (reader: Pick<Store, 'get'>): Promise<AuditHead | undefined> =>
  reader.get('audit_heads', HEAD)

/** What is wrong with a line, or with the head. */
export type Fault =
  /** It is not what was written. */
  | 'altered'
  | 'missing'
  /** There was never such a line, or it was purged. */
  | 'added'
  /** The head is not what was written, or there is none. */
  | 'head'
  /** The line is another than the one a head that was logged then named. */
  | 'contradicted'

export interface Verdict {
  /** How many lines were found whole before the first fault. */
  lines: number
  /** The oldest line kept and the newest. */
  from: number
  to: number
  /** The first broken line by its number; 0 where it is the head. Null when the chain is whole. */
  broken: { line: number; fault: Fault } | null
}

/** A head as it was logged: the number of the then last line, and its seal. */
export interface KnownHead {
  number: number
  seal: string
}

/**
 * Walks the whole chain, beside a running service or without one.
 *
 * @param known heads from elsewhere, e.g. the process's log: without one a store that was put back whole, audit log
 *   and all, looks untouched
 */
export async function verify(
  store: Pick<Store, 'get' | 'scan'>,
  seal: Fingerprint,
  known: readonly KnownHead[] = [],
): Promise<Verdict> {
  const before = await readHead(store)
  // Only what links lines is kept: the log may be long.
  const found = new Map<number, { previous: string; seal: string; whole: boolean }>()
  let stray = false
  for await (const line of store.scan('audit')) {
    const number = Number(line.id)
    if (lineId(number) !== line.id) stray = true
    found.set(number, { previous: line.previous, seal: line.seal, whole: sealOf(line, seal) === line.seal })
  }
  // Lines may have been added or purged meanwhile.
  const after = await readHead(store)
  const from = after?.from ?? 1
  const to = after?.number ?? 0
  const verdict = (lines: number, broken: Verdict['broken']): Verdict => ({ lines, from, to, broken })
  if (!after)
    return verdict(0, found.size > 0 || before || known.length > 0 ? { line: 0, fault: 'head' } : null)
  if (after.mac !== macOf(after, seal)) return verdict(0, { line: 0, fault: 'head' })
  let previous = after.fromSeal
  let lines = 0
  for (let number = from; number <= to; number++) {
    const line = found.get(number)
    // What was appended while the walk went on may not have been walked over.
    if (!line && number > (before?.number ?? 0)) break
    if (!line) return verdict(lines, { line: number, fault: 'missing' })
    if (!line.whole || line.previous !== previous) return verdict(lines, { line: number, fault: 'altered' })
    const contradicted = known.some((head) => head.number === number && head.seal !== line.seal)
    if (contradicted) return verdict(lines, { line: number, fault: 'contradicted' })
    if (number === to && line.seal !== after.seal) return verdict(lines, { line: number, fault: 'altered' })
    previous = line.seal
    lines++
  }
  const oldest = Math.min(before?.from ?? from, from)
  const extra = [...found.keys()]
    .filter((number) => !(number >= oldest && number <= to))
    .sort((a, b) => a - b)[0]
  if (extra !== undefined || stray) return verdict(lines, { line: extra ?? 0, fault: 'added' })
  const beyond = known.find(({ number }) => number > to)
  return verdict(lines, beyond ? { line: beyond.number, fault: 'missing' } : null)
}

function sealOf(
  { id, at, by, deed, subject, detail, previous }: Omit<AuditLine, 'seal'>,
  seal: Fingerprint,
): string {
  // A database may hand the details back in another order.
  const details = Object.entries(detail).sort(([one], [other]) => (one < other ? -1 : 1))
  return seal('audit', `${previous}\n${JSON.stringify([id, at, by, deed, subject, details])}`)
}

const macOf = ({ number, seal: last, from, fromSeal }: Omit<AuditHead, 'mac'>, seal: Fingerprint): string =>
  seal('audit head', [number, last, from, fromSeal].join('\n'))

/** What is asked of the audit log is refused; the message says why, in words for whoever asked. */
export class AuditError extends Error {}

/** 网络安全法: logs of a network's running are kept for at least six months. */
export const AUDIT_KEPT_DAYS_LEAST = 180
/** Lines removed in one transaction, so that nobody waits for it. */
const BATCH = 200
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Removes the lines older than so many days, from the oldest on; what is left stays a whole chain. The newest line
 * always stays, and the purge itself is noted.
 *
 * @returns how many went
 * @throws {AuditError} when the term is shorter than the law allows
 */
export async function purge(
  store: Store,
  witness: Witness,
  { now, days }: { now: Date; days: number },
): Promise<number> {
  if (days < AUDIT_KEPT_DAYS_LEAST)
    throw new AuditError(
      `审计记录最少要留${AUDIT_KEPT_DAYS_LEAST}天（网络安全法：网络日志不少于六个月），不能清理更近的。`,
    )
  const before = new Date(now.getTime() - days * DAY_MS).toISOString()
  let purged = 0
  for (;;) {
    const count = await store.transaction((tx) => purgeSome(tx, before, witness.seal))
    purged += count
    if (count < BATCH) break
  }
  if (purged === 0) return 0
  const line = { at: now.toISOString(), deed: 'purged', subject: 'table:audit' } as const
  const detail = { rows: String(purged), days: String(days) }
  await store.transaction((tx) => noteBy(tx, witness, { ...line, detail }))
  return purged
}

/** By number, not by time: what the clock said when a line was written does not break the chain. */
async function purgeSome(tx: Transaction, before: Instant, seal: Fingerprint): Promise<number> {
  const head = await tx.get('audit_heads', HEAD)
  if (!head) return 0
  let { from, fromSeal } = head
  let count = 0
  for (; count < BATCH && from < head.number; count++, from++) {
    const line = await tx.get('audit', lineId(from))
    // A line that is missing is for `verify` to tell; the chain is not begun anew behind it.
    if (!line || line.at >= before) break
    fromSeal = line.seal
    await tx.remove('audit', line.id)
  }
  if (count > 0) await putHead(tx, { ...head, from, fromSeal }, seal)
  return count
}
