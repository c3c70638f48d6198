import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ChannelError } from '../bot/channels/channel.ts'
import type { OfficialAccountApi } from '../bot/channels/official-account-api.ts'
import { type Job, StoreError } from '../bot/store.ts'
import { createAssistant } from '../server/assistant.ts'
import { type JobHandlers, runDueJobs } from '../server/jobs.ts'
import { dropMedia, keepMedia, mediumOf, readMedia } from '../server/media.ts'
import { createSealer, KEY_BYTES, ringKey } from '../server/store/sealer.ts'
import { assistantParts } from './support/assistant.ts'
import { eventually } from './support/eventually.ts'
import { newGate } from './support/gate.ts'
import { suiteLog } from './support/suite-log.ts'
import { clockAt, openStore, sealer, temporaryFolder } from './support/world.ts'

const ID = 'official-account:openid:12:keep-media'
const VOICE = { type: 'audio/amr', fileName: 'voice.amr', bytes: new TextEncoder().encode('#!AMR') }

/** A store with one medium to fetch, and a platform that does as `media` says. */
async function withJob(media: OfficialAccountApi['media'], more: Partial<Job> = {}) {
  const store = await openStore()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const folder = join(temporaryFolder(), 'media')
  await store.transaction((tx) =>
    tx.insert('jobs', {
      id: ID,
      kind: 'keep-media',
      state: 'pending',
      dueAt: clock().toISOString(),
      attempts: 0,
      error: null,
      detail: { mediaId: 'MEDIA-1' },
      ...more,
    }),
  )
  const failures: unknown[] = []
  const handlers: JobHandlers = {
    'answer-taken': () => Promise.reject(new Error('no message here')),
    'keep-media': (job) => keepMedia(job, folder, { media }, sealer),
    'drop-media': (job) => dropMedia(job, folder),
    announce: () => Promise.reject(new Error('no news here')),
    'check-hold': () => Promise.reject(new Error('no hold here')),
    'update-cards': () => Promise.reject(new Error('no cards here')),
    'tell-advisor': () => Promise.reject(new Error('no advisors here')),
    'end-hold': () => Promise.reject(new Error('no hold here')),
  }
  const run = () => runDueJobs(store, handlers, clock, (_job, error) => failures.push(error))
  return { store, clock, folder, failures, run, job: () => store.get('jobs', ID) }
}

test('a medium is fetched once and kept for the owner of the process alone', async () => {
  const asked: string[] = []
  const { run, job, folder } = await withJob(async (mediaId) => {
    asked.push(mediaId)
    return VOICE
  })
  expect(await run()).toBe(1)
  expect(await run()).toBe(0)
  expect(asked).toEqual(['MEDIA-1'])
  expect(await job()).toMatchObject({ state: 'done', attempts: 1, error: null })
  const [name = '', ...others] = readdirSync(folder)
  expect(others).toEqual([])
  expect(name).toBe('MEDIA-1.voice.amr')
  expect(readFileSync(join(folder, name), 'latin1')).not.toContain('#!AMR')
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('a medium is kept in its folder, whatever the platform calls it', async () => {
  const mediaId = '../../outside/..'
  const { run, job, folder } = await withJob(async () => VOICE, { detail: { mediaId } })
  await run()
  expect(await job()).toMatchObject({ state: 'done' })
  expect(readdirSync(folder)).toEqual(['%2E%2E%2F%2E%2E%2Foutside%2F%2E%2E.voice.amr'])
  expect(mediumOf(readdirSync(folder)[0] ?? '')).toBe(mediaId)
})

test.each([
  ['a page', Buffer.from('%PDF-1.7 not what residents can send'), 'application/pdf'],
  ['a program', Buffer.from('7f454c46020101000000000000000000', 'hex'), 'application/x-elf'],
  ['a damaged picture', Buffer.from('ffd8ffe1ffff', 'hex'), '损坏'],
  ['too large a thing', Buffer.alloc(13 * 1024 * 1024), '太大'],
])('%s called a voice is not kept, and not asked for again', async (_what, bytes, why) => {
  const { run, job, folder, failures } = await withJob(async () => ({ ...VOICE, bytes }))
  await run()
  expect(await job()).toMatchObject({ state: 'failed', error: 'not-a-medium' })
  expect(failures.map(String).join()).toContain(why)
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
})

describe('a medium that is kept', () => {
  const secret = (fill: number) => ringKey(Buffer.alloc(KEY_BYTES, fill))
  async function kept() {
    const { run, folder } = await withJob(async () => VOICE)
    await run()
    return { folder, path: join(folder, 'MEDIA-1.voice.amr') }
  }

  test('is opened with its key, also when another has taken its place since', async () => {
    const { folder } = await kept()
    const plain = { fileName: 'voice.amr', bytes: Buffer.from(VOICE.bytes) }
    expect(await readMedia('MEDIA-1', folder, sealer)).toEqual(plain)
    expect(await readMedia('MEDIA-1', folder, createSealer([secret(2), secret(1)]))).toEqual(plain)
    for (const other of ['MEDIA', 'MEDIA-', 'MEDIA-1.voice', 'MEDIA/1', '../media/MEDIA-1'])
      expect(await readMedia(other, folder, sealer)).toBe(null)
    expect(await readMedia('MEDIA-1', join(folder, 'none'), sealer)).toBe(null)
  })

  test('is not opened with another key, which is told by the number of the one that is missing', async () => {
    const { folder } = await kept()
    const opening = readMedia('MEDIA-1', folder, createSealer([secret(2)]))
    await expect(opening).rejects.toMatchObject({ code: 'unreadable' })
    await expect(opening).rejects.toThrow(`编号 ${secret(1).id}`)
  })

  test('is not opened under another name, nor with any bit of it altered, nor cut short, nor plain', async () => {
    const { folder, path } = await kept()
    const bytes = readFileSync(path)
    writeFileSync(join(folder, 'MEDIA-2.voice.amr'), bytes)
    await expect(readMedia('MEDIA-2', folder, sealer)).rejects.toMatchObject({ code: 'unreadable' })
    for (let place = 0; place < bytes.length; place++) {
      const altered = Buffer.from(bytes)
      altered[place] = (altered[place] ?? 0) ^ 1
      expect(() => sealer.openBytes(altered, 'MEDIA-1.voice.amr')).toThrow(StoreError)
      expect(() => sealer.openBytes(bytes.subarray(0, place), 'MEDIA-1.voice.amr')).toThrow(StoreError)
    }
    writeFileSync(path, VOICE.bytes)
    await expect(readMedia('MEDIA-1', folder, sealer)).rejects.toThrow('没有加密')
  })
})

test('a medium the platform no longer has is not asked for again', async () => {
  const { run, job, clock, failures } = await withJob(() =>
    Promise.reject(new ChannelError('40007', 'refused', '素材已过期')),
  )
  await run()
  expect(await job()).toMatchObject({ state: 'failed', error: '40007' })
  expect(failures).toHaveLength(1)
  clock.pass(24 * 3_600_000)
  expect(await run()).toBe(0)
})

test('a platform that does not answer is asked again, each time after twice as long, six times in all', async () => {
  const { run, job, clock, failures } = await withJob(() =>
    Promise.reject(new ChannelError('timeout', 'retry', '没有答复')),
  )
  for (const seconds of [20, 40, 80, 160, 320]) {
    expect(await run()).toBe(1)
    expect(await job()).toMatchObject({ state: 'pending', error: 'timeout' })
    clock.pass(seconds * 1000 - 1)
    expect(await run()).toBe(0)
    clock.pass(1)
  }
  expect(await run()).toBe(1)
  expect(await job()).toMatchObject({ state: 'failed', error: 'timeout', attempts: 6 })
  expect(failures).toHaveLength(6)
})

test('a second attempt that succeeds forgets the fault', async () => {
  let failures = 1
  const { run, job, clock } = await withJob(async () => {
    if (failures-- > 0) throw new Error('a bug')
    return VOICE
  })
  await run()
  expect(await job()).toMatchObject({ state: 'pending', error: 'error' })
  clock.pass(20_000)
  await run()
  expect(await job()).toMatchObject({ state: 'done', error: null })
})

test('a job whose process died is taken up again after its lease', async () => {
  const { run, job, clock } = await withJob(async () => VOICE, { attempts: 1 })
  clock.pass(60_000)
  await run()
  expect(await job()).toMatchObject({ state: 'done', attempts: 2 })
})

test.each([
  ['keep-media', 180],
  ['announce', 180],
  ['tell-advisor', 180],
  ['update-cards', 180],
  ['answer-taken', 60],
  ['end-hold', 60],
] as const)('%s is left to its process for %i seconds', async (kind, seconds) => {
  const { store, clock, job } = await withJob(async () => VOICE, { kind })
  const nothing = async () => undefined
  const handlers: JobHandlers = {
    'answer-taken': nothing,
    'keep-media': nothing,
    'drop-media': nothing,
    announce: nothing,
    'check-hold': nothing,
    'update-cards': nothing,
    'tell-advisor': nothing,
    'end-hold': nothing,
  }
  const held = newGate()
  const own = runDueJobs(store, { ...handlers, [kind]: () => held.pass() }, clock, () => {})
  await held.reached
  const another = () => runDueJobs(store, handlers, clock, () => {})
  clock.pass(seconds * 1000 - 1)
  expect(await another()).toBe(0)
  clock.pass(1)
  expect(await another()).toBe(1)
  held.open()
  await own
  expect(await job()).toMatchObject({ state: 'done', attempts: 2 })
})

test('a job that names no medium fails without asking', async () => {
  const { run, failures } = await withJob(() => Promise.reject(new Error('asked')), { detail: {} })
  await run()
  expect(String(failures[0])).toContain('names no medium')
})

test('a job that was taken away while it was tried stays away, whatever became of it', async () => {
  const outcomes = [async () => VOICE, () => Promise.reject(new ChannelError('timeout', 'retry', '没有答复'))]
  for (const outcome of outcomes) {
    const { store, run, job, clock } = await withJob(async () => {
      await store.transaction((tx) => tx.remove('jobs', ID))
      return outcome()
    })
    expect(await run()).toBe(1)
    expect(await job()).toBeUndefined()
    clock.pass(3_600_000)
    expect(await run()).toBe(0)
  }
})

test('a job that was asked for anew while it was tried is tried once more', async () => {
  const asked: string[] = []
  const { store, run } = await withJob(async (mediaId) => {
    asked.push(mediaId)
    const row = await store.get('jobs', ID)
    if (row && asked.length === 1)
      await store.transaction((tx) => tx.put('jobs', { ...row, attempts: 0, dueAt: '' }))
    return VOICE
  })
  expect([await run(), asked.length]).toEqual([2, 2])
})

test('a medium that another process deleted for its resident while it was fetched is not kept', async () => {
  const { store, clock, job } = await withJob(() => Promise.reject(new Error('not here')))
  const dataDir = temporaryFolder()
  const answer = async (url: unknown): Promise<Response> => {
    if (String(url).includes('stable_token'))
      return Response.json({ errcode: 0, access_token: 'token', expires_in: 7200 })
    const row = await job()
    await store.transaction((tx) => tx.remove('jobs', ID))
    if (row) await dropMedia(row, join(dataDir, 'media'))
    const headers = { 'content-type': 'audio/amr', 'content-disposition': 'attachment; filename="m-1.amr"' }
    return new Response(VOICE.bytes, { headers })
  }
  const { tasks } = createAssistant(
    assistantParts({ store, log: suiteLog('info', []), now: clock, fetch: answer, config: { dataDir } }),
  )
  await tasks.find(({ name }) => name === 'jobs')?.run()
  expect(await job()).toBeUndefined()
  expect(readdirSync(join(dataDir, 'media'))).toEqual([])
})

describe('of several jobs that are due', () => {
  const OTHER = `${ID}:2`
  /** A second one behind the first. */
  async function withTwo(media: OfficialAccountApi['media']) {
    const one = await withJob(media)
    const first = await one.job()
    const dueAt = new Date(one.clock().getTime() + 1).toISOString()
    if (first)
      await one.store.transaction((tx) =>
        tx.insert('jobs', { ...first, id: OTHER, dueAt, detail: { mediaId: 'MEDIA-2' } }),
      )
    one.clock.pass(1)
    return one
  }

  test('none counts as tried when the process ended in one before it', async () => {
    const { store, run, clock } = await withTwo(() => new Promise(() => {}))
    void run()
    await eventually(async () => expect(await store.get('jobs', ID)).toMatchObject({ attempts: 1 }))
    clock.pass(1)
    expect(await store.get('jobs', OTHER)).toMatchObject({ attempts: 0 })
  })

  test('each has its whole lease: a slow one before it gives it to no other process', async () => {
    const asked: string[] = []
    const held = newGate()
    const { run, clock } = await withTwo(async (mediaId) => {
      asked.push(mediaId)
      if (mediaId === 'MEDIA-1') clock.pass(179_000)
      else await held.pass()
      return VOICE
    })
    const own = run()
    await held.reached
    clock.pass(2_000)
    const another = run()
    await Promise.resolve()
    held.open()
    expect([await own, await another, asked]).toEqual([2, 0, ['MEDIA-1', 'MEDIA-2']])
  })
})
