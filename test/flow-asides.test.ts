/** What a resident may want besides, in the middle of a request or after it, and what must not lead nowhere. */
import { describe, expect, test } from 'vitest'
import { WORDS } from '../bot/wording.ts'
import { WAY, walkTo } from './support/walk.ts'

/** A resident with one request told and sent. */
function sent() {
  const here = walkTo('confirm')
  here.say('确认')
  return here
}
/** The same resident, telling the next one. */
function again(step = 'who') {
  const here = sent()
  here.say('我要求助')
  for (const [asked, answer] of WAY) {
    if (asked === step) break
    here.say(answer)
  }
  expect(here.session().flow?.step).toBe(step)
  return here
}
const textOf = (here: ReturnType<typeof walkTo>, words: string) => here.say(words).reply?.text ?? ''

describe('in the middle of another request', () => {
  test('我的信息 says what can be done in words, and keeps the question', () => {
    const text = textOf(again(), '我的信息')
    expect(text).toMatch(/“导出我的信息”“撤回同意”或“删除我的信息”/)
    expect(text).toContain('您是给谁求助')
  })

  test('删除我的信息 asks for sure, and 确认删除我的信息 deletes the request and what was told', () => {
    const here = again()
    expect(textOf(here, '删除我的信息')).toContain('确认删除我的信息')
    expect(textOf(here, '确认删除我的信息')).toContain(WORDS.deleted)
    expect(here.tickets()).toEqual([])
    expect(here.session().flow).toBeNull()
  })

  test('导出我的信息 shows all of it', () => {
    expect(textOf(again(), '导出我的信息')).toContain('李凤英')
  })

  test('改电话 is still the flow’s own affair', () => {
    const here = again()
    here.say('改电话')
    expect(here.session().flow?.flow).toBe('help')
  })

  test('取消求助 stops what is being told', () => {
    const here = again()
    expect(textOf(here, '我要取消求助')).toContain('取消了')
    expect(here.tickets()).toHaveLength(1)
  })

  test('a doubt that holds no question word is answered, not noted', () => {
    const here = walkTo('registered')
    expect(textOf(here, '你们不是骗子吧')).toContain('96110')
    expect(here.session().flow).toMatchObject({ step: 'registered', answers: { registeredAt: null } })
    here.say('安徽阜阳吧')
    expect(here.session().flow?.step).toBe('name')
  })
})

describe('after a request', () => {
  test.each(['我要撤销求助', '撤回我的求助', '取消求助', '撤了吧'])(
    '「%s」 asks whether to stop it',
    (words) => {
      const { reply } = sent().say(words)
      expect(reply?.text).toContain(WORDS.withdrawSure)
      expect(reply?.choices.map(({ says }) => says)).toContain('确认撤回同意')
    },
  )

  test.each(['我想补材料', '我想补个材料', '材料怎么补交', '要交照片', '病历怎么发给你们'])(
    '「%s」 is told to send a photo',
    (words) => {
      const here = sent()
      const number = here.tickets()[0]?.number ?? ''
      expect(textOf(here, words)).toContain(`拍成照片直接发到这里，我放进求助 ${number}`)
    },
  )
})
