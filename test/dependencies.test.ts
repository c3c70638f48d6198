import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { projectFolder } from '../knowledge/load.ts'

const read = (name: string) => readFileSync(join(projectFolder(), name), 'utf8')
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        devOptional: z.boolean().optional(),
        peer: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        dependencies: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json'))).packages
const named = Object.keys(lock['']?.dependencies ?? {})
/** Whatever `npm ci --omit=dev` puts on a server. */
const shipped = Object.entries(lock).filter(
  ([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer,
)

/** Licences that let an office use and pass it on, with or without changes. */
const LICENCES = new Set([
  ...[
    'MIT',
    'ISC',
    'Apache-2.0',
    'BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'BlueOak-1.0.0',
    'Python-2.0',
  ],
  ...['(MIT OR GPL-3.0-or-later)', '(MIT AND Zlib)'],
])

describe('what is shipped with us', () => {
  test('each has a line that says what it is for, and a licence that may be shipped', () => {
    const list = read('DEPENDENCIES.md')
    for (const name of named) {
      const { version = '', license = '' } = lock[`node_modules/${name}`] ?? {}
      expect(list).toContain(`| ${name} | ${version.split('.')[0]} | ${license} |`)
    }
    const listed = [...list.matchAll(/^\| (@?[\w./-]+) \| \d+ \|/gm)].map(([, name]) => name)
    expect(listed.sort()).toEqual([...named].sort())
  })

  test('nothing of it runs anything when it is installed, and all of it is sealed', () => {
    expect(shipped.length).toBeGreaterThan(50)
    for (const [path, { hasInstallScript, license, integrity, resolved }] of shipped) {
      expect([path, hasInstallScript ?? false]).toEqual([path, false])
      expect([path, LICENCES.has(license ?? '')]).toEqual([path, true])
      expect([path, integrity?.startsWith('sha512-')]).toEqual([path, true])
      // From the registry, wherever that is: an address of its own would be another source.
      expect([path, resolved]).toEqual([path, undefined])
    }
  })
})

test('every test that SECURITY.md names is there', () => {
  const rows = [
    ...read('SECURITY.md').matchAll(/`(test\/(?:support\/)?[\w-]+(?:\.test)?\.ts)`: ([^|\n]+?) \|/g),
  ]
  expect(rows.length).toBeGreaterThanOrEqual(80)
  const missing = rows.filter(([, file = '', name = '']) => !read(file).includes(name))
  expect(missing.map(([row]) => row)).toEqual([])
})
