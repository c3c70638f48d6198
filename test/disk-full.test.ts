/** The built server on a file system that fills up for real. Needs `npm run build`, Linux and root: not measured elsewhere. */
import { execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { WORDS } from '../bot/wording.ts'
import { projectFolder } from '../knowledge/load.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { SHORT_LIVED } from './support/short-lived.ts'
import { ACCOUNT, openedAnswer, sealedPush, textFields } from './support/wechat.ts'

/** A file system of 3 MB, or why there is none. */
function smallDisk(): string | Error {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'pipe' })
    return folder
  } catch (error) {
    rmSync(folder, { recursive: true })
    return error instanceof Error ? error : new Error(String(error))
  }
}
const disk = process.platform === 'linux' && process.getuid?.() === 0 ? smallDisk() : new Error('not root')

/** Until nothing more of that size fits. */
function fill(file: string, size: number): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  }
}

async function serverOn(dataDir: string) {
  const port = randomInt(10_000, 32_768)
  const child = spawn(process.execPath, [...SHORT_LIVED, join(projectFolder(), 'dist/server/main.js')], {
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      WECHAT_APP_ID: ACCOUNT.appId,
      WECHAT_APP_SECRET: ACCOUNT.secret,
      WECHAT_TOKEN: ACCOUNT.token,
      WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
      WECHAT_API_BASE: 'http://127.0.0.1:1',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  let logged = ''
  child.stdout.setEncoding('utf8').on('data', (lines: string) => {
    logged += lines
  })
  const base = `http://127.0.0.1:${port}`
  const ready = () =>
    fetch(`${base}/readyz`).then(
      async (answer) => ({ status: answer.status, body: await answer.json() }),
      () => ({ status: 0, body: null }),
    )
  while ((await ready()).status !== 200) {
    if (child.exitCode !== null) throw new Error(`the server ended while starting:\n${logged}`)
    await pause(20)
  }
  let numbers = 0
  return {
    base,
    ready,
    logged: () => logged.split('\n').filter((line) => line !== ''),
    alive: () => child.exitCode === null,
    async say(words: string, from = `o${++numbers}`) {
      const now = new Date()
      const { path, body } = sealedPush(textFields(from, words, String(++numbers), now), now)
      return openedAnswer(await (await fetch(base + path, { method: 'POST', body })).text())
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

test.skipIf(disk instanceof Error)(
  'a disk that is full: nothing is acknowledged that is lost, everybody hears whom to call, and it mends itself',
  { timeout: 60_000 },
  async () => {
    if (disk instanceof Error) return
    onTestFinished(() => {
      execFileSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true })
    })
    const dataDir = join(disk, 'data')
    mkdirSync(dataDir)
    const server = await serverOn(dataDir)
    onTestFinished(() => server.stop())
    const kept = ['before']
    expect(await server.say('谢谢', 'before')).toContain(WORDS.thanks)
    // Three megabytes are little from the start.
    await expect
      .poll(server.ready)
      .toMatchObject({ status: 200, body: { advice: [expect.stringContaining('磁盘快满了')] } })
    await expect.poll(() => server.logged().filter((line) => line.includes('磁盘快满了'))).toHaveLength(1)

    const ballast = join(disk, 'ballast')
    for (const size of [1 << 18, 1 << 12, 1]) fill(ballast, size)

    const lost: string[] = []
    for (let n = 0; n < 40; n += 1) {
      const from = `full${n}`
      const answer = await server.say('谢谢', from)
      if (answer.includes(WORDS.thanks)) kept.push(from)
      else {
        expect(answer).toBe(WORDS.outage)
        lost.push(from)
      }
    }
    expect(lost.length).toBeGreaterThan(30)
    const danger = await server.say('我不想活了')
    expect(danger).toContain('12356')
    expect(danger).toContain(WORDS.dangerOutage)
    expect(await server.ready()).toMatchObject({
      status: 503,
      body: { ready: false, detail: expect.stringContaining('磁盘已满') },
    })
    expect(await (await fetch(`${server.base}/metrics`)).text()).toContain('jiuzhu_store_writable 0')
    expect((await fetch(`${server.base}/p/dibao`)).status).toBe(200)
    await pause(2_000)
    expect(server.alive()).toBe(true)
    expect(server.logged().filter((line) => line.includes('磁盘已满'))).toHaveLength(1)
    expect(server.logged().filter((line) => /"level":(?:50|60)/.test(line))).toHaveLength(1)
    expect(server.logged().filter((line) => line.includes('磁盘快满了'))).toHaveLength(1)

    rmSync(ballast)
    const freed = performance.now()
    while ((await server.ready()).status !== 200) await pause(50)
    expect(performance.now() - freed).toBeLessThan(5_000)
    expect(await server.say('谢谢', 'after')).toContain(WORDS.thanks)
    kept.push('after')
    await server.stop()
    const found: string[] = []
    for await (const { resident } of (await readLowdbFolder(dataDir)).scan('turns'))
      found.push(resident.replace('official-account:', ''))
    expect(found.sort()).toEqual(kept.sort())
  },
)
