/** What the pages load: two style sheets, a script, two pictures; read once, each known by its content. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../../knowledge/load.ts'

/** A file as it is served. */
export interface Asset {
  type: string
  bytes: Buffer
  /** Of the content; part of the address, so that a browser may keep the file for good. */
  hash: string
}

const TYPES = {
  'page.css': 'text/css; charset=utf-8',
  'print.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'card.png': 'image/png',
} as const
export type AssetName = keyof typeof TYPES

const isAssetName = (name: string): name is AssetName => Object.hasOwn(TYPES, name)

/** The pages' own files. */
export interface Assets {
  /** By name; undefined for anything else, whatever it says. */
  get(name: string): Asset | undefined
  /** Where a file is found, e.g. `/p/assets/page.css?v=…`. */
  address(name: AssetName): string
}

/**
 * Reads server/pages/ of this project.
 *
 * @throws {Error} at once when a file is missing
 */
export function readAssets(folder = join(projectFolder(), 'server/pages')): Assets {
  const files = new Map<string, Asset>()
  for (const [name, type] of Object.entries(TYPES)) {
    const bytes = readFileSync(join(folder, name))
    files.set(name, { type, bytes, hash: contentHash(bytes) })
  }
  return {
    get: (name) => (isAssetName(name) ? files.get(name) : undefined),
    address: (name) => `/p/assets/${name}?v=${files.get(name)?.hash ?? ''}`,
  }
}

/** A short name for exactly this content. */
export function contentHash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22)
}
