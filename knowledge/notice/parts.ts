/** A document cut at its headings and labels. */
import type { Block } from './blocks.ts'
import { type Label, labelOf, withoutNumber } from './labels.ts'

/** What stands under one heading. */
export interface Part {
  /** As it is written; '' before the first. */
  heading: string
  /** Null of a heading that says nothing we know. */
  label: Label | null
  /** How deep it stands: a heading of its program from 1, what was only taken for one by its number or mark from 10. */
  level: number
  /** An article of a regulation, which has a number in place of a heading. */
  article: boolean
  /** Lines, without the marks of a list. */
  lines: string[]
  /** Some of the lines were a table. */
  table: boolean
}

/** A heading is short; what is longer is a sentence. */
const HEADING_LIMIT = 30
const NUMBERED =
  /^(?:第[一二三四五六七八九十百\d]{1,4}[章节]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:[、．)）]|\.(?!\d))|【|[■◆●▶►◎★☆]|问[:：]|Q\d{0,2}[:：.、])/
/** An article of a regulation. */
const ARTICLE = /^第[一二三四五六七八九十百\d]{1,4}条\s*/

/** Where the blocks of a document begin to be about something else. */
export function partsOf(blocks: readonly Block[]): Part[] {
  const parts: Part[] = [empty('', null, 0)]
  const last = (): Part => parts.at(-1) ?? empty('', null, 0)
  for (const block of blocks) {
    if (block.kind === 'heading') parts.push(empty(block.text, labelOf(block.text), block.level))
    else if (block.kind === 'table') addTable(parts, block.rows)
    else {
      const cut = cutOf(block.text)
      if (cut) {
        parts.push({
          ...empty(cut.heading, cut.label, depthOf(block.text)),
          article: ARTICLE.test(block.text),
        })
        if (cut.rest !== '') last().lines.push(cut.rest)
        // A list stays one where its program made the marks.
      } else last().lines.push(block.kind === 'item' ? `• ${block.text}` : block.text)
    }
  }
  return parts.filter(({ heading, lines }) => heading !== '' || lines.length > 0)
}

const empty = (heading: string, label: Label | null, level: number): Part => ({
  heading,
  label,
  level,
  article: false,
  lines: [],
  table: false,
})

/** Chapters hold 一、, that holds （一）, that holds 1. */
const DEPTHS: readonly RegExp[] = [
  /^第.{1,4}[章节]/,
  /^(?![（(]?[一二三四五六七八九十\d]{1,3}[)）]|\d|第.{1,4}条)/,
  /^[（(][一二三四五六七八九十]{1,3}[)）]/,
  /^(?:\d|[（(]\d)/,
]
const FIRST_DEPTH = 10
const depthOf = (line: string): number => {
  const depth = DEPTHS.findIndex((pattern) => pattern.test(line))
  return FIRST_DEPTH + (depth < 0 ? DEPTHS.length : depth)
}

interface Cut {
  heading: string
  label: Label | null
  rest: string
}

/** A line that begins another part: a numbered heading, a label before a colon, or a heading of a few words. */
function cutOf(line: string): Cut | null {
  if (ARTICLE.test(line)) return articleOf(line)
  const boxed = /^【([^】]{1,20})】\s*[:：]?\s*(.*)$/.exec(line)
  if (boxed) return sure(boxed[1] ?? '', boxed[2] ?? '')
  const colon = /^(.{2,22}?)[:：]\s*(.*)$/.exec(line)
  if (colon && !/^问$|^Q\d*$/i.test(colon[1] ?? '')) {
    const [, heading = '', rest = ''] = colon
    const label = labelOf(heading)
    if (label?.certain) return { heading, label, rest }
  }
  const question = /^(?:问|Q\d{0,2})\s*[:：.、]\s*(.{2,40})$/i.exec(line)
  if (question) return { heading: line, label: labelOf(question[1] ?? ''), rest: '' }
  if (NUMBERED.test(line)) {
    // 一、救助对象。凡是…
    const [head = '', ...after] = line.split(/(?<=[。])/)
    const label = withoutNumber(head).length <= 15 ? labelOf(head) : null
    if (label?.certain) return { heading: head, label, rest: after.join('') }
    const isChapter = /^(?:第.{1,4}[章节]|[一二三四五六七八九十]{1,3}[、.．])/.test(line)
    if (isChapter && line.length <= HEADING_LIMIT && !/[。；;，,]/.test(line))
      return { heading: line, label: labelOf(line), rest: '' }
    return null
  }
  if (line.length > 14 || /[。；;，,、！!]$/.test(line)) return null
  return sure(line, '')
}

function sure(heading: string, rest: string): Cut | null {
  const label = labelOf(heading)
  return label?.certain ? { heading, label, rest } : null
}

/** 第七条 申请人应当提交下列材料：… is about materials; which articles are about what only its words suggest. */
function articleOf(line: string): Cut {
  const text = line.replace(ARTICLE, '')
  const named = /^[（(【]([^）)】]{2,15})[）)】]\s*(.*)$/.exec(text)
  if (named) {
    const label = labelOf(named[1] ?? '')
    if (label)
      return {
        heading: `${line.slice(0, line.length - text.length)}${named[1] ?? ''}`,
        label,
        rest: named[2] ?? '',
      }
  }
  const found = ARTICLES.find(([pattern]) => pattern.test(text))
  return {
    heading: (ARTICLE.exec(line)?.[0] ?? '').trim(),
    label: found ? { meaning: found[1], certain: false } : null,
    rest: text,
  }
}

const ARTICLES: readonly (readonly [RegExp, Label['meaning']])[] = [
  [/所称.{2,30}(?:是指|指)/, 'overview'],
  [
    /(?:不予|不得|不能).{0,12}(?:救助|补助|补贴|享受|申请|发放|纳入|认定)|(?:停发|终止|停止).{0,10}(?:救助|发放|补贴|补助|供养|保障)/,
    'exclusions',
  ],
  [/(?:提交|提供|携带|出具).{0,20}(?:材料|证明|资料|证件)/, 'materials'],
  [
    /(?:可以|可|有权|能够)?(?:申请|享受|纳入|给予).{0,30}(?:下列|以下|符合).{0,12}(?:条件|情形|对象|人员|家庭)|(?:下列|以下|符合).{0,20}(?:条件|情形|人员|家庭|对象).{0,20}(?:可以|可|纳入|给予|申请|认定)|适用对象|(?:救助|补助|补贴|保障)对象/,
    'eligibility',
  ],
  [
    /(?:救助|补助|补贴|保障|发放|供养|资助)(?:的)?(?:标准|金额|额度)|每[人户].{0,8}每[月年].{0,12}元|一次性.{0,10}(?:补助|给予|发放)/,
    'benefit',
  ],
  [/(?:委托|代为).{0,20}(?:申请|办理)/, 'proxy'],
  [/(?:行政复议|行政诉讼|有异议的|不服的)/, 'appeal'],
  [/(?:调查|审核|审批|公示|确认|评议).{0,40}(?:工作日|日内|公示|确认)/, 'steps'],
  [/向.{2,30}(?:提出|书面)?(?:书面)?申请/, 'where'],
]

/** Two columns are labels and what they say; anything else becomes lines of the part it stands in. */
function addTable(parts: Part[], rows: readonly (readonly string[])[]): void {
  const last = (): Part | undefined => parts.at(-1)
  for (const row of rows) {
    const cells = row
      .map((cell) => cell.trim())
      .filter((cell, place, all) => cell !== '' && cell !== all[place - 1])
    if (cells.length === 0) continue
    const pairs = pairsOf(cells)
    if (pairs) {
      for (const { heading, label, rest } of pairs) {
        parts.push(empty(heading, label, FIRST_DEPTH + 1))
        last()?.lines.push(
          ...rest
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        )
      }
    } else {
      last()?.lines.push(
        cells.map((cell) => cell.replaceAll('\n', ' ')).join(cells.length === 2 ? '：' : '，'),
      )
      const part = last()
      if (part) part.table = true
    }
  }
}

/** 名称 | 取暖补助 | 部门 | 民政局: labels in every second cell. */
function pairsOf(cells: readonly string[]): Cut[] | null {
  if (cells.length < 2 || cells.length % 2 === 1) return null
  const pairs: Cut[] = []
  for (let place = 0; place < cells.length; place += 2) {
    const heading = cells[place] ?? ''
    const label = labelOf(heading)
    if (!label?.certain) return null
    pairs.push({ heading, label, rest: cells[place + 1] ?? '' })
  }
  return pairs
}
