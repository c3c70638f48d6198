/** How somebody is called and reached: two steps of a request for help. */
import { readPhone } from '../../facts.ts'
import { readNames } from '../../person-names.ts'
import type { Step } from '../types.ts'
import { type HelpAnswers, readOwnName } from './help-answers.ts'
import { answer, keepAside, tellsTrouble, unclear, whose, wordsOf } from './help-reading.ts'

/** 没有, 不想说: as good as 跳过. */
const NO_NAME_GIVEN =
  /^(?:没有|没|不想(?:说|留|讲|告诉)|不(?:说|留|给|讲|告诉)|不方便|不能说|保密|算了)(?:你|您|你们)?(?:了|吧|行不行|行不|可以吗|啊|呢)*[\s。！!?？]*$/

export const contact: Step<HelpAnswers> = {
  id: 'name',
  label: '姓名',
  ask: (answers) => ({
    text: `${whose(answers)}怎么称呼？${
      answers.phone === null ? '可以连电话一起发，如“王秀英 13800000000”；' : ''
    }不想留就回复“跳过”。`,
    choices: [],
  }),
  simpler: '就是问：顾问联系的时候怎么叫人、打哪个电话。不想留就回复“跳过”。',
  example: '王秀英 13800000000',
  asked: (answers) => answers.name === null && answers.consent !== 'anonymous',
  free: 'short',
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null)
      return keepAside(heard, answers, '怎么称呼？') ?? unclear('请写姓名，不想留就回复“跳过”。')
    if (/匿名/.test(words) && !/[?？吗]/.test(words))
      return answer({ ...answers, consent: 'anonymous', name: null, proxyName: null, phone: null })
    if (NO_NAME_GIVEN.test(words)) return answer({ ...answers, name: '' })
    const phone = readPhone(words)
    const { own, named, called } = readNames(words)
    const others = answers.who !== null && answers.who !== 'self'
    const without = KEEPS_PHONE.test(words) ? '' : answers.phone
    const whole = others ? named : (own ?? named)
    if (whole !== null) {
      const proxyName = others ? (own ?? answers.proxyName) : answers.proxyName
      const wrong = phone ? null : misdialled(words)
      const kept = { ...known(answers), name: whole, proxyName, phone: phone?.phone ?? without }
      return answer(kept, wrong === null ? undefined : phoneFault(wrong))
    }
    const alone = others ? (own ?? ownNameBeside(phone, words, answers)) : null
    if (alone !== null) {
      const kept = { ...known(answers), proxyName: alone, phone: phone?.phone ?? without }
      const noted = phone ? '您的名字和电话记下了。' : '您的名字记下了。'
      return {
        kind: 'part',
        answers: kept,
        note: `${noted}${whose(answers)}怎么称呼？不想留就回复“跳过”。`,
      }
    }
    const wrong = phone ? null : misdialled(words)
    const read = readName(words.replace(phone?.said ?? wrong ?? '', '')) ?? called
    const name = read ?? answers.name
    if (wrong !== null) {
      const fault = phoneFault(wrong)
      return name === null ? unclear(fault) : answer({ ...known(answers), name }, fault)
    }
    if (name === null && phone) {
      return {
        kind: 'part',
        answers: { ...known(answers), phone: phone.phone },
        note: '电话记下了。怎么称呼？',
      }
    }
    if (read === null || name === null) return unclear('请写姓名，不想留就回复“跳过”。')
    return answer({ ...known(answers), name, phone: phone?.phone ?? answers.phone })
  },
  skip: (answers) => ({ ...answers, name: '' }),
  told: (answers) => answers.name || (answers.consent === 'anonymous' ? '匿名' : '没留'),
}

/** 没有, 不给, 怕老板找我: no number, whatever the reason. */
const NO_PHONE =
  /^(?:他|她|人|老人|我|电话|手机)*(?:没有?|无|不留|不想|不能|不敢|不方便|不给|不说|不告诉|不填|保密|不知道|不记得|木有|冇|莫得|没得|么得|算了|怕)/
/** 电话不给行不: the same told with a name. */
const KEEPS_PHONE =
  /(?:电话|手机|号码)[^，。\s]{0,3}(?:不给|不留|不想|不能|不方便|不说|保密|没有)|(?:不给|不留|没有?)(?:电话|手机|号码)/

export const phone: Step<HelpAnswers> = {
  id: 'phone',
  label: '电话',
  ask: ({ who }) => ({
    text: `${
      who === 'self' || who === null ? '联系电话是多少？' : '联系电话是多少？您的也行。'
    }（没有就回复“跳过”，有事在这里告诉您）`,
    choices: [],
  }),
  simpler: '就是问：顾问打哪个电话能找到您？留家人、邻居的电话也行。',
  example: '13800000000',
  asked: (answers) => answers.phone === null && answers.consent !== 'anonymous',
  free: null,
  read: (heard, answers) => {
    const words = wordsOf(heard)
    if (words === null) return keepAside(heard, answers, '联系电话是多少？') ?? unclear('请写电话号码。')
    const read = readPhone(words)
    if (read) {
      const own = ownNameBeside(read, words, answers)
      return answer({ ...known(answers), phone: read.phone, ...(own === null ? {} : { proxyName: own }) })
    }
    const wrong = misdialled(words)
    if (wrong !== null) return unclear(phoneFault(wrong))
    if (NO_PHONE.test(words)) return answer({ ...answers, phone: '' })
    return unclear('这里要一个电话号码，没有就回复“跳过”。')
  },
  skip: (answers) => ({ ...answers, phone: '' }),
  told: (answers) => answers.phone || (answers.consent === 'anonymous' ? '匿名' : '没留'),
}

/** Who gives a name after all does not stay unnamed. */
const known = (answers: HelpAnswers): HelpAnswers => ({ ...answers, consent: 'named' })

/** The writer's own name beside a phone, where they ask for somebody else: 我叫赵强 136…. */
function ownNameBeside(phone: { said: string } | null, words: string, { who }: HelpAnswers): string | null {
  const others = who !== null && who !== 'self'
  return others ? readOwnName(phone ? words.replace(phone.said, '') : words) : null
}

/** The longest name taken, in characters; names of minorities are long. */
const LONGEST_NAME = 15
const NO_NAME =
  /(?:街道|社区|小区|[省市区县镇乡村路号楼栋组])$|^(?:不|没|什么|今天|明天|现在|在|好|行|同意|确认|就是|就在|都是|都在|也是|也在|跟|和|同)|户口|户籍|本地|当地|这里|这边|那边|老家|身份证|照片|地址|\d/

/** A name in an answer to how somebody is called: 我叫王秀英, 俺爹叫赵老栓, 陈婆婆. */
function readName(words: string): string | null {
  const plain = words
    .replace(
      /(?:我的|他的|她的|我|俺)?(?:联系)?(?:电话|手机|号码)(?:号码?)?(?:就)?(?:写|留|填|打|用)?(?:是|:|：)?(?:我的|我自己的|他的|她的)?|(?:写|留|填|打)(?:我|我自己)的/g,
      ' ',
    )
    .trim()
  const said = /(?:叫做?|名字[叫是]?|姓名是?|我是|我姓)[：:\s]*(.+)$/.exec(plain)?.[1] ?? plain
  const name = said
    .replace(/(?:[\p{P}\p{S}\s](?!(?<=·))|[的吧啊呀])+$/gu, '')
    .replace(/[^\p{L}\p{N}·]+/gu, '')
  const fits = name.length <= LONGEST_NAME && /\p{L}/u.test(name) && !ASKS_OR_BEGS.test(words)
  return fits && !NO_NAME.test(name) && !PARTICLE.test(name) && !tellsTrouble(words) ? name : null
}

/** 对, 嗯, 是的: said of something else. */
const PARTICLE =
  /^(?:对|是|嗯+|哦+|噢|啊+|好|行|中|成|不|没|有|无|唉|哎|喂|诶|额|呃|要|会|能|可以|对对|对了|是是|确认|确定)$/
/** 勿要告诉他儿子, 办这个要收钱不: no name. */
const ASKS_OR_BEGS = /(?:不要|不用|勿要|别|莫要)(?:告诉|说|跟|打|让|给)|收(?:不收)?钱|要(?:不要)?钱|[怎咋]/

/** Digits that look meant as a phone number but are none. */
function misdialled(words: string): string | null {
  const digits = /\d[\d\s-]{5,}\d/.exec(words.normalize('NFKC'))?.[0]
  return digits ?? null
}

function phoneFault(said: string): string {
  const count = said.replace(/\D/g, '').length
  return `这个号码是${count}位，好像不对。手机号是11位，座机请带上区号。`
}
