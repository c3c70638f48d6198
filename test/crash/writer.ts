/**
 * The victim of test/crash/writes.ts: writes with eight transactions in flight, and says on stdout which are
 * done, until it is killed. Arguments: folder, number of this life, and `undurable` for a disk that
 * never syncs.
 */
import { writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { type Disk, realDisk } from '../../server/store/disk.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'

const [folder = '', life = '', how = ''] = process.argv.slice(2)
const started = performance.now()
const store = await openLowdbStore(folder, { fs: how === 'undurable' ? undurable() : realDisk })
// Synchronous, so that what the parent has not read was not said before the kill either.
const say = (line: string): void => void writeSync(1, `${line}\n`)
say(`ready ${(performance.now() - started).toFixed(1)}`)

async function lane(name: string): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${life}-${name}-${n}`
    await store.transaction(async (tx) => {
      const at = new Date().toISOString()
      await tx.insert('events', { id, kind: 'followed', resident: `sandbox:${name}`, at, detail: {} })
      if (n >= 20) await tx.remove('jobs', `${life}-${name}-${n - 20}`)
      await tx.put('jobs', {
        id,
        kind: 'keep-media',
        state: 'pending',
        dueAt: at,
        attempts: 0,
        error: null,
        detail: {},
      })
      // Counts what it did: a change applied twice, or half, shows against the number of events.
      const count = await tx.get('sessions', name)
      // Wide now and then, so that compaction happens several times in a life and the data stay small.
      const state = n % 10 === 0 ? '求助'.repeat(10_000) : null
      await tx.put('sessions', {
        id: name,
        revision: (count?.revision ?? 0) + 1,
        state,
        flow: null,
        updatedAt: at,
      })
    })
    say(`done ${id}`)
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(lane))

function undurable(): Disk {
  return {
    async open(path, flags) {
      const file = await open(path, flags)
      return {
        write: async (bytes) => void (await file.write(bytes)),
        sync: async () => {},
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      }
    },
  }
}
