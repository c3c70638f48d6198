/**
 * Words of dialects, where one common word says exactly the same: 几多钱 is 多少钱. What examples of the inventory are
 * full of (咋, 啥, 俺, 莫得, 冇得) is understood as it stands, and what may mean anything else is left alone.
 */

const SAME: readonly (readonly [said: string, means: string])[] = [
  // 粤
  ['佢哋', '他们'],
  ['佢', '他'],
  ['喺', '在'],
  ['嘅', '的'],
  ['咗', '了'],
  ['同埋', '和'],
  ['边度', '哪里'],
  ['边个', '谁'],
  ['几多', '多少'],
  ['(?:乜嘢|乜野|咩嘢)', '什么'],
  ['点样', '怎样'],
  ['点解', '为什么'],
  ['食紧', '吃着'],
  ['[畀俾]', '给'],
  ['攞', '拿'],
  ['睇', '看'],
  ['可唔可以', '可不可以'],
  ['唔使', '不用'],
  ['(?<=[办得领拿有给以去到])唔(?=[\\s?？。，！]|$)', '不'],
  // 沪
  ['阿拉', '我们'],
  ['侬', '你'],
  ['姆妈', '妈妈'],
  ['几钿', '多少钱'],
  ['哪能(?=申请|办|弄|讲|去)', '怎么'],
  ['(?<=户口|人)[勒辣](?=\\p{Script=Han}{2})', '在'],
  ['(?<=[代替帮跟给搭])伊', '他'],
  ['(?<=^|[\\s，。])伊(?=户口|屋里|没|有|是|要|身体|今年|的)', '他'],
  ['(?<![砍步讨征])伐(?=[\\s?？。，！]|$)', '吗'],
  // 川, 豫
  ['[啷囊]个|郎个(?=[办申弄整搞领])', '怎么'],
  ['(?<!有|这么|那么|真|说)好多(?=钱|块)', '多少'],
  ['哪个(?=[出掏])', '谁'],
  ['搁(?=老家|外地|哪|这|那|家|村)', '在'],
]
const ANY = new RegExp(SAME.map(([said]) => `(${said})`).join('|'), 'gu')

/** A message with such words put in common ones. */
export const inCommonWords = (text: string): string =>
  text.replace(ANY, (said, ...groups: (string | undefined)[]) => {
    const place = groups.slice(0, SAME.length).findIndex((group) => group !== undefined)
    return SAME[place]?.[1] ?? said
  })
