/**
 * The small XML dialect of WeChat callbacks: one `xml` element, fields below it, values mostly in CDATA.
 *
 * Source: developers.weixin.qq.com "Receiving standard messages", "Receiving event pushes" and
 * "Passive user reply messages".
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { CallbackRefused } from './channel.ts'

/** The fields of one element, read by name. */
export interface XmlFields {
  /**
   * The text of a field: undefined when it is absent, '' when it is empty.
   *
   * @throws {CallbackRefused} 400 when the field stands there twice, since neither is the one that counts
   */
  text(name: string): string | undefined
  /** The fields below a field, e.g. ScanCodeInfo. Undefined when it is absent. */
  within(name: string): XmlFields | undefined
}

const CDATA = '#cdata'
const TEXT = '#text'
/** The deepest push known (SendPicsInfo.PicList.item.PicMd5Sum) has five levels. */
const MAX_DEPTH = 10

const parser = new XMLParser({
  preserveOrder: true,
  // Otherwise 000001 becomes 1, 1e5 becomes 100000 and a MsgId loses its last digits.
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: CDATA,
  textNodeName: TEXT,
  maxNestedTags: MAX_DEPTH,
  jPath: false,
  // One shared decoder: the parser's own is built anew for every document and costs more than the parsing.
  entityDecoder: {
    setExternalEntities: () => {},
    // Called only for a DOCTYPE. It cannot get here, and if it ever does, it ends here.
    addInputEntities: () => {
      throw new CallbackRefused(400, 'The XML must not have a DOCTYPE')
    },
    reset: () => {},
    decode: decodeEntities,
    setXmlVersion: () => {},
  },
})

/**
 * Reads the XML of a callback.
 *
 * @throws {CallbackRefused} 400 when it is not well-formed, has a DOCTYPE, or its root is not `xml`
 */
export function readXml(xml: string): XmlFields {
  const document = xml.charCodeAt(0) === 0xfeff ? xml.slice(1) : xml
  const flat = flatFields(document)
  if (flat) return flat
  if (hasDoctype(document)) throw new CallbackRefused(400, 'The XML must not have a DOCTYPE')
  let tree: unknown
  try {
    // The parser itself forgives missing and crossed closing tags, hence a truncated message too.
    if (XMLValidator.validate(document) !== true) throw new CallbackRefused(400, 'The XML is not well-formed')
    tree = parser.parse(document)
  } catch (error) {
    if (error instanceof CallbackRefused) throw error
    // The parser quotes the document in its messages; a resident's words do not belong in a log.
    throw new CallbackRefused(400, 'The XML cannot be read')
  }
  const root = Array.isArray(tree) ? fieldsNamed(tree, 'xml')[0] : undefined
  if (!root) throw new CallbackRefused(400, 'The root of the XML must be <xml>')
  return fields(root)
}

/**
 * Writes an answer: numbers bare, everything else in CDATA, in the order given.
 *
 * Whatever the values hold, the result is well-formed: see {@link legalText} for what is left out.
 */
export function writeXml(values: Readonly<Record<string, string | number>>): string {
  let xml = '<xml>'
  for (const [name, value] of Object.entries(values)) {
    xml += `<${name}>${typeof value === 'number' ? value : cdata(value)}</${name}>`
  }
  return `${xml}</xml>`
}

/**
 * The text without what XML 1.0 cannot carry: control characters other than tab and line ends, halves of
 * surrogate pairs, U+FFFE and U+FFFF. One of them makes the platform show its fault notice instead.
 */
export function legalText(text: string): string {
  // Looking is far cheaper than replacing, and nearly every text is fine; emoji get the second look.
  if (!/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/.test(text)) return text
  return text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu, '')
}

function cdata(text: string): string {
  // "]]>" would end the section early and let a reply's text write elements of its own.
  return `<![CDATA[${legalText(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

/** A field as nearly all are written: no attributes, entities, nesting, carriage returns or split sections. */
const FLAT_FIELD = /[ \t\n]*<([A-Za-z]\w{0,63})>(?:<!\[CDATA\[([^\]\r]*)\]\]>|([^<&\]\r]*))<\/\1>/y

/**
 * Reads a document that has nothing but such fields, ten times as fast as the parser and to the same effect:
 * that is nearly every envelope and text message. Undefined for any other document, good or bad.
 */
function flatFields(document: string): XmlFields | undefined {
  if (!document.startsWith('<xml>')) return undefined
  const values = new Map<string, string>()
  let end = '<xml>'.length
  for (;;) {
    FLAT_FIELD.lastIndex = end
    const match = FLAT_FIELD.exec(document)
    if (!match) break
    const [whole, name = '', section, bare = ''] = match
    if (values.has(name)) return undefined
    values.set(name, section ?? bare)
    end += whole.length
  }
  if (!/^[ \t\n]*<\/xml>[ \t\n]*$/.test(document.slice(end))) return undefined
  return {
    text: (name) => values.get(name),
    within: (name) => (values.has(name) ? fields([]) : undefined),
  }
}

function fields(children: readonly unknown[]): XmlFields {
  function only(name: string): readonly unknown[] | undefined {
    const found = fieldsNamed(children, name)
    if (found.length > 1) throw new CallbackRefused(400, `The XML has more than one ${name}`)
    return found[0]
  }
  return {
    text(name) {
      const content = only(name)
      return content && textOf(content)
    },
    within(name) {
      const content = only(name)
      return content && fields(content)
    },
  }
}

function fieldsNamed(children: readonly unknown[], name: string): (readonly unknown[])[] {
  const found: (readonly unknown[])[] = []
  for (const child of children) {
    if (!isRecord(child)) continue
    const content = child[name]
    if (Array.isArray(content)) found.push(content)
  }
  return found
}

/** CDATA counts to the letter; blanks around it are only the writer's layout. */
function textOf(content: readonly unknown[]): string {
  const hasCdata = content.some((piece) => isRecord(piece) && CDATA in piece)
  let text = ''
  for (const piece of content) {
    if (!isRecord(piece)) continue
    const section = piece[CDATA]
    const run = piece[TEXT]
    if (Array.isArray(section)) text += textOf(section)
    else if (typeof run === 'string' && !(hasCdata && run.trim() === '')) text += run
  }
  return text
}

/** A resident may well write "<!DOCTYPE"; only outside CDATA does it mean anything. */
function hasDoctype(document: string): boolean {
  const doctype = /<!doctype/i
  return doctype.test(document) && doctype.test(document.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, ''))
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g,
    (_, decimal: string | undefined, hex: string | undefined, name: string) => {
      if (decimal === undefined && hex === undefined) return NAMED[name] ?? ''
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      return code <= 0x10ffff ? legalText(String.fromCodePoint(code)) : ''
    },
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
