/** Whether a message asks, and what a question is made of that says nothing of its subject. */

/** What people call help of any kind. */
export const HELP =
  '(?:补助|补贴|政策|照顾|救助|待遇|优惠|帮扶|保障|福利|好处|帮助|扶持|支持|说法|项目|补偿|救济|资助|办法)金?'
export const WHAT = '(?:什么|啥子?|哪些|哪样|哪几样|哪几种|几种|几样|么子|哪方面)'

const WHO =
  '我们?|俺们?|咱们?|他|她|你们|人家|亲戚|邻居|我?(?:爸|妈|爹|娘|老公|老婆|老伴|丈夫|妻子|儿子|女儿|哥|弟|姐|妹|爷爷|奶奶|公公|婆婆|父母|老父亲|老母亲)|家庭|家里?|类|人|户|老|小|大|多|\\d{1,3}多?岁|[一二三四五六七八九十]+多?岁|岁'
const SIDES =
  '什|怎|材料|手续|证件|资料|条件|资格|要求|标准|金额|流程|程序|步骤|多少|多久|多长时间|几天|几个?月|时间|时候|每|月|年|块|电话|地址|窗口|部门|怎么|咋个?|如何|怎样|谁|哪里|哪儿|哪|去|找|带|要|交|填|需要|符合|够|批|下来|到账|发|报|用|好|理|请|意思|东西|过程'
const AROUND =
  '你好|您好|请问|问下|问一下|想问|想知道|想|问|咨询|了解|一下|说说|介绍|告诉|查|看看|关于|对于?|像|那|这边|这里|这儿|当地|农村|城里|是|的|个|一个|一|有|没有|无|能|能不能|可以|可不可以|会|给|领|享受|申请|拿|得|得到|到|办|吃|国家|政府|社会|民政|现在|今年|钱|这种|这样|这个|种|样|情况|方面|了|吗|么|呢|啊|呀|吧|嘛|没|不|很|太|真|特别|比较|都|还|些|也|就|在|来|和|跟|又|帮'
const NOTHING_ELSE = new RegExp(`^(?:${HELP}|${WHAT}|${WHO}|${SIDES}|${AROUND})*$`)

/** Whether words around a name ask and nothing more: 我家(残疾人)有什么补助, (低保)政策. @param words without punctuation */
export const saysNothingElse = (words: string): boolean => NOTHING_ELSE.test(words)

/** 身份证丢了可以办不. */
const ENDS_ASKING = /[能行办给发领要有可以会成下得]\p{Script=Han}{0,2}[不没][\s。！!]*$/u
/** 要不要, 该不该: asks without a question word. */
const EITHER_OR = /(\p{Script=Han})不\1/u
/** 我问下护理的, 交警说有个基金: asks as well. */
export const ASKING =
  /[?？吗呢]|怎么|咋|多少|哪|什么|啥|能不能|可不可以|行不行|是不是|有没有|几|问[下问]|问一下|咨询|打听|听[说讲]|[说讲]有(?:个|一|什么)/

/** Whether a message only tells something. */
export const isRemark = (text: string): boolean =>
  ![ASKING, EITHER_OR, ENDS_ASKING].some((asks) => asks.test(text))
