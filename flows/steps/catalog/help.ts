/** 求助登记: from a need to what a ticket holds, one question at a time. */

import { DIFFICULTIES, NEEDS, OTHER_DIFFICULTY, readNeeds } from '../../difficulties.ts'
import { cannotWait, readPhone, readPlace, readUrgent } from '../../facts.ts'
import { readFor } from '../../family.ts'
import type { RequestFacts } from '../../ticket/request.ts'
import { asksSomething, leadingNumber, readNumbers, readYesNo } from '../answers.ts'
import type { Flow, Step } from '../types.ts'
import { CORRECTABLE_HERE, type CorrectFact } from './correct.ts'
import {
  alarmed,
  aside,
  HelpAnswers,
  namesUnasked,
  overhear,
  readDoor,
  STAYS_UNNAMED,
  tellsMore,
  unnamed,
  whoAndWhere,
  wholeFact,
  withDoor,
  withStory,
} from './help-answers.ts'
import { contact, phone } from './help-contact.ts'
import {
  answer,
  CHOICE_FIRST,
  choice,
  coordinates,
  isRemark,
  keepAside,
  PHOTO_LIMIT,
  tellsTrouble,
  unclear,
  whose,
  wordsOf,
} from './help-reading.ts'
import { missingIn, NAMES_A_LINE, putRight, SAYS_WRONG, WHICH_IS_WRONG } from './help-slips.ts'

/** Of a long story the summary shows this many characters; all of it is kept. */
const SHOWN_STORY = 150

/** 妈妈说同意, 大人都同意了. */
const AGREES =
  /^(?:(?:我|俺)?(?:妈妈?|爸爸?|奶奶|爷爷|家里人?|大人|老师|他|她)(?:们)?(?:也|都|说|讲)*)?(?:我)?同意(?!不|与否|书)/

/** 我不是说了同意吗. */
const SAID_SO = /(?:说|讲|回|选|点)(?:了|过)(?:是|的)?同意/

/** Whether the first clause agrees; 同意了会怎样 and 同意？ only ask about it. */
function agrees(words: string): boolean {
  const clauses = words.trim().match(/[^\s，。、！；,!;?？]+[?？]?/g) ?? []
  const first = /^(?:好|好吧|好的|行|行吧|嗯|可以|那|那好|那行|那就)$/.test(clauses[0] ?? '')
    ? (clauses[1] ?? clauses[0] ?? '')
    : (clauses[0] ?? '')
  if (SAID_SO.test(words) && !/不同意/.test(words)) return true
  if (asksSomething(first) || /怎|如何|会|后|的话/.test(first)) return false
  return readYesNo(words) === true || AGREES.test(first)
}

/** 可以不同意吗, 不同意会怎样, 一定要同意吗: asks whether one may refuse, and what follows. Mostly who dares not to. */
const MAY_REFUSE =
  /(?:可以|可不可以|可否|能|能不能|能否)不(?:同意|登记|记|填)|不(?:同意|登记|记|填)(?:的话|行|可以|能|会|有|又?怎|咋|如何|呢|就|还)|(?:必须|一定|非得|非要|非|是不是)(?:要|得|都得|都要)?(?:同意|登记|记|填)/
const MAY_REFUSE_WORDS =
  '可以不同意，不勉强。不同意我就什么都不记，也不登记；照样可以问政策，也可以自己去社区、街道（镇）问，或者打12345。想好了，回复“同意”“匿名”或“不同意”。'

const MAY_BE_UNNAMED_WORDS =
  '可以匿名：不留姓名电话，只记难处和大概住在哪里，有消息在这里告诉您。想匿名，回复“匿名”；不匿名，回复“同意”。'

const consent: Step<HelpAnswers> = {
  id: 'consent',
  label: '',
  ask: (answers) => ({
    text: `${told(answers)}${
      answers.child
        ? '你还小，最好请家里的大人或老师一起。身边没有可信的大人，就回复“人工”；有危险打110，心里难受打12355。\n'
        : ''
    }我帮您登记求助，会记下：谁有难处、什么事、住哪里、怎么联系。只给管这件事的街道社区人员和救助顾问看，姓名电话门牌不发到群里，不收钱。想撤回，随时回复“我的信息”。${
      answers.child ? '大人同意吗？' : '您同意吗？'
    }`,
    choices: [choice('同意'), choice('匿名（不留姓名电话）', '匿名'), choice('不同意')],
  }),
  askAgain: ({ child }) => ({
    text: child ? '大人同意登记吗？' : '您同意登记吗？',
    choices: [choice('同意'), choice('匿名（不留姓名电话）', '匿名'), choice('不同意')],
  }),
  simpler: '就是问您：肯不肯让我把您的难处记下来，交给街道社区的人去帮您。不肯也没关系，照样可以问政策。',
  example: '同意，或者不同意',
  asked: (answers) => answers.consent === null,
  free: null,
  read: (heard, answers, now) => {
    const words = wordsOf(heard)
    if (words === null) {
      return unclear(
        heard.kind === 'photo' ? '照片还没有存：等您同意了再发，我才能记。' : '先说一句同不同意，再发别的。',
      )
    }
    const consentAt = now.toISOString()
    const number = readNumbers(words, 3)?.[0]
    if (number === undefined && /匿名/.test(words) && asksSomething(words))
      return { kind: 'part', answers, note: MAY_BE_UNNAMED_WORDS }
    if (number === 2 || /匿名|不留(?:姓名|名字|电话)|不想留名/.test(words)) {
      const story = unnamed(answers.story)
      return answer({
        ...answers,
        ...whomBesides(words, answers),
        consent: 'anonymous',
        consentAt,
        story,
        name: null,
        proxyName: null,
        phone: null,
      })
    }
    if (number === 3) return unclear('')
    if (number === 1 || agrees(words)) {
      return answer({ ...answers, ...whomBesides(words, answers), consent: 'named', consentAt })
    }
    // 1 我左腿截肢，肢体三级: chosen, and told on.
    const led = leadingNumber(words, 3)
    if (led?.number === 1 && tellsMore(led.rest) && !asksSomething(led.rest)) {
      const kept = withStory({ ...answers, ...whomBesides(words, answers) }, led.rest)
      return answer({ ...kept, consent: 'named', consentAt })
    }
    if (MAY_REFUSE.test(words)) return { kind: 'part', answers, note: MAY_REFUSE_WORDS }
    return unclear('请回复“同意”“匿名”或“不同意”。不同意就什么都不记，照样可以问政策。')
  },
  skip: () => '这一步不能跳过：您不同意，我什么都不会记。回复“同意”“匿名”，或“取消”。',
  told: () => null,
}

/** 同意 我自己: for whom, said with it. */
function whomBesides(words: string, { who }: HelpAnswers): Partial<HelpAnswers> | null {
  const rest = /^\S*?(?:同意|匿名|可以|好的?|行|[123])[\s，。,、；;！!]+(.+)$/u.exec(words.trim())?.[1]
  return who !== null || rest === undefined || /同意|匿名/.test(rest) ? null : readFor(rest)
}

const who: Step<HelpAnswers> = {
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

const what: Step<HelpAnswers> = {
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

const needs: Step<HelpAnswers> = {
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

const urgency: Step<HelpAnswers> = {
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

/** Answers to other questions, and what takes the place for known, none of which is a place. */
const NO_PLACE =
  /^(?:不知道|不清楚|不晓得|怎么说|没地方|(?:很|不)?急|可以等|[这那过](?:[一两几三]|些)?天|[这那下]个?(?:星期|礼拜|周|月)|今天|明天|后天|现在|马上|尽快|赶紧|赶快|就|还|要|需要|有|人|钱|东西|帮忙|服务|确认|你们?|不是|应该|都|已经|知道|(?:我|俺)?(?:刚才|刚刚|前面|刚|早就?|上面)?(?:说|讲|问)过?了|吧|吗|呀|啊|的|哈哈|呵呵)+[。！!？?]*$/

/** 不能说地址: whoever hides from somebody need not say where. */
const KEEPS_TO_ONESELF = /^(?:我|这个|地址)?(?:不能|不方便|不想|不敢|不好|不便)(?:说|讲|写|告诉|透露)/

/** 不是说了周口吗 周口淮阳县 大连乡: where it ends in a place, that is the answer. */
const ENDS_IN_PLACE = /(?:[县区镇乡村]|街道|社区|小区)(?:\d*[号栋组]?)?[\s。！!]*$/

/** A place without what is said after it: 曹县 韩集镇 是这住的 咋不问我. */
function placeBefore(said: string): string {
  const clauses = said.split(/\s+/)
  const from = Math.max(
    0,
    clauses.findIndex((clause) => !NO_PART_OF_PLACE.test(clause)),
  )
  const end = clauses.findIndex((clause, at) => at > from && NO_PART_OF_PLACE.test(clause))
  return clauses.slice(from, end < 0 ? undefined : end).join(' ')
}
const NO_PART_OF_PLACE = /[不咋怎吗呢啊是的了我你他她说叫就]/

/** Whether words a place was asked with may be one: no sentence, no paper, no time. */
const isPlaceLike = (said: string): boolean =>
  readPlace(said) !== null ||
  (/^[\p{Script=Han}A-Za-z\d\s]{2,20}$/u.test(said) &&
    !/[没不吗吧了给发拖快说]|[很太]急|照片|电话|证明|明天|继续|别(?!墅)|下雪/.test(said))

/** 王桂兰 我叫刘强: says who somebody is, and not where. */
const tellsName = (words: string): boolean => /我叫|[妈爸娘爹人]叫|姓名|名字/.test(words)

const place: Step<HelpAnswers> = {
  id: 'place',
  label: '现在住哪里',
  ask: (answers) => ({
    text: `${whose(answers)}现在住在哪里？说到街道、社区（村）就行，也可以发个位置。`,
    choices: [],
  }),
  simpler: '就是问：人现在住在哪个街道、哪个社区或哪个村？这样才知道派谁去帮。',
  example: '尧化街道尧新社区',
  asked: (answers) => answers.place === null,
  free: 'short',
  plainly: ENDS_IN_PLACE,
  read: (heard, answers) => {
    if (heard.kind === 'place') {
      const label = heard.label.trim()
      return answer({ ...answers, place: label === '' ? coordinates(heard) : label })
    }
    const words = wordsOf(heard)
    if (words === null)
      return keepAside(heard, answers, '人现在住在哪里？') ?? unclear('请说住在哪个街道、社区或村。')
    const ofHukou = /^(?:他的?|她的?|我的?|我们)?(?:户口|户籍)(?:还|都|就|是|在)*(.{2,30})$/s.exec(words)?.[1]
    if (ofHukou !== undefined && answers.registeredAt === null) {
      const registeredAt = placeBefore(ofHukou.replace(/的(?=\s|$)/g, ''))
      return {
        kind: 'part',
        answers: { ...answers, registeredAt },
        note: '户口记下了。人现在住在哪里？说到街道、社区（村）就行。',
      }
    }
    const door = answers.place ? readDoor(words) : null
    if (door !== null) return answer({ ...answers, place: withDoor(answers.place ?? '', door) })
    const bare = words
      .replace(readPhone(words)?.said ?? '', '')
      .replace(/[\s\p{P}]+$/u, '')
      .replace(/^(?:我|俺|咱|他|她|它|们|家|就|人|现在|目前)*(?:住在|住|在|是)?(?:俺们?|咱们?|我们)?/, '')
      .trim()
    if (KEEPS_TO_ONESELF.test(words)) return answer({ ...answers, place: '' }, '不说也行。')
    // A place said alone is taken as it is said, down to the door.
    const place = readPlace(words)
    const named = /[，。；！？,;!?\n]/.test(bare) ? (place ?? bare) : placeBefore(bare)
    const ofPeople =
      tellsName(words) ||
      (place === null && (/电话|手机/.test(words) || (words.length <= 4 && readFor(words))))
    const says = place === null && /没(?:有|钱|饭|吃|住|地|人|房)|怎么|什么|钱了|饿/.test(named)
    const nowhere =
      says ||
      (place === null && !isPlaceLike(named)) ||
      named.length < 2 ||
      !/\p{L}/u.test(named) ||
      readYesNo(words) !== null
    if (nowhere || ofPeople || NO_PLACE.test(words) || tellsTrouble(words)) {
      return unclear('没听出是哪里。请说街道、社区或村的名字。')
    }
    return answer({ ...answers, place: named.slice(0, 60) })
  },
  skip: (answers) => ({ ...answers, place: '' }),
  told: (answers) => answers.place || '没说',
}

const AS_HERE =
  /^(?:也|就|都|还|户口)*(?:在|是)[那这](?:儿|里|边)?$|住的地方|这里|这儿|本地|当地|同上|也是|一样|同一个|一致|也在/
const NOT_HERE = /[不没](?:在|是)?(?:住的地方|这里|这儿|本地|当地|一样|同一个|一致)/
/** 不是 户口在横溪: what stands before the place. */
const AROUND_REGISTERED =
  /^(?:[123][\s、.．]+)?(?:不对|不在这里?|不在这儿|不是?|没有|没在|[\s，,。])*(?:我们?的?|他的?|她的?)?(?:户口|户籍)?(?:还|都|就)?(?:在|是)?/

const registered: Step<HelpAnswers> = {
  id: 'registered',
  label: '户口在哪里',
  ask: () => ({
    text: '户口在哪里？',
    choices: [choice('就在住的地方'), choice('在别处（请说哪里）', '在别处'), choice('不清楚')],
  }),
  simpler: '就是问：户口本上的地址和现在住的地方是不是一个地方。不清楚也没关系。',
  example: '就在住的地方',
  asked: (answers) => answers.registeredAt === null,
  free: 'short',
  read: (heard, answers) => {
    if (heard.kind === 'place') return answer({ ...answers, registeredAt: heard.label || coordinates(heard) })
    const words = wordsOf(heard)
    if (words === null) return keepAside(heard, answers, '户口在哪里？') ?? unclear(CHOICE_FIRST)
    const number = readNumbers(words, 3)?.[0]
    if (
      number === 3 ||
      /^(?:户口|户籍)?(?:在哪里?)?(?:我|也|都)?(?:不清楚|不知道|不晓得|忘了|记不清)/.test(words)
    )
      return answer({ ...answers, registeredAt: '不清楚' })
    if (
      number === 1 ||
      (readYesNo(words) === true && !/确认/.test(words)) ||
      (AS_HERE.test(words) && !NOT_HERE.test(words))
    ) {
      return answer({ ...answers, registeredAt: '就在住的地方' })
    }
    const where = words.replace(AROUND_REGISTERED, '').replace(/[\s\p{P}吧啊呀哦呢嘛]+$|的$/gu, '')
    const nowhere = where === words || where.length < 2 || AS_HERE.test(where)
    if (number === 2 || (readYesNo(words) === false && nowhere))
      return answer({ ...answers, registeredAt: '在别处' })
    if (/^(?:户口|户籍)?(?:就|是|都)*在?别[处的]/.test(words))
      return answer({ ...answers, registeredAt: '在别处' })
    const ofPeople = tellsName(words) || readPhone(words) !== null
    if (
      words.length < 2 ||
      ofPeople ||
      !isPlaceLike(where) ||
      NO_PLACE.test(words) ||
      tellsTrouble(words) ||
      readDoor(words) !== null
    )
      return unclear('请回复 1、2、3，或者说户口在哪里。')
    return answer({ ...answers, registeredAt: placeBefore(readPlace(words) ?? where).slice(0, 60) })
  },
  skip: (answers) => ({ ...answers, registeredAt: '' }),
  told: (answers) => answers.registeredAt || '没说',
}

/** 身份证非要不可吗, 不发行不行: asks whether it has to be. */
const MUST_SEND =
  /(?:非要|非得|必须|一定要|一定得|是不是要|都要|要不要)|不(?:发|给|传|拍|交)[^。]{0,4}(?:行|可以|能|要紧)|没有[^。]{0,6}(?:行|可以|能|怎么|咋|要紧)/
const MUST_SEND_WORDS = '不是非要不可：没有照片也能登记，以后补也行。回复“跳过”，就接着往下。'
const NO_PHOTO =
  /^(?:照片|证件|材料|身份证)?(?:我)?(?:没有|没|无|不用|没了|等会|等下|等一下|待会|过会|晚点|晚上|回头|改天|明天|好了|完了|发完了|就这些|暂时没有|以后|后补|不方便|算了|不发|不传|不拍|不会拍|不想|不知道|不晓得|不清楚|找不到|丢了|不在身边)/

/** 手机里有一张我娘的 能发不, 怎么发. */
const HOW_TO_SEND =
  /(?:怎么|咋|如何)(?:样)?(?:发|传|拍|给)|(?:能|可以|行)(?:不能|不可以)?(?:发|传)(?:不|吗|么|嘛)|(?<!不)(?:发|传)(?:给你)?(?:行|可以|得行)(?:不|吗)/
const HOW_TO_SEND_WORDS =
  '可以发：点输入框旁边的“+”，选“照片”或“拍摄”，发到这里就行。不是证件也行，能说明情况的都可以。'
/** 证有 懒得拍, 没有行了吧, 有诊断证明 明天发: whatever there is, none comes now. */
const ENDS_IT =
  /跳过|懒得|行了吧|先这样|先不|(?:明天|下次|改天|回头|等会|等下|待会|过后|以后|晚点|晚上|下午)(?:再|就|去)?(?:发|拍|补|弄|传|给|说|拿)|^有[\s，,].{0,8}(?:在家|下次|明天|以后|没带)|(?:在家|没带)/

const photos: Step<HelpAnswers> = {
  id: 'photos',
  label: '照片',
  ask: (answers) => ({
    text:
      answers.photos.length === 0
        ? '手边有身份证、残疾证、诊断证明吗？可以拍照发来，没有回复“跳过”，以后补也行。'
        : `已经收到${answers.photos.length}张照片。还有就接着发，没有了回复“好了”。`,
    choices: [],
  }),
  simpler: '就是拍证件的照片发给我。现在没有不要紧，回复“跳过”，先办事、后补材料。',
  example: '跳过',
  // Asked even when photos came early: there may be more, and every answer is shown once.
  asked: () => true,
  free: null,
  read: (heard, answers) => {
    if (heard.kind === 'photo') {
      if (answers.photos.length >= PHOTO_LIMIT) return answer(answers, '照片够多了，其余的以后给顾问。')
      const kept = [...answers.photos, heard.media]
      return {
        kind: 'part',
        answers: { ...answers, photos: kept },
        note: `第${kept.length}张照片存好了。还有就接着发，没有了回复“好了”。`,
      }
    }
    const words = wordsOf(heard)
    if (words === null) return unclear('这里要照片，没有就回复“跳过”。')
    if (HOW_TO_SEND.test(words)) return { kind: 'part', answers, note: HOW_TO_SEND_WORDS }
    if (MUST_SEND.test(words) && !ENDS_IT.test(words)) return { kind: 'part', answers, note: MUST_SEND_WORDS }
    if (ENDS_IT.test(words) || confirms(words)) return answer(answers)
    if (NO_PHOTO.test(words) || readYesNo(words) !== null) return answer(answers)
    return unclear('请把证件拍照发来；没有就回复“跳过”，以后补也行。')
  },
  skip: (answers) => answers,
  told: (answers) => (answers.photos.length === 0 ? '以后补' : `${answers.photos.length}张`),
}

/** 算了 确认吧, 确认 这次多久有人来: what is confirmed, whatever is asked with it; but not what is put right. */
export const confirms = (words: string): boolean =>
  /^(?:那|那就|好|好的|好吧|行|嗯|算了|就这样|对|对的|没错|没问题|可以|都对)*[\s，,。！!]*确认(?:了|吧|的|啊|无误|提交)*(?=$|[\s，,。！!？?])/.test(
    words.trim(),
  ) && !SAYS_WRONG.test(words)

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
    const right =
      step === 'confirm' || !NAMES_A_LINE.test(text.trim())
        ? null
        : putRight(text, answers, itemsOfHelp(), now)
    return right === null || right.how !== null ? null : right.answers
  },
}

/** 不用了谢谢 is a no, and a polite one. */
const THANKS = /[，,\s]*(?:谢谢|多谢|谢了|麻烦(?:你|您)?了|感谢)(?:你|您|啊|了|哈)*[\s。！!~]*$/

/** Whether the resident said no to being noted at all. */
export function refusesConsent(text: string): boolean {
  return (
    /^[\s]*(?:3|三|不同意|我不同意|不愿意|不想登记|不登记)[\s。！!.]*$/.test(text.normalize('NFKC')) ||
    // 不同意 我已经登记过了
    /^(?:我)?(?:不同意|不想登记|不登记)(?=[\s，。！,!])(?!.*[?？吗])(?!.*(?:匿名|行|可以|能|会))/.test(
      text.trim(),
    ) ||
    readYesNo(text.replace(THANKS, '')) === false
  )
}

/** The numbered lines a resident confirms; 改第N项 counts as they do. */
function summary(answers: HelpAnswers): string {
  return itemsOfHelp()
    .map((step, index) => `${index + 1} ${step.label}：${step.told(answers)}`)
    .join('\n')
}

const itemsOfHelp = () => helpFlow.steps.filter((step) => step.label !== '')

/** What was taken over from the first message, shown before anything is asked. */
function told(answers: HelpAnswers): string {
  const parts = [
    answers.who === null ? null : answers.who === 'self' ? '给您自己求助' : `给${who.told(answers)}求助`,
    answers.story === '' ? null : answers.story,
    answers.place === null ? null : `住${answers.place}`,
    answers.phone === null ? null : `电话${answers.phone}`,
    answers.urgency === 'urgent' ? '事情急' : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? '' : `您说的我听到了：${parts.join('；')}。\n`
}

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
