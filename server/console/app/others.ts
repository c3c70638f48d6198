/** Tells whoever writes a policy that somebody else has changed it meanwhile, before they have written it all. */
import { onUnmounted, type Ref, ref, watch } from 'vue'
import type { DraftState } from '../policies/wire.ts'
import { read } from './api.ts'

/** Asked this often while somebody writes, in ms, and whenever they come back to the tab. */
const EVERY_MS = 20_000

/**
 * @param path the policy's address below the API
 * @param revision the draft's as it was when one began to write; null while nobody writes
 * @returns who changed it and when, in words; '' while nobody did
 */
export function useOthersChange(path: () => string, revision: () => number | null): Readonly<Ref<string>> {
  const says = ref('')
  const look = async () => {
    const mine = revision()
    if (mine === null || document.hidden) return
    const now = await read<DraftState>(`${path()}/draft`).catch(() => null)
    if (!now || revision() !== mine) return
    says.value =
      now.revision === mine
        ? ''
        : now.revision === 0
          ? '这份草稿已经被发布或放弃了。您写的还在，请先复制下来再看。'
          : `${now.author}在${now.at}也改了这份草稿。您写的还在，保存前请先对一下。`
  }
  watch(revision, () => (says.value = ''))
  const timer = setInterval(() => void look(), EVERY_MS)
  const onFocus = () => void look()
  addEventListener('focus', onFocus)
  document.addEventListener('visibilitychange', onFocus)
  onUnmounted(() => {
    clearInterval(timer)
    removeEventListener('focus', onFocus)
    document.removeEventListener('visibilitychange', onFocus)
  })
  return says
}
