/** `npm run store -- rotate`: through the running server or, without one, by itself. */
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { askAtDoor, TooLong } from '../../desk/socket.ts'
import { currentKey } from '../data-key.ts'
import { openStore } from '../open.ts'
import { createRotation, type Progress, progressSchema, type RotationRequest } from '../rotation.ts'
import { CarryError } from './carry-error.ts'
import { MEDIA } from './media.ts'
import type { Stores } from './move.ts'

/** How often it is told how far it is, in ms. */
const TELL_MS = 5_000

/**
 * Seals everything anew under the first key of DATA_KEY.
 *
 * @param tell told in Chinese how it goes
 * @throws {Error} in Chinese, with the mend; the older keys are then still needed
 */
export async function rotate(stores: Stores, tell: (line: string) => void): Promise<void> {
  const { dataDir, databaseUrl, dataKeys } = stores
  const key = await currentKey({ folder: dataDir, keys: dataKeys })
  if (key === null) throw new CarryError('还没有数据密钥，也就没有什么要换的。')
  // A database takes changes from several processes; a folder from the one that has it open.
  const through = databaseUrl === null ? await throughDoor(dataDir, key) : null
  const last = through ? await toEnd(through, tell) : await alone(stores, tell)
  tell(
    [
      `换好了：${last.rows} 行、照片和语音 ${last.media} 份改用编号 ${key} 的密钥加密，其余的本来就是。`,
      '现在可以把 DATA_KEY 里旧的密钥去掉（数据文件夹里的 data.key 是旧的，也移走），再重启。',
      '旧的密钥另存着不要扔：以前的备份、数据文件夹里七天内的每日快照，还要用它才读得出来。几台机器各有 DATA_DIR 的，每台都运行过一遍再去掉。',
    ].join('\n'),
  )
}

type Step = () => Promise<Progress>

async function toEnd(step: Step, tell: (line: string) => void): Promise<Progress> {
  let told = Date.now()
  for (;;) {
    const so = await step()
    if (so.done) return so
    if (Date.now() - told < TELL_MS) continue
    told = Date.now()
    tell(`已换 ${so.rows} 行、${so.media} 份……`)
  }
}

/** Null when no server has the folder open. */
async function throughDoor(folder: string, key: string): Promise<Step | null> {
  const asked: RotationRequest = { store: 'rotate', key }
  const knock = { user: userInfo().username, sudo: process.env['SUDO_USER'] || null, asked }
  const step = async () => {
    const answer = await askAtDoor(folder, knock).catch((error: unknown) => {
      if (error instanceof TooLong) return null
      throw error
    })
    if (answer && 'error' in answer) throw new CarryError(answer.error)
    return answer && progressSchema.parse(JSON.parse(answer.text))
  }
  const first = await step()
  if (!first) return null
  let next: Progress | null = first
  return async () => {
    const so = next ?? (await step())
    next = null
    if (!so) throw new CarryError('服务停了，只换了一部分。再运行一次就接着换；旧的密钥还不能去掉')
    return so
  }
}

async function alone(stores: Stores, tell: (line: string) => void): Promise<Progress> {
  const log = { warn: tell, error: tell }
  const unlocked = await openStore(stores, log)
  const { databaseUrl, dataDir } = stores
  try {
    const rotation = createRotation({
      ...unlocked,
      mediaFolder: join(dataDir, MEDIA),
      ...(databaseUrl === null ? {} : { others: () => othersIn(databaseUrl, unlocked.key) }),
    })
    return await toEnd(() => rotation.step(), tell)
  } finally {
    await unlocked.store.close()
  }
}

async function othersIn(url: string, key: string): Promise<number> {
  const { sealingOtherwise } = await import('../postgres/presence.ts')
  return sealingOtherwise(url, key)
}
