/** Who is signed in on this page. */
import { computed, ref } from 'vue'
import type { Deed } from '../roles.ts'
import type { Me } from '../wire.ts'
import { Refused, read, send } from './api.ts'

/** Null when nobody is; undefined until it is known. */
export const me = ref<Me | null | undefined>(undefined)

export const deeds = computed(() => new Set(me.value?.deeds ?? []))

/** @throws {Refused} when it cannot be found out */
export async function findOut(): Promise<Me | null> {
  if (me.value === undefined) {
    try {
      me.value = await read<Me>('/me')
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'not-signed-in') throw error
      me.value = null
    }
  }
  return me.value
}

export async function signOut(): Promise<void> {
  await send('/sign-out')
  me.value = null
}

/** Whether whoever is signed in may open such a page; the server asks again. */
export const mayOpen = (needs: Deed | 'own' | 'anyone'): boolean =>
  needs === 'own' || needs === 'anyone' || deeds.value.has(needs)
