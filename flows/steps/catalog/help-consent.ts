/** Whether what is told of a need may be noted: the first step of a request for help. */
import { readFor } from '../../family.ts'
import { asksSomething, leadingNumber, readNumbers, readYesNo } from '../answers.ts'
import type { Step } from '../types.ts'
import { type HelpAnswers, tellsMore, unnamed, withStory } from './help-answers.ts'
import { answer, choice, unclear, wordsOf } from './help-reading.ts'
import { who } from './help-trouble.ts'

/** 妈妈说同意, 大人都同意了. */
const AGREES =
  /^(?:(?:我|俺)?(?:妈妈?|爸爸?|奶奶|爷爷|家里人?|大人|老师|他|她)(?:们)?(?:也|都|说|讲)*)?(?:我)?同意(?!不|与否|书)/

const GOES_AHEAD =
  /^(?:那|那就|就)?(?:中|行|好|可以|要得|得行|成|对|嗯)(?:吧|嘞|哈|的|呗|啊)?$|^(?:那|那就|就|你|帮我|给我)*(?:登记|记|填)(?:一下|上)?(?:吧|呗|嘛|上吧|啊)$/
/** 我不是说了同意吗. */
const SAID_SO = /(?:说|讲|回|选|点)(?:了|过)(?:是|的)?同意/

/** Whether the first clause agrees; 同意了会怎样 and 同意？ only ask about it. */
function agrees(words: string): boolean {
  const clauses = words.trim().match(/[^\s，。、！；,!;?？]+[?？]?/g) ?? []
  const first = /^(?:好|好吧|好的|行|行吧|嗯|可以|那|那好|那行|那就)$/.test(clauses[0] ?? '')
    ? (clauses[1] ?? clauses[0] ?? '')
    : (clauses[0] ?? '')
  // 那中吧 登记呗
  if (clauses.length > 0 && clauses.every((clause) => GOES_AHEAD.test(clause))) return true
  if (SAID_SO.test(words) && !/不同意/.test(words)) return true
  if (asksSomething(first) || /怎|如何|会|后|的话/.test(first)) return false
  return readYesNo(words) === true || AGREES.test(first)
}

/** 可以不同意吗, 不同意会怎样, 一定要同意吗: asks whether one may refuse, and what follows. Mostly who dares not to. */
const MAY_REFUSE =
  /(?:可以|可不可以|可否|能|能不能|能否)不(?:同意|登记|记|填)|不(?:同意|登记|记|填)(?:的话|行|可以|能|会|有|又?怎|咋|如何|呢|就|还)|(?:必须|一定|非得|非要|非|是不是)(?:要|得|都得|都要)?(?:同意|登记|记|填)/
const MAY_REFUSE_WORDS =
  '可以不同意，不勉强。不同意我就什么都不记，也不登记；照样可以问政策，也可以自己去社区、街道（镇）问，或者打12345。想好了，回复“同意”“匿名”或“不同意”。'

/** 同意什么, 登记啥: asks what it would agree to. */
const ASKS_OF_IT =
  /^(?:同意|登记|记)(?:你们)?(?:的是|个|下)?(?:什么|啥|哪些)|(?:同意|登记)(?:是)?(?:什么|啥)意思|^(?:什么|啥)意思/
const WHAT_IS_NOTED =
  '就是把您的难处交给街道社区的人来帮您。会记下：谁有难处、什么事、住哪里、怎么联系；只给管这件事的人看，不收钱，随时能撤回。回复“同意”“匿名”或“不同意”。'

const MAY_BE_UNNAMED_WORDS =
  '可以匿名：不留姓名电话，只记难处和大概住在哪里，有消息在这里告诉您。想匿名，回复“匿名”；不匿名，回复“同意”。'

const ASKED_MEANWHILE = '这一句我答不准，怕说错：登记以后有人跟您说；急着知道，打12345。'

/** 我不知道怎么办, 我好怕 */
const AT_A_LOSS =
  /^(?:我|俺|现在|也|真的?|都|就|，|\s)*(?:不(?:知道|晓得)(?:该|要)?(?:怎么|咋|如何)(?:办|弄|整|做)?|(?:好|很|真|有点)?(?:害怕|怕|慌)|没(?:有)?主意)[了的啊呀]*[\s。！!]*$/
const TO_A_LOSS =
  '别急，我陪您一步一步来。您同意，我就把难处记下来，请街道社区的人联系您。回复“同意”“匿名”或“不同意”。'
const TO_A_CHILD =
  '别怕，我陪你一步一步来。身边有可信的大人，就请他一起；没有，回复“人工”，让顾问找你。大人同意了，回复“同意”。'

export const consent: Step<HelpAnswers> = {
  id: 'consent',
  label: '',
  ask: (answers) => ({
    text: `${told(answers)}${
      answers.child
        ? '你还小，最好请家里的大人或老师一起。身边没有可信的大人，就回复“人工”；有危险打110，心里难受打12355。\n'
        : ''
    }我帮您登记求助，会记下：谁有难处、什么事、住哪里、怎么联系。只给管这件事的街道社区人员和救助顾问看，姓名电话门牌不发到群里，不收钱。想撤回，随时回复“我的信息”。${
      answers.child ? '大人同意吗？' : '您同意吗？'
    }`,
    choices: [choice('同意'), choice('匿名（不留姓名电话）', '匿名'), choice('不同意')],
  }),
  askAgain: ({ child }) => ({
    text: child ? '大人同意登记吗？' : '您同意登记吗？',
    choices: [choice('同意'), choice('匿名（不留姓名电话）', '匿名'), choice('不同意')],
  }),
  simpler: '就是问您：肯不肯让我把您的难处记下来，交给街道社区的人去帮您。不肯也没关系，照样可以问政策。',
  example: '同意，或者不同意',
  asked: (answers) => answers.consent === null,
  free: null,
  read: (heard, answers, now) => {
    const words = wordsOf(heard)
    if (words === null) {
      return unclear(
        heard.kind === 'photo' ? '照片还没有存：等您同意了再发，我才能记。' : '先说一句同不同意，再发别的。',
      )
    }
    const consentAt = now.toISOString()
    const number = readNumbers(words, 3)?.[0]
    if (number === undefined && /我(?:还)?是(?:小孩|孩子|学生|未成年)/.test(words))
      return { kind: 'part', answers: { ...answers, child: true }, note: TO_A_CHILD }
    if (number === undefined && ASKS_OF_IT.test(words)) return { kind: 'part', answers, note: WHAT_IS_NOTED }
    if (number === undefined && /匿名/.test(words) && (asksSomething(words) || /啥|什么/.test(words)))
      return { kind: 'part', answers, note: MAY_BE_UNNAMED_WORDS }
    if (number === 2 || /匿名|不留(?:姓名|名字|电话)|不想留名/.test(words)) {
      const story = unnamed(answers.story)
      return answer({
        ...answers,
        ...whomBesides(words, answers),
        consent: 'anonymous',
        consentAt,
        story,
        name: null,
        proxyName: null,
        phone: null,
      })
    }
    if (number === 3) return unclear('')
    if (number === 1 || agrees(words)) {
      return answer({ ...answers, ...whomBesides(words, answers), consent: 'named', consentAt })
    }
    // 1 我左腿截肢，肢体三级: chosen, and told on.
    const led = leadingNumber(words, 3)
    if (led?.number === 1 && tellsMore(led.rest) && !asksSomething(led.rest)) {
      const kept = withStory({ ...answers, ...whomBesides(words, answers) }, led.rest)
      return answer({ ...kept, consent: 'named', consentAt })
    }
    if (MAY_REFUSE.test(words)) return { kind: 'part', answers, note: MAY_REFUSE_WORDS }
    if (AT_A_LOSS.test(words)) return { kind: 'part', answers, note: answers.child ? TO_A_CHILD : TO_A_LOSS }
    if (asksSomething(words) && !/登记|记下|同意|匿名/.test(words)) return unclear(ASKED_MEANWHILE)
    return unclear('请回复“同意”“匿名”或“不同意”。不同意就什么都不记，照样可以问政策。')
  },
  skip: () => '这一步不能跳过：您不同意，我什么都不会记。回复“同意”“匿名”，或“取消”。',
  told: () => null,
}

/** 同意 我自己: for whom, said with it. */
function whomBesides(words: string, { who }: HelpAnswers): Partial<HelpAnswers> | null {
  const rest = /^\S*?(?:同意|匿名|可以|好的?|行|[123])[\s，。,、；;！!]+(.+)$/u.exec(words.trim())?.[1]
  return who !== null || rest === undefined || /同意|匿名/.test(rest) ? null : readFor(rest)
}

/** What was taken over from the first message, shown before anything is asked. */
function told(answers: HelpAnswers): string {
  const parts = [
    answers.who === null ? null : answers.who === 'self' ? '给您自己求助' : `给${who.told(answers)}求助`,
    answers.story === '' ? null : answers.story,
    answers.place === null ? null : `住${answers.place}`,
    answers.phone === null ? null : `电话${answers.phone}`,
    answers.urgency === 'urgent' ? '事情急' : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? '' : `您说的我听到了：${parts.join('；')}。\n`
}

/** 不用了谢谢 is a no, and a polite one. */
const THANKS = /[，,\s]*(?:谢谢|多谢|谢了|麻烦(?:你|您)?了|感谢)(?:你|您|啊|了|哈)*[\s。！!~]*$/

/** Whether the resident said no to being noted at all. */
export function refusesConsent(text: string): boolean {
  return (
    /^[\s]*(?:3|三|不同意|我不同意|不愿意|不想登记|不登记)[\s。！!.]*$/.test(text.normalize('NFKC')) ||
    // 不同意 我已经登记过了
    /^(?:我)?(?:不同意|不想登记|不登记)(?=[\s，。！,!])(?!.*[?？吗])(?!.*(?:匿名|行|可以|能|会))/.test(
      text.trim(),
    ) ||
    readYesNo(text.replace(THANKS, '')) === false
  )
}
