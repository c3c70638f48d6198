/**
 * The victim of test/crash/city-writes.ts: one of two processes on a database. Writes with eight transactions in flight
 * and says on stdout which are done, until it is killed. Arguments: the database, the name of this life.
 */
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type Store, StoreError } from '../../bot/store.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'

const [url = '', life = ''] = process.argv.slice(2)
const started = performance.now()
const say = (line: string): void => void writeSync(1, `${line}\n`)
const store = await opened()
say(`ready ${(performance.now() - started).toFixed(1)}`)

/** The database may be down at this moment, as it is for a service that its supervisor starts again. */
async function opened(): Promise<Store> {
  for (;;) {
    try {
      return await openPostgresStore(url, { log: { warn() {}, error() {} } })
    } catch {
      await setTimeout(100)
    }
  }
}

/** @param shared counted by both processes, beside the lane's own */
async function lane(name: string, shared: string): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${life}-${name}-${n}`
    while (!(await written(id, [name, shared]))) await setTimeout(20)
    say(`done ${id}`)
  }
}

/** Whether it is there: a commit whose answer was lost has been made or not, which the id tells at the next try. */
async function written(id: string, counted: readonly string[]): Promise<boolean> {
  try {
    await store.transaction(async (tx) => {
      const at = new Date().toISOString()
      await tx.insert('events', { id, kind: 'followed', resident: 'sandbox:a', at, detail: {} })
      // Counts what it did: a change applied twice, or half, shows against the number of events.
      for (const name of counted) {
        const count = await tx.get('sessions', name)
        const revision = (count?.revision ?? 0) + 1
        await tx.put('sessions', { id: name, revision, state: null, flow: null, updatedAt: at })
      }
    }, 'rows')
    return true
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (error.code === 'duplicate') return true
    if (error.code === 'unavailable') return false
    throw error
  }
}

const own = life.replace(/\d+$/, '')
await Promise.all(['1', '2', '3', '4', '5', '6', '7', '8'].map((n) => lane(`${own}${n}`, `shared${n}`)))
