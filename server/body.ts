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
export async function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new CallbackRefused(413, 'body too large')
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      size += bytes.length
      if (size > limit) throw new CallbackRefused(413, 'body too large')
      chunks.push(bytes)
    }
  } catch (error) {
    if (error instanceof CallbackRefused) throw error
    throw new CallbackRefused(400, 'the body ended early')
  }
  return Buffer.concat(chunks)
}
