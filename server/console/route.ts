/**
 * A route of the console's API: what it is called, who may ask, what comes in and what goes out. There is no other
 * way to add one, so none can be without a deed, and the documentation is made of the same schemas that check.
 */
import { z } from 'zod'
import type { ChannelName } from '../../bot/message.ts'
import type { QuotaRules } from '../../bot/quota.ts'
import type { Roster } from '../../flows/roster/advisors.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import type { Keep } from '../config.ts'
import type { Desk } from '../desk/desk.ts'
import type { PolicyDesk } from '../inventory/desk.ts'
import type { PolicyImports } from '../inventory/imports.ts'
import type { Limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { ReadSheet } from '../people/sheet-file.ts'
import type { MakeWorkbook } from '../workbook/workbook.ts'
import type { Account } from './accounts/account.ts'
import type { Passwords } from './accounts/password.ts'
import type { Signed } from './accounts/sign-ins.ts'
import type { Kept } from './figures/kept.ts'
import type { AnswerFigures, RequestFigures } from './figures/wire.ts'
import { Refusal } from './refusal.ts'
import type { Deed } from './roles.ts'

/** What all handlers work with. */
export interface Tools {
  desk: Desk
  policies: PolicyDesk
  imports: PolicyImports
  /** What residents are told. */
  knowledge: Knowledge
  roster: () => Promise<Roster>
  passwords: Passwords
  limits: Limits
  /** The bytes of a medium that is kept here; null when it is not. */
  readPhoto: (media: string) => Promise<Buffer | null>
  /** What a channel lets us say unasked; undefined where nothing limits it. */
  quotaOf: (channel: ChannelName) => QuotaRules | undefined
  /** What was counted lately, under its days and areas. */
  figures: {
    requests: Kept<{ at: Date; figures: RequestFigures }>
    answers: Kept<{ at: Date; figures: AnswerFigures }>
  }
  makeWorkbook: MakeWorkbook
  readSheet: ReadSheet
  /** Imports that are being written by this process, by who writes them. */
  underway: Map<string, { done: number; of: number }>
  log: Pick<Log, 'warn'>
  /** The wall clock, for sign-ins and the audit log; the desk's may be a pretended one. */
  clock: () => Date
  /** Whether this account must have a second factor. */
  mustHaveFactor: (account: Account) => boolean
  /** Where the console is found, without a trailing slash. */
  base: string
  /** How long what the office decides is kept. */
  keep: Keep
  /** Whether members of the office's WeCom may sign in with it. */
  wecom: boolean
  /** Whether nothing is connected, and everything is only tried out. */
  trial: boolean
}

/** One request. */
export interface Call extends Tools {
  /** The address it came from. */
  address: string
  /** Signs the browser in as an account, whoever had it before. */
  begin: (account: Account) => Promise<Signed>
  end: () => Promise<void>
  /** The account whose member WeCom named on this browser, while its second factor is to be shown; else null. */
  vouched: () => string | null
  /** It was shown. */
  unvouch: () => void
}
/** One request of somebody. */
export interface SignedCall extends Call {
  who: Signed
}

/** `anyone` needs no sign-in; `own` is what everybody signed in may do with what is theirs. */
export type Needs = Deed | 'own' | 'anyone'

/** A file as an answer. */
export class FileAnswer {
  readonly name: string
  /** A MIME type, one of what its route `gives`. */
  readonly type: string
  readonly bytes: Buffer
  /** What whoever asked for it must know; null for nothing. */
  readonly note: string | null
  /** Whether a page may show it in its place; only pictures that were looked into. Otherwise it is kept as a file. */
  readonly shown: boolean
  constructor({
    name,
    type,
    bytes,
    note = null,
    shown = false,
  }: {
    name: string
    type: string
    bytes: Buffer
    note?: string | null
    shown?: boolean
  }) {
    this.name = name
    this.type = type
    this.bytes = bytes
    this.note = note
    this.shown = shown
  }
}

/** A file that was sent. */
export interface SentFile {
  /** As whoever sent it calls it; never a path of ours. */
  name: string
  bytes: Buffer
}

/** What a route that answers with a file may give. */
export interface Gives {
  types: readonly string[]
}
/** How large a file a route takes; in bytes. */
export interface Takes {
  most: number
}

export interface About<I extends z.ZodObject, O> {
  method: 'GET' | 'POST'
  /** Below where its API is; a `:name` is one of `input`. */
  path: string
  /** What it does, for the documentation. */
  says: string
  /** What the path, the query and the body give. */
  input: I
  output: O
}

/** A route as it is served and documented: `N` are the deeds it may need, `C` is what its gate gives it. */
export interface Served<N extends string, C> extends About<z.ZodObject, z.ZodType | Gives> {
  needs: N
  /** Set where the body is a file, and everything else stands in the address. */
  takes: Takes | null
  /**
   * Checks what came in, and answers.
   *
   * @throws {Refusal} when it is not done
   */
  answer: (given: unknown, call: C, file: SentFile | null) => Promise<unknown>
}

/** A route of the console. */
export type Route = Served<Needs, Call & { who: Signed | null }>

/** Where nothing comes in, or nothing goes out. */
export const NOTHING = z.strictObject({})

/** A route for those who may do `needs`. Where their areas matter, the handler asks; see tickets in find.ts. */
export function route<I extends z.ZodObject, O extends z.ZodType>(
  draft: About<I, O> & {
    needs: Deed | 'own'
    handle: (input: z.output<I>, call: SignedCall) => Promise<z.input<O>>
  },
): Route {
  const { handle, ...about } = draft
  return {
    ...about,
    takes: null,
    answer: async (given, { who, ...call }) =>
      about.output.parse(await handle(read(about.input, given), { ...call, who: signed(who) })),
  }
}

/** A route that answers with a file. */
export function fileRoute<I extends z.ZodObject>(
  draft: Omit<About<I, Gives>, 'method' | 'output'> & {
    needs: Deed | 'own'
    gives: readonly string[]
    handle: (input: z.output<I>, call: SignedCall) => Promise<FileAnswer>
  },
): Route {
  const { handle, gives, ...about } = draft
  return {
    ...about,
    method: 'GET',
    output: { types: gives },
    takes: null,
    answer: async (given, { who, ...call }) =>
      handle(read(about.input, given), { ...call, who: signed(who) }),
  }
}

/** A route whose body is a file; what else it must know stands in the address. */
export function uploadRoute<I extends z.ZodObject, O extends z.ZodType>(
  draft: Omit<About<I, O>, 'method'> & {
    needs: Deed | 'own'
    takes: Takes
    handle: (input: z.output<I>, call: SignedCall, file: SentFile) => Promise<z.input<O>>
  },
): Route {
  const { handle, ...about } = draft
  return {
    ...about,
    method: 'POST',
    answer: async (given, { who, ...call }, file) => {
      if (!file) throw new Refusal('bad-request', '没有收到文件，请再选一次。')
      return about.output.parse(await handle(read(about.input, given), { ...call, who: signed(who) }, file))
    },
  }
}

/** A route that needs no sign-in, such as signing in. */
export function openRoute<I extends z.ZodObject, O extends z.ZodType>(
  draft: About<I, O> & { handle: (input: z.output<I>, call: Call) => Promise<z.input<O>> },
): Route {
  const { handle, ...about } = draft
  return {
    ...about,
    needs: 'anyone',
    takes: null,
    answer: async (given, call) => about.output.parse(await handle(read(about.input, given), call)),
  }
}

/** @throws {Refusal} when it is nobody */
function signed(who: Signed | null): Signed {
  if (!who) throw new Refusal('not-signed-in', '请先登录。')
  return who
}

const read = <I extends z.ZodObject>(schema: I, given: unknown): z.output<I> =>
  checked(schema, given, '，请刷新页面再试')

/**
 * What came in, by its schema.
 *
 * @param mend what whoever sent it may do about it
 * @throws {Refusal} with what is wrong
 */
export function checked<I extends z.ZodObject>(schema: I, given: unknown, mend = ''): z.output<I> {
  const input = schema.safeParse(given)
  if (input.success) return input.data
  const said = input.error.issues.find(({ message }) => /[\u4e00-\u9fa5]/.test(message))
  if (said) throw new Refusal('bad-value', said.message)
  const places = input.error.issues.map(({ path }) => path.join('.')).join('、')
  throw new Refusal('bad-request', `发来的内容不对${places === '' ? '' : `（${places}）`}${mend}。`)
}
