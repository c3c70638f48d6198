/** One writer per data folder: a lock file naming the process that has it. */
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_MODE, faultCode } from './disk.ts'

export const LOCK = 'lock'

interface Owner {
  pid: number
  /** When the process started, as the kernel counts it, so that a reused pid is not mistaken for it. */
  started: string
  /** Tells this taking of the lock from any other. */
  token: string
}

export interface Lock {
  /** Gives the folder free. */
  release(): Promise<void>
}

/**
 * Takes the folder's lock, from a process that no longer lives if need be.
 *
 * @throws {Error} in Chinese, naming the owner's pid and the folder, when another process has it
 */
export async function takeLock(folder: string): Promise<Lock> {
  const me: Owner = { pid: process.pid, started: (await startOf(process.pid)) ?? '', token: randomUUID() }
  const draft = join(folder, `${LOCK}.${me.token}`)
  await writeFile(draft, `${JSON.stringify(me)}\n`, { mode: FILE_MODE, flag: 'wx' })
  try {
    await take(folder, LOCK, draft)
  } finally {
    await rm(draft, { force: true })
  }
  const path = join(folder, LOCK)
  return {
    async release() {
      if ((await ownerOf(path))?.token === me.token) await rm(path, { force: true })
    },
  }
}

/**
 * Makes `draft` the file called `name` unless a living process has that.
 *
 * Replacing a dead owner's file is the race: two starters may both have seen it dead, and the slower must not
 * replace the quicker one. So the right to replace one taking, known by its token, is itself such a lock, and
 * is only used after seeing the dead owner still there.
 */
async function take(folder: string, name: string, draft: string): Promise<void> {
  const path = join(folder, name)
  for (;;) {
    try {
      await link(draft, path)
      return
    } catch (error) {
      if (faultCode(error) !== 'EEXIST') throw error
    }
    const owner = await ownerOf(path)
    if (!owner) continue
    if (await lives(owner)) throw new Error(refusal(folder, owner))
    const right = `${LOCK}.after.${owner.token}`
    await take(folder, right, draft)
    try {
      if ((await ownerOf(path))?.token !== owner.token) continue
      const fresh = `${draft}.fresh`
      await link(draft, fresh)
      await rename(fresh, path)
      return
    } finally {
      await rm(join(folder, right), { force: true })
    }
  }
}

function refusal(folder: string, owner: Owner): string {
  return (
    `数据文件夹 ${folder} 正由进程 ${owner.pid} 使用,同一时间只能有一个服务写它。` +
    `请先停止进程 ${owner.pid},或让本服务使用另一个文件夹`
  )
}

/** Who has the lock at `path`; undefined when nobody has. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const found: unknown = JSON.parse(text)
    if (
      typeof found === 'object' &&
      found !== null &&
      'pid' in found &&
      typeof found.pid === 'number' &&
      Number.isSafeInteger(found.pid) &&
      found.pid > 0 &&
      'started' in found &&
      typeof found.started === 'string' &&
      'token' in found &&
      typeof found.token === 'string' &&
      /^[\w-]+$/.test(found.token)
    ) {
      return { pid: found.pid, started: found.started, token: found.token }
    }
  } catch {
    // Falls through: a power cut can leave the file empty, and then nobody has survived to own it.
  }
  return { pid: 0, started: '', token: 'unreadable' }
}

async function lives(owner: Owner): Promise<boolean> {
  if (owner.pid === 0) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (faultCode(error) === 'ESRCH') return false
  }
  const started = await startOf(owner.pid)
  return started === undefined || owner.started === '' || started === owner.started
}

/** Boot and clock tick at which a process started; undefined where there is no /proc or no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field, a command in parentheses, may hold anything; these are the 3rd, 20th and 22nd.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const [state, threads, ticks] = [fields[0], fields[17], fields[19]]
    if (ticks === undefined) return undefined
    // Killed and not yet collected by its parent; a thread still inside a write would count as alive.
    if (state === 'Z' && threads === '1') return 'gone'
    return `${boot.trim()}:${ticks}`
  } catch {
    return undefined
  }
}
