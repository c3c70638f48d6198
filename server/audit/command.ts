/** The command line of `npm run audit`. */
import {
  AUDIT_KEPT_DAYS_LEAST,
  AuditError,
  auditSubject,
  DEED_WORDS,
  type Deed,
  type Fault,
  type KnownHead,
  type Verdict,
} from '../../bot/audit.ts'
import type { AuditLine } from '../../bot/store.ts'
import { chinaClock, chinaDay } from '../../flows/clocks.ts'

export type AuditCommand =
  | { kind: 'help' }
  /** Null leaves a side open. */
  | { kind: 'list'; from: string | null; to: string | null; by: string | null; about: string | null }
  | { kind: 'verify'; heads: KnownHead[] }
  /** `days` null is what the configuration says. */
  | { kind: 'purge'; days: number | null }

const DAY = /^\d{4}-\d\d-\d\d$/

/**
 * What a command asks for; without any option, today's lines.
 *
 * @throws {AuditError} saying what to write instead
 */
export function readAuditCommand(args: readonly string[], now: Date): AuditCommand {
  const [doing = 'list', ...rest] = args[0]?.startsWith('--') ? ['list', ...args] : args
  if (doing === '帮助' || args.includes('--help')) return { kind: 'help' }
  const options = optionsOf(rest)
  switch (doing) {
    case 'list': {
      const day = options.take('day')
      const [by, about] = [options.take('by'), options.take('about')]
      const open = by !== null || about !== null ? null : chinaDay(now)
      const from = day ?? options.take('from') ?? open
      const to = day ?? options.take('to') ?? open
      options.done()
      for (const one of [from, to])
        if (one !== null && !DAY.test(one)) throw new AuditError(`「${one}」要写成 2026-11-22 这样的日期。`)
      return { kind: 'list', from, to, by, about: about && subjectOf(about) }
    }
    case 'verify': {
      const head = options.take('head')
      options.done()
      if (head === null) return { kind: 'verify', heads: [] }
      const [, number, seal] = /^(\d+):([\w-]+)$/.exec(head) ?? []
      if (number === undefined || seal === undefined)
        throw new AuditError('--head 要写服务日志里 audit head 那一行的 number 和 seal，像 --head 120:AbC…')
      return { kind: 'verify', heads: [{ number: Number(number), seal }] }
    }
    case 'purge': {
      const days = options.take('days')
      options.done()
      if (days !== null && !/^\d{1,5}$/.test(days)) throw new AuditError('--days 要写天数，像 --days 1095。')
      return { kind: 'purge', days: days === null ? null : Number(days) }
    }
    default:
      throw new AuditError(`没有「${doing}」这个命令。可以写：list、verify、purge。`)
  }
}

/** A number alone names a request or a household. */
const subjectOf = (word: string): string => (/^[QH]-/.test(word) ? auditSubject(word) : word)

function optionsOf(args: readonly string[]) {
  const given = new Map<string, string>()
  for (let place = 0; place < args.length; place += 2) {
    const [name = '', value] = [args[place], args[place + 1]]
    if (!name.startsWith('--') || value === undefined)
      throw new AuditError(`「${name}」看不懂。写法见 --help。`)
    given.set(name.slice(2), value)
  }
  return {
    take(name: string): string | null {
      const value = given.get(name) ?? null
      given.delete(name)
      return value
    },
    done() {
      const [strange] = given.keys()
      if (strange !== undefined) throw new AuditError(`这里没有 --${strange}。写法见 --help。`)
    },
  }
}

/** Kinds of those who act, for whoever names them by their id alone. */
const KINDS = ['advisor', 'staff', 'account', 'command'] as const

/** Under which names somebody may stand in the log. */
export const actorsOf = (word: string): string[] =>
  word.includes(':') || word === 'resident' || word === 'assistant'
    ? [word]
    : KINDS.map((kind) => `${kind}:${word}`)

const isDeed = (deed: string): deed is Deed => Object.hasOwn(DEED_WORDS, deed)

/** One line for people. */
export function sayLine({ id, at, by, deed, subject, detail }: AuditLine): string {
  const when = new Date(at)
  const details = Object.entries(detail).map(([name, value]) => `${name}=${value}`)
  const word = isDeed(deed) ? DEED_WORDS[deed] : deed
  return [Number(id), chinaDay(when), chinaClock(when), by, word, subject, ...details].join(' ')
}

const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  altered: '被改动过，或者和前一条接不上',
  missing: '不见了',
  added: '不是本系统写的，或者早已清理',
  head: '链头不见了或被改动过，末尾可能少了记录',
  contradicted: '和服务日志里记过的 audit head 对不上：整条链可能被重写过',
}

/** Whether the log is whole, in words. */
export function sayVerdict({ lines, from, to, broken }: Verdict): string {
  if (broken) {
    const where = broken.line === 0 ? '' : `第${broken.line}条`
    return `审计记录不完整：${where}${FAULT_WORDS[broken.fault]}。它之前的${lines}条是完好的。请保留现场，并用备份核对。`
  }
  if (to === 0) return '还没有审计记录。'
  return `审计记录完好：第${from}条到第${to}条，共${lines}条。`
}

/** What the command can do, for people. */
export const help =
  (): string => `审计记录：谁在什么时候看过、改过、导出过、删除过居民的个人信息。npm run audit -- …

  （什么都不写）              今天的
  list --day 2026-11-22       某一天的；也可以写 --from 和 --to
  list --by wang              某个人的；居民自己做的写 --by resident
  list --about Q-0412-6       某张求助单、某户（H-…）的；整张表的写 table:tickets
  verify [--head 120:AbC…]    检查有没有被改过、删过；有就指出第一条，退出码为 1。
                              --head 后面写服务日志里 audit head 那一行的 number:seal
  purge [--days 1095]         清理更早的；最少要留${AUDIT_KEPT_DAYS_LEAST}天
`
