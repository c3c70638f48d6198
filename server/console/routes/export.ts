/** Lists taken along as files; each time is noted, with what and how much. */
import { noteBy } from '../../../bot/audit.ts'
import { WORKBOOK } from '../paths.ts'
import { placeOf } from '../requests/find.ts'
import { requestRows, requestTables, sayWanted } from '../requests/sheet.ts'
import { FileAnswer, fileRoute, type Route } from '../route.ts'
import { exportInput } from '../wire.ts'

/** Requests in one file; a street has fewer in years, and a workbook is made in memory. */
const MOST_ROWS = 10_000

export const exportRoutes: readonly Route[] = [
  fileRoute({
    path: '/requests/export',
    needs: 'export-requests',
    gives: [WORKBOOK],
    says: `求助单列表的 Excel，照筛选的，遮住的和列表一样，最多 ${MOST_ROWS} 张；记入操作记录`,
    input: exportInput,
    handle: async (wanted, call) => {
      const place = await placeOf(call)
      const found = await requestRows(place, wanted, MOST_ROWS)
      const filter = sayWanted(wanted, place)
      const { tables, note } = requestTables(found, filter, place)
      const bytes = await call.makeWorkbook(tables)
      const witness = { by: `account:${call.who.account.id}`, seal: call.desk.fingerprint }
      await call.desk.store.transaction((tx) =>
        noteBy(tx, witness, {
          at: place.now.toISOString(),
          deed: 'exported',
          subject: 'table:tickets',
          detail: { filter, count: `${found.rows.length} 张` },
        }),
      )
      return new FileAnswer({ name: '求助单.xlsx', type: WORKBOOK, bytes, note })
    },
  }),
]
