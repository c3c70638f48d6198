/** A file cannot be read as policies; the message says in Chinese why, and what mends it. */
export class ReadingError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReadingError'
  }
}
