/** Sends files of policies one after another; each goes on with the import of the first. */
import type { Brought } from '../policies/import-wire.ts'
import { sendFile, wordsOf } from './api.ts'

/**
 * @param into the import they go to; undefined begins one
 * @param saying told what is being read
 * @returns the import, undefined where nothing could be read, and what went wrong with each file
 */
export async function bringFiles(
  files: readonly File[],
  into: string | undefined,
  saying: (words: string) => void,
): Promise<{ id: string | undefined; faults: string[] }> {
  let id = into
  const faults: string[] = []
  for (const [place, file] of files.entries()) {
    saying(
      files.length === 1
        ? `正在读 ${file.name}…`
        : `正在读第 ${place + 1} 个，共 ${files.length} 个：${file.name}…`,
    )
    try {
      const { import: brought } = await sendFile<Brought>('/policy-imports', file, { import: id })
      id = brought
    } catch (error) {
      faults.push(wordsOf(error))
    }
  }
  return { id, faults }
}
