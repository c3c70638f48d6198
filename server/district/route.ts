/** A route of /api/v1: as the console's, but whoever asks shows a key, and what it needs is a deed of the key. */
import type { z } from 'zod'
import { type About, checked, type Served, type Tools } from '../console/route.ts'
import type { KeyDeed } from './deeds.ts'
import type { ApiKey } from './key.ts'

/** What all handlers work with. */
export type KeyTools = Pick<
  Tools,
  'desk' | 'knowledge' | 'roster' | 'limits' | 'figures' | 'clock' | 'log'
> & {
  /** A whole number below a limit. */
  randomBelow: (limit: number) => number
}

/** One request of a system. */
export interface KeyCall extends KeyTools {
  key: ApiKey
}

export type KeyRoute = Served<KeyDeed, KeyCall>

/** A route for keys that may do `needs`. Where their areas matter, the handler asks. */
export function keyRoute<I extends z.ZodObject, O extends z.ZodType>(
  draft: About<I, O> & {
    needs: KeyDeed
    handle: (input: z.output<I>, call: KeyCall) => Promise<z.input<O>>
  },
): KeyRoute {
  const { handle, ...about } = draft
  return {
    ...about,
    takes: null,
    answer: async (given, call) => about.output.parse(await handle(checked(about.input, given), call)),
  }
}
