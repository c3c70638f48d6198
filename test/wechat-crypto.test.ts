import { execFileSync, spawnSync } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { decrypt } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallbackRefused } from '../bot/channels/channel.ts'
import { envelopeCrypto, plainSignatureOk, sameSignature } from '../bot/channels/wechat-crypto.ts'

/** The account of the official examples in "message-push". */
const oa = { token: 'AAAAA', encodingAesKey: 'A'.repeat(43), receiver: 'wxba5fad812f8e6fb9' }
/** The corporation of the official examples in WeCom's 90968. */
const corp = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  receiver: 'wx5823bf96d3bd56c7',
}
const at = { timestamp: '1714112445', nonce: '415670741' }

/** The platform's side, written from its description and not from ours. */
function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex')
}

function encryptBytes(bytes: Buffer, encodingAesKey = oa.encodingAesKey): string {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64')
}

function padded(bytes: Buffer): Buffer {
  const padding = 32 - (bytes.length % 32)
  return Buffer.concat([bytes, Buffer.alloc(padding, padding)])
}

function framed(message: string, receiver = oa.receiver, claimedLength = Buffer.byteLength(message)): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(claimedLength)
  return Buffer.concat([Buffer.alloc(16, 7), length, Buffer.from(message), Buffer.from(receiver)])
}

function signed(encrypt: string) {
  return { ...at, encrypt, msgSignature: sha1(oa.token, at.timestamp, at.nonce, encrypt) }
}

function refusal(act: () => unknown): CallbackRefused {
  try {
    act()
  } catch (error) {
    if (error instanceof CallbackRefused) return error
    throw error
  }
  throw new Error('It was accepted')
}

describe('the official examples', () => {
  test('the address check of an Official Account is signed over token, timestamp and nonce', () => {
    expect(
      plainSignatureOk('AAAAA', 'f464b24fc39322e44b38aa78f5edd27bd1441696', '1714036504', '1514711492'),
    ).toBe(true)
  })

  test('so is a plain push', () => {
    expect(
      plainSignatureOk('AAAAA', '899cf89e464efb63f54ddac96b0a0a235f53aa78', '1714037059', '486452656'),
    ).toBe(true)
  })

  test('a safe-mode push opens to the message of the example', () => {
    const plaintext = envelopeCrypto(oa).open({
      ...at,
      msgSignature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
      encrypt:
        '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
    })
    expect(Buffer.byteLength(plaintext)).toBe(167)
    expect(JSON.parse(plaintext)).toMatchObject({ Event: 'debug_demo', debug_str: 'hello world' })
  })

  test('an answer seals to the bytes of the example', () => {
    expect(
      envelopeCrypto(oa).seal('{"demo_resp":"good luck"}', {
        timestampSeconds: 1713424427,
        nonce: '415670741',
        random: Buffer.from('707722b803182950'),
      }),
    ).toEqual({
      encrypt: 'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==',
      msgSignature: '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1',
      timeStamp: 1713424427,
      nonce: '415670741',
    })
  })

  test("WeCom's address check opens to its number", () => {
    expect(
      envelopeCrypto(corp).open({
        msgSignature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
        timestamp: '1409659589',
        nonce: '263014780',
        encrypt: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
      }),
    ).toBe('1616140317555161061')
  })

  test("WeCom's push opens to its message", () => {
    const plaintext = envelopeCrypto(corp).open({
      msgSignature: '477715d11cdb4164915debcba66cb864d751f3e6',
      timestamp: '1409659813',
      nonce: '1372623149',
      encrypt:
        'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==',
    })
    expect(plaintext).toContain('<Content><![CDATA[hello]]></Content>')
    expect(plaintext).toContain('<MsgId>4561255354251345929</MsgId>')
  })
})

describe('what is sealed opens again', () => {
  const crypto = envelopeCrypto(oa)
  const reopened = (text: string) => {
    const sealed = crypto.seal(text, { timestampSeconds: 1714112445, nonce: '1' })
    return crypto.open({ ...sealed, timestamp: String(sealed.timeStamp) })
  }

  test.each([0, 1, 2, 3])(
    'for texts of 0 to 2048 bytes and with them every length of padding (%i mod 4)',
    (from) => {
      for (let bytes = from; bytes <= 2048; bytes += 4) {
        const text = '救'.repeat(Math.floor(bytes / 3)) + 'x'.repeat(bytes % 3)
        expect(reopened(text)).toBe(text)
      }
    },
  )

  test('for any text, with emoji and ends of CDATA', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(']]>', '👨‍👩‍👧', '\u0000', '\ufeff'),
    )
    fc.assert(
      fc.property(fc.array(words), (pieces) => {
        const text = pieces.join('')
        expect(reopened(text)).toBe(text)
      }),
    )
  })

  test('and @wecom/crypto reads the same from it, with our address at the end', () => {
    const { encrypt } = crypto.seal('低保', { timestampSeconds: 1714112445, nonce: '1' })
    expect(decrypt(oa.encodingAesKey, encrypt)).toMatchObject({ message: '低保', id: oa.receiver })
  })

  const noOpenssl = spawnSync('openssl', ['version']).status !== 0
  test.skipIf(noOpenssl)('and the openssl command decrypts it to the documented frame', () => {
    const random = Buffer.from('707722b803182950')
    const { encrypt } = crypto.seal('低保👵', { timestampSeconds: 1714112445, nonce: '1', random })
    const key = Buffer.from(`${oa.encodingAesKey}=`, 'base64').toString('hex')
    const plain = execFileSync(
      'openssl',
      ['enc', '-d', '-aes-256-cbc', '-nopad', '-K', key, '-iv', key.slice(0, 32)],
      { input: Buffer.from(encrypt, 'base64') },
    )
    const length = Buffer.from([0, 0, 0, 10])
    expect(plain).toEqual(padded(Buffer.concat([random, length, Buffer.from(`低保👵${oa.receiver}`)])))
  })

  test('to the same bytes whatever was opened and closed before', () => {
    const sealing = { timestampSeconds: 1714112445, nonce: '1', random: Buffer.from('707722b803182950') }
    const alone = envelopeCrypto(oa).seal('低保', sealing).encrypt
    expect(alone).toBe(
      encryptBytes(
        padded(Buffer.concat([sealing.random, Buffer.from([0, 0, 0, 6]), Buffer.from(`低保${oa.receiver}`)])),
      ),
    )
    for (const before of ['', 'x', '特困'.repeat(300)]) {
      expect(reopened(before)).toBe(before)
      expect(crypto.seal('低保', sealing).encrypt).toBe(alone)
      expect(crypto.open(signed(alone))).toBe('低保')
      expect(() => crypto.open(signed(encryptBytes(Buffer.alloc(64, 9))))).toThrow(CallbackRefused)
    }
  })

  test('two answers with the same words look different', () => {
    const sealing = { timestampSeconds: 1714112445, nonce: '1' }
    expect(crypto.seal('好', sealing).encrypt).not.toBe(crypto.seal('好', sealing).encrypt)
  })
})

describe('an envelope is refused', () => {
  const crypto = envelopeCrypto(oa)
  const genuine = signed(encryptBytes(padded(framed('hello'))))

  test('unless it is the genuine one', () => {
    expect(crypto.open(genuine)).toBe('hello')
  })

  test('when a byte of the ciphertext changed (401)', () => {
    const encrypt = `${genuine.encrypt[0] === 'A' ? 'B' : 'A'}${genuine.encrypt.slice(1)}`
    expect(refusal(() => crypto.open({ ...genuine, encrypt })).status).toBe(401)
  })

  test.each(['', 'x', '0'.repeat(40), '0'.repeat(41)])('when its signature is "%s" (401)', (msgSignature) => {
    expect(refusal(() => crypto.open({ ...genuine, msgSignature })).status).toBe(401)
  })

  test('when digits wandered from the nonce to the timestamp under the same signature (400)', () => {
    const { encrypt } = genuine
    const msgSignature = sha1(oa.token, '1714112445', '55555', encrypt)
    const moved = { timestamp: '17141124455', nonce: '5555' }
    expect(sha1(oa.token, moved.timestamp, moved.nonce, encrypt)).toBe(msgSignature)
    const split = { timestamp: '1714112445', nonce: '55555' }
    expect(crypto.open({ encrypt, msgSignature, ...split })).toBe('hello')
    expect(refusal(() => crypto.open({ encrypt, msgSignature, ...moved })).status).toBe(400)
  })

  test.each([
    '',
    '171411244',
    '17141124455',
    '171411244x',
    ' 171411244',
    '-171411244',
    '１７１４１１２４４５',
  ])('when the timestamp is "%s" (400)', (timestamp) => {
    expect(refusal(() => crypto.open({ ...genuine, timestamp })).status).toBe(400)
  })

  test.each(['', '1'.repeat(129)])('when the nonce is "%s" (400)', (nonce) => {
    expect(refusal(() => crypto.open({ ...genuine, nonce })).status).toBe(400)
  })

  test.each([
    '',
    '=',
    'not base64!',
    'AAAA',
    'A'.repeat(64),
    `${genuine.encrypt}\n`,
    genuine.encrypt.replace('=', ' '),
  ])('when Encrypt is no ciphertext of whole blocks: "%s" (400)', (encrypt) => {
    expect(refusal(() => crypto.open(signed(encrypt))).status).toBe(400)
  })

  test('when it is addressed to another account (403)', () => {
    const other = signed(encryptBytes(padded(framed('hello', 'wx0000000000000000'))))
    expect(refusal(() => crypto.open(other)).status).toBe(403)
  })

  test('when it is addressed to nobody (403)', () => {
    expect(refusal(() => crypto.open(signed(encryptBytes(padded(framed('hello', '')))))).status).toBe(403)
  })

  test.each([
    ['longer than the rest', 4000],
    ['of the full 32 bits', 0xffffffff],
  ])('when its inner length is %s (400)', (_, length) => {
    const damaged = signed(encryptBytes(padded(framed('hello', oa.receiver, length))))
    expect(refusal(() => crypto.open(damaged)).status).toBe(400)
  })

  test('when its inner length leads out of it, also where no receiver stands at the end (400)', () => {
    const robot = envelopeCrypto({ ...oa, receiver: '' })
    const envelope = (length: number) => signed(encryptBytes(padded(framed('hello', '', length))))
    expect(robot.open(envelope(5))).toBe('hello')
    expect(refusal(() => robot.open(envelope(6))).status).toBe(400)
  })

  test('when its inner length swallows the receiver (403)', () => {
    const swallowed = framed('hello', oa.receiver, 5 + oa.receiver.length)
    expect(refusal(() => crypto.open(signed(encryptBytes(padded(swallowed))))).status).toBe(403)
  })

  test.each([0, 33, 255])('when its last padding byte is %i (400)', (padding) => {
    const bytes = padded(framed('hello'))
    bytes[bytes.length - 1] = padding
    expect(refusal(() => crypto.open(signed(encryptBytes(bytes)))).status).toBe(400)
  })

  test('when it is padded evenly, but by more than a block (400)', () => {
    const bytes = framed('hello')
    const padding = 64 - (bytes.length % 32)
    const long = Buffer.concat([bytes, Buffer.alloc(padding, padding)])
    expect(padding).toBeGreaterThan(32)
    expect(refusal(() => crypto.open(signed(encryptBytes(long)))).status).toBe(400)
  })

  test('when its padding bytes differ from each other (400)', () => {
    const bytes = padded(framed('hello'))
    const padding = bytes.at(-1) ?? 0
    bytes[bytes.length - padding] = padding ^ 1
    expect(refusal(() => crypto.open(signed(encryptBytes(bytes)))).status).toBe(400)
  })

  test('when the padding leaves no room for the header (400)', () => {
    expect(refusal(() => crypto.open(signed(encryptBytes(Buffer.alloc(32, 32))))).status).toBe(400)
  })

  test('when it was encrypted with another key, naming the likely mistake and no secret (400)', () => {
    const wrongKey = signed(encryptBytes(padded(framed('hello')), corp.encodingAesKey))
    const { status, message } = refusal(() => crypto.open(wrongKey))
    expect(status).toBe(400)
    expect(message).toContain('EncodingAESKey')
    expect(message).not.toContain(oa.encodingAesKey)
  })

  test('and random bytes behind a right signature never do anything else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.nat(255)), (blocks, bytes) => {
        const random = Buffer.from([...bytes.take(blocks * 32)])
        expect(refusal(() => crypto.open(signed(random.toString('base64'))))).toBeInstanceOf(CallbackRefused)
      }),
    )
  })
})

describe('keys that cannot be the platform’s stop at once', () => {
  test.each(['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(43)}\n`, `${'A'.repeat(42)}+`])(
    'EncodingAESKey %j',
    (encodingAesKey) => {
      expect(() => envelopeCrypto({ ...oa, encodingAesKey })).toThrow(RangeError)
    },
  )

  test('an empty token', () => {
    expect(() => envelopeCrypto({ ...oa, token: '' })).toThrow(RangeError)
  })

  test('a random part that would shift the frame', () => {
    const sealing = { timestampSeconds: 1714112445, nonce: '1', random: Buffer.alloc(15) }
    expect(() => envelopeCrypto(oa).seal('好', sealing)).toThrow(RangeError)
  })
})

test('signatures are equal only as whole lower-case digests', () => {
  const digest = sha1('a')
  expect(sameSignature(digest, digest)).toBe(true)
  expect(sameSignature(digest, digest.toUpperCase())).toBe(false)
  expect(sameSignature(digest, digest.slice(1))).toBe(false)
  expect(sameSignature(digest, '')).toBe(false)
})
