/** Rows of every table with whatever may stand in their fields, and folders that hold them. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { INDEXES, SEALED, type TableName } from '../../bot/store.ts'
import { realDisk } from '../../server/store/disk.ts'
import { TABLES } from '../../server/store/entry.ts'
import { readLowdbFolder } from '../../server/store/read.ts'
import { createSealer, type RingKey } from '../../server/store/sealer.ts'
import { SNAPSHOT } from '../../server/store/snapshot.ts'
import { writeSnapshot } from '../../server/store/snapshot-format.ts'

/** Also what no keyboard types: NUL, halves of pairs, line ends, quotes. */
const odd = fc.string({
  unit: fc.constantFrom(
    '低',
    '保',
    'Q',
    '-',
    '0',
    '"',
    '\\',
    '\n',
    '\u2028',
    '\0',
    '\u0001',
    '\ud83d',
    '😀',
    ' ',
  ),
})

/**
 * @param count rows of each table but `data_keys`, which has one for the key
 * @param key seals what is sealed
 */
export function keptRows(count: number, key: RingKey, seed = 7): Map<TableName, string[]> {
  const sealer = createSealer([key])
  return new Map(
    TABLES.map((table) => {
      const declared: readonly (readonly string[])[] = Object.values(INDEXES[table])
      const indexed = [...new Set(declared.flat())].filter((field) => field !== 'id')
      const sealed: readonly string[] = SEALED[table]
      if (table === 'data_keys') {
        const probe = sealer.seal('救助顾问', { table, id: key.id, field: 'probe' })
        const handedOn = key.fingerprints.toString('base64')
        const fingerprints = sealer.seal(handedOn, { table, id: key.id, field: 'fingerprints' })
        return [table, [JSON.stringify({ id: key.id, probe, order: 1, fingerprints })]]
      }
      const row = fc.record({
        fields: fc.array(fc.option(odd), { minLength: indexed.length, maxLength: indexed.length }),
        more: fc.jsonValue(),
        ends: odd,
      })
      const texts = fc.sample(row, { numRuns: count, seed }).map(({ fields, more, ends }, place) => {
        const id = `${table}-${place}-${ends}`
        return JSON.stringify({
          id,
          ...Object.fromEntries(indexed.map((field, at) => [field, fields[at]])),
          ...Object.fromEntries(sealed.map((field) => [field, sealer.seal(more, { table, id, field })])),
          ...(table === 'outbox' ? { personal: true } : {}),
          more,
        })
      })
      return [table, texts]
    }),
  )
}

/** A data folder that holds these rows. */
export async function folderWith(
  rows: ReadonlyMap<TableName, readonly string[]>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const batches = (table: TableName) => [rows.get(table) ?? []].filter((batch) => batch.length > 0)
  await writeSnapshot(realDisk, join(folder, SNAPSHOT), { seq: 5, savedAt: new Date() }, batches)
}

/** Every row of a data folder, by table and id. */
export async function rowsIn(folder: string): Promise<Record<string, Record<string, unknown>>> {
  const store = await readLowdbFolder(folder)
  const found: Record<string, Record<string, unknown>> = {}
  for (const table of TABLES) {
    const rows: Record<string, unknown> = {}
    for await (const row of store.scan(table)) rows[row.id] = row
    found[table] = rows
  }
  return found
}
