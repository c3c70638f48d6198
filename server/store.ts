/** `npm run store`: backs the data up, restores, moves and checks them, and changes their key. */
import { StoreError } from '../bot/store.ts'
import { ConfigError, readConfig } from './config.ts'
import { loadEnvFile } from './env-file.ts'
import { backup } from './store/carry/backup.ts'
import { CarryError } from './store/carry/carry-error.ts'
import { check } from './store/carry/check.ts'
import { move } from './store/carry/move.ts'
import { restore } from './store/carry/restore.ts'
import { rotate } from './store/carry/rotate.ts'
import { help, readStoreCommand } from './store/command.ts'
import { faultCode } from './store/disk.ts'

const tell = (line: string) => void process.stdout.write(`${line}\n`)

async function main(args: readonly string[]): Promise<void> {
  const command = readStoreCommand(args)
  if (command.kind === 'help') return tell(help())
  loadEnvFile()
  const config = readConfig(process.env)
  switch (command.kind) {
    case 'move':
      return move(config, command.goal, tell)
    case 'backup':
      await backup(config, { ...command, now: new Date() }, tell)
      return
    case 'restore':
      return restore(config, { ...command, now: new Date() }, tell)
    case 'check':
      if (!(await check(config, command.place, tell))) process.exitCode = 1
      return
    case 'rotate':
      return rotate(config, tell)
  }
}

/** What somebody can mend is told in words, anything else with its stack. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inWords =
    OURS.some((kind) => error instanceof kind) || (error.name === 'Error' && faultCode(error) === '')
  return inWords ? error.message : (error.stack ?? error.message)
}

const OURS = [ConfigError, CarryError, StoreError]

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`)
  process.exitCode = 1
})
