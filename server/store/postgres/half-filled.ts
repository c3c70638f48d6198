/** The mark of a database that is being filled: a table of one text. See ../half-filled.ts. */
import type pg from 'pg'
import { HALF_FILLED, halfFilledWords } from '../half-filled.ts'
import { Carried } from './faults.ts'

type Asked = Pick<pg.Client, 'query'>

/** @throws {Carried} in Chinese, when the database is only half filled */
export async function refuseHalfFilledDatabase(asked: Asked): Promise<void> {
  if ((await markIn(asked)) !== null) throw new Carried(halfFilledWords('这个数据库'))
}

/** What the database is being filled from; null when it is not. */
export async function markIn(asked: Asked): Promise<string | null> {
  const found: { rows: { there: boolean }[] } = await asked.query(
    `select to_regclass('${HALF_FILLED}') is not null as there`,
  )
  if (!found.rows[0]?.there) return null
  const marks: { rows: { mark: string }[] } = await asked.query(`select mark from ${HALF_FILLED}`)
  return marks.rows[0]?.mark ?? null
}
