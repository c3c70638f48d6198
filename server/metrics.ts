/** Counts for operators, read at /metrics. Labels hold kinds and codes, never people or words. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Memory, event loop and the like: of the process, however many assistants it holds. Each watch of them lasts as long. */
const OF_PROCESS = new Registry()
collectDefaultMetrics({ register: OF_PROCESS })

/** @param writable whether changes can be stored now */
export function createMetrics(writable: () => boolean = () => true) {
  const registry = Registry.merge([OF_PROCESS])
  const registers = [registry]
  return {
    registry,
    writable: new Gauge({
      name: 'jiuzhu_store_writable',
      help: '1 while changes can be stored, 0 while nothing can',
      collect() {
        this.set(writable() ? 1 : 0)
      },
      registers,
    }),
    turns: new Counter({
      name: 'jiuzhu_turns_total',
      help: 'Messages answered, by channel and what was decided',
      labelNames: ['channel', 'decision'] as const,
      registers,
    }),
    turnSeconds: new Histogram({
      name: 'jiuzhu_turn_seconds',
      help: 'From a message taken in to its answer committed',
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 4.5],
      registers,
    }),
    refused: new Counter({
      name: 'jiuzhu_callbacks_refused_total',
      help: 'Callbacks that were forged, stale, malformed or too large',
      labelNames: ['callback', 'status'] as const,
      registers,
    }),
    late: new Counter({
      name: 'jiuzhu_replies_late_total',
      help: 'Answers that were not ready for the direct reply, by whether their message was kept and so acknowledged',
      labelNames: ['kept'] as const,
      registers,
    }),
    model: new Counter({
      name: 'jiuzhu_model_total',
      help: 'Answers a language model was asked to put into words, by what came of it',
      labelNames: ['result', 'reason'] as const,
      registers,
    }),
    nudges: new Counter({
      name: 'jiuzhu_nudges_total',
      help: 'Nudges told to advisors, by what came of the try and the platform code',
      labelNames: ['channel', 'state', 'error'] as const,
      registers,
    }),
    outgoing: new Counter({
      name: 'jiuzhu_outgoing_total',
      help: 'Pushed messages, by how they ended and the platform code',
      labelNames: ['channel', 'state', 'error'] as const,
      registers,
    }),
  }
}
export type Metrics = ReturnType<typeof createMetrics>
