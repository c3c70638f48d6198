/** Writing: the box, the send button that takes the place of ＋, and the drawer with photos and places. */
import { find } from './element.ts'
import { shrink } from './picture.ts'

/** What was composed. */
export interface Composed {
  text(text: string): void
  photo(picture: string | null): void
}

/** Wires up the composer. */
export function startComposer(composed: Composed): void {
  const form = find('composer', HTMLFormElement)
  const box = find('words', HTMLTextAreaElement)
  const send = find('send', HTMLButtonElement)
  const plus = find('plus', HTMLButtonElement)
  const drawer = find('drawer', HTMLElement)
  const file = find('file', HTMLInputElement)
  let composing = false

  const openDrawer = (open: boolean): void => {
    drawer.hidden = !open
    plus.setAttribute('aria-expanded', String(open))
  }
  const settle = (): void => {
    const written = box.value.trim() !== ''
    send.hidden = !written
    plus.hidden = written
    if (written) openDrawer(false)
    box.style.height = 'auto'
    // The border counts in the height we set but not in the one we read; style.css caps the result.
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`
  }
  const submit = (): void => {
    const text = box.value.trim()
    if (text === '') return
    box.value = ''
    settle()
    composed.text(text)
    box.focus()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  box.addEventListener('input', settle)
  box.addEventListener('compositionstart', () => {
    composing = true
  })
  box.addEventListener('compositionend', () => {
    composing = false
  })
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return
    // The Enter that picks a word in an input method is not ours. Safari ends the composition first and then
    // reports that very Enter as key 229.
    if (composing || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    submit()
  })
  plus.addEventListener('click', () => openDrawer(drawer.hidden !== false))
  drawer.addEventListener('click', () => openDrawer(false))
  find('photo', HTMLButtonElement).addEventListener('click', () => file.click())
  file.addEventListener('change', async () => {
    const picked = file.files?.[0]
    file.value = ''
    if (picked) composed.photo(await shrink(picked))
  })
  settle()
}
