/** What a failure of the database means to whoever asked. */
import { StoreError } from '../../../bot/store.ts'

/** Two changes met; the one that lost is made again. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const MET = new Set(['40001', '40P01'])

/** The database's data are being carried elsewhere, or in, and are not whole; the message is for the operator. */
export class Carried extends Error {}

/** SQLSTATE, or Node's code of a broken connection; '' when there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}

/** The id is in the table already. */
export const isTaken = (error: unknown): boolean => codeOf(error) === '23505'

/** A statement that came after one that failed, which tells why. */
export const isAborted = (error: unknown): boolean => codeOf(error) === '25P02'

export const isConflict = (error: unknown): boolean => MET.has(codeOf(error))

/** Codes, or their first two characters, of a database that is gone, full or closing, and what mends it. */
const MENDS: readonly [RegExp, string][] = [
  [/^53100$/, '数据库的磁盘满了，请腾出空间'],
  [/^53/, '数据库的连接或内存用完了，请调大 max_connections 或减少连接'],
  [
    /^(?:57|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08)/,
    '连接不上数据库，请看它是否在运行',
  ],
  [/^28/, '数据库不认这个用户或密码，请检查 DATABASE_URL'],
  [/^3D000$/, '没有 DATABASE_URL 里写的这个库，请先建库'],
  [/^25006$/, '数据库现在只能读，请检查 DATABASE_URL 是不是指向了备库'],
  [/^42501$/, '数据库用户没有建表或读写的权限，请授权'],
]

/** pg tells of a lost connection in words only. */
const LOST =
  /Connection terminated|connection timeout|^timeout expired$|Query read timeout|Client has encountered a connection error|Client was closed|not queryable/i
/** All connections were at work for longer than anybody waits. */
const BUSY = /timeout exceeded when trying to connect/i

/** How an operator reads it; null when the database is not to blame. The address and its password stay out. */
export function faultOf(error: unknown): string | null {
  if (error instanceof Carried) return error.message
  const code = codeOf(error)
  const mend = MENDS.find(([pattern]) => pattern.test(code))?.[1]
  if (mend) return `${mend}（${code}）`
  if (error instanceof Error && LOST.test(error.message)) return '和数据库的连接断了，请看它是否在运行'
  if (error instanceof Error && BUSY.test(error.message))
    return '数据库太忙，连接一直轮不上，请看它和这台机器的负载'
  if (/^(?:XX|58|F0)/.test(code)) return `数据库内部出错（${code}），请看它的日志`
  return null
}

/** The error as the contract names it, when the database is to blame; otherwise as it was. */
export function asStoreError(error: unknown): unknown {
  const fault = faultOf(error)
  return fault === null ? error : new StoreError('unavailable', fault, { cause: error })
}
