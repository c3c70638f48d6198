/** The baseline: says back what it is told, as its README shows it, in safe mode; nothing is stored. */
import wechat from 'co-wechat'
import Koa from 'koa'
import { ACCOUNT } from '../support/wechat.ts'

const account = wechat({
  token: ACCOUNT.token,
  appid: ACCOUNT.appId,
  encodingAESKey: ACCOUNT.encodingAesKey,
})
const app = new Koa()
app.use(async (ctx, next) => {
  if (ctx.path === '/healthz') ctx.body = { ok: true }
  else await next()
})
app.use(account.middleware(async (message) => message['Content'] ?? ''))
app.listen(Number(process.env['PORT']), '127.0.0.1')
