/** Every word that always works, at every question of a request for help. */
import { describe, expect, test } from 'vitest'
import { isHeld } from '../bot/turns/hold-turn.ts'
import { FLOW_WORDS } from '../flows/steps/wording.ts'
import { WAY, walkTo } from './support/walk.ts'

const STEPS = WAY.map(([step]) => step)
const stepOf = (here: ReturnType<typeof walkTo>) => here.session().flow?.step ?? null
const answersOf = (here: ReturnType<typeof walkTo>) => here.session().flow?.answers
/** The step before each; the first has none. */
const before = (step: string) => STEPS[Math.max(0, STEPS.indexOf(step) - 1)] ?? step
const after = (step: string) => STEPS[STEPS.indexOf(step) + 1] ?? step
/** Where 跳过 is not taken: without these nobody could help. */
const NEEDED = ['consent', 'what', 'confirm']

describe.each(STEPS)('at %s', (step) => {
  const question = (here: ReturnType<typeof walkTo>) => here.say('重说').reply?.text ?? ''

  test('重说 asks the same again, 听不懂 in other words with an example', () => {
    const here = walkTo(step)
    const again = here.say('重说').reply?.text ?? ''
    expect(again).toContain(FLOW_WORDS.again)
    const simpler = here.say('听不懂').reply?.text ?? ''
    expect(simpler).toContain('比如：')
    expect(simpler).not.toBe(again)
    expect(stepOf(here)).toBe(step)
  })

  test('上一步 goes back one question, and only one', () => {
    const here = walkTo(step)
    const { reply } = here.say('上一步')
    expect(stepOf(here)).toBe(before(step))
    if (step === 'consent') expect(reply?.text).toContain(FLOW_WORDS.firstStep)
  })

  test('跳过 goes on, or says why not', () => {
    const here = walkTo(step)
    const { reply } = here.say('跳过')
    expect(stepOf(here)).toBe(NEEDED.includes(step) ? step : after(step))
    expect(reply?.text).not.toBe('')
    expect(here.tickets()).toEqual([])
  })

  test('改第3项 asks for the third, and the way goes on from where it was', () => {
    const here = walkTo(step)
    here.say('改第3项')
    expect(stepOf(here)).toBe('needs')
    here.say('2')
    expect(answersOf(here)).toMatchObject({ needs: ['goods'] })
    expect(stepOf(here)).toBe(step === 'needs' ? 'urgency' : step)
  })

  test('等一下 waits, and an answer or 继续 goes on', () => {
    const here = walkTo(step)
    const asked = question(here)
    expect(here.say('等一下').reply?.text).toBe(FLOW_WORDS.wait)
    expect(stepOf(here)).toBe(step)
    expect(asked).toContain(here.say('继续').reply?.text ?? '?')
  })

  test('取消 forgets what was told', () => {
    const here = walkTo(step)
    expect(here.say('取消').reply?.text).toContain('取消了')
    expect(here.session().flow).toBeNull()
    expect(here.tickets()).toEqual([])
  })

  test('人工 hands over and keeps the place', () => {
    const here = walkTo(step)
    const known = answersOf(here)
    here.say('人工')
    expect(isHeld(here.session(), { now: here.clock() })).toBe(true)
    expect(here.say('我妈的事').reply).toBeNull()
    here.say('不用人工')
    here.say('继续')
    expect(stepOf(here)).toBe(step)
    expect(answersOf(here)).toEqual(known)
  })

  test('danger comes first, makes it urgent and keeps the place', () => {
    const here = walkTo(step)
    const turn = here.say('我妈晕倒了叫不醒')
    expect(turn.decision.danger).toBe('medical_emergency')
    expect(turn.reply?.text).toMatch(/120[\s\S]*继续/)
    expect(answersOf(here)).toMatchObject({
      urgency: 'urgent',
      story: expect.stringContaining('晕倒了叫不醒'),
      place: STEPS.indexOf(step) > STEPS.indexOf('place') ? '尧化街道尧新社区' : null,
    })
  })

  test('a photo or a place sent here breaks nothing', () => {
    const here = walkTo(step)
    here.hear({ kind: 'image', mediaId: 'photo-1' })
    expect(stepOf(here)).toBe(step)
    expect(answersOf(here)).toMatchObject({ photos: step === 'consent' ? [] : ['photo-1'] })
    expect(
      here.hear({ kind: 'location', latitude: 32, longitude: 118, label: '尧化门' }).reply,
    ).not.toBeNull()
    expect(stepOf(here)).not.toBeNull()
  })

  test('重来 begins anew', () => {
    const here = walkTo(step)
    here.say('重来')
    expect(stepOf(here)).toBe('consent')
    expect(answersOf(here)).toMatchObject({ consent: null, story: '', phone: null, photos: [] })
  })
})
