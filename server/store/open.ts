/** The store the operator chose: the data folder, or the database DATABASE_URL names. */
import { type Store, StoreError } from '../../bot/store.ts'
import type { Config } from '../config.ts'
import { keysFor, type Unlocked, unlock } from './data-key.ts'
import { faultCode, realDisk } from './disk.ts'
import { prepareFolder } from './folder.ts'
import { openLowdbStore } from './lowdb.ts'
import { type ReadOnlyStore, readLowdbFolder } from './read.ts'
import { ringKey } from './sealer.ts'

type Chosen = Pick<Config, 'dataDir' | 'dataKeys' | 'databaseUrl'>
/** Told in Chinese what an operator should know. */
interface Told {
  warn(message: string): void
  error(message: string): void
}

/**
 * Opens the store with its personal data unlocked. The data folder keeps the key file and media in any case.
 *
 * @throws {Error} in Chinese, with the mend
 */
export async function openStore({ dataDir, dataKeys, databaseUrl }: Chosen, log: Told): Promise<Unlocked> {
  const store =
    databaseUrl === null
      ? await openLowdbStore(dataDir, { log })
      : await database(databaseUrl, log, keyOf(dataKeys))
  if (databaseUrl !== null) await prepareFolder(dataDir, realDisk)
  return unlock(store, { folder: dataDir, keys: dataKeys }, log)
}

/**
 * The rows as they stand, sealed, and what opens them; beside a running service or without one.
 *
 * @throws {StoreError} in Chinese, when nothing was ever kept there
 * @throws {Error} in Chinese, with the mend
 */
export async function readStore(
  { dataDir, dataKeys, databaseUrl }: Chosen,
  log: Told,
): Promise<{
  store: ReadOnlyStore
  keys: () => Promise<Pick<Unlocked, 'sealer' | 'fingerprint'>>
  close: () => Promise<void>
}> {
  const places = { folder: dataDir, keys: dataKeys }
  if (databaseUrl === null) {
    const store = await readLowdbFolder(dataDir).catch((error: unknown) => {
      if (faultCode(error) !== 'ENOENT') throw error
      throw new StoreError('unavailable', `还没有数据：DATA_DIR ${dataDir} 不存在。`, { cause: error })
    })
    return { store, keys: () => keysFor(store, places), close: () => store.close() }
  }
  const store = await database(databaseUrl, log)
  return { store, keys: () => keysFor(store, places), close: () => store.close() }
}

/** Loaded only when it is used: most offices have no database. */
async function database(url: string, log: Told, key: string | null = null): Promise<Store> {
  const { openPostgresStore } = await import('./postgres/postgres.ts')
  return openPostgresStore(url, { log, key })
}

/** The id of the key that is sealed with. */
function keyOf([current]: readonly Uint8Array[]): string | null {
  return current ? ringKey(current).id : null
}
