/** A file written from its beginning to its end, summed on the way and put on the disk itself in small helpings. */
import { crc32 } from 'node:zlib'
import type { Disk, DiskFile } from './disk.ts'

/** Summing and writing so much takes well under a millisecond; the loop runs in between. */
const WRITE_BYTES = 1 << 18
/** A journal line waits for the disk to finish what it is doing: so it is handed small helpings. */
const SYNC_BYTES = 4 << 20

/** Its methods reject with the file system's error. */
export class SummedFile {
  readonly #file: DiskFile
  /** One for the whole file: a new one each time would be memory that is only given back when the collector comes. */
  readonly #buffer = Buffer.allocUnsafeSlow(WRITE_BYTES)
  #filled = 0
  #checksum = 0
  #unsynced = 0
  /** Bytes handed to it so far. */
  at = 0

  private constructor(file: DiskFile) {
    this.#file = file
  }

  /** Begins the file anew. */
  static async open(disk: Disk, path: string): Promise<SummedFile> {
    return new SummedFile(await disk.open(path, 'w'))
  }

  /** @param bytes may change once this has resolved */
  async write(bytes: Uint8Array): Promise<void> {
    this.at += bytes.length
    for (let from = 0; from < bytes.length; ) {
      const most = Math.min(bytes.length - from, WRITE_BYTES - this.#filled)
      this.#buffer.set(bytes.subarray(from, from + most), this.#filled)
      this.#filled += most
      from += most
      if (this.#filled === WRITE_BYTES) await this.#flush()
    }
  }

  /** The checksum of all that was written until now. */
  async checksum(): Promise<number> {
    await this.#flush()
    return this.#checksum
  }

  /** Resolves once all of it is on the disk itself. */
  async sync(): Promise<void> {
    await this.#flush()
    await this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return
    const bytes = this.#buffer.subarray(0, this.#filled)
    this.#checksum = crc32(bytes, this.#checksum)
    await this.#file.write(bytes)
    this.#filled = 0
    this.#unsynced += bytes.length
    if (this.#unsynced < SYNC_BYTES) return
    await this.#file.sync()
    this.#unsynced = 0
  }
}
