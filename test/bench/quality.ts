/** How often the right policy comes first, ours and the ready-made searches over the same texts. */
import { loadInventory } from '../../knowledge/load.ts'
import { ENGINE_NAMES, ENGINES } from './engines.ts'
import { figure, table } from './figures.ts'
import { readQuestions } from './questions.ts'

export async function measureQuality(path: string): Promise<void> {
  const questions = readQuestions(path)
  if (!questions) {
    console.log(`quality: not measured, there is no ${path} (name a file with --questions)`)
    return
  }
  const inventory = loadInventory()
  const styles = [...new Set(questions.map(({ style }) => style))].sort()
  const rows: string[][] = []
  for (const name of ENGINE_NAMES) {
    const search = await ENGINES[name](inventory)
    const found = new Map<string, readonly string[]>()
    for (const { id, text } of questions) found.set(id, await search(text))
    const hits = (first: number, style?: string) => {
      const asked = questions.filter((question) => style === undefined || question.style === style)
      const right = asked.filter(({ id, expect }) =>
        found
          .get(id)
          ?.slice(0, first)
          .some((policy) => expect.includes(policy)),
      )
      return `${figure((right.length / asked.length) * 100)} %`
    }
    const none = questions.filter(({ id }) => found.get(id)?.length === 0).length
    rows.push([name, hits(1), hits(3), ...styles.map((style) => hits(1, style)), String(none)])
  }
  table(
    `Quality: ${questions.length} questions about policies of ${path}; every engine is given title, aliases, cues, questions, example messages and sections`,
    ['search', 'hit@1', 'hit@3', ...styles.map((style) => `hit@1 ${style}`), 'nothing found'],
    rows,
  )
}
