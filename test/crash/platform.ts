/** A WeCom that only takes messages and notes what it took, from whom and when. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** Who sent it, among several; see {@link Platform}. */
export const LIFE_HEADER = 'x-life'

export interface Taken {
  robot: string
  /** As the sender called itself in {@link LIFE_HEADER}; '' when it did not. */
  life: string
  at: Date
  /** The requests it says are new. */
  numbers: readonly string[]
}

export interface Platform {
  base: string
  taken: readonly Taken[]
  close(): void
}

/** @param answersIn how long what was taken waits for its answer, in ms */
export async function startPlatform(now: () => Date, answersIn = () => 0): Promise<Platform> {
  const taken: Taken[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const robot = new URL(request.url ?? '', 'http://platform').searchParams.get('key') ?? ''
    const numbers = new Set([...body.matchAll(/【新求助】(Q-\d+-\d)/g)].map(([, number]) => number ?? ''))
    const life = String(request.headers[LIFE_HEADER] ?? '')
    taken.push({ robot, life, at: now(), numbers: [...numbers] })
    await setTimeout(answersIn())
    response.setHeader('content-type', 'application/json')
    response.end('{"errcode":0}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return {
    base: `http://127.0.0.1:${address.port}`,
    taken,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
