/** What it takes to run the built server as a process of its own, on loopback and beside others. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { join } from 'node:path'
import { projectFolder } from '../../knowledge/load.ts'
import { ACCOUNT } from './wechat.ts'

/** What `npm run build` makes of the server. */
export const BUILT = join(projectFolder(), 'dist/server/main.js')

export interface ServerParts {
  port: number
  /** Where it runs, without a .env; its data are in `data` there unless said otherwise. */
  folder: string
  /** Where WeChat is found. */
  api: string
  /** What comes before the script. */
  flags?: readonly string[]
  script?: string
  env?: Readonly<Record<string, string>>
  stdio: ('ignore' | 'pipe' | 'ipc')[]
}

/** Starts the built server, or another one in its place, with the Official Account of the tests. */
export function spawnServer(parts: ServerParts): ChildProcess {
  const { port, folder, api, flags = [], script = BUILT, env = {}, stdio } = parts
  return spawn(process.execPath, [...flags, script], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(folder, 'data'),
      WECHAT_APP_ID: ACCOUNT.appId,
      WECHAT_APP_SECRET: ACCOUNT.secret,
      WECHAT_TOKEN: ACCOUNT.token,
      WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
      WECHAT_API_BASE: api,
      ...env,
    },
    stdio,
  })
}

/** Whether a server answers at /healthz. */
export function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (response) => {
      response.resume()
      response.once('close', () => resolve(response.statusCode === 200))
    }).once('error', () => resolve(false))
  })
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

/** Sends it a signal, and resolves when it has ended. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const over = once(child, 'exit')
  child.kill(signal)
  await over
}
