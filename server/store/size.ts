/** When the embedded store has grown so large that a database would serve better. */
import { getHeapStatistics } from 'node:v8'

/**
 * Beyond these the start, during which nobody is answered, may come near the 15 s for which WeChat delivers a message again
 * (three attempts of 5 s). A start reads the snapshot and its index, 1.24 bytes for each of the snapshot's, and sums them.
 * Measured on 2026-11-22, 2 × AMD EPYC, files in the system's cache: 500,000 whole sealed tickets (15.6 rows and 7.8 KB
 * each) took 5.4 s of processor time and 250 to 320 MB. A plain cloud disk gives 150 MB/s or so to a machine that was just
 * started: about 200,000 tickets in 13 s.
 */
export const ROWS_ADVISED = 3_000_000
export const BYTES_ADVISED = 1_500_000_000
/** The part of the heap's limit in use, after which V8 spends its time collecting and then ends the process. */
export const HEAP_ADVISED = 0.7

const MOVE = '数据越来越多，请安排改用 PostgreSQL（见 README）'
const SLOW_START = '再多，重启一次的时间会长到漏接居民的消息'

/**
 * @param data how many rows there are, and the bytes of the snapshot and the journal after it
 * @param heap what V8 says of its heap, in bytes
 * @returns what to tell an operator, in Chinese; nothing for as long as all is well. Without what was measured, or it
 *   would be another advice each time
 */
export function sizeAdvice(
  { rows, bytes }: { rows: number; bytes: number },
  heap: { used_heap_size: number; heap_size_limit: number } = getHeapStatistics(),
): string[] {
  const used = heap.used_heap_size / heap.heap_size_limit
  if (used > HEAP_ADVISED)
    return [`${MOVE}：内存已用到上限的 ${HEAP_ADVISED * 100}% 以上，用完服务会中断。来不及改的话，先加内存`]
  if (rows > ROWS_ADVISED) return [`${MOVE}：已有 ${ROWS_ADVISED / 10_000} 万行以上，${SLOW_START}`]
  if (bytes > BYTES_ADVISED) return [`${MOVE}：已有 ${BYTES_ADVISED / 1_000_000} MB 以上，${SLOW_START}`]
  return []
}
