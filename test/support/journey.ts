/**
 * A conversation written down for people: what a resident sends, what the assistant answers, what staff do and
 * how time goes by.
 *
 * ```text
 * What it proves, on one line
 *
 * 居民：我要求助
 * 助手：我帮您登记求助……
 *   1 同意
 * （过了3小时）
 * （工作人员 预审通过）
 * 求助单：
 *   Q-0412-9 受理
 * ```
 *
 * 居民乙： is another resident. After `居民最多：12句` the resident may say no more than so much; after
 * `不重复问` no question may be put twice. Everything after 助手： and 求助单： is what the program says.
 */

/** One thing that happens. `who` is the resident concerned, 甲 unless said. */
export type Deed =
  | { kind: 'says'; who: string; text: string }
  /** A stage direction: `name` is its first word, `what` the rest. */
  | { kind: 'stage'; who: string; name: string; what: string }

export interface Journey {
  title: string
  /** The most messages a resident may need; null when it is not what this journey is about. */
  most: number | null
  /** Whether no question may be put twice. */
  onceOnly: boolean
  deeds: readonly Deed[]
}

const SAYS = /^居民([乙丙]?)：(.*)$/
const STAGE = /^（(?:居民([乙丙]))?(\S+?)(?: (.*))?）$/
const MOST = /^居民最多：(\d+)句$/

/** Reads what happens; what the program answers is left out, for it is compared whole. */
export function readJourney(text: string): Journey {
  const [title = '', ...lines] = text.trimEnd().split('\n')
  const deeds: Deed[] = []
  let most: number | null = null
  let onceOnly = false
  for (const line of lines) {
    if (line === '求助单：') break
    const says = SAYS.exec(line)
    const stage = STAGE.exec(line)
    const limit = MOST.exec(line)
    if (says)
      deeds.push({ kind: 'says', who: says[1] || '甲', text: (says[2] ?? '').replaceAll('\\n', '\n') })
    else if (stage)
      deeds.push({ kind: 'stage', who: stage[1] || '甲', name: stage[2] ?? '', what: stage[3] ?? '' })
    else if (limit) most = Number(limit[1])
    else if (line === '不重复问') onceOnly = true
    else if (line !== '' && !line.startsWith('助手：') && !line.startsWith('  '))
      throw new Error(`no line of a journey: ${line}`)
  }
  return { title, most, onceOnly, deeds }
}

/** The file as it should read, given what was answered to each deed and what the store holds at the end. */
export function writeJourney(
  journey: Journey,
  answers: readonly string[][],
  held: readonly string[],
): string {
  const deeds = journey.deeds.flatMap((deed, place) => [
    lineOf(deed),
    ...(answers[place] ?? []).map((answer) => `助手：${indented(answer)}`),
  ])
  return [
    journey.title,
    ...(journey.most === null ? [] : [`居民最多：${journey.most}句`]),
    ...(journey.onceOnly ? ['不重复问'] : []),
    '',
    ...deeds,
    '求助单：',
    ...(held.length === 0 ? ['没有'] : held).map((block) => `  ${indented(block)}`),
    '',
  ].join('\n')
}

function lineOf(deed: Deed): string {
  const who = deed.who === '甲' ? '' : deed.who
  if (deed.kind === 'says') return `居民${who}：${deed.text.replaceAll('\n', '\\n')}`
  return `（${who === '' ? '' : `居民${who}`}${deed.name}${deed.what === '' ? '' : ` ${deed.what}`}）`
}

const indented = (text: string): string => text.replace(/\n(?=[^\n])/g, '\n  ')

/** The questions an answer puts: its sentences that end in a question mark. */
export function questionsIn(answer: string): string[] {
  return [...answer.matchAll(/[^。？！\n]+？/g)].map(([question]) => question.trim())
}
