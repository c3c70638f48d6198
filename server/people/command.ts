/** The command line of `npm run people`. */
import { RosterError } from '../../flows/roster/roster-error.ts'
import { writeCsv } from '../../flows/roster/sheet.ts'
import { exampleOf } from './examples.ts'
import type { PeopleRequest } from './people-desk.ts'
import { SHEETS, type SheetKind } from './sheets.ts'

export type PeopleCommand =
  | { kind: 'help' }
  | { kind: 'template'; what: SheetKind }
  | { kind: 'import'; what: SheetKind; file: string; replace: boolean; apply: boolean }
  | { kind: 'ask'; asked: PeopleRequest }
  /** `area` null makes the codes of all. */
  | { kind: 'qr'; area: string | null; folder: string }

const OUT = '--out='

/** @throws {RosterError} saying what to write instead */
export function readPeopleCommand(given: readonly string[]): PeopleCommand {
  const args = withOut(given)
  const words = args.filter((arg) => !arg.startsWith('--'))
  const flags = args.filter((arg) => arg.startsWith('--'))
  const [doing = '', first, second, third, fourth] = words
  if (doing === '' || doing === '帮助' || flags.includes('--help')) return { kind: 'help' }
  const form = FORMS[doing]
  if (!form) throw new RosterError([`没有「${doing}」这个命令。可以写：${Object.keys(FORMS).join('、')}。`])
  const strange = flags.find((flag) => !form.flags.includes(flag.startsWith(OUT) ? OUT : flag))
  if (strange !== undefined || words.length - 1 > form.most)
    throw new RosterError([`「${strange ?? words.at(-1)}」在这里用不上。写法：${form.usage}`])
  const need = (value: string | undefined): string => {
    if (value === undefined) throw new RosterError([`没有写全。写法：${form.usage}`])
    return value
  }
  const kind = (value: string | undefined): SheetKind => {
    const found = SHEETS.find((one) => one === need(value))
    if (!found) throw new RosterError([`「${value}」要写 ${SHEETS.join('、')} 中的一个。写法：${form.usage}`])
    return found
  }
  const ask = (asked: PeopleRequest): PeopleCommand => ({ kind: 'ask', asked })
  const templateOf = (what: SheetKind): PeopleCommand => {
    if (!flags.includes('--current')) return { kind: 'template', what }
    if (what !== 'households') return ask({ people: 'sheet', what })
    throw new RosterError(['联系对象的名单不打印出来。要看，用 npm run export -- households。'])
  }
  switch (doing) {
    case 'import':
      return {
        kind: 'import',
        what: kind(first),
        file: need(second),
        replace: flags.includes('--replace'),
        apply: flags.includes('--yes'),
      }
    case 'template':
      return templateOf(kind(first))
    case 'list':
      if (first !== undefined && first !== 'areas' && first !== 'advisors')
        throw new RosterError([`「${first}」要写 areas、advisors 中的一个。写法：${form.usage}`])
      return ask({ people: 'list', what: first === 'areas' ? 'areas' : 'advisors' })
    case 'show':
      return ask({ people: 'show', advisor: need(first) })
    case 'coverage':
      return ask({ people: 'coverage' })
    case 'leave':
      return ask({
        people: 'leave',
        advisor: need(first),
        from: need(second) === '取消' ? null : need(second),
        to: third ?? null,
        standIn: fourth ?? null,
      })
    case 'qr': {
      const all = flags.includes('--all')
      if (all === (first !== undefined))
        throw new RosterError([`写一个区域，或者 --all，只写一样。写法：${form.usage}`])
      const out = flags.find((flag) => flag.startsWith(OUT))?.slice(OUT.length)
      return { kind: 'qr', area: first ?? null, folder: out || './qr' }
    }
    case 'duty':
      return ask({ people: 'duty', advisor: need(first), hours: words.slice(2).join(' ') || need(second) })
    default:
      return ask({ people: 'robot', area: need(first), key: need(second) === '去掉' ? null : need(second) })
  }
}

/** `--out x` as `--out=x`. */
function withOut(given: readonly string[]): string[] {
  const place = given.indexOf('--out')
  const folder = place < 0 ? undefined : given[place + 1]
  if (folder === undefined) return [...given]
  return [...given.slice(0, place), `${OUT}${folder}`, ...given.slice(place + 2)]
}

interface Form {
  usage: string
  says: string
  /** The most words after the command. */
  most: number
  flags: readonly string[]
}

const FORMS: Readonly<Record<string, Form>> = {
  template: {
    usage: 'template areas|advisors|households [--current]',
    says: '打印一张样表（存成 .csv 用 Excel 填）；--current 打印现有的名册',
    most: 1,
    flags: ['--current'],
  },
  import: {
    usage: 'import areas|advisors|households <文件> [--replace] [--yes]',
    says: '导入 CSV 或 Excel；先说会改什么，加 --yes 才写入。表里没有的留着不动，加 --replace 才删',
    most: 2,
    flags: ['--replace', '--yes'],
  },
  list: { usage: 'list [areas|advisors]', says: '都有哪些顾问、区域，谁在值班', most: 1, flags: [] },
  show: { usage: 'show <账号>', says: '看一位顾问', most: 1, flags: [] },
  coverage: { usage: 'coverage', says: '哪里缺人：骨干不够、没人值班、没人代班……', most: 0, flags: [] },
  leave: {
    usage: 'leave <账号> <从哪天> [到哪天] [代班账号]，或 leave <账号> 取消',
    says: '记请假和代班的人',
    most: 4,
    flags: [],
  },
  duty: {
    usage: 'duty <账号> "工作日 08:30-17:30；每天 18:00-08:00"',
    says: '改值班时间',
    most: 5,
    flags: [],
  },
  robot: {
    usage: 'robot <区域编号> <群机器人地址|去掉>',
    says: '这个区域的企业微信群由哪个机器人提醒；没有就用上一级的',
    most: 2,
    flags: [],
  },
  qr: {
    usage: 'qr <区域编号>|--all [--out 文件夹]',
    says: '做公众号的永久二维码，居民扫了来求助就划到这个区域；--all 给每个网格（没有网格的社区）各做一张，已有的跳过',
    most: 1,
    flags: ['--all', OUT],
  },
}

/** What the command can do, for people. */
export function help(): string {
  const lines = Object.values(FORMS).map(({ usage, says }) => `  ${usage}\n${' '.repeat(6)}${says}`)
  return `区域和顾问：npm run people -- …\n\n${lines.join('\n')}\n`
}

/** A sheet to fill in, as CSV, with an example in each row. */
export const template = (what: SheetKind): string => writeCsv(exampleOf(what))
