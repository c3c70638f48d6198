/** Work that would keep everybody waiting, in a thread of its own. */
import { Worker } from 'node:worker_threads'

/** Longer than any machine should need, in ms. */
const LIMIT_MS = 60_000

/**
 * What the thread of a compiled file answers; only the compiled program has such files.
 *
 * @param file the thread's, which posts one message
 * @param given what it works with; must be cloneable
 * @param what it does, for the message of the error
 * @throws {Error} when it fails, ends without an answer, or takes longer than a minute
 */
export function apart<T>(file: URL, given: unknown, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: given })
    const timer = setTimeout(() => {
      void worker.terminate()
      reject(new Error(`${what} took over ${LIMIT_MS} ms`))
    }, LIMIT_MS)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    worker.once('message', (answer: T) => end(() => resolve(answer)))
    worker.once('error', (error) => end(() => reject(error)))
    worker.once('exit', (code) => end(() => reject(new Error(`${what} ended with code ${code}`))))
  })
}
