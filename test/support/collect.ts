/** Node's collector, called by hand. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects all that nobody holds any more, or with `minor` only what is young. */
export type Collect = (what?: { type: 'minor' }) => void

/** Makes the collector callable. */
export function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const collect: Collect = runInNewContext('gc')
  return collect
}
