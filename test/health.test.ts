import { describe, expect, test } from 'vitest'
import { StoreError } from '../bot/store.ts'
import { CALM_LOOKS, createAdviser, withoutOutage } from '../server/health.ts'
import { BYTES_ADVISED, HEAP_ADVISED, ROWS_ADVISED, sizeAdvice } from '../server/store/size.ts'
import { suiteLog } from './support/suite-log.ts'

const heapAt = (part: number) => ({ used_heap_size: part * 1000, heap_size_limit: 1000 })

describe('the embedded store advises a database', () => {
  const small = { rows: ROWS_ADVISED, bytes: BYTES_ADVISED }

  test('not while a restart is short and memory is left', () => {
    expect(sizeAdvice(small, heapAt(HEAP_ADVISED))).toEqual([])
  })

  test.each([
    ['too many rows', { ...small, rows: ROWS_ADVISED + 1 }, '漏接居民的消息'],
    ['too many bytes', { ...small, bytes: BYTES_ADVISED + 1 }, '漏接居民的消息'],
  ])('at %s, because a restart takes long', (_name, data, why) => {
    const [advice, ...more] = sizeAdvice(data, heapAt(0.1))
    expect(advice).toMatch(/PostgreSQL/)
    expect(advice).toContain(why)
    expect(more).toEqual([])
  })

  test('when memory runs out, at any size', () => {
    expect(sizeAdvice({ rows: 1, bytes: 1 }, heapAt(0.83))).toEqual([expect.stringContaining('70% 以上')])
  })
})

describe('the log', () => {
  test('says an advice once, and again when it comes back', () => {
    const lines: string[] = []
    let advice: string[] = []
    const look = createAdviser(() => ({ writable: true, detail: '正常', advice }), suiteLog('info', lines))
    const said = () => lines.join('').split('改用').length - 1
    look()
    advice = ['请改用甲']
    look()
    look()
    expect(said()).toBe(1)
    advice = ['请改用甲', '请改用乙']
    look()
    expect(said()).toBe(2)
    advice = []
    for (let looks = 0; looks <= CALM_LOOKS; looks++) look()
    advice = ['请改用甲']
    look()
    expect(said()).toBe(3)
  })

  test('is not filled by an advice whose measure rises and falls', () => {
    const lines: string[] = []
    let measured = { rows: ROWS_ADVISED + 1, bytes: 0, heap: 0.1 }
    const look = createAdviser(
      () => ({ writable: true, detail: '正常', advice: sizeAdvice(measured, heapAt(measured.heap)) }),
      suiteLog('info', lines),
    )
    for (let second = 0; second < 600; second++) {
      measured = { ...measured, bytes: second * 1_000_000 }
      look()
    }
    expect(lines).toHaveLength(1)
    // As memory does between two collections.
    for (let second = 0; second < 600; second++) {
      measured = { rows: 1, bytes: 1, heap: 0.6 + (second % 20) / 100 }
      look()
    }
    expect(lines).toHaveLength(2)
  })

  test('is not filled by everything that an outage keeps from being stored, and by that alone', () => {
    const lines: string[] = []
    let writable = false
    const health = () => ({ writable, detail: '', advice: [] })
    const log = withoutOutage(suiteLog('info', lines), { health })
    log.error({ error: new StoreError('unavailable', 'disk full') }, 'task failed')
    expect(lines).toEqual([])
    log.error({ error: new StoreError('unreadable', 'a row') }, 'row failed')
    log.error({ error: new Error('other') }, 'other failed')
    log.warn({}, 'warned')
    writable = true
    log.error({ error: new StoreError('unavailable', 'too busy') }, 'busy')
    expect(lines).toHaveLength(4)
  })
})
