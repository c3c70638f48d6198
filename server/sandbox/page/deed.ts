/** Asks for what a move needs, and shows why it was refused. */
import type { Field, Move } from './case.ts'
import { find, make } from './element.ts'

/** More choices than this are a list to open. */
const BUTTONS_LIMIT = 4
/** Longer words get a box of several lines. */
const LINE = 12

let doIt: (() => Promise<void>) | null = null

/** Wires up #deed-dialog. */
export function startDeeds(): void {
  const dialog = find('deed-dialog', HTMLDialogElement)
  const fault = find('deed-fault', HTMLElement)
  const submit = find('deed-submit', HTMLButtonElement)
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  find('deed-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())
  find('deed-form', HTMLFormElement).addEventListener('submit', async (event) => {
    event.preventDefault()
    fault.textContent = ''
    submit.disabled = true
    try {
      await doIt?.()
      dialog.close()
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : '没有办成。'
    }
    submit.disabled = false
  })
}

/** Opens the dialog for a move, filled in with something that could be. */
export function askDeed(
  title: string,
  { form, fields }: Move,
  act: (values: Record<string, string>) => Promise<void>,
): void {
  find('deed-title', HTMLElement).textContent = title
  find('deed-submit', HTMLButtonElement).textContent = form
  find('deed-fault', HTMLElement).textContent = ''
  const inputs = fields.map(inputOf)
  const first = inputs.filter(({ isFirst }) => isFirst)
  const others = inputs.filter(({ isFirst }) => !isFirst)
  const more = make(
    'details',
    'more-fields',
    make('summary', '', '可以补充'),
    ...others.map(({ row }) => row),
  )
  find('deed-fields', HTMLElement).replaceChildren(
    ...first.map(({ row }) => row),
    ...(others.length > 0 ? [more] : []),
  )
  if (inputs.length === others.length) more.open = true
  doIt = () => {
    const written = inputs.map(({ name, read }) => [name, read()] as const)
    return act(Object.fromEntries(written.filter(([, value]) => value !== '')))
  }
  const dialog = find('deed-dialog', HTMLDialogElement)
  dialog.showModal()
}

interface Input {
  name: string
  /** Shown at once; the others are unfolded. */
  isFirst: boolean
  row: HTMLElement
  read: () => string
}

function inputOf(field: Field): Input {
  const { name, optional, choices, example, filled } = field
  const isFirst = !optional || filled !== ''
  const title = make('span', 'field-name', name)
  if (choices.length > 0 && choices.length <= BUTTONS_LIMIT && !optional) return radios(field)
  if (choices.length > 0) {
    const select = make('select')
    if (optional) select.append(new Option('—', ''))
    for (const { value, label } of choices) select.append(new Option(label, value))
    return { name, isFirst, row: make('label', 'field', title, select), read: () => select.value }
  }
  const long = example.length > LINE
  const box = long ? make('textarea') : make('input')
  if (box instanceof HTMLTextAreaElement) box.rows = 2
  box.maxLength = 1000
  box.value = filled
  if (example !== '') box.placeholder = `如 ${example}`
  return { name, isFirst, row: make('label', 'field', title, box), read: () => box.value.trim() }
}

function radios({ name, choices, filled }: Field): Input {
  const buttons = choices.map(({ value, label }, place) => {
    const radio = make('input')
    radio.type = 'radio'
    radio.name = name
    radio.value = value
    radio.checked = value === filled || (place === 0 && !choices.some((one) => one.value === filled))
    return { radio, row: make('label', 'pick', radio, label) }
  })
  const legend = make('legend', 'field-name', name)
  const row = make('fieldset', 'field', legend, make('div', 'picks', ...buttons.map(({ row }) => row)))
  return {
    name,
    isFirst: true,
    row,
    read: () => buttons.find(({ radio }) => radio.checked)?.radio.value ?? '',
  }
}
