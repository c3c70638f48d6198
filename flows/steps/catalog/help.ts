/** 求助登记: from a need to what a ticket holds, one question at a time. */
import { readWhoPutRight } from '../../family.ts'
import type { RequestFacts } from '../../ticket/request.ts'
import { asksSomething, readNumbers, readYesNo } from '../answers.ts'
import type { Flow, Step } from '../types.ts'
import { CORRECTABLE_HERE, type CorrectFact } from './correct.ts'
import {
  alarmed,
  aside,
  HelpAnswers,
  namesUnasked,
  overhear,
  STAYS_UNNAMED,
  tellsMore,
  wholeFact,
  withStory,
} from './help-answers.ts'
import { consent } from './help-consent.ts'
import { contact, phone } from './help-contact.ts'
import { photos } from './help-photos.ts'
import { place, registered } from './help-places.ts'
import { answer, choice, keepAside, unclear, wordsOf } from './help-reading.ts'
import { confirms, missingIn, NAMES_A_LINE, putRight, SAYS_WRONG, WHICH_IS_WRONG } from './help-slips.ts'
import { needs, urgency, what, who } from './help-trouble.ts'

const confirm: Step<HelpAnswers> = {
  id: 'confirm',
  label: '',
  ask: (answers) => ({
    text: `请看一下对不对：\n${summary(answers)}\n对就回复“确认”；要改，回复比如“改第2项”；想补充，直接说。`,
    choices: [choice('确认')],
  }),
  askAgain: () => ({
    text: '对就回复“确认”；要改，回复比如“改第2项”；想补充，直接说。',
    choices: [choice('确认')],
  }),
  simpler: '就是请您看看我记的对不对。对就回复“确认”，我就交给街道社区的人。',
  example: '确认',
  asked: () => true,
  free: 'story',
  read: (heard, answers, now) => {
    const words = wordsOf(heard)
    if (words === null) {
      const kept = keepAside(heard, answers, '')
      if (kept?.kind === 'part') return { ...kept, note: `照片收到了，先替您存好。对就回复“确认”。` }
      return unclear('对就回复“确认”。')
    }
    if (readNumbers(words, 1) !== null || readYesNo(words) === true || confirms(words)) return answer(answers)
    if (readYesNo(words) === false) return unclear('哪里不对？不想登记了，回复“取消”。')
    const right = putRight(words, answers, itemsOfHelp(), now)
    if (right) {
      const note = right.how ?? `改好了。现在是：\n${summary(right.answers)}\n对就回复“确认”。`
      return { kind: 'part', answers: right.answers, note }
    }
    if (namesUnasked(words, answers))
      return { kind: 'part', answers, note: `${STAYS_UNNAMED}对就回复“确认”。` }
    if (ASKS_WHO_COMES.test(words.trim())) return { kind: 'part', answers, note: WHO_COMES }
    const fact = wholeFact(words, answers)
    if (fact === null && !tellsMore(words)) return unclear('没弄明白您的意思。')
    const missing = missingIn(words)
    if (fact === null && missing === null && SAYS_WRONG.test(words))
      return { kind: 'part', answers, note: WHICH_IS_WRONG }
    const told = missing ?? words
    const added = fact ?? overhear(told, withStory(answers, told), 'confirm')
    return { kind: 'part', answers: added, note: `补上了。现在是：\n${summary(added)}\n对就回复“确认”。` }
  },
  skip: () => '最后一步要您看过才算数：对就回复“确认”。',
  told: () => null,
}

/** 谁会去看我爸: asked at the summary, and no part of the trouble. */
const ASKS_WHO_COMES =
  /^(?:那|到时候?)?(?:谁|哪个|什么人|啥人)(?:会|能|来|去|跟|给|联系|管)|^(?:那)?(?:会|能|有)(?:有)?人来.{0,4}[吗不么没]/
const WHO_COMES = '登记好以后，会有街道社区的人联系您。对就回复“确认”。'

/** 求助登记. */
export const helpFlow: Flow<HelpAnswers> = {
  name: 'help',
  version: 1,
  title: '求助登记',
  steps: [consent, who, what, needs, urgency, place, registered, contact, phone, photos, confirm],
  empty: HelpAnswers.parse({}),
  restore: (answers) => {
    const parsed = HelpAnswers.safeParse(answers)
    return parsed.success ? parsed.data : null
  },
  overhear,
  aside,
  alarmed,
  putRight: (text, answers, step, now) => {
    if (step === 'confirm') return null
    const whom = step === 'who' || answers.who === null ? null : readWhoPutRight(text)
    if (whom !== null) return { ...answers, ...whom }
    const right = NAMES_A_LINE.test(text.trim()) ? putRight(text, answers, itemsOfHelp(), now) : null
    return right === null || right.how !== null ? null : right.answers
  },
}

/** The numbered lines a resident confirms; 改第N项 counts as they do. */
function summary(answers: HelpAnswers): string {
  return itemsOfHelp()
    .map((step, index) => `${index + 1} ${step.label}：${step.told(answers)}`)
    .join('\n')
}

const itemsOfHelp = () => helpFlow.steps.filter((step) => step.label !== '')

/** What somebody puts right of a request that is open, in words: 名字错了 是陈有福. Empty when they only ask, or put nothing right. */
export function correctionsIn(
  text: string,
  facts: RequestFacts,
  now: Date,
): { fact: CorrectFact; value: string }[] {
  if (!SAYS_WRONG.test(text) || (asksSomething(text) && !/(?:记|写|填|登记)(?:成|错|的)/.test(text)))
    return []
  const { who, relation, name, phone, place, registeredAt, story, difficulties, needs, proxy, anonymous } =
    facts
  const answers: HelpAnswers = {
    ...helpFlow.empty,
    ...{
      who,
      relation,
      name,
      phone,
      place,
      registeredAt,
      story,
      difficulties: [...difficulties],
      needs: [...needs],
    },
    consent: anonymous ? 'anonymous' : 'named',
    proxyName: proxy?.name ?? null,
  }
  const right = putRight(text, answers, itemsOfHelp(), now)
  if (right === null || right.how !== null) return []
  return CORRECTABLE_HERE.flatMap(({ fact }) => {
    const value = right.answers[fact]
    return value === null || value === '' || value === answers[fact] ? [] : { fact, value }
  })
}
