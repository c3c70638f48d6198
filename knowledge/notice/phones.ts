/** Telephone numbers in a document. */
import type { Taken } from './taken.ts'

/** A landline with its area code, a service line, a mobile. */
const NUMBER =
  /(?<![\d.])(0\d{2,3}[-— ]?\d{7,8}(?:[-转]\d{1,5})?|[48]00[- ]?\d{3}[- ]?\d{4}|1[3-9]\d{9}|1(?:0086|2\d{3}|2[0-9]|1[0-9])|\d{7,8}(?:-\d{1,5})?)(?![\d.])/g
const MOBILE = /^1[3-9]\d{9}$/
const NUMBERS_KEPT = 20

/** Reads the numbers of lines that are about numbers. @param heading what stands before them */
export function readPhones(taken: Taken, heading: string, lines: readonly string[]): void {
  for (const line of lines) {
    const found = [...line.matchAll(NUMBER)]
    if (found.length === 0) taken.leave(line)
    let from = 0
    for (const { 0: written, index } of found) {
      const name = line
        .slice(from, index)
        .replace(/[\s、，,；;。（(）):：]+$/g, '')
        .replace(/^[\s、，,；;。）)]+/g, '')
        .replace(/(?:联系|咨询)?电话$|[:：]$/g, '')
        .trim()
      addPhone(taken, name === '' ? heading : name, written, line)
      from = index + written.length
    }
  }
}

function addPhone(taken: Taken, name: string, written: string, line: string): void {
  const number = written.replace(/[— ]/g, '-').replace('转', '-')
  if (taken.fields.phones.length >= NUMBERS_KEPT || taken.fields.phones.some((one) => one.number === number))
    return
  taken.fields.phones.push({ name: name.slice(-30), number })
  taken.used.add(line)
  if (MOBILE.test(number)) taken.doubt('phones', line, `${number} 像是个人的手机号，请核对能不能公开`)
}

/** A number that stands in a sentence about calling. */
const CALLING = /(?:电话|热线|拨打|咨询|联系)[^0-9]{0,12}$/
/** Reads numbers out of sentences; whoever edits it looks at each. */
export function gleanPhones(taken: Taken, lines: readonly string[]): void {
  for (const line of lines) {
    for (const { 0: written, index } of line.matchAll(NUMBER)) {
      const before = line.slice(0, index)
      if (!CALLING.test(before) || (/^\d{7,8}$/.test(written) && !/电话[^0-9]{0,6}$/.test(before))) continue
      const known = taken.fields.phones.length
      const name =
        /([\u4e00-\u9fff]{2,14})(?:联系|咨询|服务|监督)?(?:电话|热线)[^0-9]*$/.exec(before)?.[1] ?? '咨询电话'
      addPhone(taken, name.replace(/^.*[，。；、]/, ''), written, line)
      if (taken.fields.phones.length > known)
        taken.doubt('phones', line, `${written} 是从正文里找到的，请核对号码和名称`)
    }
  }
}
