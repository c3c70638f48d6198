/**
 * How text becomes search terms.
 *
 * Chinese is not spaced, and general word lists cut the field's own words apart (低|保) or join what does not
 * belong together (很多|钱能). Overlapping pairs of characters need no list, lose nothing and cost least; the
 * inventory's own names are matched whole on top of them (knowledge/names.ts).
 */

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
  return normalize(text).replace(CHATTER, ' ').replace(FILLER, ' ').replace(/\s+/g, ' ').trim()
}

const HAN_RUN = /\p{Script=Han}+|[a-z]+|\d+/gu

/** Search terms of a text: overlapping pairs of Chinese characters, whole Latin words and numbers. */
export function terms(text: string): string[] {
  const found: string[] = []
  for (const [run] of content(text).matchAll(HAN_RUN)) {
    const characters = [...run]
    if (!/\p{Script=Han}/u.test(run) || characters.length === 1) {
      found.push(run)
      continue
    }
    for (let index = 0; index + 1 < characters.length; index++) {
      found.push(`${characters[index]}${characters[index + 1]}`)
    }
  }
  return found
}
