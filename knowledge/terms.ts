/** What a text says, in one form, without what says nothing. */

/** Characters that carry no meaning of their own when asking: particles, fillers, politeness. */
const FILLER = /[的了吗呢啊呀吧嘛呗哦噢嗯呃哈哎唉诶么]/g
/** Filler words of spoken messages and polite phrases; they would only find each other. */
const CHATTER =
  /请问一下|请问|问一下|问下|想问问|想问|我想知道|想知道|想了解|了解一下|麻烦您|麻烦你|麻烦|您好|你好|谢谢|就是说|那个啥|那个|就是|然后|这个|反正|怎么说|咨询一下|咨询|说一下|告诉我/g

/** The same text in one form: NFKC, lower case, punctuation as single spaces. */
export function normalize(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Normalized text with what says nothing left out; the pieces between are kept apart by spaces. */
export function content(text: string): string {
  if (text !== last.text) {
    const content = normalize(text).replace(CHATTER, ' ').replace(FILLER, ' ').replace(/\s+/g, ' ').trim()
    last = { text, content }
  }
  return last.content
}

/** Danger, names and search read the same message one after another. */
let last = { text: '', content: '' }
