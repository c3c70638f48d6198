/** Builds the console's page, unless what it is made of and what was made are the same: `node server/console/app/build.js`. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const app = import.meta.dirname
const root = join(app, '../../..')
const goal = join(root, 'dist/server/console/app')
/** What stands there as it was made: every file it was made of and every file made, with what is in them. */
const note = join(goal, 'made.json')

/**
 * Every file below a folder.
 *
 * @param {string} folder
 */
const within = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => file !== note && statSync(file).isFile())

/**
 * Each file by its path with a hash of what is in it.
 *
 * @param {string[]} files
 */
const hashed = (files) =>
  JSON.stringify(
    Object.fromEntries(
      [...new Set(files)]
        .sort()
        .map((file) => [relative(root, file), createHash('sha1').update(readFileSync(file)).digest('hex')]),
    ),
  )

/** Files of the page's own folder are found by themselves, so that a new one counts; the rest is what the last build read. */
const own = () => [...within(app), ...within(goal), join(root, 'package-lock.json')]

function isMade() {
  try {
    const { others, files } = JSON.parse(readFileSync(note, 'utf8'))
    return hashed([...own(), ...others.map((/** @type {string} */ name) => join(root, name))]) === files
  } catch {
    return false
  }
}

if (!isMade()) {
  const { build } = await import('vite')
  const made = await build({ configFile: join(app, 'vite.config.ts') })
  const chunks = 'output' in made ? made.output : []
  const others = chunks
    .flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []))
    .map((id) => id.replace(/\?.*/, ''))
    .filter((id) => id.startsWith(root) && !id.includes('node_modules') && !id.startsWith(app))
  const names = others.map((file) => relative(root, file))
  writeFileSync(note, JSON.stringify({ others: names, files: hashed([...own(), ...others]) }))
}
