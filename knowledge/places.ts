/** Where somebody lives or is registered, said alone after an answer: how it is there is meant. */

const PROVINCES =
  '北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙|广西|西藏|宁夏|新疆|香港|澳门'
/** Cities whose people leave the province out. */
const CITIES =
  '石家庄|唐山|保定|邯郸|太原|大同|沈阳|大连|鞍山|长春|哈尔滨|齐齐哈尔|大庆|南京|苏州|无锡|常州|徐州|南通|扬州|盐城|淮安|杭州|宁波|温州|绍兴|金华|台州|合肥|芜湖|阜阳|蚌埠|福州|厦门|泉州|漳州|南昌|赣州|九江|济南|青岛|烟台|潍坊|临沂|济宁|菏泽|郑州|洛阳|南阳|周口|商丘|信阳|驻马店|武汉|襄阳|宜昌|荆州|黄冈|长沙|株洲|衡阳|岳阳|邵阳|常德|广州|深圳|佛山|东莞|中山|珠海|汕头|湛江|惠州|南宁|柳州|桂林|玉林|海口|三亚|成都|绵阳|达州|南充|宜宾|泸州|自贡|贵阳|遵义|毕节|昆明|曲靖|昭通|大理|拉萨|西安|咸阳|宝鸡|渭南|汉中|兰州|天水|定西|西宁|银川|呼和浩特|包头|赤峰|乌鲁木齐|喀什'
const END = '(?:自治[区州县]|市|(?<![社小城郊地山景园辖])区|县|州|旗|镇|乡|街道)'
const WHO = '(?:那|我|俺|咱|她|他|它|老人|孩子|老家|家|人|们|就|都|是|在|住在?|的|这|那里|那边|里|儿|边)*'
const NAMED = `(?:(?:${PROVINCES})(?:省|市)?|(?:${CITIES})市?)(?:\\p{Script=Han}{2,6}${END}|${CITIES}|\\p{Script=Han}{2})?|\\p{Script=Han}{2,6}${END}`
const AFTER = '(?:这里?|这儿|这边|那边|那里|本地|农村|乡下|老家)?(?:的|人|户口)*[呢啊呀哈嘛\\s\\p{P}]*'
const ALONE = new RegExp(`^${WHO}(${NAMED})${AFTER}$`, 'u')
/** 我们这儿是石桥: whatever stands there is a place. */
const HERE =
  /^(?:我们?|俺们?|咱们?)(?:这里?|这儿|这边|那里|那边|老家)(?:就)?(?:是|在|属于)(\p{Script=Han}{2,8}?)(?:的|这边)?[呢啊呀\s\p{P}]*$/u
const NO_PLACE = /什么|哪|啥|农村$|城里|乡下$|外地|本地|[这那]个|贫困|山区|怎/

/** The place that is all a message says, e.g. 南京的, 我们这儿是四川达州; null when it says anything else. */
export function placeAlone(text: string): string | null {
  const place = (ALONE.exec(text.trim()) ?? HERE.exec(text.trim()))?.[1]
  return place === undefined || NO_PLACE.test(place) ? null : place
}

const FROM_ELSEWHERE =
  '(?:(?:是|从)?(?:外地|外省|外乡|外县|异地|别的地方)(?:人|来的|户口|户籍|的)*|不是(?:本地|这里|当地)(?:人|的|户口)*)'
const REGISTERED = '(?:的)?(?:户口|户籍)(?:本)?(?:还|都|就)*(?:不?在|是|迁到?)[^，。？?吗么哪]{1,10}'
const REGISTRATION = new RegExp(
  `^(?:(?:我|俺|咱|他|她|老人|孩子|娃|们)*(?:${FROM_ELSEWHERE}|${REGISTERED})[的了呢啊呀\\s，。！]*){1,2}$`,
)
/** 户口在安徽 在苏州打工 能在苏州报吗 */
const WHICH_PLACE =
  /^.{0,6}(?:户口|户籍|本地人).{1,16}(?:打工|住|上班|上学|生活|做事|干活|在).{0,10}(?:能|可以|行|去|到|回|在哪|哪里|哪儿).{0,8}(?:报|办|申请|领|弄|交|享受).{0,4}$/
/** 户口在浦东 人跟我住苏州 */
const LIVES_ELSEWHERE =
  /^(?:.{0,6}(?:户口|户籍)(?:还|都)?(?:在|是)?.{1,8}[，,\s]+.{0,4}(?:住在?|在|住)[^，,\s?？]{1,8}|.{0,4}在[^，,\s?？]{1,8}[，,\s]*(?:户口|户籍)(?:还|都)?(?:在|是)?[^，,\s?？]{1,6}[，,\s]*(?:去?哪里?|在哪|去哪儿?|怎么|咋|能不能|可以)?.{0,4})$/
const FROM_AFAR =
  /^(?!.*(?:住院|看病|生病|就医))(?:我们?|俺们?|咱|他|她|老人|孩子|娃|人|现在|都|就|还)*(?:在(?:外地|外面|外省|外头|别处)|.{0,4}在外?打工).{0,4}(?:能|可以|咋|怎么)(?:办|申请|报|领|弄|交|享受).{0,3}$/
const WHICH_PLACE_TO = 30
/** Whether a message says nothing but where somebody is registered, or asks whether it is done there: 我是外地的，户口在湖南. */
export const registrationAlone = (text: string): boolean => {
  const said = text.trim()
  return (
    REGISTRATION.test(said) ||
    (said.length <= WHICH_PLACE_TO &&
      [WHICH_PLACE, LIVES_ELSEWHERE, FROM_AFAR].some((asks) => asks.test(said)))
  )
}
