/** What strangers said in the middle of a request for help, and what they should have heard. */
import { describe, expect, test } from 'vitest'
import { WORDS } from '../bot/wording.ts'
import { conversation } from './support/talk.ts'
import { walkTo } from './support/walk.ts'

const answersOf = (here: ReturnType<typeof walkTo>) => here.session().flow?.answers

describe('where somebody is registered', () => {
  test.each(['在', '在的', '就在这', '也在'])('「%s」 is: where they live', (words) => {
    const here = walkTo('registered')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ registeredAt: '就在住的地方' })
  })

  test('stays open after four answers that say nothing of it', () => {
    const here = walkTo('registered')
    for (const words of ['嗯哼', '呵呵', '嘿嘿嘿']) here.say(words)
    expect(here.session().flow?.step).toBe('registered')
    expect(here.say('哈哈哈').reply?.text).toContain('“户口在哪里”先空着')
    expect(answersOf(here)).toMatchObject({ registeredAt: '' })
    expect(here.session().flow?.step).not.toBe('registered')
  })
})

describe('at any step', () => {
  test.each(['算了不用了 亲戚凑上了', '算了，不麻烦你们了'])('「%s」 ends it', (words) => {
    const here = walkTo('registered')
    expect(here.say(words).reply?.text).toContain('取消了')
    expect(here.session().flow).toBeNull()
  })

  test.each(['今天能来人不', '会派人来看看吗'])('「%s」 hears that nothing was sent yet', (words) => {
    const here = walkTo('registered')
    expect(here.say(words).reply?.text).toContain(WORDS.unfinished)
    expect(here.session().flow?.step).toBe('registered')
  })

  test('a wrong phone is put right', () => {
    const here = walkTo('registered')
    here.say('我电话13722223333')
    here.say('我填错了 电话是13722224444')
    expect(answersOf(here)).toMatchObject({ phone: '13722224444' })
  })

  test('that there is no phone is kept', () => {
    const here = walkTo('registered')
    expect(here.say('没有电话 用的邻居手机').reply?.text).toContain('这个也记下了')
    expect(answersOf(here)).toMatchObject({ phone: '' })
  })
})

describe('at consent', () => {
  test('who does not know what to do is told, and asked again', () => {
    const here = walkTo('consent')
    expect(here.say('我不知道怎么办').reply?.text).toContain('我陪您一步一步来')
    expect(here.session().flow?.step).toBe('consent')
    expect(here.say('好').session.flow?.step).not.toBe('consent')
  })

  test('a question that has no answer here is not taken for a wrong answer', () => {
    const here = walkTo('consent')
    expect(here.say('隔壁村的人也说是这样 对吗').reply?.text).toContain('我答不准')
    expect(answersOf(here)).toMatchObject({ consent: null })
  })
})

describe('after danger', () => {
  test('consent is asked in full, for nobody told what is noted', () => {
    const talk = conversation()
    talk('我男人又打我了 我带娃跑出来了')
    const told = talk('现在在我姐家 安全').reply?.text
    expect(told).toContain('您说的我听到了')
    expect(told).toContain('想撤回，随时回复“我的信息”')
  })

  test('who says they do not mean to die is taken at their word, and no form follows', () => {
    const talk = conversation()
    talk('你们能帮我还不')
    talk('那我死了算了')
    const { reply, session } = talk('没有真的想死 就是烦')
    expect(reply?.text).toBe(WORDS.relieved)
    expect(reply?.text).toContain('12356')
    expect(session.alarmedAt).not.toBeNull()
  })

  test('nothing is said to be kept of a request nobody agreed to', () => {
    const talk = conversation()
    talk('我男人又打我了 我带娃跑出来了')
    talk('不同意 我就问问')
    expect(talk('他又来砸门了').reply?.text).not.toContain('记着')
  })
})

describe('what is asked of consent itself', () => {
  test.each(['同意什么', '登记啥', '同意啥意思'])('「%s」 hears what would be noted', (words) => {
    const here = walkTo('consent')
    expect(here.say(words).reply?.text).toMatch(/会记下：.*随时能撤回/)
    expect(answersOf(here)).toMatchObject({ consent: null })
  })

  test('「啥匿名」 hears what that is, and is none', () => {
    const here = walkTo('consent')
    expect(here.say('啥匿名').reply?.text).toContain('不留姓名电话')
    expect(answersOf(here)).toMatchObject({ consent: null })
  })
})

test('「俺跟俩孙子 三口人」 asks for themselves', () => {
  const here = walkTo('who')
  here.say('俺跟俩孙子 三口人')
  expect(answersOf(here)).toMatchObject({ who: 'self' })
})

describe('at the summary', () => {
  test('「谁会去看我爸」 is answered, and no part of the trouble', () => {
    const here = walkTo('confirm')
    expect(here.say('谁会去看我爸').reply?.text).toContain('会有街道社区的人联系您')
    expect(JSON.stringify(answersOf(here))).not.toContain('谁会去看')
  })
})

test('「不是很急」 is not urgent', () => {
  const here = walkTo('urgency')
  here.say('不是很急 但是快过年了')
  expect(answersOf(here)).toMatchObject({ urgency: 'normal' })
})

describe('of a request that is open', () => {
  const opened = () => {
    const here = walkTo('confirm')
    here.say('确认')
    expect(here.tickets()).toHaveLength(1)
    return here
  }

  test('what cannot wait any more makes it urgent', () => {
    const here = opened()
    expect(here.say('医生说今天不交钱就停药').reply?.text).toContain('按急事办')
  })

  test.each(['不要了 我叔叔答应照顾他了', '不用了，亲戚凑够了'])(
    '「%s」 asks whether to take it back',
    (words) => {
      expect(opened().say(words).reply?.text).toMatch(/撤/)
    },
  )

  test('where somebody is now is kept for it', () => {
    expect(opened().say('我在郑州火车站西广场').effects).toMatchObject([{ kind: 'heard' }])
  })
})

describe('what is no answer stands in no field', () => {
  test.each(['三万', '姓孙', '自己', '躺家里'])('「%s」 is nowhere registered', (words) => {
    const here = walkTo('registered')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ registeredAt: null })
  })

  test.each(['勿要告诉他儿子', '办这个要收钱不'])('「%s」 is nobody’s name', (words) => {
    const here = walkTo('name')
    here.say(words)
    expect(answersOf(here)).toMatchObject({ name: null })
  })
})

test('who never called 120 hears what to say', () => {
  const talk = conversation()
  talk('妈妈喘不上气了 快不行了')
  expect(talk('120没打过 不会说').reply?.text).toBe(WORDS.howToCall)
})

test('「我不是要人工」 ends the waiting for a person', () => {
  const talk = conversation()
  talk('人工')
  expect(talk('我不是要人工').reply).not.toBeNull()
})

test('a threat told in Cantonese is danger, whatever is said of the request', () => {
  expect(conversation()('我唔想登记喇 佢会杀咗我').decision).toMatchObject({
    kind: 'danger',
    danger: 'domestic_violence',
  })
})

describe('for whom it is', () => {
  test.each([
    ['写错了 不是我姐 是我', { who: 'self', relation: null }],
    ['不是我妈是我自己', { who: 'self', relation: null }],
    ['上面那个不对 不是给我妈 是给我自己', { who: 'self', relation: null }],
    ['不是我妈 哦是我奶奶 我说错了', { who: 'family', relation: '奶奶' }],
    ['说错了 是给我奶奶', { who: 'family', relation: '奶奶' }],
    ['第一项改成我自己', { who: 'self', relation: null }],
  ])('「%s」 puts it right at a later step', (words, told) => {
    const here = walkTo('place')
    expect(here.say(words).reply?.text).toContain('改好了')
    expect(answersOf(here)).toMatchObject(told)
    expect(here.session().flow?.step).toBe('place')
  })

  test('put right in one breath at the summary', () => {
    const here = walkTo('confirm')
    expect(here.say('不是我妈是我自己').reply?.text).toContain('1 给谁求助：我自己')
  })

  test.each(['不是我打的人 是他', '我妈说不对', '医生说错了 是肺炎'])(
    '「%s」 puts nothing right',
    (words) => {
      const here = walkTo('needs')
      const before = answersOf(here)
      here.say(words)
      expect(answersOf(here)).toMatchObject({ who: (before as { who: string }).who })
    },
  )
})

describe('what is asked of a request that is open', () => {
  const opened = (phone: string) => {
    const here = walkTo('phone')
    here.say(phone)
    here.say('跳过')
    const { reply } = here.say('确认')
    return { here, number: here.tickets()[0]?.number ?? '', told: reply?.text }
  }

  test('who left no phone is told at once where to look', () => {
    expect(opened('跳过').told).toContain('您没留电话，有消息发在这里')
    expect(opened('13800001234').told).not.toContain('没留电话')
  })

  test.each(['那你们怎么找我', '社区到时候怎么联系我？', '没留电话你们咋通知我'])(
    '「%s」 hears how they are found',
    (words) => {
      const left = opened('13800001234')
      expect(left.here.say(words).reply?.text).toContain('尾号1234')
      expect(left.here.say(words).reply?.text).not.toContain('13800001234')
      expect(opened('跳过').here.say(words).reply?.text).toContain('有消息发在这里')
    },
  )

  test.each(['钱发到哪张卡', '钱怎么给我', '钱是打到卡上还是现金', '要卡号吗'])(
    '「%s」 hears that the office decides, and who must never be paid',
    (words) => {
      const { here, number } = opened('13800001234')
      expect(here.say(words).reply?.text).toMatch(new RegExp(`由经办的街道.*${number}.*先交钱`))
    },
  )

  test.each(['要是社区不来呢', '没人联系我咋办', '他们不管怎么办'])(
    '「%s」 hears until when, and whom to call then',
    (words) => {
      const { here, number } = opened('13800001234')
      expect(here.say(words).reply?.text).toMatch(new RegExp(`最晚.*12345.*${number}`))
    },
  )

  test('a question about a policy is still one', () => {
    const { here } = opened('13800001234')
    expect(here.say('低保的钱怎么发').decision.policies[0]).toBe('dibao')
    expect(here.say('儿子不管我怎么办').reply?.text).not.toContain('最晚')
  })
})

describe('after violence was told', () => {
  test.each(['他还在找我', '他在砸门', '我不敢出去', '他回来了'])(
    '「%s」 is danger that goes on',
    (words) => {
      const say = conversation()
      say('我老公打我 我现在躲在楼道')
      expect(say(words).reply?.text).toMatch(/110/)
      expect(say('继续').reply?.text).toContain('您同意吗')
    },
  )
})

describe('after an emergency was told', () => {
  test.each(['我打了120了 他们说要钱 我没钱', '医院让先交押金', '没钱不给治'])(
    '「%s」 hears that treatment comes first, and what was told is kept',
    (words) => {
      const say = conversation()
      say('我老伴昨天摔了一跤 躺床上动不了 叫不醒')
      expect(say(words).reply?.text).toContain('没钱也先救')
      expect(say('继续').reply?.text).toContain('您同意吗')
    },
  )

  test('of a bill without an emergency it is a question', () => {
    expect(conversation()('医院让先交押金').reply?.text).not.toBe(WORDS.treatedFirst)
  })
})

describe('a child alone with what happened', () => {
  const told = () => {
    const say = conversation()
    say('我12岁 妈妈喝多了 在打弟弟')
    return say
  }

  test('whose brother does not move is told to call an ambulance, as a child', () => {
    const turn = told()('弟弟哭了 他不动了')
    expect(turn.decision.danger).toBe('medical_emergency')
    expect(turn.reply?.text).toContain('120')
  })

  test('who has called is told to wait in a safe place', () => {
    const turn = told()('打了 他们说来了')
    expect(turn.decision.danger).toBeNull()
    expect(turn.reply?.text).toBe(WORDS.haveCalled)
  })

  test('who is hungry then is told where a child gets food', () => {
    const turn = told()('警察走了 妈妈睡了 我饿')
    expect(turn.decision.danger).toBe('starvation')
    expect(turn.reply?.text).toContain('找邻居、老师')
  })

  test.each(['打了他们也不来', '他又打我了', '打了我 他还要来'])(
    '「%s」 is no word of having called',
    (words) => {
      expect(told()(words).reply?.text).not.toBe(WORDS.haveCalled)
    },
  )
})

test('who sleeps under a bridge is sent to the shelter, and not for food', () => {
  const { reply } = conversation()('我被儿子赶出来了 在桥洞底下住了三天')
  expect(reply?.text).toMatch(/救助管理站.*12345/)
  expect(reply?.text).not.toContain('断粮')
})

describe('after an alarm', () => {
  test.each(['打了120', '报警了', '警察在找', '他们在路上'])('「%s」 hears to wait', (words) => {
    const say = conversation()
    say('我爸老年痴呆 出门买菜不见了 三个小时')
    expect(say(words).reply?.text).toBe(WORDS.haveCalled)
  })

  test.each(['找到了 在隔壁小区', '人找到了', '没事了'])('「%s」 is heard with relief', (words) => {
    const say = conversation()
    say('我爸老年痴呆 出门买菜不见了 三个小时')
    expect(say(words).reply?.text).toBe(WORDS.isSafe)
  })

  test('who has begun is told to call an ambulance first; who means to is not taken to have', () => {
    expect(conversation()('我吃了一把药 不想活了').reply?.text).toMatch(/^现在就打120/)
    expect(conversation()('我想吃药死了算了').reply?.text).not.toMatch(/^现在就打120/)
  })
})

test.each(['对', '嗯', '是', '有'])('「%s」 is nobody\u2019s name', (words) => {
  const here = walkTo('name')
  here.say(words)
  expect(answersOf(here)).toMatchObject({ name: null })
})
