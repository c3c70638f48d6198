/** Words typed as the pinyin they sound like, wholly or half: dibao zenme ban, 低bao, di保. */
import { SYLLABLES } from './syllables.ts'

/** What residents write most besides the names of policies. */
const COMMON =
  '你好 谢谢 再见 人工 求助 我要求助 登记 查进度 我的信息 继续 取消 跳过 同意 不同意 匿名 确认 怎么办 怎么申请 怎么办理 怎么领 申请 办理 条件 什么条件 材料 什么材料 要带什么 带什么材料 多少钱 给多少 能领多少 多久 在哪里 去哪里办 去哪办 哪里 在哪办 电话 电话多少 补贴 补助 救助 政策 低保户 残疾 残疾人 残疾证 老人 孩子 小孩 学费 看病 医院 住院 医药费 没钱 没有钱 没工作 失业 瘫痪 生病 癌症 房租 房子 漏雨 养老 高龄 津贴 孤儿 五保 特困 大病 报销 我想 我要 请问 可以吗 能不能 怎么 什么 不想活 不想活了 想死 自杀 救命 打我 跳楼 没饭吃 没吃的 喝农药 着火 煤气'
const LONGEST = 12

interface Table {
  /** The syllable of each character. */
  of: ReadonlyMap<string, string>
  syllables: ReadonlySet<string>
  /** Letters of the longest. */
  longest: number
}

let made: Table | undefined
/** Made when the first message with letters comes: most never do. */
function table(): Table {
  if (made) return made
  const of = new Map<string, string>()
  for (const line of SYLLABLES.trim().split('\n')) {
    const [syllable = '', characters = ''] = line.split(' ')
    for (const character of characters) of.set(character, syllable)
  }
  const syllables = new Set(of.values())
  made = { of, syllables, longest: Math.max(...[...syllables].map(({ length }) => length)) }
  return made
}

/** A syllable, and what stood for it in the message. */
interface Heard {
  syllable: string
  said: string
  latin: boolean
}

/** Reads messages that hold pinyin. */
export class Pinyin {
  readonly #words = new Map<string, string>()

  /** @param names of policies, which stand before other words that sound alike */
  constructor(names: Iterable<string>) {
    for (const word of [...names, ...COMMON.split(' ')]) {
      const sound = [...word].map((character) => table().of.get(character))
      if (sound.length < 2 || sound.length > LONGEST || sound.includes(undefined)) continue
      const key = sound.join(' ')
      if (!this.#words.has(key)) this.#words.set(key, word)
    }
  }

  /** A message with each known word that is typed in letters, or half in letters, written out; else as it was. */
  written(text: string): string {
    if (!/[a-z]{2}/i.test(text)) return text
    const heard = heardIn(text)
    let written = ''
    for (let at = 0; at < heard.length; ) {
      const found = this.#wordAt(heard, at)
      written += found?.word ?? heard[at]?.said ?? ''
      at += found?.taken ?? 1
    }
    return written
  }

  #wordAt(heard: readonly Heard[], at: number): { word: string; taken: number } | null {
    for (let taken = Math.min(LONGEST, heard.length - at); taken >= 2; taken--) {
      const span = heard.slice(at, at + taken)
      const word = this.#words.get(span.map(({ syllable }) => syllable).join(' '))
      if (word !== undefined && span.some(({ latin }) => latin)) return { word, taken }
    }
    return null
  }
}

/** A message cut into syllables; what is none stands by itself, and blanks after letters go with them. */
function heardIn(text: string): Heard[] {
  return [...text.matchAll(/[a-zü]+['’ ]*|[^a-zü]/giu)].flatMap(([piece]): Heard[] => {
    const letters = piece
      .toLowerCase()
      .replace(/[^a-zü]/g, '')
      .replaceAll('v', 'ü')
    if (letters === '') return [{ syllable: table().of.get(piece) ?? '', said: piece, latin: false }]
    const cut = cutUp(letters)
    if (cut === null) return [{ syllable: '', said: piece, latin: false }]
    let from = 0
    return cut.map((syllable, at) => {
      const said = at === cut.length - 1 ? piece.slice(from) : piece.slice(from, from + syllable.length)
      from += syllable.length
      return { syllable, said, latin: true }
    })
  })
}

/** Letters as syllables, the longest first; null when they are none. */
function cutUp(letters: string): string[] | null {
  const { syllables, longest } = table()
  /** How long the first syllable is from each place on; 0 where the rest cannot be cut. */
  const lengths = new Uint8Array(letters.length + 1).fill(0)
  for (let at = letters.length - 1; at >= 0; at--) {
    for (let length = Math.min(longest, letters.length - at); length > 0; length--) {
      const rest = at + length === letters.length || (lengths[at + length] ?? 0) > 0
      if (!rest || !syllables.has(letters.slice(at, at + length))) continue
      lengths[at] = length
      break
    }
  }
  if ((lengths[0] ?? 0) === 0) return null
  const cut: string[] = []
  for (let at = 0; at < letters.length; at += lengths[at] ?? 1)
    cut.push(letters.slice(at, at + (lengths[at] ?? 1)))
  return cut
}
