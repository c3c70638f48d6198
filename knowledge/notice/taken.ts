/** What is being read out of one document: fields as they fill, what is in doubt, and what is left over. */
import type { Aspect } from '../aspect-names.ts'
import type { PolicyFields } from '../policy-text.ts'
import { type Doubt, type DoubtField, doubt } from './doubt.ts'

/** A policy as a document tells it. What the document does not say is empty; nothing is made up. */
export interface Recognised {
  fields: PolicyFields
  doubts: Doubt[]
  /** Paragraphs nothing was made of, in their order. */
  left: string[]
}

/** A form with nothing in it. */
export const nothing = (): PolicyFields => ({
  id: '',
  title: '',
  aliases: [],
  departments: [],
  level: '',
  area: '',
  audience: [],
  effective: '',
  expires: '',
  supersededBy: '',
  checked: '',
  sources: [],
  phones: [],
  related: [],
  questions: [],
  cues: [],
  sections: {},
})

/** As long as a field may be; see PolicyFields. */
const LINE_LIMIT = 2000
const LINES_LIMIT = 400

export class Taken implements Recognised {
  readonly fields = nothing()
  readonly doubts: Doubt[] = []
  readonly left: string[] = []
  /** Lines that went into a field. */
  readonly used = new Set<string>()

  /** Notes why a field is in doubt, and the words it came from. */
  doubt(field: DoubtField, words: string, why: string): void {
    if (!this.doubts.some((one) => one.field === field && one.why === why && one.words === words))
      this.doubts.push(doubt(field, words, why))
  }

  /** Keeps what nothing was made of, for whoever edits it. */
  leave(text: string): void {
    for (let rest = text.replaceAll(/^• /gm, '').trim(); rest !== ''; rest = rest.slice(LINE_LIMIT)) {
      if (this.left.length < LINES_LIMIT) this.left.push(rest.slice(0, LINE_LIMIT))
    }
  }

  write(aspect: Aspect, lead: string, details: readonly string[]): void {
    const fitting = details.flatMap((text) => text.match(new RegExp(`.{1,${LINE_LIMIT}}`, 'gsu')) ?? [])
    for (const text of [lead.slice(LINE_LIMIT), ...fitting.slice(LINES_LIMIT)]) this.leave(text)
    this.fields.sections[aspect] = {
      lead: lead.slice(0, LINE_LIMIT),
      details: fitting.slice(0, LINES_LIMIT),
      source: 1,
    }
  }

  has = (aspect: Aspect): boolean => this.fields.sections[aspect] !== undefined

  /** A document it rests on, once. */
  source(document: string, number = ''): PolicyFields['sources'][number] {
    const plain = document.replace(/^《|》$/g, '').trim()
    const known = this.fields.sources.find(
      (one) => one.document === plain || (number !== '' && one.number === number),
    )
    if (known) {
      if (known.number === '') known.number = number
      return known
    }
    const made = { document: plain, number, article: '', issued: '', effective: '', link: '' }
    if (this.fields.sources.length < 20) this.fields.sources.push(made)
    return made
  }
}
