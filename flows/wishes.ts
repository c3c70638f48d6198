/** What a resident wants to do, when they say so outright, whatever the subject. */

export type Wish =
  | 'help'
  | 'progress'
  | 'my-data'
  | 'human'
  | 'no-human'
  | 'waiting'
  | 'more'
  | 'cancel'
  | 'policies'
  | 'greeting'
  | 'thanks'
  | 'farewell'
  | 'who-are-you'

const THANKS =
  '谢谢(?:你们?|您们?|恁们?|大家|同志|政府|国家|啊|了|哈|老师|师傅|姑娘)?|谢了?[啦哈]?|多谢[晒了啦]?|唔该晒?|感谢(?:你们?|您们?|政府)?|太谢谢了|非常感谢|麻烦(?:你|您)?了|辛苦(?:你们?|您们?)?了|好人一生平安|太好了|你真好|真是帮大忙了|感恩'
const OKAYS =
  '算了|那算了|再见|拜拜|回头见|回见|下次再问|没事了?|没有了|不用了|好[的滴嘞哒]?|[嗯恩]+呐?|知道[了啦咯]|明白[了啦]?|懂了|晓得[了咯]|收到|行|中|成|要得|得行|得嘞|妥了?|可以了|了解|ok|哦|噢|先这样'

/** Whole messages that mean one thing, with polite words around them taken off. */
const WHOLE: readonly [Wish, RegExp][] = [
  ['more', /^(?:继续|下一页|还有呢|接着说|往下说|更多|然后呢)$/],
  [
    'cancel',
    /^(?:(?:我要|我想)?(?:取消|撤销)(?:求助|登记|申请)?了?|退出|(?:算了)?我?(?:还是|就)?(?:先)?不(?:想|要|愿意?)?(?:再)?(?:办|说|弄|登记|申请|填)了|(?:那就?|唉|哎)?算了(?:算了)?(?:太|好|真|这么|嫌)?(?:麻烦|折腾|复杂|难|慢)?(?:死)?了?(?:我?不(?:办|弄|搞|问|申请|登记)了)?|结束)$/,
  ],
  [
    'human',
    /^(?:人工|转人工|找人工|人工客服|人工服务|找真人|真人|找救助顾问|找顾问|联系顾问|我要找人|找工作人员|和人说话|跟人说|打电话给我|给我回电话)$/,
  ],
  [
    'no-human',
    /^(?:我?(?:说)?不是(?:要|找|说)?人工|我?没(?:要|说|找)人工|不用人工|不要人工|不用人工了|不要人工了|不找人工|结束人工|退出人工|转机器人|找机器人|不用顾问|不用真人)$/,
  ],
  [
    'policies',
    /^(?:问政策|查政策|政策|政策查询|有什么政策|有哪些政策|菜单|帮助|功能|怎么用|你能干什么|你会什么|你能做什么|能问什么)$/,
  ],
  [
    'my-data',
    /^(?:我的信息|我的资料|我的数据|删除我的信息|删掉我的信息|删除我的资料|你们记了我什么|记了我什么|你们存了我什么|撤回同意|导出我的信息|注销)$/,
  ],
  [
    'greeting',
    /^(?:(?:你|您)(?:们)?好(?:同志|老师|师傅|领导|大姐|大哥|姑娘|小姐姐|小哥|主任|干部)?|(?:同志|老师|师傅|领导|主任)(?:们)?(?:你|您)?(?:们)?好?|hi|hello|嗨|哈喽|在吗|在不在|有人吗|有人在吗|早上好|上午好|中午好|下午好|晚上好|早|喂|你好呀|大家好|新年好|过年好|(?:我|俺)?(?:又|刚|才)?(?:回来|来)(?:了|啦|咯)|(?:我|俺)?又来(?:找|问)?(?:你|您)?(?:们)?(?:了|啦|咯)|(?:我|俺)?(?:就)?(?:想|要|来)+(?:跟|向|找)?(?:你|您)?(?:们)?(?:问|咨询|请教|打听)(?:你|您)?(?:们)?(?:一下|下)?(?:个|一个|点|件|一件|些|几个)?(?:(?:我|俺|我们)?(?:家里?|爸爸?|妈妈?|父母|老人|孩子|老伴|老公|老婆|爷爷|奶奶|邻居)的?)?(?:事儿?|事情|问题|情况)?)+$/,
  ],
  ['thanks', new RegExp(`^(?:${OKAYS})*(?:${THANKS})(?:${THANKS}|${OKAYS})*$`)],
  ['farewell', new RegExp(`^(?:${OKAYS})+$`)],
  [
    'who-are-you',
    /^(?:你是谁|你叫什么|你叫什么名字|你是机器人吗|你是人吗|你是真人吗|你是人还是机器人|你是ai吗|这是什么号|你们是干什么的)$/,
  ],
]

/** Nearly every message is none of these, which one look tells. */
const ANY_WHOLE = new RegExp(WHOLE.map(([, { source }]) => source).join('|'))

/** Said outright, whatever else the message holds. */
const HELP: readonly RegExp[] = [
  /^(?:我要求助|求助|我需要帮助|我要帮助|需要救助|我要救助|申请救助|我想求助|要求助|求帮助|请求帮助|救救我们|帮帮我|帮帮我们|求帮忙|能帮我一把吗|谁能帮帮我|快帮帮我)/,
  /(?:给我|帮我|帮忙|替我|给他|给她|麻烦|请|帮).{0,4}(?:登记|报个名|报下名|报名|填个表|填一下|填一个|录一下|备个案|记一下|上报)/,
  /(?:登记|报名|填)(?:一下|下|个).{0,12}(?:救助|困难|低保|补助|申请|律师)|报下名|登记下$/,
  /帮我一把|求个好心人|求好心人|帮帮(?:我|我们|他|她|孩子)/,
]

/** A plea unless it is put as a question about what there is. */
const HELP_UNLESS_ASKING: readonly RegExp[] = [
  /(?:派人|来人|来个人|叫人).{0,6}(?:看|接|帮|来|送)|(?:尽快|赶紧|赶快|快|麻烦).{0,4}(?:送点|送些|派|来人|来个)/,
  /^(?:申请|申清|反映).{2,14}[，, ]/,
  /^(?:那就?|就|你们?|您|麻烦|请)*我?(?:想|要|来)?(?:给|帮|替)[^，。]{1,12}(?:申请|报名|登记|办)/,
  /^(?:那|那就|就)?(?:中|行|好|可以|成|要得)?(?:吧|嘞)?[，,\s]*(?:你们?|您)?(?:登记|报名)(?:一下|上)?[吧呗嘛][\s。！!]*$/,
  /^(?:那就?|就|你们?|您|麻烦|请)+(?:给|帮|替)(?:我|俺)(?:们|家)?(?:申请|报名|登记|办|报)(?:一下|下)?[吧嘛呗了啊\s。！!]*$/,
]
const ASKING = /吗|么|有没有|能不能|是不是|是真的|可不可以|怎么|咋|多少|哪|什么|[?？]/

const PROGRESS =
  /(?:办|批|审|走|查|弄)(?:得|的|到|成)?(?:怎么样|怎样|咋样|哪一步|哪步|哪了|哪里了|哪儿了|啥样|什么程度|如何)了?|进度|进展|受理号|受理编号|求助编号|办理结果|申请结果|到哪(?:一步|步)?了|(?:还没|没有|没|未)(?:动静|消息|下文|回音|信儿|音信)|批(?:下来|了|好|准|完)(?:没|了吗|了没|没有)|有(?:没有)?(?:人看|结果|消息)(?:吗|了)|(?:有人看|有结果|有消息)(?:吗|了吗|没)|钱(?:怎么|咋|为啥|为什么)?(?:还)?(?:没|不)(?:到|打|发|下来)|还没(?:打|到|发|批|办(?:好|下来|成|完|妥)|下来)|(?:有|派)人(?:来|去)(?:看)?过?了?(?:吗|没)|(?:交|递|报|申请)(?:上去|了).{0,16}(?:没动静|没消息|没下文|怎么样了|多久了)|等了?(?:都)?(?:半个|一个|好几个?|\d+个?|[两三四五六七八九十]+个?)多?(?:月|天|星期|礼拜|周)了?[^。]{0,6}(?:没人|没动静|没信|没消息|不见人|没下文)|q-\d/

/** 查进度 and nothing besides; inside a story the same words tell of trouble: 钱还没到我卡上. */
const PROGRESS_ONLY =
  /^(?:我|想|要|请|帮|查|看|问|一下|的|事情?|求助|申请|登记)*(?:进度|进展|(?:办|走|审|批|弄)(?:得|到)(?:怎么样|咋样|哪一?步|哪儿?|哪里)|(?:求助|受理)编号.*|q-?\d.*|(?:已经)?(?:有|派)人(?:来|去)看?过?了?(?:吗|没有?))(?:怎么样|了|吗|呢|啊)*$/
/** Whether a message that is after progress says nothing else. */
export function asksProgressOnly(text: string): boolean {
  return PROGRESS_ONLY.test(
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}-]+/gu, ''),
  )
}

const NOT_PROGRESS =
  /快递|包裹|走丢|失踪|报了?警|一般|通常|正常|要多久|多长时间|多少天|几天能|怎么查|哪里查|在哪查/

/** Faces and gestures, as telephones draw them and as WeChat writes its own: [太阳]. They say nothing by themselves. */
const FACES = /\p{Extended_Pictographic}|[\u{1f3fb}-\u{1f3ff}\ufe0f\u200d]|\[[\p{L}]{1,4}\]/gu

/** 在吗 今天上班累死了 想问个事: what is to be asked comes next. */
const ASKS_TO_ASK =
  /(?:想|要|来)(?:问|咨询|打听|请教)(?:一下|下)?(?:你|您)?(?:们)?(?:个|一个|点|一件|件)事(?:儿|情)?$/
const ASKS_TO_ASK_TO = 24

/** 没人啊, 怎么不回我, 等了半天了: somebody waits for an answer. */
const NO_ANSWER =
  '(?:没|没有|冇|莫得|没得|木有)(?:个)?人(?:在|来?(?:理|睬|搭理|应|回|回复|答复|回应))?|是不是(?:都)?没人看|有没有(?:个)?人(?:在|管|理|啊)?|有人(?:来)?(?:理|回|应)|(?:人|人员|顾问|人工)(?:呢|去哪儿?了|去哪里了|跑哪儿?去了|在哪)|不(?:理|睬|搭理|回|回复|回话|说话|应|吭声)人?|等(?:你们?|您)?了?(?:好|老)?(?:半天|久|长时间|一上午|一下午|一晚上|一个小时|很久|这么久|那么久)|回我|回话|(?<!人)说话|理理我|理我一下|应一声'
const AROUND_IT =
  '喂|你好|您好|唉|哎|同志|我|俺|你们?|您|怎么|咋|为啥|为什么|到底|还|都|一直|到?现在|快|赶紧|倒是|一下|是不是|工作|办事|就|这|半天|了|吗|么|呢|啊|呀|的|也|没有?'
const WAITING = new RegExp(`^(?=.*(?:${NO_ANSWER}))(?:${NO_ANSWER}|${AROUND_IT})+$`)
/** Nobody says it in more characters. */
const WAITING_TO = 16

/** The wish a message states outright, or null. */
export function readWish(text: string): Wish | null {
  const plain = text.normalize('NFKC').toLowerCase().replace(FACES, '')
  if (plain.trim() === '' && text.trim() !== '') return 'farewell'
  const bare = plain
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/^(?:请问|那个|嗯)/, '')
    .replace(/(?:啊|呀|哦|吧|嘛|哈|哟)+$/, '')
  if (ANY_WHOLE.test(bare)) for (const [wish, pattern] of WHOLE) if (pattern.test(bare)) return wish
  if (
    /(?:转|找|要|接|有)人工|转(?:给|接)?真?人|人工(?:客服|服务)?(?:在|有|呢)|(?:找|要|换|接)(?:个)?真人|不要机器人|别(?:跟我|给我)?(?:用|派)?机器人/.test(
      bare,
    ) &&
    bare.length <= 16
  )
    return 'human'
  if (bare.length <= ASKS_TO_ASK_TO && ASKS_TO_ASK.test(bare)) return 'greeting'
  if (bare.length <= WAITING_TO && WAITING.test(bare)) return 'waiting'
  if (PROGRESS.test(plain) && !NOT_PROGRESS.test(plain)) return 'progress'
  const trimmed = plain.trim()
  const pleads = (pattern: RegExp) => pattern.test(trimmed)
  if (HELP.some(pleads) || (!ASKING.test(plain) && HELP_UNLESS_ASKING.some(pleads))) return 'help'
  return null
}
