/** A policy as a Word document, as somebody prints it and passes it on. What is written reads the same when brought in. */
import type { FileChild } from 'docx'
import { ASPECT_NAMES, ASPECTS } from '../../knowledge/policy.ts'
import type { PolicyFields } from '../../knowledge/policy-text.ts'

/** Twips: a fifth of the page for names. */
const NAMES_WIDTH = 1800
const WORDS_WIDTH = 7200

/** @param note what stands below the title: where it comes from, and when */
export async function policyDocument(fields: PolicyFields, note: string): Promise<Buffer> {
  const { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, WidthType } = await import(
    'docx'
  )
  const cell = (text: string, width: number) =>
    new TableCell({
      width: { size: width, type: WidthType.DXA },
      children: text.split('\n').map((line) => new Paragraph(line)),
    })
  const row = ([name, words]: readonly [string, string]) =>
    new TableRow({ children: [cell(name, NAMES_WIDTH), cell(words, WORDS_WIDTH)] })
  const sections = ASPECT_NAMES.flatMap((aspect): FileChild[] => {
    const section = fields.sections[aspect]
    if (!section || (section.lead === '' && section.details.length === 0)) return []
    return [
      new Paragraph({ text: ASPECTS[aspect], heading: HeadingLevel.HEADING_1 }),
      new Paragraph(section.lead),
      ...section.details.map((text) => new Paragraph({ text, bullet: { level: 0 } })),
    ]
  })
  const about = factsOf(fields)
  const document = new Document({
    title: fields.title,
    creator: '救助顾问',
    styles: { default: { document: { run: { font: '宋体', size: 24 } } } },
    sections: [
      {
        children: [
          new Paragraph({ text: fields.title, heading: HeadingLevel.TITLE }),
          new Paragraph(note),
          ...sections,
          new Paragraph({ text: '基本情况', heading: HeadingLevel.HEADING_1 }),
          ...(about.length > 0
            ? [
                new Table({
                  rows: about.map(row),
                  width: { size: NAMES_WIDTH + WORDS_WIDTH, type: WidthType.DXA },
                }),
              ]
            : []),
        ],
      },
    ],
  })
  return Packer.toBuffer(document)
}

/** What else is known of it, by the names that are recognised when it is brought in. */
function factsOf({
  aliases,
  departments,
  level,
  area,
  audience,
  effective,
  expires,
  sources,
  phones,
}: PolicyFields): [string, string][] {
  const cited = sources.map(
    ({ document, number, article, issued, effective: from }) =>
      `《${document}》${number === '' ? '' : `（${number}）`}${[article, issued && `${issued}公布`, from && `${from}施行`].filter(Boolean).join('，')}`,
  )
  const facts: [string, string][] = [
    ['别名', aliases.join('、')],
    ['部门', departments.join('、')],
    ['级别', level],
    ['适用区域', area],
    ['适用人群', audience.join('、')],
    ['生效日期', effective],
    ['失效日期', expires],
    ['依据', cited.join('\n')],
    ['联系电话', phones.map(({ name, number }) => `${name} ${number}`).join('\n')],
  ]
  return facts.filter(([, words]) => words !== '')
}
