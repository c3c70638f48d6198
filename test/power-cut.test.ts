/** The power goes at random moments of a busy store: everything acknowledged is there, whole, in order, once. */
import { promises as real } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../bot/store.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { type Left, type PowerCutDisk, powerCutDisk } from './support/power-cut.ts'
import { turn } from './support/store-contract.ts'

/** The disk that is told of every change of names, while there is one. */
const told: { disk: PowerCutDisk | undefined } = { disk: undefined }
const { rename, link, rm, writeFile } = real
/** What everybody imports from `node:fs/promises` while these tests run. */
const telling: Pick<typeof real, 'rename' | 'link' | 'rm' | 'writeFile'> = {
  async rename(from, to) {
    await rename(from, to)
    told.disk?.renamed(String(from), String(to))
  },
  async link(from, to) {
    await link(from, to)
    told.disk?.linked(String(from), String(to))
  },
  async rm(path, options) {
    await rm(path, options)
    told.disk?.removed(String(path))
  },
  async writeFile(file, ...rest) {
    await writeFile(file, ...rest)
    await told.disk?.written(String(file))
  },
}
beforeAll(() => {
  Object.assign(real, telling)
  syncBuiltinESMExports()
})
afterAll(() => {
  Object.assign(real, { rename, link, rm, writeFile })
  syncBuiltinESMExports()
})

const quiet = { warn: () => {}, error: () => {} }
let root: string
beforeAll(async () => {
  root = await real.mkdtemp(join(tmpdir(), 'power-cut-'))
})
afterAll(() => real.rm(root, { recursive: true }))

/** Lehmer's generator: a run can be repeated by its seed. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

interface Cut {
  left: Left
  /** How far the store had acknowledged at that moment. */
  acknowledged: number
}

/**
 * Lets a store work in a folder, compacting now and then, and cuts its power again and again without it noticing.
 * Each transaction counts one further, and inserts a row of that number.
 */
async function life(folder: string, seed: number, cuts: number, lies = false): Promise<Cut[]> {
  const random = chance(seed)
  const found: Cut[] = []
  let acknowledged = 0
  let step = 0
  let next = 1
  const disk = await powerCutDisk(
    folder,
    () => {
      step += 1
      if (step < next || found.length >= cuts) return
      next = step + 1 + Math.floor(random() * 12)
      found.push({ left: told.disk?.cut(random) ?? new Map(), acknowledged })
    },
    { lies },
  )
  told.disk = disk
  let day = 1
  const clock = () => new Date(Date.UTC(2026, 2, day))
  const store = await openLowdbStore(folder, { fs: disk, log: quiet, clock })
  const lane = async (): Promise<void> => {
    while (found.length < cuts) {
      const pad = 'x'.repeat(Math.floor(random() ** 4 * 6000))
      const number = await store.transaction(async (tx) => {
        const before = await tx.get('sessions', 'counter')
        const revision = (before?.revision ?? 0) + 1
        await tx.insert('turns', { ...turn(`${revision}`, 0), resident: pad })
        await tx.put('sessions', { id: 'counter', revision, state: null, flow: null, updatedAt: '' })
        return revision
      })
      acknowledged = Math.max(acknowledged, number)
      // A new day is a new snapshot.
      if (number % 25 === 0) day += 1
    }
  }
  await Promise.all([lane(), lane(), lane(), lane(), lane()])
  await store.close()
  told.disk = undefined
  return found
}

async function folderOf(left: Left): Promise<string> {
  const folder = await real.mkdtemp(join(root, 'left-'))
  for (const [name, bytes] of left)
    if (!name.startsWith('lock')) await real.writeFile(join(folder, name), bytes)
  return folder
}

/** How far the rows reach, which must be all the rows up to it and nothing more. */
async function reached(store: Pick<Store, 'get' | 'scan'>): Promise<number> {
  const numbers: number[] = []
  for await (const { id } of store.scan('turns')) numbers.push(Number(id))
  numbers.sort((a, b) => a - b)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  const counter = await store.get('sessions', 'counter')
  expect(counter?.revision ?? 0).toBe(numbers.length)
  return numbers.length
}

test('nothing acknowledged is lost, nothing is half there, and it can be opened again: 60 cuts in four lives', async () => {
  let folder = await real.mkdtemp(join(root, 'life-'))
  for (const seed of [11, 12, 13, 14]) {
    const cuts = await life(folder, seed, 15)
    expect(cuts).toHaveLength(15)
    for (const [index, { left, acknowledged }] of cuts.entries()) {
      folder = await folderOf(left)
      const beside = await reached(await readLowdbFolder(folder))
      expect(beside, `cut ${index} of ${seed}`).toBeGreaterThanOrEqual(acknowledged)
      const again = await openLowdbStore(folder, { log: quiet })
      expect(await reached(again)).toBe(beside)
      await again.transaction((tx) => tx.put('turns', turn('after', 0)))
      await again.transaction((tx) => tx.remove('turns', 'after'))
      await again.close()
    }
    // The next life begins on what the last cut left.
  }
})

test('a disk that says too early that it has something is found out', async () => {
  const cuts = await life(await real.mkdtemp(join(root, 'life-')), 7, 30, true)
  let lost = 0
  for (const { left, acknowledged } of cuts) {
    const folder = await folderOf(left)
    const found = await readLowdbFolder(folder).then(reached, () => -1)
    if (found < acknowledged) lost += 1
  }
  expect(lost).toBeGreaterThan(5)
})
