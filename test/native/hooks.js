/**
 * Lets Node import the project's TypeScript, types left out. What a file becomes is kept between runs, and beside it
 * where each place of it stands in the source.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keptAs } from './kept.js'

const root = join(import.meta.dirname, '../..')
/** What turns it into JavaScript: this file, and the package it asks. */
const BY = [import.meta.filename, join(root, 'node_modules/vite/package.json')].map((file) =>
  readFileSync(file, 'utf8'),
)
mkdirSync(join(keptAs(''), '..'), { recursive: true })

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  const [plain = ''] = url.split('?')
  if (!plain.endsWith('.ts') || plain.includes('/node_modules/')) return next(url, context)
  const path = fileURLToPath(plain)
  const text = readFileSync(path, 'utf8')
  // At the end, so that no line stands elsewhere for it.
  const mark = `\n//${createHash('sha1').update(BY.join()).update(text).digest('hex')}`
  const source = kept(path, mark) ?? (await made(path, text, mark))
  return { format: 'module', source, shortCircuit: true }
}

/**
 * @param {string} path
 * @param {string} mark
 */
function kept(path, mark) {
  try {
    const source = readFileSync(`${keptAs(path)}.js`, 'utf8')
    return source.endsWith(mark) ? source : null
  } catch {
    return null
  }
}

/**
 * @param {string} path
 * @param {string} text
 * @param {string} mark
 */
async function made(path, text, mark) {
  const { code, map } = await withoutTypes(path, text)
  for (const [ending, content] of [
    ['map', map],
    ['js', code + mark],
  ]) {
    // Another process may be reading it, or making the same.
    const draft = `${keptAs(path)}.${process.pid}`
    writeFileSync(draft, content ?? '')
    renameSync(draft, `${keptAs(path)}.${ending}`)
  }
  return code + mark
}

/**
 * @param {string} path
 * @param {string} text
 */
async function withoutTypes(path, text) {
  const { transformWithOxc } = await import('vite')
  const { code, map } = await transformWithOxc(text, path, {
    lang: 'ts',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
  })
  // It takes out of templates what would end a script in a page, by a package of its own; TypeScript leaves them.
  if (!code.includes('@oxc-project/runtime')) return { code, map: JSON.stringify(map) }
  const { default: ts } = await import('typescript')
  const { outputText, sourceMapText = '' } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      sourceMap: true,
    },
  })
  return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*$/, ''), map: sourceMapText }
}
