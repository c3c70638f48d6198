import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unlock } from '../server/store/data-key.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { contract, type Place } from './support/store-contract.ts'

async function lowdbPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  return { open: () => openLowdbStore(folder), destroy: () => rm(folder, { recursive: true }) }
}

/** The same with personal fields sealed before they reach it, and no text in memory that the journal has. */
async function sealedPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  const keys = [Buffer.alloc(32, 7)]
  return {
    open: async () => {
      const store = await openLowdbStore(folder, { heldCharacters: 0 })
      return (await unlock(store, { folder, keys }, console)).store
    },
    destroy: () => rm(folder, { recursive: true }),
  }
}

contract('lowdb', lowdbPlace)
contract('lowdb, sealed', sealedPlace)
