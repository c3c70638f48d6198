/** What `npm run store` promises, on real disk and a real PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { projectFolder } from '../knowledge/load.ts'
import { move } from '../server/store/carry/move.ts'
import { takeLock } from '../server/store/lock.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { TABLES } from '../server/store/memory.ts'
import { openPostgresStore } from '../server/store/postgres/postgres.ts'
import { KEY_BYTES, ringKey } from '../server/store/sealer.ts'
import { folderWith, keptRows, rowsIn } from './support/kept-rows.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { temporaryFolder } from './support/world.ts'

const SECRET = Buffer.alloc(KEY_BYTES, 1)
const KEY = ringKey(SECRET)
const SCRIPT = join(projectFolder(), 'dist/server/store.js')
const quiet = { warn: () => {}, error: () => {} }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())
afterEach(() => server.drop())

const stores = (dataDir: string, databaseUrl: string | null = null) => ({
  dataDir,
  databaseUrl,
  dataKeys: [SECRET],
})
const ask = async <Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}
const noted = () => {
  const lines: string[] = []
  return { lines, tell: (line: string) => void lines.push(line) }
}
/** A data folder with rows of every table and a photo. */
async function filled(count = 20): Promise<string> {
  const folder = join(temporaryFolder(), 'data')
  await folderWith(keptRows(count, KEY), folder)
  await mkdir(join(folder, 'media'))
  await writeFile(join(folder, 'media', 'm1.photo.jpg'), 'sealed bytes')
  return folder
}

describe('move', () => {
  test('carries every row of every table to a database and back, field for field', async () => {
    const folder = await filled(40)
    const before = await rowsIn(folder)
    const bytes = await readFile(join(folder, 'db.json'))
    const there = noted()
    await move(stores(folder), server.url, there.tell)
    expect(there.lines.join('\n')).toMatch(/每一行都核对过/)
    expect(there.lines.join('\n')).toContain(`一共 ${(TABLES.length - 1) * 40 + 1} 行`)
    expect(there.lines.join('\n')).toContain('DATABASE_URL=')
    expect((await readFile(join(folder, 'db.json'))).equals(bytes)).toBe(true)
    expect(await readdir(folder)).not.toContain('lock')

    const back = join(temporaryFolder(), 'back')
    const again = noted()
    await move(stores(folder, server.url), back, again.tell)
    expect(again.lines.join('\n')).toContain(`DATA_DIR=${back}`)
    expect(await rowsIn(back)).toEqual(before)
    expect(await readFile(join(back, 'media', 'm1.photo.jpg'), 'utf8')).toBe('sealed bytes')
    expect((await stat(back)).mode & 0o777).toBe(0o700)
    expect((await stat(join(back, 'db.json'))).mode & 0o777).toBe(0o600)
    // Both serve.
    await (await openLowdbStore(back, { log: quiet })).close()
    await (await openPostgresStore(server.url, { log: quiet })).close()
  })

  test('killed anywhere, ends right when it is run again; what is not whole is served by nobody', async () => {
    const folder = await filled(250)
    const before = await rowsIn(folder)
    for (const rows of [1, 4_000]) {
      const child = run(['move', server.url], { DATA_DIR: folder })
      await untilRows(rows, child)
      child.kill('SIGKILL')
      await once(child, 'exit')
      await expect(openPostgresStore(server.url, { log: quiet })).rejects.toThrow(/没有搬完.*再运行一次/)
    }
    await move(stores(folder), server.url, () => {})

    const back = join(temporaryFolder(), 'back')
    const child = run(['move', back], {
      DATA_DIR: folder,
      DATABASE_URL: server.url,
      DATA_KEY: SECRET.toString('base64'),
    })
    while (child.exitCode === null && !existsSync(join(back, 'db.json.tmp'))) await pause(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect(openLowdbStore(back, { log: quiet })).rejects.toThrow(/没有搬完.*再运行一次/)
    await move(stores(folder, server.url), back, () => {})
    expect(await rowsIn(back)).toEqual(before)
  })

  test('begins anew when the data were changed since it was stopped', async () => {
    const folder = await filled(2)
    await move(stores(folder), server.url, () => {})
    await ask("create table half_filled (mark text); insert into half_filled values ('elsewhere 5')")
    const store = await openLowdbStore(folder, { log: quiet })
    await store.transaction((tx) => tx.remove('rosters', 'none'))
    await store.transaction((tx) => tx.put('rosters', { id: 'roster', revision: 9 }))
    await store.close()
    await move(stores(folder), server.url, () => {})
    expect(await ask('select count(*)::int as count from rosters')).toEqual([{ count: 3 }])
  })

  test('is refused while anybody serves from either, and into what holds data', async () => {
    const folder = await filled(2)
    const lock = await takeLock(folder)
    await expect(move(stores(folder), server.url, () => {})).rejects.toThrow(/正由进程 \d+ 使用/)
    await lock.release()

    const serving = await openPostgresStore(server.url, { log: quiet })
    onTestFinished(() => serving.close())
    await expect(move(stores(folder), server.url, () => {})).rejects.toThrow(/正由 1 个进程使用.*先停掉/)
    await serving.transaction((tx) => tx.put('rosters', { id: 'roster', revision: 1 }))
    const back = join(temporaryFolder(), 'back')
    await expect(move(stores(folder, server.url), back, () => {})).rejects.toThrow(/正由 1 个进程使用/)
    await serving.close()

    await expect(move(stores(folder), server.url, () => {})).rejects.toThrow(/已经有数据/)
    await expect(move(stores(folder, server.url), folder, () => {})).rejects.toThrow(/已经有数据/)
    expect(await ask('select id from rosters')).toEqual([{ id: 'roster' }])
    await expect(move(stores(folder), back, () => {})).rejects.toThrow(/就在文件夹里/)
  })

  test('finds a row that arrived otherwise than it was sent, and does not serve it', async () => {
    const folder = await filled(3)
    await openPostgresStore(server.url, { log: quiet }).then((store) => store.close())
    await ask(`create function spoil() returns trigger language plpgsql as $$
      begin new.data := jsonb_set(new.data, '{more}', '"elsewhere"'); return new; end $$;
      create trigger spoil before insert on visits for each row execute function spoil()`)
    await expect(move(stores(folder), server.url, () => {})).rejects.toThrow(
      /核对不符：visits 表有 3 行不一样/,
    )
    await expect(openPostgresStore(server.url, { log: quiet })).rejects.toThrow(/没有搬完/)
    await ask('drop trigger spoil on visits; drop function spoil')
    await move(stores(folder), server.url, () => {})
    await openPostgresStore(server.url, { log: quiet }).then((store) => store.close())
  })
})

function run(args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [SCRIPT, ...args], { cwd: temporaryFolder(), env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Waits until so many rows are in the database, looked at by the statistics of what was inserted. */
async function untilRows(rows: number, child: ChildProcess): Promise<void> {
  const every = TABLES.map((table) => `(select count(*) from "${table}")`).join(' + ')
  for (;;) {
    if (child.exitCode !== null) throw new Error('it ended before it was killed')
    const [found] = await ask<{ rows: number }>(`select (${every})::int as rows`).catch(() => [])
    if (found && found.rows >= rows) return
    await pause(10)
  }
}
