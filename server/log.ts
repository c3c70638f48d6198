/** Structured logs. They never hold message text, openids, phones or ID numbers: only what is listed here. */
import { type DestinationStream, pino } from 'pino'

export interface Log {
  info(what: Facts, message: string): void
  warn(what: Facts, message: string): void
  error(what: Facts & { error?: unknown }, message: string): void
}

/** Values that may be logged: counts, codes, names of ours. */
export type Facts = Record<string, string | number | boolean | null | undefined | unknown>

/**
 * What an error text may quote: digits enough for a phone, an ID or a card, also in groups, and anything as long
 * as an openid, which is 28 letters, digits, hyphens and underscores, also inside a row's id or a file's name.
 */
const PERSONAL = /[\w-]{28,}|\d(?:[ -]?\d){6,}[Xx]?|(?:secret|access_token|key)=[^&\s"]+/g

/**
 * @param level as pino's
 * @param destination standard output unless a test listens
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const log = pino({ level, base: null, serializers: { error: describe } }, destination)
  return {
    info: (what, message) => log.info(what, message),
    warn: (what, message) => log.warn(what, message),
    error: (what, message) => log.error(what, message),
  }
}

function describe(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { type: typeof error }
  const lines = { type: error.name, message: clean(error.message), stack: clean(error.stack ?? '') }
  return error.cause instanceof Error ? { ...lines, cause: clean(error.cause.message) } : lines
}

const clean = (text: string) => text.replace(PERSONAL, '…')
