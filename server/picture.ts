/**
 * Takes out of a photo what it tells besides the picture: where it was taken, when, with whose telephone. Only parts
 * that are known to be needed stay, so that whatever a maker adds is gone as well (JPEG: ITU-T T.81 Annex B; PNG: W3C
 * PNG 5.3). exif-be-gone was tried and not taken: it looks for one known segment at a time, so that a decoy before the
 * real one, captions (APP13), comments and whatever follows the picture come through.
 */

export type PictureType = 'image/jpeg' | 'image/png'

/** What kind of picture it is, by its content; null for anything else. */
export function pictureTypeOf(bytes: Buffer): PictureType | null {
  if (bytes.subarray(0, 3).equals(JPEG)) return 'image/jpeg'
  if (bytes.subarray(0, 8).equals(PNG)) return 'image/png'
  return null
}

/**
 * The picture and nothing else, turned the way it was taken.
 *
 * @returns null when it is no whole JPEG or PNG, so that nobody could tell what is in it
 */
export function bared(bytes: Buffer): { type: PictureType; bytes: Buffer } | null {
  const type = pictureTypeOf(bytes)
  if (type === null) return null
  try {
    const kept = type === 'image/jpeg' ? jpegParts(bytes) : pngParts(bytes)
    return kept && { type, bytes: Buffer.concat(kept) }
  } catch (error) {
    // A length that leads out of the file.
    if (error instanceof RangeError) return null
    throw error
  }
}

const JPEG = Buffer.from('ffd8ff', 'hex')
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const APP15 = 0xef
const COM = 0xfe
/** Restart markers and the one in which a compressed FF is written stand within the picture's data. */
const isData = (marker: number): boolean => marker === 0 || (marker >= 0xd0 && marker <= 0xd7)

function jpegParts(bytes: Buffer): Buffer[] | null {
  const kept = [bytes.subarray(0, 2)]
  let turned: number | null = null
  let at = 2
  let pictured = false
  while (at < bytes.length) {
    if (bytes.readUInt8(at) !== 0xff) return null
    const marker = bytes.readUInt8(at + 1)
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === EOI) {
      // A second picture after the end, e.g. the depth of the first, has data of its own.
      kept.push(bytes.subarray(at, at + 2))
      return pictured ? withTurn(kept, turned) : null
    }
    if (marker === SOI || isData(marker)) return null
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2) return null
    const end = at + 2 + length
    if (end > bytes.length) return null
    const segment = bytes.subarray(at, end)
    if (marker === APP1) turned ??= orientationOf(segment)
    if (isNeeded(marker, segment)) kept.push(segment)
    at = end
    if (marker !== SOS) continue
    pictured = true
    while (at < bytes.length && !(bytes[at] === 0xff && !isData(bytes[at + 1] ?? 0))) at++
    kept.push(bytes.subarray(end, at))
  }
  // Cut off, as by a bad line: what there is can be seen.
  return pictured ? withTurn(kept, turned) : null
}

/** Tables, frames and scans; of what programs add only colours. */
function isNeeded(marker: number, segment: Buffer): boolean {
  if (marker === COM) return false
  if (marker < APP0 || marker > APP15) return true
  const name = segment.subarray(4, 16).toString('latin1')
  if (marker === APP0) return name.startsWith('JFIF\0')
  if (marker === APP2) return name.startsWith('ICC_PROFILE\0')
  return marker === APP14 && name.startsWith('Adobe')
}

/** Which way up it was taken, 1 to 8 (Exif 2.32, tag 0112); null when it does not say. */
function orientationOf(segment: Buffer): number | null {
  if (segment.subarray(4, 10).toString('latin1') !== 'Exif\0\0') return null
  const tiff = segment.subarray(10)
  if (tiff.length < 14) return null
  const little = tiff.subarray(0, 2).toString('latin1') === 'II'
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return null
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12
    if (at + 12 > tiff.length) return null
    if (short(at) === 0x0112) {
      const value = short(at + 8)
      return value >= 1 && value <= 8 ? value : null
    }
  }
  return null
}

/** Which way up stands in an Exif segment of ours, with nothing else in it. */
function withTurn([start, ...rest]: Buffer[], turned: number | null): Buffer[] | null {
  if (!start) return null
  if (turned === null || turned === 1) return [start, ...rest]
  const exif = Buffer.from('ffe10022457869660000' + '4d4d002a00000008' + '0001' + '0112000300000001', 'hex')
  const value = Buffer.from([0, turned, 0, 0, 0, 0, 0, 0])
  return [start, exif, value, ...rest]
}

/** Size, colours, data and end. Texts, times, Exif and whatever is private to a program are left out. */
const PNG_NEEDED = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'pHYs'],
])

function pngParts(bytes: Buffer): Buffer[] | null {
  const kept = [bytes.subarray(0, 8)]
  let at = 8
  while (at < bytes.length) {
    const end = at + 12 + bytes.readUInt32BE(at)
    const name = bytes.subarray(at + 4, at + 8).toString('latin1')
    if (end > bytes.length || (at === 8 && name !== 'IHDR')) return null
    if (PNG_NEEDED.has(name)) kept.push(bytes.subarray(at, end))
    if (name === 'IEND') return kept
    at = end
  }
  return null
}
