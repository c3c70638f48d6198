/** Kinds of difficulty and of help, and the everyday words that tell of them. */

export interface Difficulty {
  /** How tickets and statistics call it. */
  name: string
  /** How a resident chooses it. */
  label: string
  told: RegExp
}

const FAMILY =
  '(?:老公|丈夫|男人|爱人|老婆|妻子|媳妇|老伴|对象|男朋友|男友|女朋友|女友|前夫|前妻|儿子|女儿|女婿|儿媳|孙子|外孙|公公|婆婆|爸爸?|爹|妈妈?|父亲|母亲|继父|继母|后爸|后妈|养父|哥哥?|弟弟?|家人|家里人|那口子)'
/** What no blow is meant by: 打她电话. */
const CALLS = '(?!的?(?:电话|手机|微信|视频|招呼|卡|账)|的(?:$|[\\s，,。；\\d]))'
const HURT =
  '(?:打|揍|踹|踢)(?:人|骂|伤|死|我|他|她|老婆|妻子|媳妇|老伴|孩子|娃|老人|妈|爸|爹|娘|父母|父亲|母亲|奶奶|爷爷|婆婆|公公|儿子|女儿)'
/** Somebody of the family hits somebody; not elsewhere, and not when it is said that they do not. */
const FAMILY_HITS = `${FAMILY}(?:(?!在外|外面|工地|单位|同事|邻居|别人)[^，,。；;！!？?\\s]){0,8}?(?<!没有|不再|[不没别未])${HURT}${CALLS}`
const HIT_BY_FAMILY = `被[^，,。；;！!？?\\s]{0,3}${FAMILY}[^，,。；;！!？?\\s]{0,4}?(?:打|揍)(?!电话|车|的)`

/** In the order residents choose from; a message may tell of several. */
export const DIFFICULTIES: readonly Difficulty[] = [
  {
    name: '大病',
    label: '生病、住院花钱多',
    told: /病|住院|手术|化疗|透析|医药费|药费|药钱|看病|看不起|抢救|癌|瘤|尿毒症|脑梗|中风|医院|断药|吃药|发烧|骨折|车祸/,
  },
  {
    name: '残疾',
    label: '残疾',
    told: /残疾|残级|瘫|聋|哑|失明|眼睛?瞎|看不见|轮椅|截肢|智力|精神病|孤独症|自闭/,
  },
  {
    name: '无收入',
    label: '没收入、没活干',
    told: /没(?:有)?(?:收入|工作|活干|活做|钱吃饭|钱过|米|饭吃|工资)|失业|下岗|裁员|辞退|拖欠|欠薪|揭不开锅|断粮|断炊|没发(?:钱|工资)|吃不上饭|没吃的|打零工|干不了(?:重)?活|没法(?:上班|干活|挣钱)/,
  },
  {
    name: '灾害',
    label: '受灾、出意外',
    told: /火灾|着火|烧了|水灾|洪水|淹|地震|塌|台风|泥石流|滑坡|冰雹|雷|受灾|遭灾|意外/,
  },
  {
    name: '孩子上学',
    label: '孩子上学',
    told: /学费|上学|念书|读书|书本费|大学|高中|中学|小学|幼儿园|辍学|助学|学校/,
  },
  {
    name: '住房',
    label: '没地方住、房子破',
    told: /房租|没(?:地方|处|地)(?:住|去)|危房|漏雨|房东|赶(?:我|出)|租不起|房子(?:要|快|破|旧|裂)|住房/,
  },
  {
    name: '家暴',
    label: '家里有人打人',
    told: new RegExp(`家暴|打我${CALLS}|打老婆|打孩子|打妈|虐待|动手打|挨打|${FAMILY_HITS}|${HIT_BY_FAMILY}`),
  },
  {
    name: '无人照料',
    label: '老人、孩子没人照顾',
    told: /没人(?:照顾|照看|管|带|做饭)|无人照(?:料|顾)|不能自理|照顾不了|一个人(?:过|住)|孤寡|独居|没人养/,
  },
]
/** What stands for anything else. */
export const OTHER_DIFFICULTY = '其他'

/** 没受灾, 哪有家暴: what is said not to be so. */
const NOT_SO =
  /(?:没有?|不是|并非|又没|哪有|哪来的?)(?:受灾|遭灾|遭了?灾|出意外|家暴|打人|残疾|生病|得病|住院|打官司)/g

/** The kinds of difficulty a message tells of. */
export function readDifficulties(text: string): string[] {
  const so = text.replace(NOT_SO, ' ')
  return DIFFICULTIES.filter(({ told }) => told.test(so)).map(({ name }) => name)
}

export type Need = 'money' | 'goods' | 'service'
/** In the order residents choose from. */
export const NEEDS: readonly { need: Need; name: string; label: string; told: RegExp }[] = [
  {
    need: 'money',
    name: '资金',
    label: '钱（看病、生活、上学的钱）',
    told: /钱|资金|补助|救助金|费|补贴|低保/,
  },
  {
    need: 'goods',
    name: '物资',
    label: '东西（米油、药、衣被、轮椅）',
    told: /物资|东西|米|油|粮|吃的|药(?!费|钱)|衣|被子|棉被|奶粉|轮椅|水(?!电费|费)|菜|物品|煤|炭|柴|电热毯|暖气|取暖|炉子|瓦(?!斯)|假肢|拐杖|助听器|尿不湿|纸尿裤|护理床|床垫|书包|文具|鞋|方便面/,
  },
  {
    need: 'service',
    name: '服务',
    label: '有人帮忙（照护、找活、办手续、谈心）',
    told: /服务|帮忙|照护|照顾|护理(?!床|垫|用品)|找(?:个)?(?:工作|活)|手续|谈心|心理|上门|律师|陪|人手|辅导|接送|代办|(?:住|待|躲|落脚|安身)的?(?:地方|地儿|处)|地方住|庇护|找人|找(?:我|他|她)?(?:妈|爸|娘|爹|孩子|老人)|派人|来人|叫人|有?人(?:来|管|看)|修|催|说说?话|聊天|打扫|做饭|照看|看护|接(?:回|走|送)|送(?:医|到)|带.{0,6}看病|调解|劝/,
  },
]

/** The kinds of help a message asks for. */
export function readNeeds(text: string): Need[] {
  const wanted = text.replace(NOT_WANTED, ' ')
  return NEEDS.filter(({ told }) => told.test(wanted)).map(({ need }) => need)
}
/** 不要钱不要东西 要找人: what somebody says they do not want. */
const NOT_WANTED = /(?:不是?(?:想|需)?要|不用|不需要|不缺|不图|没想要|不求)[^，。！？,!?\s不要]{1,6}/g
