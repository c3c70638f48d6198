import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  COLD_ANSWER,
  DANGER_ANSWERS,
  DANGER_ANSWERS_TO_CHILD,
  DANGER_TYPES,
  dangerAnswer,
  findDanger,
  MISSING_ANSWER,
} from '../knowledge/danger.ts'
import { anyCharacter } from './support/characters.ts'
import { inventory, knowledge } from './support/world.ts'

interface Phrase {
  type: string
  half: string
  phrase: string
}

/** `worked` was looked at while the rules were written; `kept` was only scored when they were done. */
const phrases: Phrase[] = readFileSync(path.join(import.meta.dirname, 'danger-phrases.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [type = '', half = '', phrase = ''] = line.split('\t')
    return { type, half, phrase }
  })
const dangerous = phrases.filter(({ type }) => type !== 'none')
const harmless = phrases.filter(({ type }) => type === 'none')

/** What residents ask about policies, and the bare words that lead to one. */
const policyPhrases = inventory().policies.flatMap(({ questions, cues }) => [...questions, ...cues])

/** These do describe danger happening now, though a policy also answers them; safety comes first. */
const HONEST_ALARMS: ReadonlyMap<string, string> = new Map([
  ['外甥老被他爸打，身上青一块紫一块，我当舅舅的能去反映吗', 'a child is being beaten'],
  ['邻居家小孩老是被他爸打得哇哇叫，我能替孩子做点什么', 'a child is being beaten'],
  ['看到一个带小孩讨饭的女人，孩子冻得脸通红，能管吗', 'a child is begging in the cold'],
  ['打孩子', 'said alone, a child is being beaten'],
  ['老公喝醉了就动手，过后又跪着认错，我到底该怎么办', 'beaten whenever he drinks'],
  [
    '我嫁过来十年他一不顺心就打我前天晚上又打了我去医院看了有片子我不敢跟娘家说我想知道除了报警还能有什么东西管住他让他别再靠近我',
    'beaten again two nights ago, still with him',
  ],
  ['老人被儿媳妇不给饭吃天天骂，村里能管吗', 'an old person is starved at home'],
  ['被老公打', 'said alone, it goes on'],
  ['老公打我', 'said alone, it goes on'],
  ['挨打', 'said alone, it goes on'],
  ['儿子打我', 'said alone, it goes on'],
  ['婆婆打我', 'said alone, it goes on'],
  ['不敢回家', 'said alone, there is someone to fear at home'],
  ['喝酒打人', 'said alone, it goes on'],
  ['关着不让出门', 'held against their will'],
  ['发大水了水都漫进屋，晚上一家人睡哪', 'water is in the house'],
  ['山上滚石头把路堵了，老人困在家里没水没粮', 'trapped without food'],
  ['我妈八十了一个人在老家，那边泥石流，村里能不能先把她接出来', 'a landslide, and one to be fetched out'],
  [
    '昨晚下暴雨水漫到床沿了我们抱着孩子跑到二楼吃的都泡了手机也快没电了请问能不能派人送点吃的喝的过来',
    'cut off by water',
  ],
  ['孤寡老人住的土房快被水泡塌了，有没有地方先躲躲', 'the house is giving way'],
  ['房子被淹', 'said alone, it is happening'],
  ['发大水', 'said alone, it is happening'],
  ['洪水来了', 'said alone, it is happening'],
  ['地震了', 'said alone, it is happening'],
  ['泥石流', 'said alone, it is happening'],
  ['山体滑坡', 'said alone, it is happening'],
  ['被困在家里', 'said alone, it is happening'],
  ['房塌了', 'said alone, it is happening'],
  ['房子要塌', 'said alone, it is happening'],
  ['老房子要倒', 'said alone, it is happening'],
  ['家里着火了', 'said alone, it is happening'],
  ['昏迷路人', 'said alone, someone lies unconscious'],
  ['刚地震完没吃没喝没被子，找谁要', 'without food or shelter after an earthquake'],
  ['我家没米下锅了，两天没正经吃饭，找谁', 'two days without a meal'],
  ['当家的猝死了，家里就他一个挣钱，丧事办完锅都揭不开，能不能快点帮一把', 'nothing to cook'],
  ['邻居大姐老公突然没了，带个吃奶的娃没钱买奶粉，我能替她去说吗', 'a baby without milk'],
  ['没米下锅', 'nothing to cook'],
  ['买菜钱都没有', 'no money for food'],
  ['饭都吃不上', 'no food'],
  [
    '喂同志我在你们这个城里打工没找到活钱花完了晚上就睡在桥洞里两天没吃东西了想回河南老家也没有路费有没有地方能给口饭吃给张车票',
    'two days without food',
  ],
  ['邻居一家好像快揭不开锅了又不好意思开口，我能替他们跟社区说吗', 'nothing to cook next door'],
  [
    '我们村八个人去年跟着一个老乡去盖楼干了四个月说好完工就给钱到现在给了两千别的都没影孩子要交学费家里揭不开锅怎么办',
    'nothing to cook',
  ],
])

describe('danger in a message', () => {
  test.each(DANGER_TYPES)('the corpus speaks of %s at least 60 times', (type) => {
    expect(dangerous.filter((phrase) => phrase.type === type).length).toBeGreaterThanOrEqual(60)
  })

  test.each(dangerous)('$type: $phrase', ({ type, phrase }) => {
    expect(findDanger(phrase)).toBe(type)
  })
})

describe('no danger', () => {
  test('the corpus has at least 250 phrases that only sound like it', () => {
    expect(harmless.length).toBeGreaterThanOrEqual(250)
  })

  test.each(harmless)('$phrase', ({ phrase }) => {
    expect(findDanger(phrase)).toBeNull()
  })

  test('in what residents ask about policies, but for the few that tell of danger now', () => {
    const alarms = policyPhrases.filter((phrase) => findDanger(phrase) !== null)
    expect(alarms.filter((phrase) => !HONEST_ALARMS.has(phrase))).toEqual([])
  })

  test.each(['', ' ', '。', '😀', '\u0000', '\ud800', 'a'.repeat(4000)])('in %j', (text) => {
    expect(findDanger(text)).toBeNull()
  })
})

describe('somebody old or confused has not come home', () => {
  test.each([
    '我妈痴呆走丢了找不到',
    '我爸早上出去到现在没回来',
    '老伴下午出门买菜 天黑了还没回来',
    '我爸老年痴呆，中午说出去倒垃圾，到现在天都黑了没影儿，穿着拖鞋',
    '俺娘今早上起来就不见咧 她脑子不好使 认不得路 找了一上午了',
    '不是生病 是人走丢了！老年痴呆 72了',
    '我妈走丢了',
  ])('%s', (text) => {
    const danger = knowledge().danger(text)
    expect(danger).not.toBeNull()
    expect(dangerAnswer(danger ?? 'starvation', text)).toBe(MISSING_ANSWER)
  })

  test.each([
    '我妈跑了三年联系不上 能领补贴吗',
    '他爸早就不见人影了 不管娃',
    '老人有点痴呆经常走丢 有没有手环',
    '我奶奶在外地走丢过 现在找回来了',
    '他人都找不到',
    '她没手机 打我的 我叫李军 18688990011',
    '快下雪了 她都冻感冒了',
    '病历有 在抽屉里 不会拍',
    '我儿子7岁半了',
    '小孩才两岁',
    '俺婆婆82了 摔着了髋骨 躺床上不能动 俺男人不在了 就俺伺候 家里没进项',
  ])('but not: %s', (text) => {
    expect(knowledge().danger(text)).toBeNull()
  })
})

describe('who is hurt decides between domestic violence and danger to a child', () => {
  test.each([
    ['爸爸打妈妈', 'domestic_violence'],
    ['我今年九岁，爸爸又在打妈妈', 'domestic_violence'],
    ['爸爸又打我了，我九岁', 'child_danger'],
    ['老公打孩子', 'child_danger'],
    ['老公打我', 'domestic_violence'],
    ['我女儿被她老公打了', 'domestic_violence'],
    ['孙子打我要钱', 'domestic_violence'],
  ])('%s: %s', (text, type) => {
    expect(findDanger(text)).toBe(type)
  })
})

describe('poison by will and by mistake', () => {
  test.each([
    ['我妈想不开喝了农药', 'self_harm'],
    ['我妈把农药当水误喝了', 'medical_emergency'],
    ['孩子喝了农药', 'medical_emergency'],
  ])('%s: %s', (text, type) => {
    expect(findDanger(text)).toBe(type)
  })
})

describe('the way it is written', () => {
  const politeBefore = ['', '你好，', '您好！', '麻烦问一下，', '同志你好 ', '喂，', '在吗？', '请问']
  const politeAfter = ['', '，谢谢', '。谢谢您了', '！！！', '，求求你们了', '…', '，帮帮我', ' 急']
  const decoration = ['', ' ', '  ', '😭', '🙏🙏', '~', '。。。', '！', '\n', '\u3000', '…']

  test('politeness, spaces, punctuation and emoji around danger hide nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dangerous),
        fc.constantFrom(...politeBefore),
        fc.constantFrom(...politeAfter),
        fc.constantFrom(...decoration),
        fc.constantFrom(...decoration),
        ({ phrase }, before, after, left, right) => {
          expect(findDanger(`${left}${before}${phrase}${after}${right}`)).not.toBeNull()
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('neither do spaces or emoji between the characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dangerous),
        fc.constantFrom(' ', '😭', '\u200b', '~'),
        (danger, between) => {
          expect(findDanger([...danger.phrase].join(between))).toBe(danger.type)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('no text makes it fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (text) => {
        findDanger(text)
      }),
    )
  })
})

describe('no text sends it astray', () => {
  const fragments = [
    '打',
    '老公',
    '他打',
    '水',
    '饿',
    '孩子',
    '孩子被',
    '他把我',
    '天没',
    '一二三',
    '12',
    '安眠药',
  ]
  const longer = [
    '没有，',
    '房子水',
    '从楼',
    '能申请',
    '我没了',
    '他在窗台',
    '活着',
    '死',
    '啊',
    '，',
    ' ',
    'a',
    '老公他儿子',
  ]
  // A rule that went back and forth over such a text would take minutes; the time limit is the test.
  test.each([...fragments, ...longer])(
    '%j a thousand times is read to the end',
    { timeout: 2_000 },
    (fragment) => {
      expect(() => findDanger(fragment.repeat(1000))).not.toThrow()
    },
  )
})

describe('the answers', () => {
  test.each(DANGER_TYPES)('%s: short, with a number to call', (type) => {
    expect(DANGER_ANSWERS[type].length).toBeLessThanOrEqual(110)
    expect(DANGER_ANSWERS[type]).toMatch(/1(?:10|19|20|2345|2356|2338)(?!\d)/)
  })

  test.each([
    ['self_harm', '12356'],
    ['domestic_violence', '110'],
    ['domestic_violence', '12338'],
    ['child_danger', '110'],
    ['starvation', '12345'],
    ['medical_emergency', '120'],
    ['disaster_fire', '119'],
  ] as const)('%s names %s', (type, number) => {
    expect(DANGER_ANSWERS[type]).toContain(number)
  })

  test.each([
    '我妈走丢了找不到了',
    '爷爷糊涂了，出门到现在没回来',
    '我弟精神不好跑出去两天没见人',
    '孙子放学没回家',
  ])('%s: somebody is missing, whatever danger it was taken for', (words) => {
    for (const type of ['child_danger', 'domestic_violence', 'starvation'] as const)
      expect(dangerAnswer(type, words)).toBe(MISSING_ANSWER)
    expect(dangerAnswer('self_harm', words)).toBe(DANGER_ANSWERS.self_harm)
  })

  test.each(['流浪汉在桥下快冻死了', '停暖了老人冻得发抖', '天桥底下有个老人没被子'])(
    '%s: warmth before food',
    (words) => {
      expect(dangerAnswer('starvation', words)).toBe(COLD_ANSWER)
    },
  )

  test.each(['又冷又饿，三天没吃饭', '没米下锅了', '孩子饿得直哭'])('%s: food before all', (words) => {
    expect(dangerAnswer('starvation', words)).toBe(DANGER_ANSWERS.starvation)
  })

  test.each([MISSING_ANSWER, COLD_ANSWER])('short, with a number to call: %s', (words) => {
    expect(words.length).toBeLessThanOrEqual(110)
    expect(words).toMatch(/110/)
  })
})

describe('to a child who writes', () => {
  test.each([
    ['child_danger', '我妈妈病了躺在床上 没人做饭 我14岁', '110'],
    ['domestic_violence', '我爸打我妈 我今年13岁 好怕', '110'],
    ['self_harm', '我上初二 不想活了', '12356'],
    ['starvation', '我12岁 家里三天没吃饭了', '12345'],
  ] as const)('%s is told as to a child, whom an adult must help: %s', (type, words, number) => {
    const told = dangerAnswer(type, words)
    expect(told).toBe(DANGER_ANSWERS_TO_CHILD[type])
    expect(told).toContain(number)
    expect(told).not.toContain('您')
    expect(told).toMatch(/大人|邻居/)
    expect(told.length).toBeLessThanOrEqual(110)
  })

  test.each(['我14岁的女儿被人打了', '我8岁那年他就打我妈', '我14岁的时候没饭吃', '我家孩子12岁 不想活了'])(
    'not to who tells of one: %s',
    (words) => {
      expect(dangerAnswer('child_danger', words)).toBe(DANGER_ANSWERS.child_danger)
    },
  )
})

describe('as strangers told it', () => {
  test.each([
    ['我男人又打我了 我带娃跑出来了', 'domestic_violence'],
    ['他要来我姐家闹', 'domestic_violence'],
    ['妈妈住院了 弟弟没人管', 'child_danger'],
    ['爸妈坐牢了没人管我', 'child_danger'],
    ['他现在住院了没人管', null],
    ['我爷爷80了 住院没人管', null],
    ['老板要来闹', null],
    ['电话打我的哈 我叫王桂芬', null],
    ['没电话 打俺邻居嘞', null],
    ['他打我的脸', 'domestic_violence'],
    ['他拿手机打我头', 'domestic_violence'],
    ['楼上老头 好几天没下楼了', 'medical_emergency'],
    ['邻居老太太三天没出门 敲门没人应', 'medical_emergency'],
    ['人要是死在里面怎么办', 'medical_emergency'],
    ['没人要我干活 身份证也没得', null],
    ['没人要我 找不到工作', null],
    ['谢谢啊 对不起刚才说胡话', null],
    ['他发烧说胡话', 'medical_emergency'],
  ])('%s: %s', (words, type) => {
    expect(findDanger(words)).toBe(type)
  })
})

test('who is not seen for days behind a door is for the police to open, and nobody breaks in alone', () => {
  const told = dangerAnswer('medical_emergency', '邻居老太太三天没出门 敲门没人应')
  expect(told).toMatch(/^请马上打110.*开门/)
  expect(told).toContain('120')
  expect(told.length).toBeLessThanOrEqual(110)
})
