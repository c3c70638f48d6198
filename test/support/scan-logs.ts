/**
 * Runs around the whole suite: whatever residents said in it, nothing of it may stand in any log. Its folder also
 * holds whatever the tests and the programs they start keep for a while, and goes with all of it.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFacts } from '../../flows/facts.ts'

/** So many characters in a row are the resident's own words, not chance. */
const TELLING = 6

/**
 * A file system in memory, where Linux has one, and the room the suite takes several times over. What a disk keeps
 * when power fails is tested by simulation; the suite's thousands of synced writes prove nothing on a real one.
 */
const IN_MEMORY = '/dev/shm'
const ROOM_BYTES = 2 ** 30
function placeToKeep(): string {
  if (!existsSync(IN_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize >= ROOM_BYTES ? IN_MEMORY : tmpdir()
}

/** Prepares the run; what it returns is called at its end and fails the run by throwing. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(placeToKeep(), 'suite-'))
  // Databases stand in it, which run as users of their own.
  chmodSync(folder, 0o711)
  process.env['SUITE_FOLDER'] = folder
  process.env['TMPDIR'] = folder
  const logged = join(folder, 'logged')
  const said = join(folder, 'said')
  for (const file of [logged, said]) writeFileSync(file, '')
  return () => {
    const log = readFileSync(logged, 'utf8')
    const words: string[] = readFileSync(said, 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [String(JSON.parse(line))]))
    // A program that was killed a moment ago may still be writing its last.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    const found = leaks(log, words)
    if (found.length > 0)
      throw new Error(`the log of the suite holds what residents said: ${found.join(', ')}`)
  }
}

/** What of the words stands in the log. */
export function leaks(log: string, words: readonly string[]): string[] {
  const told = new Set(words.flatMap(tellingParts))
  return [...told].filter((part) => log.includes(part))
}

/** What would give a person away: stretches of their own words, and every name, place or number they told. */
function tellingParts(words: string): string[] {
  const stretches = (words.match(/[\p{Script=Han}]+/gu) ?? []).flatMap((run) =>
    Array.from({ length: Math.max(0, run.length - TELLING + 1) }, (_, at) => run.slice(at, at + TELLING)),
  )
  const numbers = words.match(/[\dA-Za-z_-]{9,}/g) ?? []
  const { who = '', place = '' } = readFacts(words)
  return [...stretches, ...numbers, ...[who, place].filter((name) => name.length >= 3)]
}
