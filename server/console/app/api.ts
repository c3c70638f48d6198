/** Asks the server, and says in words what went wrong. */
import { API, FILE, NAME_HEADER, NOTE_HEADER, OWN_HEADER } from '../paths.ts'
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
/** For a whole list as a file. */
const LONG_PATIENCE_MS = 120_000
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

/** @throws {Refused} unless what comes is of this type */
async function answerTo(
  path: string,
  init: RequestInit,
  type: string,
  patienceMs: number,
): Promise<Response> {
  const signal = AbortSignal.timeout(patienceMs)
  const response = await fetch(`${API}${path}`, { ...init, signal }).catch(() => {
    throw new Refused(UNREACHABLE)
  })
  const is = (one: string) => response.headers.get('content-type')?.includes(one) === true
  const isJson = is('json')
  if (response.ok && is(type)) return response
  const refusal: RefusalBody = isJson ? await response.json() : BROKEN
  if (refusal.code === 'not-signed-in') onSignedOut()
  throw new Refused(refusal)
}

/** @throws {Refused} */
async function ask<T>(path: string, init: RequestInit): Promise<T> {
  return (await answerTo(path, init, 'json', PATIENCE_MS)).json()
}

export type Query = Readonly<Record<string, string | undefined>>

function asked(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  const search = new URLSearchParams(given).toString()
  return `${path}${search === '' ? '' : `?${search}`}`
}

/** @throws {Refused} */
export function read<T>(path: string, query: Query = {}): Promise<T> {
  return ask<T>(asked(path, query), { method: 'GET' })
}

/** Has the browser keep a file. @param type as its route gives it @returns what must be said with it. @throws {Refused} */
export async function keep(path: string, query: Query, name: string, type: string): Promise<string | null> {
  const response = await answerTo(asked(path, query), { method: 'GET' }, type, LONG_PATIENCE_MS)
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Not before the browser took it.
  setTimeout(() => URL.revokeObjectURL(address), LONG_PATIENCE_MS)
  const note = response.headers.get(NOTE_HEADER)
  return note === null ? null : decodeURIComponent(note)
}

/** A picture, as the address of what it is made of: a page of ours shows none from elsewhere. @throws {Refused} */
export async function picture(path: string): Promise<string> {
  const response = await answerTo(path, { method: 'GET' }, 'image/', PATIENCE_MS)
  const reader = new FileReader()
  const whole = new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(new Refused(BROKEN))
  })
  reader.readAsDataURL(await response.blob())
  return whole
}

/** Sends a file. @throws {Refused} */
export async function sendFile<T>(path: string, file: File, query: Query = {}): Promise<T> {
  const init = {
    method: 'POST',
    headers: { 'content-type': FILE, [OWN_HEADER]: '1', [NAME_HEADER]: encodeURIComponent(file.name) },
    body: file,
  }
  return (await answerTo(asked(path, query), init, 'json', LONG_PATIENCE_MS)).json()
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
