import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CALM_LOOKS, createAdviser } from '../server/health.ts'
import { SPACE_ADVISED, watchSpace } from '../server/space.ts'
import { suiteLog } from './support/suite-log.ts'
import { temporaryFolder } from './support/world.ts'

/** A disk on which so much is left as a test says; an error is one that cannot be measured. */
function disk(snapshot = 0) {
  let left: number | Error = Number.POSITIVE_INFINITY
  const watch = watchSpace(
    '/data',
    async () => {
      if (left instanceof Error) throw left
      return left
    },
    async () => snapshot,
  )
  const at = async (next: number | Error) => {
    left = next
    await watch.look()
    return watch.advice()
  }
  return { watch, at }
}

describe('a disk that fills up', () => {
  test('is told of while there is still room, with what is to be done', async () => {
    const { at } = disk()
    expect(await at(SPACE_ADVISED)).toEqual([])
    const [advice = '', ...more] = await at(SPACE_ADVISED - 1)
    expect(advice).toContain('/data 所在的盘只剩不到 2 GB')
    expect(advice).toContain('请腾出空间')
    expect(more).toEqual([])
  })

  test('is told of earlier where the data are large, for they are written anew beside themselves', async () => {
    const { at } = disk(3 * SPACE_ADVISED)
    expect(await at(6 * SPACE_ADVISED)).toEqual([])
    expect(await at(6 * SPACE_ADVISED - 1)).toEqual([expect.stringContaining('不到 7 GB')])
  })

  test('is said once in the log, however it goes on, until there was room again', async () => {
    const { watch, at } = disk()
    const lines: string[] = []
    const look = createAdviser(
      () => ({ writable: true, detail: '正常', advice: watch.advice() }),
      suiteLog('info', lines),
    )
    for (const left of [0.9, 0.5, 1.05, 0.99, 0]) {
      await at(left * SPACE_ADVISED)
      look()
    }
    expect(lines).toHaveLength(1)
    expect(await at(1.1 * SPACE_ADVISED)).toEqual([])
    for (let looks = 0; looks <= CALM_LOOKS; looks++) look()
    await at(0.9 * SPACE_ADVISED)
    look()
    expect(lines).toHaveLength(2)
  })

  test('that cannot be measured is told nothing of', async () => {
    const { at } = disk()
    await at(0)
    expect(await at(new Error('ENOSYS'))).toEqual([])
  })
})

describe('by itself', () => {
  test('it measures the disk', async () => {
    const watch = watchSpace(temporaryFolder(), undefined, async () => Number.MAX_SAFE_INTEGER / 4)
    await watch.look()
    expect(watch.advice()).toHaveLength(1)
  })

  test('it measures the snapshot', async () => {
    const folder = temporaryFolder()
    const watch = watchSpace(folder, async () => 5 * SPACE_ADVISED)
    await watch.look()
    expect(watch.advice()).toEqual([])
    // Nothing is written: a file may be longer than what it holds.
    await writeFile(join(folder, 'db.json'), '')
    await truncate(join(folder, 'db.json'), 3 * SPACE_ADVISED)
    await watch.look()
    expect(watch.advice()).toHaveLength(1)
  })
})
