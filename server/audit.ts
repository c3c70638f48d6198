/** `npm run audit`: who saw, changed, exported or deleted what; whether the log is whole; what is past its term goes. */
import { readHead, verify } from '../bot/audit.ts'
import type { AuditLine, Query } from '../bot/store.ts'
import { clockOn, endOfDay } from '../flows/clocks.ts'
import { type AuditCommand, actorsOf, help, readAuditCommand, sayLine, sayVerdict } from './audit/command.ts'
import { readConfig } from './config.ts'
import { askDesk, tellFault } from './desk/ask.ts'
import { loadEnvFile } from './env-file.ts'
import { readStore } from './store/open.ts'
import type { ReadOnlyStore } from './store/read.ts'

/** More than anybody reads at once. */
const LISTED = 2000

async function main(args: readonly string[]): Promise<void> {
  const command = readAuditCommand(args, new Date())
  loadEnvFile()
  switch (command.kind) {
    case 'help':
      process.stdout.write(help())
      return
    case 'purge': {
      const days = command.days ?? readConfig(process.env).keep.audit
      const { text } = await askDesk({ audit: 'purge', days })
      process.stdout.write(`${text}\n`)
      return
    }
    default:
      return look(command)
  }
}

/** Reads beside a running service or without one. */
async function look(command: Extract<AuditCommand, { kind: 'list' | 'verify' }>): Promise<void> {
  const complain = (message: string) => void process.stderr.write(`${message}\n`)
  const { store, keys, close } = await readStore(readConfig(process.env), { warn: complain, error: complain })
  try {
    if (command.kind === 'list') {
      const lines = await linesOf(store, command)
      const shown = lines.slice(0, LISTED).map(sayLine)
      if (lines.length > LISTED) shown.push(`只列了最早的${LISTED}条，请用 --from、--to 分几段看。`)
      process.stdout.write(`${shown.length === 0 ? '没有这样的审计记录。' : shown.join('\n')}\n`)
      return
    }
    // Where nothing was ever noted there may be no key yet.
    const { fingerprint } = (await readHead(store)) ? await keys() : { fingerprint: () => '' }
    const verdict = await verify(store, fingerprint, command.heads)
    process.stdout.write(`${sayVerdict(verdict)}\n`)
    if (verdict.broken) process.exitCode = 1
  } finally {
    await close()
  }
}

async function linesOf(
  store: ReadOnlyStore,
  { from, to, by, about }: Extract<AuditCommand, { kind: 'list' }>,
): Promise<AuditLine[]> {
  const within: Pick<Query, 'from' | 'to' | 'limit'> = {
    ...(from === null ? {} : { from: clockOn(from, '00:00').toISOString() }),
    ...(to === null ? {} : { to: endOfDay(to).toISOString() }),
    limit: LISTED + 1,
  }
  const found =
    about !== null
      ? [await store.list('audit', 'ofSubject', { equals: [about], ...within })]
      : by !== null
        ? await Promise.all(
            actorsOf(by).map((actor) => store.list('audit', 'ofActor', { equals: [actor], ...within })),
          )
        : [await store.list('audit', 'byAge', { equals: [], ...within })]
  const actors = by === null ? null : actorsOf(by)
  return found
    .flat()
    .filter((line) => actors === null || actors.includes(line.by))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

main(process.argv.slice(2)).catch(tellFault)
