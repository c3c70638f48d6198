import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'
import { projectFolder } from '../knowledge/load.ts'

const root = projectFolder()
/** What each folder may import of ours, itself included. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  knowledge: ['knowledge'],
  flows: ['flows'],
  bot: ['bot', 'knowledge', 'flows'],
  server: ['server', 'bot', 'knowledge', 'flows'],
}
/** Packages that reach the world outside; the pure folders do without, but for what is named. */
const OUTSIDE = /^node:(?:fs|net|http|https|child_process|dns|os|cluster|worker_threads|process)\b/
const MAY_REACH_OUT = new Set(['knowledge/load.ts', 'knowledge/prepared.ts'])

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}
const importsOf = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].flatMap(
    ([, name]) => name ?? [],
  )
const ours = (file: string) =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)))

const files = Object.keys(MAY_IMPORT).flatMap(filesIn)

test('imports point one way: knowledge, flows ← bot ← server', () => {
  const wrong = files.flatMap((file) => {
    const allowed = MAY_IMPORT[file.split('/')[0] ?? ''] ?? []
    return ours(file)
      .filter((target) => !allowed.includes(target.split('/')[0] ?? ''))
      .map((target) => `${file} → ${target}`)
  })
  expect(files.length).toBeGreaterThan(40)
  expect(wrong).toEqual([])
})

test('no file imports itself through others', () => {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const target of ours(file)) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('knowledge, flows and bot reach nothing outside but their own files at start', () => {
  const wrong = files
    .filter((file) => !file.startsWith('server/') && !MAY_REACH_OUT.has(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((name) => OUTSIDE.test(name))
        .map((name) => `${file} → ${name}`),
    )
  expect(wrong).toEqual([])
})

test('nothing branches on NODE_ENV, and no file is a heap of odds and ends', () => {
  expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes('NODE_ENV'))).toEqual([])
  expect(files.filter((file) => /(?:utils?|helpers?|common|manager)\.ts$/.test(file))).toEqual([])
})
