/** What residents say of a request that is open: hurry, more, what is wrong, that it is not wanted any more. */
import { describe, expect, test } from 'vitest'
import { WORDS } from '../bot/wording.ts'
import { type Walk, walk, walkTo } from './support/walk.ts'

/** Somebody whose request was just sent. */
function sent(): Walk & { number: string } {
  const here = walkTo('confirm')
  here.say('确认')
  return { ...here, number: here.tickets()[0]?.number ?? '' }
}
const effectsOf = (turn: ReturnType<Walk['say']>) => turn.effects.map(({ kind }) => kind)

test.each([
  '催一下',
  '能不能快点',
  '改成急',
  '我说我登记的事 透析钱急 改成急',
  '房东月底就换锁了 等不到12月',
])('「%s」 makes it urgent, and whoever works on it reads why', (words) => {
  const here = sent()
  expect(here.tickets()[0]?.urgency).toBe('normal')
  const turn = here.say(words)
  expect(here.tickets()[0]?.urgency).toBe('urgent')
  expect(turn.reply?.text).toContain('按急事办')
  expect(turn.reply?.text).toContain(here.number)
  expect(turn.effects).toContainEqual(expect.objectContaining({ kind: 'heard', words }))
})

test('an urgent one is hurried again without a second deadline', () => {
  const here = sent()
  here.say('催一下')
  const due = here.tickets()[0]?.due.aid
  here.clock.pass(60 * 60 * 1000)
  expect(effectsOf(here.say('能不能快点'))).toEqual(['heard'])
  expect(here.tickets()[0]?.due.aid).toEqual(due)
})

test.each(['补充：我妈也有糖尿病', '哦忘了 我妈也有糖尿病 也在吃药', '我是说把我妈的糖尿病加到登记里'])(
  '「%s」 is passed on',
  (words) => {
    const here = sent()
    const turn = here.say(words)
    expect(turn.reply?.text).toMatch(/转给经办的人看/)
    expect(turn.effects).toEqual([expect.objectContaining({ kind: 'heard', words })])
  },
)

test('a remark soon after it was sent is passed on, a question is answered', () => {
  const here = sent()
  expect(effectsOf(here.say('我老婆在家带娃也没工作'))).toEqual(['heard'])
  expect(here.say('低保要带什么材料').decision.policies[0]).toBe('dibao')
})

describe('what is wrong', () => {
  test.each([
    ['把我妈的名字改成赵秀兰', { name: '赵秀兰' }],
    ['电话换了 改成13699887755', { phone: '13699887755' }],
    ['我不住那里啊 改成东莞厚街镇桥头村', { place: '东莞厚街镇桥头村' }],
    ['名字和户口记错了 赵秀兰 户口就是马营镇', { name: '赵秀兰', registeredAt: '马营镇' }],
  ])('「%s」 is put right at once', (words, facts) => {
    const here = sent()
    const turn = here.say(words)
    expect(turn.reply?.text).toContain('改好了')
    expect(here.tickets()[0]?.personal.facts).toMatchObject(facts)
  })

  test.each(['户口改成城镇的还能领低保吗', '不是低保 是医疗救助怎么申请'])('「%s」 only asks', (words) => {
    const here = sent()
    const before = here.tickets()[0]?.personal.facts
    here.say(words)
    expect(here.tickets()[0]?.personal.facts).toEqual(before)
  })
})

describe('not wanted any more', () => {
  test.each(['撤销', '能撤销登记吗', '人找到了 在镇上 谢谢 不用找了 撤了吧', '我不想登记了 撤回 怕老板报复'])(
    '「%s」 asks whether to withdraw it, and 是 does',
    (words) => {
      const here = sent()
      expect(here.say(words).reply?.text).toBe(WORDS.withdrawSure)
      here.say('是')
      expect(here.tickets()[0]?.stage).toBe('withdrawn')
    },
  )

  test('删除我的信息, 是: deleted; 不: kept', () => {
    const here = sent()
    here.say('删除我的信息')
    here.say('不')
    expect(here.tickets()).toHaveLength(1)
    here.say('删除我的信息')
    expect(here.say('是').reply?.text).toBe(WORDS.deleted)
    expect(here.tickets()).toHaveLength(0)
  })

  test('said while it is still being told, it is dropped', () => {
    const here = walkTo('place')
    here.say('人找到了 不用找了 撤了吧')
    expect(here.session().flow).toBeNull()
  })
})

test('「几点来」 asks of it', () => {
  const here = sent()
  expect(here.say('几点来').reply?.text).toContain('最晚')
})

test.each(['我刚不是登记完了', '我已经登记过了'])('「%s」 hears that it is, and its number', (words) => {
  const here = sent()
  expect(here.say(words).reply?.text).toContain(here.number)
  expect(here.session().flow).toBeNull()
})

test('words that would begin another request are of this one; 我要求助 begins one', () => {
  const here = sent()
  const turn = here.say('你们回个话呀 救救我们吧 日子过不下去了')
  expect(turn.session.flow).toBeNull()
  expect(effectsOf(turn)).toContain('heard')
  here.say('我要求助')
  expect(here.session().flow?.step).toBe('consent')
})

test('danger told after it was sent begins no second request, makes it urgent and reaches whoever works on it', () => {
  const here = sent()
  const turn = here.say('我妈现在叫不醒了')
  expect(turn.decision.danger).toBe('medical_emergency')
  expect(turn.reply?.text).toContain(here.number)
  expect(here.session().flow).toBeNull()
  expect(here.tickets()[0]?.urgency).toBe('urgent')
  expect(effectsOf(turn)).toEqual(['danger', 'change-ticket', 'heard'])
  expect(here.say('谢谢').reply?.text).not.toContain('同意')
})

test('nothing of this is read where no request is open', () => {
  const here = walk()
  for (const words of ['催一下', '补充：我妈也有糖尿病', '撤销'])
    expect(effectsOf(here.say(words))).not.toContain('heard')
})
