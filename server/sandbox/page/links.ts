/** Turning addresses into links, and only into harmless ones. */
import { make } from './element.ts'

/** Ends at white space, quotes and full-width punctuation, which in Chinese text follows without a space. */
const ADDRESS = /https?:\/\/[^\s<>"'“”‘’，。；：！？、（）【】《》「」『』…]+/gi
/** What closes a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}]+$/

/** The address if a browser may safely open it (http or https; relative ones are ours), else null. */
export function safeUrl(address: string): URL | null {
  try {
    const url = new URL(address, location.href)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
  } catch {
    return null
  }
}

/** A link that opens beside the conversation. */
export function linkTo(url: URL, className: string, ...content: (Node | string)[]): HTMLAnchorElement {
  const anchor = make('a', className, ...content)
  anchor.href = url.href
  anchor.target = '_blank'
  anchor.rel = 'noopener noreferrer'
  return anchor
}

/** The text as nodes, its http and https addresses as links. */
export function linked(text: string): (Node | string)[] {
  const nodes: (Node | string)[] = []
  let done = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '')
    const url = safeUrl(address)
    if (!url) continue
    nodes.push(text.slice(done, match.index), linkTo(url, '', address))
    done = match.index + address.length
  }
  nodes.push(text.slice(done))
  return nodes
}
