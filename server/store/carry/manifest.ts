/** What a backup says of itself, so that a changed or missing byte of it is found before it is used. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FILE_MODE, faultCode } from '../disk.ts'
import { SNAPSHOT } from '../snapshot.ts'
import { CarryError } from './carry-error.ts'
import { type Copied, MEDIA, measure, mediaIn } from './media.ts'

const MANIFEST = 'manifest.json'
/** The manifest's own checksum, in the form of sha256sum. */
const SEAL = 'manifest.sha256'
const FORMAT = 'jiuzhu-guwen-backup'
const VERSION = 1

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.number(),
  /** The moment of which everything in it is. */
  takenAt: z.iso.datetime(),
  from: z.enum(['lowdb', 'postgres']),
  /** Ids of the keys it is sealed with; none of the keys is in it. */
  keys: z.array(z.string()),
  /** How many rows each table has. */
  rows: z.record(z.string(), z.number()),
  /** Every other file by its path in the backup. */
  files: z.record(z.string(), z.strictObject({ bytes: z.number(), sha256: z.string() })),
})
export type Manifest = z.infer<typeof manifestSchema>

/** Writes the manifest, its own checksum last. Rejects with the file system's error. */
export async function writeManifest(
  folder: string,
  given: Omit<Manifest, 'format' | 'version'>,
): Promise<void> {
  const manifest: Manifest = { format: FORMAT, version: VERSION, ...given }
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  await writeFile(join(folder, MANIFEST), text, { mode: FILE_MODE, flush: true })
  await writeFile(join(folder, SEAL), `${sha256(text)}  ${MANIFEST}\n`, { mode: FILE_MODE, flush: true })
}

/** Whether the folder is a backup, whole or not. */
export const isBackup = async (folder: string): Promise<boolean> =>
  (await textOf(join(folder, MANIFEST))) !== null || (await textOf(join(folder, SEAL))) !== null

/**
 * Reads a backup's manifest.
 *
 * @throws {CarryError} when the folder is no backup, or its manifest is not what was written
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const [text, seal] = await Promise.all([MANIFEST, SEAL].map((name) => textOf(join(folder, name))))
  if (text === null || text === undefined || seal === null)
    throw new CarryError(
      `${folder} 不是一份完整的备份：没有 ${text === null ? MANIFEST : SEAL}。请写 npm run store -- backup 做出来的文件夹`,
    )
  if (seal !== `${sha256(text)}  ${MANIFEST}\n`) throw damaged(folder, MANIFEST, '校验码不符')
  const manifest = manifestSchema.parse(JSON.parse(text))
  if (manifest.version !== VERSION)
    throw new CarryError(`备份 ${folder} 由更新的版本做成（格式 ${manifest.version}），请改用做它的版本`)
  return manifest
}

/**
 * Compares every file of a backup with its manifest.
 *
 * @throws {CarryError} naming the file that changed, is missing or is too many
 */
export async function proveBackup(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const [name, told] of Object.entries(manifest.files)) {
    const found = await measure(join(folder, name)).catch((error: unknown) => {
      if (faultCode(error) === 'ENOENT') throw damaged(folder, name, '不见了')
      throw damaged(folder, name, `读不了（${faultCode(error)}）`)
    })
    if (!isSame(told, found)) throw damaged(folder, name, '校验码不符，内容被改动过')
  }
  const here = [
    ...(await readdir(folder)).filter((name) => ![MANIFEST, SEAL, MEDIA].includes(name)),
    ...(await mediaIn(join(folder, MEDIA))).map((name) => `${MEDIA}/${name}`),
  ]
  const strange = here.find((name) => !(name in manifest.files))
  if (strange !== undefined) throw damaged(folder, strange, '不是这份备份里的')
  if (!(SNAPSHOT in manifest.files)) throw damaged(folder, SNAPSHOT, '不见了')
  return manifest
}

export const isSame = (one: Copied, other: Copied): boolean =>
  one.bytes === other.bytes && one.sha256 === other.sha256

function damaged(folder: string, name: string, why: string): CarryError {
  return new CarryError(`备份 ${folder} 不能用：${name} ${why}。请换另一份备份；没有改动任何数据`)
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(faultCode(error))) return null
    throw error
  }
}
