/** The QR codes of areas, as image files to be printed: where a resident comes from when they scan one. */
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ChannelError } from '../../bot/channels/channel.ts'
import { type OfficialAccountApi, officialAccountApi } from '../../bot/channels/official-account-api.ts'
import { sceneOf } from '../../flows/roster/placing.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import { type Config, ConfigError } from '../config.ts'
import { reach, wechatHosts } from '../reach.ts'
import { faultCode, faultDetail } from '../store/disk.ts'
import type { Coded } from './people-desk.ts'

/** @throws {ConfigError} saying what to write when there is no Official Account */
export function codesApi({ officialAccount }: Pick<Config, 'officialAccount'>): OfficialAccountApi {
  if (!officialAccount)
    throw new ConfigError([
      'WECHAT_APP_ID、WECHAT_APP_SECRET、WECHAT_TOKEN：二维码是公众号的，要先写这三项，在公众平台“设置与开发”里找',
    ])
  const { appId, secret, apiBase: base } = officialAccount
  return officialAccountApi({ appId, secret, base, fetch: reach(wechatHosts(base)), now: () => new Date() })
}

/**
 * Makes the codes that are not in the folder yet, one after the other, and stops at the first that fails: whatever
 * it is, the next would fail too.
 *
 * @param say told of each code, and of how many there are at the end
 * @throws {RosterError} saying why it stopped and how many are left
 */
export async function makeCodes(
  areas: readonly Coded[],
  folder: string,
  api: Pick<OfficialAccountApi, 'qrCode'>,
  say: (line: string) => void,
): Promise<void> {
  await onDisk(folder, () => mkdir(folder, { recursive: true }))
  const wanted: { area: Coded; path: string }[] = []
  for (const area of areas) {
    const path = join(folder, fileOf(area))
    if (await isThere(path)) say(`已有，跳过：${path}`)
    else wanted.push({ area, path })
  }
  const kept = areas.length - wanted.length
  let made = 0
  for (const { area, path } of wanted) {
    const { bytes } = await api.qrCode(sceneOf(area.id)).catch((error: unknown) => {
      if (!(error instanceof ChannelError)) throw error
      throw new RosterError([
        `${area.called}的二维码没有做成：${error.operatorHint}（${error.code}）。做好 ${made} 张，已有 ${kept} 张，还差 ${wanted.length - made} 张；改好后再运行同样的命令，会接着做。`,
      ])
    })
    // Under another name until it is whole: what is there is skipped the next time.
    await onDisk(path, async () => {
      await writeFile(`${path}.part`, bytes)
      await rename(`${path}.part`, path)
    })
    made++
    say(`做好：${path}（${area.called}）`)
  }
  say(`做好 ${made} 张，已有 ${kept} 张，都在 ${folder}。打印时请在旁边写明是哪里的。`)
}

/** A name any disk takes: an area's may hold slashes and dots. */
const fileOf = ({ id, name }: Coded): string =>
  `${id}-${name.normalize('NFKC').replace(/[^\p{L}\p{N}-]+/gu, '_')}.jpg`

const isThere = (path: string): Promise<boolean> =>
  onDisk(path, () =>
    stat(path).then(
      () => true,
      (error: unknown) => {
        if (faultCode(error) === 'ENOENT') return false
        throw error
      },
    ),
  )

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new RosterError([faultDetail(path, error)])
  }
}
