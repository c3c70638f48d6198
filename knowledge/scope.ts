/** Subjects people bring that are not ours, each with the right place to ask. Kindly declined, never guessed. */

interface Elsewhere {
  /** What the subject is called in the answer. */
  subject: string
  signs: RegExp
  /** In the presence of this it is ours after all. */
  unless?: RegExp
  /** Where to ask; null when there is no one place. */
  ask: string | null
  /** Holds even when a policy seems clearly meant (`clear`), or is named outright (`named`). Default: neither. */
  holds?: Meant
}

/** How surely a message means a policy: not at all, clearly by its words, or by a policy's own name. */
export type Meant = 'open' | 'clear' | 'named'

const ELSEWHERE: readonly Elsewhere[] = [
  {
    subject: '出入境证件',
    holds: 'clear',
    signs: /护照|签证|港澳通行证|出国|移民/,
    ask: '国家移民管理局 12367',
  },
  {
    subject: '交通管理',
    holds: 'clear',
    signs: /驾驶证|驾照|违章|摩托车.{0,4}证|车牌|年检|etc|高速.{0,4}(?:车|费|堵)|扣分|罚单|停车/i,
    ask: '“交管12123”或 12123；高速救援打 12122',
  },
  {
    subject: '户口和居住证',
    holds: 'clear',
    signs:
      /落户|上户口|(?:怎么|咋|去哪|在哪|要).{0,6}(?:迁|转|分)户口?|户口.{0,2}落|户口.{0,6}迁(?:到|回|去)(?!.{0,20}(?:低保|补|领|停|还能|报|享受|发))|户口.{0,4}(?:怎么|咋|要).{0,4}(?:落|迁|转|分)|(?:办|补|换|续).{0,4}居住证|居住证.{0,6}(?:怎么|咋|哪|丢|过期|多久|续|补办)|身份证.{0,6}(?:丢|补|换|过期|照片)|改名/,
    ask: '当地派出所',
  },
  { subject: '公积金', holds: 'clear', signs: /公积金/, ask: '住房公积金热线 12329' },
  {
    subject: '税务',
    signs:
      /[交报缴]税|(?:个|契|车船|印花|房产|购置|增值)税|退税|纳税|多少税|什么税|发票.{0,4}(?:开|真假)|税率/,
    ask: '税务热线 12366',
  },
  {
    subject: '车票和出行',
    signs: /火车(?:票|漂)|高铁|机票|航班|抢票|公交|地铁|打车|导航|酒店|旅游/,
    unless: /残[疾废级]|盲人|瞎子/,
    ask: '铁路客服 12306',
  },
  {
    subject: '天气和日子',
    signs: /天气|下雨|下雪|气温|多少度|农历|初几|几号了|星期几|黄历|节气/,
    unless: /没法|漏|冻|冷|睡|病|塌|淹/,
    ask: null,
  },
  {
    subject: '理财和投资',
    signs:
      /炒股|股票|(?:买|炒|定投).{0,4}基金|理财|(?:存|银行|定期|放).{0,6}利息|存款.{0,4}(?:利率|划算)|分红.{0,2}保险|比特币|彩票|买保险|车贷|汽车贷款|信用卡|网贷|借呗/,
    ask: '银行或正规金融机构；遇到诈骗打 96110',
  },
  {
    subject: '看病用药',
    signs:
      /(?:吃什么药|能一(?:块|起)吃|(?:该|要不要)(?:拔|做手术|吃)|什么病|怎么治|是不是得了|偏方|剂量|副作用|感冒灵|布洛芬|头孢|疼.{0,6}(?:怎么回事|咋回事|该))/,
    ask: '医生；急病打 120',
  },
  {
    subject: '买卖东西',
    signs:
      /双十一|优惠券|淘宝|拼多多|快递|(?<!送)外卖(?!员|小哥|骑手)|修手机|二手|退货|买什么|哪家好吃|便宜货|手机没信号|宽带|话费|流量/,
    ask: '消费纠纷打 12315，通信问题打运营商客服',
  },
  {
    subject: '种地养殖和惠农补贴',
    signs:
      /(?:种地|种粮|农机|地力|耕地|大豆|玉米|小麦|粮食|良种).{0,2}补贴|粮食直补|收购价|打(?:啥|什么)药|(?:鸡|鸭|猪|牛|羊|鹅).{0,4}(?:瘟|拉稀|不吃食)|(?:猪|鸡|鸭|鹅|牛|羊|鱼|庄稼|秧苗).{0,6}(?:淹|冲|冻|病|死).{0,6}赔|化肥|宅基地|土地流转|承包地/,
    ask: '当地农业农村部门或乡镇',
  },
  {
    subject: '经营和证照',
    signs: /营业执照|卫生许可|健康证|开店|开个.{0,6}店|注册公司|商标/,
    unless: /贷款|本钱|创业|补[贴助]|扶持|缺.{0,4}钱|没.{0,2}钱/,
    ask: '当地政务服务大厅，或打 12345',
  },
  {
    subject: '买房',
    holds: 'clear',
    signs: /购房|买新房|房价|学区|房产证|首付|二手房|过户/,
    ask: '当地住建部门，或打 12345',
  },
  {
    subject: '考试和升学选择',
    signs: /志愿填|学籍|转学|休学|择校|填.{0,4}志愿|考研|考编|考公|选专业|分数线|作业|数学题|英语题|解方程/,
    ask: '学校老师',
  },
  {
    subject: '退休金和社保卡',
    signs:
      /(?:退休金|养老金|退休工资|抚恤金).{0,6}(?:怎么|咋|什么时候|啥时候|几号|多少|几个月|涨|查|停|认证|还能领)|社保卡/,
    unless: /算|影响|够|低保|补|救助|冲突|减/,
    ask: '人社热线 12333',
  },
  {
    subject: '生育报销',
    holds: 'clear',
    signs:
      /生(?:孩子|小孩|娃|二胎|三胎).{0,8}(?:报销|能报|报不报|报吗|报多少)|生育(?:津贴|保险|报销|医疗)|产检.{0,6}报/,
    ask: '医保热线 12393',
  },
  { subject: '工伤和劳动合同', signs: /工伤|劳动合同|加班费|辞职|年终奖|团建/, ask: '人社热线 12333' },
  {
    subject: '市政设施',
    signs: /路.{0,6}(?:坏|修|灯)|路灯|下水道|垃圾(?!$|[！!。，,])|噪音|占道|违建|物业/,
    ask: '12345',
  },
  {
    subject: '离婚分财产、争孩子',
    holds: 'clear',
    signs:
      /离婚.{0,10}(?:孩子|娃|小孩|儿子|女儿).{0,4}(?:归|判|跟谁|给谁)|(?:孩子|娃|小孩|抚养权?).{0,3}归(?:谁|哪)|抚养权.{0,8}(?:怎么|咋|争|打|判|变更|要)|(?:想|要|怎么|咋|如何|去哪)(?:办|起诉)?离婚.{0,6}(?:手续|怎么|咋|去哪|要多久|冷静期)?$|离婚.{0,6}(?:[分争判].{0,6}(?:房|财产|存款|债)|(?:房子?|财产|存款|债务?).{0,8}(?:[分归判算]|写.{0,6}名)|官司)|(?:房子?|财产).{0,6}离婚.{0,6}分/,
    unless: /打我|家暴|被打|律师|法律援助|法援|没钱|低保/,
    ask: '法律服务热线 12348',
  },
  {
    subject: '感情和闲聊',
    signs:
      /分手|挽回|女朋友|男朋友.{0,4}(?:跟我|陪我)|谈恋爱|相亲|讲个?笑话|冷笑话|唱.{0,3}歌|写.{0,4}(?:诗|作文|检讨|文章|代码|小说|情书)|猜谜|星座|算命|做梦/,
    ask: null,
  },
  {
    subject: '别人的信息和系统的内部设定',
    signs:
      /(?:名单|数据库|别人的|他人).{0,10}(?:发|给|看|导)|把.{0,8}名单|提示词|系统设定|system prompt|prompt|忽略.{0,8}(?:指令|规则|以上)|扮演|你现在是|越狱|翻译成英文|领导.{0,6}(?:电话|叫什么)/i,
    ask: null,
    holds: 'named',
  },
  {
    subject: '这样的话',
    signs:
      /废物|傻[逼比b]|傻子$|滚(?:蛋|开)?$|(?:^|[，。！,.! ])他?妈的?(?=$|[，。！,.! ])|(?<![我你她娃孩儿子的])他妈的|(?:真|太|你|特)他妈|去死|蠢货|白痴|垃圾机器/,
    ask: null,
  },
]

const SURENESS: Record<Meant, number> = { open: 0, clear: 1, named: 2 }

/** The subject of a message that is not ours, or null. */
export function findElsewhere(text: string, meant: Meant): { subject: string; ask: string | null } | null {
  const found = ELSEWHERE.find(
    ({ signs, unless, holds = 'open' }) =>
      SURENESS[meant] <= SURENESS[holds] && signs.test(text) && !unless?.test(text),
  )
  return found ? { subject: found.subject, ask: found.ask } : null
}
