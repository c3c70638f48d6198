/** Where somebody lives and where they are registered: two steps of a request for help. */
import { readPhone, readPlace } from '../../facts.ts'
import { readFor } from '../../family.ts'
import { readNumbers, readYesNo } from '../answers.ts'
import type { Step } from '../types.ts'
import { type HelpAnswers, readDoor, withDoor } from './help-answers.ts'
import {
  answer,
  CHOICE_FIRST,
  choice,
  coordinates,
  keepAside,
  tellsTrouble,
  unclear,
  whose,
  wordsOf,
} from './help-reading.ts'

/** Answers to other questions, and what takes the place for known, none of which is a place. */
const NO_PLACE =
  /^(?:不知道|不清楚|不晓得|怎么说|没地方|(?:很|不)?急|可以等|[这那过](?:[一两几三]|些)?天|[这那下]个?(?:星期|礼拜|周|月)|今天|明天|后天|现在|马上|尽快|赶紧|赶快|就|还|要|需要|有|人|钱|东西|帮忙|服务|确认|你们?|不是|应该|都|已经|知道|(?:我|俺)?(?:刚才|刚刚|前面|刚|早就?|上面)?(?:说|讲|问)过?了|吧|吗|呀|啊|的|哈+|呵+|嘿+|嗯+哼?|哦+|额+)+[。！!？?]*$/

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
    !/^姓|^(?:自己|[一二三四五六七八九十百千万两]+[万千百]?)$|躺|睡|昨|今晚|收钱|要钱|[没不吗吧了给发拖快说]|[很太]急|照片|电话|证明|明天|继续|别(?!墅)|下雪/.test(
      said,
    ))

/** 王桂兰 我叫刘强: says who somebody is, and not where. */
const tellsName = (words: string): boolean => /我叫|[妈爸娘爹人]叫|姓名|名字/.test(words)

export const place: Step<HelpAnswers> = {
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
  /^(?:也|就|都|还|户口)*(?:在|是)(?:[那这](?:儿|里|边)?)?(?:的|呢|啊)?$|住的地方|这里|这儿|本地|当地|同上|也是|一样|同一个|一致|也在/
const NOT_HERE = /[不没](?:在|是)?(?:住的地方|这里|这儿|本地|当地|一样|同一个|一致)/
/** 不是 户口在横溪: what stands before the place. */
const AROUND_REGISTERED =
  /^(?:[123][\s、.．]+)?(?:不对|不在这里?|不在这儿|不是?|没有|没在|[\s，,。])*(?:我们?的?|他的?|她的?)?(?:户口|户籍)?(?:还|都|就)?(?:在|是)?/

export const registered: Step<HelpAnswers> = {
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
      /^[躺睡蹲]/.test(words) ||
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
