/**
 * Keeps what residents send, encrypted like their words: a photo may be of an ID card. The platform forgets it
 * after three days.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ChannelError } from '../bot/channels/channel.ts'
import type { OfficialAccountApi } from '../bot/channels/official-account-api.ts'
import { MAX_MEDIA_BYTES } from '../bot/channels/platform-api.ts'
import type { Job } from '../bot/store.ts'
import { bared, pictureTypeOf } from './picture.ts'
import { faultCode } from './store/disk.ts'
import type { Sealer } from './store/sealer.ts'

/** What the name of a medium's file begins with; no other medium's does, as the dot is in none. */
const stemOf = (mediaId: string): string => `${encodeURIComponent(mediaId).replaceAll('.', '%2E')}.`

/** What is no photo, voice or video is not kept, whatever it is called. */
const KEPT = /^(?:image|audio|video)\//

/**
 * What is kept of a medium: photos without what they tell besides the picture. What nobody recognises is kept as it
 * is, and shown to nobody: recordings of WeChat's own kinds (SILK, Speex) begin with nothing that tells them.
 */
async function keepable(given: Uint8Array): Promise<Buffer> {
  if (given.length > MAX_MEDIA_BYTES) throw refused('太大')
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length)
  if (pictureTypeOf(bytes) !== null) {
    const picture = bared(bytes)
    if (!picture) throw refused('是损坏的图片')
    return picture.bytes
  }
  const { fileTypeFromBuffer } = await import('file-type')
  const type = await fileTypeFromBuffer(bytes)
  if (type && !KEPT.test(type.mime)) throw refused(`是 ${type.mime}`)
  return bytes
}

const refused = (why: string) => new ChannelError('not-a-medium', 'refused', `收到的文件没有保存：${why}`)

/** The medium whose file this is. */
export const mediumOf = (name: string): string => decodeURIComponent(name.slice(0, name.indexOf('.')))

/** Removes whatever was kept of one medium; nothing kept is as good. */
export async function dropMedia(job: Job, folder: string): Promise<void> {
  const stem = stemOf(mediaIdOf(job))
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (name.startsWith(stem) || name.startsWith(`.${stem}`)) await rm(join(folder, name), { force: true })
  }
}

function mediaIdOf(job: Job): string {
  const mediaId = job.detail['mediaId']
  if (mediaId === undefined) throw new Error(`job ${job.id} names no medium`)
  return mediaId
}

/**
 * Downloads one voice or photo and keeps it, sealed, as `<folder>/<medium>.<name>`. Running it again replaces the file.
 *
 * @param job of kind `keep-media`; `detail.mediaId` names the medium
 * @returns the file's name
 * @throws {ChannelError} when the platform does not hand it over, or it is not what residents can send
 */
export async function keepMedia(
  job: Job,
  folder: string,
  api: Pick<OfficialAccountApi, 'media'>,
  sealer: Pick<Sealer, 'sealBytes'>,
): Promise<string> {
  const mediaId = mediaIdOf(job)
  const medium = await api.media(mediaId)
  const bytes = await keepable(medium.bytes)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = `${stemOf(mediaId)}${medium.fileName}`
  const half = join(folder, `.${name}.part`)
  // On disk before the job is done: by then the platform may have forgotten it.
  await writeFile(half, sealer.sealBytes(bytes, name), { mode: 0o600, flush: true })
  await rename(half, join(folder, name))
  return name
}

/** What was kept of one medium. */
export interface KeptMedium {
  /** As the platform called it, e.g. `voice.amr`. */
  fileName: string
  bytes: Buffer
}

/**
 * Opens what {@link keepMedia} kept of a medium.
 *
 * @returns null when nothing of it is kept
 * @throws {StoreError} `unreadable` when the file was altered or moved, or its key is gone
 */
export async function readMedia(
  mediaId: string,
  folder: string,
  sealer: Pick<Sealer, 'openBytes'>,
): Promise<KeptMedium | null> {
  const stem = stemOf(mediaId)
  const names = await readdir(folder).catch((error: unknown) => {
    if (faultCode(error) === 'ENOENT') return []
    throw error
  })
  const name = names.find((one) => one.startsWith(stem))
  if (name === undefined) return null
  const sealed = await readFile(join(folder, name))
  return { fileName: name.slice(stem.length), bytes: sealer.openBytes(sealed, name) }
}
