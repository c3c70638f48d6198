/** What an advisor may write in one line: each command, its other wordings, and what must be given with it. */

import { readDay } from '../days.ts'
import {
  DAY,
  EVERY,
  MUST,
  NEED,
  OUTCOME,
  OWED,
  REACHED,
  RESULT,
  readPaper,
  SATISFIED,
  type Slot,
  SOURCE,
  slot,
  tidy,
  UNTIL,
  WHAT_GIVEN,
  WHY,
} from './slots.ts'
import { narrow } from './subject.ts'
import {
  none,
  readAid,
  readContact,
  readPledge,
  readRefusal,
  readReport,
  type Values,
  words,
} from './values.ts'

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
  'place',
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

/** Every command, in the order free wordings are tried. */
export const COMMANDS: readonly Command[] = [
  command(
    'mine',
    '我的',
    'none',
    '我的',
    '手上有什么：超期的、今天到期的、没人接的、要走访的',
    /^(?:我的(?!包片|联系对象|重点)(?:单子?|待办|任务|求助单)?|待办|今天(?:有)?(?:什么|啥)(?:事|活|要办)?.*|我(?:手上|手头|这里|这边)?(?:还)?有(?:什么|哪些|几).*|(?:有)?(?:什么|哪些)要(?:办|做)的?.*|(?:今天)?(?:还)?有(?:没有)?(?:啥|什么|新)?(?:的)?(?:事情?|活|单子?|求助单?)(?:没有?|吗|么|不)?)[\s?？。!！]*$/,
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
        const outcome = OUTCOME.read(given, new Date(0)) ?? ''
        return {
          结果: outcome,
          办理结果: tidy(
            given.replace(/^(?:帮上一部分|没帮上|帮上了|重复)/, '').replace(/^.*?(?:办结|结案|结单)了?/, ''),
          ),
        }
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
    /^(?:补材料|待补材料|要材料|要补|还要补|还缺|欠材料|缺材料)/,
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
      read: readReport,
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
    'place',
    '划区',
    'ticket',
    '划区 Q-0412-6 城关街道幸福社区',
    '划到另一个街道、社区',
    /^(?:划区|划到|改片区|归到)/,
    {
      hints: '片区街道社区',
      read: words('区域'),
      slots: [slot('区域', '划到哪里？写到街道、社区', { personal: false })],
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
      within:
        /(?:到哪|怎么样|啥情况|什么情况|办得|进展|进度)|(?:电话|手机号?|号码|联系方式|地址|住址|住哪).{0,3}(?:多少|几号|什么|啥|哪|呢)|(?:谁|哪个)(?:在|负责)(?:弄|办|管|跟)?/,
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
