/** Telephone numbers one can tap. */
import type { Knowledge } from '../../knowledge/knowledge.ts'
import { type Content, type Html, html } from './html.ts'

/** Called in danger, whatever the inventory lists. */
const EMERGENCY = ['110', '119', '120', '12356'] as const

/** A number to tap, with its name. */
export interface Phone {
  name: string
  number: string
}

/** Makes numbers in a text callable; see {@link phoneLinks}. */
export type PhoneLinks = (text: string) => Content

/** A number as a link. */
export function phoneLink(number: string): Html {
  return html`<a class="phone" href="tel:${number.replaceAll('-', '')}">${number}</a>`
}

/**
 * Knows the numbers the inventory lists, so that 12345 in a sentence can be tapped and 12000元 cannot.
 */
export function phoneLinks(knowledge: Pick<Knowledge, 'policies' | 'locals'>): PhoneLinks {
  const listed = [...knowledge.policies.values(), ...knowledge.locals].flatMap(({ phones }) =>
    phones.map(({ number }) => number).filter((number) => /^[\d-]+$/.test(number)),
  )
  const numbers = [...new Set([...EMERGENCY, ...listed])].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(
    `(?<![\\d.-])(${numbers.join('|')})(?![\\d.%‰-]|多?[元万千百亿个人天日年月岁号条平米公])`,
  )
  // Split on a group: every other part is a number.
  return (text) => text.split(pattern).map((part, place) => (place % 2 === 1 ? phoneLink(part) : part))
}
