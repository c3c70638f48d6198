import { describe, expect, test } from 'vitest'
import type { Decision, Turn } from '../bot/conversation.ts'
import type { MessageBody } from '../bot/message.ts'
import { plainText } from '../bot/message.ts'
import { newSession, readSession, sessionColumns } from '../bot/session.ts'
import { WORDS } from '../bot/wording.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { conversation, MORNING } from './support/talk.ts'
import { world } from './support/world.ts'

const first = (turn: Turn) => turn.decision.policies[0]
const words = (turn: Turn) => (turn.reply ? plainText(turn.reply) : null)

describe('a policy question', () => {
  test('is answered with the side asked about, the source and what to ask next', () => {
    const turn = conversation()('低保要带什么材料')
    expect(turn.decision).toMatchObject({ kind: 'answer' } satisfies Partial<Decision>)
    expect(first(turn)).toBe('dibao')
    expect(words(turn)).toMatch(
      /身份证[\s\S]*依据：《最低生活保障审核确认办法》民发〔2021〕57号·2021-07-01起施行\n1 /,
    )
  })

  test.each(['唉', '嗯呐', '？', '嘛'])(
    '%s asks nothing yet: what is the matter is asked, and nobody reads of it',
    (said) => {
      const turn = conversation()(said)
      expect(turn.decision.kind).toBe('smalltalk')
      expect(turn.effects).toEqual([])
    },
  )

  test.each(['[太阳]', '👌', '🙏🙏', '[OK]'])('%s is a face, and nothing is asked by it', (face) => {
    expect(words(conversation()(face))).toBe(WORDS.farewell)
  })

  test.each(['好嘞多谢，那我先去了，回见', '谢啦拜拜', '中，辛苦你了'])('%s is thanks', (said) => {
    expect(words(conversation()(said))).toMatch(/不客气/)
  })

  test.each(['我想走了，再见', '先走了，拜拜', '我走了，谢谢'])(
    '%s is leave, and nothing sent away',
    (said) => {
      expect(conversation()(said).decision.kind).toBe('smalltalk')
    },
  )

  test.each([
    ['唉 对不起 我急了', '没关系'],
    ['你就会说这几句', '让您受累了'],
    ['垃圾', '让您受累了'],
    ['算了太麻烦了', '先不办了'],
    ['会有人打电话给我吗 我白天上班接不到', '什么时候方便接电话'],
  ])('「%s」 is heard as what it is, also after an answer', (said, answered) => {
    const say = conversation()
    say('低保怎么申请')
    expect(words(say(said))).toContain(answered)
  })

  test('is what is asked outright at the end of a story that speaks for another', () => {
    expect(first(conversation()('以前他打过我，现在离了，想问低保'))).toBe('dibao')
    expect(first(conversation()('孩子上大学没学费，另外想咨询一下高龄津贴'))).toBe('elderly-allowance')
    expect(first(conversation()('离婚了孩子归我 能办低保吗'))).toBe('dibao')
    // Unless the story tells of what kind.
    expect(first(conversation()('我爸瘫痪了 能申请低保不'))).toBe('dibao-single-person')
  })

  test('is found in a story, though 没消息 or 户口 is told in passing', () => {
    expect(first(conversation()('我女儿嫁到云南二十年没消息了，我一个人能不能办五保'))).toBe('tekun')
    expect(first(conversation()('跟老公离了婚，户口还没迁出来，低保算收入要不要算他的'))).toBe('dibao')
  })

  test('can be followed by a question that does not name it again', () => {
    const say = conversation()
    expect(first(say('临时救助怎么申请'))).toBe('temporary-assistance')
    const materials = say('要带什么材料')
    expect(first(materials)).toBe('temporary-assistance')
    expect(words(materials)).not.toBe(words(say('那要多久')))
    expect(first(say('去哪办'))).toBe('temporary-assistance')
  })

  test.each(['我回来了', '我来了', '我又来了', '又来找你了', '刚回来了啊', '我想咨询一下我妈妈的情况'])(
    'is not asked again by 「%s」',
    (said) => {
      const say = conversation()
      say('低保要带什么材料')
      expect(words(say(said))).toContain(WORDS.greeting)
    },
  )

  test('is still followed by 「我回来了能办吗」', () => {
    const say = conversation()
    say('低保怎么办')
    expect(first(say('我回来了能办吗'))).toBe('dibao')
  })

  test('is followed by a number, full or half width, or the words of a choice', () => {
    const say = conversation()
    const { choices } = say('低保怎么申请').reply ?? { choices: [] }
    const chosen = choices[1]
    expect(chosen).toBeDefined()
    const byNumber = words(conversation(say.session())('2'))
    expect(words(conversation(say.session())('２。'))).toBe(byNumber)
    expect(words(conversation(say.session())(chosen?.label ?? ''))).toBe(byNumber)
  })

  test('is answered with a choice where little speaks for any policy, and a way out of it', () => {
    const say = conversation()
    const told = say('我公公吃斋念佛不肯去医院')
    expect(told.decision.kind).toBe('clarify')
    expect(told.reply?.choices.at(-1)?.label).toBe('都不是，想请人帮忙')
    expect(words(say(String(told.reply?.choices.length)))).toContain('您同意吗')
  })

  test('can be followed by 「南京呢」, which asks the same of another place', () => {
    const say = conversation()
    say('低保')
    say('一个月多少')
    expect(words(say('南京呢'))).toContain('我这里没有南京自己的标准')
    expect(first(say('那高龄津贴呢'))).toBe('elderly-allowance')
    expect(first(say('孤儿呢'))).toBe('orphan-allowance')
  })

  test('told whole is not told again: more of the story brings what else may help, a question that it is not known', () => {
    const say = conversation()
    say('老师好，我是大学生，家里出事了')
    const situation = say('爸爸上周工地出事走了，妈妈没工作，弟弟上小学')
    expect(words(situation)).toMatch(/^请节哀。\n.*可以申请，比如家人重病、亲人去世/)
    const story = say('弟弟学习倒是挺好的')
    expect(words(story)).toMatch(/刚才说过了/)
    expect(story.reply?.choices.at(-1)?.says).toBe('我要求助')
    const asked = say('这个跟我弟弟有关系吗')
    expect(words(asked)).toMatch(/没有查到，不敢乱说/)
    expect(asked.effects).toMatchObject([{ kind: 'missed', reason: 'not-found' }])
  })

  test('that changes the subject leaves the old one', () => {
    const say = conversation()
    say('低保怎么申请')
    expect(first(say('公租房怎么申请'))).toBe('public-rental-housing')
    expect(first(say('要多久'))).toBe('public-rental-housing')
  })

  test('after a night is not taken for a follow-up', () => {
    const say = conversation()
    say('公租房怎么申请')
    const later = new Date(MORNING.getTime() + 13 * 60 * 60 * 1000)
    expect(first(say('要带什么材料', later))).not.toBe('public-rental-housing')
  })

  test('about a policy that is no longer, or not yet, in force is not answered from it', () => {
    const say = conversation(newSession(), new Date('2019-01-01T09:00:00+08:00'))
    expect(say('低保要带什么材料').decision.policies).not.toContain('dibao')
  })
})

describe('whatever else people write', () => {
  test.each<[string, Decision['kind'], string]>([
    ['你好', 'smalltalk', '难处'],
    ['谢谢你', 'smalltalk', '不客气'],
    ['你是谁', 'smalltalk', '自动助手'],
    ['明天下雨吗', 'abstain', '不归社会救助管'],
    ['护照怎么办', 'abstain', '12367'],
    ['我要求助', 'flow', '您同意吗'],
    ['查进度', 'flow', '受理'],
    ['人工', 'flow', '12345'],
    ['我的信息', 'flow', '没有记'],
    ['   ', 'smalltalk', '没写内容'],
    ['继续', 'smalltalk', '说完'],
  ])('%s → %s', (text, kind, part) => {
    const turn = conversation()(text)
    expect(turn.decision.kind).toBe(kind)
    expect(words(turn)).toContain(part)
  })

  test('a question about nothing we hold is declined with a way to a person, not guessed', () => {
    const turn = conversation()('量子纠缠的测量坍缩')
    expect(turn.decision.kind).toBe('abstain')
    expect(words(turn)).toMatch(/人工|12345/)
  })

  test('a message of a thousand pages is read in part and answered', () => {
    expect(conversation()('低保'.repeat(50_000)).decision.kind).toBe('answer')
  })
})

describe('danger', () => {
  test('comes before everything else, in the middle of any subject', () => {
    const say = conversation()
    say('低保怎么申请')
    const turn = say('算了我不想活了，1')
    expect(turn.decision).toMatchObject({ kind: 'danger', danger: 'self_harm' })
    expect(words(turn)).toMatch(/12356[\s\S]*120/)
    expect(turn.effects).toEqual([{ kind: 'danger', danger: 'self_harm' }])
  })
})

describe('other kinds of message', () => {
  test('a voice message is read as its transcript; an unheard one is asked for again', () => {
    const say = conversation()
    const heard = say.hear({ kind: 'voice', mediaId: 'v', format: 'amr', transcript: '低保怎么申请' })
    expect(first(heard)).toBe('dibao')
    for (const transcript of [null, '', '  ']) {
      expect(words(say.hear({ kind: 'voice', mediaId: 'v', format: 'amr', transcript }))).toContain('没听清')
    }
  })

  test.each<[string, MessageBody, string]>([
    ['a photo', { kind: 'image', mediaId: 'i' }, WORDS.image],
    ['a video', { kind: 'video', mediaId: 'v' }, WORDS.video],
    ['a link', { kind: 'link', title: 't', description: 'd', url: 'https://example.com' }, WORDS.link],
  ])('%s is acknowledged honestly', (_what, body, expected) => {
    expect(words(conversation().hear(body))).toBe(`${expected}${WORDS.tellMe}`)
  })

  test('a location, a follow, a scan and each menu key are answered; leaving and receipts are not', () => {
    const say = conversation()
    expect(words(say.hear({ kind: 'location', latitude: 32, longitude: 118, label: '尧新社区' }))).toContain(
      '尧新社区',
    )
    const followed = say.hear({ kind: 'followed', scene: 'grid-7' })
    expect(words(followed)).toContain('不会要您的密码')
    expect(followed.effects).toEqual([{ kind: 'followed', scene: 'grid-7' }])
    expect(words(say.hear({ kind: 'scanned', scene: 'grid-7' }))).toContain('难处')
    for (const key of [
      'policy',
      'help',
      'progress',
      'removed-later',
      'constructor',
      '__proto__',
      'toString',
    ]) {
      expect(words(say.hear({ kind: 'tapped', key })), key).not.toBe('')
    }
    expect(say.hear({ kind: 'unfollowed' })).toMatchObject({ reply: null, effects: [{ kind: 'unfollowed' }] })
    expect(say.hear({ kind: 'unspoken', type: 'VIEW' }).reply).toBeNull()
  })
})

test('a stored session that cannot be read starts a new one', () => {
  for (const state of [undefined, null, 7, {}, { version: 99 }, { ...newSession(), choices: 'x' }]) {
    expect(readSession({ state, flow: null })).toEqual(newSession())
  }
  expect(readSession(undefined)).toEqual(newSession())
  expect(readSession(sessionColumns(newSession()))).toEqual(newSession())
  for (const flow of [7, {}, { flow: 'help', rest: '' }]) {
    expect(readSession({ ...sessionColumns(newSession()), flow })).toEqual(newSession())
  }
})

test('who corrects where they live or what they are called is recognised by the new household, not the old', async () => {
  const { receive, text, store } = await world()
  const request = [
    '我要求助',
    '同意',
    '我自己',
    '住院花光了钱',
    '1',
    '3',
    '东风村',
    '1',
    '王秀英 13812345678',
    '跳过',
    '确认',
  ]
  let number = ''
  for (const words of request)
    number = /Q-\d+-\d/.exec((await receive(text(words))).reply?.text ?? '')?.[0] ?? ''
  const households = async () =>
    readTicket((await store.get('tickets', number))?.ticket)
      .fingerprints.filter(({ kind }) => kind === 'household')
      .map(({ value }) => value)
  expect(await households()).toEqual(['household/东风村/王秀英'])
  for (const words of ['更正我的信息', '住址', '红旗村']) await receive(text(words))
  expect(await households()).toEqual(['household/红旗村/王秀英'])
  const keys = await store.list('ticket_keys', 'ofTicket', { equals: [number], limit: 9 })
  expect(keys.map(({ key }) => key)).toContain('household:household/红旗村/王秀英')
})

describe('after words of danger', () => {
  test.each(['他现在睡着了', '学校让休学', '我也不知道怎么跟他说', '就这样'])(
    '「%s」 is heard, and brings no policy',
    (said) => {
      const say = conversation()
      say('我儿子15岁 老是划自己手 怎么办')
      const turn = say(said)
      expect(words(turn)).toContain('我在听')
      expect(turn.decision.policies).toEqual([])
      expect(turn.reply?.choices.map((choice) => choice.says)).toEqual(['人工', '我要求助'])
    },
  )

  test('a question is answered, and so is what follows it', () => {
    const say = conversation()
    say('我儿子15岁 老是划自己手 怎么办')
    expect(first(say('看心理医生好贵 能报吗'))).toBe('medical-assistance')
    expect(words(say('我们家单亲'))).not.toContain('我在听')
  })

  test('nothing is left of it an hour later', () => {
    const say = conversation()
    say('我儿子15岁 老是划自己手 怎么办')
    expect(words(say('他现在睡着了', new Date(MORNING.getTime() + 61 * 60 * 1000)))).not.toContain('我在听')
  })

  test('what is told while a request waits is kept for it', () => {
    const say = conversation()
    say('我男人又打我，头上流血了')
    expect(words(say('他喝醉了睡了'))).toMatch(/您说的我听到了|我在听/)
  })
})
