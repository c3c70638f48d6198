/** The command line of `npm run store`. */
import { CarryError } from './carry/carry-error.ts'

export type StoreCommand =
  | { kind: 'help' }
  /** `goal` is a database's address or a folder. */
  | { kind: 'move'; goal: string }

interface Form {
  usage: string
  says: string
  most: number
  /** Flags that take a value. */
  flags: readonly string[]
}

const FORMS: Readonly<Record<Exclude<StoreCommand['kind'], 'help'>, Form>> = {
  move: {
    usage: 'move <postgres://… 或 文件夹>',
    says: '先停服务。把全部数据从文件夹搬到 PostgreSQL，或搬回来；每一行都核对，断了再运行一次就接着做',
    most: 1,
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
  }
}

/** What the command can do, for people. */
export function help(): string {
  const lines = Object.values(FORMS).map(({ usage, says }) => `  ${usage}\n${' '.repeat(6)}${says}`)
  return `数据的备份、恢复、搬家和检查：npm run store -- …\n\n${lines.join('\n')}\n`
}
