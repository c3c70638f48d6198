/** What a query asks of an ordered index, by the texts of its keys; see entry.ts. */
import type { Query } from '../../bot/store.ts'
import { byText } from './base/blocks.ts'
import { after, type Declared, END, field } from './entry.ts'

export interface Asked {
  /** Keys from `low` on and before `high`; undefined is the end. */
  low: string
  high: string | undefined
  backwards: boolean
  /** Whether a key is between the two. */
  holds: (key: string) => boolean
  /** Whether its other fields are as wanted. */
  fits: (key: string) => boolean
  /** Which of two keys comes first. */
  order: (a: string, b: string) => number
}

const always = (): boolean => true
const byTextReversed = (a: string, b: string): number => byText(b, a)

/** @param query one that is not refused by {@link refuseUnanswerable} */
export function readQuery({ fields }: Declared, query: Query): Asked {
  const { backwards = false } = query
  const { low, high } = boundsOf(query)
  return {
    low,
    high,
    backwards,
    holds: (key) => key >= low && (high === undefined || key < high),
    fits: query.where ? fitting(fields, query.where) : always,
    order: backwards ? byTextReversed : byText,
  }
}

/** @throws {RangeError} when an index of these fields and states cannot answer such a query */
export function refuseUnanswerable(
  { fields, states }: Pick<Declared, 'fields' | 'states'>,
  { equals, from, to, limit, where = {} }: Query,
): void {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit must be 1 or more, got ${limit}`)
  const ranged = from !== undefined || to !== undefined
  if (equals.length + (ranged ? 1 : 0) > fields.length)
    throw new RangeError(`this index has ${fields.length} fields: ${fields.join(', ')}`)
  for (const name in where)
    if (fields.indexOf(name) < equals.length)
      throw new RangeError(`this index has no field ${name} behind ${equals.length}: ${fields.join(', ')}`)
  if (!states) return
  const held = (state: string): void => {
    if (!states.includes(state))
      throw new RangeError(`this index holds no rows in state ${state}, only ${states.join(', ')}`)
  }
  const state = equals[fields.indexOf('state')]
  if (state !== undefined) held(state)
  where['state']?.forEach(held)
}

function boundsOf({ equals, from, to }: Query): Pick<Asked, 'low' | 'high'> {
  const prefix = equals.map(field).join('')
  const low = from === undefined ? prefix : prefix + field(from)
  if (to !== undefined) return { low, high: after(prefix + field(to)) }
  return { low, high: prefix === '' ? undefined : after(prefix) }
}

function fitting(fields: readonly string[], where: NonNullable<Query['where']>): Asked['fits'] {
  const written = (value: string) => field(value).slice(0, -END.length)
  const wanted = fields.map((name) => where[name] && new Set(where[name].map(written)))
  const last = wanted.findLastIndex((values) => values !== undefined)
  return (key) => {
    let from = 0
    for (let place = 0; place <= last; place++) {
      const end = key.indexOf(END, from)
      const values = wanted[place]
      if (values && !values.has(key.slice(from, end))) return false
      from = end + END.length
    }
    return true
  }
}
