/** Pictures of papers: a step of a request for help that nobody has to take. */
import { readYesNo } from '../answers.ts'
import type { Step } from '../types.ts'
import type { HelpAnswers } from './help-answers.ts'
import { answer, PHOTO_LIMIT, unclear, wordsOf } from './help-reading.ts'
import { confirms } from './help-slips.ts'

/** 身份证非要不可吗, 不发行不行: asks whether it has to be. */
const MUST_SEND =
  /(?:非要|非得|必须|一定要|一定得|是不是要|都要|要不要)|不(?:发|给|传|拍|交)[^。]{0,4}(?:行|可以|能|要紧)|没有[^。]{0,6}(?:行|可以|能|怎么|咋|要紧)/
const MUST_SEND_WORDS = '不是非要不可：没有照片也能登记，以后补也行。回复“跳过”，就接着往下。'
const NO_PHOTO =
  /^(?:照片|证件|材料|身份证)?(?:我)?(?:没有|没|无|不用|没了|等会|等下|等一下|待会|过会|晚点|晚上|回头|改天|明天|好了|完了|发完了|就这些|暂时没有|以后|后补|不方便|算了|不发|不传|不拍|不会拍|不想|不知道|不晓得|不清楚|找不到|丢了|不在身边)/

/** 手机里有一张我娘的 能发不, 怎么发. */
const HOW_TO_SEND =
  /(?:怎么|咋|如何)(?:样)?(?:发|传|拍|给)|(?:能|可以|行)(?:不能|不可以)?(?:发|传)(?:不|吗|么|嘛)|(?<!不)(?:发|传)(?:给你)?(?:行|可以|得行)(?:不|吗)/
const HOW_TO_SEND_WORDS =
  '可以发：点输入框旁边的“+”，选“照片”或“拍摄”，发到这里就行。不是证件也行，能说明情况的都可以。'
/** 证有 懒得拍, 没有行了吧, 有诊断证明 明天发: whatever there is, none comes now. */
const ENDS_IT =
  /跳过|懒得|行了吧|先这样|先不|(?:明天|下次|改天|回头|等会|等下|待会|过后|以后|晚点|晚上|下午)(?:再|就|去)?(?:发|拍|补|弄|传|给|说|拿)|^有[\s，,].{0,8}(?:在家|下次|明天|以后|没带)|(?:在家|没带)/

export const photos: Step<HelpAnswers> = {
  id: 'photos',
  label: '照片',
  ask: (answers) => ({
    text:
      answers.photos.length === 0
        ? '手边有身份证、残疾证、诊断证明吗？可以拍照发来，没有回复“跳过”，以后补也行。'
        : `已经收到${answers.photos.length}张照片。还有就接着发，没有了回复“好了”。`,
    choices: [],
  }),
  simpler: '就是拍证件的照片发给我。现在没有不要紧，回复“跳过”，先办事、后补材料。',
  example: '跳过',
  // Asked even when photos came early: there may be more, and every answer is shown once.
  asked: () => true,
  free: null,
  read: (heard, answers) => {
    if (heard.kind === 'photo') {
      if (answers.photos.length >= PHOTO_LIMIT) return answer(answers, '照片够多了，其余的以后给顾问。')
      const kept = [...answers.photos, heard.media]
      return {
        kind: 'part',
        answers: { ...answers, photos: kept },
        note: `第${kept.length}张照片存好了。还有就接着发，没有了回复“好了”。`,
      }
    }
    const words = wordsOf(heard)
    if (words === null) return unclear('这里要照片，没有就回复“跳过”。')
    if (HOW_TO_SEND.test(words)) return { kind: 'part', answers, note: HOW_TO_SEND_WORDS }
    if (MUST_SEND.test(words) && !ENDS_IT.test(words)) return { kind: 'part', answers, note: MUST_SEND_WORDS }
    if (ENDS_IT.test(words) || confirms(words)) return answer(answers)
    if (NO_PHOTO.test(words) || readYesNo(words) !== null) return answer(answers)
    return unclear('请把证件拍照发来；没有就回复“跳过”，以后补也行。')
  },
  skip: (answers) => answers,
  told: (answers) => (answers.photos.length === 0 ? '以后补' : `${answers.photos.length}张`),
}
