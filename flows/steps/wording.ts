/** What flows say on their own account, the same in all of them. A step's own sentences stand with the step. */
import type { Question } from './types.ts'

/** How far a flow has come. */
interface Progress {
  title: string
  left: number
}

export const FLOW_WORDS = {
  amended: '改好了。',
  again: '再说一遍：',
  wait: '好的，不着急，前面说的都记着。什么时候方便了，接着回答，或者回复“继续”。',
  firstStep: '这已经是第一个问题了。',
  back: (label: string) => (label === '' ? '回到上一个问题：' : `回到“${label}”，重新说就行：`),
  edit: (label: string) => `好的，改“${label}”：`,
  noSuchItem: (count: number) => `只有第1到第${count}项，回复比如“改第2项”：`,
  suchAs: (example: string) => `比如：${example}`,
  offerPerson: (skippable: boolean) =>
    `没关系，是我没弄明白。想让真人帮您，回复“人工”${skippable ? '；也可以回复“跳过”' : ''}。`,
  leftOpen: (label: string) => `${label === '' ? '这一项' : `“${label}”`}先空着，以后再说也行。`,
  recap: ({ title, left }: Progress) => `接着${title}（还剩${left}个问题）：\n`,
  resumed: '前面说的都记着，我们继续。想从头说，回复“重来”。',
  kept: (title: string) => `${title}说到一半，前面的都记着。您平安了，回复“继续”接着说。`,
  cancelled: (title: string) => `好的，${title}取消了，刚才记的都删掉了。有需要随时告诉我。`,
  goOnOrAnew: ({ title, left }: Progress): Question => ({
    text: `上次的${title}还没说完，前面的都记着，还剩${left}个问题。刚才这句我也先记着。您看：`,
    choices: [
      { label: '继续', says: '继续' },
      { label: '重来', says: '重来' },
      { label: '取消', says: '取消' },
    ],
  }),
} as const
