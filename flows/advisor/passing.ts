/** To whom a request is passed on: a department as a part, or a colleague as a whole. */
import { tidy } from './slots.ts'
import { narrow } from './subject.ts'
import type { Values } from './values.ts'

/** What a body's name ends in. */
const BODY =
  /^([\u4e00-\u9fa5]{0,8}?(?:(?:民政|医保|人社|教育|卫健|住建|司法|残联|妇联|工会|团委)(?:局|委|厅|所|办|中心)?|局|办事处|办公室|中心|社工站|工作站|服务站|医院|派出所|卫生院|总会|基金会|协会|红十字会|学校|街道|社区|居委会|村委会|公司|信访办|救助站|福利院|养老院))/

/** An advisor as colleagues call them. */
export interface Colleague {
  id: string
  name: string
}

/** Those a text may mean, by id, by name, by surname with a title. */
export function colleaguesCalled(text: string, colleagues: readonly Colleague[]): Colleague[] {
  const plain = narrow(text).replace(/^@/, '').trim()
  const [token = ''] = plain.split(/[\s,，。]/)
  const exact = colleagues.filter(
    ({ id, name }) => id.toLowerCase() === token.toLowerCase() || name === token,
  )
  if (exact.length > 0) return exact
  const begins = colleagues.filter(({ name }) => plain.startsWith(name))
  if (begins.length > 0) return begins
  const [, surname] = /^(?:小|老)?([\u4e00-\u9fa5]{1,2}?)(?:顾问|老师|姐|哥|主任|师傅|工)/.exec(token) ?? []
  return surname === undefined ? [] : colleagues.filter(({ name }) => name.startsWith(surname))
}

/** To a department it goes as a part (转办), to a colleague as a whole (转给). */
export function passOn(
  given: string,
  colleagues: readonly Colleague[],
): { command: 'pass' | 'hand'; values: Values } {
  const target = given.replace(/^(?:给|到|交|去|由)+/, '').trim()
  const [person] = colleaguesCalled(target, colleagues)
  const body = BODY.exec(target)?.[1]
  if (person && body === undefined) return { command: 'hand', values: { 同事: target } }
  if (body !== undefined) {
    const what = tidy(target.slice(body.length)).replace(
      /^(?:去|来|帮忙|协助)?(?:办理?|处理|解决)(?=.{2})/,
      '',
    )
    return { command: 'pass', values: { 承办单位: body, 要办的事: tidy(what) } }
  }
  const [to = '', ...what] = target.split(/\s+/)
  // A bare name that is nobody's: a colleague who is not in the roster, rather than a department.
  const isName = /^[\u4e00-\u9fa5]{2,3}$/.test(to) && what.length === 0
  return isName
    ? { command: 'hand', values: { 同事: to } }
    : { command: 'pass', values: { 承办单位: to, 要办的事: what.join(' ') } }
}
