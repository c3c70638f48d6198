/** Builds the console's page, unless nothing it is made of has changed: `node server/console/app/build.js`. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const app = import.meta.dirname
const root = join(app, '../../..')
const built = join(root, 'dist/server/console/app/index.html')

const sources = [
  ...readdirSync(app, { recursive: true, encoding: 'utf8' }).map((name) => join(app, name)),
  ...['paths.ts', 'reasons.ts', '../inventory/standing.ts'].map((name) => join(app, '..', name)),
  join(root, 'package-lock.json'),
]
/** @param {string} file */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

if (Math.max(...sources.map(changedAt)) > changedAt(built)) {
  const { build } = await import('vite')
  await build({ configFile: join(app, 'vite.config.ts') })
}
