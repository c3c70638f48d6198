/** Words that steer any flow at any step. */

export type Command =
  | { kind: 'back' }
  /** Change the answer the summary numbers so, counted from 1. */
  | { kind: 'edit'; item: number }
  | { kind: 'skip' }
  | { kind: 'repeat' }
  | { kind: 'explain' }
  | { kind: 'wait' }
  | { kind: 'continue' }
  | { kind: 'restart' }

const NUMERALS = '一二三四五六七八九十'

const WHOLE: readonly [Exclude<Command['kind'], 'edit'>, RegExp][] = [
  [
    'back',
    /^(?:上一步|返回上一步|回上一步|退一步|返回|上一题|上一个|回去|刚才那个(?:说|写|填)错了|(?:说|写|填)错了)$/,
  ],
  [
    'skip',
    /^(?:跳过|跳|略过|过|下一步|下一题|下一个|先跳过|不填|不说|不想说|不方便说|以后再说|先不说|没有就跳过)$/,
  ],
  ['repeat', /^(?:重说|再说一遍|再说一次|重复|重复一遍|再问一遍|没看清|没听清|刚才问什么|问的什么|说什么)$/],
  [
    'explain',
    /^(?:听不懂|看不懂|不懂|没懂|没明白|不明白|啥意思|什么意思|这是什么意思|不会填|不会写|不会弄|不晓得怎么说|不知道怎么说|怎么填|怎么说|怎么回答)$/,
  ],
  [
    'wait',
    /^(?:等一下|等一等|等等|等会|等会儿|等下|稍等|稍等一下|等我一下|先等等|一会再说|待会再说|待会儿再说|忙着|有事)$/,
  ],
  ['continue', /^(?:继续|接着来|接着说|接着办|继续办|继续登记|继续填|接着填|接着登记|往下|好了继续)$/],
  ['restart', /^(?:重来|重新来|从头来|重新开始|重新填|从头开始|重填|重新登记|全部重来)$/],
]

/** 啥意思 我选住的地方: what follows is no answer either. In characters. */
const STARTS_LOST = /^(?:(?:这|你)?(?:是)?(?:啥|什么)意思|(?:看|听)不懂|没(?:看|听)懂|没明白)/
const LOST_TO = 14

/** Nearly every message is none of these, which one look tells. */
const ANY_WHOLE = new RegExp(WHOLE.map(([, { source }]) => source).join('|'))

/**
 * The command a message is, or null. Only whole messages count: words inside a story steer nothing.
 *
 * @example readCommand('改第3项') // { kind: 'edit', item: 3 }
 */
export function readCommand(text: string): Command | null {
  const bare = text
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/(?:吧|啊|呀|哦|嘛|了)$/, '')
    .replace(/^(?:请|我想|我要|麻烦)/, '')
  for (const candidate of [bare, `${bare}了`]) {
    if (!ANY_WHOLE.test(candidate)) continue
    for (const [kind, pattern] of WHOLE) if (pattern.test(candidate)) return { kind }
  }
  if (STARTS_LOST.test(bare) && bare.length <= LOST_TO) return { kind: 'explain' }
  const item =
    /^(?:改|修改|更改|改一下|重填|换)第?([0-9]{1,2}|[一二三四五六七八九十])(?:项|条|个|行|题)?$/.exec(
      bare,
    )?.[1]
  if (item === undefined) return null
  return { kind: 'edit', item: NUMERALS.includes(item) ? NUMERALS.indexOf(item) + 1 : Number(item) }
}
