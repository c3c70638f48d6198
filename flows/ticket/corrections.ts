/** 更正: one fact put right, the old value kept in the words of the event. */

import { chinaDay } from '../clocks.ts'
import { ID_FAULT_WORDS, readIdNumber } from '../id-number.ts'
import type { ActionOf } from './actions.ts'
import { happen, type Move } from './move.ts'
import { CORRECTABLE_WORDS, requestFactsSchema } from './request.ts'
import type { Fingerprint } from './ticket.ts'
import { badValue, TicketError } from './ticket-error.ts'

const FINGERPRINT_OF: Partial<Record<ActionOf<'correct'>['field'], Fingerprint['kind']>> = {
  phone: 'phone',
  idNumber: 'id',
  // A household is recognised by who lives where.
  name: 'household',
  place: 'household',
}

export function correct(move: Move, action: ActionOf<'correct'>): void {
  const { ticket, now } = move
  const { field, fingerprint } = action
  const value = requestFactsSchema.shape[field].safeParse(action.value)
  if (!value.success) throw badValue(`没有改${CORRECTABLE_WORDS[field]}`, value.error)
  const read = field === 'idNumber' ? readIdNumber(action.value, chinaDay(now)) : null
  if (read && 'fault' in read)
    throw new TicketError('bad-value', `没有改身份证号：${ID_FAULT_WORDS[read.fault]}`)
  const before = ticket.personal.facts[field]
  if (before === action.value)
    throw new TicketError('already', `${CORRECTABLE_WORDS[field]}本来就是这样，没有改动。`)
  ticket.personal.facts[field] = action.value
  const kind = FINGERPRINT_OF[field]
  ticket.fingerprints = ticket.fingerprints.filter((known) => known.kind !== kind)
  if (fingerprint && fingerprint.kind === kind) ticket.fingerprints.push(fingerprint)
  const change = `${CORRECTABLE_WORDS[field]}由${before ?? '未填'}改为${action.value}`
  happen(move, 'corrected', action.why === '' ? change : `${change}；${action.why}`, '')
}
