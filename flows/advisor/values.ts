/** What each command's words hold beside the number: values by the name of their slot. */

import { readDay } from '../days.ts'
import { readNeeds } from '../difficulties.ts'
import { NEED_WORDS } from '../ticket/request.ts'
import { readChannel } from '../visits.ts'
import { EVERY, REACHED, RESULT, readPaper, tidy } from './slots.ts'
import { narrow } from './subject.ts'

/** Values by the name of their slot. */
export type Values = Record<string, string>

export const words =
  (name: string) =>
  (given: string): Values => ({ [name]: tidy(given) })
export const none = (): Values => ({})

/** 方式, 通没通 and what was said of it. */
export function readContact(given: string): Values {
  const reached = REACHED.read(given, new Date(0)) ?? ''
  const said = tidy(
    given.replace(/^(?:(?:电话|上门|微信|窗口|通了|没通|已联系|联系|过了?|了)[\s,，、]*)+/, ''),
  )
  return { 方式: readChannel(given) ?? '电话', 通没通: reached, 说明: said }
}

export function readAid(given: string, now: Date): Values {
  let rest = narrow(given)
  const take = (pattern: RegExp): string => {
    const match = pattern.exec(rest)
    if (!match) return ''
    rest = rest.replace(match[0], ' ')
    return tidy(match[1] ?? '')
  }
  const owed = take(/(?:还)?(?:欠|过后补|后补|补)(?:材料)?[:：\s]*([^,，;；]+)$/)
  const source = take(/(?:来源|出自|从|用)(?:是|[:：\s])*([^\s,，;；]+)/)
  const by = take(/经手(?:人)?(?:是|[:：\s])*([^\s,，;；]+)/)
  const amount = take(/(\d+(?:\.\d{1,2})?)\s*(?:元|块钱?)/)
  const kind = take(/(?:^|\s)(资金|物资|服务)(?=\s|$)/)
  const what = tidy(rest.replace(/\s+/g, ' ')) || (amount === '' ? '' : '救助金')
  const told = readNeeds(what)[0]
  const paper = owed === '' ? { name: '', day: '' } : readPaper(owed, now)
  return {
    需求: kind || (amount !== '' ? NEED_WORDS.money : told ? NEED_WORDS[told] : ''),
    给了什么: what,
    金额: amount,
    来源: source,
    经手: by,
    欠材料: paper.name !== '' && paper.day !== '' ? `${paper.name}@${paper.day}` : '',
  }
}

/** Which part, as a group is asked for it (p1), how it went and what residents read of it. */
export function readReport(given: string, now: Date): Values {
  const [called = '', part = ''] = /^(p\d{1,2})(?![\da-z])[\s,，:：]*/i.exec(given) ?? []
  const told = given.slice(called.length)
  return {
    哪一项: part.toLowerCase(),
    结果: RESULT.read(told, now) ?? '',
    办理情况: tidy(told.replace(/^(?:办好了|办了一部分|没能办成)[\s,，]*/, '')),
  }
}

export function readRefusal(given: string): Values {
  const match = /[\s,，。;；]*(?:还可以|另外可以|可以去?找|请(?:他|她)?(?:去)?找)/.exec(given)
  if (!match) return { 理由: tidy(given) }
  const elsewhere = tidy(given.slice(match.index)).replace(/^(?:还可以|另外可以)[\s:：,，]*/, '')
  return { 理由: tidy(given.slice(0, match.index)), 还可以: elsewhere }
}

export function readPledge(given: string, now: Date): Values {
  const every = EVERY.read(given, now) ?? ''
  const until = /(?:一直)?(?:到|至|持续到)\s*(.+)$/.exec(given)
  const day = until ? readDay(until[1] ?? '', now) : readDay(given, now)
  let what = narrow(given)
  if (day) what = what.replace(day.said, ' ')
  what = what
    .replace(/每(?:个|一)?(?:月|季度|学期|半年|年)(?:一次)?/, ' ')
    .replace(/(?:一直)?(?:到|至|持续到)\s*(?:为止)?(?=\s|$)/, ' ')
  return {
    什么: tidy(what.replace(/为止/, '').replace(/\s+/g, ' ')),
    到哪天: day?.day ?? '',
    多久一次: every,
  }
}
