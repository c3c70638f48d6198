/** The sealed photos and voices beside the store: listed and copied as they are. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_MODE, FOLDER_MODE, faultCode, realDisk, syncFolder } from '../disk.ts'

export const MEDIA = 'media'

/** How a file was when it was copied. */
export interface Copied {
  bytes: number
  sha256: string
}

/** Names of kept media, without those only half written; none when there is no such folder. */
export async function mediaIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return []
    throw error
  }
}

/**
 * Copies every medium, durably, each whole or not at all; one that is erased meanwhile is left out.
 *
 * @returns what was copied, by name
 */
export async function copyMedia(from: string, to: string): Promise<Map<string, Copied>> {
  const copied = new Map<string, Copied>()
  const names = await mediaIn(from)
  if (names.length === 0) return copied
  await mkdir(to, { recursive: true, mode: FOLDER_MODE })
  for (const name of names) {
    const one = await copyFile(join(from, name), join(to, name))
    if (one) copied.set(name, one)
  }
  await syncFolder(realDisk, to)
  return copied
}

/** Copies one file durably under its own name; null when there is none. */
export async function copyFile(from: string, to: string): Promise<Copied | null> {
  const half = `${to}.part`
  await rm(half, { force: true })
  const file = await open(half, 'wx', FILE_MODE)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(from)) {
      hash.update(chunk)
      bytes += chunk.length
      await file.writeFile(chunk)
    }
    await file.sync()
  } catch (error) {
    await rm(half, { force: true })
    if (faultCode(error) === 'ENOENT') return null
    throw error
  } finally {
    await file.close()
  }
  await rename(half, to)
  return { bytes, sha256: hash.digest('hex') }
}

/** How a file is now. Rejects with the file system's error. */
export async function measure(path: string): Promise<Copied> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}
