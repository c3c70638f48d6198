/** Alerts: a household is to be visited; whoever handed one in hears what became of it. */

import { z } from 'zod'
import { ALERT_VISIT } from '../../../bot/alert-rows.ts'
import { openAlert } from '../../../bot/alerts.ts'
import { auditSubject, noteBy } from '../../../bot/audit.ts'
import { idOf, once, transactionAgain } from '../../../bot/handed-in.ts'
import { changedAfter } from '../../../bot/marks.ts'
import type { AlertRow } from '../../../bot/store.ts'
import { openTasks } from '../../../bot/visits.ts'
import { isRestrictedKind } from '../../../flows/advisor/sight.ts'
import { findArea } from '../../../flows/roster/advisor-sheet.ts'
import type { HouseholdRead } from '../../../flows/roster/household-sheet.ts'
import { type VisitDetail, visitDetailSchema } from '../../../flows/visits.ts'
import type { Knowledge } from '../../../knowledge/knowledge.ts'
import { Refusal } from '../../console/refusal.ts'
import { isWithin } from '../../console/roles.ts'
import { type KeyCall, type KeyRoute, keyRoute } from '../route.ts'
import {
  type AlertOut,
  alertInput,
  alertOutput,
  alertsInput,
  alertsOutput,
  type NewAlert,
  newAlertInput,
} from '../wire.ts'

const PAGE = 100
/** Visits to one household since an alert; more than anybody makes. */
const VISITS = 100

const detailSchema = z.strictObject({ ref: z.string(), reason: z.string(), words: z.string() })

/** As a roster's household; what it is recognised by is the same. */
function readOf({ name, phone, idNumber, address, reason, words }: NewAlert, area: string): HouseholdRead {
  const traits: HouseholdRead['traits'] = [
    ...(idNumber === null ? [] : [{ kind: 'id', value: idNumber } as const]),
    ...(phone === null ? [] : [{ kind: 'household', value: `${phone}/${name}` } as const]),
    ...(address === '' ? [] : [{ kind: 'household', value: `${address}/${name}` } as const]),
  ]
  if (traits.length === 0)
    throw new Refusal('bad-value', 'phone、address、idNumber 至少写一项，顾问才找得到人。')
  const note = [reason, words].filter((one) => one !== '').join('；')
  return {
    line: 1,
    area,
    advisor: null,
    category: '监测预警',
    person: { name, phone, address, note },
    traits,
  }
}

/** Whether what an advisor saw is of somebody who could be harmed when more people know of it. */
const isRestricted = ({ words, difficulties }: VisitDetail, knowledge: Knowledge): boolean =>
  difficulties.some(isRestrictedKind) || knowledge.danger(words) === 'domestic_violence'

async function alertOut(
  { desk: { store }, knowledge }: KeyCall,
  { household, state, at, settledAt, detail }: AlertRow,
): Promise<AlertOut> {
  const { ref } = detailSchema.parse(detail)
  const visits = await store.list('visits', 'ofSubject', { equals: [household], from: at, limit: VISITS })
  const open = state === 'open' ? await openTasks(store, household) : []
  const reached = visits.findLast((visit) => visit.reached)
  const seen = reached && visitDetailSchema.parse(reached.detail)
  const told = seen && !isRestricted(seen, knowledge) ? seen : null
  return {
    id: ref,
    household,
    state,
    at,
    dueAt: open.find(({ reason }) => reason === ALERT_VISIT)?.dueAt ?? null,
    settledAt: settledAt === '' ? null : settledAt,
    attempts: visits.length,
    reached: reached ? { at: reached.at, channel: reached.channel } : null,
    willing: told?.willing ?? null,
    needs: told?.needs ?? [],
  }
}

export const alertRoutes: readonly KeyRoute[] = [
  keyRoute({
    method: 'POST',
    path: '/alerts',
    needs: 'hand-in-alerts',
    says: '送来一条预警：这一户要有人上门核实；预警不等于符合条件，认得出的户不会重复建',
    input: newAlertInput,
    output: alertOutput,
    handle: async (sent, call) => {
      const { desk, key, randomBelow } = call
      const { store, fingerprint } = desk
      const roster = await call.roster()
      const found = findArea(sent.area, roster.areas)
      if ('fault' in found) throw new Refusal('bad-value', `area：${found.fault.replace('…', sent.area)}。`)
      if (!isWithin(key, found.id, roster.areas))
        throw new Refusal('not-allowed', '这个区域不归这把密钥，没有收。请核对 area。')
      const read = readOf(sent, found.id)
      const handed = { key: key.id, kind: 'alert', ref: sent.id, content: sent } as const
      const id = idOf(handed, fingerprint)
      const now = desk.now()
      const { other } = await transactionAgain(store, (tx) =>
        once(tx, handed, { fingerprint, now }, async () => {
          const { reason, words } = sent
          const detail = { ref: sent.id, reason, words }
          const said = `${key.name}预警：${reason}`
          const number = await openAlert(
            tx,
            { id, key: key.id, read, words: said, detail },
            { roster, fingerprint, now, randomBelow },
          )
          const line = { at: now.toISOString(), deed: 'received', subject: auditSubject(number) } as const
          await noteBy(tx, { by: `key:${key.id}`, seal: fingerprint }, { ...line, detail: { what: '预警' } })
          return number
        }),
      )
      if (other) throw new Refusal('other-content', '这个 id 送来过别的内容，没有办。新的预警请用新的 id。')
      const row = await store.get('alerts', id)
      if (!row) throw new Refusal('not-found', '这条预警已经到期删除。')
      return alertOut(call, row)
    },
  }),
  keyRoute({
    method: 'GET',
    path: '/alerts',
    needs: 'hand-in-alerts',
    says: '本系统送来的预警，上次以后有变化的：去过几次、见没见到、愿不愿意申请',
    input: alertsInput,
    output: alertsOutput,
    handle: async ({ after }, call) => {
      const { desk, key } = call
      if (after !== undefined && !/^\d{1,15}$/.test(after))
        throw new Refusal('bad-value', 'after 要原样带上一次给的 next；丢了就不带，从头取。')
      const { rows, place, more } = await changedAfter(desk.store, 'alerts', Number(after ?? 0), PAGE)
      const alerts: AlertOut[] = []
      for (const row of rows) if (row.key === key.id) alerts.push(await alertOut(call, row))
      return { alerts, next: String(place), more }
    },
  }),
  keyRoute({
    method: 'GET',
    path: '/alerts/:id',
    needs: 'hand-in-alerts',
    says: '本系统送来的一条预警现在怎样，id 是本系统自己的编号',
    input: alertInput,
    output: alertOutput,
    handle: async ({ id }, call) => {
      const { desk, key } = call
      const row = await desk.store.get(
        'alerts',
        idOf({ key: key.id, kind: 'alert', ref: id }, desk.fingerprint),
      )
      if (!row) throw new Refusal('not-found', '没有收到过这个 id 的预警。')
      return alertOut(call, row)
    },
  }),
]
