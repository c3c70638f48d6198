/**
 * The append-only journal. While one durable write is under way the next lines gather, so that any number of
 * transactions share one wait for the disk.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause, setImmediate } from 'node:timers/promises'
import { StoreError } from '../../bot/store.ts'
import { type Disk, type DiskFile, faultDetail, syncFolder } from './disk.ts'
import { formatLines, type LineChanges, type LineText, type Segment, segmentName } from './segment.ts'

// Bounds what one failed write takes back, and the memory of one group.
const GROUP_CHARACTERS = 1 << 19
/** How long, in milliseconds, a line waits at most for others to be written with; a lone one waits for none. */
const GATHER_MS = 10
/**
 * After a group of so many lines, the next one waits for more, in milliseconds: each write to the disk costs the
 * processor about as much as a message does.
 */
const BUSY = { lines: 4, pauseMs: 4 } as const
/** How often a journal that cannot be written is tried again, in milliseconds (R6 asks for 5 s at most). */
export const RETRY_MS = 1_000
/** A change of nothing, wide enough that the last bytes of a full disk are not taken for room. */
const PROOF: LineText = { changes: new Map(), length: 1 << 16, padding: 1 << 16 }

interface Line extends LineText {
  kind: 'line'
  undo: () => void
  placed: (path: string) => void
  durable: Promise<void>
  resolve: () => void
  reject: (error: unknown) => void
}

interface Rotation {
  kind: 'rotation'
  resolve: () => void
  reject: (error: unknown) => void
}

export interface JournalOptions {
  folder: string
  disk: Disk
  /** Told, in Chinese, when writing fails and when it works again. */
  log: { warn(message: string): void; error(message: string): void }
}

/** The one writer of a folder's segments. */
export class Journal {
  readonly #options: JournalOptions
  readonly #segments: Segment[]
  #current: Segment
  #file: DiskFile
  /** The number of the last line given out, and of the last one on disk. */
  #seq: number
  #durable: number
  #queue: (Line | Rotation)[] = []
  /** Lines of the last group. */
  #lastGroup = 0
  #newest: Line | undefined
  #draining: Promise<void> | undefined
  /** Why the last write failed; '' since one worked. */
  #fault = ''
  /** The file may hold more than its durable lines. */
  #overlong = false
  /** The current segment's name may not be on disk yet. */
  #unnamed: boolean
  #setbacks = 0
  #retry: NodeJS.Timeout | undefined

  /**
   * Goes on after line `seq`.
   *
   * @param segments the folder's, oldest first; the last is continued, or the first one begun
   * Rejects with the file system's error.
   */
  static async open(options: JournalOptions, segments: Segment[], seq: number): Promise<Journal> {
    const last = segments.at(-1)
    const current = last ?? { first: seq + 1, path: join(options.folder, segmentName(seq + 1)), bytes: 0 }
    const file = await options.disk.open(current.path, 'a')
    return new Journal(options, last ? [...segments] : [current], current, file, seq)
  }

  private constructor(
    options: JournalOptions,
    segments: Segment[],
    current: Segment,
    file: DiskFile,
    seq: number,
  ) {
    this.#options = options
    this.#segments = segments
    this.#current = current
    this.#file = file
    this.#seq = seq
    this.#durable = seq
    this.#unnamed = current.bytes === 0
  }

  /** Why nothing can be made durable now, and its mend; '' when the last write worked. */
  get fault(): string {
    return this.#fault
  }

  /** How often changes were taken back: whoever read before the last time may have read what never was. */
  get setbacks(): number {
    return this.#setbacks
  }

  /** The last line given out. */
  get seq(): number {
    return this.#seq
  }

  /** Bytes of durable lines in segments that begin after line `seq`. */
  bytesAfter(seq: number): number {
    let bytes = 0
    for (const segment of this.#segments) if (segment.first > seq) bytes += segment.bytes
    return bytes
  }

  /**
   * Appends one transaction.
   *
   * @param apply makes the change visible in memory and returns what takes it back; called at once, or never
   * @param length as `lengthOf` tells
   * @param placed told in which file the line is, once it is on disk
   * @returns resolves when the line is on disk; rejects with {@link StoreError} `unavailable` once the change
   *   is taken back in memory and on disk. Throws the same at once while the file cannot be mended.
   */
  append(
    changes: LineChanges,
    length: number,
    apply: () => () => void,
    placed: Line['placed'],
  ): Promise<void> {
    if (this.#overlong) throw this.#unavailable(undefined)
    return this.#enqueue({ changes, length, padding: 0 }, apply(), placed)
  }

  /** Resolves or rejects with the newest line under way; undefined when everything is on disk. */
  settled(): Promise<void> | undefined {
    return this.#newest?.durable
  }

  /** Lets later lines go to a new segment. Resolves once all earlier ones are durable and it has begun. */
  rotate(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ kind: 'rotation', resolve, reject })
      this.#wake()
    })
  }

  /** Deletes the segments of which no line comes after `seq`. Rejects with the file system's error. */
  async forget(seq: number): Promise<void> {
    for (;;) {
      const [oldest, next] = this.#segments
      if (!oldest || !next || next.first > seq + 1) return
      await rm(oldest.path, { force: true })
      this.#segments.shift()
    }
  }

  /** Waits for what is under way, then closes the file. */
  async close(): Promise<void> {
    while (this.#draining) await this.#draining
    clearTimeout(this.#retry)
    this.#retry = undefined
    await this.#file.close()
  }

  #enqueue(
    { changes, length, padding }: LineText,
    undo: () => void,
    placed: Line['placed'] = () => {},
  ): Promise<void> {
    this.#seq += 1
    let resolve = (): void => {}
    let reject = (_error: unknown): void => {}
    const durable = new Promise<void>((yes, no) => {
      resolve = yes
      reject = no
    })
    this.#newest = { kind: 'line', changes, length, padding, undo, placed, durable, resolve, reject }
    this.#queue.push(this.#newest)
    this.#wake()
    return durable
  }

  #wake(): void {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined
      // Something may have come between the last look at the queue and now.
      if (this.#queue.length > 0) this.#wake()
    })
  }

  async #drain(): Promise<void> {
    for (;;) {
      await this.#gather()
      const first = this.#queue[0]
      if (!first) return
      if (first.kind === 'rotation') {
        this.#queue.shift()
        await this.#begin(first)
        continue
      }
      const group = this.#nextGroup()
      this.#lastGroup = group.length
      const bytes = formatLines(this.#durable + 1, group, this.#current.bytes)
      try {
        await this.#write(bytes)
      } catch (error) {
        await this.#takeBack(group, error)
        continue
      }
      this.#current.bytes += bytes.length
      this.#durable += group.length
      if (this.#fault !== '') this.#options.log.warn(`日志 ${this.#current.path} 恢复写入`)
      this.#fault = ''
      if (this.#newest === group.at(-1)) this.#newest = undefined
      for (const line of group) {
        line.placed(this.#current.path)
        line.resolve()
      }
    }
  }

  /** Waits while every turn of the event loop brings more lines: what many messages write together costs once. */
  async #gather(): Promise<void> {
    if (this.#lastGroup >= BUSY.lines && this.#queue.length > 0) await pause(BUSY.pauseMs)
    const until = performance.now() + GATHER_MS
    for (let seen = 0; seen < this.#queue.length && performance.now() < until; ) {
      seen = this.#queue.length
      await setImmediate()
    }
  }

  #nextGroup(): Line[] {
    const group: Line[] = []
    let length = 0
    for (const item of this.#queue) {
      if (item.kind === 'rotation' || length > GROUP_CHARACTERS) break
      group.push(item)
      length += item.length
    }
    this.#queue.splice(0, group.length)
    return group
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#overlong) await this.#cutBack()
    if (this.#unnamed) await syncFolder(this.#options.disk, this.#options.folder)
    this.#unnamed = false
    await this.#file.write(bytes)
  }

  async #cutBack(): Promise<void> {
    await this.#file.truncate(this.#current.bytes)
    await this.#file.sync()
    this.#overlong = false
  }

  /** Undoes everything that is not on disk: later changes were computed on earlier ones, so none can stay. */
  async #takeBack(group: Line[], cause: unknown): Promise<void> {
    this.#overlong = true
    const lost = [...group, ...this.#queue.splice(0)]
    for (const item of lost.toReversed()) if (item.kind === 'line') item.undo()
    this.#seq = this.#durable
    this.#newest = undefined
    this.#setbacks += 1
    const known = this.#fault !== ''
    this.#fault = faultDetail(this.#current.path, cause)
    if (!known) this.#options.log.error(`${this.#fault}。未写入的改动已撤销;每秒重试,恢复后会再记一行`)
    // A caller may only be told of the failure once a restart could no longer find the line.
    await this.#cutBack().catch(() => {})
    this.#retryLater()
    const error = this.#unavailable(cause)
    for (const item of lost) item.reject(error)
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      if (this.#fault === '') return
      // Only a write proves that changes can be written.
      this.#enqueue(PROOF, () => {}).catch(() => {})
    }, RETRY_MS).unref()
  }

  async #begin(rotation: Rotation): Promise<void> {
    const first = this.#durable + 1
    if (this.#current.first === first) {
      rotation.resolve()
      return
    }
    const segment = { first, path: join(this.#options.folder, segmentName(first)), bytes: 0 }
    try {
      const file = await this.#options.disk.open(segment.path, 'a')
      const before = this.#file
      this.#segments.push(segment)
      this.#current = segment
      this.#file = file
      this.#unnamed = true
      await before.close()
      await syncFolder(this.#options.disk, this.#options.folder)
      this.#unnamed = false
      rotation.resolve()
    } catch (error) {
      rotation.reject(error)
    }
  }

  #unavailable(cause: unknown): StoreError {
    return new StoreError('unavailable', this.#fault, cause === undefined ? {} : { cause })
  }
}
