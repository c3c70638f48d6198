/**
 * A disk that can lose its power: it works on a real folder, and knows what of it would be left. What was not synced
 * is left in parts, sector by sector, in any order, as SQLite's tests assume (https://www.sqlite.org/testing.html);
 * names that were given or taken away are durable only once their folder was synced, and until then in any order.
 */
import { promises as real } from 'node:fs'
import { basename, join } from 'node:path'
import { type Disk, type DiskFile, realDisk } from '../../server/store/disk.ts'

const SECTOR = 512

type Change = { at: number; bytes: Buffer } | { length: number }
interface Inode {
  durable: Buffer
  /** Not synced yet, oldest first. */
  pending: Change[]
}
/** Names that change at once. */
type Naming = [name: string, inode: Inode | undefined][]

/** What a folder holds, by name. */
export type Left = Map<string, Buffer>

export interface PowerCutDisk extends Disk {
  /** What would be left if the power went now, as chance has it. */
  cut(random: () => number): Left
  /** Names change; to be called where the folder's do. */
  renamed(from: string, to: string): void
  linked(from: string, to: string): void
  removed(path: string): void
  written(path: string): Promise<void>
}

/**
 * @param folder what is in it counts as durable
 * @param onStep called whenever what would be left may have changed
 * @param lies an acknowledgement may come before the disk has it: what the test must find out
 */
export async function powerCutDisk(
  folder: string,
  onStep: () => void,
  { lies = false } = {},
): Promise<PowerCutDisk> {
  const now = new Map<string, Inode>()
  for (const name of await real.readdir(folder)) {
    now.set(name, { durable: await real.readFile(join(folder, name)), pending: [] })
  }
  const durableNames = new Map(now)
  let pendingNames: Naming[] = []
  const name = (...change: Naming): void => {
    for (const [one, inode] of change) {
      if (inode) now.set(one, inode)
      else now.delete(one)
    }
    pendingNames.push(change)
    onStep()
  }
  const at = (path: string): Inode => {
    const inode = now.get(basename(path))
    if (!inode) throw new Error(`${path} is not known`)
    return inode
  }
  const change = (inode: Inode, what: Change): void => {
    inode.pending.push(what)
    onStep()
  }
  const settle = (inode: Inode): void => {
    inode.durable = inode.pending.reduce<Buffer>(
      (bytes, one) => applied(bytes, one, () => true),
      inode.durable,
    )
    inode.pending = []
    onStep()
  }
  const sizeOf = ({ durable, pending }: Inode): number =>
    pending.reduce(
      (size, one) => ('length' in one ? one.length : Math.max(size, one.at + one.bytes.length)),
      durable.length,
    )

  return {
    async open(path, flags): Promise<DiskFile> {
      const file = await realDisk.open(path, flags)
      if (flags === 'r') {
        const sync = async (): Promise<void> => {
          await file.sync()
          for (const [one, inode] of pendingNames.flat()) {
            if (inode) durableNames.set(one, inode)
            else durableNames.delete(one)
          }
          pendingNames = []
          onStep()
        }
        return { ...file, sync }
      }
      if (!now.has(basename(path))) name([basename(path), { durable: Buffer.alloc(0), pending: [] }])
      const inode = at(path)
      if (flags === 'w') change(inode, { length: 0 })
      return {
        async write(bytes) {
          change(inode, { at: sizeOf(inode), bytes: Buffer.from(bytes) })
          await file.write(bytes)
          if (flags === 'a' && !lies) settle(inode)
        },
        async sync() {
          await file.sync()
          settle(inode)
        },
        async truncate(length) {
          change(inode, { length })
          await file.truncate(length)
        },
        close: () => file.close(),
      }
    },
    renamed: (from, to) => name([basename(to), at(from)], [basename(from), undefined]),
    linked: (from, to) => name([basename(to), at(from)]),
    removed: (path) => {
      if (now.has(basename(path))) name([basename(path), undefined])
    },
    async written(path) {
      const bytes = await real.readFile(path)
      name([basename(path), { durable: Buffer.alloc(0), pending: [{ at: 0, bytes }] }])
    },
    cut(random) {
      const names = new Map(durableNames)
      const inOrder = random() < 0.5
      let going = true
      for (const changes of pendingNames) {
        const kept = random() < 0.6
        going &&= kept
        if (!(inOrder ? going : kept)) continue
        for (const [one, inode] of changes) {
          if (inode) names.set(one, inode)
          else names.delete(one)
        }
      }
      const left: Left = new Map()
      const contents = new Map<Inode, Buffer>()
      for (const [one, inode] of names) {
        const bytes = contents.get(inode) ?? leftOf(inode, random)
        contents.set(inode, bytes)
        left.set(one, bytes)
      }
      return left
    },
  }
}

function leftOf({ durable, pending }: Inode, random: () => number): Buffer {
  return pending.reduce<Buffer>((bytes, one) => {
    const share = [0, 0.5, 0.9, 1][Math.floor(random() * 4)] ?? 1
    return applied(bytes, one, () => random() < share)
  }, durable)
}

/** The bytes with a change made to those sectors that are `kept`. */
function applied(bytes: Buffer, change: Change, kept: () => boolean): Buffer {
  if ('length' in change) {
    if (!kept()) return bytes
    const cut = Buffer.alloc(change.length)
    bytes.copy(cut)
    return cut
  }
  let found = bytes
  for (let from = change.at; from < change.at + change.bytes.length; ) {
    const to = Math.min(change.at + change.bytes.length, (Math.floor(from / SECTOR) + 1) * SECTOR)
    if (kept()) {
      if (found.length < to) found = Buffer.concat([found, Buffer.alloc(to - found.length)])
      else if (found === bytes) found = Buffer.from(bytes)
      change.bytes.copy(found, from, from - change.at, to - change.at)
    }
    from = to
  }
  return found
}
