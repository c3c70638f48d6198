/** Who is in need, of what, and how urgent it is: four steps of a request for help. */
import { DIFFICULTIES, NEEDS, OTHER_DIFFICULTY, readNeeds } from '../../difficulties.ts'
import { cannotWait, readUrgent } from '../../facts.ts'
import { readFor } from '../../family.ts'
import { asksSomething, leadingNumber, readNumbers, readYesNo } from '../answers.ts'
import type { Step } from '../types.ts'
import {
  type HelpAnswers,
  namesUnasked,
  STAYS_UNNAMED,
  tellsMore,
  whoAndWhere,
  withStory,
} from './help-answers.ts'
import {
  answer,
  CHOICE_FIRST,
  choice,
  isRemark,
  keepAside,
  tellsTrouble,
  unclear,
  wordsOf,
} from './help-reading.ts'

/** Of a long story the summary shows this many characters; all of it is kept. */
const SHOWN_STORY = 150

export const who: Step<HelpAnswers> = {
  id: 'who',
  label: '给谁求助',
  ask: () => ({
    text: '您是给谁求助？',
    choices: [
      choice('我自己'),
      choice('家里人（请说是谁，如“我妈”）', '家里人'),
      choice('邻居或别人', '邻居'),
    ],
  }),
  simpler: '就是问：有难处的人是您自己，还是您的家人、邻居？',
  example: '我妈',
  asked: (answers) => answers.who === null,
  free: null,
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null) return keepAside(heard, answers, '先告诉我：您是给谁求助？') ?? unclear(CHOICE_FIRST)
    const number = readNumbers(words, 3)?.[0]
    if (number === 1) return answer({ ...answers, who: 'self', relation: null })
    if (number === 2 || /^(?:给|帮|替)?(?:我)?(?:家里人|家人|亲人)$/.test(words)) {
      return answer({ ...answers, who: 'family', relation: answers.relation })
    }
    if (number === 3) return answer({ ...answers, who: 'neighbour', relation: answers.relation })
    // Who tells of trouble and names nobody tells of their own.
    const whom = readFor(words) ?? (tellsTrouble(words) ? { who: 'self' as const, relation: null } : null)
    if (!whom) return unclear('请回复 1、2、3，或者说是谁。')
    const rest = tellsMore(words) ? withStory(answers, words) : answers
    return answer({ ...rest, ...whom })
  },
  skip: (answers) => ({ ...answers, who: 'self' }),
  told: ({ who, relation, proxyName }) => {
    if (who === null) return '没说'
    if (who === 'self') return '我自己'
    const whom = relation ?? (who === 'family' ? '家里人' : '邻居或别人')
    return proxyName === null ? whom : `${whom}（您叫${proxyName}）`
  },
}

/** 就是上面说的: tells nothing that could be noted. */
const SAID_ABOVE =
  /^(?:就是|就|都|我|俺|跟|和|不是)*(?:上面|前面|刚才|刚刚|之前|上边|前头)(?:都|已经|我|俺|跟你|跟您|给你|给您)*(?:说|讲|写|发|提)(?:的|过|了)*(?:那些|那个|那样|事|情况|一样|吗|嘛|啊|呀|吧)*[\s\p{P}]*$|^(?:同上|如上|见上面)[\s\p{P}]*$/u

export const what: Step<HelpAnswers> = {
  id: 'what',
  label: '难处',
  ask: () => ({
    text: '遇到了什么难处？用一两句话说说；有几样也可以一起回复数字，如“1 3”：',
    choices: [...DIFFICULTIES.map(({ label }) => choice(label)), choice('别的')],
  }),
  simpler: '就是问：家里出了什么事？想到什么说什么，不用讲究。',
  example: '老公上个月住院花了八万，家里没米了',
  asked: ({ story, difficulties }) => story === '' && difficulties.length === 0,
  free: 'story',
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null) {
      return (
        keepAside(heard, answers, '再用一两句话说说遇到了什么难处：') ?? unclear('请先用一两句话说说难处。')
      )
    }
    const numbers = readNumbers(words, DIFFICULTIES.length + 1)
    if (numbers) {
      const difficulties = numbers.map((number) => DIFFICULTIES[number - 1]?.name ?? OTHER_DIFFICULTY)
      return answer({ ...answers, difficulties, story: '' })
    }
    if (words.length < 2 || readYesNo(words) !== null || /^[\p{P}\p{S}\p{N}\s]*$/u.test(words)) {
      return unclear('请用一两句话说说，或者回复数字。')
    }
    if (SAID_ABOVE.test(words)) return unclear('您同意之前说的，我没有都记下。麻烦再用一两句话说说。')
    if (namesUnasked(words, answers)) return { kind: 'part', answers, note: STAYS_UNNAMED }
    const known = whoAndWhere(words, answers)
    if (known) return { kind: 'part', answers: known, note: '这个记下了。再用一两句话说说遇到了什么难处：' }
    return answer(withStory({ ...answers, story: '', difficulties: [] }, words))
  },
  skip: () => '这一步要说一下，哪怕几个字，顾问才知道怎么帮。实在不想说，回复“人工”找真人。',
  told: ({ difficulties, story }) => {
    const kinds = difficulties.filter((kind) => kind !== OTHER_DIFFICULTY || story === '').join('、')
    const short = story.length > SHOWN_STORY ? `${story.slice(0, SHOWN_STORY)}……` : story
    return [kinds, short].filter((part) => part !== '').join('：') || '没说'
  },
}

export const needs: Step<HelpAnswers> = {
  id: 'needs',
  label: '需要',
  ask: () => ({
    text: '现在最需要什么？可以选几样：',
    choices: NEEDS.map(({ label }) => choice(label)),
  }),
  simpler: '就是问：您盼着我们帮您解决钱、东西，还是找人帮忙？',
  example: '1 2',
  asked: (answers) => answers.needs.length === 0,
  free: 'short',
  // 想要个护理床 再一个能不能给点钱
  plainly:
    /^(?:我|俺|她|他)?(?:就|也|还|现在)?(?:想要|要|需要|缺|盼)(?!不要|带|交|去|等|多久)(?!.*(?:材料|手续|多久|多少|什么(?!的)|啥(?!的)))/,
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null) return keepAside(heard, answers, '现在最需要什么？') ?? unclear(CHOICE_FIRST)
    const led = leadingNumber(words, NEEDS.length)
    const numbers = readNumbers(words, NEEDS.length)
    const numbered = new Set(numbers ?? (led ? [led.number] : []))
    const said = numbers ? [] : readNeeds(led?.rest ?? words)
    const chosen = NEEDS.flatMap(({ need }, index) =>
      numbered.has(index + 1) || said.includes(need) ? need : [],
    )
    if (/都(?:要|需要|行)|全都?/.test(words))
      return answer({ ...answers, needs: NEEDS.map(({ need }) => need) })
    if (chosen.length === 0) {
      // What they need in words of their own stands in the story; the advisor sorts it.
      if (isRemark(words) && !asksSomething(words) && /想|要|希望|盼|求|帮|最好|能/.test(words)) {
        return answer({ ...withStory(answers, words), needs: [] })
      }
      return unclear('请回复数字，或者说要钱、要东西，还是要人帮忙。')
    }
    const told = numbers || words.length <= 4 ? answers : withStory(answers, led?.rest ?? words)
    return answer({ ...told, needs: chosen })
  },
  skip: (answers) => ({ ...answers, needs: ['service'] }),
  told: ({ needs: chosen }) =>
    NEEDS.filter(({ need }) => chosen.includes(need))
      .map(({ name }) => name)
      .join('、') || '没说',
}

/** What tells more than how urgent it is belongs to the story: 房东说月底再不交就换锁. */
const noted = (words: string, answers: HelpAnswers): HelpAnswers =>
  isRemark(words) && !/急不急/.test(words) ? withStory(answers, words) : answers

export const urgency: Step<HelpAnswers> = {
  id: 'urgency',
  label: '急不急',
  ask: () => ({
    text: '事情急不急？',
    choices: [
      choice('今明两天就过不去（断药、断粮、没处住）', '很急'),
      choice('这些天要有人管', '这几天'),
      choice('不急'),
    ],
  }),
  simpler: '就是问：是今天明天就要人帮，还是可以等几天？',
  example: '很急',
  asked: (answers) => answers.urgency === null,
  free: 'short',
  plainly: /^(?:很|太|特别|非常|当然|肯定|十分)?急(?!不急|诊|救)|你说急不急|能不急吗/,
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null) return keepAside(heard, answers, '事情急不急？') ?? unclear(CHOICE_FIRST)
    const number = readNumbers(words, 3)?.[0] ?? leadingNumber(words, 3)?.number
    if (number !== undefined) return answer({ ...answers, urgency: number === 1 ? 'urgent' : 'normal' })
    if (cannotWait(words)) return answer({ ...noted(words, answers), urgency: 'urgent' })
    if (/(?<!急)不(?:太|是很|很|怎么|算|着)?急|不紧急|可以等|能等|慢慢|一般|还好|不赶/.test(words)) {
      return answer({ ...answers, urgency: 'normal' })
    }
    if (
      readUrgent(words) ||
      /急|今天|明天|这一?两天|马上|立刻|等不了|过不去|赶紧|赶快|尽快|现在|要命|断|没(?:米|饭|药|钱)/.test(
        words,
      )
    ) {
      return answer({ ...noted(words, answers), urgency: 'urgent' })
    }
    if (/这几天|这些天|几天|后天|两三天|这周|下周|星期|礼拜|过几天|月|有空/.test(words))
      return answer({ ...answers, urgency: 'normal' })
    if (isRemark(words) && !tellsTrouble(words)) {
      return answer({ ...withStory(answers, words), urgency: 'normal' })
    }
    return unclear('请回复 1、2 或 3。')
  },
  skip: (answers) => ({ ...answers, urgency: answers.urgency ?? 'normal' }),
  told: (answers) =>
    answers.urgency === 'urgent' ? '急' : answers.urgency === 'normal' ? '可以等几天' : '没说',
}
