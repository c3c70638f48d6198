/** What `npm run store` promises, on real disk and a real PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { mediaJob } from '../bot/casework.ts'
import { plainText } from '../bot/message.ts'
import type { Transaction } from '../bot/store.ts'
import { projectFolder } from '../knowledge/load.ts'
import { openDoor } from '../server/desk/socket.ts'
import { backup } from '../server/store/carry/backup.ts'
import { check } from '../server/store/carry/check.ts'
import { move } from '../server/store/carry/move.ts'
import { restore } from '../server/store/carry/restore.ts'
import { rotate } from '../server/store/carry/rotate.ts'
import { unlock } from '../server/store/data-key.ts'
import { TABLES } from '../server/store/entry.ts'
import { takeLock } from '../server/store/lock.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { openStore } from '../server/store/open.ts'
import { openPostgresStore } from '../server/store/postgres/postgres.ts'
import { createRotation } from '../server/store/rotation.ts'
import { createSealer, KEY_BYTES, ringKey } from '../server/store/sealer.ts'
import { eventually } from './support/eventually.ts'
import { folderWith, keptRows, rowsIn } from './support/kept-rows.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { requestHelp } from './support/request.ts'
import { SHORT_LIVED } from './support/short-lived.ts'
import { temporaryFolder, world } from './support/world.ts'

const SECRET = Buffer.alloc(KEY_BYTES, 1)
const KEY = ringKey(SECRET)
const SCRIPT = join(projectFolder(), 'dist/server/store.js')
const quiet = { warn: () => {}, error: () => {} }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())
// Making every table anew takes longer than most of what is tested; who needs none drops them.
afterEach(() => server.empty())

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
/** As many rows of each table as any test wants; making and sealing them takes longer than what is done with them. */
const MOST = 60
let made: ReturnType<typeof keptRows> | undefined
/** A data folder with rows of every table and a photo. */
async function filled(count = 20): Promise<string> {
  const folder = join(temporaryFolder(), 'data')
  made ??= keptRows(MOST, KEY)
  const rows = [...made].map(([table, texts]) => [table, texts.slice(0, count)] as const)
  await folderWith(new Map(rows), folder)
  await mkdir(join(folder, 'media'))
  await writeFile(join(folder, 'media', 'm1.photo.jpg'), 'sealed bytes')
  return folder
}

describe('move', () => {
  test('carries every row of every table to a database and back, field for field', async () => {
    await server.drop()
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
    const folder = await filled(60)
    const before = await rowsIn(folder)
    const [first, half] = [TABLES[0] ?? '', TABLES[Math.floor(TABLES.length / 2)] ?? '']
    await openPostgresStore(server.url, { log: quiet }).then((store) => store.close())
    for (const table of [first, half]) {
      await ask(`
        create or replace function hold() returns trigger language plpgsql
          as $$ begin perform pg_advisory_xact_lock(${HELD}); return null; end $$;
        create trigger hold before insert on "${table}" execute function hold()`)
      await killedWhenHeld(`select pg_advisory_xact_lock(${HELD})`, () =>
        run(['move', server.url], { DATA_DIR: folder }),
      )
      await ask(`drop trigger hold on "${table}"`)
      await expect(openPostgresStore(server.url, { log: quiet })).rejects.toThrow(/没有搬完.*再运行一次/)
    }
    await move(stores(folder), server.url, () => {})

    const back = join(temporaryFolder(), 'back')
    await killedWhenHeld(`lock table "${half}" in access exclusive mode`, () =>
      run(['move', back], {
        DATA_DIR: folder,
        DATABASE_URL: server.url,
        DATA_KEY: SECRET.toString('base64'),
      }),
    )
    expect(existsSync(join(back, 'db.json.tmp'))).toBe(true)
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

describe('backup and restore', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 10, day, 4))
  const taken = (
    dataDir: string,
    folder: string,
    day: number,
    databaseUrl: string | null = null,
    keepDays = 30,
  ) => backup(stores(dataDir, databaseUrl), { folder, keepDays, now: at(day) }, () => {})

  test('a backup beside a running store holds every row and medium, sealed, for its owner alone', async () => {
    const folder = await filled()
    const serving = await openLowdbStore(folder, { log: quiet })
    onTestFinished(() => serving.close())
    await serving.transaction((tx) => tx.put('rosters', { id: 'roster', revision: 3 }))
    const said = noted()
    const backups = join(temporaryFolder(), 'backups')
    const path = await backup(stores(folder), { folder: backups, keepDays: 30, now: at(1) }, said.tell)
    await serving.transaction((tx) => tx.put('rosters', { id: 'roster', revision: 4 }))
    expect(path).toBe(join(backups, 'jiuzhu-2026-11-01-120000'))
    expect(said.lines.join()).toMatch(/密钥不在里面/)
    expect((await readdir(path)).sort()).toEqual(['db.json', 'manifest.json', 'manifest.sha256', 'media'])
    for (const name of await readdir(path, { recursive: true })) {
      const { mode } = await stat(join(path, name))
      expect([name, mode & 0o777]).toEqual([name, name === 'media' ? 0o700 : 0o600])
    }
    const restored = join(temporaryFolder(), 'restored')
    await restore(stores(restored), { backup: path, erased: null, now: at(2) }, said.tell)
    const [was, is] = [await rowsIn(folder), await rowsIn(restored)]
    expect(is['rosters']?.['roster']).toEqual({ id: 'roster', revision: 3 })
    expect({ ...is, rosters: {} }).toEqual({ ...was, rosters: {} })
    expect(await readFile(join(restored, 'media', 'm1.photo.jpg'), 'utf8')).toBe('sealed bytes')
    expect(said.lines.join()).toMatch(/2026-11-01 12:00 起.*无从知道/)
  })

  test('one of a database is of one moment, and fills a folder or an empty database', async () => {
    const folder = await filled()
    await move(stores(folder), server.url, () => {})
    const backups = join(temporaryFolder(), 'backups')
    const path = await taken(folder, backups, 1, server.url)
    const restored = join(temporaryFolder(), 'restored')
    await restore(stores(restored), { backup: path, erased: null, now: at(2) }, () => {})
    expect(await rowsIn(restored)).toEqual(await rowsIn(folder))
    const again = { backup: path, erased: null, now: at(2) }
    await expect(restore(stores(folder, server.url), again, () => {})).rejects.toThrow(/已经有数据/)
    await expect(restore(stores(restored), again, () => {})).rejects.toThrow(/已经有数据/)
    await server.drop()
    await restore(stores(restored, server.url), again, () => {})
    const back = join(temporaryFolder(), 'back')
    await move(stores(restored, server.url), back, () => {})
    expect(await rowsIn(back)).toEqual(await rowsIn(folder))
  })

  test('a flipped byte of any file, a file missing or too many is found, and nothing is restored', async () => {
    const path = await taken(await filled(3), join(temporaryFolder(), 'backups'), 1)
    const target = join(temporaryFolder(), 'restored')
    const again = () => restore(stores(target), { backup: path, erased: null, now: at(2) }, () => {})
    for (const name of ['db.json', 'manifest.json', 'manifest.sha256', 'media/m1.photo.jpg']) {
      const whole = await readFile(join(path, name))
      const bytes = Buffer.from(whole)
      const middle = Math.floor(bytes.length / 2)
      bytes[middle] = (bytes[middle] ?? 0) ^ 1
      await writeFile(join(path, name), bytes)
      await expect(again()).rejects.toThrow(/不能用/)
      await rm(join(path, name))
      await expect(again()).rejects.toThrow(/不能用|不是一份完整的备份/)
      await writeFile(join(path, name), whole)
    }
    await writeFile(join(path, 'media', 'other'), '')
    await expect(again()).rejects.toThrow(/media\/other 不是这份备份里的/)
    await rm(join(path, 'media', 'other'))
    await expect(
      restore(
        { ...stores(target), dataKeys: [Buffer.alloc(KEY_BYTES, 2)] },
        { backup: path, erased: null, now: at(2) },
        () => {},
      ),
    ).rejects.toThrow(/缺少数据密钥/)
    expect(existsSync(join(target, 'db.json'))).toBe(false)
    await again()
  })

  test('what was cut short is taken for no backup; the old ones go by their time', async () => {
    const folder = await filled(1)
    const backups = join(temporaryFolder(), 'backups')
    await taken(folder, backups, 1)
    await taken(folder, backups, 9)
    // What a process killed over its backup leaves, once just now and once long ago.
    await mkdir(join(backups, '.jiuzhu-2026-11-10-115959.part'))
    await mkdir(join(backups, '.jiuzhu-2026-11-02-120000.part'))
    await mkdir(join(backups, 'of-somebody-else'))
    await taken(folder, backups, 10, null, 5)
    expect((await readdir(backups)).sort()).toEqual([
      '.jiuzhu-2026-11-10-115959.part',
      'jiuzhu-2026-11-09-120000',
      'jiuzhu-2026-11-10-120000',
      'of-somebody-else',
    ])
    await expect(taken(join(backups, 'nowhere'), backups, 11)).rejects.toThrow(/还没有数据/)
  })

  test('who had everything deleted after the backup does not return with it', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const backups = join(temporaryFolder(), 'backups')
    const serving = await unlock(
      await openLowdbStore(dataDir, { log: quiet }),
      { folder: dataDir, keys: [SECRET] },
      quiet,
    )
    const { receive, text, clock } = await world({ store: serving.store, at: '2026-11-01T12:00:00+08:00' })
    const say = async (words: string, from: string) => {
      clock.pass(1_000)
      return (await receive(text(words, { from }))).reply?.text ?? ''
    }
    const gone = await requestHelp((words) => say(words, 'gone'))
    const stays = await requestHelp((words) => say(words, 'stays'))
    const first = await taken(dataDir, backups, 2)
    expect(await say('删除我的信息', 'gone')).toContain('要删除吗')
    await say('确认删除我的信息', 'gone')
    const second = await taken(dataDir, backups, 3)
    await rename(second, join(backups, 'elsewhere'))
    await serving.store.close()

    const restoredWith = async (erased: string | null) => {
      const folder = join(temporaryFolder(), 'restored')
      const said = noted()
      await restore(stores(folder), { backup: first, erased, now: at(4) }, said.tell)
      return { rows: await rowsIn(folder), said: said.lines.join('\n'), folder }
    }
    const unknown = await restoredWith(null)
    expect(Object.keys(unknown.rows['tickets'] ?? {}).sort()).toEqual([gone, stays].sort())
    expect(unknown.said).toMatch(/没有找到比这份备份更新的数据.*无从知道.*--erased/)

    const live = await restoredWith(dataDir)
    expect(live.said).toMatch(/又删了一遍：居民 1 位/)
    expect(live.said).not.toContain('无从知道')
    expect(Object.keys(live.rows['tickets'] ?? {})).toEqual([stays])
    const cause = Object.values(live.rows['ticket_events'] ?? {})
    expect(JSON.stringify(cause)).not.toContain(gone)

    await rename(join(backups, 'elsewhere'), second)
    const beside = await restoredWith(null)
    expect(Object.keys(beside.rows['tickets'] ?? {})).toEqual([stays])
    expect(beside.said).toMatch(/居民 1 位.*2026-11-03 12:00 起.*无从知道/)

    // And not with the next restore either: the restored store remembers.
    await rm(second, { recursive: true })
    const later = await restoredWith(live.folder)
    expect(Object.keys(later.rows['tickets'] ?? {})).toEqual([stays])
  })
})

describe('rotate', () => {
  const OTHER = Buffer.alloc(KEY_BYTES, 2)
  const open = async (dataDir: string, keys: readonly Uint8Array[], databaseUrl: string | null = null) => {
    const store = await openStore({ dataDir, databaseUrl, dataKeys: keys }, quiet)
    onTestFinished(() => store.store.close())
    return store
  }
  const word = {
    id: 'h1',
    resident: 'sandbox:a',
    at: '2026-11-22T01:00:00.000Z',
    words: '家里没米了',
    media: 'm1',
  }
  const sealedWith = async (dataDir: string) => {
    const text = JSON.stringify(await rowsIn(dataDir))
    return new Set([...text.matchAll(/"v1:([0-9a-f]{8}):/g)].map(([, id]) => id))
  }
  /** A folder with rows and a photo sealed with the first key, as a server leaves it. */
  async function sealedFolder(): Promise<{ dataDir: string; print: string }> {
    const dataDir = await filled(30)
    await rm(join(dataDir, 'media', 'm1.photo.jpg'))
    const { store, sealer, fingerprint } = await open(dataDir, [SECRET])
    await store.transaction((tx) => tx.put('heard', word))
    const name = 'm1.photo.jpg'
    await writeFile(join(dataDir, 'media', name), sealer.sealBytes(Buffer.from('a photo'), name))
    await store.close()
    return { dataDir, print: fingerprint('phone', '13812345678') }
  }

  test('seals everything anew, so that the old key can leave; what was recognised still is', async () => {
    const { dataDir, print } = await sealedFolder()
    await expect(open(dataDir, [OTHER])).rejects.toThrow(/缺少数据密钥/)
    const said = noted()
    await rotate({ ...stores(dataDir), dataKeys: [OTHER, SECRET] }, said.tell)
    expect(said.lines.join()).toMatch(/换好了：\d+ 行、照片和语音 1 份/)
    expect(await sealedWith(dataDir)).toEqual(new Set([ringKey(OTHER).id]))

    const { store, fingerprint } = await open(dataDir, [OTHER])
    expect(await store.get('heard', 'h1')).toEqual(word)
    expect(fingerprint('phone', '13812345678')).toBe(print)
    const opened = createSealer([ringKey(OTHER)])
    const bytes = await readFile(join(dataDir, 'media', 'm1.photo.jpg'))
    expect(opened.openBytes(bytes, 'm1.photo.jpg').toString()).toBe('a photo')
    await store.close()
    await expect(open(dataDir, [SECRET])).rejects.toThrow(`编号 ${ringKey(OTHER).id}`)
    // And on to a third.
    const third = Buffer.alloc(KEY_BYTES, 3)
    await rotate({ ...stores(dataDir), dataKeys: [third, OTHER] }, () => {})
    expect((await open(dataDir, [third])).fingerprint('phone', '13812345678')).toBe(print)
  })

  test('goes on with what an older version made fingerprints from: its first key', async () => {
    const { dataDir } = await sealedFolder()
    const raw = await openLowdbStore(dataDir, { log: quiet })
    await raw.transaction(async (tx) => {
      const record = await tx.get('data_keys', KEY.id)
      if (record) await tx.put('data_keys', { ...record, fingerprints: null })
    })
    await raw.close()
    await rotate({ ...stores(dataDir), dataKeys: [OTHER, SECRET] }, () => {})
    const { fingerprint } = await open(dataDir, [OTHER])
    expect(fingerprint('phone', '13812345678')).toBe(KEY.fingerprint('phone', '13812345678'))
  })

  test('stopped at any step, leaves everything readable with both keys and ends right when run again', async () => {
    const { dataDir, print } = await sealedFolder()
    for (const steps of [1, 3, 6]) {
      const { store, ...unlocked } = await open(dataDir, [OTHER, SECRET])
      let done = 0
      const dying = new Error('killed')
      const stopping: typeof store = {
        ...store,
        transaction: (work) => (++done > steps ? Promise.reject(dying) : store.transaction(work)),
      }
      const rotation = createRotation({ ...unlocked, store: stopping, mediaFolder: join(dataDir, 'media') })
      const toItsEnd = async () => {
        while (!(await rotation.step()).done);
      }
      await expect(toItsEnd()).rejects.toBe(dying)
      expect(await store.get('heard', 'h1')).toEqual(word)
      expect(unlocked.fingerprint('phone', '13812345678')).toBe(print)
      await store.close()
    }
    await rotate({ ...stores(dataDir), dataKeys: [OTHER, SECRET] }, () => {})
    expect(await (await open(dataDir, [OTHER])).store.get('heard', 'h1')).toEqual(word)
  })

  test('keeps the old key while a row cannot be opened, and seals the others', async () => {
    const { dataDir } = await sealedFolder()
    const raw = await openLowdbStore(dataDir, { log: quiet })
    const broken = createSealer([ringKey(SECRET)]).seal('x', {
      table: 'heard',
      id: 'elsewhere',
      field: 'words',
    })
    await raw.transaction((tx) => tx.put('heard', Object.assign({ ...word, id: 'h2' }, { words: broken })))
    await raw.close()
    await expect(rotate({ ...stores(dataDir), dataKeys: [OTHER, SECRET] }, () => {})).rejects.toThrow(
      /有 1 行读不出来/,
    )
    await expect(open(dataDir, [OTHER])).rejects.toThrow(/缺少数据密钥/)
    expect(await (await open(dataDir, [OTHER, SECRET])).store.get('heard', 'h1')).toEqual(word)
  })

  test('goes through the server that has the folder open, unless that seals with another key', async () => {
    const { dataDir } = await sealedFolder()
    const serving = await open(dataDir, [OTHER, SECRET])
    const { store, fingerprint } = serving
    const rotation = createRotation({ ...serving, mediaFolder: join(dataDir, 'media') })
    const desk = { store, fingerprint, now: () => new Date(), newId: () => '', rotation }
    const door = await openDoor(dataDir, desk, () => {})
    onTestFinished(() => door.close())
    await expect(rotate({ ...stores(dataDir), dataKeys: [SECRET, OTHER] }, () => {})).rejects.toThrow(
      /先重启服务/,
    )
    await rotate({ ...stores(dataDir), dataKeys: [OTHER, SECRET] }, () => {})
    expect(await sealedWith(dataDir)).toEqual(new Set([ringKey(OTHER).id]))
    expect(await store.get('heard', 'h1')).toEqual(word)
  })

  test('on a database waits for processes that still seal with the old key', async () => {
    const { dataDir, print } = await sealedFolder()
    await move(stores(dataDir), server.url, () => {})
    const behind = await open(dataDir, [SECRET], server.url)
    const rotating = { ...stores(dataDir, server.url), dataKeys: [OTHER, SECRET] }
    await expect(rotate(rotating, () => {})).rejects.toThrow(/还有 1 个进程/)
    await behind.store.close()
    await rotate(rotating, () => {})
    const { store, fingerprint } = await open(dataDir, [OTHER], server.url)
    expect(await store.get('heard', 'h1')).toEqual(word)
    expect(fingerprint('phone', '13812345678')).toBe(print)
  })

  test('does not bring back a photo that was erased while it was sealed anew', async () => {
    const { dataDir } = await sealedFolder()
    const serving = await open(dataDir, [OTHER, SECRET])
    const job = mediaJob('drop-media', 'm1', word.at)
    await serving.store.transaction((tx) => tx.put('jobs', { ...job, state: 'done' }))
    const rotation = createRotation({ ...serving, mediaFolder: join(dataDir, 'media') })
    while (!(await rotation.step()).done);
    expect(await readdir(join(dataDir, 'media'))).toEqual([])
  })
})

/** Tables of which a check reads more than any made-up row holds. */
const MADE_UP = [
  ...(['audit', 'audit_heads', 'tickets', 'ticket_events', 'ticket_keys', 'accounts', 'sign_ins'] as const),
  'unfinished',
] as const

describe('check', () => {
  const of = async (given: ReturnType<typeof stores>, place: string | null = null) => {
    const { lines, tell } = noted()
    return { whole: await check(given, place, tell), said: lines.join('\n') }
  }
  const withoutMedia = async () => {
    const folder = await filled(5)
    await rm(join(folder, 'media'), { recursive: true })
    // Lines of no chain, and rows whose words are none of this program's.
    const store = await openLowdbStore(folder, { log: quiet })
    await store.transaction(async (tx) => {
      for (const table of MADE_UP)
        for (const id of Object.keys((await rowsIn(folder))[table] ?? {})) await tx.remove(table, id)
    })
    return { folder, store }
  }

  test('finds nothing wrong in a folder that serves, its backup and a database, and counts what each key sealed', async () => {
    const { folder, store } = await withoutMedia()
    const beside = await of(stores(folder))
    expect(beside).toEqual({ whole: true, said: expect.stringContaining(`用编号 ${KEY.id} 的密钥加密的`) })
    await store.close()
    const backups = join(temporaryFolder(), 'backups')
    const path = await backup(stores(folder), { folder: backups, keepDays: 9, now: new Date() }, () => {})
    expect((await of(stores(folder), path)).whole).toBe(true)
    await move(stores(folder), server.url, () => {})
    expect((await of(stores(folder, server.url))).whole).toBe(true)
    expect((await of(stores(folder), server.url)).whole).toBe(true)
    onTestFinished(() => server.drop())
    await ask('drop index turns_byage')
    expect(await of(stores(folder, server.url))).toEqual({
      whole: false,
      said: expect.stringContaining('turns_byage'),
    })
  })

  test('finds a row that cannot be opened, a medium that was altered, a damaged copy and a line without a chain', async () => {
    const { folder, store } = await withoutMedia()
    await store.transaction(async (tx) => {
      const row = await tx.get('heard', Object.keys((await rowsIn(folder))['heard'] ?? {})[0] ?? '')
      if (row) await tx.put('heard', { ...row, id: 'elsewhere' })
      await tx.insert('audit', {
        id: '000000000001',
        at: '',
        by: '',
        deed: 'seen',
        subject: '',
        detail: {},
        previous: '',
        seal: '',
      })
    })
    await store.close()
    await mkdir(join(folder, 'media'))
    await writeFile(join(folder, 'media', 'm1.photo.jpg'), 'not sealed')
    await writeFile(join(folder, 'db-2026-01-01.json'), '{}')
    const { whole, said } = await of(stores(folder))
    expect(whole).toBe(false)
    for (const fault of [/heard 表有一行/, /media\/m1\.photo\.jpg/, /db-2026-01-01\.json/, /审计记录/])
      expect(said).toMatch(fault)
  })
})

describe('check of what an office holds, in a folder and in a database alike', () => {
  /** An office with one request; `spoil` then writes what must not be there. */
  async function checked(place: 'folder' | 'database', spoil: (tx: Transaction) => Promise<void>) {
    const folder = join(temporaryFolder(), 'data')
    const given = stores(folder, place === 'database' ? server.url : null)
    const { store, kept } = await openStore(given, quiet)
    const { receive, text } = await world({ store })
    await requestHelp(async (words) =>
      plainText((await receive(text(words))).reply ?? { text: '', choices: [] }),
    )
    await kept.transaction(spoil)
    await store.close()
    const { lines, tell } = noted()
    return { whole: await check(given, null, tell), said: lines.join('\n') }
  }
  const anyTicket = async (tx: Transaction) => {
    const [row] = await tx.list('tickets', 'byOpening', { equals: [], limit: 1 })
    if (!row) throw new Error('no request was opened')
    return row
  }

  describe.each(['folder', 'database'] as const)('%s', (place) => {
    test('nothing is wrong with what was only told', async () => {
      expect(await checked(place, async () => {})).toMatchObject({ whole: true })
    })

    test('a request that is gone, though what happened to it is there', async () => {
      const { whole, said } = await checked(place, async (tx) =>
        tx.remove('tickets', (await anyTicket(tx)).id),
      )
      expect(whole).toBe(false)
      expect(said).toContain('ticket_events 表里提到的 tickets 有 1 个找不到')
      expect(said).toContain('ticket_keys 表里提到的 tickets 有 1 个找不到')
    })

    test('a request that opens and is none', async () => {
      const { whole, said } = await checked(place, async (tx) => {
        const row = await anyTicket(tx)
        const sealer = createSealer([KEY])
        const ticket = sealer.seal({ version: 99 }, { table: 'tickets', id: row.id, field: 'ticket' })
        await tx.put('tickets', { ...row, ticket })
      })
      expect(whole).toBe(false)
      expect(said).toContain('tickets 表有一行解得开，但不是本版本读得懂的内容')
      expect(said).not.toContain('Q-')
    })

    test('a request that was moved to another’s number', async () => {
      const { whole, said } = await checked(place, async (tx) =>
        tx.put('tickets', { ...(await anyTicket(tx)), id: 'Q-0000-0' }),
      )
      expect(whole).toBe(false)
      expect(said).toMatch(/tickets 表有一行的 ticket 读不出来/)
    })
  })

  test('rows of a database that are none of ours are told by their table, and the others are looked at', async () => {
    const folder = join(temporaryFolder(), 'data')
    const given = stores(folder, server.url)
    const { store } = await openStore(given, quiet)
    await store.close()
    await ask(`insert into turns values ('a', '5'), ('b', '{"id":"c"}'), ('d', '{}')`)
    const { lines, tell } = noted()
    expect(await check(given, null, tell)).toBe(false)
    expect(lines.join('\n')).toContain('turns 表有 3 行不是本程序写的样子')
    expect(lines.join('\n')).toMatch(/看了 \d+ 行/)
  })
})

function run(args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [...SHORT_LIVED, SCRIPT, ...args], {
    cwd: temporaryFolder(),
    env,
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** A lock of the tests' own. */
const HELD = 4711

/** Kills what is begun when it stands at the lock that was taken before; returns when the database has noticed. */
async function killedWhenHeld(lock: string, begin: () => ChildProcess): Promise<void> {
  const holder = new pg.Client({ connectionString: server.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(lock)
    const child = begin()
    const standing = async () => {
      const { rows } = await holder.query<{ pid: number }>('select pid from pg_locks where not granted')
      expect(child.exitCode).toBeNull()
      return rows.map(({ pid }) => pid)
    }
    let held = await standing()
    for (; held.length === 0; held = await standing()) await pause(5)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await holder.query('rollback')
    await eventually(async () =>
      expect((await holder.query('select 1 from pg_stat_activity where pid = any($1)', [held])).rows).toEqual(
        [],
      ),
    )
  } finally {
    await holder.end()
  }
}
