/**
 * Sets an answer so that it can be used with a pen in hand: materials to tick off, steps in order.
 *
 * Only where to break the answer is guessed, never what it says: the pieces put together are the answer to
 * the letter, so a bad guess looks odd and loses nothing.
 */

/** A piece of an answer; `box` when it names something to bring and can be ticked off. */
export interface Line {
  text: string
  box: boolean
}

/** What one brings ends in one of these. */
const PAPER =
  /(?:证|证明|证件|证据|书|文书|本|簿|卡|码|单|票|票据|凭据|凭证|表|照片|合同|材料|病历|小结|报告|诊断|账户|记录|结果|信息|情况|户号|手机号|说明|声明|执照|回执|录音|伤照|证言|条)$/
/** Says what is not needed, what differs or whom to ask, instead of what to bring. */
const NOT_TO_BRING =
  /不用|不要|不得|不应|可以不|不强求|没有|没领|丢了|为准|先问|请问|问街道|问清|问残联|问县|具体|还要什么|别的|缺什么|什么材料|不清楚|要不要|要房东|不予|另有|如实|补充|那一项|编号|开始|冒险|让/
/** The words before a list of papers. */
const BRING = /^.*?(?:一般还要|一般就要|一般要|还要|就带|带上|再带|带|再签|签|准备好|要)(?!的|在|房)/
/** Ends a clause that adds a paper for some: 有残疾证的一起带上. */
const AS_WELL = /(?:一起|一并|也)(?:带上|准备|带)[，；。]?$|把.+(?:带上|留好)[，；。]?$/
const STOP = /[，；。、：]$/
/** Fewer boxes than this are no checklist. */
const LEAST_BOXES = 2

const isPaper = (text: string) => PAPER.test(text.replace(STOP, '').replace(/(?:等|就行|（[^）]*）)$/, ''))

/** The lines of an answer about what to bring; null when it names too few things to tick off. */
export function checklist(lead: string): Line[] | null {
  const lines: Line[] = []
  const say = (text: string, box: boolean) => {
    const last = lines.at(-1)
    if (last && !last.box && !box) last.text += text
    else if (text !== '') lines.push({ text, box })
  }
  for (const clause of lead.split(/(?<=[，；。：])/)) {
    if (NOT_TO_BRING.test(clause)) say(clause, false)
    else if (AS_WELL.test(clause)) say(clause, true)
    else {
      const intro = BRING.exec(clause)?.[0] ?? ''
      const list = clause.slice(intro.length)
      if ((intro === '' && lines.at(-1)?.box !== true) || !isPaper(list)) say(clause, false)
      else {
        const things = list.split(/(?<=、)/)
        say(intro, false)
        for (const thing of things.every(isPaper) ? things : [list]) say(thing, true)
      }
    }
  }
  return lines.filter(({ box }) => box).length < LEAST_BOXES ? null : lines
}

/** Where one step ends and the next begins. */
const NEXT = /(?<=[，；])(?=再|然后|最后|接着|之后)|(?<=；)/
/** Fewer than this is a sentence, not a list. */
const LEAST_STEPS = 2

/** The steps of an answer that tells them in order (先…，再…，最后…), and what it says after them; or null. */
export function stepsIn(lead: string): { steps: string[]; rest: string } | null {
  const end = lead.indexOf('。') + 1
  const first = end === 0 ? lead : lead.slice(0, end)
  const steps = first.split(NEXT)
  if (steps.length < LEAST_STEPS || !/先|再/.test(first)) return null
  return { steps, rest: lead.slice(first.length) }
}
