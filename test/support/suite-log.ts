/** Whatever is said to and logged by the assistants of the whole suite, so that the one can be looked for in the other. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLog, type Log } from '../../server/log.ts'

/** Where a run of the suite keeps both; test/support/scan-logs.ts makes it and looks at its end. */
export const SUITE_FOLDER = 'SUITE_FOLDER'
const folder = process.env[SUITE_FOLDER]
/** What assistants have logged. */
export const loggedFile = (): string => join(folder ?? '/dev', folder ? 'logged' : 'null')
/** What residents have said, a JSON string a line. */
export const saidFile = (): string => join(folder ?? '/dev', folder ? 'said' : 'null')

const known = new Set<string>()

/** Remembers words or an address of a resident, none of which may ever stand in a log. */
export function saidInSuite(words: string): void {
  if (known.has(words)) return
  known.add(words)
  appendFileSync(saidFile(), `${JSON.stringify(words)}\n`)
}

/** A log as the server writes it, kept for the end of the run; `lines` gets each line as well. */
export function suiteLog(level: string, lines: string[] = []): Log {
  return createLog(level, {
    write: (line) => {
      lines.push(line)
      appendFileSync(loggedFile(), line)
    },
  })
}
