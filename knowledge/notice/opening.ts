/** What stands above a document's first heading: its name, its number, whom it is sent to, why it is made. */
import { dayIn } from './dates.ts'
import { isOffice, numberIn } from './issuer.ts'
import type { Taken } from './taken.ts'

export interface Opened {
  /** The document's own name, without 《》; '' of what is no document. */
  document: string
  /** Its number; '' where it has none. */
  number: string
  /** The line that names it where it is no document; '' where none does. */
  firstLine: string
  /** The day beside its name; '' where none stands there. */
  day: string
  issuers: string[]
  /** What else is said. */
  lines: string[]
}

/** What documents are called. */
const KIND =
  /(?:办法|细则|方案|规定|意见|通知|公告|通告|决定|规程|规范|条例|函|批复|标准|制度)(?:[（(](?:试行|暂行|修订|修订版|征求意见稿|[^）)]{0,12}年?(?:修订|修正)[^）)]*)[)）])?$/
const SENTENCE = /[。；;！]/
/** 各区县民政局：, 局属各单位： */
const ADDRESSED = /^.{2,120}[:：]$/
/** A name may stand in so many lines. */
const TITLE_LINES = 4

/** @param headline the heading the program knows; '' where there is none */
export function readOpening(taken: Taken, lines: readonly string[], headline: string): Opened {
  const opened: Opened = { document: '', number: '', firstLine: '', day: '', issuers: [], lines: [] }
  const rest: string[] = []
  for (const line of lines) {
    const number = numberIn(line)
    const around = number ? line.replace(number.words, '').replace(/[\s（()）:：文号编]/g, '') : line
    const isFirst = opened.number === '' && rest.every((one) => !SENTENCE.test(one))
    if (number && isFirst && around === '') opened.number = number.number
    else if (/^.{2,40}文件$/.test(line) && isOffice(line.replace(/文件$/, '')))
      opened.issuers.push(line.replace(/文件$/, ''))
    else if (dayIn(line)?.words.replace(/\s/g, '') === line.replace(/[\s（()）]/g, '') && opened.day === '')
      opened.day = dayIn(line)?.day ?? ''
    else rest.push(line)
  }
  const { name, from } = headline === '' ? nameIn(rest) : { name: headline, from: 0 }
  const inner = /^(?:.*印发|.*转发|.*发布)《(.+)》的(?:通知|公告|决定)$/.exec(name)?.[1]
  const bare = name.replace(/^《(.+)》$/, '$1')
  if (inner !== undefined) opened.document = inner
  else if (KIND.test(bare) && !/指南$|解读/.test(bare))
    opened.document = bare.replace(/^.*?(?<=[局厅部委会府室])关于/, '关于')
  else opened.firstLine = bare
  // The offices that a notice's name begins with: 某市民政局 某市财政局关于…
  const makers = /^(.{2,60}?(?:局|厅|部|委员会|政府|办公室|办事处|联合会))关于/.exec(name)?.[1]
  if (makers !== undefined) opened.issuers.push(...makers.split(/[\s、]+/))
  for (const line of rest.slice(from)) {
    if (line === opened.document || line === name) continue
    // Signed before the document it sends along.
    if (isOffice(line)) opened.issuers.push(line)
    else if (ADDRESSED.test(line)) taken.leave(line)
    else opened.lines.push(line)
  }
  return opened
}

/** The name at the top, which may be broken over lines. @returns it and how many lines it took */
function nameIn(lines: readonly string[]): { name: string; from: number } {
  let name = ''
  for (const [place, line] of lines.slice(0, TITLE_LINES).entries()) {
    if (SENTENCE.test(line) || ADDRESSED.test(line) || line.length > 80) break
    name += line
    if (KIND.test(name)) return { name, from: place + 1 }
  }
  const [first = ''] = lines
  const isName = first.length <= 40 && !/[。；;！，,：:]/.test(first)
  return isName && first !== '' ? { name: first, from: 1 } : { name: '', from: 0 }
}
