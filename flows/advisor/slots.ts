/** The values a command of an advisor's needs: how each is asked for, and how an answer to that is read. */
import { readDay } from '../days.ts'
import { NEED_WORDS } from '../ticket/request.ts'
import { CLOSE_WORDS, PART_RESULT_WORDS } from '../ticket/ticket.ts'
import { MUST_VISITS, PLEDGE_EVERY, readReached } from '../visits.ts'
import { narrow } from './subject.ts'

/** A value a command needs. */
export interface Slot {
  name: string
  /** The question when it is missing. */
  ask: string
  /** The only words it may be; none when it is free. */
  choices: readonly string[]
  /** What of the ticket it picks; the choices then come from the ticket. */
  picks: 'part' | 'paper' | null
  /** May hold what should not be said in a group. */
  personal: boolean
  /** Makes the answer to the question into the value; null when it is none. */
  read: (text: string, now: Date) => string | null
}

const trimmed = (text: string): string | null => text.trim() || null
export const slot = (name: string, ask: string, more: Partial<Slot> = {}): Slot => ({
  name,
  ask,
  choices: [],
  picks: null,
  personal: true,
  read: trimmed,
  ...more,
})
/** A slot that must be one of a few words; `told` hears them in other wordings. */
export const oneOf = (
  name: string,
  ask: string,
  choices: readonly string[],
  told: (text: string) => string | null = (text) => choices.find((word) => text.includes(word)) ?? null,
): Slot => slot(name, ask, { choices, personal: false, read: told })

export const REACHED = oneOf('通没通', '联系上了吗？', ['通了', '没通'], (text) => {
  const reached = readReached(text)
  return reached === null ? null : reached ? '通了' : '没通'
})
const OUTCOMES: readonly [RegExp, string][] = [
  [/没(?:能)?(?:帮上|办成|解决)|帮不(?:上|了)|办不(?:了|成)/, CLOSE_WORDS['not-helped']],
  [/一部分|部分(?:解决|办)/, CLOSE_WORDS.partly],
  [/重复(?:了|的)?(?:单|求助)?/, CLOSE_WORDS.duplicate],
  [/帮上了?|(?:都)?(?:办|解决)(?:好|成|妥)了?|解决了|搞定了?/, CLOSE_WORDS.helped],
]
const heard = (table: readonly [RegExp, string][]) => (text: string) =>
  table.find(([pattern]) => pattern.test(text))?.[1] ?? null
export const OUTCOME = oneOf('结果', '结果怎么写？', Object.values(CLOSE_WORDS), heard(OUTCOMES))
export const RESULT = oneOf('结果', '办得怎样？', Object.values(PART_RESULT_WORDS), (text) =>
  /没(?:能)?办(?:成|好)|办不(?:了|成)/.test(text)
    ? PART_RESULT_WORDS['not-done']
    : /一部分|部分/.test(text)
      ? PART_RESULT_WORDS.partly
      : /办好|办成|办妥|解决|通过|到位|减免|发了/.test(text)
        ? PART_RESULT_WORDS.done
        : null,
)
export const SATISFIED = oneOf('满意不满意', '居民满意吗？', ['满意', '不满意'], (text) =>
  /不(?:太|大|怎么)?满意|有意见|不高兴/.test(text)
    ? '不满意'
    : /满意|高兴|挺好|感谢/.test(text)
      ? '满意'
      : null,
)
export const NEED = oneOf('需求', '给的是哪一类？', Object.values(NEED_WORDS))
export const DAY = slot('日期', '哪天前？如“12月10日”“两周内”', {
  personal: false,
  read: (text, now) => readDay(text, now)?.day ?? null,
})
export const MUST = oneOf('原因', '是哪一样？', Object.keys(MUST_VISITS), (text) => {
  for (const [pattern, word] of MUST_WORDS) if (pattern.test(text)) return word
  return null
})
const MUST_WORDS: readonly [RegExp, string][] = [
  [/住院|住进|医院|手术/, '住院'],
  [/过世|去世|走了|死亡|病故|身故|不在了/, '过世'],
  [/特殊(?:救助)?对象|重点对象|孤儿|特困/, '特殊对象'],
  [/受灾|火灾|水灾|着火|洪水|地震|台风|塌/, '受灾'],
  [/变故|车祸|意外|失业|突发/, '变故'],
]
export const WHAT_GIVEN = slot('给了什么', '给了什么？如“大米一袋”')
export const SOURCE = slot('来源', '从哪里出的？如“街道备用金”', { personal: false })
export const OWED = slot('欠材料', '过后补什么材料、哪天前补齐？如“情况说明 12月10日”', {
  read: (text, now) => {
    const { name, day } = readPaper(text, now)
    return name === '' || day === '' ? null : `${name}@${day}`
  },
})
export const EVERY = oneOf('多久一次', '多久一次？', Object.keys(PLEDGE_EVERY), (text) => {
  const [, word] = /每(?:个|一)?(月|季度|学期|半年|年)/.exec(text) ?? []
  return word === undefined ? null : `每${word}`
})
export const UNTIL = slot('到哪天', '到什么时候为止？如“2029-06”', {
  personal: false,
  read: (text, now) => readDay(text, now)?.day ?? null,
})
export const WHY = slot('理由', '理由怎么写？')

/** Without the marks at either end. */
export const tidy = (text: string): string => text.replace(/^[\s,，。;；:：、]+|[\s,，;；、]+$/g, '')

/** A paper's name and the day it is due. */
export function readPaper(text: string, now: Date): { name: string; day: string } {
  const found = readDay(text, now)
  const plain = narrow(text)
  const name = (found ? plain.replace(found.said, ' ') : plain)
    .replace(/[@＠]/g, ' ')
    .replace(/(?:之前|以前|前|内)?(?:补齐|交齐|交来|补交)?\s*$/, '')
    .replace(/\s+(?:之前|以前|前|内)\s*/g, ' ')
  return { name: tidy(name).replace(/\s+/g, ' '), day: found?.day ?? '' }
}
