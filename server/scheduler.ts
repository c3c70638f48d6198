/** Does what is due, over and over, one round at a time. A failed round is logged and tried again. */
import type { Log } from './log.ts'

/** How often to look for due work, in ms; a push is at most this much late. */
export const ROUND_MS = 500

export interface Task {
  name: string
  /** How often, in ms. */
  everyMs: number
  run: () => Promise<unknown>
}

export interface Scheduler {
  /** Stops after the round in progress. */
  stop(): Promise<void>
}

export function startScheduler(tasks: readonly Task[], log: Log): Scheduler {
  const loops = tasks.map((task) => loop(task, log))
  return { stop: async () => void (await Promise.all(loops.map((one) => one.stop()))) }
}

function loop(task: Task, log: Log): Scheduler {
  let stopped = false
  let wake = () => {}
  const turning = (async () => {
    while (!stopped) {
      try {
        await task.run()
      } catch (error) {
        log.error({ error, task: task.name }, 'scheduled task failed')
      }
      if (stopped) break
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, task.everyMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  })()
  return {
    stop: async () => {
      stopped = true
      wake()
      await turning
    },
  }
}
