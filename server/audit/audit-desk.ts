/** What the office asks of the audit log that changes it: to note an export, to purge what is past its term. */
import { z } from 'zod'
import { AuditError, type Doer, noteBy, purge } from '../../bot/audit.ts'
import type { Desk } from '../desk/desk.ts'
import { isTable } from '../store/entry.ts'

const request = z.discriminatedUnion('audit', [
  /** Somebody is about to read a whole table. */
  z.strictObject({ audit: z.literal('export'), table: z.string().refine(isTable) }),
  /** Lines older than so many days go. */
  z.strictObject({ audit: z.literal('purge'), days: z.number().int().positive().max(36500) }),
])
export type AuditRequest = z.infer<typeof request>

/** Whether something asked at the door is about the audit log. */
export const isOfAudit = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'audit' in given

/**
 * Does what is asked, and says how it went.
 *
 * @param given an {@link AuditRequest} that came from outside
 * @throws {AuditError} in words for whoever asked
 */
export async function atAuditDesk(desk: Desk, given: unknown, doer: Doer): Promise<string> {
  const asked = request.safeParse(given)
  if (!asked.success) throw new AuditError('这条命令看不懂，请运行 npm run audit -- --help 看写法。')
  const { data } = asked
  const { store, fingerprint: seal, now } = desk
  switch (data.audit) {
    case 'export': {
      const line = { at: now().toISOString(), deed: 'exported', subject: `table:${data.table}` } as const
      await store.transaction((tx) => noteBy(tx, { ...doer, seal }, line))
      return '记下了。'
    }
    case 'purge': {
      const purged = await purge(store, { ...doer, seal }, { now: now(), days: data.days })
      return purged === 0
        ? `没有早于${data.days}天的审计记录。`
        : `清理了${purged}条早于${data.days}天的审计记录，清理本身也记下了。`
    }
  }
}
