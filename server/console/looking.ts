/** Looks at who it is, each noted in the audit log. */
import { auditSubject, type Doer, noteBy } from '../../bot/audit.ts'
import type { Transaction } from '../../bot/store.ts'
import { Refusal } from './refusal.ts'
import type { FoundTicket } from './requests/find.ts'
import type { SignedCall } from './route.ts'
import { unmaskedUntil } from './unmasking.ts'

/** As the audit log names whoever asks. */
export const doerOf = ({ who }: SignedCall): Doer => ({ by: `account:${who.account.id}` })

/** Notes a look, in the transaction that allows it. */
export const noteLook = (
  tx: Transaction,
  call: SignedCall,
  look: { deed: 'seen' | 'listed'; subject: string; detail: Record<string, string> },
): Promise<void> =>
  noteBy(tx, { ...doerOf(call), seal: call.desk.fingerprint }, { at: call.desk.now().toISOString(), ...look })

/** Until when this sign-in may see who it is; null while it is masked. */
export const unmaskedOf = ({ ticket: { number } }: FoundTicket, { who, clock }: SignedCall) =>
  unmaskedUntil(who.signIn, number, clock())

/**
 * Notes that something of a request was looked at beyond its page, e.g. a picture.
 *
 * @throws {Refusal} `not-allowed` unless who it is may be seen now
 */
export async function lookCloser(found: FoundTicket, call: SignedCall, why: string): Promise<void> {
  if (found.look.sight !== 'full' || !unmaskedOf(found, call))
    throw new Refusal('not-allowed', '请先在求助单里点“看姓名、电话和经过”，说明理由再看。')
  const subject = auditSubject(found.ticket.number)
  await call.desk.store.transaction((tx) => noteLook(tx, call, { deed: 'seen', subject, detail: { why } }))
}
