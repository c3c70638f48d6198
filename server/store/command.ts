/** The command line of `npm run store`. */
import { CarryError } from './carry/carry-error.ts'

export type StoreCommand =
  | { kind: 'help' }
  /** `goal` is a database's address or a folder. */
  | { kind: 'move'; goal: string }
  | { kind: 'backup'; folder: string; keepDays: number }
  /** `erased` is where later erasures are read from, besides the backups beside this one: a store or a backup. */
  | { kind: 'restore'; backup: string; erased: string | null }
  /** A folder, a database or a backup; null is the current store. */
  | { kind: 'check'; place: string | null }
  | { kind: 'rotate' }

/** So long a backup is kept where nothing else is said, in days. */
const KEEP_DAYS = 30
const BACKUPS = './backups'

interface Form {
  usage: string
  says: string
  most: number
  /** Flags that take a value. */
  flags: readonly string[]
}

const FORMS: Readonly<Record<Exclude<StoreCommand['kind'], 'help'>, Form>> = {
  backup: {
    usage: 'backup [文件夹] [--keep 天数]',
    says: `备份到一个带日期的子文件夹（不写就在 ${BACKUPS}），服务照常运行；照片和语音也在内，密钥不在内。早于 ${KEEP_DAYS} 天（--keep）的备份随即删除`,
    most: 1,
    flags: ['--keep'],
  },
  restore: {
    usage: 'restore <备份> [--erased 原来的数据文件夹、数据库地址或较新的备份]',
    says: '恢复到 .env 里写的、还空着的 DATA_DIR 或 DATABASE_URL；备份之后删除过信息的人会再删一遍',
    most: 1,
    flags: ['--erased'],
  },
  move: {
    usage: 'move <postgres://… 或 文件夹>',
    says: '先停服务。把全部数据从文件夹搬到 PostgreSQL，或搬回来；每一行都核对，断了再运行一次就接着做',
    most: 1,
    flags: [],
  },
  check: {
    usage: 'check [文件夹、数据库地址或备份]',
    says: '逐行检查现在的数据（或写明的一份）：读得出、解得开、该在一起的都在、索引在、校验码和审计记录对得上；服务可以照常运行',
    most: 1,
    flags: [],
  },
  rotate: {
    usage: 'rotate',
    says: '换密钥：DATA_KEY 写成“新的,旧的”并重启后运行，全部数据改用新的加密；做完才能去掉旧的',
    most: 0,
    flags: [],
  },
}

const isKind = (word: string): word is keyof typeof FORMS => Object.hasOwn(FORMS, word)

/** @throws {CarryError} saying what to write instead */
export function readStoreCommand(args: readonly string[]): StoreCommand {
  const words: string[] = []
  const values = new Map<string, string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    const [flag = '', given] = arg.split(/=(.*)/s)
    if (!arg.startsWith('--')) words.push(arg)
    else if (given !== undefined) values.set(flag, given)
    else values.set(flag, args[++at] ?? '')
  }
  const [kind = '', first, ...more] = words
  if (kind === '' || kind === '帮助' || values.has('--help')) return { kind: 'help' }
  if (!isKind(kind))
    throw new CarryError(`没有「${kind}」这个命令。可以写：${Object.keys(FORMS).join('、')}。`)
  const form = FORMS[kind]
  const strange = [...values.keys()].find((flag) => !form.flags.includes(flag))
  if (strange !== undefined || words.length - 1 > form.most)
    throw new CarryError(`「${strange ?? more.at(-1) ?? first}」在这里用不上。写法：${form.usage}`)
  const need = (): string => {
    if (first === undefined || first === '') throw new CarryError(`没有写全。写法：${form.usage}`)
    return first
  }
  switch (kind) {
    case 'move':
      return { kind, goal: need() }
    case 'backup':
      return { kind, folder: first ?? BACKUPS, keepDays: daysOf(values.get('--keep')) }
    case 'restore':
      return { kind, backup: need(), erased: values.get('--erased') || null }
    case 'check':
      return { kind, place: first ?? null }
    case 'rotate':
      return { kind }
  }
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return KEEP_DAYS
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new CarryError('--keep 后面写留几天，1 到 99999 的整数，如 --keep 30。')
  return Number(text)
}

/** What the command can do, for people. */
export function help(): string {
  const lines = Object.values(FORMS).map(({ usage, says }) => `  ${usage}\n${' '.repeat(6)}${says}`)
  return `数据的备份、恢复、搬家和检查：npm run store -- …\n\n${lines.join('\n')}\n`
}
