/** What is put right at the summary of a request, in words: 改第5项 刘庄村, 电话错了是…, 名字写乱了 老人叫王德发. */
import { readNeeds } from '../../difficulties.ts'
import { readPhone, readPlace } from '../../facts.ts'
import { readFor, readWhoAlone, readWhoPutRight } from '../../family.ts'
import { readNames } from '../../person-names.ts'
import type { Step } from '../types.ts'
import type { HelpAnswers } from './help-answers.ts'

/** What a slip is said with, around the thing and its right value. */
const AROUND =
  '(?:[写说填记打弄]?错|不对|不是|[改换](?:[成为]|一下)?|应该|[要就]?是|把|我的?|号码?|[\\s，,。！!：:]|了)*'
/** Without one of these nothing is said to be wrong. */
const WRONG = /错|不对|不是|改|换|应该/
/** Words that say the summary is not right, or not complete. */
export const SAYS_WRONG =
  /错了|写错|记错|弄错|搞错|错的|不对|写乱|记乱|改成|改为|改一下|换成|[没漏]写|[没漏]记|漏了|咋(?:写|记)|怎么(?:写|记)(?:成|的)|哪有|哪来的|^不是|^改/
export const WHICH_IS_WRONG =
  '哪一项要改？回复第几项和对的，比如“改第5项 尧化街道尧新社区”。没有要改的，回复“确认”。'

/** 算了 确认吧, 确认 这次多久有人来: what is confirmed, whatever is asked with it; but not what is put right. */
export const confirms = (words: string): boolean =>
  /^(?:那|那就|好|好的|好吧|行|嗯|算了|就这样|对|对的|没错|没问题|可以|都对)*[\s，,。！!]*确认(?:了|吧|的|啊|无误|提交)*(?=$|[\s，,。！!？?])/.test(
    words.trim(),
  ) && !SAYS_WRONG.test(words)

/** What residents call the numbered lines they put right, by the id of the step. */
const CALLED: readonly (readonly [step: string, names: string])[] = [
  ['phone', '(?:联系)?(?:电话|手机|号码|联系方式)'],
  ['name', '姓名|名字|称呼'],
  ['registered', '户口|户籍'],
  ['place', '(?:家庭)?(?:地址|住址|住处|位置)|住的地方'],
]
const ONLY_A_PHONE = new RegExp(`^${AROUND}(?:${CALLED[0]?.[1]})?${AROUND}$`)

/** 改第5项 刘庄村, 第3项也错 我要找人. */
const NUMBERED =
  /^(?:把|请)?(?:改|修改|更改|更正|换)?(?:一下)?第?\s*(\d{1,2}|[一二三四五六七八九十])\s*[项条个行](?:也|都|还)*(?:是)?[写填记说]?(?:错了?|不对|有误|改一下)?(?:应该|改成|改为|换成|写成?|改|为|是|[\s：:，,])*(.*)$/s
/** A line by its number or by what it is called, and that it is wrong: said before the summary, too. */
export const NAMES_A_LINE =
  /^(?:把|请)?(?:改|修改|更改|更正|换)(?:一下)?第?\s*(?:\d{1,2}|[一二三四五六七八九十])\s*[项条个行].|(?:名字|姓名|电话|地址|住址|户口)(?:我)?(?:写|记|填|说|打)?(?:得)?(?:错|不对|乱)|(?:名字|姓名|电话|地址|住址|户口)(?:是|要)?改(?:成|为)|[填写打说记弄搞]错了?[，,\s]*(?:我的?)?(?:名字|姓名|电话|手机号?|地址|住址|户口)|^(?:把)?第?\s*(?:\d{1,2}|[一二三四五六七八九十])\s*[项条个行](?:要|应该|得)?(?:改|换|错|不对|是)|^(?:我)?(?:的)?位置(?:错|不对|改|是|发错)/
const NUMERALS = '一二三四五六七八九十'

/** A line of the summary with its right value, or how to change it; null when the words put nothing right. */
export function putRight(
  words: string,
  answers: HelpAnswers,
  items: readonly Step<HelpAnswers>[],
  now: Date,
): { answers: HelpAnswers; how: string | null } | null {
  const plain = words.normalize('NFKC').trim()
  const [, item, value] = NUMBERED.exec(plain) ?? []
  if (item !== undefined && value !== undefined && value !== '') {
    const step = items[(NUMERALS.includes(item) ? NUMERALS.indexOf(item) + 1 : Number(item)) - 1]
    if (step !== undefined) return numbered(step, value, answers, items, now)
  }
  const phone = readPhone(words)
  const onlyPhone = phone !== null && ONLY_A_PHONE.test(words.replace(phone.said, ''))
  const [id, said] = (onlyPhone ? ['phone', phone.said] : slipIn(plain)) ?? []
  const step = items.find((one) => one.id === id)
  const clear = said !== undefined && !/[\s，。,]/.test(said.trim())
  if (step !== undefined && said !== undefined && (clear || onlyPhone)) {
    const read = said === '' ? null : step.read({ kind: 'words', text: said }, answers, now)
    if (read?.kind === 'answer') return { answers: read.answers, how: null }
  }
  const facts = factsIn(plain, answers, items, now)
  if (facts !== null) return { answers: facts, how: null }
  return step === undefined ? null : howTo(step, answers, items)
}

const howTo = (step: Step<HelpAnswers>, answers: HelpAnswers, items: readonly Step<HelpAnswers>[]) => ({
  answers,
  how: `要改${step.label}，回复“改第${items.indexOf(step) + 1}项”，后面写对的。`,
})

/** One line by its number: its value is what follows, clause by clause, or what the facts in it say of other lines. */
function numbered(
  step: Step<HelpAnswers>,
  value: string,
  answers: HelpAnswers,
  items: readonly Step<HelpAnswers>[],
  now: Date,
): { answers: HelpAnswers; how: string | null } {
  const clauses = clausesOf(value)
  const before = step.id === 'what' ? { ...answers, story: '', difficulties: [] } : answers
  for (const text of [...(/[\s，。,]/.test(value) && clauses.length > 1 ? [] : [value]), ...clauses]) {
    const said = text.replace(/不是.*$/, '').replace(/^(?:户口|地址|住址|名字|姓名|电话)(?:是|在)?/, '')
    if (said === '') continue
    const read = step.read({ kind: 'words', text: said }, before, now)
    if (read.kind !== 'answer') continue
    const told = step.id === 'what' ? read.answers : { ...read.answers, story: answers.story }
    return { answers: factsIn(value, told, items, now, step.id) ?? told, how: null }
  }
  const facts = factsIn(value, answers, items, now)
  return facts === null ? howTo(step, answers, items) : { answers: facts, how: null }
}

const clausesOf = (words: string): string[] =>
  words.split(/[\s，。！？；、,!?;]+/).filter((one) => one !== '')

/** Clauses that say what is not so, or only that something is wrong. */
const DENIES = /^(?:我)?(?:也|都)?(?:不是|不住|不在|没住|没在|哪有|哪来)/
const LIVES =
  /^(?:我|俺|咱|他|她|老人|我妈|我爸|我娘)?(?:们)?(?:家)?(?:现在)?(?:家住|住的?(?:是|在)?|人(?:现在)?在|地址(?:是|在|改成)?|住址(?:是|改成)?)(.{2,30})$/
const REGISTERED =
  /^(?:我|他|她|我妈|我爸)?(?:的)?(?:户口|户籍)(?:就|也|都|还|是|在|应该|改成|：|:)+(.{2,20}?)(?:的|才对)?$/

/**
 * What a message at the summary puts right, clause by clause: names said to be somebody's, where somebody lives or is
 * registered, for whom it is, what is needed, how urgent. Null when nothing of it changes, or nothing is said so.
 *
 * @param but the line that was just put right, and is left alone
 */
function factsIn(
  words: string,
  answers: HelpAnswers,
  items: readonly Step<HelpAnswers>[],
  now: Date,
  but = '',
): HelpAnswers | null {
  const corrects = SAYS_WRONG.test(words) || but !== ''
  let right = but === 'who' ? answers : { ...answers, ...readWhoPutRight(words) }
  const put = (id: string, text: string) => {
    const step = id === but ? undefined : items.find((one) => one.id === id)
    const read = step?.read({ kind: 'words', text }, right, now)
    if (read?.kind === 'answer')
      right = { ...read.answers, story: answers.story, difficulties: answers.difficulties }
  }
  for (const clause of clausesOf(words)) {
    if (DENIES.test(clause)) continue
    const registered = REGISTERED.exec(clause)?.[1]
    const lives =
      LIVES.exec(clause)?.[1] ??
      (corrects ? /^(?:改成|改为|是|应该是)(.{3,30})$/.exec(clause)?.[1] : undefined)
    const whom = corrects ? readWhoAlone(clause.replace(/^(?:是|改成|应该是)/, '')) : null
    if (registered !== undefined) put('registered', registered)
    else if (lives !== undefined && (LIVES.test(clause) ? !/院|校/.test(lives) : readPlace(lives) !== null))
      put('place', readPlace(lives) ?? lives)
    else if (whom !== null && but !== 'who') right = { ...right, ...whom }
    else if (
      corrects &&
      /要|需/.test(clause) &&
      readNeeds(clause).length > 0 &&
      readFor(clause)?.who !== 'self'
    )
      put('needs', clause)
    else if (/改成?急|是急事|很急|太急|急得很|加急/.test(clause)) right = { ...right, urgency: 'urgent' }
  }
  const names = but === 'name' ? null : readNames(words)
  const labelled = /叫|名字|姓名|大名|联系人|是我/.test(words)
  if (names && (labelled || corrects) && right.consent !== 'anonymous') {
    const others = right.who !== null && right.who !== 'self'
    const name = others ? names.named : (names.own ?? names.named)
    right = { ...right, name: name ?? right.name, proxyName: (others ? names.own : null) ?? right.proxyName }
  }
  const phone = corrects ? readPhone(words) : null
  if (phone && but !== 'phone' && /电话|手机|号码/.test(words)) right = { ...right, phone: phone.phone }
  return JSON.stringify(right) === JSON.stringify(answers) ? null : right
}

/** 难处里没写老大自闭症 也没写前夫不给抚养费啊: what was left out; null when nothing is said to be. */
export function missingIn(words: string): string | null {
  if (!/[没漏少忘](?:有)?(?:写|记|说|填|了)/.test(words)) return null
  const told = clausesOf(words)
    .map((clause) =>
      clause
        .replace(/^.*?(?:[没漏少](?:有)?(?:写|记|填)了?|漏了|忘了?(?:写|说|记))/, '')
        .replace(/[啊呀吧嘛呢哦了]+$/, ''),
    )
    .filter((clause) => clause.length > 1)
  return told.length === 0 ? null : told.join('，')
}

/** Which line is said to be wrong, and what is said instead, '' for nothing. */
function slipIn(words: string): readonly [step: string, value: string] | null {
  for (const [step, names] of CALLED) {
    const [, before, after, value] =
      new RegExp(`^(${AROUND})(?:${names})(${AROUND})(.*)$`, 's').exec(words) ?? []
    if (value !== undefined && WRONG.test(`${before}${after}`)) return [step, value.trim()]
  }
  return null
}
