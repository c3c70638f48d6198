/** What a request for help knows so far, and what words tell beside the answer asked for. */
import { z } from 'zod'
import { OTHER_DIFFICULTY, readDifficulties, readNeeds } from '../../difficulties.ts'
import { readFacts, readPhone, readPlace, readUrgent, tellsWhenToCall } from '../../facts.ts'
import { readFor, readHousehold, readIncome, readWhoAlone, writesAsChild } from '../../family.ts'
import { readNames } from '../../person-names.ts'
import { asksSomething } from '../answers.ts'

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
  /** What the writer is called, where they ask for somebody else. */
  proxyName: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  household: z.string().nullable().default(null),
  income: z.string().nullable().default(null),
  photos: z.array(z.string()).default([]),
})
export type HelpAnswers = z.infer<typeof HelpAnswers>

/** At most this many characters of a story are kept; a page of writing fits. */
const STORY_LIMIT = 1000

/** What only asks for help, and for whom: no trouble is told by 那就帮我登记一下, 替我隔壁的王奶奶申请一下. */
const ONLY_ASKS =
  /你好|您好|麻烦|请问|请|就是|那就|那|我们家?|我家?|俺们?|想|要|能不能|可不可以|可以|能|帮帮忙|帮帮|帮忙|帮|给|替|为|问问?|咨询|了解|一下|下子?|看看|这个|这种|情况|家里|隔壁|邻居|亲戚|朋友|的|登记|申请|求助|救助|报名|反映|\p{Script=Han}?(?:奶奶|爷爷|大爷|大妈|大叔|阿姨|婆婆|老人|叔叔|妈妈?|爸爸?)|吗|吧|呢|啊|个/gu

/** What a first message tells, so that it is not asked again. */
export function takeOver(text: string, now: Date): HelpAnswers {
  const facts = readFacts(text)
  const child = writesAsChild(text)
  const told = readFor(text) ?? readFor(facts.who ?? '')
  // A child who tells of father and mother asks for themselves.
  const whom = child && told?.who === 'family' ? ({ who: 'self', relation: null } as const) : told
  const answers = overhear(text, HelpAnswers.parse({}), '')
  const difficulties = readDifficulties(text)
  const said = facts.difficulty?.replace(ONLY_ASKS, '').replace(/[^\p{L}\p{N}]+/gu, '') ?? ''
  const toldWhat = difficulties.length > 0 || said.length >= 4
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
  if (heard.place === null && step !== 'registered' && ONLY_A_PLACE.test(text.trim()))
    heard.place = text.trim()
  if (heard.place === null && step !== 'registered') {
    const clauses = text.split(/[，。！？；、,!?;\s]+/)
    const led = clauses.find((clause) => TELLS_PLACE.test(clause) && readPlace(clause) !== null)
    heard.place = led === undefined ? null : readPlace(led)
  }
  heard.household ??= readHousehold(text)
  heard.income ??= readIncome(text)
  if (heard.who !== null && heard.who !== 'self') heard.relation ??= readFor(text)?.relation ?? null
  if (readUrgent(text)) heard.urgency = 'urgent'
  if (writesAsChild(text)) heard.child = true
  // At the step that asks for a name, it is the name of whoever is in need.
  return (step === 'name' ? null : withName(text, heard)) ?? heard
}

/** 新密市 平陌镇 香山村 三组: nothing but a place, whatever was asked. */
const ONLY_A_PLACE =
  /^(?:[\p{Script=Han}]{1,6}(?:省|市|区|县|旗|镇|乡|街道|社区|小区|村)[\s，,]*){2,5}(?:[一二三四五六七八九十\d]{1,3}(?:组|队|号|栋|社)[\s\d]*)*$/u
const CALLED =
  '(?:的)?(?:名字)?(?:叫|姓名是|名字是|是叫)(?:做)?[：:\\s]*([\\p{Script=Han}·]{2,4})[\\s\\p{P}]*$'
const OWN_NAME = new RegExp(`^(?:对了|还有|哦|那)?[，,\\s]*(?:我|俺)${CALLED}`, 'u')
const THEIR_NAME = new RegExp(
  `^(?:对了|还有|哦|那)?[，,\\s]*(?:他|她|老人|病人|孩子|娃|(?:我|俺)?(?:老公|老婆|爱人|老伴|妈妈?|爸爸?|爹|娘|儿子|女儿|奶奶|爷爷|外公|外婆|邻居))(?:姓\\p{Script=Han}[，,\\s]*)?${CALLED}`,
  'u',
)
const MY_NAME = /^([\p{Script=Han}·]{2,4})(?:才|就)?是我(?:自己)?的?(?:名字|姓名)[的了\s\p{P}]*$/u
/** The writer's own name, said as such and nothing else: 我叫陈桂香. */
export const readOwnName = (text: string): string | null =>
  (OWN_NAME.exec(text.trim()) ?? MY_NAME.exec(text.trim()))?.[1] ?? null

/** Whose name it is: of whoever asks for themselves, else of who asks for another. */
const ownName = (name: string, { who, name: before }: HelpAnswers): Partial<HelpAnswers> =>
  who === 'self' || who === null ? { name: before || name } : { proxyName: name }

/** Said to whoever stays unnamed and tells their name all the same. */
export const STAYS_UNNAMED = '您选了匿名，姓名没有记。'
export const namesUnasked = (text: string, { consent }: HelpAnswers): boolean =>
  consent === 'anonymous' && readOwnName(text) !== null

/** The answers with a name that is the whole of the words; null when it is none, or none may be noted. */
function withName(text: string, answers: HelpAnswers): HelpAnswers | null {
  if (answers.consent === 'anonymous') return null
  const own = readOwnName(text) ?? readNames(text).own
  if (own !== null) return { ...answers, ...ownName(own, answers), ...besidesName(text, answers) }
  const theirs = answers.who === 'self' ? undefined : THEIR_NAME.exec(text.trim())?.[1]
  return theirs === undefined ? null : { ...answers, name: theirs }
}

/** 我妈叫赵秀兰 我叫李军: the other's name, told with the writer's own. */
function besidesName(text: string, { who, name }: HelpAnswers): Partial<HelpAnswers> {
  const { named } = readNames(text)
  return named === null || who === null || who === 'self' ? {} : { name: name || named }
}

const REGISTERED_HERE =
  /^(?:(?:我|我们|他|她|俺)?(?:的|们)?(?:户口|户籍)[^，。]{0,6}(?:这里|这边|这儿|本地|当地|住的地方)|(?:就|都|也|是|在|我|我们|他|她)*(?:本地|当地)(?:人|的|户口)*)[的啊呀\s\p{P}]*$/u
const REGISTERED_ELSEWHERE = /(?:户口|户籍)[^。在是]{0,8}(?:老家|还?在|是)[是在]?([^。？?]{2,20})$/u

/** Where somebody is registered, told where something else was asked; null when it is not told. */
function readRegistered(text: string): string | null {
  const said = text.trim().replace(/[\s\p{P}]+$/u, '')
  if (REGISTERED_HERE.test(said)) return '就在住的地方'
  const where = REGISTERED_ELSEWHERE.exec(said)?.[1]?.replace(/的$/, '')
  return where === undefined || /[哪谁吗呢么]|一样|不清|这里|这边|本地/.test(where) ? null : where
}

const DOOR_PART = '(?:\\d{1,4}|[一二三四五六七八九十]{1,3})(?:号楼|栋|幢|座|单元|楼|层|室|号|户|门|组|队)'
const DOOR = new RegExp(
  `^(?:是|在|住|住在|门牌|改成|应该是)*((?:${DOOR_PART})+(?:\\d{2,4})?|\\d{3,4}室?)[\\s\\p{P}]*$`,
  'u',
)

/** A building and a door and nothing else: 5栋2单元301. */
export const readDoor = (text: string): string | null => DOOR.exec(text.normalize('NFKC').trim())?.[1] ?? null

/** A place with another door: from the same kind of part on it is replaced, else the door follows. */
export function withDoor(place: string, door: string): string {
  const kind = new RegExp(DOOR_PART).exec(door)?.[0].replace(/^[\d一二三四五六七八九十]+/, '')
  if (kind === undefined) return `${place}${door}`
  const same = new RegExp(`(?:\\d{1,4}|[一二三四五六七八九十]{1,3})${kind}.*$`).exec(place)
  return `${same ? place.slice(0, same.index) : place}${door}`.slice(0, 60)
}

const TELLS_PLACE = /(?:住在?(?!院)|家在|我是.{0,12}(?:街道|社区|村|镇)|地址)/

/**
 * Trouble, a place, a phone, or that it cannot wait, told where something else was asked: nobody says it twice.
 *
 * @returns null when the words tell none of it
 */
export function aside(text: string, answers: HelpAnswers): { answers: HelpAnswers; note: string } | null {
  const urgent = readUrgent(text)
  const fact = wholeFact(text, answers) ?? withNeed(text, answers)
  const tellsOn =
    fact === null && (tellsWhenToCall(text) || TELLS_ON.test(text.trim()) || tellsFirst(text, answers))
  const difficult = tellsMore(text) && !asksOfIt(text) && readDifficulties(text).length > 0
  const troubled = urgent || tellsOn || difficult
  const heard = fact ? withPhone(text, fact) : overhear(text, answers, '')
  const told = fact !== null || (['place', 'phone'] as const).some((one) => heard[one] !== answers[one])
  if (!troubled && !told) return null
  const whom = heard.who === null ? readFor(text) : null
  const kept = { ...(troubled ? withStory(heard, text) : heard), ...whom }
  if (answers.consent === null) return { answers: kept, note: '您说的我听到了。' }
  const raised = urgent && answers.urgency !== 'urgent'
  return { answers: kept, note: raised ? '这是急事，先给您记下了。' : '这个也记下了。' }
}

/** The answers with a phone told beside a fact, where none is known. */
const withPhone = (text: string, answers: HelpAnswers): HelpAnswers => ({
  ...answers,
  phone: answers.phone ?? (answers.consent === 'anonymous' ? null : (readPhone(text)?.phone ?? null)),
})

/** 看病要钱吗 asks; 没钱看病怎么办 tells, though it asks. */
const asksOfIt = (text: string): boolean => asksSomething(text) && !/怎么办|怎么弄|咋办|咋整|咋弄/.test(text)

/** 他儿子不管他, 是我隔壁的: more of the story, told of somebody else than the writer. */
const TELLS_ON =
  /^(?:是我|我是[他她]|他|她|老人|孩子|娃|家里|我家|(?:我|俺)?(?:爸|妈|爹|娘|老公|老婆|老伴|儿子|女儿|奶奶|爷爷|公公|婆婆))(?!.*(?:[吗呢?？你您谁]|怎么|什么|啥|哪|多少|叫)).{3,}$/
/** What speaks to us, or of being noted, and tells nothing of the trouble. */
const OF_US =
  /[你您]|同意|申请|求助|求住|救助|登记|匿名|填|算了|烦|骗|谢|不会|懂|意思|听不|说过|说了|再想|考虑|等等|等会|好|知道|随便|可以|行/
/** 老板跑了: before consent people go on telling. */
const tellsFirst = (text: string, { consent }: HelpAnswers): boolean =>
  consent === null &&
  (PLEADS.test(text) ||
    ((text.match(/\p{L}/gu) ?? []).length >= 4 && !asksSomething(text) && !OF_US.test(text)))
/** 能给我找个住的地方吗: what is asked of us is what is needed. */
const PLEADS = /^(?:你们?|您)?能(?:不能)?(?:给|帮|替)(?:我|俺)(?:们|家)?(?!.*(?:登记|申请|求助|查|打|问))/

/** So many characters and no more name a need: 东西, 还要钱. */
const NEED_TO = 5
/** The answers with a need named late, beside what was needed before; null when nothing else is. */
function withNeed(text: string, answers: HelpAnswers): HelpAnswers | null {
  const words = text.replace(/[^\p{L}]+/gu, '')
  if (answers.needs.length === 0 || words.length > NEED_TO) return null
  const needs = [...new Set([...answers.needs, ...readNeeds(words)])]
  return needs.length === answers.needs.length ? null : { ...answers, needs }
}

/**
 * What is the whole of a message and belongs to no story: a name, a door, where somebody is registered, how many a
 * home has and what it lives on.
 *
 * @returns the answers with it; null when the words tell none of it, or something beside it
 */
export function wholeFact(text: string, answers: HelpAnswers): HelpAnswers | null {
  const said = text.trim()
  const [household, income] = [readHousehold(said), readIncome(said)]
  return (
    whoAndWhere(said, answers) ??
    (isWhole(household, said) ? { ...answers, household } : null) ??
    (isWhole(income, said) ? { ...answers, income } : null)
  )
}

/** Of {@link wholeFact} what tells of no trouble either, as a low income may. */
export function whoAndWhere(text: string, answers: HelpAnswers): HelpAnswers | null {
  const [first = '', ...more] = text.trim().split(/[\s，。,！!]+/)
  // 自己 我叫张红伟
  if (more.length > 0 && /自[己已个]|本人/.test(first) && readWhoAlone(first)?.who === 'self') {
    const named = withName(more.join(' '), { ...answers, who: 'self', relation: null })
    if (named !== null) return named
  }
  const whom = readWhoAlone(text)
  if (whom !== null && (answers.consent === null || whom.who === 'self')) return { ...answers, ...whom }
  if (HAS_NO_PHONE.test(text.trim()) && readPhone(text) === null) return { ...answers, phone: '' }
  const registeredAt = readRegistered(text)
  if (registeredAt !== null) return { ...answers, registeredAt }
  const door = answers.place ? readDoor(text) : null
  if (door !== null && answers.place) return { ...answers, place: withDoor(answers.place, door) }
  return withName(text, answers)
}

/** 没有电话 用的邻居手机: told where something else was asked. */
const HAS_NO_PHONE =
  /^(?:我|俺|我们?|家里|妈妈|爸爸|老人|他|她)*(?:也|都|就)?(?:没有?|没得|莫得|冇得?)(?:自己的)?(?:电话|手机)(?:号码?)?(?:[，,\s。！!]|$)/

const AROUND_FACT =
  /[\s\p{P}]|对了|还有|哦|那|我们?|俺们?|咱们?|他们?|她们?|家里?|现在|一共|总共|大概|也就|就|有|是|的|了|啊|呀|吧|左右|这样/gu
const isWhole = (fact: string | null, text: string): boolean =>
  fact !== null && text.replace(fact, '').replace(AROUND_FACT, '') === ''

/** Adds words to the story; a sentence told twice is kept once. */
export function withStory(answers: HelpAnswers, words: string): HelpAnswers {
  const said = (answers.consent === 'anonymous' ? unnamed(words) : words)
    .replace(/^(?:我|俺)?(?:想|要|想要|需要)?求助[，,：:\s]+/, '')
    .replace(/[。；;，,\s]+$/, '')
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
