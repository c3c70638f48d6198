/** What test/bench/search.ts and its workers say to each other. */
import { z } from 'zod'

/** Asks a worker to time these texts, for at most so long; to build its index once more before, if so. */
export const Round = z.object({ texts: z.array(z.string()), forMs: z.number(), rebuild: z.boolean() })
/** The first thing a worker says. */
export const Built = z.object({ buildMs: z.number(), heapMb: z.number(), rssMb: z.number() })
/** A worker's answer to a {@link Round}. */
export const Timed = z.object({ buildMs: z.number(), tookMs: z.array(z.number()) })
