/** Finding and making elements without casts. Text is always set as text; nothing here parses HTML. */

/**
 * The element of that id.
 *
 * @throws {Error} when index.html has none, or one of another kind
 */
export function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`index.html should hold #${id} as ${kind.name}, but has ${found?.tagName ?? 'none'}`)
}

/** A new element with a class and content; strings become text nodes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...content)
  return made
}

/** One of the drawings defined in index.html, for decoration: it is hidden from screen readers. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#icon-${name}`)
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(use)
  return svg
}

/** A button that does one thing. */
export function button(className: string, act: () => void, ...content: (Node | string)[]): HTMLButtonElement {
  const made = make('button', className, ...content)
  made.type = 'button'
  made.addEventListener('click', act)
  return made
}
