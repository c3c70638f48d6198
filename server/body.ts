/** Reads a request's body, never more than allowed. */
import type { IncomingMessage } from 'node:http'
import { CallbackRefused } from '../bot/channels/channel.ts'

/** The largest body any route takes, in bytes. A platform's push is a few hundred. */
export const MAX_BODY_BYTES = 64 * 1024

/**
 * The whole body.
 *
 * @throws {CallbackRefused} 413 over the limit, 400 when the sender hangs up
 */
export function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  const tooLarge = () => new CallbackRefused(413, 'body too large')
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge())
  // Events cost a third of what an async iterator over the stream does, and `on` less than `once`.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        request.pause()
        reject(tooLarge())
      }
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    // Every request closes, and an error takes ten times as long to make as a body to read.
    const early = () => request.readableEnded || reject(new CallbackRefused(400, 'the body ended early'))
    request.on('error', early)
    request.on('close', early)
  })
}
