/** What a heading, a label before a colon, or a column's name says that follows. */
import { ASPECT_NAMES, ASPECTS, type Aspect } from '../aspect-names.ts'

/** What stands under a heading: a section of the policy, or one of its fields. */
export type Meaning =
  | Aspect
  | 'id'
  | 'title'
  | 'aliases'
  | 'departments'
  | 'level'
  | 'area'
  | 'audience'
  | 'effective'
  | 'expires'
  | 'issued'
  | 'document'
  | 'number'
  | 'article'
  | 'link'
  | 'phones'
  | 'questions'
  | 'cues'
  | 'related'

export interface Label {
  meaning: Meaning
  /** False where a word of it suggests the meaning and the whole does not say it. */
  certain: boolean
}

const ACT = '(?:申请|申领|申报|申办|办理|办事|受理|经办|业务|报销|领取|报名)'
const AID =
  '(?:救助|补助|补贴|津贴|保障|资助|享受|认定|发放|供养|帮扶|奖励|慰问|减免|优惠|优待|服务|政策|支持|扶助|安置|援助|纳入|审核|审批|确认|给付|资金|生活|基本|具体|主要|相关|有关|目标)'
const AND = '(?:和|与|及|及其|、|/)'

const is = (pattern: string) => new RegExp(`^(?:${pattern})$`)

/** Each as offices word it. The first that fits the whole label counts. */
const CERTAIN: readonly (readonly [Meaning, RegExp])[] = [
  ['id', is('政策编号|编号|ID|id')],
  ['aliases', is('别名|俗称|又称|简称|也叫')],
  ['questions', is('例句|居民怎么问|问法|居民的问法')],
  ['cues', is('常用说法|关键词')],
  ['related', is('相关政策')],
  ['title', is('(?:政策|项目|事项|补贴|救助|服务|惠民政策)?(?:项目|事项)?名称|标题|事项|政策')],
  ['number', is('(?:政策)?文号|发文字号|文件编号|文件号')],
  ['article', is('哪几条|条款')],
  [
    'document',
    is(
      '(?:政策|文件|法规|法律|法律法规|设定|制定|实施|办理)?(?:依据|出处|来源)|(?:政策|依据)?文件(?:名称|名|全名)?',
    ),
  ],
  ['link', is('网址|链接|原文(?:链接|地址|网址)|政策链接|文件链接')],
  ['issued', is('(?:发布|印发|成文|发文|公布|公开|制定|颁布)(?:日期|时间)')],
  ['effective', is('(?:施行|实施|生效|执行|起始)(?:日期|时间)')],
  ['expires', is('(?:失效|废止|截止|终止)(?:日期|时间)|有效期(?:限|至)?|最后一天')],
  [
    'phones',
    is(
      `(?:${ACT}|${AID}|咨询|联系|监督|投诉|举报|办公|查询)*${AND}?(?:咨询|联系|监督|投诉|举报)*(?:电话|热线)(?:号码)?|联系方式|联系人(?:及|和|、)?(?:联系)?(?:电话|方式)`,
    ),
  ],
  [
    'departments',
    is(
      '(?:发布|主管|责任|牵头|实施|发文|制定|印发|颁布|业务主管|主办|承办|组织实施)(?:部门|单位|机关|科室|机构)|部门|责任主体',
    ),
  ],
  ['area', is('(?:适用|实施)(?:区域|地区|地域)|区域|地区|在哪里适用')],
  ['level', is('(?:政策)?(?:级别|层级)|哪一级(?:的政策)?')],
  ['audience', is('给谁|适用人群|人群|面向人群')],
  ['effective', is('生效')],
  ['proxy', is('(?:谁可以|可以|能否|能不能)?(?:代办|代理|委托)(?:办理|申请)?(?:吗)?|委托代办')],
  [
    'exclusions',
    is(
      `哪些情况不行|不(?:予|得|能|可|符合)(?:${ACT}|${AID})*(?:的)?(?:情形|情况|条件|对象|范围|人员)?|(?:${AID}|${ACT})*(?:停发|停止|终止|退出|取消|除外)(?:${AID})*(?:情形|情况|条件|机制)?|负面清单|(?:哪些人|哪些情况|什么情况)(?:下)?不(?:能|可以|予|得).*`,
    ),
  ],
  [
    'eligibility',
    is(
      `(?:${ACT}|${AID}|适用|面向|准入)*(?:对象|条件|人群|资格|人员|范围对象)(?:范围)?(?:${AND}(?:${ACT}|${AID})*(?:对象|条件|范围|资格|人员|人群))?|(?:谁|哪些人|什么人|哪些家庭|什么样的人)(?:能|可以|有资格)?(?:${ACT}|${AID})*|(?:${ACT})*需要(?:符合|满足|具备)?(?:什么|哪些)条件|${AID}*${ACT}*条件是什么`,
    ),
  ],
  [
    'materials',
    is(
      `(?:${ACT}|${AID}|所需|需要|需|应|应当|提交|提供|携带|准备|带|的)*(?:材料|资料|证件|要件|证明材料)(?:清单|目录|要求)?|带什么材料|(?:${ACT})*(?:需要|要|应)?(?:带|准备|提交|提供)*(?:什么|哪些)(?:材料|资料|证件|东西)`,
    ),
  ],
  [
    'time',
    is(
      `(?:${ACT}|${AID}|办结|承诺|法定|完成)*(?:时限|期限|周期)|要多久|多久.*|.*(?:多长时间|多少天|多久)(?:能.*)?`,
    ),
  ],
  [
    'where',
    is(
      `(?:${ACT}|${AID})*(?:${ACT})(?:地点|机构|部门|单位|渠道|窗口|途径|地址|方式|网点)|去哪办|(?:去|到|在|向)?(?:哪|哪里|哪儿|什么地方|谁|哪个部门)(?:${ACT}|提出|提交)+.*`,
    ),
  ],
  [
    'steps',
    is(
      `(?:${ACT}|${AID}|工作|操作|调查|公示|评审)*(?:${AND}(?:${ACT}|${AID})+)*(?:程序|流程|步骤|手续)|怎么办|(?:怎么|如何|怎样)(?:${ACT})+.*`,
    ),
  ],
  [
    'appeal',
    is(
      '不服怎么办|(?:异议|争议|复议|申诉|救济|行政复议|权利救济)(?:处理|途径|渠道|申请|方式|办法)?|对.*不服.*',
    ),
  ],
  [
    'benefit',
    is(
      `(?:${ACT}|${AID})*(?:标准|金额|额度|水平|待遇|内容|措施|方式)(?:${AND}(?:${AID})*(?:标准|金额|内容|方式|额度|措施|水平))?|给什么|(?:给|补|发|领|能领|补贴|补助|救助)(?:多少)(?:钱)?|有(?:什么|哪些)(?:待遇|优惠|补贴|好处)`,
    ),
  ],
  [
    'overview',
    is(
      '是什么|(?:政策|项目|业务|事项|基本)?(?:简介|概述|概况|介绍|说明|简述|定义|情况)|什么(?:是|叫).*|.*是什么',
    ),
  ],
]

/** A word in the label that suggests what follows. */
const LIKELY: readonly (readonly [Meaning, RegExp])[] = [
  ['phones', /电话|热线|联系方式/],
  ['exclusions', /不予|不得|停发|终止|除外|退出|不能.*(?:申请|享受)/],
  ['materials', /材料|资料|证件/],
  ['proxy', /代办|委托/],
  ['appeal', /复议|申诉|异议|不服|投诉/],
  ['eligibility', /对象|条件|资格|哪些人|谁/],
  ['benefit', /标准|金额|待遇|额度|多少钱|补多少|给多少|发放|内容/],
  ['time', /时限|期限|多久|时间/],
  ['steps', /程序|流程|步骤|怎么|如何|怎样|审核|审批|申请|受理/],
  ['where', /地点|哪里|去哪|窗口|渠道|受理机构/],
  ['document', /依据/],
  ['overview', /简介|概述|概况|目的|内容|解读/],
]

/** Numbers and marks before a heading: 一、 （二） 3. 第四章 【 ■. */
const NUMBERING =
  /^(?:第[一二三四五六七八九十百\d]{1,4}[章节条部分]{1,2}\s*|[（(][一二三四五六七八九十\d]{1,3}[)）]\s*[、.]?\s*|[一二三四五六七八九十]{1,3}[、.．是]\s*|\d{1,2}(?:[、．)）]|\.(?!\d))\s*|[①-⑳]\s*|[■◆●▶►◎★☆▲△□◇○·•※✦➤-]\s*|问[:：]\s*|Q\d{0,2}[:：.、]\s*|【)+/

/** A heading without its number and its marks. */
export const withoutNumber = (text: string): string =>
  text
    .replace(NUMBERING, '')
    .replace(/[】:：?？。;；*＊]+$/, '')
    .trim()

/** What a label says that follows; null where it says nothing we know. */
export function labelOf(written: string): Label | null {
  const label = withoutNumber(written)
    .replace(/[（(【][^）)】]*[）)】]/g, '')
    .replace(/[\s“”"]/g, '')
    .replace(/的(?=[\u4e00-\u9fff])/g, '')
  if (label === '') return null
  const ours = ASPECT_NAMES.find((aspect) => ASPECTS[aspect] === label)
  if (ours) return { meaning: ours, certain: true }
  const certain = CERTAIN.find(([, pattern]) => pattern.test(label))
  if (certain) return { meaning: certain[0], certain: true }
  const likely = label.length <= 20 ? LIKELY.find(([, pattern]) => pattern.test(label)) : undefined
  return likely ? { meaning: likely[0], certain: false } : null
}

export const isAspect = (meaning: Meaning): meaning is Aspect => ASPECT_NAMES.some((one) => one === meaning)
