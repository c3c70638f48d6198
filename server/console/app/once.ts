/** A name for one sending of one form, so that what is sent twice is done once. */
export function newOnce(): string {
  // Unlike randomUUID it is there on pages reached by plain http, too.
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
