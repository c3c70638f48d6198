/** Another system of the district: asks /api/v1 of an office with a key of its own. */
import type { KeyDeed } from '../../server/district/deeds.ts'
import { KEY_DEED_NAMES } from '../../server/district/deeds.ts'
import { newSecret } from '../../server/district/key.ts'
import { DISTRICT_API } from '../../server/district/paths.ts'
import { consoleOffice } from './console.ts'
import { EDUCATION } from './tickets.ts'

export type Office = Awaited<ReturnType<typeof districtOffice>>

interface Given {
  number: string
  name: string
  deeds: readonly KeyDeed[]
  areas: string[]
  body: string
  expiresAt: string
  revokedAt: string
}

/** An office with keys for systems. */
export async function districtOffice(given: Parameters<typeof consoleOffice>[0] = {}) {
  const office = await consoleOffice(given)
  const { store, now, base } = office
  /** A key that may do everything everywhere, but for what is said otherwise. */
  const keyFor = async (more: Partial<Given> = {}): Promise<string> => {
    const number = more.number ?? '00000000a1'
    const { key, hash } = newSecret(number)
    await store.transaction((tx) =>
      tx.put('api_keys', {
        id: number,
        name: more.name ?? '区救助平台',
        deeds: [...(more.deeds ?? KEY_DEED_NAMES)],
        areas: more.areas ?? [],
        body: more.body ?? EDUCATION.id,
        createdAt: now().toISOString(),
        expiresAt: more.expiresAt ?? '2027-01-01T00:00:00.000Z',
        revokedAt: more.revokedAt ?? '',
        usedAt: '',
        hash,
      }),
    )
    return key
  }
  return {
    ...office,
    keyFor,
    system: async (more: Partial<Given> = {}) => systemAt(base, await keyFor(more)),
  }
}

/** A program that shows a key with everything it asks. */
export function systemAt(base: string, key: string | null) {
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (key !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${key}`)
    const response = await fetch(`${base}${DISTRICT_API}${path}`, { ...init, headers })
    const text = await response.text()
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true
    const body: Record<string, unknown> = isJson ? JSON.parse(text) : {}
    return { status: response.status, headers: response.headers, text, body, code: body['code'] }
  }
  return {
    get: (path: string, headers: Record<string, string> = {}) => ask(path, { headers }),
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    ask,
  }
}
