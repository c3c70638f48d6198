/** What the console says of a line of the audit log: nothing in it is a word of the program's own. */
import { expect, test } from 'vitest'
import { detailWords } from '../server/console/routes/audit.ts'

test.each([
  [{ place: 'private', shown: 'masked' }, '单独发来；隐去姓名、电话'],
  [{ place: 'group', actions: 'visit' }, '记走访；在顾问群里'],
  [{ place: 'group', actions: 'visit-media' }, '走访的照片或录音；在顾问群里'],
  [{ place: 'private', actions: 'open claim' }, '登记求助；接单；单独发来'],
  [{ shown: 'page' }, '求助单页面'],
  [{ field: 'phone' }, '电话'],
  [{ actions: 'take-over' }, '人工接管对话'],
  [{ why: '要联系居民', shown: '姓名、电话、住址' }, '要联系居民；姓名、电话、住址'],
])('%j is read as 「%s」', (detail, words) => {
  expect(detailWords(detail)).toBe(words)
})
