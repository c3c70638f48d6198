/** What there is for whom: policies by who asks and what they lack, for 残疾人有什么补助, which names none. */
import { z } from 'zod'
import { HELP, saysNothingElse, WHAT } from './asking.ts'
import { parseFrontMatter } from './policy.ts'

/** As many as can be chosen from by one digit, beside asking for somebody. */
const MOST = 8
const ChapterFile = z.strictObject({
  checked: z.iso.date('要写成 2026-07-01 这样的日期'),
  chapters: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/, '只能用小写字母和连字符'),
      title: z.string().min(2).max(12),
      /** Offered to whoever says of nothing what they want to know. */
      menu: z.literal(true).optional(),
      /** Its words are what people call help that several policies give, 助学金: whoever asks of it is asked which. */
      help: z.literal(true).optional(),
      /** What people call themselves and their trouble; the first is said by who taps it in the menu. */
      words: z.array(z.string().min(1)).min(1),
      /** Ids, the most asked about first. */
      policies: z.array(z.string()).min(1).max(MOST, `最多写 ${MOST} 条政策`),
    }),
  ),
})
export type Chapter = z.infer<typeof ChapterFile>['chapters'][number]

/**
 * Reads the list of chapters.
 *
 * @throws {InventoryError} with every fault
 */
export function parseChapters(text: string, path: string): Chapter[] {
  return parseFrontMatter(text, ChapterFile, path).front.chapters
}

/** What a tap on a chapter in the menu says. */
export const chapterQuestion = ({ words: [word = ''] }: Pick<Chapter, 'words'>): string => `${word}有什么补助`

/** What there is: 有什么补助, 能领什么钱, 补贴有哪些, 有没有照顾. */
const ASKS = new RegExp(
  `${WHAT}(?:样的?|的)?(?:国家|政府)?的?(?:${HELP}|钱)|${HELP}(?:都|一共|有|是)*${WHAT}|有(?:没有|无)?.{0,6}${HELP}(?:[吗么没不嘛]|没有|$)|(?:了解|咨询|问问?|看看|知道)(?:一下|下)?.{0,12}${HELP}$|政策$|(?:能|可以)(?:领|享受|申请|拿|得|办)(?:到)?(?:些)?${WHAT}$`,
)
/** Nobody asks it in more characters. */
const LONGEST = 30

/**
 * The chapters a message asks for as such, in the order they are written: 农村的残疾老人有什么补助. Empty when it says
 * anything besides, which speaks for a policy of its own.
 */
export function askedChapters(text: string, chapters: readonly Chapter[]): Chapter[] {
  const plain = text.normalize('NFKC').replace(/[\s\p{P}]+/gu, '')
  if (plain.length > LONGEST || !ASKS.test(plain) || /多少|几[块百千]/.test(plain)) return []
  return namedIn(plain, chapters)
}

/** The chapter whose help a message asks about, not saying which: 助学金怎么申请; null when it says more. */
export function askedHelp(text: string, chapters: readonly Chapter[]): Chapter | null {
  const named = (chapter: Chapter) => chapter.help && chapter.words.some((word) => text.includes(word))
  // Nearly every message names none.
  if (text.length > LONGEST || !chapters.some(named)) return null
  const plain = text.normalize('NFKC').replace(/[\s\p{P}]+/gu, '')
  return namedIn(plain, chapters).find(({ help }) => help) ?? null
}

/** The same for what somebody is, and nothing asked: 我是低保户. */
export function namedIn(text: string, chapters: readonly Chapter[]): Chapter[] {
  const words = chapters.flatMap((chapter) => chapter.words.map((word) => ({ word, chapter })))
  let rest = text
  const found = new Set<Chapter>()
  for (const { word, chapter } of words.sort((a, b) => b.word.length - a.word.length)) {
    if (!rest.includes(word)) continue
    rest = rest.replaceAll(word, '的')
    found.add(chapter)
  }
  return saysNothingElse(rest) ? chapters.filter((chapter) => found.has(chapter)) : []
}

/** The policies of chapters asked for together: the foremost of each, what all of them hold, then each one's in turn. */
export function policiesOf(chapters: readonly Chapter[]): string[] {
  // The shortest list is of the fewest people: 退役军人 before 生活困难.
  const lists = chapters.map(({ policies }) => policies).sort((one, other) => one.length - other.length)
  const foremost = lists.flatMap(([first]) => first ?? [])
  const common = (lists[0] ?? []).filter((id) => lists.every((list) => list.includes(id)))
  const inTurn = Array.from({ length: MOST }, (_, place) => lists.flatMap((list) => list[place] ?? [])).flat()
  return [...new Set(lists.length > 1 ? [...foremost, ...common, ...inTurn] : inTurn)].slice(0, MOST)
}
