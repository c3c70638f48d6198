/**
 * Recognises policies in what offices write: notices, regulations, service guides, questions and answers. Words are
 * taken as they stand; what is not sure is marked with the words it came from, and what is not recognised is kept.
 */
import { ASPECT_NAMES, ASPECTS, type Aspect } from '../aspect-names.ts'
import type { Block } from './blocks.ts'
import { dayIn } from './dates.ts'
import { glean } from './glean.ts'
import { departmentsIn, documentsIn, isOffice, LEVELS, numberIn, placeOf } from './issuer.ts'
import { isAspect, labelOf, type Meaning } from './labels.ts'
import { subjectOf } from './naming.ts'
import { type Opened, readOpening } from './opening.ts'
import { type Part, partsOf } from './parts.ts'
import { gleanPhones, readPhones } from './phones.ts'
import { type Recognised, Taken } from './taken.ts'
import { readTerms } from './terms.ts'
import { bare, worded } from './wording.ts'

/**
 * Reads a document.
 *
 * @param blocks as the program it was written in parts it
 * @param file what the file is called, without its ending; '' where there is none
 * @returns a policy each; one that holds nothing known has its words in `left`
 */
export const recognise = (blocks: readonly Block[], file: string): Recognised[] => {
  const policies = policiesIn(blocks)
  return policies.map((one) => recogniseOne(one, policies.length === 1 ? file : ''))
}

/** Several policies stand below headings of one size, each with sections of its own. */
function policiesIn(blocks: readonly Block[]): (readonly Block[])[] {
  const sizes = blocks.flatMap((block) => (block.kind === 'heading' ? [block.level] : []))
  for (const size of new Set(sizes.sort())) {
    const starts = blocks.flatMap((block, place) =>
      block.kind === 'heading' && block.level === size && !labelOf(block.text)?.certain ? [place] : [],
    )
    if (starts.length < 2) continue
    const pieces = starts.map((start, order) => blocks.slice(start, starts[order + 1]))
    const whole = pieces.filter((piece) =>
      partsOf(piece).some(({ label }) => label?.certain && isAspect(label.meaning)),
    )
    if (whole.length < 2 || whole.length < pieces.length - 1) return [blocks]
    // What stands before the first, such as a cover, goes with it.
    return pieces.map((piece, order) => (order === 0 ? blocks.slice(0, starts[1]) : piece))
  }
  return [blocks]
}

function recogniseOne(blocks: readonly Block[], file: string): Recognised {
  const taken = new Taken()
  const title = titleBlock(blocks)
  const headline = blocks[title]
  const parts = partsOf(title < 0 ? blocks : blocks.filter((_, place) => place !== title))
  const signed = readSigning(parts)
  const opened = readOpening(
    taken,
    parts[0]?.heading === '' ? (parts.shift()?.lines ?? []) : [],
    headline?.kind === 'heading' ? headline.text : '',
  )
  const over = readParts(taken, parts)
  const lines = [...opened.lines, ...parts.flatMap((part) => part.lines)]
  nameIt(taken, opened, parts, file)
  const issued = signed.day || opened.day
  const own = opened.document === '' ? undefined : taken.fields.sources[0]
  if (own && own.issued === '') own.issued = issued
  readTerms(taken, lines, own?.issued || issued)
  if (own && own.effective === '') own.effective = taken.fields.effective
  readMaker(taken, [...opened.issuers, ...signed.issuers], opened.document, opened.number)
  readCited(taken, opened.lines)
  glean(taken, lines)
  if (taken.fields.phones.length === 0) gleanPhones(taken, lines)
  for (const line of opened.lines) if (!isTold(taken, bare(line))) taken.leave(line)
  for (const [heading = '', ...rest] of over) {
    const left = rest.filter((line) => !taken.used.has(line) && !NOTED.test(line))
    if (left.length > 0) taken.leave([heading, ...left].filter((line) => line !== '').join('\n'))
  }
  if (!own && issued !== '') taken.leave(`落款：${[...signed.issuers, issued].join(' ')}`)
  return { fields: taken.fields, doubts: taken.doubts, left: taken.left }
}

/** （此件公开发布） */
const NOTED = /^[（(]此件.{2,12}[)）]$/

/** The document's own heading; -1 where it has none. */
function titleBlock(blocks: readonly Block[]): number {
  const place = blocks.findIndex((block) => block.kind === 'heading')
  const block = blocks[place]
  return block?.kind === 'heading' && place < 6 && !labelOf(block.text)?.certain ? place : -1
}

/** Whether a line went into a section as it is. */
const isTold = ({ fields }: Taken, line: string): boolean =>
  ASPECT_NAMES.some(
    (aspect) =>
      fields.sections[aspect]?.lead.includes(line) || fields.sections[aspect]?.details.includes(line),
  )

/** Who signed at the end, and when; what is read is taken out of the last part. */
function readSigning(parts: readonly Part[]): { issuers: string[]; day: string } {
  const last = parts.at(-1)
  const signed = { issuers: [] as string[], day: '' }
  if (!last) return signed
  const isDay = (line: string) => dayIn(line)?.words === line
  // A signature ends the document, but for a note in brackets such as （此件公开发布）.
  for (let at = last.lines.length - 1; at >= Math.max(0, last.lines.length - 8); at--) {
    const line = last.lines[at] ?? ''
    if (isDay(line) && signed.day === '') signed.day = dayIn(line)?.day ?? ''
    else if (isOffice(line)) signed.issuers.unshift(line)
    else if (signed.day !== '' || signed.issuers.length > 0 || !/^[（(].*[)）]$/.test(line)) break
    else continue
    last.lines.splice(at, 1)
  }
  return signed
}

/** @returns what nothing was made of: headings with their lines */
function readParts(taken: Taken, parts: readonly Part[]): string[][] {
  const sections = new Map<Aspect, { lines: string[]; part: Part; table: boolean }>()
  const over: string[][] = []
  /** The section that is open, and how deep its heading stands. */
  let open: Aspect | null = null
  let depth = 0
  for (const part of parts) {
    const { heading, label, level, lines, article } = part
    const aspect = label && isAspect(label.meaning) ? label.meaning : null
    const inside = open !== null && level > depth ? sections.get(open) : undefined
    const isOwn = label?.certain === true || !inside || (article && aspect !== open)
    if (aspect !== null && isOwn) {
      const known = sections.get(aspect)
      if (known) known.lines.push(...lines)
      else sections.set(aspect, { lines: [...lines], part, table: part.table })
      // An article says one thing; what follows belongs to its chapter.
      if (article) continue
      open = aspect
      depth = level
    } else if (label && aspect === null) readField(taken, label.meaning, heading, lines)
    else if (inside) inside.lines.push(...(article ? [] : [heading]), ...lines)
    else {
      over.push([heading, ...lines])
      if (!article) open = null
    }
  }
  for (const [aspect, { lines, part, table }] of sections) {
    const { lead, details, why } = worded(lines)
    if (lead === '') continue
    taken.write(aspect, lead, details)
    if (!part.label?.certain)
      taken.doubt(
        aspect,
        [part.heading, part.lines[0] ?? ''].join(' ').trim(),
        `按这里的说法归到了「${ASPECTS[aspect]}」，请核对`,
      )
    if (why !== '') taken.doubt(aspect, lead, why)
    if (table) taken.doubt(aspect, lead, '原文是表格，变成了一行行的字，请对照原文')
  }
  return over
}

/** A field that stands behind its own name. */
export function readField(taken: Taken, meaning: Meaning, heading: string, lines: readonly string[]): void {
  const { fields } = taken
  const text = lines.join('\n').trim()
  if (text === '') return
  const own = () => fields.sources[0] ?? taken.source('')
  const several = (...marks: RegExp[]) =>
    marks
      .reduce((parts, mark) => parts.flatMap((part) => part.split(mark)), [text])
      .map((one) => one.trim())
      .filter((one) => one !== '')
  switch (meaning) {
    case 'id':
      fields.id = text
      return
    case 'title':
      fields.title = text.replace(/\n/g, '').replace(/^《(.*)》$/, '$1')
      return
    case 'departments': {
      const known = departmentsIn(text)
      fields.departments = known.length > 0 ? known : several(/[、，,；;\n]/)
      const place = placeOf(text)
      if (place && fields.area === '') Object.assign(fields, place)
      return
    }
    case 'level':
      fields.level = LEVELS.find((level) => text.startsWith(level)) ?? text
      return
    case 'area':
      fields.area = text
      return
    case 'effective':
    case 'expires': {
      const found = dayIn(text)
      if (found) fields[meaning] = found.day
      // 长期有效 has no last day.
      if (!found && !/长期|无|永久/.test(text)) taken.doubt(meaning, text, '没有认出是哪一天，请填上')
      return
    }
    case 'issued': {
      const found = dayIn(text)
      if (found) own().issued = found.day
      else taken.leave(`${heading}：${text}`)
      return
    }
    case 'number': {
      const found = numberIn(text)
      own().number = found?.number ?? text
      return
    }
    case 'article':
      own().article = text
      return
    case 'link':
      own().link = text
      return
    case 'document': {
      const named = documentsIn(text)
      for (const { document, number } of named) taken.source(document, number)
      if (named.length === 0)
        for (const one of several(/[\n；;]/))
          taken.source(
            one.replace(numberIn(one)?.words ?? '', '').replace(/[（(]\s*[)）]/g, ''),
            numberIn(one)?.number,
          )
      return
    }
    case 'phones':
      readPhones(taken, heading.replace(/[:：]$/, ''), lines)
      return
    case 'audience':
    case 'aliases':
    case 'cues':
    case 'related':
      fields[meaning] = several(/[、，,；;\n]/)
      return
    case 'questions':
      fields.questions = several(/\n/)
      return
    default:
      taken.leave(`${heading}：${text}`)
  }
}

function nameIt(
  taken: Taken,
  { document, number, firstLine }: Opened,
  parts: readonly Part[],
  file: string,
): void {
  const { fields } = taken
  if (document !== '') {
    const known = fields.sources.find((one) => one.document === document || one.document === '')
    const own = known ?? taken.source(document, number)
    own.document = document
    own.number ||= number
    fields.sources = [own, ...fields.sources.filter((one) => one !== own)]
  } else if (number !== '' && fields.sources[0]?.number === '') fields.sources[0].number = number
  if (fields.title !== '') return
  const asked = parts.flatMap(({ heading }) => /什么[是叫]([^？?]{2,20})/.exec(heading)?.[1] ?? [])[0] ?? ''
  for (const [name, from, why] of [
    [document && subjectOf(document), document, '从文件的名字里取出来的，请改成居民的叫法'],
    [firstLine && subjectOf(firstLine), firstLine, '把第一行当作名称，请核对'],
    [asked, asked, '从问题里取出来的名称，请核对'],
    [subjectOf(file), file, '用了文件的名字，请改成居民的叫法'],
  ] as const) {
    if (name === '') continue
    fields.title = name
    taken.doubt('title', from, why)
    return
  }
}

function readMaker(taken: Taken, issuers: readonly string[], document: string, number: string): void {
  const { fields } = taken
  const signed = issuers.join('、')
  if (fields.departments.length === 0) {
    const words = [signed, document, number.replace(/^民/, '民政')].find(
      (one) => departmentsIn(one).length > 0,
    )
    if (words !== undefined) {
      fields.departments = departmentsIn(words)
      if (words !== signed) taken.doubt('departments', words, '从文件名或文号推想的，请核对')
      else if (fields.departments.length > 1)
        taken.doubt('departments', words, '几个部门一起发的，请核对居民该找哪个')
    }
  }
  if (fields.area !== '' && fields.level !== '') return
  const from = [...issuers, document].find((one) => placeOf(one) !== null)
  const place = from === undefined ? null : placeOf(from)
  if (!place || from === undefined) return
  if (fields.area === '') fields.area = place.area
  if (fields.level === '') fields.level = place.level
  if (from === document) taken.doubt('area', from, '从文件名推想的，请核对在哪里适用')
}

/** Documents that its beginning says it follows. */
function readCited(taken: Taken, lines: readonly string[]): void {
  if (taken.fields.sources.length > 3) return
  for (const line of lines) {
    if (!/(?:根据|依据|按照|依照|落实|贯彻)/.test(line)) continue
    for (const { document, number, words } of documentsIn(line)) {
      if (taken.fields.sources.some((one) => one.document === document)) continue
      taken.source(document, number)
      taken.doubt('sources', words, '文中提到的文件，请核对是不是这条政策的依据')
    }
  }
}
