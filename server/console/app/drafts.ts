/**
 * What somebody typed and has not sent outlives a closed tab and an ended sign-in: on this computer, for their account
 * alone, for twelve hours, sealed under a key that only the server has and gives to nobody else. Signing out forgets it.
 * Where a browser does not seal (a page reached by plain http from another machine) it is kept in the tab alone.
 */
import { onUnmounted, type Ref, shallowRef, watch } from 'vue'
import { read } from './api.ts'
import { me } from './me.ts'

const KEPT_MS = 12 * 60 * 60 * 1000
/** After this long without a key pressed; in ms. */
const PAUSE_MS = 300
const PREFIX = 'console.draft:'

const canSeal = (): boolean => globalThis.crypto?.subtle !== undefined
const storage = (): Storage => (canSeal() ? localStorage : sessionStorage)
const signedIn = (): string => me.value?.name ?? ''
const ownPrefix = (owner: string): string => `${PREFIX}${owner}:`
const namesIn = (kept: Storage): string[] => Object.keys(kept).filter((name) => name.startsWith(PREFIX))

interface Sealed {
  until: number
  /** What was typed, or what it was sealed to, in base64. */
  words: string
  iv: string
}

let keyOf: { owner: string; key: Promise<CryptoKey> } | null = null
/** The key of an account, which is signed in, or was when it was first asked for. */
function key(owner: string): Promise<CryptoKey> {
  if (keyOf?.owner === owner) return keyOf.key
  const made = (async () => {
    const { key: secret } = await read<{ key: string }>('/drafts/key')
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  })()
  keyOf = { owner, key: made }
  made.catch(() => (keyOf = null))
  return made
}

const toText = (bytes: ArrayBuffer | Uint8Array): string => {
  let text = ''
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
  return btoa(text)
}
const toBytes = (text: string) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0))

function lookAt(kept: Storage, name: string): Sealed | null {
  try {
    const sealed: Sealed | null = JSON.parse(kept.getItem(name) ?? 'null')
    if (sealed && sealed.until > Date.now()) return sealed
  } catch {
    // Not ours, or of another version.
  }
  kept.removeItem(name)
  return null
}

/** Forgets what is too old, of whoever it is. */
export function forgetOld(): void {
  for (const kept of [localStorage, sessionStorage]) for (const name of namesIn(kept)) lookAt(kept, name)
}

/** Whoever signed out: what is still being sealed for them is kept nowhere. */
const left = new Set<string>()

/** Forgets all that an account typed, which signs out. */
export function forgetOf(owner: string): void {
  left.add(owner)
  const own = ownPrefix(owner)
  for (const kept of [localStorage, sessionStorage])
    for (const name of namesIn(kept)) if (name.startsWith(own)) kept.removeItem(name)
  keyOf = null
}

/** Where something that was typed waits, of the places that begin so. */
export function placesWithDrafts(prefix: string): string[] {
  const kept = storage()
  const own = ownPrefix(signedIn())
  return namesIn(kept)
    .filter((name) => name.startsWith(`${own}${prefix}`) && lookAt(kept, name) !== null)
    .map((name) => name.slice(own.length))
}

export const dropDraft = (place: string, owner = signedIn()): void =>
  storage().removeItem(`${ownPrefix(owner)}${place}`)

async function write(owner: string, place: string, typed: unknown): Promise<void> {
  const name = `${ownPrefix(owner)}${place}`
  const until = Date.now() + KEPT_MS
  const words = JSON.stringify(typed)
  if (left.has(owner)) return
  if (!canSeal()) {
    storage().setItem(name, JSON.stringify({ until, words, iv: '' } satisfies Sealed))
    return
  }
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name) },
    await key(owner),
    new TextEncoder().encode(words),
  )
  // Whoever signed out while it was being sealed left nothing behind.
  if (left.has(owner)) return
  localStorage.setItem(
    name,
    JSON.stringify({ until, words: toText(sealed), iv: toText(iv) } satisfies Sealed),
  )
}

async function readDraft<T>(owner: string, place: string): Promise<T | null> {
  const name = `${ownPrefix(owner)}${place}`
  const sealed = lookAt(storage(), name)
  if (!sealed) return null
  try {
    if (sealed.iv === '') return JSON.parse(sealed.words)
    const additionalData = new TextEncoder().encode(name)
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: toBytes(sealed.iv), additionalData },
      await key(owner),
      toBytes(sealed.words),
    )
    return JSON.parse(new TextDecoder().decode(opened))
  } catch {
    // Sealed under a key that is gone: nobody can read it any more.
    storage().removeItem(name)
    return null
  }
}

export interface Draft<T> {
  /** What was typed there and not sent; null when nothing was. */
  kept: Readonly<Ref<T | null>>
  /** Forgets it: it was sent, or is not wanted any more. */
  drop: () => void
}

/**
 * Keeps what is typed in a form until it is sent.
 *
 * @param place which form of what, e.g. `request:Q-0412-6:办结`
 * @param typed what is typed now; null while that is nothing worth keeping, undefined while nobody types
 */
export function useDraft<T>(place: () => string, typed: () => T | null | undefined): Draft<T> {
  // What is still typed when a sign-in ends is theirs all the same.
  const owner = signedIn()
  left.delete(owner)
  if (canSeal()) void key(owner).catch(() => {})
  const kept = shallowRef<T | null>(null)
  let waiting: ReturnType<typeof setTimeout> | undefined
  let last: { place: string; typed: T | null } | null = null
  const settle = () => {
    clearTimeout(waiting)
    if (!last) return
    const { place: where, typed: what } = last
    last = null
    kept.value = what
    if (what === null) dropDraft(where, owner)
    // What cannot be kept is still on the screen.
    else void write(owner, where, what).catch(() => {})
  }
  watch(
    place,
    async (now) => {
      settle()
      kept.value = null
      const found = await readDraft<T>(owner, now)
      if (place() === now) kept.value = found
    },
    { immediate: true },
  )
  watch(
    () => JSON.stringify(typed()),
    () => {
      const now = typed()
      clearTimeout(waiting)
      // What was typed until now is kept as it is.
      if (now === undefined) return settle()
      last = { place: place(), typed: now }
      waiting = setTimeout(settle, PAUSE_MS)
    },
  )
  addEventListener('pagehide', settle)
  onUnmounted(() => {
    removeEventListener('pagehide', settle)
    settle()
  })
  return {
    kept,
    drop() {
      clearTimeout(waiting)
      last = null
      kept.value = null
      dropDraft(place(), owner)
    },
  }
}
