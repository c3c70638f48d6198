/**
 * Reads the figures of a text (amounts, dates, times, shares, phone numbers), in Arabic or Chinese numerals, so
 * that two texts can be compared: a figure somebody acts on may not change on the way.
 */

type Side = 'none' | 'most' | 'least' | 'about'

/** A figure where it stands. */
interface Figure {
  /** What it is, the same for every way of writing it: `3700元`, `D2026-7-1`, `12345`. */
  key: string
  at: number
  end: number
  side: Side
  /** The bound is the point: 最多 and 以上 may not be left out; 内 and 起 may. */
  strict: boolean
}

/** Full-width letters and digits narrow, blanks gone: the form in which texts are compared. */
export function plain(text: string): string {
  return text
    .replace(/[０-９Ａ-Ｚａ-ｚ％．]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(/\s+/g, '')
}

const CHINESE = '零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖'
const VALUES: Record<string, number> = Object.fromEntries(
  [...CHINESE].map((digit, place) => [
    digit,
    [0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9][place] ?? 0,
  ]),
)
const MULTIPLES: Record<string, number> = {
  十: 10,
  拾: 10,
  百: 100,
  佰: 100,
  千: 1000,
  仟: 1000,
  万: 1e4,
  亿: 1e8,
}

/** Numerals in words that count nothing. Blanked before reading, the length kept. */
const NO_FIGURE = new RegExp(
  [
    '一(?:般|起|样|定|直|些|点(?![零一二三四五六七八九])|下子?|边|时(?!间)|旦|切|致|并|律|同|方面?|次性|体|线|卡通|站式|块[儿去来]|段|部分|回事|步步)',
    '统一|唯一|万一|十分(?!之)|十全|千万(?![元人])|百姓|第三[人方]|三轮|四肢|五官|五保|红十字|两口子|打零工|零(?:就业|工|星|钱|花)|三属|三轮',
    '多半|半路|另一|任[何一]一?|哪一|某一|那一|这一|同一|每一|随便一|几(?=样|句|乎|口人|道|类|项|笔|件)',
    '一(?=[个位份种家笔张句趟遍件条项套本封名户层户口]|点儿)(?!个(?:月|工作日|星期|小时|礼拜|学期|学年|季度|百分点|孩))',
    '第[一二三四五1-5](?=步|是|[，,、：])',
  ].join('|'),
  'g',
)

const DIGIT = `0-9${CHINESE}十拾百佰千仟万亿`
const YEAR = '[0-9零〇一二三四五六七八九]{4}'
const SMALL = '[0-9一二三四五六七八九十]{1,3}'
const UNIT =
  '个?(?:工作日|自然日|月|小时|钟头|星期|礼拜|学期|学年|季度|百分点)|天|日|号|年度?|周岁|岁|周|元|块钱?|角|分钟|倍|%|成|折|[人名户口项级档类种次条款件份斤克度吨平亩米里步组层批期间套孩个点]|公[斤里]|千克|平方米|分(?!之)'
const TOKEN = new RegExp(
  [
    `(?<y>${YEAR})年(?<m>${SMALL})月(?<d>${SMALL})[日号]`,
    '(?<y2>\\d{4})[-/.](?<m2>\\d{1,2})[-/.](?<d2>\\d{1,2})(?!\\d)',
    `(?<y3>${YEAR})年(?<m3>${SMALL})月`,
    `(?<m4>${SMALL})月(?<d4>${SMALL})[日号]`,
    '(?<phone>\\d{3,4}-\\d{3,8}(?:-\\d{3,4})?)',
    `(?<whole>[${DIGIT}]+)分之(?<share>[${DIGIT}]+(?:[.点][${DIGIT}]+)?)`,
    '(?<half>一半|减半|对半|折半|半数|半(?=价|费|额))',
    `(?<nth>第?)(?<vague>[${DIGIT}]*几[${DIGIT}]*|数[十百千万]+|上[百千万]+|半|十来)(?:个?多?)(?<vagueUnit>${UNIT})`,
    `(?<vaguer>[${DIGIT}]*几[十百千万亿成]+|数[十百千万]+)`,
    `(?<th>第?)(?<number>(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|[${DIGIT}]+)(?:[.点][${DIGIT}]+)?)(?<more>[多余来]?)(?<unit>${UNIT})?`,
  ].join('|'),
  'g',
)
const SAME_UNIT: Record<string, string> = {
  日: '天',
  自然日: '天',
  块: '元',
  块钱: '元',
  周岁: '岁',
  星期: '周',
  礼拜: '周',
  钟头: '小时',
  年度: '年',
  平方米: '平',
}

/** The value of a numeral, digits alone as they stand (12345, 〇五一二); null when it cannot be told for sure. */
function readValue(numeral: string): string | null {
  const text = numeral.replaceAll(',', '').replaceAll('点', '.')
  if (/^\d+(?:\.\d+)?$/.test(text)) return text
  const digits = [...text].map((one) => (one === '.' ? '.' : /\d/.test(one) ? one : VALUES[one]))
  if (digits.every((one) => one !== undefined)) return text.length === 2 ? null : digits.join('')
  let total = 0
  let section = 0
  let current: number | null = null
  let last = 1
  for (const [part] of text.matchAll(/\d+(?:\.\d+)?|[^\d]\.[^\d十百千万亿]|[^\d]/g)) {
    const multiple = MULTIPLES[part]
    const value = /^\d/.test(part) ? Number(part) : part.includes('.') ? decimal(part) : VALUES[part]
    if (multiple === undefined) {
      if (value === undefined || (current !== null && current !== 0)) return null
      if (value === 0) last = 1
      current = value
    } else if (multiple >= 1e4) {
      total = (total + section + (current ?? (section > 0 ? 0 : 1))) * multiple
      section = 0
      current = null
      last = multiple
    } else {
      section += (current ?? 1) * multiple
      current = null
      last = multiple
    }
  }
  // 三百五 is 350 and 一万二 is 12000.
  const rest = current === null ? 0 : last > 10 && !/\d$/.test(text) ? (current * last) / 10 : current
  return String(Math.round((total + section + rest) * 1e6) / 1e6)
}
const decimal = (part: string) => Number([...part].map((one) => (one === '.' ? '.' : VALUES[one])).join(''))

const BEFORE: readonly [RegExp, Side, boolean][] = [
  [
    /(?:不超过|不高于|不多于|最多|至多|最高|最长|不满|未满|没满|不到|不足|低于|少于|小于|没到)[^，。；]{0,2}$/,
    'most',
    true,
  ],
  [/(?:不低于|不少于|不小于|至少|最少|最低|最短|超过|高于|多于|大于)[^，。；]{0,2}$/, 'least', true],
  [/(?:满|达到)$/, 'least', false],
  [/(?:约|大概|差不多|将近|接近|近)$/, 'about', true],
]
const AFTER: readonly [RegExp, Side, boolean][] = [
  [/^(?:（含）)?以下/, 'most', true],
  [/^[一-龥]{0,2}(?:以上|开外)/, 'least', true],
  [/^(?:左右|上下|前后)/, 'about', true],
  [/^(?:以内|之内|内|以前|之前|前(?!年)|为止)/, 'most', false],
  [/^(?:起|以后|之后|后)/, 'least', false],
]

/** Every figure of a text already {@link plain}. */
export function readFigures(text: string): Figure[] {
  const blanked = text.replace(NO_FIGURE, (words) => '□'.repeat(words.length))
  const figures: Figure[] = []
  for (const match of blanked.matchAll(TOKEN)) {
    const { index: at } = match
    const end = at + match[0].length
    const before = BEFORE.find(([pattern]) => pattern.test(text.slice(Math.max(0, at - 8), at)))
    const after = AFTER.find(([pattern]) => pattern.test(text.slice(end, end + 6)))
    const [, side, strict] = before ?? after ?? [null, 'none' as const, false]
    const more = match.groups?.['more']
    for (const key of keysOf(match[0], match.groups ?? {}, blanked.slice(end))) {
      figures.push({ key, at, end, ...(more ? { side: 'least', strict: true } : { side, strict }) })
    }
  }
  return figures
}

function keysOf(said: string, parts: Record<string, string | undefined>, following: string): string[] {
  const of = (...names: string[]) => names.map((name) => parts[name]).find((part) => part !== undefined)
  const [year, month, day] = [of('y', 'y2', 'y3'), of('m', 'm2', 'm3', 'm4'), of('d', 'd2', 'd4')]
  if (month !== undefined)
    return [`D${[year, month, day].map((part) => (part ? Number(readValue(part)) : '')).join('-')}`]
  const { phone, whole, share, half, vague, vaguer, number, unit = '', th, nth } = parts
  if (phone) return [phone.replaceAll('-', '')]
  if (whole && share)
    return [
      whole === '百' || whole === '100' ? `${readValue(share)}%` : `${readValue(share)}/${readValue(whole)}`,
    ]
  if (half) return ['half']
  if (vague === '半') return [`${nth}0.5${canonical(parts['vagueUnit'] ?? '')}`]
  if (vague || vaguer) return [said]
  if (!number) return [said]
  const value = readValue(number)
  // 三四级 is two figures; anything else unreadable must stand as it is.
  const values =
    value !== null
      ? [value]
      : number.length === 2
        ? [...number].map((one) => `${VALUES[one] ?? one}`)
        : [number]
  const shared = unit === '' ? (rangeUnit(number, following) ?? '') : unit
  if (shared === '成') return values.map((one) => `${Number(one) * 10}%`)
  return values.map((one) => `${th}${one}${canonical(shared)}`)
}

const canonical = (unit: string) => {
  const bare = unit.replace(/^个(?=.)/, '')
  return bare === '月' && unit !== bare ? '个月' : (SAME_UNIT[bare] ?? bare)
}

/** The unit a range names only once: 2到3档, 一、二级. */
function rangeUnit(number: string, following: string): string | undefined {
  const joint = number.length > 2 ? '[到至~—–-]' : '[到至~—–、或和-]'
  return new RegExp(`^${joint}[${DIGIT}]+(?:[.点][${DIGIT}]+)?(${UNIT})`).exec(following)?.[1]
}
