/** `npm run store -- move`: everything from the folder to a database, or back. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { KEY_FILE } from '../data-key.ts'
import { realDisk, syncFolder } from '../disk.ts'
import { takeLock } from '../lock.ts'
import { imageOf } from '../read.ts'
import { carry, sayCounts } from './carry.ts'
import { CarryError } from './carry-error.ts'
import { copyFile, copyMedia, MEDIA } from './media.ts'
import { imageSource } from './source.ts'
import { finishFolder, folderTarget } from './target.ts'

export type Stores = Pick<Config, 'dataDir' | 'databaseUrl' | 'dataKeys'>

/** Whether somebody means a database and no folder. */
export const isDatabase = (place: string): boolean => /^postgres(?:ql)?:\/\//.test(place)

/**
 * Carries everything from the store of `config` to `goal`, and says what to write into `.env`. May be run again after
 * it was stopped anywhere.
 *
 * @param goal a database's address or a folder, empty or what an earlier try left
 * @param tell told in Chinese how it goes
 * @throws {Error} in Chinese, with the mend
 */
export async function move(config: Stores, goal: string, tell: (line: string) => void): Promise<void> {
  const { dataDir, databaseUrl } = config
  if (isDatabase(goal) === (databaseUrl !== null))
    throw new CarryError(
      databaseUrl === null
        ? '现在的数据就在文件夹里。要换一个文件夹，停掉服务后把整个 DATA_DIR 复制过去，再改 DATA_DIR。'
        : '现在的数据就在 PostgreSQL 里。要换一个库，用 npm run store -- backup 备份，把 DATABASE_URL 改成新的空库，再 npm run store -- restore。',
    )
  return databaseUrl === null ? toDatabase(dataDir, goal, tell) : toFolder(config, databaseUrl, goal, tell)
}

async function toDatabase(dataDir: string, url: string, tell: (line: string) => void): Promise<void> {
  if (!existsSync(dataDir)) throw new CarryError(`还没有数据：DATA_DIR ${dataDir} 不存在。`)
  const { databaseTarget } = await import('./database.ts')
  // Whoever serves the folder has this lock.
  const lock = await takeLock(dataDir)
  try {
    const image = await imageOf(dataDir)
    const target = await databaseTarget(url)
    const counts = await carry(imageSource(image, `${resolve(dataDir)} ${image.seq}`), target, tell).finally(
      () => {
        image.base?.leave()
        return target.leave()
      },
    )
    await target.finish()
    tell(`搬完了，每一行都核对过：\n${sayCounts(counts)}`)
  } finally {
    await lock.release()
  }
  const key = join(dataDir, KEY_FILE)
  tell(
    [
      '在 .env 里写上：',
      '  DATABASE_URL=（刚才写的那个地址）',
      ...(existsSync(key) ? [`  DATA_KEY=（${key} 里的那一行；DATA_KEY 已经写了就不用改）`] : []),
      `DATA_DIR 不变：密钥、照片和语音仍在 ${dataDir}。然后 npm start。`,
      `原来的数据没有改动，还在 ${dataDir}（db*.json、journal-*.log）：新的用稳了再删，删之前居民要求删除的信息在那里还有一份。`,
    ].join('\n'),
  )
}

async function toFolder(
  { dataDir }: Stores,
  url: string,
  folder: string,
  tell: (line: string) => void,
): Promise<void> {
  const { databaseSource } = await import('./database.ts')
  const source = await databaseSource(url, { alone: true })
  try {
    const target = await folderTarget(folder)
    try {
      const counts = await carry(source, target, tell)
      if (resolve(folder) !== resolve(dataDir)) {
        const media = await copyMedia(join(dataDir, MEDIA), join(folder, MEDIA))
        if (existsSync(join(dataDir, KEY_FILE)))
          await copyFile(join(dataDir, KEY_FILE), join(folder, KEY_FILE))
        await syncFolder(realDisk, folder)
        tell(`照片和语音 ${media.size} 份，也复制过去了。`)
      }
      await finishFolder(folder)
      tell(`搬完了，每一行都核对过：\n${sayCounts(counts)}`)
    } finally {
      await target.leave()
    }
  } finally {
    await source.close()
  }
  tell(
    [
      '在 .env 里改成：',
      `  DATA_DIR=${folder}`,
      '  并删掉 DATABASE_URL 那一行；DATA_KEY 不变。然后 npm start。',
      '数据库里的数据没有改动：新的用稳了再删，删之前居民要求删除的信息在那里还有一份。',
    ].join('\n'),
  )
}
