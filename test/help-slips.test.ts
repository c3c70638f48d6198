/** Words that sound like an answer and are none, and slips put right at the summary of a request for help. */
import { describe, expect, test } from 'vitest'
import { HelpAnswers, readDoor, takeOver, withDoor } from '../flows/steps/catalog/help-answers.ts'
import { walk, walkTo } from './support/walk.ts'

const NOW = new Date('2026-11-22T09:00:00+08:00')
const answersOf = (here: ReturnType<typeof walkTo>) => here.session().flow?.answers

describe('consent', () => {
  test.each(['老板跑了', '一分钱都没有', '隔壁老王家也没人管'])('「%s」 is more of the story', (words) => {
    const here = walkTo('consent')
    expect(here.say(words).reply?.text).toContain('您说的我听到了')
    expect(answersOf(here)).toMatchObject({ story: expect.stringContaining(words), consent: null })
  })

  test.each(['我要求助', '你们烦不烦', '再想想吧', '随便你们'])('「%s」 is not', (words) => {
    const here = walkTo('consent')
    const told = answersOf(here)
    here.say(words)
    expect(answersOf(here)).toEqual(told)
  })

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

test.each(['能不能匿名问', '可以匿名吗', '匿名行不行？'])(
  '「%s」 hears that one may, and has not said so yet',
  (words) => {
    const here = walkTo('consent')
    expect(here.say(words).reply?.text).toContain('可以匿名：不留姓名电话')
    expect(answersOf(here)).toMatchObject({ consent: null })
    here.say('匿名')
    expect(answersOf(here)).toMatchObject({ consent: 'anonymous' })
  },
)

test.each(['表妹', '小叔子', '嫂子', '舅妈'])('for %s is for one of the family', (whom) => {
  const here = walkTo('who')
  here.say(whom)
  expect(answersOf(here)).toMatchObject({ who: 'family', relation: whom })
})

test('whoever hides need not say where', () => {
  const here = walkTo('place')
  expect(here.say('不能说地址').reply?.text).toContain('不说也行')
  expect(answersOf(here)).toMatchObject({ place: '' })
  expect(here.session().flow?.step).toBe('registered')
})

test('「那帮我申请」 after a policy begins a request', () => {
  const here = walkTo('confirm')
  here.say('确认')
  here.say('低保怎么办')
  here.say('那帮我申请')
  expect(here.session().flow?.flow).toBe('help')
})

describe('for whom', () => {
  test.each([
    ['同意 我自己', 'self', null],
    ['同意，给我妈', 'family', '妈妈'],
    ['匿名 邻居', 'neighbour', '邻居'],
    ['同意 要带什么材料', null, null],
    ['是我隔壁的', 'neighbour', '邻居'],
    ['我孙子', 'family', '孙子'],
  ])('at consent, 「%s」 says it too', (words, who, relation) => {
    const here = walk()
    here.say('我要求助')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ who, relation })
  })

  test.each([
    '我没人照顾',
    '我腿断了干不了活',
    '我被老公打了，躲在娘家',
    '我身体动不了',
    '就我自己，我没说清楚吗',
    '欠着工资没收入',
    '我们家',
    '房子塌了，现在住亲戚家',
  ])('「%s」 is told of the writer', (words) => {
    const here = walk()
    here.say('我要求助')
    here.say('同意')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ who: 'self' })
  })

  test('whoever is beaten stays the one in need, whatever child is named later', () => {
    const here = walk()
    here.say('我被老公打了')
    here.say('孩子上学咋办')
    here.say('匿名')
    expect(answersOf(here)).toMatchObject({ who: 'self' })
  })

  test('「我自己」 where something else was asked puts it right', () => {
    const here = walkTo('needs')
    here.say('我自己')
    expect(answersOf(here)).toMatchObject({ who: 'self', relation: null })
    expect(here.session().flow?.step).toBe('needs')
  })
})

test('a plea that tells of no trouble is about the one told just before', () => {
  const here = walk()
  here.say('家里老人住院花了六万，没钱交了')
  here.say('镇上没人来登记')
  expect(answersOf(here)).toMatchObject({ story: expect.stringContaining('住院花了六万') })
})

test('at the place, what tells of need is none', () => {
  const here = walkTo('place')
  expect(here.say('今天就没钱了').reply?.text).toContain('没听出是哪里')
})

test.each(['就在那', '也在这里'])('「%s」 is registered where they live', (words) => {
  const here = walkTo('registered')
  here.say(words)
  expect(answersOf(here)).toMatchObject({ registeredAt: '就在住的地方' })
})

test.each(['就是上面说的', '刚才说过了', '跟前面说的一样', '同上'])('「%s」 tells no trouble', (words) => {
  const here = walkTo('what')
  expect(here.say(words).reply?.text).toContain('再用一两句话说说')
  expect(answersOf(here)).toMatchObject({ story: '' })
})

test.each(['不是 户口在横溪', '没有，户口还在横溪', '不在这里，在横溪'])(
  '「%s」 is registered there',
  (words) => {
    const here = walkTo('registered')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ registeredAt: '横溪' })
  },
)

test.each(['住的地方', '找个能躲的地方', '要个地方住'])('「%s」 is help by people', (words) => {
  const here = walkTo('needs')
  here.say(words)
  expect(answersOf(here)).toMatchObject({ needs: ['service'] })
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

describe('told where something else was asked', () => {
  test.each([
    ['registered', '5栋2单元301', { place: '尧化街道尧新社区5栋2单元301', registeredAt: null }],
    ['name', '户口都在这里', { name: null, registeredAt: '就在住的地方' }],
    ['name', '就是本地的', { name: null, registeredAt: '就在住的地方' }],
    ['photos', '不是这里的户口 老家安徽的', { registeredAt: '安徽' }],
    ['photos', '我叫陈桂香', { name: '李凤英', proxyName: '陈桂香' }],
    ['photos', '我妈叫李桂英', { name: '李桂英', proxyName: null }],
    ['name', '户口在他爸那边 贵州毕节', { registeredAt: '他爸那边 贵州毕节' }],
    ['registered', '三组', { place: '尧化街道尧新社区三组', registeredAt: null }],
  ])('at %s, 「%s」 is kept where it belongs, and the question stays', (step, words, kept) => {
    const here = walkTo(step)
    expect(here.say(words).reply?.text).toContain('这个也记下了')
    expect(answersOf(here)).toMatchObject(kept)
    expect(here.session().flow?.step).toBe(step)
  })

  test.each([
    '李桂英 电话写我的15900003333',
    '叫李桂英，电话留我的 15900003333',
    '15900003333写我的，李桂英',
  ])('at name, 「%s」 gives both', (words) => {
    const here = walkTo('name')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ name: '李桂英', phone: '15900003333' })
  })

  test.each(['照片等会发', '等下再发', '材料晚点给'])('at photos, 「%s」 goes on', (words) => {
    const here = walkTo('photos')
    here.say(words)
    expect(here.session().flow?.step).toBe('confirm')
  })

  test('the name of who asks for another stands in the request', () => {
    const here = walkTo('photos')
    here.say('我叫陈桂香')
    expect(here.say('跳过').reply?.text).toContain('1 给谁求助：妈妈（您叫陈桂香）')
    here.say('确认')
    expect(here.say('导出我的信息').reply?.text).toContain('代办人：陈桂香')
    expect(here.tickets()[0]?.personal.facts).toMatchObject({ name: '李凤英', proxy: { name: '陈桂香' } })
  })

  test('asked what the other is called, 「我叫…」 is the own name still', () => {
    const here = walkTo('name')
    expect(here.say('我叫陈桂香').reply?.text).toBe('您的名字记下了。您妈妈怎么称呼？不想留就回复“跳过”。')
    here.say('李凤英')
    expect(answersOf(here)).toMatchObject({ name: '李凤英', proxyName: '陈桂香' })
  })

  test('and with a phone beside it both are kept', () => {
    const here = walkTo('name')
    expect(here.say('我叫赵强 13600001234').reply?.text).toBe(
      '您的名字和电话记下了。您妈妈怎么称呼？不想留就回复“跳过”。',
    )
    expect(answersOf(here)).toMatchObject({ name: null, proxyName: '赵强', phone: '13600001234' })
    const later = walkTo('phone')
    later.say('我叫赵强 13600001234')
    expect(answersOf(later)).toMatchObject({ name: '李凤英', proxyName: '赵强', phone: '13600001234' })
  })

  test('what is only asked is no part of the story', () => {
    const here = walkTo('needs')
    const { story } = HelpAnswers.parse(answersOf(here))
    here.say('去医院看病要不要钱')
    expect(answersOf(here)).toMatchObject({ story })
    here.say('看病没钱了怎么办啊')
    expect(HelpAnswers.parse(answersOf(here)).story).toContain('看病没钱了')
  })

  test('who stays unnamed is not named by it', () => {
    const here = walkTo('consent')
    for (const words of ['匿名', '我妈', '瘫了三年没人照看', '1', '3', '尧化街道', '1', '我叫陈桂香'])
      here.say(words)
    expect(answersOf(here)).toMatchObject({ consent: 'anonymous', name: null, proxyName: null })
  })

  test.each([
    ['what', '我叫陈桂香', { proxyName: '陈桂香' }],
    ['what', '户口都在这里', { registeredAt: '就在住的地方' }],
    ['urgency', '东西', { needs: ['money', 'goods'] }],
    ['place', '还要人帮忙', { needs: ['money', 'service'] }],
    ['needs', '我家五口人', { household: '我家五口人' }],
    ['needs', '他一个月就一千块', { income: '一个月就一千块' }],
    ['photos', '我们家里一共有三口人', { household: '有三口人' }],
    ['confirm', '户口都在这里的', { registeredAt: '就在住的地方' }],
    ['confirm', '是5栋2单元301', { place: '尧化街道尧新社区5栋2单元301' }],
    ['confirm', '我叫陈桂香', { proxyName: '陈桂香' }],
    ['confirm', '家里有五口人', { household: '家里有五口人' }],
    ['confirm', '没有收入', { income: '没有收入' }],
  ])('at %s, 「%s」 is no part of the story', (step, words, kept) => {
    const here = walkTo(step)
    const { story } = HelpAnswers.parse(answersOf(here))
    here.say(words)
    expect(answersOf(here)).toMatchObject({ ...kept, story })
    expect(here.session().flow?.step).toBe(step)
  })

  test.each(['他儿子不管他', '他没低保', '我是他邻居 姓王', '老人耳朵聋眼睛看不见'])(
    'at consent, 「%s」 is more of the story, and no answer',
    (words) => {
      const here = walkTo('consent')
      expect(here.say(words).reply?.text).toMatch(/^您说的我听到了。\n您同意登记吗/)
      expect(answersOf(here)).toMatchObject({ consent: null, story: expect.stringContaining(words) })
    },
  )

  test.each(['不用了谢谢', '不用了，麻烦你了', '不要，谢谢你'])('at consent, 「%s」 is a no', (words) => {
    const here = walkTo('consent')
    expect(here.say(words).reply?.text).toContain('什么都没有记')
    expect(here.session().flow).toBeNull()
  })

  test.each([
    ['confirm', '王建军是我名字', { proxyName: '王建军' }],
    ['needs', '他姓李 叫李大爷', { name: '李大爷' }],
  ])('at %s, 「%s」 is a name', (step, words, kept) => {
    const here = walkTo(step)
    here.say(words)
    expect(answersOf(here)).toMatchObject(kept)
  })

  test('要钱不 is a question in between', () => {
    const here = walkTo('consent')
    expect(here.say('要钱不').reply?.text).toContain('我不收费')
    expect(here.session().flow?.step).toBe('consent')
  })

  test.each(['晚上七点以后方便接电话', '我白天上班接不到', '上门前先打个电话', '他耳朵背听不见敲门'])(
    '「%s」 reaches whoever calls, and the question stays',
    (words) => {
      const here = walkTo('urgency')
      expect(here.say(words).reply?.text).toContain('这个也记下了')
      expect(answersOf(here)).toMatchObject({ story: expect.stringContaining(words) })
      expect(here.session().flow?.step).toBe('urgency')
    },
  )

  test.each([
    ['what', '家里五口人，男人走了'],
    ['what', '一个月就一千块，不够吃药'],
    ['what', '没有收入'],
    ['confirm', '还有个孩子在上学，家里五口人'],
  ])('at %s, 「%s」 is trouble', (step, words) => {
    const here = walkTo(step)
    here.say(words)
    expect(answersOf(here)).toMatchObject({ story: expect.stringContaining(words) })
  })

  test.each(['what', 'confirm'])('at %s, who stays unnamed hears that no name was noted', (step) => {
    const here = walkTo('consent')
    for (const words of ['匿名', '我妈', '瘫了三年没人照看', '1', '3', '尧化街道', '1', '跳过']) {
      if (here.session().flow?.step === step) break
      here.say(words)
    }
    const before = answersOf(here)
    expect(here.say('我叫陈桂香').reply?.text).toContain('匿名，姓名没有记')
    expect(answersOf(here)).toEqual(before)
  })

  test.each([
    ['needs', '邻居', '请回复数字'],
    ['urgency', '要钱', '请回复 1、2 或 3'],
    ['urgency', '啥意思 我选住的地方', '就是问'],
    ['photos', '身份证非要不可吗', '不是非要不可'],
    ['photos', '不发行不行', '不是非要不可'],
  ])('at %s, 「%s」 is no answer and no other question', (step, words, said) => {
    const here = walkTo(step)
    const before = answersOf(here)
    expect(here.say(words).reply?.text).toContain(said)
    expect(answersOf(here)).toEqual(before)
    expect(here.session().flow?.step).toBe(step)
  })

  test.each(['不知道她身份证', '没带在身边', '算了不传', '不会拍'])(
    'at photos, 「%s」 goes on without',
    (words) => {
      const here = walkTo('photos')
      here.say(words)
      expect(here.session().flow?.step).toBe('confirm')
    },
  )
})

describe('a door', () => {
  test.each([
    ['幸福里小区3号楼', '2号楼', '幸福里小区2号楼'],
    ['幸福里小区', '3栋201', '幸福里小区3栋201'],
    ['尧新社区5栋2单元301', '6栋', '尧新社区6栋'],
    ['尧新社区5栋2单元301', '3单元', '尧新社区5栋3单元'],
    ['尧新社区5栋', '2单元301', '尧新社区5栋2单元301'],
  ])('of %s is now %s: %s', (place, door, right) => {
    expect(withDoor(place, door)).toBe(right)
  })

  test.each(['是2号楼', '5栋2单元301', '301室', '三单元'])('is read from 「%s」', (words) => {
    expect(readDoor(words)).not.toBeNull()
  })

  test.each(['1', '三', '和平街道2号楼', '2个人', '13812345678', '二十'])(
    'is not read from 「%s」',
    (words) => {
      expect(readDoor(words)).toBeNull()
    },
  )
})

describe('a first message', () => {
  test.each([
    '那就帮我登记一下',
    '替我隔壁的王奶奶申请一下',
    '你好我想问一下我家这个情况能不能帮帮',
    '帮我妈登记一下',
  ])('「%s」 tells no trouble, so that it is asked for', (words) => {
    expect(takeOver(words, NOW)).toMatchObject({ story: '', difficulties: [] })
  })

  test.each(['帮我登记，老伴瘫了没人照看', '求助，房东赶我们走', '我要求助，断药三天了'])(
    '「%s」 does',
    (words) => {
      expect(takeOver(words, NOW).story).not.toBe('')
    },
  )
})

describe('what was told just before', () => {
  test('is what a bare plea is about', () => {
    const here = walk()
    here.say('我屋里头老头子瘫了八年，我自己也七十三了，娃在外头打工不管')
    expect(here.say('我要登记').reply?.text).toContain('瘫了八年')
    here.say('同意')
    expect(answersOf(here)).toMatchObject({
      who: 'family',
      difficulties: expect.arrayContaining(['残疾']),
      story: expect.stringContaining('老头子瘫了八年'),
    })
  })

  test('a question is not, nor what was told an hour ago', () => {
    const asked = walk()
    asked.say('我爸瘫痪在床，护理补贴怎么申请')
    asked.say('我要求助')
    expect(answersOf(asked)).toMatchObject({ story: '' })
    const late = walk()
    late.say('我屋里头老头子瘫了八年，娃在外头打工不管')
    late.clock.pass(3_600_000)
    late.say('我要登记')
    expect(answersOf(late)).toMatchObject({ story: '' })
  })
})

describe('after it was sent', () => {
  test('a new telephone puts the request right, and begins no other', () => {
    const here = walkTo('confirm')
    here.say('确认')
    here.say('我换电话了 15900003333')
    expect(here.tickets()).toMatchObject([{ personal: { facts: { phone: '15900003333' } } }])
    expect(here.session().flow).toBeNull()
  })

  test.each([
    '刚才电话号码写错了 是15900003333',
    '电话错了，15900003333',
    '手机号填得不对 应该是15900003333',
  ])('so does 「%s」', (words) => {
    const here = walkTo('confirm')
    here.say('确认')
    here.say(words)
    expect(here.tickets()).toMatchObject([{ personal: { facts: { phone: '15900003333' } } }])
  })

  test.each(['算了不办了', '我还是不登记了', '我不想办了'])('「%s」 stops the next', (words) => {
    const here = walkTo('consent')
    here.say(words)
    expect(here.session().flow).toBeNull()
  })

  test.each(['要等几天', '多久能办好', '什么时候来人', '什么时候有人来', '啥时候能有消息啊'])(
    '「%s」 asks of it',
    (words) => {
      const here = walkTo('confirm')
      here.say('确认')
      expect(here.say(words).reply?.text).toMatch(/求助编号Q-\d+-\d：【受理】/)
    },
  )

  test('what follows a policy told since asks of that', () => {
    const here = walkTo('confirm')
    here.say('确认')
    here.say('临时救助怎么办')
    expect(here.say('要等几天').decision.policies[0]).toBe('temporary-assistance')
  })
})

describe('at the summary', () => {
  test('how many live at home is added, and is no story', () => {
    const here = walkTo('confirm')
    expect(here.say('六口人').reply?.text).toContain('补上了')
    expect(answersOf(here)).toMatchObject({ household: '六口人', story: '我妈瘫了三年，没人照看' })
  })

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

describe('put right in a sentence at the summary', () => {
  test.each([
    ['改第5项 迈皋桥街道', { place: '迈皋桥街道' }],
    ['第3项也错 我要轮椅', { needs: ['goods'] }],
    ['改第1项 是我自己不是我妈', { who: 'self' }],
    ['改第6项 户口内蒙古乌兰察布', { registeredAt: '内蒙古乌兰察布' }],
    ['名字写乱了 老人叫王德发 我姓周是邻居', { name: '王德发' }],
    ['名字错了 是陈有福 我是他儿子陈建国', { name: '陈有福', proxyName: '陈建国' }],
    ['错了 住的是曹县韩集镇刘庄 我叫刘强', { place: '曹县韩集镇刘庄', proxyName: '刘强' }],
    ['户口是安徽阜阳 人在宁波 刚才说错了', { registeredAt: '安徽阜阳', place: '宁波' }],
    ['名字叫罗小芳 不是喊她小罗 改一下嘛', { name: '罗小芳' }],
  ])('「%s」 changes the line, and adds nothing to the story', (words, right) => {
    const here = walkTo('confirm')
    const { story } = HelpAnswers.parse(answersOf(here))
    expect(here.say(words).reply?.text).toContain('改好了')
    expect(answersOf(here)).toMatchObject({ ...right, story })
    expect(here.session().flow?.step).toBe('confirm')
  })

  test('what was left out is added without the words around it', () => {
    const here = walkTo('confirm')
    expect(here.say('难处里没写老大自闭症 也没写前夫不给抚养费啊').reply?.text).toContain('补上了')
    const { story } = HelpAnswers.parse(answersOf(here))
    expect(story).toMatch(/；老大自闭症，前夫不给抚养费$/)
  })

  test('what is wrong without the right value asks for it, and changes nothing', () => {
    const here = walkTo('confirm')
    const before = answersOf(here)
    expect(here.say('你们写的不对啊怎么记成那样').reply?.text).toContain('哪一项要改')
    expect(answersOf(here)).toEqual(before)
  })

  test.each(['算了 确认吧', '确认 这次多久有人来', '对的 确认', '好的，确认无误'])(
    '「%s」 confirms',
    (words) => {
      const here = walkTo('confirm')
      here.say(words)
      expect(here.tickets()).toHaveLength(1)
    },
  )

  test('whoever told the danger before is not stopped by it when they confirm', () => {
    const here = walkTo('confirm')
    expect(here.say('娃儿两天没吃饭了 饿得直哭').decision.danger).toBe('starvation')
    here.say('确认 好了没有 娃儿还饿起的')
    expect(here.tickets()).toHaveLength(1)
  })

  test('a line is put right before the summary, too', () => {
    const here = walkTo('photos')
    expect(here.say('改第5项 迈皋桥街道').reply?.text).toMatch(/^改好了/)
    expect(answersOf(here)).toMatchObject({ place: '迈皋桥街道' })
    expect(here.session().flow?.step).toBe('photos')
  })
})

describe('answers in words of their own', () => {
  test.each([
    ['consent', '好吧 同意', { consent: 'named' }],
    ['consent', '我不是说了同意吗', { consent: 'named' }],
    ['consent', '那中吧 登记呗', { consent: 'named' }],
    ['consent', '1 我左腿截肢 肢体三级 生活补贴一直没下来', { consent: 'named', difficulties: ['残疾'] }],
    ['needs', '不要钱不要东西 要找人！', { needs: ['service'] }],
    ['needs', '煤 还有电热毯啥的', { needs: ['goods'] }],
    ['needs', '3 快点派人来', { needs: ['service'] }],
    ['needs', '想要个护理床 再一个能不能给点钱', { needs: ['money', 'goods'] }],
    ['needs', '3 帮我去残联催一下 另外想要个假肢', { needs: ['goods', 'service'] }],
    ['urgency', '下个礼拜透析钱就没着落了', { urgency: 'urgent' }],
    ['urgency', '房东说月底再不交就换锁', { urgency: 'urgent' }],
    ['urgency', '急！你们拖了半个月了还问急不急', { urgency: 'urgent' }],
    ['urgency', '下雨就没法睡 你说急不急', { urgency: 'urgent' }],
    ['urgency', '不急 下个月也行', { urgency: 'normal' }],
    ['place', '山东菏泽曹县 韩集镇 是这住的 咋不问我地址', { place: '山东菏泽曹县 韩集镇' }],
    ['registered', '就在住的地方 你先帮我找人行不行！', { registeredAt: '就在住的地方' }],
    [
      'name',
      '王桂兰 我叫刘强 15266778899 找到没有啊',
      { name: '王桂兰', proxyName: '刘强', phone: '15266778899' },
    ],
    ['name', '赵秀兰 电话打我的18688990011', { name: '赵秀兰', phone: '18688990011' }],
    [
      'name',
      '我叫覃勇 我妈叫韦秀英 电话不给行不 怕老板找我',
      { name: '韦秀英', proxyName: '覃勇', phone: '' },
    ],
    ['name', '不想说', { name: '' }],
    ['name', '匿名', { consent: 'anonymous', name: null, phone: null }],
    ['place', '不是说了周口吗 周口淮阳县 大连乡', { place: '周口淮阳县 大连乡' }],
    ['registered', '1 不对 户口是内蒙古乌兰察布的', { registeredAt: '内蒙古乌兰察布' }],
    ['registered', '户口不知道', { registeredAt: '不清楚' }],
    ['phone', '不给', { phone: '' }],
    ['phone', '不方便留', { phone: '' }],
  ])('at %s, 「%s」', (step, words, kept) => {
    const here = walkTo(step)
    here.say(words)
    expect(answersOf(here)).toMatchObject(kept)
    expect(here.session().flow?.step).not.toBe(step)
  })

  test.each([
    '有诊断证明 明天发',
    '证有 懒得拍',
    '没有行了吧',
    '有透析的单子 等会发 先跳过',
    '我说明天再发照片 今天先这样',
  ])('at photos, 「%s」 goes on', (words) => {
    const here = walkTo('photos')
    here.say(words)
    expect(here.session().flow?.step).toBe('confirm')
  })

  test.each(['有手的照片 怎么发', '手机里有一张我娘的 能发不'])('at photos, 「%s」 hears how', (words) => {
    const here = walkTo('photos')
    expect(here.say(words).reply?.text).toContain('选“照片”或“拍摄”')
    expect(here.session().flow?.step).toBe('photos')
  })

  test('「不同意 我已经登记过了」 refuses', () => {
    const here = walkTo('consent')
    here.say('不同意 我已经登记过了')
    expect(here.session().flow).toBeNull()
  })

  test.each(['有诊断证明 明天发', '没有照片', '快下雪了 她都冻感冒了 这几天吧', '没那么严重 就小感冒 继续'])(
    'at registered, 「%s」 is no place',
    (words) => {
      const here = walkTo('registered')
      here.say(words)
      expect(answersOf(here)).toMatchObject({ registeredAt: null })
    },
  )

  test.each(['2吧 别拖太久', '快点来人吧'])('at place, 「%s」 is none', (words) => {
    const here = walkTo('place')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ place: null })
  })

  test('at place, where they are registered is kept, and the place asked again', () => {
    const here = walkTo('place')
    expect(here.say('户口广西柳州的 融水县').reply?.text).toContain('户口记下了')
    expect(answersOf(here)).toMatchObject({ place: null, registeredAt: '广西柳州 融水县' })
  })

  test('nothing but a place is kept wherever it is said', () => {
    const here = walkTo('needs')
    here.say('新密市 平陌镇 香山村 三组')
    expect(answersOf(here)).toMatchObject({ place: '新密市 平陌镇 香山村 三组' })
    expect(here.session().flow?.step).toBe('needs')
  })

  test('「啥时候来人啊」 in the middle hears that it is not sent yet', () => {
    const here = walkTo('photos')
    expect(here.say('啥时候来人啊').reply?.text).toContain('还没登记完')
  })

  test('「自己 我叫张红伟」 says for whom, and who they are', () => {
    const here = walkTo('needs')
    here.say('自己 我叫张红伟')
    expect(answersOf(here)).toMatchObject({ who: 'self', relation: null, name: '张红伟' })
  })

  test('a child’s 我不知道怎么办 is part of what they tell', () => {
    const here = walk()
    here.say('我要求助')
    here.say('奶奶咳嗽发烧了躺床上 我不知道怎么办')
    expect(answersOf(here)).toMatchObject({ story: expect.stringContaining('奶奶咳嗽发烧') })
  })

  test.each([
    ['我妈说网上都是骗子 我得了尿毒症', 'self'],
    ['我自己 我男人走了三年了 欠了一屁股债', 'self'],
    ['我爸走路都走不稳了', 'family'],
  ])('「%s」 is told of %s', (words, who) => {
    expect(takeOver(words, NOW).who).toBe(who)
  })

  test('what is said not to be so is no difficulty, and a plea no part of the story', () => {
    const told = takeOver('没受灾 就是穷 她68了没低保 你给登记一下吧', NOW)
    expect(told.difficulties).not.toContain('灾害')
    expect(told.story).not.toContain('登记')
  })

  test.each([
    '我躲在厕所里',
    '她认不得路',
    '我要求助 但是不想让村里知道',
    '什么住不想让村 我是说别告诉村干部',
  ])('「%s」 names no place', (words) => {
    expect(takeOver(words, NOW).place).toBeNull()
  })

  test('who is hit is helped, and not who hits', () => {
    expect(takeOver('我爸又喝醉了在打我妈 我躲在厕所里', NOW)).toMatchObject({
      who: 'family',
      relation: '妈妈',
    })
  })
})

describe('after words of danger', () => {
  test('who cannot call hears what else they can do, and no question of ours', () => {
    const here = walk()
    here.say('我爸又喝醉了在打我妈 我躲在厕所里 好怕')
    const { reply } = here.say('不敢打电话 会被听到的 我今年13岁')
    expect(reply?.text).toContain('请人帮您打110')
    expect(reply?.text).not.toContain('同意')
  })

  test('a denial of meaning to die is believed within the hour, and another such word is not explained away', () => {
    const here = walk()
    expect(here.say('活着没意思 不想活了').decision.danger).toBe('self_harm')
    expect(here.say('我没有要死 就是心里难受').decision.danger).toBeNull()
    expect(here.say('我没有要死 但是药我都攒好了 今晚就喝农药').decision.danger).toBe('self_harm')
  })

  test('a plea in the middle of a request is answered with no policy', () => {
    const here = walk()
    here.say('俺娘今早上起来就不见咧 她脑子不好使 认不得路 找了一上午了')
    here.say('同意')
    expect(here.say('你先帮我找人行不行！').decision.policies).toEqual([])
  })
})
