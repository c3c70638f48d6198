/** Reads files without keeping anybody waiting, and gives up on one that takes too much. */
import { apart } from '../../apart.ts'
import type { Reading, ReadPolicy } from './policy-file.ts'
import { ReadingError } from './reading-error.ts'

/** A thousand policies take a tenth of it. */
const BOUNDS = { ms: 30_000, megabytes: 512 }

/** What the thread answers. */
export type ReadAnswer = { policies: ReadPolicy[] } | { refused: string }

/** In a thread of its own. Only the compiled program has the thread's file. */
export const readApart: Reading = async (file) => {
  const answer = await apart<ReadAnswer>(
    new URL('./read-worker.js', import.meta.url),
    file,
    'reading a file of policies',
    BOUNDS,
  ).catch(() => {
    throw new ReadingError('读不出来，或者太大太复杂。请分成几份，或把文字复制到“粘贴文字”里')
  })
  if ('refused' in answer) throw new ReadingError(answer.refused)
  return answer.policies
}
