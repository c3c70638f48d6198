/** What a request for help knows so far, and what words tell beside the answer asked for. */
import { z } from 'zod'
import { OTHER_DIFFICULTY, readDifficulties } from '../../difficulties.ts'
import { readFacts, readPhone, readPlace, readUrgent } from '../../facts.ts'
import { readFor, readHousehold, readIncome, writesAsChild } from '../../family.ts'

/** The words of consent below; rises whenever what is noted or who sees it changes. Kept with the ticket. */
export const CONSENT_VERSION = 1

export const HelpAnswers = z.object({
  /** `anonymous`: the need may be noted, name and phone not. */
  consent: z.enum(['named', 'anonymous']).nullable().default(null),
  /** When consent was given, and when help was first asked for: UTC ISO 8601. */
  consentAt: z.string().nullable().default(null),
  askedAt: z.string().nullable().default(null),
  /** The writer says to be under 14: a grown-up has to agree. */
  child: z.boolean().default(false),
  who: z.enum(['self', 'family', 'neighbour']).nullable().default(null),
  /** What they are to the writer, e.g. 妈妈; or a name said first. */
  relation: z.string().nullable().default(null),
  difficulties: z.array(z.string()).default([]),
  story: z.string().default(''),
  needs: z.array(z.enum(['money', 'goods', 'service'])).default([]),
  urgency: z.enum(['urgent', 'normal']).nullable().default(null),
  place: z.string().nullable().default(null),
  registeredAt: z.string().nullable().default(null),
  name: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  household: z.string().nullable().default(null),
  income: z.string().nullable().default(null),
  photos: z.array(z.string()).default([]),
})
export type HelpAnswers = z.infer<typeof HelpAnswers>

/** At most this many characters of a story are kept; a page of writing fits. */
const STORY_LIMIT = 1000

/** What a first message tells, so that it is not asked again. */
export function takeOver(text: string, now: Date): HelpAnswers {
  const facts = readFacts(text)
  const child = writesAsChild(text)
  const told = readFor(text) ?? readFor(facts.who ?? '')
  // A child who tells of father and mother asks for themselves.
  const whom = child && told?.who === 'family' ? ({ who: 'self', relation: null } as const) : told
  const answers = overhear(text, HelpAnswers.parse({}), '')
  const difficulties = readDifficulties(text)
  const toldWhat = facts.difficulty !== undefined && (difficulties.length > 0 || facts.difficulty.length >= 6)
  return {
    ...answers,
    askedAt: now.toISOString(),
    child,
    who: whom?.who ?? null,
    relation: whom?.relation ?? null,
    difficulties: toldWhat ? difficulties : [],
    story: toldWhat ? (facts.difficulty ?? '').slice(0, STORY_LIMIT) : '',
    place: facts.place ?? null,
    phone: facts.phone ?? null,
    household: readHousehold(text),
    income: readIncome(text),
  }
}

/** Takes over what words of danger tell, whatever was being asked. */
export function alarmed(text: string, answers: HelpAnswers, now: Date): HelpAnswers {
  const told = takeOver(text, now)
  const heard = overhear(text, withStory(answers, text), '')
  const known = heard.who === null ? { who: told.who, relation: told.relation } : {}
  return { ...heard, ...known, urgency: 'urgent' }
}

/** Takes over a phone, a way of life or an urgency told beside the answer asked for. */
export function overhear(text: string, answers: HelpAnswers, step: string): HelpAnswers {
  const heard = { ...answers }
  if (heard.phone === null && heard.consent !== 'anonymous') heard.phone = readPhone(text)?.phone ?? null
  if (heard.place === null && step !== 'registered') {
    const clauses = text.split(/[，。！？；、,!?;\s]+/)
    const led = clauses.find((clause) => TELLS_PLACE.test(clause) && readPlace(clause) !== null)
    heard.place = led === undefined ? null : readPlace(led)
  }
  heard.household ??= readHousehold(text)
  heard.income ??= readIncome(text)
  if (heard.who !== null && heard.who !== 'self') heard.relation ??= readFor(text)?.relation ?? null
  if (readUrgent(text)) heard.urgency = 'urgent'
  return heard
}

const TELLS_PLACE = /(?:住在?(?!院)|家在|我是.{0,12}(?:街道|社区|村|镇)|地址)/

/**
 * Trouble, a place, a phone, or that it cannot wait, told where something else was asked: nobody says it twice.
 *
 * @returns null when the words tell none of it
 */
export function aside(text: string, answers: HelpAnswers): { answers: HelpAnswers; note: string } | null {
  const urgent = readUrgent(text)
  const troubled = urgent || (tellsMore(text) && readDifficulties(text).length > 0)
  const heard = overhear(text, answers, '')
  if (!troubled && heard.place === answers.place && heard.phone === answers.phone) return null
  const whom = troubled && heard.who === null ? readFor(text) : null
  const kept = { ...(troubled ? withStory(heard, text) : heard), ...whom }
  if (answers.consent === null) return { answers: kept, note: '您说的我听到了。' }
  const raised = urgent && answers.urgency !== 'urgent'
  return { answers: kept, note: raised ? '这是急事，先给您记下了。' : '这个也记下了。' }
}

/** Adds words to the story; a sentence told twice is kept once. */
export function withStory(answers: HelpAnswers, words: string): HelpAnswers {
  const said = (answers.consent === 'anonymous' ? unnamed(words) : words).replace(/[。；;，,\s]+$/, '')
  const story = answers.story.includes(said)
    ? answers.story
    : [answers.story, said].filter((part) => part !== '').join('；')
  const known = [...new Set([...answers.difficulties, ...readDifficulties(words)])]
  const difficulties = known.filter((kind) => kind !== OTHER_DIFFICULTY)
  return {
    ...answers,
    story: story.slice(0, STORY_LIMIT),
    difficulties: difficulties.length === 0 ? [OTHER_DIFFICULTY] : difficulties,
  }
}

/** Whether words say more than a choice does. */
export const tellsMore = (words: string): boolean => (words.match(/\p{L}/gu) ?? []).length >= 5

const NOT_NOTED = '（没记）'
/** The words of somebody who wants to stay unnamed, without numbers and a name said as such. */
export function unnamed(text: string): string {
  const without = text
    .replace(/\d{17}[\dXx]/g, NOT_NOTED)
    .replace(/(我叫|姓名是?|名字[叫是])[：:]?\p{Script=Han}{2,4}/gu, `$1${NOT_NOTED}`)
  const phone = readPhone(without)
  return phone === null ? without : unnamed(without.replace(phone.said, NOT_NOTED))
}
