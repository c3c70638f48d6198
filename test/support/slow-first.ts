/** In which order the test files begin. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What a file imports that starts browsers, databases or servers of its own, which takes longer than all else. */
const STARTS_PROGRAMS = /from '(?:\.\/browser\.ts|\.\/support\/postgres\.ts|node:child_process)'/

/**
 * Files that start programs begin first, the longest of them foremost: one begun last would leave a core idle. The
 * others follow as vitest has them, longest first. With `--sequence.shuffle` any order goes.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { shuffle, seed } = this.ctx.config.sequence
    if (shuffle) return byKey(files, ({ moduleId }) => sha1(`${seed} ${moduleId}`))
    const sorted = await super.sort(files)
    const size = ({ moduleId }: TestSpecification) => readFileSync(moduleId).length
    const slow = new Set(
      sorted.filter(({ moduleId }) => STARTS_PROGRAMS.test(readFileSync(moduleId, 'utf8'))),
    )
    return [
      ...[...slow].sort((one, other) => size(other) - size(one)),
      ...sorted.filter((file) => !slow.has(file)),
    ]
  }
}

function byKey<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }))
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ item }) => item)
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')
