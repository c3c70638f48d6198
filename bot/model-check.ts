/**
 * Judges a model's words against the text they were made from. What is not certainly the same answer is refused:
 * the plain answer is always there instead, so a wrong refusal costs warmth and a wrong pass a day's walk.
 */
import { plain, readFigures } from './figures.ts'
import { hasStrayFigure, likenesses, pairs } from './model-figures.ts'

/** The longest rephrased answer, in characters; the same as a written answer's. */
export const WORDS_LIMIT = 120
/** Shorter is no sentence that helps anybody. */
const WORDS_LEAST = 8
const CHINESE_LEAST = 2

/** Why words are refused; a label for metrics, never the words themselves. */
export type Refusal =
  | 'empty'
  | 'long'
  | 'format'
  | 'not-chinese'
  | 'declined'
  | 'leak'
  | 'address'
  | 'document'
  | 'figure'
  | 'name'
  | 'certainty'
  | 'decision'
  | 'promise'
  | 'dropped'
  | 'ungrounded'

const CHARACTERS =
  /^[\u4e00-\u9fff〇A-Za-z0-9０-９Ａ-Ｚａ-ｚⅠ-Ⅻ，。！？；：、,.!?;:%％“”‘’（）()《》〔〕—–\-~·/ \u3000]*$/
/** Written for another reader than ours; also a way around the lists below. */
const TRADITIONAL =
  /[證領補貼請嗎們個這說無與為從過還給區縣鄉鎮戶醫療殘書電話網際應該關於後發點會國門問題辦報銷險歲認許讓幫難條]/
const DECLINED =
  /抱歉|对不起|不好意思|很遗憾|(?:无法|不能|没法)(?:回答|提供|协助|帮助|给出|满足|判断)|作为一?[个名]|不清楚您/
const LEAK =
  /系统|提示词|指令|模型|人工智能|AI|GPT|助手|扮演|角色|资料|原文|上述|以上(?:内容|文字|信息)|材料中|居民的话|字以内|改写|换句话说|以下是|如下|输出|回复[:：]|答[:：]|system|prompt|assistant|user/i
const ADDRESS =
  /各位|大家|用户|同事|领导|亲[，,！!]|亲爱的|宝[子贝]|该居民|这位|这名|该同志|工作人员您|顾问您/
const UNSAFE = /转账|验证码|密码|加微信|微信号|扫码|点击|链接|手续费|汇款|银行卡号|包过|找关系|托人/
/** Where to go, what to bring, how often: words as binding as figures. They stand in the source or not at all. */
const NAMES =
  /民政局|人社局|医保局|残联|派出所|公安|法院|检察院|司法所|法律援助|妇联|工会|团委|教育局|住建|信访|医院|卫生院|学校|银行|邮局|慈善会|红十字会|基金会|救助站|福利院|养老院|社保|街道|乡镇|社区|居委会|村委会|区县|民政|人社|医保|大学|公证|税务|税局|警察|便民|窗口|服务中心|政务|小程序|APP|户籍地|居住地|参保地|身份证|户口[本簿]|残疾人?证|低保证|结婚证|离婚证|出生证|死亡证明|居住证|驾驶证|房产证|银行卡|存折|病历|诊断|发票|收据|照片|委托书|承诺书|授权书|证明|合同|判决书|工资条|流水|当[天场月日年]|次[月日年]|下个?月|月底|年底|年初|今[天年日]|[明后]天|明年|去年|很快|马上|立刻|立即|随时|终身|永久|长期|每[天日周月季年]|每学[期年]|按[天日周月季年]|逐月|一次性|免费|全额|全免|全部|全报|不花钱|不用钱|不收|白拿|双倍|翻倍|加倍|优先|自动/g
const PROMISE =
  /(?:我|咱|小助|顾问)们?(?:会|将|来|去|马上|已经|这就|帮|替|给|为|可以|能|也|先)|已经?(?:帮|替|为|给)[您你]|已经?(?:批准|通过|受理|登记|提交|审核|发放|到账|办好|成功)|承诺(?!书)|担保(?!人|贷)|答应|包在|包[您你]|放心|(?:不用|别|不必|无需)担心|没问题|稳[拿了能]/
const CERTAINTY =
  /肯定|一定(?!比例|的?范围|范围|数额|期限)|保证(?!金)|必定|必然|必[须会能]|绝对|百分之?百|100%|准[能行没]|铁定|确保|确定能|无疑|当然|毫无|都(?:能|会|可以)(?=领|拿|批|过|享|得|发|补|报|申)|谁都|(?:就|便)(?:能|会|可以)(?:领|拿|给|发|批)|不会(?:拒|不)|没有?例外|只管/
const GAIN =
  /(?:能|可以|会|将|可|就|得以|足以|有权|有资格)[^，。；！？：、]{0,8}?(?:领(?!表|取表)|拿|得到|获得|享受|享有|申请[到下成]|办下|办成|批|通过|报销|补[贴助]|发钱|减免|有钱)|领得到|拿得到|批得下|办得下/
const MAY_APPLY =
  /(?:能|可以|够|有资格|有权)(?:来|直接|马上|提出)?(?:申请(?!行政|复议|复查|重新)|办理?(?!事)|享受)/
const PERSON =
  '(?:[您你](?:家|们|本人|自己)?(?:里|的?(?:妈妈?|爸爸?|母亲|父亲|孩子|儿子|女儿|老伴|爱人|家人|老人|奶奶|爷爷|情况|条件))?|[他她]|这(?:种|个)?情况|这样|像[您你]这?样?)'
/** Things to do, which anybody may be told to do. */
const DOING =
  '(?:先|再|也|自己|直接)?(?:去|到|打|向|找|问|带|请|让|拨|拿着|委托|联系|咨询|上|在|跟|和|凭|说|告诉|看|试|按|提前|准备|补)'
const VERDICT = new RegExp(
  `${PERSON}[^，。；！？：、在到用凭去向找带]{0,6}(?:能|可以|不能|不可以|没法|无法|有资格|没资格|没有资格|有权|符合|不符|够|达到|满足|属于|是(?:低保|特困|困难|重残|孤儿))(?!${DOING})`,
)
const FITS = /符合(?!的|后|低保的|规定的|条件的|当地)|满足条件|够条件|有资格|达标/
const IF = /如果|要是|假如|只要|若|的话|是否|是不是|能不能|要看|看看|看您|符合[^，。]{0,8}[的后]/
const CONDITION =
  /条件|满足|达到|低于|超过|认定|审核|评定|按规定|按照|经|由|为准|各地|当地|一般|可能|(?:的|家庭|人|孩子|老人|学生|人员)(?:[，,]|都?可以|都?能|会|就)/
const YES_NO =
  /^(?:能|可以|行|是|对|没错|好|有|不能|不行|不可以|不可|没有|不是|不会|会)(?:啊|呀|呢|哦|的|办|申请|领)*$/

/** What of the lead may not go lost, and how it may be said. */
const KEEP: readonly [RegExp, RegExp][] = [
  [/为准/, /为准|当地|各地/],
  [/各地|有的(?:地方|省)|(?:当地|街道|省里|学校)[^，。]{0,4}定|问当地|请问/, /各地|有的|当地|为准|问|定/],
  [/可能|也许|不一定|不等于|未必|不是人人/, /可能|也许|不一定|不等于|未必|不是/],
  [/一般|原则上|通常|多数|大多/, /一般|原则上|通常|多数|大多|可能|为准|各地|当地/],
  [/马上|立即|不要等|先救人/, /马上|立即|赶紧|先|不要等/],
]
/** Something people need not do, with what it is. */
const RELIEVES = /(?:不用|不需要?|无需|不必|不要求|不强求|免)(?:您|再|另外)?([\u4e00-\u9fff])/g
const RELIEVED = [
  '不用',
  '不需',
  '不需要',
  '无需',
  '不必',
  '不要求',
  '不强求',
  '不得再',
  '不再',
  '不应',
  '免',
]
/** Questions that hold a 不 and deny nothing. */
const EITHER = /能不能|是不是|要不要|有没有|符不符合|算不算|会不会|可不可以|行不行/g
const DENIES =
  /不(?:能|可|得|行|给|发|补|算|享|再|收|予|批|退|属|应|许|准|影响|受|是|要|符|够)|无法|没有|未(?!满|来)|勿|禁止|拒绝|[办领申]不了|请不了/

/** How much of the words must be made of the source, and how much of the lead they must carry. Character pairs. */
const LEAST_GROUND = 0.5
const LEAST_LEAD = 0.2
/** From this share of common pairs on, a clause of the words says what a clause of the source says. */
const LIKE = 0.45

/**
 * Whether a model's words say nothing that the text they were made from does not say.
 *
 * @param words what the model said
 * @param source everything it was given to say it from
 * @param lead the plain answer that the words would replace; what matters in it may not go lost
 * @returns null when the words may be said, else why not
 */
export function checkWords(words: string, source: string, lead = ''): Refusal | null {
  const length = [...words.trim()].length
  if (length === 0) return 'empty'
  if (length > WORDS_LIMIT) return 'long'
  const text = plain(words)
  const from = plain(source)
  const shape = checkShape(words.trim(), text, from)
  if (shape) return shape
  for (const [title] of text.matchAll(
    /《[^》]*》?|〔[^〕]*〕?[^，。]{0,6}?号?|第[^，。第]{1,6}?[条号](?!楼)/g,
  )) {
    if (!from.includes(title)) return 'document'
  }
  if (hasStrayFigure(text, from)) return 'figure'
  for (const [name] of text.matchAll(NAMES)) {
    if (!from.includes(name)) return 'name'
  }
  for (const [, duty = ''] of text.matchAll(RELIEVES)) {
    if (!RELIEVED.some((word) => ['', '您', '再', '另外'].some((more) => from.includes(word + more + duty))))
      return 'certainty'
  }
  return checkClaims(text, from) ?? checkKept(text, plain(lead)) ?? checkGround(text, from, plain(lead))
}

function checkShape(said: string, text: string, from: string): Refusal | null {
  if ([...text].length < WORDS_LEAST) return 'empty'
  if (/[\r\n]|[*#`_|<>{}[\]]|^[-•·\d]+[.、)）\s]|https?:|www\./.test(said)) return 'format'
  if (!CHARACTERS.test(said)) return 'not-chinese'
  if (!/[。！？!?.][”’）)]?$/.test(said)) return 'format'
  const chinese = text.match(/[\u4e00-\u9fff]/g)?.length ?? 0
  if (TRADITIONAL.test(text) || chinese < CHINESE_LEAST) return 'not-chinese'
  for (const [word] of text.matchAll(/[A-Za-z]+|[Ⅰ-Ⅻ]/g)) if (!from.includes(word)) return 'not-chinese'
  if (foreign(DECLINED, text, from)) return 'declined'
  if (foreign(LEAK, text, from)) return 'leak'
  if (foreign(ADDRESS, text, from)) return 'address'
  return foreign(UNSAFE, text, from) ? 'promise' : null
}

/** Clauses of a text, what stands right before each, and the sentence it is part of. */
function clausesOf(text: string): { clause: string; before: string; sentence: string; first: boolean }[] {
  return text
    .split(/[。！？；!?;]/)
    .flatMap((sentence) =>
      sentence.split(/[，：:]|(?<!\d),|,(?!\d)/).map((clause, place, all) => {
        const before = place === 0 ? '' : `${all[place - 1]}，`
        return { clause, before, sentence, first: place === 0 }
      }),
    )
    .filter(({ clause }) => clause !== '')
}

/** Whether a pattern holds in a clause that the source does not hold as it is. */
const foreign = (pattern: RegExp, text: string, from: string) =>
  clausesOf(text).some(({ clause }) => pattern.test(clause) && !from.includes(clause))

function checkClaims(text: string, from: string): Refusal | null {
  if (foreign(PROMISE, text, from)) return 'promise'
  if (foreign(CERTAINTY, text, from)) return 'certainty'
  const turnsRound = comparing(clausesOf(from).map(({ clause }) => clause))
  for (const { clause, before, sentence, first } of clausesOf(text)) {
    if (from.includes(clause)) {
      // 可以 by itself is an answer even where the source holds it somewhere.
      if (first && YES_NO.test(clause) && !from.includes(sentence)) return 'decision'
      continue
    }
    if (turnsRound(clause)) return 'certainty'
    const asks = IF.test(sentence)
    if (first && YES_NO.test(clause)) return 'decision'
    if (VERDICT.test(clause) && !asks) return 'decision'
    if (FITS.test(clause) && !asks) return 'decision'
    if ((GAIN.test(clause) || MAY_APPLY.test(clause)) && !asks) {
      if (new RegExp(PERSON).test(sentence) || !CONDITION.test(before + clause)) return 'certainty'
    }
  }
  return null
}

/** Whether a clause denies what the source's most similar clauses affirm, or the other way round. */
function comparing(clauses: readonly string[]): (clause: string) => boolean {
  const like = likenesses()
  const denies = (text: string) => DENIES.test(text.replace(EITHER, ''))
  return (clause) => {
    const likeness = clauses.map((one) => like(clause, one))
    const most = Math.max(0, ...likeness)
    if (most < Math.max(3, pairs(clause).size * LIKE)) return false
    return clauses.every((one, place) => likeness[place] !== most || denies(one) !== denies(clause))
  }
}

function checkKept(text: string, lead: string): Refusal | null {
  const phones = readFigures(lead).filter(({ key }) => /^\d{3,}$/.test(key))
  const figures = readFigures(lead)
  const kept = new Set(readFigures(text).map(({ key }) => key))
  if (phones.some(({ key }) => !kept.has(key))) return 'dropped'
  if (figures.length > 0 && !figures.some(({ key }) => kept.has(key))) return 'dropped'
  if (DENIES.test(lead.split('。')[0]?.replace(EITHER, '') ?? '') && !/[不没无未勿别免]|禁止|拒绝/.test(text))
    return 'dropped'
  return KEEP.some(([held, again]) => held.test(lead) && !again.test(text)) ? 'dropped' : null
}

function checkGround(text: string, from: string, lead: string): Refusal | null {
  const [said, given, answer] = [pairs(text), pairs(from), pairs(lead)]
  const share = (of: Set<string>, within: Set<string>) =>
    of.size === 0 ? 1 : [...of].filter((pair) => within.has(pair)).length / of.size
  if (share(said, given) < LEAST_GROUND) return 'ungrounded'
  return share(answer, said) < LEAST_LEAD ? 'ungrounded' : null
}
