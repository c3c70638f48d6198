/** Who is holding the phone: a made-up resident this browser remembers. */
import { keep, kept } from './keep.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** This browser's resident; made on the first visit. */
export function currentResident(): string {
  const id = kept('browser', 'resident')
  return id !== null && /^[a-z0-9]{8,32}$/.test(id) ? id : newResident()
}

/** Somebody the assistant has never met. */
export function newResident(): string {
  const id = randomId()
  keep('browser', 'resident', id)
  keep('browser', 'followed', null)
  return id
}

/** Whether this resident has followed the account already; a new one does so on arrival. */
export function hasFollowed(id: string): boolean {
  return kept('browser', 'followed') === id
}

/** Remembers that they have. */
export function rememberFollowed(id: string): void {
  keep('browser', 'followed', id)
}

/**
 * Twenty random letters and digits: about 100 bits. Not `crypto.randomUUID`, which is missing when a phone
 * opens the page over plain http on the local network.
 */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  return Array.from(bytes, (byte) => LETTERS.charAt(byte % LETTERS.length)).join('')
}
