/** What a list asks for stands in the address, so that going back and passing it on work. */
import { type ComputedRef, computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export type Asked<N extends string> = Partial<Record<N, string>>

/**
 * @param names what the list may ask for; anything else in the address is left aside
 * @returns what is asked now, and how to ask for something else: a page further on is of the same question only;
 *   `replace` leaves no way back to the question before
 */
export function useAddress<N extends string>(
  names: readonly N[],
): {
  query: ComputedRef<Asked<N>>
  ask: (change: Partial<Record<N | 'cursor', string | undefined>>, how?: 'push' | 'replace') => void
} {
  const route = useRoute()
  const router = useRouter()
  const query = computed(() => {
    const asked: Asked<N> = {}
    for (const name of names) {
      const value = route.query[name]
      if (typeof value === 'string' && value !== '') asked[name] = value
    }
    return asked
  })
  return {
    query,
    ask: (change, how = 'push') =>
      void router[how]({ query: { ...query.value, cursor: undefined, ...change } }),
  }
}
