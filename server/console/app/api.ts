/** Asks the server, and says in words what went wrong. */
import { API, OWN_HEADER } from '../paths.ts'
import type { RefusalBody } from '../wire.ts'

/** It was not done; the message says why, for whoever asked. */
export class Refused extends Error {
  readonly code: string
  constructor({ code, message }: RefusalBody) {
    super(message)
    this.name = 'Refused'
    this.code = code
  }
}

/** Longer than any answer takes; in ms. */
const PATIENCE_MS = 20_000
const UNREACHABLE: RefusalBody = { code: 'unreachable', message: '连不上服务器，请检查网络，过一会儿再试。' }
const BROKEN: RefusalBody = {
  code: 'broken',
  message: '服务器出错了，没有办成。请过一会儿再试，还不行请告诉维护人员。',
}

let onSignedOut = () => {}
/** What to do when it turns out that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}

/** @throws {Refused} */
async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch(`${API}${path}`, { ...init, signal }).catch(() => {
    throw new Refused(UNREACHABLE)
  })
  const isJson = response.headers.get('content-type')?.includes('json') === true
  if (response.ok && isJson) return response.json()
  const refusal: RefusalBody = isJson ? await response.json() : BROKEN
  if (refusal.code === 'not-signed-in') onSignedOut()
  throw new Refused(refusal)
}

export type Query = Readonly<Record<string, string | undefined>>

/** @throws {Refused} */
export function read<T>(path: string, query: Query = {}): Promise<T> {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  const search = new URLSearchParams(given).toString()
  return ask<T>(`${path}${search === '' ? '' : `?${search}`}`, { method: 'GET' })
}

/** @throws {Refused} */
export function send<T>(path: string, body: unknown = {}): Promise<T> {
  return ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [OWN_HEADER]: '1' },
    body: JSON.stringify(body),
  })
}

/** What went wrong, for showing it. */
export const wordsOf = (error: unknown): string => (error instanceof Refused ? error.message : BROKEN.message)
