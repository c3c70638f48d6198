/** Keys for hands that stay on the keyboard: / to the search, ↑ and ↓ along a list, Esc out of the search. */

const SEARCH = '[role="search"] input'
/** What leads from a list's row or card to what it is about. */
const ROWS = '.rows tbody tr a, .board .card-link'
const TYPED_INTO = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="dialog"] *'

/** The first way on of each row that can be seen. */
function rows(): HTMLElement[] {
  const seen = new Set<Element>()
  return [...document.querySelectorAll<HTMLElement>(ROWS)].filter((link) => {
    const row = link.closest('tr') ?? link
    if (seen.has(row) || link.offsetParent === null) return false
    seen.add(row)
    return true
  })
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return
  const at = event.target instanceof Element ? event.target : null
  const search = document.querySelector<HTMLInputElement>(SEARCH)
  const inSearch = at !== null && at === search
  if (event.key === '/' && !at?.matches(TYPED_INTO) && search) {
    event.preventDefault()
    search.focus()
    search.select()
  } else if (event.key === 'Escape' && inSearch) {
    search.blur()
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const links = rows()
    const place = links.findIndex((link) => link === at || (at !== null && link.closest('tr')?.contains(at)))
    if (place < 0 && !inSearch) return
    const next = event.key === 'ArrowDown' ? place + 1 : place - 1
    const to = next < 0 ? search : links[next]
    if (!to) return
    event.preventDefault()
    to.focus()
  }
}

/** Listens from now on, for as long as the page is open. */
export function listenToKeys(): void {
  document.addEventListener('keydown', pressed)
}
