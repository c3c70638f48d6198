/**
 * One line from an advisor, read: which command, about what, and what was given with it. What is missing is asked
 * back one value at a time; what cannot be read is answered with the likeliest commands. Nothing is done here.
 */
import { z } from 'zod'
import { COMMANDS, type Command, type CommandName, NAMES } from './commands.ts'
import { type Colleague, passOn } from './passing.ts'
import { type Mention, narrow, readMention } from './subject.ts'

/** A line understood so far. Plain data: it is kept while something is asked back. */
export interface Line {
  command: CommandName
  subject: Mention | null
  /** By the slot's name. */
  values: Readonly<Record<string, string>>
}

const mentionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('digits'),
    letter: z.enum(['Q', 'H']).nullable(),
    digits: z.string(),
    dashed: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('person'), name: z.string() }),
])
export const lineSchema = z.strictObject({
  command: z.enum(NAMES),
  subject: mentionSchema.nullable(),
  values: z.record(z.string(), z.string()),
})

/** What the reader needs to know of the world. */
export interface Known {
  now: Date
  colleagues: readonly Colleague[]
}

export type ReadLine =
  /** `sure`: it begins with a command's own word, so that it is no answer to a question. */
  { kind: 'line'; line: Line; sure: boolean } | { kind: 'unknown'; likely: Command[] }

/** How many commands are offered for words that are none. */
const OFFERED = 3
/** What a line is taken for when nothing in it sounds like a command. */
const USUAL: readonly CommandName[] = ['mine', 'contact', 'visit']

/** Reads one line. Never throws. */
export function readLine(text: string, known: Known): ReadLine {
  const plain = narrow(text)
    .replace(/[\u200b-\u200d\ufeff\u2005]/g, ' ')
    .replace(/^(?:\s*@\S+\s)+/, '')
    .replace(/\s+/g, ' ')
    .trim()
  // What is asked of the inventory, or told of somebody new, may hold any number.
  const whole = COMMANDS.find(({ about, start }) => about === 'none' && start.test(plain))
  if (whole) return lineOf(whole, null, plain.replace(whole.start, ''), isOwnWord(whole, plain), known)
  const { mention, rest } = readMention(plain)
  const bare = rest.replace(/^[\s,，。:：、]+/, '')
  const started = COMMANDS.flatMap((command) => {
    const match = command.start.exec(bare)
    return match ? [{ command, length: match[0].length }] : []
  }).sort((one, other) => other.length - one.length)[0]
  if (started) {
    const given = bare.slice(started.length)
    const later = mention === null ? bareNumber(given) : null
    const sure = isOwnWord(started.command, bare)
    return lineOf(started.command, later?.mention ?? mention, later?.rest ?? given, sure, known)
  }
  const free = COMMANDS.find(({ within }) => within?.test(bare) === true)
  if (free) return lineOf(free, mention, bare, mention !== null, known)
  if (mention && /^[\s?？!！。.]*$/.test(bare))
    return { kind: 'line', line: { command: 'show', subject: mention, values: {} }, sure: true }
  return { kind: 'unknown', likely: likeliest(plain) }
}

/** A number written behind the command without a letter or a dash: 接单0412. */
function bareNumber(given: string): { mention: Mention; rest: string } | null {
  const match = /^[\s:：]*(\d{3,10})(?![\d元块万千百多岁个天月日号栋斤])/.exec(given)
  if (!match) return null
  const digits = match[1] ?? ''
  return {
    mention: { kind: 'digits', letter: null, digits, dashed: false },
    rest: given.slice(match[0].length),
  }
}

const isOwnWord = ({ word }: Command, text: string): boolean =>
  text.startsWith(word) && !/^[\u4e00-\u9fa5]/.test(text.slice(word.length))

function lineOf(
  command: Command,
  subject: Mention | null,
  given: string,
  sure: boolean,
  known: Known,
): ReadLine {
  const words = given.replace(/^[\s,，。:：、了]+|\s+$/g, '')
  const passed = command.name === 'pass' || command.name === 'hand' ? passOn(words, known.colleagues) : null
  const name = passed?.command ?? command.name
  const values = passed?.values ?? command.read(words, known.now)
  const kept = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
  return { kind: 'line', line: { command: name, subject, values: kept }, sure }
}

/** The commands whose words share the most characters with what was written. */
function likeliest(text: string): Command[] {
  const written = new Set(text)
  const score = ({ word, hints }: Command) =>
    [...new Set(word + hints)].filter((character) => written.has(character)).length
  const inOrder = COMMANDS.map((command) => ({ command, score: score(command) }))
    .filter((one) => one.score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ command }) => command)
  const usual = COMMANDS.filter(({ name }) => USUAL.includes(name))
  return [...new Set([...inOrder, ...usual])].slice(0, OFFERED)
}
