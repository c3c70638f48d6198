/**
 * The victim of test/crash/city-nudges.ts: one of the processes on a database. Opens requests and tells of whatever is
 * due, until it is killed. Arguments: the database, the platform, when the city's time began, its own name, the first
 * number to open.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { insertTicket } from '../../bot/casework.ts'
import { StoreError } from '../../bot/store.ts'
import { openTicket } from '../../flows/ticket/ticket.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { opening } from '../support/tickets.ts'
import { cityClock, cityTelling, STREETS } from './city.ts'
import { numberOf } from './telling.ts'

const [url = '', base = '', began = '0', life = '', first = '0'] = process.argv.slice(2)
const now = cityClock(Number(began))
const started = performance.now()
const store = await openPostgresStore(url)
const say = (line: string): void => void writeSync(1, `${line}\n`)
say(`ready ${(performance.now() - started).toFixed(1)}`)

/** As in the server, a database too busy for it is tried again in the next round. */
async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'unavailable')) throw error
    say('busy')
    return false
  }
}

async function open(): Promise<never> {
  for (let n = Number(first); ; n += 1) {
    const number = numberOf(n)
    const at = now()
    const resident = `official-account:o${n}`
    const area = STREETS[n % STREETS.length] ?? null
    const request = openTicket(opening({ number, resident, area, fingerprints: [], at, askedAt: at }))
    if (await attempt(() => store.transaction((tx) => insertTicket(tx, request)))) say(`kept ${number}`)
    await setTimeout(150)
  }
}

async function scheduler(): Promise<never> {
  const tellAll = cityTelling(store, base, life, now, randomUUID)
  for (;;) {
    await attempt(tellAll)
    await setTimeout(20)
  }
}

await Promise.all([open(), scheduler()])
