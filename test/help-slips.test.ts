/** Words that sound like an answer and are none, and slips put right at the summary of a request for help. */
import { describe, expect, test } from 'vitest'
import { walkTo } from './support/walk.ts'

const answersOf = (here: ReturnType<typeof walkTo>) => here.session().flow?.answers

describe('consent', () => {
  test.each([
    '同意吗？同意干啥',
    '同意了会怎样',
    '同意？',
    '同意以后谁能看到',
    '同意不同意有啥区别',
    '同意是什么意思啊',
    '我同意的话会不会公开',
    '同意不了',
  ])('is not taken from 「%s」', (words) => {
    const here = walkTo('consent')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ consent: null })
    expect(here.session().flow?.step).toBe('consent')
  })

  test.each([
    '同意',
    '我同意。',
    '同意，怎么填？',
    '同意 要带什么材料',
    '同意登记',
    '妈妈说同意',
    '同意了',
    '好的，同意',
    '同意你们记',
  ])('is taken from 「%s」', (words) => {
    const here = walkTo('consent')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ consent: 'named' })
  })

  test.each([
    '可以不同意吗',
    '能不能不同意',
    '我能不登记吗',
    '不同意行不行',
    '不同意会怎么样',
    '要是不同意呢',
    '不同意就不管我了吗',
    '不同意还能问别的吗',
    '一定要同意吗',
    '非要同意不可吗',
    '必须登记吗',
  ])('「%s」 hears that nobody has to, and what then', (words) => {
    const here = walkTo('consent')
    const { reply } = here.say(words)
    expect(reply?.text).toContain('可以不同意')
    expect(reply?.text).toContain('照样可以问政策')
    expect(here.session().flow?.step).toBe('consent')
    expect(answersOf(here)).toMatchObject({ consent: null })
    here.say('不同意')
    expect(here.session().flow).toBeNull()
  })
})

describe('where somebody lives', () => {
  test.each(['这两天要', '这两天就要', '尽快吧', '过两天', '这个月要', '刚才说过了', '前面说了呀'])(
    'is not taken from 「%s」',
    (words) => {
      const here = walkTo('place')
      const { reply } = here.say(words)
      expect(reply?.text).toContain('没听出是哪里')
      expect(here.session().flow?.step).toBe('place')
    },
  )

  test.each([
    '天天村',
    '两天屯',
    '老地方旁边那个院子',
    '马上湾',
    '要子口',
    '钱家村',
    '今天广场后面',
    '急水滩',
  ])('is taken from 「%s」', (words) => {
    const here = walkTo('place')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ place: words })
  })
})

describe('at the summary', () => {
  test.each([
    ['不对，电话错了是13912345679', { phone: '13912345679' }, '8 电话：13912345679'],
    ['电话应该是 139 1234 5679', { phone: '13912345679' }, '8 电话：13912345679'],
    ['13912345679', { phone: '13912345679' }, '8 电话：13912345679'],
    ['名字错了，是王秀英', { name: '王秀英' }, '7 姓名：王秀英'],
    ['地址不对，应该是尧化街道尧辰社区', { place: '尧化街道尧辰社区' }, '5 现在住哪里：尧化街道尧辰社区'],
    ['户口写错了，是安徽阜阳', { registeredAt: '安徽阜阳' }, '6 户口在哪里：安徽阜阳'],
  ])('「%s」 puts it right and adds nothing to the story', (words, right, line) => {
    const here = walkTo('confirm')
    const { reply } = here.say(words)
    expect(answersOf(here)).toMatchObject({ ...right, story: '我妈瘫了三年，没人照看' })
    expect(reply?.text).toContain('改好了')
    expect(reply?.text).toContain(line)
    here.say('确认')
    expect(here.tickets()[0]?.personal.facts).toMatchObject(right)
  })

  test.each([
    ['电话错了', '改第8项'],
    ['地址不对', '改第5项'],
    ['改一下名字', '改第7项'],
  ])('「%s」 is told how to change it', (words, how) => {
    const here = walkTo('confirm')
    expect(here.say(words).reply?.text).toContain(how)
    expect(answersOf(here)).toMatchObject({ story: '我妈瘫了三年，没人照看' })
  })

  test.each([
    '也可以打我儿子的电话13912345679',
    '电话白天打不通，晚上打',
    '户口的事一直没办下来',
    '住的地方漏雨漏得厉害',
  ])('「%s」 is added to the story, and changes nothing else', (words) => {
    const here = walkTo('confirm')
    expect(here.say(words).reply?.text).toContain('补上了')
    expect(answersOf(here)).toMatchObject({
      phone: '13812345678',
      place: '尧化街道尧新社区',
      registeredAt: '就在住的地方',
      story: expect.stringContaining(words),
    })
  })
})
