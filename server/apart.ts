/** Work that would keep everybody waiting, in a thread of its own. */
import { Worker } from 'node:worker_threads'

/** Longer than any machine should need, in ms. */
const LIMIT_MS = 60_000

/** For work on what strangers wrote, which may be made to take long or much. */
export interface ApartBounds {
  ms: number
  /** Of memory. */
  megabytes: number
}

/**
 * What the thread of a compiled file answers; only the compiled program has such files.
 *
 * @param file the thread's, which posts one message
 * @param given what it works with; must be cloneable
 * @param what it does, for the message of the error
 * @param bounds default a minute, and as much memory as the program may have
 * @throws {Error} when it fails, ends without an answer, or takes more than it may
 */
export function apart<T>(file: URL, given: unknown, what: string, bounds?: ApartBounds): Promise<T> {
  const most = bounds?.ms ?? LIMIT_MS
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, {
      workerData: given,
      ...(bounds ? { resourceLimits: { maxOldGenerationSizeMb: bounds.megabytes } } : {}),
    })
    const timer = setTimeout(() => {
      void worker.terminate()
      reject(new Error(`${what} took over ${most} ms`))
    }, most)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    worker.once('message', (answer: T) => end(() => resolve(answer)))
    worker.once('error', (error) => end(() => reject(error)))
    worker.once('exit', (code) => end(() => reject(new Error(`${what} ended with code ${code}`))))
  })
}
