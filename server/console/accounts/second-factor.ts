/** The second factor: six digits of an authenticator app (TOTP, RFC 6238). */
import { Secret, TOTP } from 'otpauth'

const STEP_S = 30
/** A phone's clock may be one step off. */
const STEPS_OFF = 1
const SECRET_BYTES = 20

const totpOf = (secret: string, name: string) =>
  new TOTP({ issuer: '救助顾问', label: name, secret: Secret.fromBase32(secret), period: STEP_S, digits: 6 })

export const newSecret = (): string => new Secret({ size: SECRET_BYTES }).base32

/** What an authenticator app on the same device opens. */
export const addressOf = (secret: string, name: string): string => totpOf(secret, name).toString()

/**
 * The time step a code is of; null when it is wrong or not newer than `after`, for each code is good once.
 *
 * @param after the last step somebody signed in with; 0 before that
 */
export function stepOf(code: string, secret: string, after: number, now: Date): number | null {
  const timestamp = now.getTime()
  const off = totpOf(secret, '').validate({ token: code.replace(/\s/g, ''), timestamp, window: STEPS_OFF })
  if (off === null) return null
  const step = Math.floor(timestamp / 1000 / STEP_S) + off
  return step > after ? step : null
}
