/**
 * The default store: every change in an append-only journal, whose rows memory knows how to find, and lowdb's JSON file as
 * the snapshot from which the journal is shortened, and where the rows that nobody changes stay. lowdb alone rewrites the whole file at every change and
 * acknowledges before it is on disk.
 */

import { join } from 'node:path'
import { Low } from 'lowdb'
import {
  type Health,
  type IndexName,
  type Outline,
  type Query,
  type Store,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { Announcements } from './announcements.ts'
import type { Base } from './base/base.ts'
import { INDEX } from './base/index-file.ts'
import { keepIndex } from './base/open.ts'
import { type Disk, faultDetail, realDisk } from './disk.ts'
import { Draft, rowOf } from './draft.ts'
import { prepareFolder, putRight } from './folder.ts'
import { refuseHalfFilled } from './half-filled.ts'
import { Journal } from './journal.ts'
import { takeLock } from './lock.ts'
import { emptyImage, type Image, Memory } from './memory.ts'
import { walk } from './read.ts'
import { type Recovered, recover } from './recovery.ts'
import { lengthOf } from './segment.ts'
import { sizeAdvice } from './size.ts'
import { PREVIOUS, SNAPSHOT, SnapshotFile } from './snapshot.ts'
import { HELD_CHARACTERS, Texts } from './texts.ts'

/** The journal may grow to this many bytes, or to the snapshot's size, before it is compacted: so that small
 * data are not rewritten all the time. As much is read again at a start after a crash, in an eighth of a second. */
export const COMPACT_BYTES = 8 << 20
/** However large the snapshot is, no more than so many bytes of the journal need their rows found in memory, and are read at a start. */
const COMPACT_MOST_BYTES = 64 << 20

export interface LowdbOptions {
  /** Dates snapshots and names daily copies. Default: the system clock. */
  clock?: () => Date
  /** Told in Chinese what an operator should know. Default: the console. */
  log?: { warn(message: string): void; error(message: string): void }
  /** Default: the machine's own disk. */
  fs?: Disk
  /** Opened by whoever is still filling the folder; see half-filled.ts. */
  halfFilled?: boolean
  /** How much of what was changed stays in memory; default {@link HELD_CHARACTERS}. */
  heldCharacters?: number
}

/**
 * Opens the store in `folder`, creating it when it is not there, and recovers what an earlier process left.
 *
 * @throws {Error} in Chinese, naming the file and the mend, when another process has the folder or its data
 *   cannot be known completely; nothing is modified then
 */
export async function openLowdbStore(folder: string, options: LowdbOptions = {}): Promise<Store> {
  const { clock = () => new Date(), log = console, fs: disk = realDisk, halfFilled = false } = options
  const { heldCharacters = HELD_CHARACTERS } = options
  await prepareFolder(folder, disk)
  if (!halfFilled) await refuseHalfFilled(folder)
  const lock = await takeLock(folder)
  try {
    const recovered = await recover(folder)
    for (const note of recovered.notes) log.warn(note)
    await putRight(folder, recovered, disk, clock())
    const { base, segments } = recovered
    const image = { ...recovered.image, base: await indexed(folder, recovered, disk, log) }
    const journal = await Journal.open({ folder, disk, log }, segments, image.seq)
    const file = new SnapshotFile({ folder, disk, clock })
    file.base = image.base
    return new LowdbStore({
      memory: new Memory(image),
      journal,
      file,
      lock,
      clock,
      log,
      heldCharacters,
      snapshotSeq: base.seq,
      wanting: recovered.damaged.length > 0 || base.name === PREVIOUS,
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** The snapshot with its index beside it: where that was missing it was made anew, which takes a while at each start. */
async function indexed(
  folder: string,
  { image, base }: Recovered,
  disk: Disk,
  log: { warn(message: string): void },
): Promise<Base | undefined> {
  // Read from another file it is written anew at once.
  if (!image.base || base.isIndexed || base.name !== SNAPSHOT) return image.base
  return keepIndex(folder, SNAPSHOT, image.base, disk).catch((error: unknown) => {
    log.warn(`${faultDetail(join(folder, INDEX), error)}。不影响使用，只是下次启动会慢`)
    return image.base
  })
}

interface Parts {
  memory: Memory
  journal: Journal
  file: SnapshotFile
  lock: { release(): Promise<void> }
  clock: () => Date
  log: { warn(message: string): void; error(message: string): void }
  heldCharacters: number
  /** The journal line the snapshot reaches. */
  snapshotSeq: number
  /** The snapshot was damaged or gone, so a new one is wanted at once. */
  wanting: boolean
}

class LowdbStore implements Store {
  readonly #memory: Memory
  readonly #journal: Journal
  readonly #file: SnapshotFile
  readonly #low: Low<Image>
  readonly #parts: Parts
  readonly #texts: Texts
  readonly #announcements = new Announcements()
  /** Ends when the transaction before has left memory; each new one waits for it. */
  #turn: Promise<void> = Promise.resolve()
  #snapshotSeq: number
  /** After a failed compaction: the journal's size in bytes at which to try again. */
  #retryBytes = 0
  /** The day of the last compaction, tried or done. */
  #day: string
  #compacting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#memory = parts.memory
    this.#journal = parts.journal
    this.#texts = new Texts(parts.heldCharacters)
    this.#file = parts.file
    this.#low = new Low(parts.file, emptyImage())
    this.#snapshotSeq = parts.snapshotSeq
    const { base } = parts.file
    this.#day = base ? chinaDay(new Date(base.of.savedAt)) : this.#today()
    if (parts.wanting) this.#compactSoon()
    else this.#compactIfDue()
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#checkOpen()
    const before = this.#turn
    let leave = (): void => {}
    this.#turn = new Promise((resolve) => {
      leave = resolve
    })
    await before
    const setbacks = this.#journal.setbacks
    const draft = new Draft(this.#memory)
    let outcome: { result: T } | { error: unknown }
    let durable: Promise<void> | undefined
    try {
      outcome = { result: await work(draft) }
      const changes = draft.end()
      if (setbacks !== this.#journal.setbacks) throw this.#unavailable()
      if (changes.size > 0) {
        const length = lengthOf(changes)
        durable = this.#journal.append(
          changes,
          length,
          () => this.#memory.apply(changes),
          (path) => this.#texts.add(changes, length, path),
        )
      }
    } catch (error) {
      draft.end()
      outcome = { error: setbacks === this.#journal.setbacks ? error : this.#unavailable() }
    } finally {
      leave()
    }
    // Even work that changed nothing, or threw, may have decided so on rows that are not on disk yet.
    await (durable ?? this.#journal.settled())
    if ('error' in outcome) throw outcome.error
    this.#announcements.tell(draft.announced)
    this.#compactIfDue()
    return outcome.result
  }

  async get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    const entry = await this.#durably(() => this.#memory.get(table, id))
    return entry && rowOf(table, entry)
  }

  async list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    const entries = await this.#durably(() => this.#memory.find(table, index, query))
    return entries.map((entry) => rowOf(table, entry))
  }

  count<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<number> {
    return this.#durably(() => this.#memory.count(table, index, query))
  }

  async *scan<K extends TableName>(table: K): AsyncIterable<Tables[K]> {
    const standing = () => this.#durably(() => this.#memory.rows(table))
    let rows = await standing()
    // While the disk was waited for a new snapshot may have come, and with it the end of the one before.
    while (rows.base !== this.#memory.base) rows = await standing()
    yield* walk(table, rows)
  }

  outlines<K extends TableName>(table: K): AsyncIterable<Outline<K>> {
    return this.scan(table)
  }

  onAnnounced(topic: Topic, heard: () => void): () => void {
    return this.#announcements.on(topic, heard)
  }

  health(): Health {
    if (this.#closing) return { writable: false, detail: '存储已关闭', advice: [] }
    const advice = sizeAdvice({
      rows: this.#memory.size,
      bytes: this.#snapshotBytes + this.#journal.bytesAfter(this.#snapshotSeq),
    })
    const fault = this.#journal.fault
    return { writable: fault === '', detail: fault === '' ? '正常' : fault, advice }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#turn
    await this.#journal.settled()?.catch(() => {})
    await this.#compacting
    // A last snapshot makes the next start quick, and leaves no journal end that could be torn.
    if (this.#journal.seq > this.#snapshotSeq) await this.#compact()
    await this.#journal.close()
    await this.#texts.close()
    this.#memory.base?.leave()
    await this.#parts.lock.release()
  }

  /** Reads what is, or will by then be, on disk. */
  async #durably<T>(read: () => T): Promise<T> {
    for (;;) {
      this.#checkOpen()
      const found = read()
      const settled = this.#journal.settled()
      if (!settled) return found
      try {
        await settled
        return found
      } catch {
        // What was read has been taken back: read again.
      }
    }
  }

  #compactIfDue(): void {
    if (this.#compacting || this.#closing || this.#journal.seq === this.#snapshotSeq) return
    const bytes = this.#journal.bytesAfter(this.#snapshotSeq)
    const most = Math.min(this.#snapshotBytes, COMPACT_MOST_BYTES)
    const full = bytes > Math.max(COMPACT_BYTES, most, this.#retryBytes)
    // Once a day in any case: for the daily copy, and so that what was erased also leaves the journal.
    if (full || this.#today() !== this.#day) this.#compactSoon()
  }

  #compactSoon(): void {
    this.#compacting = this.#compact().finally(() => {
      this.#compacting = undefined
    })
  }

  #today(): string {
    return chinaDay(this.#parts.clock())
  }

  /** Writes a snapshot as of now and shortens the journal. A failure only leaves the journal longer. */
  async #compact(): Promise<void> {
    this.#day = this.#today()
    // In one tick: the image holds exactly what is journalled up to the rotation, durable or not yet.
    const image = this.#memory.image(this.#journal.seq)
    const rotated = this.#journal.rotate()
    try {
      await rotated
      this.#low.data = image
      await this.#low.write()
      this.#settle(image)
      const previous = this.#snapshotSeq
      this.#snapshotSeq = image.seq
      this.#retryBytes = 0
      await this.#journal.forget(previous)
    } catch (error) {
      this.#retryBytes = this.#journal.bytesAfter(this.#snapshotSeq) + COMPACT_BYTES
      const reason = error instanceof Error ? error.message : String(error)
      this.#parts.log.warn(
        `数据快照没有写成(${reason})。已确认的改动都在日志里,没有丢失;稍后再试,请检查磁盘空间`,
      )
    } finally {
      // Otherwise every row replaced from now on would be kept a second time.
      this.#low.data = emptyImage()
    }
  }

  /** Stands on the snapshot just written; the one before stays open for those who walk it. */
  #settle(image: Image): void {
    const { base } = this.#file
    if (!base) return
    this.#memory.settleOn(base)
    image.base?.leave()
  }

  get #snapshotBytes(): number {
    return this.#file.base?.of.bytes ?? 0
  }

  #unavailable(): StoreError {
    return new StoreError('unavailable', this.#journal.fault || '本次改动所依据的数据没有写入磁盘,请重试')
  }

  #checkOpen(): void {
    if (this.#closing) throw new StoreError('closed', '存储已关闭')
  }
}
