/** `npm run people -- qr`: an area's code, from the platform to the request of whoever scanned it. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import { saveRoster } from '../bot/roster.ts'
import type { Store } from '../bot/store.ts'
import type { Area } from '../flows/roster/areas.ts'
import { RosterError } from '../flows/roster/roster-error.ts'
import { createAssistant } from '../server/assistant.ts'
import { ConfigError } from '../server/config.ts'
import { codesApi, makeCodes } from '../server/people/codes.ts'
import { readPeopleCommand } from '../server/people/command.ts'
import { atPeopleDesk, codedSchema } from '../server/people/people-desk.ts'
import { assistantParts } from './support/assistant.ts'
import { requestHelp } from './support/request.ts'
import { suiteLog } from './support/suite-log.ts'
import {
  ACCOUNT,
  codePlatform,
  eventFields,
  imageOf,
  openedAnswer,
  sealedPush,
  textFields,
} from './support/wechat.ts'
import { clockAt, DOER, fingerprint, openStore, serve, temporaryFolder } from './support/world.ts'

const AREAS: Area[] = [
  { id: 'd', level: 'district', name: '栖霞区', parent: null },
  { id: 's1', level: 'street', name: '尧化街道', parent: 'd' },
  { id: 'c1', level: 'community', name: '尧新社区', parent: 's1' },
  { id: 'g1', level: 'grid', name: '第3网格', parent: 'c1' },
  { id: 'g2', level: 'grid', name: '../4号/网格', parent: 'c1' },
  { id: 'c2', level: 'community', name: '金尧社区', parent: 's1' },
]
const FILES = ['c2-金尧社区.jpg', 'g1-第3网格.jpg', 'g2-_4号_网格.jpg']

let store: Store
let platform: Awaited<ReturnType<typeof codePlatform>>
let folder: string
let said: string[]
beforeEach(async () => {
  store = await openStore()
  await saveRoster(store, { areas: AREAS })
  platform = await codePlatform()
  folder = join(temporaryFolder(), 'codes')
  said = []
})
const account = () => ({ ...ACCOUNT, apiBase: platform.base, quota: PLATFORM_QUOTA })

/** Somebody types the command. */
async function qr(...words: string[]): Promise<void> {
  const command = readPeopleCommand(['qr', ...words, '--out', folder])
  if (command.kind !== 'qr') throw new Error('not qr')
  const desk = { store, fingerprint, now: () => new Date(), newId: () => 'id' }
  const text = await atPeopleDesk(desk, { people: 'codes', area: command.area }, DOER)
  const areas = z.array(codedSchema).parse(JSON.parse(text))
  await makeCodes(areas, command.folder, codesApi({ officialAccount: account() }), (line) => said.push(line))
}
const refused = (...words: string[]): Promise<string> =>
  qr(...words).then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof RosterError)) throw error
      return error.message
    },
  )

describe('codes', () => {
  test('of all are one for every grid, and for every community without grids', async () => {
    await qr('--all')
    expect(platform.scenes).toEqual(['area:c2', 'area:g1', 'area:g2'])
    expect((await readdir(folder)).sort()).toEqual(FILES)
    for (const [place, file] of FILES.entries())
      expect(await readFile(join(folder, file))).toEqual(imageOf(platform.scenes[place] ?? ''))
    expect(said[1]).toBe(`做好：${join(folder, 'g1-第3网格.jpg')}（尧化街道尧新社区第3网格）`)
    expect(said.at(-1)).toContain('做好 3 张，已有 0 张')
  })

  test('of one area are of any level, by its number or its name', async () => {
    await qr('s1')
    await qr('金尧社区')
    expect(platform.scenes).toEqual(['area:s1', 'area:c2'])
    expect(await refused('天上街道')).toContain('没有「天上街道」这个区域')
  })

  test('that are there are passed over; after a refusal the same command goes on', async () => {
    await qr('g1')
    platform.refuseWith(45009)
    const words = await refused('--all')
    expect(words).toContain('今天的接口调用次数已用完')
    expect(words).toContain('（45009）。做好 0 张，已有 1 张，还差 2 张')
    expect(await readdir(folder)).toEqual(['g1-第3网格.jpg'])
    platform.refuseWith(0)
    said = []
    await qr('--all')
    expect(said[0]).toBe(`已有，跳过：${join(folder, 'g1-第3网格.jpg')}`)
    expect(said.at(-1)).toContain('做好 2 张，已有 1 张')
    expect(platform.scenes).toEqual(['area:g1', 'area:c2', 'area:g2'])
  })

  test('have nowhere to go when the folder is a file', async () => {
    await writeFile(folder, '')
    expect(await refused('g1')).toContain(`写不进 ${folder}`)
    expect(platform.scenes).toEqual([])
  })

  test('without an account are not made, and it says what to write', () => {
    expect(() => codesApi({ officialAccount: null })).toThrow(ConfigError)
    expect(() => codesApi({ officialAccount: null })).toThrow('WECHAT_APP_ID、WECHAT_APP_SECRET')
  })

  test('without areas there are none to make', async () => {
    await saveRoster(store, { areas: [], gone: { areas: AREAS.map(({ id }) => id) } })
    expect(await refused('--all')).toContain('还没有区域')
  })
})

test.each([
  [[], '只写一样'],
  [['g1', '--all'], '只写一样'],
  [['g1', '--out'], '「--out」在这里用不上'],
  [['g1', '--yes'], '「--yes」在这里用不上'],
])('%j is refused with how to write it', (words, why) => {
  expect(() => readPeopleCommand(['qr', ...words])).toThrow(why)
  expect(() => readPeopleCommand(['qr', ...words])).toThrow('qr <区域编号>|--all')
})

test.each([
  [['g1'], { area: 'g1', folder: './qr' }],
  [['--out', 'x', '--all'], { area: null, folder: 'x' }],
  [['--all', '--out=x'], { area: null, folder: 'x' }],
])('%j is understood', (words, meant) => {
  expect(readPeopleCommand(['qr', ...words])).toEqual({ kind: 'qr', ...meant })
})

test('who follows through a code and names no place more exactly is placed where the code hangs', async () => {
  await qr('g1')
  const now = clockAt('2026-11-22T09:00:00+08:00')
  const { app } = createAssistant(
    assistantParts({
      config: { officialAccount: account() },
      store,
      log: suiteLog('info'),
      now,
    }),
  )
  const base = await serve(app.callback())
  const push = async (fields: Record<string, string | number>) => {
    const { path, body } = sealedPush(fields, now())
    return openedAnswer(await (await fetch(base + path, { method: 'POST', body })).text())
  }
  const resident = 'oTangTangTangTangTangTangTa1'
  await push(eventFields(resident, 'subscribe', now(), { EventKey: `qrscene_${platform.scenes[0]}` }))
  let ids = 0
  // They say that they live in 尧化街道尧新社区, where the grid lies.
  const number = await requestHelp((words) => push(textFields(resident, words, String(++ids), now())))
  expect(await store.get('tickets', number)).toMatchObject({ area: 'g1' })
})
