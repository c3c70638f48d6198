/** What people answer when they are asked in a request for help: none of it may be taken for danger. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { knowledge } from './support/world.ts'

const answers = readFileSync(join(import.meta.dirname, 'ordinary-answers.txt'), 'utf8')
  .trim()
  .split('\n')
/** As people end and as phones write down what is spoken. */
const ENDINGS = ['', '。', '啊', '，', '谢谢', '！']

test('an ordinary answer is no danger, however it ends', () => {
  expect(answers.length).toBeGreaterThanOrEqual(150)
  const alarms = answers.flatMap((answer) =>
    ENDINGS.map((ending) => answer + ending).flatMap((text) => {
      const danger = knowledge().danger(text, true)
      return danger === null ? [] : [`${text}: ${danger}`]
    }),
  )
  expect(alarms).toEqual([])
})
