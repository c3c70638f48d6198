/** HTML that cannot be forgotten to escape: text enters a page only through {@link html}. */

const MARKUP = Symbol('markup')

/** Markup that is safe to send. Only {@link html} makes it. */
export interface Html {
  readonly [MARKUP]: string
  toString(): string
}

/** What may stand in a template; nothing is shown for null, undefined and false. */
export type Content = Html | string | number | null | undefined | false | readonly Content[]

const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function isHtml(content: object): content is Html {
  return MARKUP in content
}

function markup(content: Content): string {
  if (content === null || content === undefined || content === false) return ''
  if (typeof content === 'object') {
    return isHtml(content) ? content[MARKUP] : content.map(markup).join('')
  }
  return String(content).replace(/[&<>"']/g, (character) => NAMES[character] ?? '')
}

/**
 * Markup from a template; every value is escaped unless it is markup itself.
 *
 * Attribute values must stand in double quotes, and an address from outside goes through {@link webAddress}.
 */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  const text = parts.reduce((whole, part, place) => whole + markup(values[place - 1]) + part)
  return { [MARKUP]: text, toString: () => text }
}

/** The address when it leads to the web, else null: `javascript:` and the like are addresses too. */
export function webAddress(address: string | null): string | null {
  return address !== null && /^https?:\/\/[^\s]+$/i.test(address) ? address : null
}
