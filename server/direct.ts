/** Answers sent past koa's own way of sending them: for what comes so often that this would count. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Headers of every answer that does not set its own. */
export const HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
] as const

export interface Answer {
  /** Default: plain text. */
  type?: string
  body: string
  /** Told last: whether the whole answer was handed over, or the connection broke before. */
  onClosed?: (whole: boolean) => void
}

/**
 * Answers one request.
 *
 * @param query what follows the question mark, as it was sent
 */
export type Direct = (request: IncomingMessage, query: string) => Promise<Answer>

/** Sends an answer, unless the client has hung up meanwhile; then nobody is told. */
export function send(
  response: ServerResponse,
  status: number,
  { type = 'text/plain', body, onClosed }: Answer,
): void {
  if (response.destroyed) return
  if (onClosed) response.once('close', () => onClosed(response.writableFinished))
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, [
    ...HEADERS.flat(),
    'Content-Type',
    `${type}; charset=utf-8`,
    'Content-Length',
    length,
  ])
  response.end(body)
}
