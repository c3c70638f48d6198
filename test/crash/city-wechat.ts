/** WeChat as the servers of a crash run see it: grants a token, takes every message it is given to push, and notes it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/** A customer-service message: developers.weixin.qq.com, "Sending customer-service messages". */
const Pushed = z.object({ touser: z.string(), text: z.object({ content: z.string() }) })

export interface CityWechat {
  address: string
  /** The words pushed to each openid, in order. */
  pushed: ReadonlyMap<string, readonly string[]>
  close(): Promise<void>
}

export async function startCityWechat(): Promise<CityWechat> {
  const pushed = new Map<string, string[]>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.url?.startsWith('/cgi-bin/message/custom/send')) {
      const { touser, text: said } = Pushed.parse(JSON.parse(body))
      pushed.set(touser, [...(pushed.get(touser) ?? []), said.content])
    }
    response.setHeader('Content-Type', 'application/json')
    response.end('{"errcode":0,"errmsg":"ok","access_token":"of-the-run","expires_in":7200}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return {
    address: `http://127.0.0.1:${address.port}`,
    pushed,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
