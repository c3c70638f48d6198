/** Who made a document: its number, the departments, and for where they speak. */

/** 民发〔2021〕57号, with whatever brackets somebody typed. */
const NUMBER =
  /([\u4e00-\u9fff]{1,14}?)\s*[〔[（(【［﹝]\s*((?:19|20)\d{2})\s*[〕\]）)】］﹞]\s*(?:第\s*)?(\d{1,5})\s*号/

/** A document's number as it is written everywhere; null where there is none. */
export function numberIn(text: string): { number: string; words: string } | null {
  const found = NUMBER.exec(text)
  if (!found) return orderIn(text)
  const [words, maker = '', year = '', place = ''] = found
  // What introduces it is no part of it.
  const plain = maker.replace(/^(?:.*[据照按由和与及、]|文号|编号|发文字号|号)/, '')
  return plain === '' ? null : { number: `${plain}〔${year}〕${Number(place)}号`, words: words.trim() }
}

/** 国务院令第649号. */
function orderIn(text: string): { number: string; words: string } | null {
  const [words, maker = '', place = ''] =
    /((?:国务院|主席|[\u4e00-\u9fff]{1,8}?(?:部|省|市|政府)))令\s*(?:第\s*)?(\d{1,5})\s*号/.exec(text) ?? []
  return words === undefined ? null : { number: `${maker}令第${Number(place)}号`, words }
}

/** A document that a text names in 《》, and its number where one follows. */
export interface Named {
  document: string
  number: string
  words: string
}

/** Every document a text names. */
export function documentsIn(text: string): Named[] {
  const named: Named[] = []
  for (const { 0: written, index } of text.matchAll(/《((?:[^《》]|《[^《》]*》)+)》/g)) {
    const after = text.slice(index + written.length, index + written.length + 40)
    const number = /^\s*[（(，,、]?/.test(after) ? numberIn(/^[^《。；]*/.exec(after)?.[0] ?? '') : null
    const isClose = number !== null && after.indexOf(number.words) <= 2
    named.push({
      document: written.slice(1, -1).trim(),
      number: isClose ? number.number : '',
      words: isClose
        ? `${written}${after.slice(0, after.indexOf(number.words) + number.words.length).replace(/^（.*[^）]$/s, '$&）')}`
        : written,
    })
  }
  return named
}

/** What offices are called, by the short name the inventory gives them. */
const DEPARTMENTS: readonly (readonly [string, RegExp])[] = [
  ['民政', /民政/],
  ['人社', /人社|人力资源|社会保障[局厅部]|社会保险|就业服务/],
  ['医保', /医保|医疗保障/],
  ['教育', /教育|教委|教体/],
  ['住建', /住建|住房|房管|房产/],
  ['残联', /残联|残疾人联合会/],
  ['工会', /总工会|工会/],
  ['妇联', /妇联|妇女联合会/],
  ['司法', /司法|法律援助中心/],
  ['应急', /应急/],
  ['卫健', /卫健|卫生健康|卫计/],
  ['退役军人', /退役军人/],
  ['农业农村', /农业农村|乡村振兴/],
  ['发改', /发改|发展(?:和)?改革/],
  ['财政', /财政/],
  ['公安', /公安/],
  ['团委', /共青团|团委/],
  ['红十字会', /红十字/],
  ['慈善', /慈善/],
]
/** The money's office signs most notices and answers for few. */
const SECONDARY = new Set(['财政', '公安', '发改'])

/** The departments a text names, by their short names. */
export function departmentsIn(text: string): string[] {
  const found = DEPARTMENTS.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []))
  const first = found.filter((name) => !SECONDARY.has(name))
  return first.length > 0 ? first : found
}

export const LEVELS = ['国家', '省', '市', '区县', '街道'] as const
export type Level = (typeof LEVELS)[number]

/** Of places only those that say so of themselves: 兴庆区, 南京市, 宁夏回族自治区. */
const PLACE =
  /^(?:中共)?(?:(?<province>[\u4e00-\u9fff]{2,6}?(?:省|(?:壮族|回族|维吾尔)?自治区)))?(?:(?<city>[\u4e00-\u9fff]{2,6}?(?:自治州|地区|盟|市)))?(?:(?<district>[\u4e00-\u9fff]{1,6}?(?:自治县|自治旗|新区|矿区|林区|特区|区|县|旗)))?(?:(?<street>[\u4e00-\u9fff]{1,8}?(?:街道|镇|民族乡|乡)))?/

/** Where whoever signs speaks for; null where the name says nothing of it. */
export function placeOf(issuer: string): { level: Level; area: string } | null {
  if (
    /^(?:国务院|中共中央|中央|全国|国家|中华人民共和国|(?:民政|教育|财政|司法|人力资源和?社会保障|住房和?城乡建设|农业农村|应急管理|退役军人事务)部|中国残|中华全国)/.test(
      issuer,
    )
  )
    return { level: '国家', area: '全国' }
  const { province, city, district, street } = PLACE.exec(issuer)?.groups ?? {}
  if (street !== undefined) return { level: '街道', area: street }
  if (district !== undefined && !/^(?:社|地|辖|全|本|市|城|园|小|片)区$/.test(district))
    return { level: '区县', area: district }
  if (city !== undefined && !/^(?:全|本|各|我)市$/.test(city)) return { level: '市', area: city }
  return province === undefined ? null : { level: '省', area: province }
}

/** A line that is nothing but an office's name, as documents are signed with. */
export const isOffice = (line: string): boolean =>
  line.length <= 40 &&
  !/[，。；：:、！？,;]/.test(line.replaceAll('、', '')) &&
  /(?:局|厅|部|委|委员会|政府|办公室|办事处|联合会|总工会|中心|管委会|领导小组|红十字会|慈善总会)(?:办公室)?(?:[（(].{1,12}[）)])?$/.test(
    line.replace(/\s/g, ''),
  )
