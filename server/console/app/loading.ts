/** Something asked of the server: what came, whether it is still on its way, and what went wrong. */
import { type Ref, ref, shallowRef } from 'vue'
import { wordsOf } from './api.ts'

export interface Loading<T> {
  found: Readonly<Ref<T | null>>
  busy: Readonly<Ref<boolean>>
  error: Readonly<Ref<string>>
  /** Asks anew; of several answers only the last one asked for counts. */
  load: () => Promise<void>
  /** Shows what came some other way. */
  show: (value: T) => void
}

export function useLoading<T>(ask: () => Promise<T>): Loading<T> {
  const found = shallowRef<T | null>(null)
  const busy = ref(false)
  const error = ref('')
  let asked = 0
  return {
    found,
    busy,
    error,
    async load() {
      const mine = ++asked
      busy.value = true
      error.value = ''
      try {
        const answer = await ask()
        if (mine === asked) found.value = answer
      } catch (refusal) {
        if (mine !== asked) return
        error.value = wordsOf(refusal)
        // What was shown may be nobody's to see any more.
        found.value = null
      } finally {
        if (mine === asked) busy.value = false
      }
    },
    show(value) {
      asked++
      busy.value = false
      error.value = ''
      found.value = value
    },
  }
}
