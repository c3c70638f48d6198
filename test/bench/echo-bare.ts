/** The floor: says back what it is told with node:http, @wecom/crypto and a regular expression, no more. */
import { createServer } from 'node:http'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import { ACCOUNT } from '../support/wechat.ts'

const { appId, encodingAesKey, token } = ACCOUNT

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/healthz') return void response.end('ok')
    const query = new URLSearchParams(request.url?.split('?')[1])
    const sealed = cdata(Buffer.concat(chunks).toString(), 'Encrypt')
    const timestamp = query.get('timestamp') ?? ''
    const nonce = query.get('nonce') ?? ''
    if (getSignature(token, timestamp, nonce, sealed) !== query.get('msg_signature')) {
      response.statusCode = 401
      return void response.end()
    }
    const push = decrypt(encodingAesKey, sealed).message
    const reply = `<xml><ToUserName><![CDATA[${cdata(push, 'FromUserName')}]]></ToUserName><FromUserName><![CDATA[${cdata(push, 'ToUserName')}]]></FromUserName><CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${cdata(push, 'Content')}]]></Content></xml>`
    const encrypted = encrypt(encodingAesKey, reply, appId)
    const signature = getSignature(token, timestamp, nonce, encrypted)
    response.setHeader('Content-Type', 'text/xml; charset=utf-8')
    response.end(
      `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`,
    )
  })
}).listen(Number(process.env['PORT']), '127.0.0.1')

function cdata(xml: string, name: string): string {
  return new RegExp(`<${name}><!\\[CDATA\\[([\\s\\S]*?)\\]\\]></${name}>`).exec(xml)?.[1] ?? ''
}
