/** Programs for tests that run outside vitest, in a browser. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { projectFolder } from '../../knowledge/load.ts'

/**
 * Turns the TypeScript files of a folder of the project into JavaScript. Without looking at types, which takes
 * seconds; `npm run types` does that.
 */
export function compile(from: string, to: string): void {
  const source = join(projectFolder(), from)
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(source).filter((file) => /(?<!\.d)\.ts$/.test(file))) {
    const { outputText } = ts.transpileModule(readFileSync(join(source, name), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ES2022,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
    })
    writeFileSync(join(to, name.replace(/ts$/, 'js')), outputText)
  }
}
