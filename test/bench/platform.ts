/** A stand-in for the platform's API: grants a token and takes every message. Counts what is asked of it. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Platform {
  address: string
  calls(): number
  close(): Promise<void>
}

export async function platform(): Promise<Platform> {
  let calls = 0
  const server = createServer((request, response) => {
    calls += 1
    request.resume()
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ errcode: 0, errmsg: 'ok', access_token: 'bench', expires_in: 7200 }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return {
    address: `http://127.0.0.1:${address.port}`,
    calls: () => calls,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
