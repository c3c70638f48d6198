/**
 * Hears what every process on the database announces, over a connection of its own (LISTEN). When that breaks it is
 * made anew, and everything is told once, for something may have been missed.
 */
import pg from 'pg'
import { TOPICS, type Topic } from '../../../bot/store.ts'

/** What is announced in one database. */
export const CHANNEL = 'jiuzhu_announced'
/** How often it is looked whether the connection still hears, and how long that may take, in ms. */
const PULSE_MS = 5_000
/** Between two tries to connect, in ms. */
const AGAIN_MS = 1_000

export interface Listening {
  close(): Promise<void>
}

/**
 * @param tell told of what was announced
 * @param connection as the store's own connections are made
 * @throws {Error} whatever the driver throws when the first connection fails
 */
export async function startListening(
  connection: pg.ClientConfig,
  tell: (topics: readonly Topic[]) => void,
): Promise<Listening> {
  let closed = false
  let client: pg.Client | null = null
  let again: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const mine = new pg.Client({ ...connection, keepAlive: true, query_timeout: PULSE_MS })
    mine.on('notification', ({ payload }) => tell(TOPICS.filter((topic) => topic === payload)))
    mine.on('error', () => lost(mine))
    mine.on('end', () => lost(mine))
    try {
      await mine.connect()
      await mine.query(`listen ${CHANNEL}`)
    } catch (error) {
      void mine.end().catch(() => undefined)
      throw error
    }
    client = mine
  }

  function lost(one: pg.Client): void {
    if (client !== one) return
    client = null
    void one.end().catch(() => undefined)
    reconnect()
  }

  function reconnect(): void {
    if (closed) return
    again = setTimeout(async () => {
      try {
        await connect()
      } catch {
        // That the database is gone is told by the store's own connections.
        return reconnect()
      }
      if (closed && client) return void client.end()
      tell(TOPICS)
    }, AGAIN_MS).unref()
  }

  await connect()
  // A connection of which only this end is left says nothing by itself.
  const pulse = setInterval(() => {
    const mine = client
    mine?.query('select 1').catch(() => lost(mine))
  }, PULSE_MS).unref()
  return {
    async close() {
      closed = true
      clearInterval(pulse)
      clearTimeout(again)
      const mine = client
      client = null
      await mine?.end()
    },
  }
}
