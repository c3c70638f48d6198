/** What a check of the data looks for in rows beyond their seals: whether they say what they should, and belong together. */
import type { TableName, Tables } from '../../../bot/store.ts'
import { readTicket } from '../../../flows/ticket/ticket.ts'
import { readAccount } from '../../console/accounts/account.ts'

/** How this program reads what a row holds; each throws at what it cannot read. */
const READ: { readonly [K in TableName]?: (row: Tables[K]) => unknown } = {
  tickets: ({ ticket }) => readTicket(ticket),
  accounts: readAccount,
}

/** Whether this program can read what an opened row holds. */
export function isReadable<K extends TableName>(table: K, row: Tables[K]): boolean {
  try {
    READ[table]?.(row)
    return true
  } catch {
    return false
  }
}

/** Rows that are part of another, written and removed in one transaction with it. */
const PARTS = [
  { table: 'ticket_events', by: 'ticket', of: 'tickets' },
  { table: 'ticket_keys', by: 'ticket', of: 'tickets' },
  { table: 'unfinished', by: 'id', of: 'sessions' },
  { table: 'sign_ins', by: 'account', of: 'accounts' },
] as const satisfies readonly { table: TableName; by: string; of: TableName }[]

/** Told every row, finds parts without what they are part of. */
export function createBelonging(): {
  see: (table: TableName, row: { id: string }) => void
  /** In Chinese; without ids, which may be a resident's address. */
  faults: () => string[]
} {
  const wholes = new Map<TableName, Set<string>>(PARTS.map(({ of }) => [of, new Set()]))
  const named = new Map<TableName, Set<string>>(PARTS.map(({ table }) => [table, new Set()]))
  return {
    see(table, row) {
      wholes.get(table)?.add(row.id)
      for (const part of PARTS)
        if (part.table === table) named.get(table)?.add(String(Reflect.get(row, part.by)))
    },
    faults: () =>
      PARTS.flatMap(({ table, of }) => {
        const missing = [...(named.get(table) ?? [])].filter((id) => !wholes.get(of)?.has(id)).length
        return missing === 0 ? [] : [`${table} 表里提到的 ${of} 有 ${missing} 个找不到：那些行丢了`]
      }),
  }
}
