/** A document's lines as a section of a policy: what is said in the chat, and the rest. */
import { LEAD_LIMIT } from '../aspect-names.ts'

export interface Worded {
  lead: string
  details: string[]
  /** Why somebody should look at it; '' when it is as it was written. */
  why: string
}

/** Marks of lists and articles before a line; a figure such as 3.5 is none. */
const MARK =
  /^(?:第[一二三四五六七八九十百\d]{1,4}条\s*|[（(][一二三四五六七八九十\d]{1,3}[)）]\s*[、.]?\s*|[一二三四五六七八九十]{1,3}[、.．]\s*|\d{1,2}(?:[、．)）]|\.(?!\d))\s*|[①-⑳]\s*|[-•·●■◆*○▪–—]\s+|答\s*[:：]\s*|A\d{0,2}\s*[:：]\s*)/

/** Lists that stand in one line: 1、户口簿；2、身份证. */
const INLINE =
  /(?<=[；;，,。])\s*(?=\d{1,2}(?:[、．)）]|\.(?!\d))|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])/
const WHOLE = '原文列了几条，请把这里改成一句能单独看懂的话'

/** A line without the mark of its list. */
export const bare = (line: string): string => line.replace(MARK, '').trim()

/** Cuts behind each sentence. */
const sentences = (text: string): string[] =>
  text.split(/(?<=[。！？!?])(?![”’）)])/).filter((one) => one.trim() !== '')

const lengthOf = (text: string): number => [...text].length

/**
 * Takes the words as they are: the first sentences that fit are the answer, everything else follows it. Nothing is
 * worded anew, since that is for somebody who knows.
 */
export function worded(lines: readonly string[]): Worded {
  const apart = lines.flatMap((line) => line.split(INLINE))
  const texts = apart.map(bare).filter((line) => line !== '')
  const [first = '', ...rest] = texts
  if (first === '') return { lead: '', details: [], why: '' }
  const isList =
    rest.length > 0 && (/[；;]$/.test(first) || (MARK.test(apart[0] ?? '') && MARK.test(apart[1] ?? '')))
  const joined = texts.map((one) => one.replace(/[。；;，,]$/, '')).join('；')
  if (isList && lengthOf(joined) < LEAD_LIMIT) return { lead: `${joined}。`, details: [], why: '' }
  if (isList && lengthOf(first) <= LEAD_LIMIT) return { lead: first, details: rest, why: WHOLE }
  if (/[:：]$/.test(first) && rest.length > 0) {
    const together = `${first}${rest.map((one) => one.replace(/[。；;]$/, '')).join('；')}。`
    return lengthOf(together) <= LEAD_LIMIT
      ? { lead: together, details: [], why: '' }
      : {
          lead: first,
          details: rest,
          why: WHOLE,
        }
  }
  if (lengthOf(first) <= LEAD_LIMIT) return { lead: first, details: rest, why: '' }
  const cut = sentences(first)
  let lead = ''
  let taken = 0
  for (const one of cut) {
    if (lengthOf(lead + one) > LEAD_LIMIT) break
    lead += one
    taken++
  }
  return taken > 0
    ? {
        lead,
        details: [cut.slice(taken).join(''), ...rest],
        why: '原文太长，这里只取了前几句，请看看够不够、说没说清楚',
      }
    : { lead: first, details: rest, why: `原文这句话太长，请改成最多${LEAD_LIMIT}字` }
}
