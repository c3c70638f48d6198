/** Labelled messages of residents, from a file outside the project so that nobody tunes to them by accident. */
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const Question = z.object({
  id: z.string(),
  text: z.string(),
  kind: z.string(),
  /** Ids of the policies that are right. */
  expect: z.array(z.string()),
  style: z.string().default(''),
})
export type Question = z.infer<typeof Question>

/** The questions about policies in a JSONL file, or null when there is no such file. */
export function readQuestions(path: string): Question[] | null {
  if (!existsSync(path)) return null
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Question.parse(JSON.parse(line)))
    .filter(({ kind }) => kind === 'policy')
}
