/** What a page in the browser runs, for tests that serve one. */
import { mkdtempSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from '../../knowledge/load.ts'

/**
 * The folder of a page's modules, e.g. of `server/sandbox/page`: what the build made of them, or, where a source is
 * newer, what they compile to now, so that no test runs on a stale build.
 */
export async function pageScripts(page: string): Promise<string> {
  const source = join(projectFolder(), page)
  const built = join(projectFolder(), 'dist', page)
  const isFresh = readdirSync(source)
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .every((name) => changedAt(join(built, name.replace(/ts$/, 'js'))) > changedAt(join(source, name)))
  if (isFresh) return built
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  // The compiler takes longer to load than to compile.
  const { compile } = await import('./compile.ts')
  compile(page, folder)
  return folder
}

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
