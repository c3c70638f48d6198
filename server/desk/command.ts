/**
 * The command line of the desk: `<求助编号> <动作> <各项…> [--名字 内容 …]`. Each action's fields are taken in
 * their order, or by name; the last one by place takes all words that are left.
 */
import { type Field, FORMS, type Form, formOf, type Values } from '../../flows/ticket/forms.ts'
import { type Actor, ROLE_WORDS } from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { readNumber } from '../../flows/ticket/ticket-number.ts'
import type { DeskRequest } from './desk.ts'

/** Who acts when the command does not say. */
export interface Worker {
  name: string
}

const SAY = '对居民说'
const SILENT = '未联系'
const HAND_BACK = '交还'
const ERASE = '清除'
const ROLE = '身份'
const AREA = 'area'
const BODY = '单位'
const WORKERS = ['staff', 'advisor', 'partner'] as const

/**
 * What a command asks for; null when it asks for help.
 *
 * @throws {TicketError} `bad-value` saying what to write instead
 */
export function readCommand(args: readonly string[], worker: Worker): DeskRequest | null {
  const { words, options } = split(args)
  const [first, second = ''] = words
  if (options.has('help') || first === '帮助') return null
  if (first === undefined || first === 'list' || first === '列表') {
    refuseOthers(options, [AREA])
    const area = options.get(AREA)?.[0]
    return area === undefined ? { do: 'list' } : { do: 'list', area }
  }
  if (first === 'silent' || first === SILENT) {
    refuseOthers(options, [AREA])
    const area = options.get(AREA)?.[0]
    return area === undefined ? { do: 'silent' } : { do: 'silent', area }
  }
  const number = numberOf(first)
  if (second === '') {
    refuseOthers(options, ['full'])
    return { do: 'show', number, full: options.has('full') }
  }
  const actor = actorOf(options, worker)
  if (second === ERASE) {
    refuseOthers(options, [])
    return { do: 'erase', number, actor }
  }
  if (second === HAND_BACK) {
    refuseOthers(options, [])
    return { do: 'hand-back', number, actor }
  }
  if (second === SAY) {
    refuseOthers(options, [])
    return { do: 'say', number, words: words.slice(2).join(' '), actor }
  }
  // A name may be written apart: 预审 通过.
  const apart = formOf(`${second}${words[2] ?? ''}`)
  const form = apart ?? formOf(second)
  if (!form) {
    const known = [...FORMS.map(({ word }) => word), SAY, HAND_BACK, ERASE].join('、')
    throw new TicketError('bad-value', `没有「${second}」这个动作。可以写：${known}。`)
  }
  const given = words.slice(apart && formOf(second) !== apart ? 3 : 2)
  return { do: 'move', number, form: form.word, values: valuesOf(form, given, options), actor }
}

function numberOf(text: string): string {
  const read = readNumber(text)
  if (!read) throw new TicketError('bad-value', `「${text}」不是求助编号，编号像 Q-0412-6。`)
  if ('mistyped' in read)
    throw new TicketError('bad-value', `编号「${text}」抄错了一位，请核对（编号自带校验）。`)
  return read.number
}

function valuesOf(form: Form, given: readonly string[], options: Options): Values {
  refuseOthers(
    options,
    form.fields.map(({ name }) => name),
  )
  const values: Record<string, string> = {}
  for (const { name } of form.fields) {
    const written = options.get(name)
    if (written) values[name] = written.join('、')
  }
  const byPlace = form.fields.filter(({ name, named }) => !named && values[name] === undefined)
  for (const [place, { name }] of byPlace.entries()) {
    const isLast = place === byPlace.length - 1
    const words = isLast ? given.slice(place) : given.slice(place, place + 1)
    if (words.length > 0) values[name] = words.join(' ')
  }
  const [extra] = byPlace.length === 0 ? given : []
  if (extra !== undefined)
    throw new TicketError('bad-value', `「${form.word}」不需要「${extra}」。${usage(form)}`)
  const missing = form.fields.find(({ name, optional }) => !optional && values[name] === undefined)
  if (missing) throw new TicketError('bad-value', `还要写「${missing.name}」。${usage(form)}`)
  return values
}

function actorOf(options: Options, worker: Worker): Actor {
  const id = options.get('as')?.[0] ?? worker.name
  const wanted = options.get(ROLE)?.[0]
  const body = options.get(BODY)?.[0]
  const role = wanted === undefined ? 'staff' : WORKERS.find((one) => ROLE_WORDS[one] === wanted)
  if (!role) {
    const roles = WORKERS.map((one) => ROLE_WORDS[one]).join('、')
    throw new TicketError('bad-value', `--${ROLE} 要写${roles}中的一个。`)
  }
  if (role !== 'partner') return { role, id }
  if (body === undefined)
    throw new TicketError('bad-value', `${ROLE_WORDS.partner}还要写 --${BODY} 哪个单位。`)
  return { role, id, body }
}

type Options = ReadonlyMap<string, readonly string[]>
/** Options that stand alone. */
const FLAGS = ['full', 'help']
/** Options that say who acts. */
const OF_ACTOR = ['as', ROLE, BODY]

function split(args: readonly string[]): { words: string[]; options: Options } {
  const words: string[] = []
  const options = new Map<string, string[]>()
  for (let place = 0; place < args.length; place++) {
    const word = args[place] ?? ''
    if (!word.startsWith('--')) {
      words.push(word)
      continue
    }
    const [name = '', ...inline] = word.slice(2).split('=')
    const kept = options.get(name) ?? []
    options.set(name, kept)
    if (FLAGS.includes(name)) continue
    const value = inline.length > 0 ? inline.join('=') : args[++place]
    if (value === undefined || value.startsWith('--'))
      throw new TicketError('bad-value', `--${name} 后面要写内容。`)
    kept.push(value)
  }
  return { words, options }
}

function refuseOthers(options: Options, known: readonly string[]): void {
  const all = [...known, ...OF_ACTOR]
  const other = [...options.keys()].find((name) => !all.includes(name))
  if (other === undefined) return
  const may = all.map((name) => `--${name}`).join('、')
  throw new TicketError('bad-value', `这里没有 --${other}，可以写：${may}。`)
}

function fieldUsage({ name, optional, named, choices }: Field): string {
  const what = choices.length > 0 && choices.length <= 4 ? choices.join('|') : name
  if (named) return optional ? `[--${name} …]` : `--${name} …`
  return optional ? `[${what}]` : `<${what}>`
}

const usage = (form: Form): string => `写法：${[form.word, ...form.fields.map(fieldUsage)].join(' ')}`

/** What the command can do, for people. */
export function help(): string {
  return `求助单：npm run tickets -- …

  （什么都不写）              要办的求助单，先到期的在前
  list --area 区域编号        只看一个区域的，名称也行；还没划区的写 --area 未分区域
  ${SILENT}                      30天没联系上的求助单和联系对象；也可以加 --area
  Q-0412-6 [--full]           看一张；--full 连姓名、电话、住址和经过一起显示
  Q-0412-6 ${SAY} "…"       以人的身份给居民发一段话
  Q-0412-6 ${HAND_BACK}               把人工接管的对话还给助手
  Q-0412-6 ${ERASE}               居民要求删除、核对过了：删掉是谁和经过，办理记录留着
  Q-0412-6 <动作> …           办理，动作有：

${FORMS.map((form) => `    ${[form.word, ...form.fields.map(fieldUsage)].join(' ')}`).join('\n')}

  每一项也可以按名字写，如 --理由 …；几样材料写成 诊断证明@2026-12-10、收入证明@2026-12-10。
  --as 名字                   谁在办，记在经过里（不写就用登录名）
  --${ROLE} ${WORKERS.map((role) => ROLE_WORDS[role]).join('|')}   不写就是${ROLE_WORDS.staff}；${ROLE_WORDS.partner}还要写 --${BODY}
`
}
