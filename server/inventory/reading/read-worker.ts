/** Reads a file in a thread of its own, which may be made to work long by whoever wrote it. */
import { parentPort, workerData } from 'node:worker_threads'
import { readPolicyFile } from './policy-file.ts'
import type { ReadAnswer } from './read-apart.ts'
import { ReadingError } from './reading-error.ts'

const answer: ReadAnswer = await readPolicyFile(workerData).then(
  (policies) => ({ policies }),
  (error: unknown) => {
    if (!(error instanceof ReadingError)) throw error
    return { refused: error.message }
  },
)
parentPort?.postMessage(answer)
