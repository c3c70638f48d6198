/**
 * What was learned from the inventory, kept in a file beside the compiled program so that a start need not learn it
 * again. `npm run build` makes it. It counts only while everything it was made from is the same to the byte: whoever
 * edits a policy and restarts without building gets the edited policy, half a second later.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { Knowledge } from './knowledge.ts'
import { type Kept, learn } from './learn.ts'
import { INVENTORY, loadInventory, projectFolder } from './load.ts'

/** Where this program's own code is: only the compiled one is kept apart from its inventory. */
const CODE = dirname(fileURLToPath(import.meta.url))
const NAME = 'prepared.bin'
/** The packages through which the inventory's files are read. */
const READERS = ['js-yaml', 'zod']
/** The file begins with the key of what it was made from and a checksum of the rest. */
const KEY_BYTES = 32
const HEAD_BYTES = KEY_BYTES + 4

/** Where what was learned is kept, and what it is learned from. */
export interface Places {
  /** The inventory's folder. */
  inventory: string
  /** Texts that stand before its policies, by their ids; none by default. */
  instead?: ReadonlyMap<string, string>
  file: string
}

/** Those of the program itself. */
export const shipped = (): Places => ({
  inventory: join(projectFolder(), 'knowledge'),
  file: join(CODE, NAME),
})

/**
 * Everything known of the inventory: as it was prepared where that still fits, otherwise learned now.
 *
 * @throws {InventoryError} listing every fault of every file
 */
export function preparedKnowledge(places = shipped()): Knowledge {
  return new Knowledge(prepared(places) ?? learn(loadInventory(places.inventory, places.instead)))
}

/**
 * Learns from the inventory and keeps it, unless what is kept fits.
 *
 * @throws {InventoryError} listing every fault of every file; nothing is kept then
 */
export function prepare(places = shipped()): void {
  if (!prepared(places)) keep(places, learn(loadInventory(places.inventory, places.instead)))
}

/** Keeps what was learned from these places. @param mode who may read the file */
export function keep(places: Places, kept: Kept, mode = 0o644): void {
  const body = serialize(kept)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32(body))
  const draft = `${places.file}.tmp`
  writeFileSync(draft, Buffer.concat([keyOf(places), checksum, body]), { mode })
  renameSync(draft, places.file)
}

/** What is kept, or null when it is not there, not whole or made from something else. */
export function prepared(places: Places): Kept | null {
  const { file } = places
  if (!existsSync(file)) return null
  const bytes = readFileSync(file)
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, KEY_BYTES).equals(keyOf(places))) return null
  const body = bytes.subarray(HEAD_BYTES)
  if (crc32(body) !== bytes.readUInt32LE(KEY_BYTES)) return null
  // Our own words under our own checksum: what learn() gave.
  const kept: Kept = deserialize(body)
  return kept
}

/** Changes with every byte of the inventory and of the code that learns, with the packages that read, and with V8. */
function keyOf({ inventory, instead = new Map() }: Places): Buffer {
  const hash = createHash('sha256').update(process.versions.v8)
  const add = (folder: string, isOne: (name: string) => boolean) => {
    if (!existsSync(folder)) return
    for (const name of readdirSync(folder).filter(isOne).sort()) {
      const bytes = readFileSync(join(folder, name))
      hash.update(`\n${name} ${bytes.length}\n`).update(bytes)
    }
  }
  for (const name of READERS)
    add(join(projectFolder(), 'node_modules', name), (file) => file === 'package.json')
  add(CODE, (name) => /\.[jt]s$/.test(name))
  for (const [subfolder, ending] of INVENTORY)
    add(join(inventory, subfolder), (name) => name.endsWith(ending))
  for (const id of [...instead.keys()].sort()) {
    const text = instead.get(id) ?? ''
    hash.update(`\n${id} ${text.length}\n`).update(text)
  }
  return hash.digest()
}
