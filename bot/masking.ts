/**
 * Takes what belongs to one person out of a text before it leaves for a language model: numbers, names, places.
 * Rather too much than too little: the model needs to know what is asked, not who asks.
 */
import { readPhone, readPlace } from '../flows/facts.ts'

/** Common surnames; the first character of a name that stands without 叫 or 姓名. */
const SURNAMES =
  '(?:欧阳|司马|上官|诸葛|尉迟|皇甫|慕容|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛])'
/** What begins like a name and is none. */
const NO_NAME =
  /^(?:高(?:血|烧|龄|中|考|位|额|新)|白(?:血|内|癜|天|发)|黄疸|常(?:年|住)|单(?:亲|身|独|位|人|元)|成(?:年|人|都|了|绩)|安(?:置|全|徽)|金(?:额|融|秋)|石(?:油|头|膏)|文(?:盲|化|件)|马上|方(?:便|面)|向(?:上|街|社|谁|哪|他|她)|关(?:于|节|系)|康复|管(?:不|他|她|我|理|家|事)|解(?:决|除)|强(?:直|制)|易(?:返|地)|任何|万(?:一|元|块)|江[苏西]|温(?:州|饱)|毛病|田地|林地|农(?:村|民|业)|费用|包(?:吃|住|工|括)|谢谢|孙[子女]|施工|童年|钱(?:没|还|不|少|多|够|什|怎|啥)|何(?:时|处|地|况|必|种|人)|祝[您你]|顾(?:问|不))/
/** After these a name comes, whatever it looks like. */
const SURELY = /姓名|名字|名叫|我叫/
const KIN =
  '(?:老公|老婆|爱人|丈夫|妻子|老伴|媳妇|爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|儿子|女儿|闺女|小孩|孩子|孙子|孙女|弟弟?|妹妹?|哥哥?|姐姐?|侄子|侄女|外甥女?|叔叔?|大伯|姑姑|舅舅|阿?姨|邻居|亲戚|朋友|同事|同学)'
const HAN = '[\\u4e00-\\u9fff]'
/** Where a name ends though nothing parts it from what follows. */
const AFTER_NAME = '(?=今年|电话|手机|住|家住|身份证|[的在，。！？；、,.!?;:：\\s\\d〔]|$)'
const LABEL =
  '(?:姓名|名字|名叫|叫做?|本名|户主|申请人|联系人|收款人|患者|病人|户名|署名)(?:就)?(?:是|叫|为)?[:：]?'
const NUMERAL = '[0-9０-９零〇一幺二两三四五六七八九]'

const MASKS: readonly [RegExp, string][] = [
  [/[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g, '〔邮箱〕'],
  [/(?:https?:\/\/|www\.)\S+/g, '〔网址〕'],
  [/((?:微信|QQ|qq|抖音)号?(?:是|为)?[:：]?)[A-Za-z0-9_-]{5,}/g, '$1〔账号〕'],
  [/[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·]?[A-Z0-9]{5,6}/g, '〔车牌〕'],
  [/(?:\d[ -]?){14,18}[\dXx]/g, '〔证件号〕'],
  [/((?:后[四六]位|尾号|末[四六]位)(?:是|为)?[:：]?)\s*[\dXx]{3,6}/g, '$1〔号码〕'],
  [/(?:19|20)\d\d[年./-]\d{1,2}[月./-]\d{1,2}[日号]?(?=\s*(?:出?生|的?生日))/g, '〔生日〕'],
  [
    /((?:生日|出生(?:日期|年月)?)(?:是|为)?[:：]?)\s*(?:19|20)\d\d[年./-]?\d{1,2}[月./-]?(?:\d{1,2}[日号]?)?/g,
    '$1〔生日〕',
  ],
]
/** Longer than any phone number, however it is said. */
const SPOKEN_ID = new RegExp(`${NUMERAL}(?:[ \\-—]?${NUMERAL}){13,}[Xx]?`, 'g')
/** Left over after phones and cards: any longer number that is not an amount. */
const LONG_NUMBER = new RegExp(`${NUMERAL}(?:[ .\\-—·]?${NUMERAL}){4,}[Xx]?(?![元块万千百\\d])`, 'g')
const LONGEST_AMOUNT = new RegExp(`${NUMERAL}(?:[\\s.,、\\-—·/_()]{0,2}${NUMERAL}){6,}[Xx]?`, 'g')
/** Public numbers, which everybody may name. */
const HOTLINE = /^(?:12|96)\d{3}$/
const DOOR = new RegExp(
  `(?:${HAN}{1,6}(?:路|街|巷|弄|胡同|大道|村|小区|花园|苑|公寓))?(?:[0-9０-９A-Za-z零一二三四五六七八九十百-]{1,6}(?:号楼|号院|栋|幢|单元|号门|弄|室|户|门牌|楼|组|队|号))+(?:[0-9０-９]{1,5}室?)?`,
  'g',
)
const NAMES: readonly RegExp[] = [
  new RegExp(
    `(${LABEL})(?!什么|啥|救护|我|他|她|人|车|低保|临时|社会|大病|残疾|特困|医疗|做)(${HAN}{1,8}·${HAN}{1,8}|${HAN}{2,4}?${AFTER_NAME}|${HAN}{2,4})`,
    'g',
  ),
  new RegExp(
    `((?:我是|我叫|[他她]是|本人|帮|替|${KIN}))(${SURNAMES}${HAN}{1,2}?${AFTER_NAME}|${SURNAMES}${HAN}{1,2})`,
    'g',
  ),
  new RegExp(
    `()(${SURNAMES}${HAN}{0,2}?)(?=先生|女士|小姐|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|师傅|老师|医生|主任|书记|奶奶|爷爷|婆婆)`,
    'g',
  ),
  new RegExp(`(^|[,。!?;、\\s〕:])(${SURNAMES}${HAN}{1,2})(?=$|[,。!?;、\\s〔])`, 'g'),
  new RegExp(`(姓)(${SURNAMES})`, 'g'),
  new RegExp(`([老小])(${SURNAMES})(?=[，。！？、,\\s家的]|$)`, 'g'),
]
/** A message names a few places at most; more is a list and masked by its parts. */
const PLACES_LIMIT = 8
/** Places everybody shares; they say nothing of one person and are often what is asked about. */
const SHARED_PLACE =
  /^(?:去|到|在|还是|向|找|问|跟|从)*(?:老家|家里|本地|外地|当地|全国|农村|城市|[县镇村乡]里?|县城|市区|外省|本省|本市|社区|街道|乡镇|医院|学校|工地|厂里?)$/

/**
 * A text without what belongs to one person: phone numbers however said, ID and card numbers, other long numbers,
 * names, addresses. What is put instead says what kind of thing it was.
 */
export function maskPersonal(text: string): string {
  let masked = maskWho(text)
  let rest = masked
  for (let count = 0; count < PLACES_LIMIT; count++) {
    const place = readPlace(rest)
    if (place === null) break
    rest = rest.replaceAll(place, ',')
    if (!SHARED_PLACE.test(place)) masked = masked.replaceAll(place, '〔地址〕')
  }
  masked = masked.replace(DOOR, '〔地址〕')
  return maskNames(masked).replace(/(?:〔地址〕[\d\s-]*)+/g, '〔地址〕')
}

/** What says where somebody lives, rather than where something is done. */
const LIVES = /住|[路街巷弄村镇乡]|\d\s*(?:号|栋|幢|楼|室|单元|组|队)/

/**
 * A question without what belongs to one person, and otherwise as it was asked: for those who are to answer it. Places
 * go only where one is told to live there; 轮椅爆胎了哪里修 names none.
 */
export function maskQuestion(text: string): string {
  return LIVES.test(text.normalize('NFKC')) ? maskPersonal(text) : maskWho(text)
}

/** A text without names and numbers. */
function maskWho(text: string): string {
  let masked = text.normalize('NFKC').replaceAll('〔', '(').replaceAll('〕', ')')
  for (const [pattern, instead] of MASKS) masked = masked.replace(pattern, instead)
  masked = masked.replace(SPOKEN_ID, '〔证件号〕')
  for (let found = readPhone(masked); found; found = readPhone(masked)) {
    masked = masked.replaceAll(found.said, '〔电话〕')
  }
  masked = masked
    .replace(LONGEST_AMOUNT, '〔号码〕')
    .replace(LONG_NUMBER, (said) => (HOTLINE.test(said) ? said : '〔号码〕'))
  return maskNames(masked)
}

function maskNames(text: string): string {
  let masked = text
  for (const pattern of NAMES) {
    masked = masked.replace(pattern, (said, lead: string, name: string) =>
      NO_NAME.test(name) && !SURELY.test(lead) ? said : `${lead}〔姓名〕`,
    )
  }
  return masked
}
