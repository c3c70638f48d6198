import { constants, crc32, deflateRawSync, deflateSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHarmless } from '../server/people/workbook-bounds.ts'
import { bared, pictureTypeOf } from '../server/picture.ts'
import { workbook } from './support/workbook.ts'

/** What must not come through, in every place a maker writes it. */
const SECRET = 'GPS 31.9N 118.8E'

const segment = (marker: number, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body)
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(bytes.length + 2, 2)
  return Buffer.concat([head, bytes])
}
/** Exif as a telephone writes it: which way up, and where. */
function exif(turned: number, little = true): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4)
  tiff.write(little ? 'II' : 'MM')
  const short = (value: number, at: number) =>
    little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at)
  const long = (value: number, at: number) =>
    little ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at)
  short(42, 2)
  long(8, 4)
  short(1, 8)
  short(0x0112, 10)
  short(3, 12)
  long(1, 14)
  short(turned, 18)
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from(SECRET)]))
}
const START = Buffer.from('ffd8', 'hex')
const END = Buffer.from('ffd9', 'hex')
const JFIF = segment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0')
const TABLE = segment(0xdb, Buffer.alloc(65, 7))
const FRAME = segment(0xc0, Buffer.alloc(15, 8))
const SCAN = Buffer.concat([
  segment(0xda, Buffer.alloc(10, 1)),
  Buffer.from('12ff00ffd034ffd1', 'hex'),
  Buffer.alloc(300, 5),
])
const PICTURE = [TABLE, FRAME, SCAN]
const jpeg = (...parts: Buffer[]) => Buffer.concat([START, ...parts])
const told = (bytes: Buffer | undefined) => bytes?.includes(SECRET.slice(0, 8))

describe('a photo as it is kept', () => {
  test.each([
    ['Exif', [exif(1)]],
    ['Exif behind a decoy', [segment(0xe1, 'nothing that anybody knows, but long enough'), exif(1)]],
    ['XMP', [segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${SECRET}`)]],
    ['XMP that goes on', [segment(0xe1, `http://ns.adobe.com/xmp/extension/\0${SECRET}`)]],
    ['captions', [segment(0xed, `Photoshop 3.0\0${SECRET}`)]],
    ['a comment', [segment(0xfe, SECRET)]],
    [
      'a preview of a maker',
      [segment(0xe0, `JFXX\0${SECRET}`), segment(0xe5, SECRET), segment(0xe2, `MPF\0${SECRET}`)],
    ],
  ])('is rid of %s', (_what, before) => {
    const kept = bared(jpeg(JFIF, ...before, ...PICTURE, END))
    expect(kept?.type).toBe('image/jpeg')
    expect(told(kept?.bytes)).toBe(false)
    expect(kept?.bytes).toEqual(jpeg(JFIF, ...PICTURE, END))
  })

  test('is rid of a comment between scans and of what follows its end', () => {
    const between = segment(0xfe, SECRET)
    const kept = bared(jpeg(JFIF, TABLE, FRAME, SCAN, between, SCAN, END, jpeg(exif(1), ...PICTURE, END)))
    expect(kept?.bytes).toEqual(jpeg(JFIF, TABLE, FRAME, SCAN, SCAN, END))
  })

  test.each([true, false])('is shown the way it was taken (little endian %s)', (little) => {
    const kept = bared(jpeg(exif(6, little), JFIF, ...PICTURE, END))?.bytes ?? Buffer.alloc(0)
    expect(told(kept)).toBe(false)
    // Our own segment says the same, and nothing else; bared again it stays.
    expect(kept.subarray(2, 4).toString('hex')).toBe('ffe1')
    expect(bared(kept)?.bytes).toEqual(kept)
  })

  test('keeps its colours', () => {
    const colours = segment(0xe2, `ICC_PROFILE\0\x01\x01colours`)
    expect(bared(jpeg(colours, ...PICTURE, END))?.bytes).toEqual(jpeg(colours, ...PICTURE, END))
  })

  test('is kept when the line broke in the middle of it, and not when nothing can be seen', () => {
    const whole = jpeg(exif(1), JFIF, ...PICTURE)
    expect(told(bared(whole.subarray(0, -100))?.bytes)).toBe(false)
    for (const cut of [3, 20, 60, 150]) expect(bared(whole.subarray(0, cut))).toBeNull()
    expect(bared(jpeg(JFIF, END))).toBeNull()
  })

  test('as PNG is rid of texts, times, Exif and private parts', () => {
    const part = (name: string, body: Buffer | string) => {
      const named = Buffer.concat([Buffer.from(name), Buffer.from(body)])
      const frame = Buffer.alloc(4)
      frame.writeUInt32BE(named.length - 4)
      const sum = Buffer.alloc(4)
      sum.writeUInt32BE(crc32(named))
      return Buffer.concat([frame, named, sum])
    }
    const head = part('IHDR', Buffer.from('00000001000000010800000000', 'hex'))
    const data = part('IDAT', deflateSync(Buffer.from([0, 0])))
    const mark = Buffer.from('89504e470d0a1a0a', 'hex')
    const loud = ['tEXt', 'iTXt', 'zTXt', 'eXIf', 'tIME', 'caBX', 'prVt'].map((name) => part(name, SECRET))
    const kept = bared(Buffer.concat([mark, head, ...loud, data, part('IEND', ''), Buffer.from(SECRET)]))
    expect(kept).toEqual({ type: 'image/png', bytes: Buffer.concat([mark, head, data, part('IEND', '')]) })
    expect(bared(Buffer.concat([mark, data]))).toBeNull()
    expect(bared(mark)).toBeNull()
  })

  test('is known by its content alone', () => {
    for (const other of ['<html><script>', 'GIF89a', '%PDF-1.7', 'PK\u0003\u0004', 'MZ', '<svg xmlns=', ''])
      expect([other, pictureTypeOf(Buffer.from(other))]).toEqual([other, null])
  })

  test('whatever it is, costs no fault, and tells nothing it had in a segment', () => {
    const whole = jpeg(exif(3), JFIF, segment(0xfe, SECRET), ...PICTURE, END)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(whole.length),
        (changes, end) => {
          const bytes = Buffer.from(whole.subarray(0, end))
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          const kept = bared(bytes)
          expect(kept === null || kept.bytes.length <= bytes.length + 36).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a workbook', () => {
  test('that an office sends is opened', () => {
    expect(
      isHarmless(
        workbook([
          ['姓名', '电话'],
          ['王芳', '13812345678'],
        ]),
      ),
    ).toBe(true)
  })

  test('that unpacks to more than a machine has is not', () => {
    const megabyte = deflateRawSync(Buffer.alloc(1024 * 1024, 32), { finishFlush: constants.Z_FULL_FLUSH })
    const times = (count: number) =>
      Buffer.concat([...Array<Buffer>(count).fill(megabyte), deflateRawSync('')])
    expect(inflateRawSync(times(2))).toHaveLength(2 * 1024 * 1024)
    const bomb = archiveOf('xl/worksheets/sheet1.xml', 200 * 1024 * 1024, times(200))
    expect(bomb.length).toBeLessThan(1024 * 1024)
    expect(isHarmless(bomb)).toBe(false)
    // Also when it says it is small.
    bomb.writeUInt32LE(10, 22)
    expect(isHarmless(bomb)).toBe(false)
  })

  test.each([
    ['a cell at the far end', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'],
    ['a span that ends there', '<dimension ref="A1:XFD1048576"/><row r="1"><c r="A1"><v>1</v></c></row>'],
  ])('with %s is not', (_what, sheet) => {
    expect(
      isHarmless(zipOf('xl/worksheets/sheet1.xml', Buffer.from(`<worksheet>${sheet}</worksheet>`))),
    ).toBe(false)
  })

  test('that is none, or broken anywhere, is not and costs no fault', () => {
    const whole = workbook([['姓名'], ['王芳']])
    expect(isHarmless(Buffer.from('PK\u0003\u0004 broken'))).toBe(false)
    for (let end = 0; end < whole.length; end += 37) expect(isHarmless(whole.subarray(0, end))).toBe(false)
  })
})

/** A ZIP archive of one file, compressed. */
const zipOf = (name: string, content: Buffer): Buffer =>
  archiveOf(name, content.length, deflateRawSync(content))

/** The same of what was compressed before, and how large it was. */
function archiveOf(name: string, size: number, packed: Buffer): Buffer {
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt16LE(8, 4)
  about.writeUInt32LE(packed.length, 14)
  about.writeUInt32LE(size, 18)
  about.writeUInt16LE(name.length, 22)
  const file = Buffer.concat([Buffer.from('PK\u0003\u0004'), about, Buffer.from(name), packed])
  const entry = Buffer.concat([
    Buffer.from('PK\u0001\u0002'),
    Buffer.from([20, 0]),
    about,
    Buffer.alloc(14),
    Buffer.from(name),
  ])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(entry.length, 8)
  end.writeUInt32LE(file.length, 12)
  return Buffer.concat([file, entry, Buffer.from('PK\u0005\u0006'), end])
}
