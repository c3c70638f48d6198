/** What the browser keeps for us. A browser that keeps nothing (private mode, full disk) must not stop us. */

/** Reads a kept text, or null. */
export function kept(where: 'tab' | 'browser', key: string): string | null {
  try {
    return area(where).getItem(`sandbox.${key}`)
  } catch {
    return null
  }
}

/** Keeps a text, or forgets it when null. Says whether it worked; there are about 5 MB. */
export function keep(where: 'tab' | 'browser', key: string, value: string | null): boolean {
  try {
    if (value === null) area(where).removeItem(`sandbox.${key}`)
    else area(where).setItem(`sandbox.${key}`, value)
    return true
  } catch {
    return false
  }
}

function area(where: 'tab' | 'browser'): Storage {
  return where === 'tab' ? sessionStorage : localStorage
}
