/** How much the subject last talked about still counts for what is said next. */
import { content } from './terms.ts'

/**
 * How much likelier the subject last talked about is than any other, before a message is read. What follows it says
 * little by itself: nine in ten short questions after one about the same speak for another policy by less than 14,
 * while a question of its own speaks for its policy by more than 22.
 */
const IN_MIND = 19
/** Beyond this many characters people tell something new; each makes the subject in mind less likely. */
const BRIEF = 10
/** What each message in a row that it does not answer takes from it, up to so many. */
const LOOSENED = 5
const LOOSENED_TIMES = 3
/** What naming another policy takes from the subject in mind: 那高龄津贴呢. */
const NAMES_ANOTHER = 12
/** What announcing something else takes from it: 另外, 对了; and what telling of somebody else does. */
const ANOTHER_MATTER =
  /^(?:哦|那|嗯|还有)?[，,\s]*(?:另外|对了|再问|还想问|还要问|还有(?:个|一?件)事|顺便|换个|算了[，,\s]*(?:我|就|那)*(?:想|再|来)?问)/
export const TURNS_AWAY = 12
const SOMEBODY_ELSE = 8
/** What words that point back add to it: 那, 这个钱, 像我这种. */
const POINTS_BACK = 6
/** What telling of a side policies have, and asking nothing, adds. */
const TELLS_OF_SIDE = 6

/** What somebody already has, or an office, rather than what they ask about: 像我这种有低保的, 找医保局. */
const STATUS =
  /(?:找|去|还是|是)(?:医保|民政|教育|人社|卫健|劳动|住建|司法)(?:局|所|办|那边)?(?!救助|补)|(?:医保|民政|教育|人社|卫健|劳动|住建|司法)(?:局|所|办|那边)|(?<![能想要以够办上])(?:有|是|吃|领|拿)(?:着)?(?:低保|五保|特困|残疾证)的?|(?:低保|五保|特困)户|(?:我家?|俺家?|家里|我们家?|他家?)低保(?=[\s，,。])/g
/** A policy named beside the one in mind: 残疾证算不算, 和低保能一起领吗. */
const BESIDE = /也(?:给|能|算|行|可以)|算不算|算吗|一起|同时|冲突|影响|多给|优先/
const BACK =
  /算不算我?们?(?:家|一家|收入|人口|财产)|^(?:那(?![个里边])|这个?钱|那份|像[我他她]|还有?|[他她它]|这)/
/** Whom it is for, and who asks: 我是他大伯, 我妈也能办吗. */
const WHO =
  /(?:我|俺|咱)?(?:是)?(?:[他她娃]|孩子)?的?(?:[大二三]?伯伯?|姑姑|姑妈|奶奶|爷爷|外婆|姥姥|外公|姥爷|舅舅?|叔叔?|姨妈?|婶|妈妈?|爸爸?|爹|老公|老婆|媳妇|婆婆|公公|儿子|女儿|闺女|侄[子女]|外甥女?|孙[子女]|[哥弟姐妹]{1,2}|邻居)/g
/** 我公公瘫了, but not 我是她奶奶, nor 我妈也能办吗. */
const KIN =
  /(?:^|[，。\s])(?:另外|对了|还有)?[，,\s]*(?:我|俺)(?:家)?(爸|妈|爹|娘|公公|婆婆|爷爷|奶奶|外公|外婆|岳父|岳母|老公|老婆|老伴|儿子|女儿|闺女|孩子|小孩|娃|孙子|孙女|哥|弟|姐|妹)(?!.{0,2}也)/u

/** A message without whom it is for, who asks and what they already have. */
export const withoutPeople = (text: string): string => text.replace(STATUS, ' ').replace(WHO, ' ')

/**
 * How much likelier the subject in mind is than any other, in log-odds, before a message is read; not above 0 when the
 * message brings its own.
 *
 * @param topic the words that led to it, and how many messages in a row it did not answer
 * @param names whether the message names another policy
 * @param side whether it asks nothing, and tells of a side policies have: 我老公回不来
 */
export function worthInMind(
  text: string,
  { said, loose = 0 }: { said: string; loose?: number | undefined },
  { names, side }: { names: boolean; side: boolean },
): number {
  const spoken = text.trim()
  return (
    IN_MIND -
    Math.max(0, lengthOf(text) - BRIEF) -
    LOOSENED * Math.min(loose, LOOSENED_TIMES) -
    (names && !BESIDE.test(text) ? NAMES_ANOTHER : 0) -
    (ANOTHER_MATTER.test(spoken) ? TURNS_AWAY : BACK.test(spoken) ? -POINTS_BACK : 0) +
    (side ? TELLS_OF_SIDE : tellsOfSomebodyElse(spoken, said) ? -SOMEBODY_ELSE : 0)
  )
}

/** Whether a message is so long that nothing in it could bring the subject back. */
export const outgrows = (text: string): boolean => lengthOf(text) - BRIEF >= IN_MIND + POINTS_BACK

/** Characters that say something. */
export const lengthOf = (text: string): number => content(text).replaceAll(' ', '').length

/** Whether a message tells of one of the family who was not spoken of before, and does not say who is asking. */
function tellsOfSomebodyElse(text: string, said: string): boolean {
  const whom = KIN.exec(text)?.[1]
  return whom !== undefined && KIN.test(said) && !said.includes(whom)
}
