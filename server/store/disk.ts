/** The few file operations that decide durability, small enough for a test to count them or make them fail. */
import { close, constants, fdatasync, fstat, fsync, ftruncate, open, read, write } from 'node:fs'
import { promisify } from 'node:util'

/** Nobody but the service's own user may read what residents wrote (reliability.md S2). */
export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

export interface DiskFile {
  /** Writes all bytes at the end, or rejects having written some of them. A journal's are then on the disk itself. */
  write(bytes: Uint8Array): Promise<void>
  /** Resolves once everything written is on the disk itself. */
  sync(): Promise<void>
  /** @param length bytes to keep */
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** `a` appends to a journal, durably at every write, `w` begins a file anew, `r` opens a folder in order to sync its entries. */
  open(path: string, flags: 'a' | 'w' | 'r'): Promise<DiskFile>
}

// The callback functions, promisified, cost about half of what FileHandle does per call.
const opened = promisify(open)
const written = promisify(write)
const filled = promisify(read)
const examined = promisify(fstat)
const synced = promisify(fsync)
const dataSynced = promisify(fdatasync)
const truncated = promisify(ftruncate)
const closed = promisify(close)

const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants
/**
 * With O_DSYNC a write returns when fdatasync after it would have: one errand for the thread pool, not two. Only
 * Linux; elsewhere the flag is missing or leaves the disk's own cache out, which Node's fdatasync does not.
 */
const APPEND_DURABLY = process.platform === 'linux' ? O_APPEND | O_CREAT | O_WRONLY | O_DSYNC : undefined

/** The machine's own disk. */
export const realDisk: Disk = {
  async open(path, flags) {
    const durable = flags === 'a' ? APPEND_DURABLY : undefined
    const fd = await opened(path, durable ?? flags, FILE_MODE)
    return {
      async write(bytes) {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await written(fd, bytes, done, bytes.length - done, null)
          done += bytesWritten
        }
        if (flags === 'a' && durable === undefined) await dataSynced(fd)
      },
      // A journal's size is all the metadata it needs, and fdatasync saves that; other files want the rest too.
      sync: () => (flags === 'a' ? dataSynced(fd) : synced(fd)),
      truncate: (length) => truncated(fd, length),
      close: () => closed(fd),
    }
  },
}

/** Makes the names in `folder` as durable as the files they name. Rejects with the file system's error. */
export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const READ_BYTES = 1 << 20
/** The end of a file is found by reading on, and somebody may still be writing there. */
const LEAST_BYTES = 1 << 12

/** A file to be read, until {@link closeFile}. Rejects with the file system's error, as the two after it do. */
export const openFile = (path: string): Promise<number> => opened(path, 'r')
export const closeFile = (fd: number): Promise<void> => closed(fd)
export const sizeOf = async (fd: number): Promise<number> => (await examined(fd)).size

/**
 * A part of a file in order, at most a megabyte at a time. All of them stand in the same bytes, one after the other: so a
 * file of any length is read in memory for one.
 *
 * @throws {RangeError} when the file is shorter
 */
export async function* piecesOf(
  fd: number,
  from: number,
  to: number,
): AsyncGenerator<{ at: number; bytes: Buffer }> {
  const piece = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, Math.max(0, to - from)))
  for (let at = from; at < to; ) {
    const { bytesRead } = await filled(fd, piece, 0, Math.min(piece.length, to - at), at)
    if (bytesRead === 0) throw new RangeError('the file ends too early')
    yield { at, bytes: piece.subarray(0, bytesRead) }
    at += bytesRead
  }
}

/**
 * Reads a file line by line without ever holding it whole.
 *
 * @param onLine called in order with the line's bytes without its newline (which stay as they are, and stand in memory
 *   before that newline), its offset in bytes, and whether a newline ended it
 * @returns the file's length in bytes. Rejects with the file system's error, or what `onLine` throws.
 */
export async function readLines(
  path: string,
  onLine: (line: Buffer, offset: number, ended: boolean) => void,
): Promise<number> {
  const fd = await opened(path, 'r')
  try {
    return await readLinesOf(fd, onLine)
  } finally {
    await closed(fd)
  }
}

/** The lines of an open file, as {@link readLines}. */
export async function readLinesOf(
  fd: number,
  onLine: (line: Buffer, offset: number, ended: boolean) => void,
): Promise<number> {
  const { size } = await examined(fd)
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for (;;) {
    const room = Math.max(LEAST_BYTES, Math.min(READ_BYTES, size - offset - rest.length))
    const piece = Buffer.allocUnsafeSlow(rest.length + room)
    rest.copy(piece)
    const { bytesRead } = await filled(fd, piece, rest.length, room, offset + rest.length)
    if (bytesRead === 0) break
    const bytes = piece.subarray(0, rest.length + bytesRead)
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      onLine(bytes.subarray(start, end), offset + start, true)
      start = end + 1
    }
    offset += start
    rest = bytes.subarray(start)
  }
  if (rest.length > 0) onLine(rest, offset, false)
  return offset + rest.length
}

/** A checksum as eight hexadecimal digits. */
export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}

/** The errno name of a failed file operation, e.g. `ENOSPC`, or '' when it was no such failure. */
export function faultCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

const MENDS: Record<string, string> = {
  ENOSPC: '磁盘已满,请清理出空间',
  EDQUOT: '超出磁盘配额,请清理出空间或提高配额',
  EROFS: '文件系统是只读的,请重新挂载为可写',
  EACCES: '没有权限,请检查文件夹的属主是否为运行服务的用户',
  EPERM: '没有权限,请检查文件夹的属主是否为运行服务的用户',
  EIO: '磁盘读写出错,请检查硬盘并尽快备份',
  EMFILE: '打开的文件太多,请提高 ulimit -n',
}

/** What went wrong with a file and what mends it, in words for the operator. Holds no data from the file. */
export function faultDetail(path: string, error: unknown): string {
  const code = faultCode(error)
  return `写不进 ${path}(${code || '未知错误'}):${MENDS[code] ?? '请检查磁盘和文件夹权限'}`
}
