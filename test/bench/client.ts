/** Plays the platform's servers: pushes over keep-alive connections, closed loop or open loop. */
import { Agent, request } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Push } from '../support/wechat.ts'

const CONNECTIONS = 16
/** How often the platform delivers what is not acknowledged. */
const DELIVERIES = 3

/**
 * Sends one push, again where it was not acknowledged; resolves with the answer's body. Over a connection the server was just closing for being idle it is
 * sent again (https://nodejs.org/api/http.html#requestreusedsocket): the server answers a push twice with one turn.
 */
export function send(port: number, push: Push, agent: Agent, deliveries = DELIVERIES): Promise<string> {
  const { path, body } = push
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        path,
        agent,
        host: '127.0.0.1',
        method: 'POST',
        headers: { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString()
          if (response.statusCode === 200) resolve(answer)
          else if (response.statusCode === 503 && deliveries > 1)
            resolve(send(port, push, agent, deliveries - 1))
          else reject(new Error(`answered ${response.statusCode}: ${answer}`))
        })
      },
    )
    sent.on('error', (error) => {
      if (sent.reusedSocket) resolve(send(port, push, agent, deliveries))
      else reject(error)
    })
    sent.end(body)
  })
}

/**
 * Sends all as fast as 16 connections carry them, each waiting for its answer before its next.
 *
 * @param to a server's port, or those of several, among which the connections are shared out
 */
export async function closedLoop(to: number | readonly number[], pushes: readonly Push[]): Promise<string[]> {
  const ports = typeof to === 'number' ? [to] : to
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const bodies: string[] = []
  let next = 0
  const connection = async (place: number) => {
    const port = ports[place % ports.length] ?? 0
    for (let push = pushes[next++]; push; push = pushes[next++]) bodies.push(await send(port, push, agent))
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, place) => connection(place)))
  agent.destroy()
  return bodies
}

/**
 * Sends `perSecond` by the clock, whatever the answers do, over as many connections as that takes.
 *
 * @returns how long each took, in ms from the moment it was due: waiting for a slow sender counts as well
 */
export async function openLoop(
  port: number,
  pushes: readonly Push[],
  perSecond: number,
): Promise<Float64Array> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const took = new Float64Array(pushes.length)
  const start = performance.now()
  const underWay: Promise<void>[] = []
  for (const [index, push] of pushes.entries()) {
    const due = start + (index * 1000) / perSecond
    // When late, answers must still be read in between: else all the rest would go out as one burst.
    if (performance.now() >= due) await setImmediate()
    while (performance.now() < due) await setTimeout(Math.max(0, due - performance.now()))
    underWay.push(
      send(port, push, agent).then(() => {
        took[index] = performance.now() - due
      }),
    )
  }
  await Promise.all(underWay)
  agent.destroy()
  return took
}
