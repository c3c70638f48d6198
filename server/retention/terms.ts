/**
 * How long each kind of thing is kept, and why. `server/retention.ts` forgets by this table, PRIVACY.md shows it, and
 * the compiler lets no table come without a term.
 */
import type { TableName } from '../../bot/store.ts'
import type { Keep } from '../config.ts'

/** How long rows of a table, or files, are kept. */
export interface Term {
  /** What they are, as the office calls it. */
  what: string
  /** Days; the name of a term the office decides; null where another thing ends them. */
  days: number | keyof Keep | null
  /** From when the days count, or what ends them. */
  until: string
  why: string
}

/** That somebody had their data deleted is a record of processing: 个人信息保护法 第五十六条, three years. */
export const ERASED_KEPT_DAYS = 1095

const STATUTE = '个人信息保护法第十九条：最短必要时间'
const WITH_TICKET = '随求助单一起删'
const ROSTER = '单位自己的名册，用 npm run people 改和删'

export const TERMS = {
  residents: {
    what: '居民在微信上的编号、扫过的码、还能主动发几条',
    days: 30,
    until: '取消关注、名下没有求助单以后',
    why: `关注着就要用它来回话；${STATUTE}`,
  },
  sessions: { what: '对话说到哪里', days: null, until: '随居民编号一起删', why: '没登记完的话另有期限' },
  unfinished: {
    what: '没登记完的求助（同意前1天，同意后30天）',
    days: 0,
    until: '到期没回来接着说，连说过的一起删',
    why: '没有同意就不留；同意了的，留给居民回来接着说',
  },
  turns: { what: '哪条来信回过了', days: 3, until: '回话以后', why: '平台几秒内会重发；多留几天查故障' },
  taken: {
    what: '收下了、还没回完的来信',
    days: 3,
    until: '回完马上删；回不了的，收下以后；居民要求删除时马上删',
    why: '回得慢的，平台不会再发；机器这时停了，重启后接着回',
  },
  outbox: {
    what: '发给居民的话',
    days: 30,
    until: '送到或确定送不到以后',
    why: '居民来问“你们说过什么”时查',
  },
  events: {
    what: '关注、遇险、找人工、删除这些事（没有内容）',
    days: 365,
    until: '发生以后；“删除”这一种留1095天',
    why: '事后核查处置过程；删除属于处理记录，个人信息保护法第五十六条：至少三年',
  },
  jobs: { what: '定时要做的事', days: 30, until: '做完以后', why: '查故障' },
  tickets: {
    what: '求助单',
    days: 'tickets',
    until: '办结、回访、不予受理或停办以后，没有约好的走访和等答复的删除、导出',
    why: '救助和档案的保存期限没有查到全国统一的规定，由单位按当地规定定；默认从宽，早删了找不回来',
  },
  ticket_keys: { what: '认重复求助用的指纹', days: null, until: WITH_TICKET, why: '查重只对留着的单子有用' },
  ticket_events: { what: '求助单的经过', days: null, until: WITH_TICKET, why: '是求助单的一部分' },
  heard: {
    what: '人工接管时居民说的话；登记以后对求助补充、催办、说遇险的话',
    days: 180,
    until: '说的那天以后；居民要求删除时马上删',
    why: '办理、回访都过了；要紧的由顾问记进求助单',
  },
  tasks: {
    what: '要打的电话、居民要求的删除和导出',
    days: 365,
    until: '做完、到期以后',
    why: '核查有没有按时做',
  },
  nudges: { what: '提醒顾问的事（没有内容）', days: 30, until: '发生以后', why: '一个月后看求助单本身' },
  ways: { what: '各条提醒通道通不通', days: null, until: '通道用着就在', why: '没有居民的信息' },
  areas: { what: '区域和群机器人', days: null, until: ROSTER, why: '没有居民的信息' },
  advisors: { what: '顾问的姓名、电话、值班', days: null, until: ROSTER, why: '分派和联系要用' },
  rosters: { what: '名册的版本号', days: null, until: '一直在', why: '没有个人信息' },
  households: {
    what: '联系对象（走访的家庭）',
    days: 'households',
    until: '从名单去掉以后；还在名单上的一直留着',
    why: '保存期限没有查到全国统一的规定，由单位定；默认从宽',
  },
  household_keys: {
    what: '认出同一户用的指纹',
    days: null,
    until: '随联系对象一起删',
    why: '再导入时认得出',
  },
  visit_tasks: {
    what: '要做的走访',
    days: 'households',
    until: '做完或取消、到期以后；求助单的随求助单',
    why: '和走访记录一样长',
  },
  visits: {
    what: '走访记录',
    days: 'households',
    until: '走访以后；求助单的随求助单',
    why: '看一户多年的变化；期限由单位定',
  },
  advisor_turns: { what: '回过顾问的话', days: 3, until: '回话以后', why: '平台会重发；多留几天查故障' },
  advisor_talks: { what: '和顾问说到哪里', days: 3, until: '最后一句以后', why: '隔天就没人接着说了' },
  cards: { what: '发给顾问的卡片', days: 3, until: '拿到更新码以后', why: '平台只许72小时内更新' },
  data_keys: {
    what: '用过哪几把数据密钥（没有密钥本身）',
    days: null,
    until: '有它加密的数据就在',
    why: '少了密钥要能发现',
  },
  audit: {
    what: '审计记录：谁看过、改过、导出过、删除过',
    days: 'audit',
    until: '记下以后；不能少于180天',
    why: '网络安全法：网络日志不少于六个月；个人信息保护法第五十六条：处理情况记录至少三年',
  },
  audit_heads: { what: '审计记录的链头', days: null, until: '一直在', why: '没有个人信息' },
  tokens: { what: '平台的临时令牌', days: null, until: '换新的就没了', why: '没有居民的信息' },
  accounts: { what: '管理台的账号', days: null, until: '由管理员停用', why: '谁做过什么要对得上人' },
  sign_ins: { what: '管理台的登录', days: 0, until: '登录失效时', why: '失效了就没有用' },
  questions: {
    what: '没答上来的问题（遮过的，不知道是谁问的）',
    days: 180,
    until: '问的那天以后',
    why: '给工作人员补政策用，半年够补',
  },
  policies: { what: '单位发布的政策', days: null, until: '由工作人员停用', why: '公开的内容' },
  policy_versions: {
    what: '政策的历次版本，谁写、谁发布',
    days: null,
    until: '一直在',
    why: '答过居民什么要查得到；没有居民的信息',
  },
  policy_drafts: { what: '没发布的政策草稿', days: null, until: '发布或作废', why: '没有居民的信息' },
  api_keys: {
    what: '给区里其他系统的接口密钥（只留校验值）',
    days: null,
    until: '由管理员停用',
    why: '哪个系统送来、取走过什么要对得上',
  },
  handed_in: {
    what: '其他系统送来过的编号（算成指纹，没有内容）',
    days: 365,
    until: '送来以后',
    why: '同一件事再送来认得出，不办两遍',
  },
  alerts: {
    what: '其他系统送来的预警',
    days: 'households',
    until: '送来以后',
    why: '和走访记录一样长',
  },
  removed_tickets: {
    what: '删掉了的求助单的编号（没有内容）',
    days: 365,
    until: '删掉以后',
    why: '取走过的系统要知道也该删',
  },
  mark_counts: { what: '变化编到第几号', days: null, until: '一直在', why: '没有个人信息' },
  policy_imports: {
    what: '导入过哪些政策文件',
    days: 30,
    until: '导入那天以后，或用完时丢掉',
    why: '一个月够看完、挑完；没有居民的信息',
  },
  imported_policies: {
    what: '从文件里读出、还没做成草稿的政策',
    days: 30,
    until: '随导入一起删',
    why: '做成了草稿就用不着了；没有居民的信息',
  },
  tallies: { what: '每天各类事情的次数', days: null, until: '一直在', why: '只有数，没有人' },
} as const satisfies Record<TableName, Term>

/** What is kept in files beside the tables. */
export const FILE_TERMS = {
  'media/': {
    what: '居民和顾问发来的照片、语音（加密）',
    days: null,
    until: '随求助单、走访或居民说的那句话一起删',
    why: '是求助单、走访记录和居民说的话的一部分',
  },
  'db.json、db.index、journal-*': {
    what: '数据本身：快照、找它的行用的索引和日志（个人信息加密）',
    days: 1,
    until: '删掉的内容到下一次整理（每天至少一次）',
    why: '日志只在整理时变短',
  },
  'learned.bin': {
    what: '从发布的政策学到的东西，启动时省半秒（没有个人信息）',
    days: null,
    until: '政策变了就换新的',
    why: '公开的内容',
  },
  'db.previous.json': { what: '上一次的快照', days: 2, until: '再下一次整理', why: '快照坏了时用' },
  'db-<日期>.json': { what: '每天一份的副本', days: 7, until: '那天以后', why: '误操作后找回' },
  '*.damaged-*': {
    what: '坏了、另存在一边的文件',
    days: null,
    until: '由管理员查明后删',
    why: '查清楚之前不能丢；里面的个人信息一样是加密的',
  },
  备份: {
    what: 'npm run store -- backup 做的备份',
    days: null,
    until: '按 --keep 到期；从备份恢复时，会把备份以后删除过的再删一遍',
    why: '单位的备份制度',
  },
  服务日志: {
    what: '运行日志（没有个人信息）',
    days: null,
    until: '由系统（journald、docker）保存，不少于180天',
    why: '网络安全法：网络日志不少于六个月',
  },
} as const satisfies Record<string, Term>

/** The days of a term, as the office decided them where it does. */
export const daysOf = (table: TableName, keep: Keep): number | null => {
  const { days }: Term = TERMS[table]
  return typeof days === 'string' ? keep[days] : days
}
