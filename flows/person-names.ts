/** What people are called, found in a message that says more: 王桂兰 我叫刘强 15266778899 找到没有啊. */

/** The four hundred or so family names nearly everybody has, and those of two characters. */
const FAMILY =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阎肖萧付傅戴丘龚闫'
const COMPOUND =
  '欧阳|太史|端木|上官|司马|东方|独孤|南宫|夏侯|诸葛|尉迟|公孙|慕容|令狐|司徒|司空|皇甫|长孙|宇文|东郭|呼延|百里|西门|申屠|轩辕|钟离|淳于'
/** No given name holds one of these: they ask, join or point. */
const NOT_GIVEN =
  '的了吗呢啊呀吧嘛么哦不没未是我你您他她它们在就这那哪谁什怎说讲问打给要想会能可以上下里外前后到去过把被和跟与同或也都还又再很太最更只才但因所如果虽住街村镇市县区省乡路号楼栋组钱电话手机叫姓'
const SURNAME = `(?:${COMPOUND}|[${FAMILY}])`
const GIVEN = `[^\\P{Script=Han}${NOT_GIVEN}]`
const NAME = `(?:${SURNAME}${GIVEN}{1,2}|${SURNAME}${SURNAME}${GIVEN}{1,2}|\\p{Script=Han}{1,5}·\\p{Script=Han}{1,8})`
/** 王奶奶, 陈师傅, 小罗: what people are called where no name is told. */
const CALLED = `(?:${SURNAME}(?:奶奶|爷爷|婆婆|大爷|大妈|大伯|大娘|大叔|大姐|大哥|阿姨|叔叔|师傅|老师|女士|先生|嫂|姨|婶|哥|姐)|[小老阿](?:${SURNAME})(?![${NOT_GIVEN}])|阿${GIVEN})`
/** Everyday words that begin like a name. */
const NO_NAME =
  /^(?:谢谢|多谢|谢了|马上|马路|高兴|高血|高龄|安全|安排|方便|何时|何必|常常|任何|于是|时间|时候|白天|明天|明年|关系|关于|包括|计划|成了|金额|温度|农村|农民|平时|平常|来自|全家|全部|全是|云南|江苏|江西|江汉|安徽|海南|万一|万元|华北|南方|南边|海边|国家|相同|强制|都是|花钱|易地|游客|车祸|景区|向阳|文化|房东|房子|房租|麻烦|单亲|单位|单身|解决|应该|应急|连夜|党员|公费|时常|路边|路口|原来|容易|满意|相信|索赔|支出|敬老|普通|沙发|石头|龙头|牛奶|羊肉|米面|麦子|豆腐|花生|水果|黄昏|黄瓜|白菜|冷死|康复|宁愿|尚未|左右|左腿|左手|左边|师傅|阳台|皮肤|祖父|祖母|门口|门牌)/

const KIN =
  '(?:老公|老婆|爱人|老伴儿?|丈夫|妻子|男人|媳妇|妈妈?|爸爸?|爹|娘|母亲|父亲|儿子|女儿|闺女|孩子|娃儿?|奶奶|爷爷|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|哥哥?|弟弟?|姐姐?|妹妹?|侄子|侄女|外甥女?|孙子|孙女|叔叔?|舅舅?|姑姑|姨妈?|邻居|亲戚|朋友|同事|老乡)'
const whole = (source: string): RegExp => new RegExp(`^${source}[的啊呀吧哦嘛呢了哈就行可以是吗]*$`, 'u')
/** 我叫刘强, 我是他儿子陈建国, 联系人陈建国. */
const OWN = [
  whole(
    `(?:对了|还有|那|哦)?(?:我|俺|本人|咱)(?:自己)?(?:的)?(?:大名|名字|姓名)?(?:就)?(?:叫|是|名叫)(?:做)?(?:[他她](?:的)?${KIN})?(${NAME})`,
  ),
  whole(`(?:联系人|代办人)(?:是|叫|写|填)?(${NAME})(?:是我)?`),
  whole(`(${NAME})(?:才|就)?是我(?:自己)?(?:的?(?:名字|姓名))?`),
]
/** 我妈叫赵秀兰, 老人叫王德发, 名字就叫欧阳小雨, 姓名改成陈有福. */
const THEIRS = [
  whole(
    `(?:把)?(?:(?:我|俺|咱|[他她])?(?:家)?(?:的)?(?:${KIN}|老人|病人|本人|${CALLED})|[他她])?(?:的)?(?:大名|名字|姓名|称呼)?(?:[写说填记]?错了?|不对)?(?:就|应该|好像|大概|改|换|要)*(?:叫做?|是叫|是|成|为|写|：|:)+(${NAME})`,
  ),
  whole(`(?:姓名|名字|大名|称呼)(?:就|是|：|:)*(${NAME})`),
]
const BARE = whole(`(?:就|是|叫)*(${NAME})`)
const BARE_CALLED = whole(`(?:就|是|喊我|叫我|喊|叫)*(${CALLED})`)
/** 陈有福说过了: the name, and that it was told before. */
const TOLD_BEFORE = new RegExp(`^(${NAME})(?:前面|刚才|刚刚|上面|早就|都|已经)?(?:说|讲|写|发|填)过`, 'u')

/** The names in a message: the writer's own where it is said to be, and that of whoever it names besides. */
export interface Names {
  own: string | null
  /** Said to be somebody's, or with nothing beside it. */
  named: string | null
  /** What somebody is called, where no name is told: 王奶奶, 小罗. */
  called: string | null
}

/**
 * Finds who is named in a message, clause by clause; a phone number in it is left aside. Only what stands in a clause
 * by itself or is said to be a name counts, so that no part of a sentence becomes one.
 */
export function readNames(text: string): Names {
  const names: Names = { own: null, named: null, called: null }
  const clauses = text
    .normalize('NFKC')
    .replace(/(?:我?的?(?:电话|手机|号码|联系方式)(?:号码?)?[是:：]?)?[\d\-—]{5,}/g, ' ')
    .split(/[\s，。！？；、,!?;:：（）()“”"]+/)
  for (const clause of clauses) {
    const own = matched(OWN, clause)
    if (own) names.own ??= own
    const theirs = own ? null : matched([...THEIRS, TOLD_BEFORE], clause)
    if (theirs) names.named ??= theirs
    const bare = own || theirs ? null : matched([BARE], clause)
    if (bare && bare.length <= clause.length) names.named ??= bare
    names.called ??= matched([BARE_CALLED], clause)
  }
  return names
}

function matched(patterns: readonly RegExp[], clause: string): string | null {
  for (const pattern of patterns) {
    const name = pattern.exec(clause)?.[1]
    if (name !== undefined && !NO_NAME.test(name)) return name
  }
  return null
}
