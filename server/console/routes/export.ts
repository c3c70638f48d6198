/** Lists taken along as files; each time is noted, with what and how much. */
import { noteBy } from '../../../bot/audit.ts'
import { placeOf } from '../find.ts'
import { requestRows, requestWorkbook, sayWanted } from '../request-sheet.ts'
import { type Route, workbookRoute } from '../route.ts'
import { exportInput } from '../wire.ts'

/** Requests in one file; a street has fewer in years, and a workbook is made in memory. */
const MOST_ROWS = 10_000

export const exportRoutes: readonly Route[] = [
  workbookRoute({
    path: '/requests/export',
    needs: 'export-requests',
    says: `求助单列表的 Excel，照筛选的，遮住的和列表一样，最多 ${MOST_ROWS} 张；记入操作记录`,
    input: exportInput,
    handle: async (wanted, call) => {
      const place = await placeOf(call)
      const { rows, cut } = await requestRows(place, wanted, MOST_ROWS)
      const filter = sayWanted(wanted, place)
      const workbook = await requestWorkbook(rows, cut, filter, place)
      const witness = { by: `account:${call.who.account.id}`, seal: call.desk.fingerprint }
      await call.desk.store.transaction((tx) =>
        noteBy(tx, witness, {
          at: place.now.toISOString(),
          deed: 'exported',
          subject: 'table:tickets',
          detail: { filter, count: `${rows.length} 张` },
        }),
      )
      return workbook
    },
  }),
]
