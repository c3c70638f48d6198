/**
 * The victim of test/crash/nudges.ts: keeps opening requests while two schedulers tell the group of them, until it is
 * killed. Arguments: folder, address of the platform, first number to open, by how many ms its clock is ahead.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { insertTicket } from '../../bot/casework.ts'
import { openTicket } from '../../flows/ticket/ticket.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { opening } from '../support/tickets.ts'
import { numberOf, tellAll } from './telling.ts'

const [folder = '', base = '', first = '0', ahead = '0'] = process.argv.slice(2)
const now = () => new Date(Date.now() + Number(ahead))
const started = performance.now()
const quiet = { warn: () => undefined, error: () => undefined }
const store = await openLowdbStore(folder, { log: quiet })
const say = (line: string): void => void writeSync(1, `${line}\n`)
say(`ready ${(performance.now() - started).toFixed(1)}`)

async function open(): Promise<never> {
  for (let n = Number(first); ; n += 1) {
    const number = numberOf(n)
    const at = now()
    const resident = `official-account:o${n}`
    const request = openTicket(opening({ number, resident, fingerprints: [], at, askedAt: at }))
    await store.transaction((tx) => insertTicket(tx, request))
    say(`kept ${n}`)
    await setTimeout(5)
  }
}

async function scheduler(): Promise<never> {
  for (;;) {
    await tellAll(store, base, now, randomUUID)
    await setTimeout(2)
  }
}

await Promise.all([open(), scheduler(), scheduler()])
