/** Passwords: how they are kept (scrypt) and which are refused (NIST SP 800-63B, OWASP ASVS 5.0 V6.2). */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** What one guess costs. */
export interface PasswordCost {
  /** A power of two. */
  N: number
  r: number
  p: number
}
/** 32 MiB and about a quarter of a second; OWASP's password storage sheet names it as equal to N=2^17, r=8, p=1. */
export const PASSWORD_COST: PasswordCost = { N: 2 ** 15, r: 8, p: 3 }
const KEY_BYTES = 32
const SALT_BYTES = 16
export const SHORTEST = 8
export const LONGEST = 128

/** What people in China use most, and the program's own name; of the shorter ones the length says no. */
const COMMON = new Set(
  `12345678 123456789 1234567890 0123456789 0987654321 987654321 87654321 11111111 111111111 1111111111 00000000
  000000000 88888888 888888888 66666666 666666666 99999999 12341234 11223344 1122334455 112233445566 123123123
  12121212 123454321 1234512345 123321123 147258369 159357456 789456123 741852963 520131400 52013145 5201314520
  13145200 31415926 3141592653 password password1 password123 passw0rd p@ssw0rd p@ssword qwertyui qwertyuiop
  qwerty123 qwer1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 qazwsxedc zaq12wsx asdfghjk asdfghjkl zxcvbnm123 asdf1234
  abcd1234 abc12345 abc123456 abcdefgh abcdefg1 a1234567 a12345678 a123456789 aa123456 aa12345678 aaaaaaaa asd123456
  q123456789 qq123456 qq123456789 w123456789 z123456789 zxc123456 woaini1314 woaini520 woaini123 iloveyou iloveyou1
  wodemima admin123 admin888 admin1234 admin12345 admin@123 administrator root1234 test1234 welcome1 changeme
  letmein1 sunshine princess football baseball superman dearbook 1234qwer 123qweasd 123456abc 123456aa 12345678a
  123456789a xiaoming woshishui jiuzhuguwen jiuzhu123 minzhengju shequ123 jiedao123`.split(/\s+/),
)

/** What is wrong with a new password, in words; null when nothing is. `names` are what others know of its owner. */
export function faultOf(password: string, names: readonly string[] = []): string | null {
  const length = [...password].length
  if (length < SHORTEST) return `密码太短，至少${SHORTEST}位。用一句好记的话也行，汉字也可以。`
  if (length > LONGEST) return `密码太长，最多${LONGEST}位。`
  const plain = password.normalize('NFKC').toLowerCase()
  const known = names.some((name) => name !== '' && plain === name.toLowerCase())
  if (COMMON.has(plain) || known || /^(.)\1*$/u.test(plain))
    return '这个密码太常见，别人容易猜到。请换一个，用一句好记的话也行。'
  return null
}

export interface Passwords {
  /** What is kept instead of a password. */
  hash: (password: string) => Promise<string>
  /** Whether it is the one kept. Takes equally long when nothing is kept, so that nobody learns which names exist. */
  isRight: (password: string, kept: string | null) => Promise<boolean>
}

export function createPasswords({ N, r, p }: PasswordCost = PASSWORD_COST): Passwords {
  const nobody = kept({ N, r, p }, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES))
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES)
      return kept({ N, r, p }, salt, await keyOf(password, salt, { N, r, p }))
    },
    async isRight(password, known) {
      const [, cost = '', salt = '', key = ''] = (known ?? nobody).split('$')
      const [n = N, size = r, lanes = p] = cost.split(',').map(Number)
      const right = Buffer.from(key, 'base64url')
      const given = await keyOf(password, Buffer.from(salt, 'base64url'), { N: n, r: size, p: lanes })
      return given.length === right.length && timingSafeEqual(given, right) && known !== null
    },
  }
}

/** With its cost, so that a later one leaves those kept readable. */
const kept = ({ N, r, p }: PasswordCost, salt: Buffer, key: Buffer): string =>
  ['scrypt', [N, r, p].join(','), salt.toString('base64url'), key.toString('base64url')].join('$')

function keyOf(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 128 * (N + p) * r + 2 ** 20 }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
