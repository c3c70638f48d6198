/** In which order the test files begin. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What a file imports that starts browsers, databases or servers of its own or lives a month, longer than all else. */
const TAKES_LONG =
  /from '(?:\.\.?\/support\/(?:postgres|month|browser|console-page)\.ts|node:child_process)'|FUZZ_RUNS/

/**
 * The longest files begin first: one begun last would leave a core idle. Where vitest remembers how long each took, its
 * own order is that; else files that start programs come first, the largest of them foremost. With `--sequence.shuffle` any order goes.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { shuffle, seed } = this.ctx.config.sequence
    if (shuffle) return byKey(files, ({ moduleId }) => sha1(`${seed} ${moduleId}`))
    const sorted = await super.sort(files)
    const name = ({ project, moduleId }: TestSpecification) =>
      `${project.name}:${relative(this.ctx.config.root, moduleId)}`
    if (files.every((file) => this.ctx.cache.getFileTestResults(name(file)))) return sorted
    const size = ({ moduleId }: TestSpecification) => readFileSync(moduleId).length
    const slow = new Set(sorted.filter(({ moduleId }) => TAKES_LONG.test(readFileSync(moduleId, 'utf8'))))
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
