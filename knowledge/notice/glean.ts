/** What stands in sentences of a document that has no heading for it; each is for somebody to look at. */
import { ASPECTS, type Aspect, LEAD_LIMIT } from '../aspect-names.ts'
import type { Taken } from './taken.ts'
import { bare } from './wording.ts'

/** Which sentences say what, the first that do. */
const SAYING: readonly (readonly [Aspect, RegExp])[] = [
  [
    'overview',
    /(?:所称|本.{2,4}所指).{2,30}(?:是指|指)|^[^，。]{2,20}(?:是指|指的是|是.{2,40}(?:救助|补助|补贴|制度)[。，])/,
  ],
  ['time', /(?:\d{1,3}|[一二三四五六七八九十]{1,3})个?(?:工作日|自然日|日|天)(?:之?内)/],
  [
    'where',
    /(?:向|到|在).{2,40}(?:街道|乡镇|镇人民政府|社区|村（居）|民政|窗口|政务服务|服务中心|受理点).{0,24}(?:提出|提交|申请|申办|办理|申报)/,
  ],
  ['benefit', /(?:每人|每户|每月|每年|一次性|按).{0,24}(?:\d[\d.,]*\s*万?元|标准(?:发放|给予|补助))/],
]
/** What goes on about something else. */
const CLAUSE = /[，,](?:并|同时)?(?:提交|提供|填写|携带|出具).*$/
/** As many sentences as say it stand in one lead. */
const SENTENCES = 2

export function glean(taken: Taken, lines: readonly string[]): void {
  const sentences = lines
    .flatMap((line) => bare(line).split(/(?<=[。！])/))
    .map((one) => one.trim().replace(CLAUSE, '。'))
  for (const [aspect, pattern] of SAYING) {
    if (taken.has(aspect)) continue
    const saying = sentences.filter((one) => pattern.test(one) && [...one].length <= LEAD_LIMIT)
    const said = [saying[0] ?? '']
    for (const one of saying.slice(1, aspect === 'time' ? SENTENCES : 1))
      if ([...said.join(''), ...one].length <= LEAD_LIMIT) said.push(one)
    if (said[0] === '') continue
    taken.write(aspect, said.join(''), [])
    taken.doubt(aspect, said.join(''), `原文没有单独写「${ASPECTS[aspect]}」，这是从别处摘来的，请核对`)
  }
}
