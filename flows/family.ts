/** Who is in need and what their home is like, as far as a message says so. */

/** For whom someone asks. */
export type Who = 'self' | 'family' | 'neighbour'

const FAMILY =
  '老头子|老头儿?|老太婆|老伴儿|表姐|表妹|表哥|表弟|堂姐|堂妹|堂哥|堂弟|嫂子|弟媳妇?|弟妹|姐夫|妹夫|婶婶|婶子|伯母|姑妈|姑父|姨妈|姨父|舅妈|大姨|小姨|[二三四小]叔(?!子)|[大二三]舅|小叔子|小姑子|大伯哥|侄媳妇?|孙媳妇?|儿媳妇?|女婿|干妈|干爹|老公|老婆(?!婆)|爱人|丈夫|妻子|老伴|男人|媳妇|爸妈|父母|爸爸|妈妈|父亲|母亲|老爸|老妈|爸|妈|老爹|老娘|爹|娘|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|儿子|女儿|闺女|娃儿|娃|小孩|孩子|孙子|孙女|外孙女|外孙|弟弟|妹妹|哥哥|姐姐|哥|姐|弟|妹|侄子|侄女|外甥女|外甥|叔叔|叔|大伯|姑姑|舅舅|姨'
const OTHERS =
  '邻居|隔壁|楼上|楼下|对门|街坊|亲戚|朋友|同事|同学|老乡|工友|村民|居民|房客|租客|流浪汉|老婆婆|老大爷|老太太|孤寡老人|路人|别人|(?<!老)人家'
/** 现在住亲戚家: where somebody stays, and nobody asks for them. */
const STAYS_WITH = new RegExp(
  `(?:住|待|躲|暂住|借住|睡|跑|去|回)(?:到|在|进)?(?:了)?(?:${FAMILY}|${OTHERS})(?:那|的)?(?:家|屋|里)`,
  'g',
)
/** 我妈说网上都是骗子, 我男人走了三年了: who is quoted, or dead, is not who asks for help. */
const ONLY_NAMED = new RegExp(
  `(?:我|俺)(?:家)?(?:${FAMILY})(?:说|讲|叫我|让我|告诉我|(?:早就?|都|前年|去年)?(?:走|没|去世|过世|死|牺牲)了(?=$|[一二两三四五六七八九十几\\d\\s，。]))`,
  'g',
)
const KIN = new RegExp(
  `(?:我|俺|咱)(?:们)?(?:家|屋里|屋头)?头?(?:的|里)?(?:一个)?(${FAMILY})|(?:^|[，。！？；、,!?;\\s])(?:给|帮|替|为)?(?:家里)?(${FAMILY})`,
)
const OTHER = new RegExp(`(?:${OTHERS})`)
/** Said outright: 替邻居老婆婆求助. */
const FOR = new RegExp(
  `(?:替|给|帮|为)(?:我们?|俺们?|咱们?)?(?:家)?(?:的|里)?(?:一个)?(?:(${FAMILY})|(${OTHERS}))`,
)
const SELF =
  /^(?:给|帮|替|为)?(?:就|是)*(?:我|俺|咱)?(?:自己个?儿?|自个儿?|本人|自已|我们?家|俺家|我|俺)(?:的|用|求助|办|登记|申请|啊|呀)*$/
/** Who is beaten asks for themselves, whoever does it. */
const BEATEN =
  /(?:打|骂|虐待|欺负|赶)(?:了|着)?(?:我|俺)(?!妈|爸|家|孩|儿|女|娃|弟|妹|姐|哥)|(?:^|[，。！\s])(?:我|俺)(?:昨天|今天|昨晚|天天|经常|老|又|总|一直)*(?:被|让|给|挨)[^，。！？\s]{0,8}(?:打|骂|揍|欺负|虐待|撵|赶)/
/** 我爸在打我妈: who is hit needs help, and not who hits. */
const HITS = new RegExp(
  `(?:打|揍|踢|踹|掐|虐待|欺负)(?:了|着)?(?:我|俺)(?:们)?(?:家)?(${FAMILY})(?!的?(?:电话|手机))`,
)
/** 我没人照顾, 我腿断了: the trouble of whoever writes, where nobody else is named. */
const OWN_TROUBLE =
  /(?:^|[\s，。！])(?:我|俺)(?:自己|自个儿?|现在|一个人|都|又|已经|也|还|今年|的|身体|腿|腰|手|脚|眼睛?|头|心脏|肾|肺|肝)*(?:没有?(?:人|钱|地方|工作|收入|饭|房|依靠|儿女|子女|活干)|失业|下岗|瘫|病|残疾|住院|摔|断|骨折|得了|瞎|聋|动不了|走不了|下不了床|看不见|欠|\d{2}(?:岁|多岁)|是(?:个)?(?:残疾|孤寡|低保|失业|聋哑|盲))/
/** What a whole home lacks, the writer lacks too, though only its children are named. */
const HOME_LACKS =
  /(?:家里|我家|俺家|咱家|我们家|全家|一家)[^，。！？,!?]{0,6}(?:没|断|缺|揭不开|冇|莫得)[^，。！？,!?]{0,4}(?:米|粮|吃|饭|锅|炊|收入|水|电|柴|地方住)/
/** How a relation said in one syllable is written down. */
const IN_FULL: Readonly<Record<string, string>> = {
  妈: '妈妈',
  老妈: '妈妈',
  爸: '爸爸',
  老爸: '爸爸',
  爹: '父亲',
  老爹: '父亲',
  娘: '母亲',
  老娘: '母亲',
  哥: '哥哥',
  姐: '姐姐',
  弟: '弟弟',
  妹: '妹妹',
  叔: '叔叔',
  娃: '孩子',
  娃儿: '孩子',
  隔壁: '邻居',
  楼上: '邻居',
  楼下: '邻居',
  对门: '邻居',
  街坊: '邻居',
  小孩: '孩子',
  爸妈: '父母',
  男人: '老公',
}

/** For whom a message asks and what they are to the writer; null when it does not say. */
export function readFor(text: string): { who: Who; relation: string | null } | null {
  const bare = text
    .normalize('NFKC')
    .replace(STAYS_WITH, '')
    .replace(ONLY_NAMED, ' ')
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
  const first = /^[^\s，。,、；;！!]+/u.exec(bare)?.[0] ?? ''
  if (SELF.test(bare) || (SELF.test(first) && (/自[己已个]|本人/.test(first) || !KIN.test(bare))))
    return { who: 'self', relation: null }
  if (WITH_CHILDREN.test(bare)) return { who: 'self', relation: null }
  if (BEATEN.test(bare)) return { who: 'self', relation: null }
  const beaten = HITS.exec(bare)?.[1]
  if (beaten) return { who: 'family', relation: IN_FULL[beaten] ?? beaten }
  const [, ofFamily, ofOthers] = FOR.exec(bare) ?? []
  if (ofOthers) return { who: 'neighbour', relation: IN_FULL[ofOthers] ?? ofOthers }
  const kin = KIN.exec(bare)
  const relation = ofFamily ?? kin?.[1] ?? kin?.[2]
  const onlyChildren = !ofFamily && /^(?:孩子|娃儿?|小孩)?$/.test(relation ?? '')
  if (onlyChildren && HOME_LACKS.test(bare)) return { who: 'self', relation: null }
  if (relation) return { who: 'family', relation: IN_FULL[relation] ?? relation }
  const other = OTHER.exec(bare)?.[0]
  if (other) return { who: 'neighbour', relation: IN_FULL[other] ?? other }
  return OWN_TROUBLE.test(bare) ? { who: 'self', relation: null } : null
}

/** 俺跟俩孙子 三口人: for a home of the writer's own. */
const WITH_CHILDREN =
  /^(?:给)?(?:我|俺)们?(?:跟|和|带着?|领着)(?:[一二两俩三仨四\d]个?)?(?:孙[子女娃]|孩子|娃|儿子|女儿|闺女|外孙)(?![^，。\s]{0,3}(?:病|瘫|残|打))/

const WHO_ALONE = new RegExp(
  `^(?:给|帮|替|为|是)*(?:我|俺|咱)?(?:们)?(?:家)?(?:的|里)?(?:一个)?(?:${FAMILY}|${OTHERS})(?:的|求助|办|登记|申请|啊|呀)*$`,
)
/** For whom a message asks that says nothing else: 我自己, 给我孙子; null when it says more. */
export function readWhoAlone(text: string): ReturnType<typeof readFor> {
  const bare = text.normalize('NFKC').replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
  return SELF.test(bare) || WHO_ALONE.test(bare) ? readFor(bare) : null
}

/** 不是我姐, 不是给我妈: for whom it is not. */
const NOT_FOR = new RegExp(
  `不是(?:给|帮|替|为)?(?:我|俺|咱)?(?:们)?(?:家)?(?:的)?(?:自[己已个]|本人|我|俺|${FAMILY}|${OTHERS})(?=$|[\\s\\p{P}]|是)`,
  'u',
)
const SLIPPED = /[写说填打选点弄搞记]错|错了|不对|改成|改为|弄反|搞混/
/** Longer words tell a story. In characters. */
const PUT_RIGHT_TO = 24
/** For whom it is after all, said as such: 写错了 不是我姐 是我; null when the words do not put that right. */
export function readWhoPutRight(text: string): ReturnType<typeof readFor> {
  const plain = text.normalize('NFKC').trim()
  if (plain.length > PUT_RIGHT_TO || !(NOT_FOR.test(plain) || SLIPPED.test(plain))) return null
  const clauses = plain.replace(/(不是[^\s\p{P}]{1,7})是/gu, '$1 是').split(/[\s\p{P}]+/u)
  for (const clause of clauses) {
    if (clause.startsWith('不是')) continue
    const whom = readWhoAlone(clause.replace(/^(?:哦|噢|啊|其实|应该|就|改成|改为|要|那)*是?/, ''))
    if (whom !== null) return whom
  }
  return null
}

const COUNT = '[一二两三四五六七八九十\\d]{1,2}'
const HOUSEHOLD = new RegExp(
  `(?:一家|全家|家里|我家|家有|家中)?(?:总共|一共|共|有)?${COUNT}口(?:人|子)?|带着?${COUNT}个(?:孩子|娃|小孩)|(?:一个人|独自|自己)(?:过|住|生活)`,
)
/** How many live in the home, in the writer's words. */
export function readHousehold(text: string): string | null {
  return HOUSEHOLD.exec(text)?.[0] ?? null
}

const AMOUNT = '[一二两三四五六七八九十百千万几\\d.]+'
const INCOME = new RegExp(
  `(?:没有|没得|没|无|零)(?:一分钱|任何|什么)?(?:收入|工资|经济来源|生活来源)|(?:(?:一个|每个|每|月)月?(?:就|只|只有|才|大概|挣|赚|收入|工资|拿|领)*|月收入|收入|工资|低保金|退休金|养老金)(?:是|就|只有|才|大概|不到|每月|一个月)*${AMOUNT}(?:多)?(?:块|元)?(?:钱)?`,
)
/** What the home lives on, in the writer's words. */
export function readIncome(text: string): string | null {
  return INCOME.exec(text)?.[0] ?? null
}

const CHILD_AGE = /我(?:今年)?(?:才|刚|只有)?\s*(\d{1,2}|[一二三四五六七八九十]{1,3})岁/
const PUPIL =
  /我(?:才|刚|在|是|今年|现在)*(?:上|读|念)?(?:小学|[一二三四五六]年级|初[一二]|初中(?!毕业|没毕业))/
/** Personal data of people under this age need their guardian's consent (个人信息保护法 第三十一条). */
export const CONSENT_AGE = 14

/** Whether the writer says to be a child too young to consent. */
export function writesAsChild(text: string): boolean {
  const said = CHILD_AGE.exec(text.normalize('NFKC'))?.[1]
  if (said !== undefined && ageOf(said) < CONSENT_AGE) return true
  return PUPIL.test(text)
}

const NUMERALS = '零一二三四五六七八九'
function ageOf(said: string): number {
  if (/^\d+$/.test(said)) return Number(said)
  const [tens, ones] = said.includes('十') ? said.split('十') : ['', said]
  const digit = (numeral: string | undefined, empty: number) => (numeral ? NUMERALS.indexOf(numeral) : empty)
  return said.includes('十') ? digit(tens, 1) * 10 + digit(ones, 0) : digit(ones, 0)
}
