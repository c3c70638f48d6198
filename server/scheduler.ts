/** Does what is due, over and over, one round at a time. A failed round is logged and tried again. */
import type { Log } from './log.ts'

/** How often to look for due work, in ms; a push is at most this much late. */
export const ROUND_MS = 500

export interface Task {
  name: string
  /** How often, in ms. */
  everyMs: number
  /** Calls `wake` whenever the next round is to come at once; returns what stops it. */
  wakes?: (wake: () => void) => () => void
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
  let wanted = false
  let rest = () => {}
  const wake = () => {
    wanted = true
    rest()
  }
  const unwatch = task.wakes?.(wake)
  const turning = (async () => {
    while (!stopped) {
      wanted = false
      try {
        await task.run()
      } catch (error) {
        log.error({ error, task: task.name }, 'scheduled task failed')
      }
      // Whoever was woken while it worked may have looked too early.
      if (stopped || wanted) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, task.everyMs)
        rest = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  })()
  return {
    stop: async () => {
      stopped = true
      unwatch?.()
      rest()
      await turning
    },
  }
}
