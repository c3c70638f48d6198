/**
 * Recognises danger to life in a message by rules: a missed 「不想活了」 costs more than anything else the assistant
 * can get wrong, so nothing that writes its own words ever stands between a resident's words and the answer.
 *
 * The rules (danger-words.ts) know what is happening now from what is told of the past, asked about a policy,
 * or said in jest; who is hurt decides between a child's danger and domestic violence. knowledge.ts joins them
 * with an ear learned from examples (ear.ts).
 */
import {
  ASKS_A_POLICY,
  CHILD_AGE,
  COURTESY,
  type DangerType,
  FIGURES_OF_SPEECH,
  GOES_ON,
  HEARD,
  HEARD_WHOLE,
  LONG_PAST,
  MISSPELT,
  NOW,
  OVER,
  PAST,
  RULES,
  SOMEBODY_IN_IT,
  THINGS_LOST,
  URGENT,
  WORDS,
} from './danger-words.ts'
import { type Said, Signs } from './signs.ts'
import { soundOf, sounds } from './sound.ts'

export { DANGER_TYPES, type DangerType } from './danger-words.ts'

/** A pattern of danger-words.ts as a regular expression. */
const pattern = (...signs: readonly string[]): RegExp => new RegExp(spelledOut(...signs))

/** A pattern of danger-words.ts as the text of a regular expression. */
function spelledOut(...signs: readonly string[]): string {
  return signs
    .join('|')
    .replace(/\{(\w+)\}/g, (whole, name: string) => {
      if (/^\d/.test(name)) return whole
      const words = (WORDS as Record<string, string>)[name]
      if (words === undefined) throw new Error(`danger-words.ts has no word class {${name}}`)
      return `(?:${words})`
    })
    .replace(/~(\d+)/g, '[^。]{0,$1}')
}

const signs = new Signs()
/** What makes a tale of it; asked of few messages. */
const tales = new Signs()

const rules = RULES.map(({ type, told, signs: said, also, unless }) => ({
  type,
  told,
  sign: signs.add(spelledOut(...said)),
  also: (also ?? []).map((one) => pattern(one)),
  unless: unless === undefined ? null : pattern(unless),
}))
const figuresOfSpeech = new RegExp(pattern(...FIGURES_OF_SPEECH), 'g')
const courtesy = new RegExp(`^(?:${COURTESY})+|(?:${COURTESY})+$`, 'g')
const childAge = new RegExp(CHILD_AGE, 'g')
const figure = signs.add(figuresOfSpeech.source)
const age = signs.add(CHILD_AGE)
const past = tales.add(spelledOut(PAST))
const longPast = tales.add(spelledOut(LONG_PAST))
const now = tales.add(spelledOut(NOW))
const goesOn = tales.add(spelledOut(NOW, GOES_ON))
const asksAPolicy = tales.add(spelledOut(ASKS_A_POLICY))
const over = tales.add(spelledOut(OVER))
const urgent = tales.add(spelledOut(URGENT))

/**
 * The danger a message tells of, or null.
 *
 * @param text the message as written; misheard and mistyped words of danger are understood
 */
export function findDanger(text: string): DangerType | null {
  const mended = mend(tidy(text))
  const inMended = signs.in(mended)
  const figurative = inMended(figure) || inMended(age)
  const plain = figurative ? mended.replace(figuresOfSpeech, '·').replace(childAge, WORDS.age) : mended
  const said = figurative ? signs.in(plain) : inMended
  let told: Said | undefined
  for (const rule of rules) {
    if (!said(rule.sign) || !rule.also.every((also) => also.test(plain))) continue
    if (rule.unless?.test(plain)) continue
    if (rule.told) {
      told ??= tales.in(plain)
      if (rule.type === 'violence' ? isTale(told, longPast, goesOn) : isTale(told, past, now)) continue
    }
    return rule.type === 'violence' ? whoIsHurt(plain) : rule.type
  }
  return null
}

/** One way to write it: no spaces, emoji or marks within, sentences ended by 。 and their parts by ，. */
function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[!?;。…\n\r]+/g, '。')
    .replace(/[,、]+/g, '，')
    .replace(/[^\p{L}\p{N}。，]+/gu, '')
    .replace(courtesy, '')
}

/** Past, over, or a question about the rules: told, not happening. */
function isTale(said: Said, wasThen: number, isNow: number): boolean {
  if (said(urgent)) return false
  return said(over) || said(asksAPolicy) || (said(wasThen) && !said(isNow))
}

const grownChild = pattern(
  '(?:女儿|闺女|侄女|妹妹?|外甥女|孙女|儿子|弟弟|丫头)~12(?:老公|男人|丈夫|对象|男朋友|婆家|女婿|前夫|嫁|媳妇)|(?:女婿|姐夫|妹夫)',
)
const childHurt = pattern(
  '(?:{hit}|按|捆|吊|拴|扎|扇|关|锁)[^。，]{0,4}(?:{kid}|弟弟|妹妹|孙子|孙女|外孙)|(?:{child})[^。，]{0,8}(?:被|让|遭|挨|叫)|把(?:{kid}|弟弟|妹妹)|不给(?:{kid})|(?:{weapon})[^。，]{0,2}[吓打](?:{kid})|才十[一二三四五六七]|(?:{kid})[^。]{0,8}(?:哭|惨叫|喊)[^。]{0,8}(?:{hit})(?!了?我)|[打烫抽踢]我(?:儿子|女儿|闺女)|我才十|{age}|才1[0-7]|我1[0-7](?!\\d)|[一二三四五六]年级|上小学|小学生|上初|初[一二三中]|放学|幼儿园|托班|不敢上学|尿裤子|同学们?[^。，]{0,8}(?:堵|打|扒|围|欺负)|(?:学生|同学|{kid}|外甥|侄)[^。]{0,16}(?:伤|疤|血|瘦)',
)
const grownHurt = pattern(
  '(?:{hit}|把|锁|关|推倒|追着|救救)(?:了|着|死)?(?:我|俺)?(?:{elder})(?!~2(?:孩子|娃))|(?:{elder})[^。，]{0,6}(?:被|(?<!不)让|挨|遭)[^。，]{0,8}(?:打|揍|踢|锁|关|捶|推)|离婚|分手|我和孩子|我跟娃|我带着?(?:{kid})[^。，]{0,3}(?:跑|逃|躲)|娘俩',
)
const parentHits = pattern('(?:爸爸?|妈妈?|后[爸妈爹]|继[父母])~10(?:{hit})(?:了|死)?我(?!妈|爸|奶|姐|爷)')

/** Who does what to whom: a child beaten is a child's danger, a parent beaten is domestic violence, whoever writes. */
function whoIsHurt(plain: string): 'child_danger' | 'domestic_violence' {
  if (grownHurt.test(plain) || grownChild.test(plain)) return 'domestic_violence'
  return childHurt.test(plain) || parentHits.test(plain) ? 'child_danger' : 'domestic_violence'
}

interface Heard {
  word: string
  sounds: string
  /** The character that may be misheard; -1 is any. */
  loose: number
}

/** Words of danger by the sound they begin with. */
const heardBySound = new Map<number, Heard[]>()
for (const spelling of [...HEARD, ...HEARD_WHOLE]) {
  const loose = spelling.indexOf('*')
  const word = spelling.replace('*', '')
  const heard = sounds(word)
  const first = heard.charCodeAt(0)
  const list = heardBySound.get(first) ?? []
  list.push({ word, sounds: heard, loose })
  heardBySound.set(first, list)
}

const NONE: readonly Heard[] = []

const spelt = new Map(MISSPELT)
const misspelt = new RegExp([...spelt.keys()].join('|'), 'g')

/** Words of danger as they are spelt: 自啥 is 自杀, 活不夏去 is 活不下去. At most one character in a word is mended. */
function mend(text: string): string {
  let mended = text.replace(misspelt, (wrong) => spelt.get(wrong) ?? wrong)
  for (let at = 0; at < mended.length; at++) {
    for (const word of heardBySound.get(soundOf(mended.charCodeAt(at))) ?? NONE) {
      const wrong = misheardAt(word, mended, at)
      if (wrong < 0) continue
      mended = mended.slice(0, at + wrong) + word.word.charAt(wrong) + mended.slice(at + wrong + 1)
    }
  }
  return mended
}

/** Which character of the word is a homophone here; -1 when the word is not here, or is spelt right. */
function misheardAt({ word, sounds: right, loose }: Heard, text: string, at: number): number {
  let wrong = -1
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(at + i)
    if (code === word.charCodeAt(i)) continue
    if (soundOf(code) !== right.charCodeAt(i) || wrong >= 0 || (loose >= 0 && i !== loose)) return -1
    wrong = i
  }
  return wrong
}

const thingsLost = pattern(THINGS_LOST)
const somebodyInIt = pattern(SOMEBODY_IN_IT)

/** Whether a message tells of things lost, or of a stranger in need, and of nobody in danger. */
export const tellsOfThings = (text: string): boolean => {
  const plain = tidy(text)
  return thingsLost.test(plain) && !somebodyInIt.test(plain)
}

/** Somebody who is gone from home, of any age. */
const MISSING = pattern(
  '走丢|走失|失踪|离家出走|(?:{elder}|{kid}|{child}|老伴|老头|老太|[他她人]|[爸妈爹娘爷奶弟哥姐妹叔舅姑姨公婆])[^。，]{0,10}(?:找不[到着]|不见[了咧啦嘞咯喽哩]|没了踪影)|没(?:了|人)?影|(?:出门|出去|跑出去|跑了)[^。]{0,12}(?:没回|没见|不见|没消息|没音信)|没回(?:家|来)',
)
/** Somebody behind a door that nobody opens. */
const BEHIND_DOOR = pattern(
  '(?:敲门|按门铃|喊门)[^。]{0,6}(?:不应|没人应|没应|不开|没反应|没动静|没人开)|(?:[好几两三四五六七八]|\\d|一个?)(?:几|个)?(?:天|星期|礼拜)(?:都)?没(?:有)?(?:下楼|出门|露面|动静|开门|见着?人)|死在(?:里面|屋里|家里|里头)',
)
/** Cold, and not hunger. */
const COLD = /冻|冷得|没(?:有)?(?:暖气|被子|棉被|炉子|取暖)|停暖|零下/
/** Who wants to die and has begun: pills or poison taken, wrists cut. */
const TAKEN =
  /(?:吃|喝|吞|灌)了[^，。]{0,8}(?:药|农药|百草枯|敌敌畏|安眠|片|粒|瓶)|(?:割|划)(?:了|破)[^，。]{0,4}(?:手|腕|脉)|开了煤气/
const NOT_TAKEN = /想(?:吃|喝|吞|割)|准备|打算|要是|如果|以前|去年|药费|吃了?(?:好?几|多|很多|\d+)(?:个)?年/
/** Nowhere to sleep but outside, and not hunger. */
const ROUGH = /桥洞|桥底|露宿|[睡住]在?(?:街|马路|公园|车站|广场|大街|外面)|睡大街|无家可归/
const HUNGER = /饿|吃|饭|粮|米|锅|喝/

/** Whoever writes is a child: 我14岁, 我上初二. Not 我14岁的女儿. */
const BY_A_CHILD = pattern(
  '我(?:今年|现在|才|只有|刚满?|还|就)*(?:[1-9]|1[0-7]|[一二三四五六七八九]|十[一二三四五六七]?)岁(?!的|娃|孩|儿|女|时|那年)|我(?:今年|现在|还|在|才)*(?:上|读|念|是)(?:小学|初中|[一二三四五六]年级|初[一二三]|高[一二])(?!.{0,2}(?:的时候|那年))',
)

/**
 * What to say to a danger at once, by what is told of it and by whether a child tells it.
 *
 * @param byChild whether the writer said before to be a child
 */
export function dangerAnswer(danger: DangerType, text: string, byChild = false): string {
  if (byChild || BY_A_CHILD.test(text.normalize('NFKC'))) {
    const toChild = DANGER_ANSWERS_TO_CHILD[danger]
    if (toChild !== undefined) return toChild
  }
  if (danger === 'self_harm' && TAKEN.test(text) && !NOT_TAKEN.test(text)) return TAKEN_ANSWER
  if (danger !== 'self_harm' && MISSING.test(text)) return MISSING_ANSWER
  if (danger !== 'self_harm' && BEHIND_DOOR.test(text)) return DOOR_ANSWER
  if (danger === 'starvation' && COLD.test(text) && !HUNGER.test(text)) return COLD_ANSWER
  if (danger === 'starvation' && ROUGH.test(text) && !HUNGER.test(text)) return ROUGH_ANSWER
  return DANGER_ANSWERS[danger]
}

export const MISSING_ANSWER =
  '请马上打110报走失，说清是谁、多大、穿什么、在哪里什么时候不见的、有没有病，一时想不全的边找边补。也请社区（村）和邻居一起找。'
export const DOOR_ANSWER =
  '请马上打110，说清哪一户、几天没见人、敲门不应，请警察和消防来开门；人可能病倒了，也打120。别一个人进去，叫上邻居和社区（村）的人一起等。'
export const COLD_ANSWER =
  '先让人暖起来：马上到暖和的屋里，加衣服被子。告诉社区（村），或打12345，说“急难救助”，可以先救助、后补手续。叫不醒、说胡话，打120；人在外头，打110。'

export const ROUGH_ANSWER =
  '今晚别在外面熬：去最近的救助管理站，有吃有住，不收钱。不知道在哪，打12345或110，说清您在哪里，请人来接或指路。人不舒服，打120。'

export const TAKEN_ANSWER =
  '现在就打120，说清您在哪里、吃了什么、吃了多少或伤在哪，药瓶留着；叫身边的人马上过来陪着您。您的命最要紧，打不了就叫邻居帮您打，或打110。'

/** The same to a child, who needs an adult first. What is not here is said as to anybody. */
export const DANGER_ANSWERS_TO_CHILD: Partial<Record<DangerType, string>> = {
  self_harm:
    '你的命最要紧，别一个人扛。现在就去找身边的大人陪着你，或打12356（心理援助热线）；已经吃药、受伤或在高处、水边，打120或110。',
  domestic_violence:
    '先别怕，躲到安全的地方，别去拦。打110，说清地址、谁受伤了；受伤打120。不敢打，就找邻居、老师帮你打。想说心里话，打12355。',
  child_danger:
    '先别怕。有人打你、欺负你，或家里没大人管，打110，说清你在哪里；自己或家里人病得重，打120。也去找邻居、老师或社区（村）的大人。想说心里话，打12355。',
  starvation:
    '先吃上饭最要紧：去找邻居、老师或社区（村）的大人，请他们打12345，说“孩子断粮了，要急难救助”。没力气、发晕，打120。',
}

/** What to say at once: one thing to do now, then whom to call. Numbers are the national ones. */
export const DANGER_ANSWERS: Record<DangerType, string> = {
  self_harm:
    '您的命最要紧，别一个人扛。请现在就打12356（心理援助热线）；已经吃药、受伤或在高处、水边，打120或110。先离开危险的地方，叫身边的人陪着您。',
  domestic_violence:
    '先保证人安全：马上躲到能锁门或有人的地方，打110，说清地址、有没有受伤和孩子。受伤打120。事后要庇护和维权打12338。',
  child_danger:
    '孩子安全第一：请马上打110，说清地址、孩子多大、现在怎样；受伤或生病打120。能做到的话，把孩子带到安全的地方，守在身边等人来。',
  starvation:
    '先吃上饭最要紧：马上告诉社区（村），或打12345，说“断粮了，要急难救助”，可以先救助、后补手续。人没力气、发晕，打120。',
  medical_emergency:
    '请马上打120，说清地址和病情，照接线员说的做。别让病人走动，别乱喂水喂药。没钱也先救：急救不会因为没钱被拒，费用以后再办。',
  disaster_fire:
    '先逃到安全的地方，再打119（火灾、被困、燃气泄漏），有人受伤打120。有火有烟捂住口鼻低身走，不坐电梯；闻到燃气别碰开关；水灾往高处走。',
}
