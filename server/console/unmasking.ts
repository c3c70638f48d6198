/** What a sign-in may see of whom, once it gave a reason: for half an hour, then it is masked again. */
import type { SignInRow, Transaction } from '../../bot/store.ts'
import { Refusal } from './refusal.ts'

/** How long who it is stays shown, in ms; a call or a form takes less. */
export const UNMASKED_MS = 30 * 60 * 1000

/** Until when this may be shown, and for how long from now; null while it is masked. */
export function unmaskedUntil(
  { unmasked }: Pick<SignInRow, 'unmasked'>,
  key: string,
  now: Date,
): { until: string; forMs: number } | null {
  const asked = unmasked.find(({ ticket, until }) => ticket === key && until > now.toISOString())
  return asked ? { until: asked.until, forMs: Date.parse(asked.until) - now.getTime() } : null
}

/** Keeps that a sign-in gave a reason. @throws {Refusal} when it has ended */
export async function keepUnmasked(
  tx: Transaction,
  signIn: string,
  { key, until, now }: { key: string; until: string; now: Date },
): Promise<void> {
  const row = await tx.get('sign_ins', signIn)
  if (!row) throw new Refusal('not-signed-in', '请重新登录。')
  const others = row.unmasked.filter((one) => one.ticket !== key && one.until > now.toISOString())
  await tx.put('sign_ins', { ...row, unmasked: [...others, { ticket: key, until }] })
}
