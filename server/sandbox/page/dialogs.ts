/** The three dialogs: a voice, a place, and the settings of the trial. */
import { button, find, icon } from './element.ts'
import { keep, kept } from './keep.ts'
import { PLACES, type Place, whereAmI } from './places.ts'

/** Opens a dialog from a button, and closes it by its own buttons, Esc (the browser's) or a tap outside. */
function dialogOf(id: string, opener: string, prepare: () => void): HTMLDialogElement {
  const dialog = find(id, HTMLDialogElement)
  find(opener, HTMLButtonElement).addEventListener('click', () => {
    prepare()
    dialog.showModal()
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  for (const closer of dialog.querySelectorAll('[data-close]')) {
    closer.addEventListener('click', () => dialog.close())
  }
  return dialog
}

/** Asks what was said; nothing typed means the platform heard nothing. */
export function startVoice(spoken: (transcript: string | null) => void): void {
  const words = find('voice-words', HTMLTextAreaElement)
  const dialog = dialogOf('voice-dialog', 'voice', () => {
    words.value = ''
  })
  find('voice-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    dialog.close()
    spoken(words.value.trim() || null)
  })
}

/** Asks for a place. */
export function startPlaces(picked: (place: Place) => void): void {
  const fault = find('place-fault', HTMLElement)
  const here = find('here', HTMLButtonElement)
  const dialog = dialogOf('place-dialog', 'place', () => {
    fault.textContent = ''
  })
  const pick = (place: Place): void => {
    dialog.close()
    picked(place)
  }
  for (const place of PLACES) {
    find('places', HTMLElement).append(button('place-choice', () => pick(place), icon('pin'), place.label))
  }
  here.addEventListener('click', async () => {
    here.disabled = true
    fault.textContent = '正在定位……'
    try {
      const place = await whereAmI()
      // Closed meanwhile: they changed their mind.
      if (dialog.open) pick(place)
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : '暂时定不到位。'
    }
    here.disabled = false
  })
}

/** What the settings can do. */
export interface Settings {
  follow(scene: string | null): void
  change(): void
  late(yes: boolean): void
}

/** Wires up the ⚙ panel; tells `late` at once how it stands. */
export function startSettings(settings: Settings): void {
  const scene = find('scene', HTMLInputElement)
  const late = find('late', HTMLInputElement)
  const dialog = dialogOf('settings-dialog', 'settings', () => {})
  find('follow-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    dialog.close()
    settings.follow(scene.value.trim() || null)
    scene.value = ''
  })
  find('change', HTMLButtonElement).addEventListener('click', () => {
    dialog.close()
    settings.change()
  })
  late.checked = kept('browser', 'late') === 'yes'
  late.addEventListener('change', () => {
    keep('browser', 'late', late.checked ? 'yes' : null)
    settings.late(late.checked)
  })
  settings.late(late.checked)
}
