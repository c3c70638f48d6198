/** Pictures as telephones send them. */
import { crc32, deflateSync } from 'node:zlib'

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(body.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}

/** A PNG of one colour that any browser shows, with where it was taken written into it (W3C PNG 11). */
export function pngTaken(): Buffer {
  const head = Buffer.from('00000008000000080802000000', 'hex')
  const lines = Buffer.concat(Array.from({ length: 8 }, () => Buffer.alloc(1 + 8 * 3, 0x66).fill(0, 0, 1)))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from('Comment\0GPS 31.9N 118.8E', 'latin1')),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
