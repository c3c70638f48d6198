/**
 * What a message states by itself: for whom, what happened, where, a phone number, whether it cannot wait.
 *
 * Only words that stand in the message are taken over; nothing is concluded. A request for help starts from
 * these, so that people are not asked again for what they have already told.
 */

export interface Facts {
  /** For whom, as they put it: a name, or a relation such as 我妈. */
  who?: string
  /** What happened, the words around the person, place and phone left out. */
  difficulty?: string
  place?: string
  /** A mainland mobile number, 11 digits, or a landline with its area code, digits only. */
  phone?: string
  /** True when the message says it cannot wait; never false by itself. */
  urgent: boolean
}

/** How single digits are said. */
export const SPOKEN_DIGITS: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  一: '1',
  幺: '1',
  二: '2',
  两: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
}

/** Any spoken or written run that could be a number, with the separators people put in. */
const DIGIT_RUN = /[0-9０-９零〇一幺二两三四五六七八九](?:[ \-—]?[0-9０-９零〇一幺二两三四五六七八九]){6,14}/g
const MOBILE = /^1[3-9]\d{9}$/
const LANDLINE = /^0\d{2,3}[2-9]\d{6,7}$/

/** The first phone number in a message, digits only; numbers spoken as words are understood too. */
export function readPhone(text: string): { phone: string; said: string } | null {
  for (const [said] of text.matchAll(DIGIT_RUN)) {
    const digits = [...said.normalize('NFKC')]
      .map((character) => SPOKEN_DIGITS[character] ?? character)
      .filter((character) => /\d/.test(character))
      .join('')
    for (const candidate of [digits, digits.slice(0, 11), digits.slice(-11)]) {
      if (MOBILE.test(candidate) || (candidate === digits && LANDLINE.test(candidate)))
        return { phone: candidate, said }
    }
  }
  return null
}

/** How a place's name ends, the widest area first. */
const PLACE_END =
  '(?:自治区|自治州|自治县|地区|街道|社区|小区|新村|工业园|开发区|省|市|区|县|旗|乡|镇|村|胡同|医院|工地|车站|火车站|公园|广场|学校|小学|中学|幼儿园|菜场|菜市场|超市|派出所|卫生院|(?:屯|寨|庄|路|街|巷|弄|里|大桥|桥|厂)(?!街道|社区|小区|镇|乡|村))'
const PLACE_TAIL =
  '(?:[东南西北]头|[东南西北]边|附近|门口|\\d+[号栋幢弄楼层单元室组队户]+|(?<=[号栋幢楼元])\\d{2,4}(?![\\d岁元块万千百年月日天个人口斤])|[一二三四五六七八九十]+[组队社号栋]|[东南西北]街)*'
const PLACE_LEAD = /(?:家住|住在|住到|家在|人在|就在|我在|地址[是:：]?|位于|户口在|住|在|我是|来自|到)/
const PLACE = new RegExp(`[\\u4e00-\\u9fa5A-Za-z0-9]{1,10}?${PLACE_END}${PLACE_TAIL}`, 'g')
/** Words a greedy place would swallow from the left. */
const NOT_IN_PLACE =
  /^(?:(?:我|俺|咱|他|她)们?家?(?:爸爸?|妈妈?|爹|娘|老公|老婆|老伴|男人|媳妇|儿子|女儿|闺女|弟弟?|哥哥?|姐姐?|妹妹?|爷爷|奶奶|公公|婆婆|孩子|娃)|.*(?:家住|住在|住到|家在|人在|就在|我在|位于|户口在|地址|来自|我是|奶奶住|爷爷住|帮我|我们|我家|我们家|给我|他在|她在|他住|她住|孩子在|老人在|住|在|到|是))/
const PLACE_NOISE =
  /[不没想让被怕认识说]|别(?!墅)|告诉|(?:走|上|赶|问|带|迷|过|跑)路$|^(?:.*超市|.*城市|.*[把的].*|(?:我|俺|咱|你|他|她|自己)们?(?:的|自己)?(?:屋|家|心|手|院|锅|嘴|车|柜|床|脑子)里|(?:厕所|卫生间|房间|卧室|厨房|楼道|柜子|被窝|网吧|厂|厂子|单位|公司|宿舍|工棚|店|医院|病房)里|一个|这个|那个|我|你|他|她|的|了|村里|街道|社区|乡镇|镇|村|县里|家里|这里|那里|哪里|心里|手里|.*[夜晚天]里|城里|屋里|院里|乡里|镇里|区里|市里|医院|学校|工地|厂)$/

/** The place a message names, e.g. 尧化街道尧新社区; null when it names none. */
export function readPlace(text: string): string | null {
  let best: { place: string; score: number } | null = null
  for (const clause of text.split(/[，。！？；、,!?;\s]+/)) {
    const flat = clause.replace(/电话.*$|手机.*$|联系.*$/, '')
    const led = PLACE_LEAD.exec(flat)
    const joined = joinedPlaces(flat)
    if (joined) {
      const score = joined.length + (led ? 3 : 0)
      if (!best || score > best.score) best = { place: joined, score }
    } else if (/(?:家住|住在|家在|位于)([\u4e00-\u9fa5A-Za-z0-9]{2,10})$/.test(flat)) {
      const place = /(?:家住|住在|家在|位于)([\u4e00-\u9fa5A-Za-z0-9]{2,10})$/.exec(flat)?.[1]
      if (place && (!best || best.score < 2)) best = { place, score: 2 }
    }
  }
  return best?.place ?? null
}

function joinedPlaces(clause: string): string | null {
  let found = ''
  let end = -1
  for (const match of clause.matchAll(PLACE)) {
    const start = match.index
    let name = match[0]
    if (start !== end) {
      name = name.replace(NOT_IN_PLACE, '')
      if (name.length < 2 || PLACE_NOISE.test(name)) continue
      if (found !== '') break
    }
    found += name
    end = start + match[0].length
  }
  return found === '' || PLACE_NOISE.test(found) ? null : found
}

const RELATION =
  '(?:老公|老婆|爱人|丈夫|妻子|老伴|男人|媳妇|爸爸|妈妈|父亲|母亲|爸|妈|老爹|老娘|爹|娘|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|儿子|女儿|闺女|娃儿|娃|小孩|孩子|孙子|孙女|外孙|外孙女|弟弟|妹妹|哥哥|姐姐|哥|姐|弟|妹|侄子|侄女|外甥|外甥女|叔叔|大伯|姑姑|舅舅|姨|邻居|亲戚|朋友|同事|同学)'
const NAMED =
  /(?:叫|名字是|名叫|姓名[是:：]?|我是|患者是)([\u4e00-\u9fa5]{2,4}?)(?=[，。！？；、,\s]|$|电话|住|今年|在|的)/
const KIN = new RegExp(
  `我(?:家|们家|村)?(?:的)?(?:一个)?${RELATION}(?:的${RELATION})?|${RELATION}的${RELATION}`,
)
const ROLE = /(?:孤寡老人|老婆婆|老大爷|老太太|老人家|残疾人|流浪汉|流浪的人|老人|小孩|儿子|女儿|孩子)/
const GROUP = /我们[一二两三四五六七八九十\d]+(?:个)?(?:人|口人|家人)?/

/** For whom: a name if one is given, else the relation or the role. */
export function readWho(text: string): string | null {
  const named = NAMED.exec(text)?.[1]
  if (
    named &&
    !/村|镇|区|市|县|路|街|低保|残疾|困难/.test(named) &&
    !/^(?:一个|什么|我|你|他|她)/.test(named)
  )
    return named
  return KIN.exec(text)?.[0] ?? GROUP.exec(text)?.[0] ?? ROLE.exec(text)?.[0] ?? null
}

/** Words that say it cannot wait, whatever the need. */
const URGENT = [
  /(?:断|没)(?:了)?(?:药|粮)|药(?:也)?(?:断|停|吃完)了|没钱(?:买|拿|抓)药/,
  /(?:没|沒|无)(?:有)?(?:饭吃|米|东西吃|吃的|钱吃饭)|揭不开锅|断炊|缺吃的|饿(?:着|得|了)/,
  /(?:孩子|娃|小孩|宝宝|儿子|女儿).{0,6}(?:发烧|高烧|抽|烫).{0,10}(?:没钱|看不起)?/,
  /(?:在|正|还在)?(?:抢救|急救|重症|ICU|icu)/,
  /(?:明天|今天|今晚|马上|现在|立刻|立即|这就).{0,8}(?:赶|撵|断|停|没地|没处|解决|要交|出院|无家可归)|没(?:地方|处|地)(?:去|住|睡)/,
  /等(?:不及|不起|不了)|十万火急|火烧眉毛|(?:尽快|赶紧|赶快|快|马上)(?:帮|救|来|送|派)/,
]

/** Whether the message says it cannot wait. */
export function readUrgent(text: string): boolean {
  return URGENT.some((pattern) => pattern.test(text))
}

/** 下个礼拜透析钱就没着落了, 房东月底就换锁: what comes then cannot be undone, whenever it is. */
const CANNOT_WAIT =
  /没着落|换锁|(?:赶|撵)(?:我|俺|人|出|走)|睡(?:大街|马路|桥洞)|停(?:药|透析|治|水|电|学)|透析|化疗|没法(?:睡|住|活|过)|撑不|熬不|活不|救命|要命|等不|过不(?:下|去)|揭不开|要(?:饿|冻)死|催(?:款|费)|欠费停|能不急|你说急不急|^急|急死|(?<!不是?)[很太]急|着急得很/
/** Whether what was said where it was asked how urgent it is cannot wait. */
export const cannotWait = (text: string): boolean => CANNOT_WAIT.test(text)

const WHEN_TO_CALL =
  /(?:白天|上午|下午|中午|早上|晚上|夜里|周末|星期[一二三四五六日天]|点(?:钟|半)?以?[前后])[^。]{0,10}(?:打|联系|接|有空|方便|在家|没空|上班)|(?:先|提前)打(?:个)?电话|(?:打|发)(?:给)?我(?:儿子|女儿|老公|老婆|邻居)|耳[朵背][^。]{0,8}(?:背|听不)/
/** Whether a message tells when or how somebody can be called or visited: 晚上七点以后再打, 白天上班接不到. */
export const tellsWhenToCall = (text: string): boolean => WHEN_TO_CALL.test(text)

const ASKING =
  /^(?:求助|救助|帮忙|登记|报名|申请|反映|请|麻烦|你好|您好|帮我|帮我们|给我|我要|我想|想给?|能不能|登记一下|登记下|报下名|填一下)+[，。,\s]*/

/** 你给登记一下吧: a plea, and nothing of the trouble. */
const ASKS_TO_NOTE =
  /^(?:那)?(?:你们?|您)?(?:给|帮|替)(?:我|俺|她|他)?(?:们)?(?:登记|申请|报名|报)(?:一下|下)?(?:求助)?[吧嘛呗啊]?$/

/** So many characters beside a place say no more than that it is one: 家住, 我现在住在. */
const SAYS_WHERE = 6

/** Everything a message states. Absent facts are absent keys. */
export function readFacts(text: string): Facts {
  const phone = readPhone(text)
  const place = readPlace(text)
  const who = readWho(text)
  const facts: Facts = { urgent: readUrgent(text) }
  if (phone) facts.phone = phone.phone
  if (place) facts.place = place
  if (who) facts.who = who
  const difficulty = text
    .split(/[，。！？；,!?;\s]+/)
    .map((clause) => clause.replace(ASKING, ''))
    .filter((clause) => clause.length > 2 && !ASKS_TO_NOTE.test(clause))
    .filter((clause) => !(phone && clause.includes(phone.said)))
    // A clause that only says where; what tells of trouble there stays.
    .filter((clause) => !place || !clause.includes(place) || clause.replace(place, '').length > SAYS_WHERE)
    .filter((clause) => !(who && clause.replace(/^(?:他|她|我|妈妈|爸爸)?(?:叫|是)/, '') === who))
    .join('，')
  if (difficulty !== '') facts.difficulty = difficulty
  return facts
}
