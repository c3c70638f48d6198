/**
 * Under which names the trial may be opened. Nobody signs in there, so that another site could drive it by giving its
 * own name our address (DNS rebinding). Names that belong to nobody on the net cannot be used for that.
 */
import { isIP } from 'node:net'

/** Top-level names that never lead out of a house (RFC 6761, 6762, 8375; `lan` and `internal` by custom). */
const PRIVATE = /(?:^|\.)(?:localhost|local|lan|internal|home\.arpa)$/

/** Whether a `Host` header names us for certain: an address, a name within the house, or our public one. */
export function createHostCheck(publicUrl: string | null): (host: string | undefined) => boolean {
  const own = publicUrl === null ? null : new URL(publicUrl).hostname
  return (host) => {
    const name = nameOf(host ?? '')
    if (name === null) return false
    return name === own || isIP(name) !== 0 || !name.includes('.') || PRIVATE.test(name)
  }
}

/** The name without port and brackets, in small letters; null when it is none. */
function nameOf(host: string): string | null {
  const [, six, name] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+?)\.?)(?::\d{1,5})?$/i.exec(host) ?? []
  return (six ?? name ?? '').toLowerCase() || null
}
