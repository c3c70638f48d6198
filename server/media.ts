/** Keeps what residents send, where only this program reads it. The platform forgets it after three days. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OfficialAccountApi } from '../bot/channels/official-account-api.ts'
import type { Job } from '../bot/store.ts'

/** What the names of a medium's files begin with. */
const stemOf = (mediaId: string): string => `${mediaId.replace(/[^A-Za-z0-9_-]/g, '_')}-`

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
 * Downloads one voice or photo and keeps it as `<folder>/<medium>-<name>`. Running it again replaces the file.
 *
 * @param job of kind `keep-media`; `detail.mediaId` names the medium
 * @returns the file's name
 * @throws {ChannelError} when the platform does not hand it over
 */
export async function keepMedia(
  job: Job,
  folder: string,
  api: Pick<OfficialAccountApi, 'media'>,
): Promise<string> {
  const mediaId = mediaIdOf(job)
  const medium = await api.media(mediaId)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = `${stemOf(mediaId)}${medium.fileName}`
  const half = join(folder, `.${name}.part`)
  // On disk before the job is done: by then the platform may have forgotten it.
  await writeFile(half, medium.bytes, { mode: 0o600, flush: true })
  await rename(half, join(folder, name))
  return name
}
