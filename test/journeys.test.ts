/** Conversations as residents have them; see test/support/journey.ts for how they are written. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { questionsIn, readJourney, writeJourney } from './support/journey.ts'
import { play } from './support/stage.ts'

const folder = join(import.meta.dirname, 'journeys')
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))

/** With UPDATE_JOURNEYS=1 the answers are written down instead of compared, for a person to read the difference. */
const UPDATE = process.env['UPDATE_JOURNEYS'] === '1'

/** The longest an answer may be to be read on a telephone; a policy's own words are judged elsewhere. */
const LONGEST = 400

describe('journeys', () => {
  test.each(files)('%s', async (name) => {
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    const journey = readJourney(text)
    const { answers, held } = await play(journey)
    const written = writeJourney(journey, answers, held)
    if (UPDATE) writeFileSync(file, written)
    else expect(written).toBe(text)
    const said = journey.deeds.filter(({ kind }) => kind === 'says').length
    if (journey.most !== null) expect(said).toBeLessThanOrEqual(journey.most)
    if (journey.onceOnly) {
      const questions = answers.flat().flatMap(questionsIn)
      expect(questions).toEqual([...new Set(questions)])
    }
    expect(answers.flat().filter((answer) => answer.length > LONGEST)).toEqual([])
    expect(answers.flat().join('\n')).not.toMatch(/undefined|null|NaN|\[object/)
  })

  test('there are as many as the ways people come', () => {
    expect(files.length).toBeGreaterThanOrEqual(25)
  })
})
