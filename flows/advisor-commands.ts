/** What an advisor may write in one line: each command, its other wordings, and what must be given with it. */
import { readDay } from './days.ts'
import { readNeeds } from './difficulties.ts'
import { NEED_WORDS } from './request.ts'
import { narrow } from './subject.ts'
import { CLOSE_WORDS, PART_RESULT_WORDS } from './ticket.ts'
import { MUST_VISITS, PLEDGE_EVERY, readChannel, readReached } from './visits.ts'

export const NAMES = [
  'claim',
  'contact',
  'visit',
  'pass',
  'hand',
  'screen',
  'refuse',
  'aid',
  'give',
  'papers',
  'receive',
  'report',
  'close',
  'revisit',
  'raise',
  'promise',
  'reopen',
  'say',
  'back',
  'must',
  'joined',
  'left',
  'placed',
  'pledge',
  'plea',
  'mine',
  'caseload',
  'policy',
  'show',
  'help',
] as const
export type CommandName = (typeof NAMES)[number]

type Values = Record<string, string>

/** A value a command needs. */
export interface Slot {
  name: string
  /** The question when it is missing. */
  ask: string
  /** The only words it may be; none when it is free. */
  choices: readonly string[]
  /** What of the ticket it picks; the choices then come from the ticket. */
  picks: 'part' | 'paper' | null
  /** May hold what should not be said in a group. */
  personal: boolean
  /** Makes the answer to the question into the value; null when it is none. */
  read: (text: string, now: Date) => string | null
}

export interface Command {
  name: CommandName
  /** Its own word. */
  word: string
  /** A whole line. */
  example: string
  /** What it does, for the list of commands. */
  does: string
  /** Other words it is asked for by, to find what somebody may have meant. */
  hints: string
  /** What it is about. */
  about: 'ticket' | 'either' | 'none'
  start: RegExp
  /** Wordings that may stand anywhere; null where only the start counts. */
  within: RegExp | null
  read: (given: string, now: Date) => Values
  slots: readonly Slot[]
}

const trimmed = (text: string): string | null => text.trim() || null
const slot = (name: string, ask: string, more: Partial<Slot> = {}): Slot => ({
  name,
  ask,
  choices: [],
  picks: null,
  personal: true,
  read: trimmed,
  ...more,
})
/** A slot that must be one of a few words; `told` hears them in other wordings. */
const oneOf = (
  name: string,
  ask: string,
  choices: readonly string[],
  told: (text: string) => string | null = (text) => choices.find((word) => text.includes(word)) ?? null,
): Slot => slot(name, ask, { choices, personal: false, read: told })

const REACHED = oneOf('通没通', '联系上了吗？', ['通了', '没通'], (text) => {
  const reached = readReached(text)
  return reached === null ? null : reached ? '通了' : '没通'
})
const OUTCOMES: readonly [RegExp, string][] = [
  [/没(?:能)?(?:帮上|办成|解决)|帮不(?:上|了)|办不(?:了|成)/, CLOSE_WORDS['not-helped']],
  [/一部分|部分(?:解决|办)/, CLOSE_WORDS.partly],
  [/重复(?:了|的)?(?:单|求助)?/, CLOSE_WORDS.duplicate],
  [/帮上了?|(?:都)?(?:办|解决)(?:好|成|妥)了?|解决了|搞定了?/, CLOSE_WORDS.helped],
]
const heard = (table: readonly [RegExp, string][]) => (text: string) =>
  table.find(([pattern]) => pattern.test(text))?.[1] ?? null
const OUTCOME = oneOf('结果', '结果怎么写？', Object.values(CLOSE_WORDS), heard(OUTCOMES))
const RESULT = oneOf('结果', '办得怎样？', Object.values(PART_RESULT_WORDS), (text) =>
  /没(?:能)?办(?:成|好)|办不(?:了|成)/.test(text)
    ? PART_RESULT_WORDS['not-done']
    : /一部分|部分/.test(text)
      ? PART_RESULT_WORDS.partly
      : /办好|办成|办妥|解决|通过|到位|减免|发了/.test(text)
        ? PART_RESULT_WORDS.done
        : null,
)
const SATISFIED = oneOf('满意不满意', '居民满意吗？', ['满意', '不满意'], (text) =>
  /不(?:太|大|怎么)?满意|有意见|不高兴/.test(text)
    ? '不满意'
    : /满意|高兴|挺好|感谢/.test(text)
      ? '满意'
      : null,
)
const NEED = oneOf('需求', '给的是哪一类？', Object.values(NEED_WORDS))
const DAY = slot('日期', '哪天前？如“12月10日”“两周内”', {
  personal: false,
  read: (text, now) => readDay(text, now)?.day ?? null,
})
const MUST = oneOf('原因', '是哪一样？', Object.keys(MUST_VISITS), (text) => {
  for (const [pattern, word] of MUST_WORDS) if (pattern.test(text)) return word
  return null
})
const MUST_WORDS: readonly [RegExp, string][] = [
  [/住院|住进|医院|手术/, '住院'],
  [/过世|去世|走了|死亡|病故|身故|不在了/, '过世'],
  [/特殊(?:救助)?对象|重点对象|孤儿|特困/, '特殊对象'],
  [/受灾|火灾|水灾|着火|洪水|地震|台风|塌/, '受灾'],
  [/变故|车祸|意外|失业|突发/, '变故'],
]
const WHAT_GIVEN = slot('给了什么', '给了什么？如“大米一袋”')
const SOURCE = slot('来源', '从哪里出的？如“街道备用金”', { personal: false })
const OWED = slot('欠材料', '过后补什么材料、哪天前补齐？如“情况说明 12月10日”', {
  read: (text, now) => {
    const { name, day } = readPaper(text, now)
    return name === '' || day === '' ? null : `${name}@${day}`
  },
})
const EVERY = oneOf('多久一次', '多久一次？', Object.keys(PLEDGE_EVERY), (text) => {
  const [, word] = /每(?:个|一)?(月|季度|学期|半年|年)/.exec(text) ?? []
  return word === undefined ? null : `每${word}`
})
const UNTIL = slot('到哪天', '到什么时候为止？如“2029-06”', {
  personal: false,
  read: (text, now) => readDay(text, now)?.day ?? null,
})

/** Takes `slot`'s value out of a text; the rest is what is left of it. */
function takeOut(table: readonly [RegExp, string][], text: string): { value: string; rest: string } {
  for (const [pattern, value] of table) {
    if (pattern.test(text)) return { value, rest: text.replace(pattern, ' ').trim() }
  }
  return { value: '', rest: text }
}

const tidy = (text: string): string => text.replace(/^[\s,，。;；:：、]+|[\s,，;；、]+$/g, '')

/** A paper's name and the day it is due. */
function readPaper(text: string, now: Date): { name: string; day: string } {
  const found = readDay(text, now)
  const plain = narrow(text)
  const name = (found ? plain.replace(found.said, ' ') : plain)
    .replace(/[@＠]/g, ' ')
    .replace(/(?:之前|以前|前|内)?(?:补齐|交齐|交来|补交)?\s*$/, '')
    .replace(/\s+(?:之前|以前|前|内)\s*/g, ' ')
  return { name: tidy(name).replace(/\s+/g, ' '), day: found?.day ?? '' }
}

const words =
  (name: string) =>
  (given: string): Values => ({ [name]: tidy(given) })
const none = (): Values => ({})

/** 方式, 通没通 and what was said of it. */
function readContact(given: string): Values {
  const reached = REACHED.read(given, new Date(0)) ?? ''
  const said = tidy(
    given.replace(/^(?:(?:电话|上门|微信|窗口|通了|没通|已联系|联系|过了?|了)[\s,，、]*)+/, ''),
  )
  return { 方式: readChannel(given) ?? '电话', 通没通: reached, 说明: said }
}

function readAid(given: string, now: Date): Values {
  let rest = narrow(given)
  const take = (pattern: RegExp): string => {
    const match = pattern.exec(rest)
    if (!match) return ''
    rest = rest.replace(match[0], ' ')
    return tidy(match[1] ?? '')
  }
  const owed = take(/(?:还)?(?:欠|过后补|后补|补)(?:材料)?[:：\s]*([^,，;；]+)$/)
  const source = take(/(?:来源|出自|从|用)(?:是|[:：\s])*([^\s,，;；]+)/)
  const by = take(/经手(?:人)?(?:是|[:：\s])*([^\s,，;；]+)/)
  const amount = take(/(\d+(?:\.\d{1,2})?)\s*(?:元|块钱?)/)
  const kind = take(/(?:^|\s)(资金|物资|服务)(?=\s|$)/)
  const what = tidy(rest.replace(/\s+/g, ' ')) || (amount === '' ? '' : '救助金')
  const told = readNeeds(what)[0]
  const paper = owed === '' ? { name: '', day: '' } : readPaper(owed, now)
  return {
    需求: kind || (amount !== '' ? NEED_WORDS.money : told ? NEED_WORDS[told] : ''),
    给了什么: what,
    金额: amount,
    来源: source,
    经手: by,
    欠材料: paper.name !== '' && paper.day !== '' ? `${paper.name}@${paper.day}` : '',
  }
}

/** What a body's name ends in. */
const BODY =
  /^([\u4e00-\u9fa5]{0,8}?(?:(?:民政|医保|人社|教育|卫健|住建|司法|残联|妇联|工会|团委)(?:局|委|厅|所|办|中心)?|局|办事处|办公室|中心|社工站|工作站|服务站|医院|派出所|卫生院|总会|基金会|协会|红十字会|学校|街道|社区|居委会|村委会|公司|信访办|救助站|福利院|养老院))/

/** An advisor as colleagues call them. */
export interface Colleague {
  id: string
  name: string
}

/** Those a text may mean, by id, by name, by surname with a title. */
export function colleaguesCalled(text: string, colleagues: readonly Colleague[]): Colleague[] {
  const plain = narrow(text).replace(/^@/, '').trim()
  const [token = ''] = plain.split(/[\s,，。]/)
  const exact = colleagues.filter(
    ({ id, name }) => id.toLowerCase() === token.toLowerCase() || name === token,
  )
  if (exact.length > 0) return exact
  const begins = colleagues.filter(({ name }) => plain.startsWith(name))
  if (begins.length > 0) return begins
  const [, surname] = /^(?:小|老)?([\u4e00-\u9fa5]{1,2}?)(?:顾问|老师|姐|哥|主任|师傅|工)/.exec(token) ?? []
  return surname === undefined ? [] : colleagues.filter(({ name }) => name.startsWith(surname))
}

/** To a department it goes as a part (转办), to a colleague as a whole (转给). */
export function passOn(
  given: string,
  colleagues: readonly Colleague[],
): { command: 'pass' | 'hand'; values: Values } {
  const target = given.replace(/^(?:给|到|交|去|由)+/, '').trim()
  const [person] = colleaguesCalled(target, colleagues)
  const body = BODY.exec(target)?.[1]
  if (person && body === undefined) return { command: 'hand', values: { 同事: target } }
  if (body !== undefined) {
    const what = tidy(target.slice(body.length)).replace(
      /^(?:去|来|帮忙|协助)?(?:办理?|处理|解决)(?=.{2})/,
      '',
    )
    return { command: 'pass', values: { 承办单位: body, 要办的事: tidy(what) } }
  }
  const [to = '', ...what] = target.split(/\s+/)
  // A bare name that is nobody's: a colleague who is not in the roster, rather than a department.
  const isName = /^[\u4e00-\u9fa5]{2,3}$/.test(to) && what.length === 0
  return isName
    ? { command: 'hand', values: { 同事: to } }
    : { command: 'pass', values: { 承办单位: to, 要办的事: what.join(' ') } }
}

function readRefusal(given: string): Values {
  const match = /[\s,，。;；]*(?:还可以|另外可以|可以去?找|请(?:他|她)?(?:去)?找)/.exec(given)
  if (!match) return { 理由: tidy(given) }
  const elsewhere = tidy(given.slice(match.index)).replace(/^(?:还可以|另外可以)[\s:：,，]*/, '')
  return { 理由: tidy(given.slice(0, match.index)), 还可以: elsewhere }
}

function readPledge(given: string, now: Date): Values {
  const every = EVERY.read(given, now) ?? ''
  const until = /(?:一直)?(?:到|至|持续到)\s*(.+)$/.exec(given)
  const day = until ? readDay(until[1] ?? '', now) : readDay(given, now)
  let what = narrow(given)
  if (day) what = what.replace(day.said, ' ')
  what = what
    .replace(/每(?:个|一)?(?:月|季度|学期|半年|年)(?:一次)?/, ' ')
    .replace(/(?:一直)?(?:到|至|持续到)\s*(?:为止)?(?=\s|$)/, ' ')
  return {
    什么: tidy(what.replace(/为止/, '').replace(/\s+/g, ' ')),
    到哪天: day?.day ?? '',
    多久一次: every,
  }
}

const command = (
  name: CommandName,
  word: string,
  about: Command['about'],
  example: string,
  does: string,
  start: RegExp,
  more: Partial<Command> = {},
): Command => ({
  name,
  word,
  about,
  example,
  does,
  start,
  within: null,
  hints: '',
  read: none,
  slots: [],
  ...more,
})

const WHY = slot('理由', '理由怎么写？')

/** Every command, in the order free wordings are tried. */
export const COMMANDS: readonly Command[] = [
  command(
    'mine',
    '我的',
    'none',
    '我的',
    '手上有什么：超期的、今天到期的、没人接的、要走访的',
    /^(?:我的(?!包片|联系对象|重点)(?:单子?|待办|任务|求助单)?|待办|今天(?:有)?(?:什么|啥)(?:事|活|要办)?.*|我(?:手上|手头|这里|这边)?(?:还)?有(?:什么|哪些|几).*|(?:有)?(?:什么|哪些)要(?:办|做)的?.*)[\s?？。!！]*$/,
    {
      hints: '待办任务手上今天',
    },
  ),
  command(
    'caseload',
    '我的 包片',
    'none',
    '我的 包片',
    '我包片联系的家庭，最久没联系上的在前',
    /^(?:我的\s*(?:包片|联系对象|重点对象|户)|包片|联系对象).*$/,
    {
      hints: '包片联系对象家庭',
    },
  ),
  command(
    'help',
    '帮助',
    'none',
    '帮助',
    '能写哪些话',
    /^(?:帮助|怎么用|怎么写|说明|命令|指令|help|\?|？)[\s?？。!！]*$/i,
    {
      hints: '怎么用命令',
    },
  ),
  command(
    'plea',
    '求助',
    'none',
    '求助 张大爷，住城关街道幸福社区，老伴住院花了八万，13800138000',
    '替路上遇到的人登记求助',
    /^(?:求助|代(?:他|她)?求助|替.{0,4}求助|登记(?:求助|一个|一位|新求助)?|新求助)(?:[\s:：,，]+|$|(?=[\u4e00-\u9fa5]))(?!单)/,
    {
      hints: '登记新增遇到',
      read: words('经过'),
      slots: [slot('经过', '是谁、住哪里、遇到什么难处？一句话说说')],
    },
  ),
  command(
    'policy',
    '查',
    'none',
    '查 低保边缘',
    '政策全文：谁能申请、给什么、怎么办、依据',
    /^(?:查(?!看)(?:询|一?下|一?查)?(?:政策)?|问政策|政策)[\s:：,，]*/,
    {
      hints: '政策条件标准材料怎么办',
      read: words('问什么'),
      slots: [slot('问什么', '查哪一条政策？如“低保边缘”', { personal: false })],
    },
  ),
  command('claim', '接单', 'ticket', '接单 Q-0412-6', '由我负责', /^(?:接单|领单|我来接|我接|抢单|认领)/, {
    within: /我(?:来)?接(?:了|单|下|手|$|[\s。!！,，])|接单|(?:我|算我)(?:来)?(?:领了?|跟进?|负责)|归我/,
    hints: '领负责认领归我',
    read: none,
  }),
  command(
    'close',
    '办结',
    'ticket',
    '办结 Q-0412-6 帮上了 学费已经减免',
    '事情办完了；居民会收到办理结果',
    /^(?:办结|结案|办完|结单)/,
    {
      within: /办结|结案|可以结了|结单|(?:这单|事情)办完了/,
      hints: '结案完成办完结束',
      read: (given) => {
        const bareWord = takeOut([[/^(?:帮上一部分|没帮上|帮上了|重复)/, '']], given)
        const outcome = OUTCOME.read(given, new Date(0)) ?? ''
        return { 结果: outcome, 办理结果: tidy(bareWord.rest.replace(/^.*?(?:办结|结案|结单)了?/, '')) }
      },
      slots: [OUTCOME, slot('办理结果', '办理结果怎么写？居民会看到这句话')],
    },
  ),
  command('revisit', '回访', 'ticket', '回访 Q-0412-6 满意 家里都好', '办结以后的回访', /^(?:回访|已回访)/, {
    within: /回访(?:了|过)/,
    hints: '满意不满意',
    read: (given, now) => ({
      满意不满意: SATISFIED.read(given, now) ?? '',
      说明: tidy(given.replace(/^(?:不?满意)[\s,，]*/, '')),
    }),
    slots: [SATISFIED],
  }),
  command(
    'must',
    '必访',
    'either',
    '必访 H-0412-6 住院 老伴摔断了腿',
    '五必访：住院、过世、变故、特殊对象、受灾，要上门',
    /^(?:五?必访)/,
    {
      within: /必访/,
      hints: '住院过世变故特殊对象受灾五必访',
      read: (given, now) => ({ 原因: MUST.read(given, now) ?? '', 说明: tidy(given) }),
      slots: [MUST],
    },
  ),
  command(
    'visit',
    '走访',
    'either',
    '走访 Q-0412-6 上门，母子都在，孩子退烧了，还缺诊断证明',
    '记一次走访，上门、电话、微信都行',
    /^(?:走访|家访|入户|探访|看望|探望|上门)/,
    {
      within: /走访|入户|家访|去(?:了|过).{0,4}家|上门|去看(?:了|过|望)|看望(?:了|过)|探望/,
      hints: '上门家访入户看望',
      read: (given) => ({ 情况: tidy(given) }),
      slots: [slot('情况', '走访情况怎么样？一句话就行，如“上门，母子都在，孩子退烧了，还缺诊断证明”')],
    },
  ),
  command('hand', '转给', 'ticket', '转给 李强 Q-0412-6', '交给同事负责', /^(?:转给|交给|移交给?)/, {
    hints: '同事移交',
    slots: [slot('同事', '转给哪位同事？写姓名或账号', { personal: false })],
  }),
  command(
    'pass',
    '转办',
    'ticket',
    '转办 Q-0412-6 区教育局 学费减免',
    '分给部门办；还没预审的先记预审通过',
    /^(?:转办|分办|转到|转交|改转|转)/,
    {
      within: /(?:转办|转给|转到|转|交给|分给)[\u4e00-\u9fa5]{2}/,
      hints: '部门分办转交',
      read: none,
      slots: [
        slot('承办单位', '转给哪个部门？', { personal: false }),
        slot('要办的事', '请他们办什么事？如“教育救助”，别写是谁'),
      ],
    },
  ),
  command(
    'aid',
    '先行救助',
    'ticket',
    '先行救助 Q-0412-6 大米一袋 来源街道备用金 欠情况说明12月10日',
    '先救助、后补材料',
    /^(?:先行救助|先救助|先给了?|先送了?|先发了?)/,
    {
      hints: '先给先送大米',
      read: readAid,
      slots: [WHAT_GIVEN, NEED, SOURCE, OWED],
    },
  ),
  command(
    'give',
    '救助',
    'ticket',
    '救助 Q-0412-6 2000元 来源临时救助备用金',
    '登记给了什么',
    /^(?:登记救助|救助(?=\s|$)|发放|送了|给了)/,
    {
      hints: '发放送了',
      read: readAid,
      slots: [WHAT_GIVEN, NEED, SOURCE],
    },
  ),
  command(
    'papers',
    '补材料',
    'ticket',
    '补材料 Q-0412-6 诊断证明 12月10日',
    '记一份待补材料；居民会收到',
    /^(?:补材料|待补材料|要补|还要补|欠材料|缺材料)/,
    {
      hints: '材料证明还缺',
      read: (given, now) => {
        const { name, day } = readPaper(given, now)
        return { 材料名称: name, 日期: day }
      },
      slots: [slot('材料名称', '补什么材料？如“诊断证明”'), DAY],
    },
  ),
  command(
    'receive',
    '收材料',
    'ticket',
    '收材料 Q-0412-6 诊断证明',
    '材料交来了',
    /^(?:收材料|收到材料|材料(?:收到|交来|齐)了?|交来)/,
    {
      within: /材料(?:收到|交来|齐)了/,
      hints: '收到交来',
      read: words('哪份材料'),
      slots: [slot('哪份材料', '交来的是哪一份？', { picks: 'paper' })],
    },
  ),
  command('screen', '预审通过', 'ticket', '预审通过 Q-0412-6', '可以往下办了', /^预审\s*(?:通过)?/, {
    within: /预审通过|预审过了/,
    hints: '预审受理通过',
    read: words('说明'),
  }),
  command(
    'refuse',
    '不予受理',
    'ticket',
    '不予受理 Q-0412-6 户口不在本区 还可以找户籍地街道办',
    '写明理由和还可以找谁，居民会收到',
    /^(?:不予受理|不受理|预审不通过|预审没通过)/,
    {
      hints: '不受理驳回',
      read: readRefusal,
      slots: [WHY, slot('还可以', '还可以请居民找谁帮忙？')],
    },
  ),
  command(
    'report',
    '反馈',
    'ticket',
    '反馈 Q-0412-6 办好了 学费已经减免',
    '替承办单位记办理情况',
    /^(?:反馈|部门反馈)/,
    {
      hints: '反馈部门办理情况',
      read: (given, now) => ({
        结果: RESULT.read(given, now) ?? '',
        办理情况: tidy(given.replace(/^(?:办好了|办了一部分|没能办成)[\s,，]*/, '')),
      }),
      slots: [
        slot('哪一项', '是哪一项？', { picks: 'part' }),
        RESULT,
        slot('办理情况', '办理情况怎么写？居民会看到这句话'),
      ],
    },
  ),
  command('raise', '加急', 'ticket', '加急 Q-0412-6 断药了', '24小时内要先行救助', /^(?:加急|特急|紧急)/, {
    hints: '紧急马上等不了',
    read: words('理由'),
    slots: [WHY],
  }),
  command(
    'promise',
    '改日期',
    'ticket',
    '改日期 Q-0412-6 12月30日 等医院出证明',
    '改办理时限；居民会收到',
    /^(?:改日期|改期|延期|改时限)/,
    {
      hints: '延期改期时限',
      read: (given, now) => {
        const day = readDay(given, now)
        const why = day ? narrow(given).replace(day.said, ' ') : given
        return { 日期: day?.day ?? '', 理由: tidy(why.replace(/^\s*(?:到|至)\s/, ' ')) }
      },
      slots: [DAY, WHY],
    },
  ),
  command(
    'reopen',
    '重新办理',
    'ticket',
    '重新办理 Q-0412-6 学费又被催了',
    '办结、不予受理以后再办',
    /^(?:重新办理|重办|重开)/,
    {
      hints: '重新再办',
      read: words('理由'),
      slots: [WHY],
    },
  ),
  command(
    'say',
    '对居民说',
    'ticket',
    '对居民说 Q-0412-6 明天上午到您家',
    '以人的身份发给居民',
    /^(?:(?:对|跟|和|告诉|回复)(?:居民|他|她|人家)(?:说)?|回复居民|回话)/,
    {
      hints: '回复告诉居民',
      read: words('话'),
      slots: [slot('话', '对居民说什么？')],
    },
  ),
  command('back', '交还', 'ticket', '交还 Q-0412-6', '人工接管的对话还给助手', /^(?:交还|还给助手)/, {
    hints: '还给助手对话',
  }),
  command('joined', '纳入', 'either', '纳入 H-0412-6 低保', '记下纳入，30天内回访', /^(?:新?纳入|新增纳入)/, {
    hints: '纳入新增低保',
    read: words('政策'),
    slots: [slot('政策', '纳入的是哪一项？如“低保”', { personal: false })],
  }),
  command('left', '退出', 'either', '退出 H-0412-6 低保', '记下退出，30天内回访', /^退出/, {
    hints: '退出停保',
    read: words('政策'),
    slots: [slot('政策', '退出的是哪一项？如“低保”', { personal: false })],
  }),
  command('placed', '入住', 'either', '入住 H-0412-6 区福利院', '入住机构后第7天、第30天回访', /^入住/, {
    hints: '养老院福利院入住安置',
    read: words('机构'),
    slots: [slot('机构', '住进哪里了？')],
  }),
  command(
    'pledge',
    '承诺',
    'either',
    '承诺 H-0412-6 学费 到2029-06 每学期',
    '几年的承诺，到时候提醒',
    /^承诺/,
    {
      hints: '承诺资助学费每年每月',
      read: readPledge,
      slots: [slot('什么', '承诺的是什么？如“学费”'), UNTIL, EVERY],
    },
  ),
  command(
    'show',
    '看',
    'either',
    '看 Q-0412-6',
    '办到哪一步、还剩多久',
    /^(?:查看|看看|看一?下|详情|进度|看(?!望))/,
    {
      within: /(?:到哪|怎么样|啥情况|什么情况|办得|进展|进度)/,
      hints: '详情进度到哪',
    },
  ),
  // The widest wordings are tried last.
  command(
    'contact',
    '已联系',
    'ticket',
    '已联系 Q-0412-6 电话 没通',
    '记一次联系；联系上了才算',
    /^(?:已?联系(?:了|过|上了?)?|打了?(?:个)?电话|电话(?=\s|打|通|没)|联系不上|没联系上)/,
    {
      within:
        /联系|(?:打|拨|去)(?:了|过|通|不通)?(?:了|过)?(?:个)?电话|打过|打了(?!.{0,3}(?:人|我|孩))|(?:打|接|联)?通了|没(?:打)?通|没(?:人)?接|打不通|关机|加(?:了)?(?:他|她)?微信|微信(?:上)?(?:说|聊|问|回)/,
      hints: '电话通了没通没人接微信',
      read: readContact,
      slots: [REACHED],
    },
  ),
]

/** A command by its name. */
export function commandOf(name: CommandName): Command {
  const found = COMMANDS.find((one) => one.name === name)
  if (!found) throw new Error(`no command ${name}`)
  return found
}
