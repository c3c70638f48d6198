/** From when to when a document says it holds. */
import { dayIn, lastDayAfter, numberOf } from './dates.ts'
import type { Taken } from './taken.ts'

const FROM = /自(.{2,24}?)(?:之日)?(?:起|开始)(?:正式|试|开始)?(?:施行|实施|执行|生效)/
const WITH_ISSUE = /(?:印发|发布|公布|下发|发文)(?:之日)?$/
const YEARS = /有效期(?:限)?(?:为|是)?\s*[:：]?\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*年/
const UNTIL =
  /(?:有效期(?:限)?(?:至|到|截至|截止至?|为至)|(?:施行|执行|实施|有效)(?:至|到)|至)(.{6,16}?)(?:止|$|[。，；)）])/

/**
 * Reads the day from which and the day until which, out of all lines.
 *
 * @param issued the day the document was signed; '' where it does not say
 */
export function readTerms(taken: Taken, lines: readonly string[], issued: string): void {
  const { fields } = taken
  if (fields.effective === '') {
    for (const line of lines) {
      const [words, when = ''] = FROM.exec(line) ?? []
      if (words === undefined) continue
      const found = dayIn(when)
      taken.used.add(line)
      if (found && fields.effective === '') fields.effective = found.day
      else if (found && found.day !== fields.effective)
        taken.doubt('effective', words, '文中有两个生效的日子，请核对是哪一个')
      else if (!found && WITH_ISSUE.test(when) && fields.effective === '') {
        fields.effective = issued
        taken.doubt(
          'effective',
          words,
          issued === ''
            ? '从印发那天起，但没有找到印发的日子，请填上'
            : '从印发那天起，用了落款的日子，请核对',
        )
      } else if (!found && fields.effective === '')
        taken.doubt('effective', words, '没有写明是哪一天，请算好填上')
    }
  }
  if (fields.expires === '') readEnd(taken, lines)
}

function readEnd(taken: Taken, lines: readonly string[]): void {
  const { fields } = taken
  for (const line of lines) {
    if (/有效期|施行至|执行至|实施至/.test(line)) {
      const until = dayIn(UNTIL.exec(line)?.[1] ?? '')
      if (until) {
        fields.expires = until.day
        return
      }
    }
    const [words, years = ''] = YEARS.exec(line) ?? []
    if (words === undefined) continue
    if (fields.effective !== '') fields.expires = lastDayAfter(fields.effective, numberOf(years))
    taken.doubt(
      'expires',
      words,
      fields.effective === ''
        ? '不知道从哪天起，算不出最后一天，请填上'
        : '最后一天是从生效日算出来的，请核对',
    )
    return
  }
}
