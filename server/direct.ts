/** Answers sent past koa's own way of sending them: for what comes so often that this would count. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Headers = readonly (readonly [name: string, value: string])[]

/** Of what a platform alone reads, whose answers are many. */
const HEADERS: Headers = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
]
const FLAT = HEADERS.flat()

/**
 * Headers of everything that a browser might be shown, where a route does not set its own: nothing runs, nothing is
 * loaded, nobody frames it, no other site gets at it.
 */
const BROWSER_HEADERS: Headers = [
  ...HEADERS,
  [
    'Content-Security-Policy',
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]

/** Two years, as browsers ask for; told only over https, where it means something. */
const HSTS = ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains'] as const

/** Headers of every answer that does not set its own. */
export const headersFor = (publicUrl: string | null): Headers =>
  publicUrl?.startsWith('https:') ? [...BROWSER_HEADERS, HSTS] : BROWSER_HEADERS

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
  headers = FLAT,
): void {
  if (response.destroyed) return
  if (onClosed) response.once('close', () => onClosed(response.writableFinished))
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, [...headers, 'Content-Type', `${type}; charset=utf-8`, 'Content-Length', length])
  response.end(body)
}
