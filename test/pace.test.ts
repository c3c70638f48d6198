import { describe, expect, test } from 'vitest'
import { createPace, MESSAGES_A_MINUTE } from '../bot/pace.ts'
import { WORDS } from '../bot/wording.ts'
import { collector } from './support/collect.ts'
import { PLEA } from './support/request.ts'
import { world } from './support/world.ts'

const WANG = 'official-account:openid-of-wang'
const AT = new Date('2026-11-22T09:00:00+08:00')
const secondsOn = (seconds: number) => new Date(AT.getTime() + seconds * 1000)
/** What is still in use, when all garbage is gone. */
function bytesHeld(): number {
  collector()()
  return process.memoryUsage().heapUsed
}

describe('a flood of one resident', () => {
  test('is told once to slow down, then nothing, until it calms', async () => {
    const { receive, text, clock } = await world()
    for (let time = 0; time < MESSAGES_A_MINUTE; time++)
      expect((await receive(text('低保怎么申请'))).reply?.text).toContain('低保')
    expect((await receive(text('低保怎么申请'))).reply?.text).toBe(WORDS.tooFast)
    for (let time = 0; time < 40; time++) expect((await receive(text('低保怎么申请'))).reply).toBeNull()
    clock.pass(60_000)
    expect((await receive(text('低保怎么申请'))).reply?.text).toContain('低保')
  })

  test('keeps no danger from being answered', async () => {
    const { receive, text } = await world()
    for (let time = 0; time < 50; time++) await receive(text('在吗'))
    const { reply, decision } = await receive(text('我不想活了'))
    expect(decision).toMatchObject({ kind: 'danger', danger: 'self_harm' })
    expect(reply?.text).toContain('12356')
  })

  test('leaves what was told of a request as it stood', async () => {
    const { receive, text, clock } = await world()
    await receive(text(PLEA))
    const asked = await receive(text('同意'))
    for (let time = 0; time < 50; time++) await receive(text('在吗'))
    const told = (await receive(text('张三'))).reply
    expect(told).toBeNull()
    clock.pass(60_000)
    const again = await receive(text('继续'))
    expect(again.reply?.text).toContain(asked.reply?.text.split('\n').at(-1)?.slice(0, 6))
  })

  test('is said the same words again when the platform delivers again, and a delivery counts once', async () => {
    const { receive, text } = await world()
    const first = text('你好')
    for (let time = 0; time < 100; time++) await receive(first)
    for (let time = 1; time < MESSAGES_A_MINUTE; time++) await receive(text('你好'))
    const last = text('你好')
    const told = await receive(last)
    expect(told.reply?.text).toBe(WORDS.tooFast)
    const silent = text('你好')
    expect((await receive(silent)).reply).toBeNull()
    expect((await receive(last)).reply).toEqual(told.reply)
    expect((await receive(silent)).reply).toBeNull()
    expect((await receive(first)).reply?.text).not.toBe(WORDS.tooFast)
  })

  test('keeps nobody else waiting', async () => {
    const { receive, text } = await world()
    for (let time = 0; time < 50; time++) await receive(text('你好'))
    expect((await receive(text('你好', { from: 'openid-of-li' }))).reply).not.toBeNull()
  })

  test('does not hide that somebody went', async () => {
    const { receive, text, message, store } = await world()
    for (let time = 0; time < 50; time++) await receive(text('你好'))
    await receive(message({ kind: 'unfollowed' }))
    expect(await store.get('residents', WANG)).toMatchObject({ grants: [] })
  })
})

describe('a pace', () => {
  test('is calm for three times the nine photos that WeChat sends at once', () => {
    const count = createPace()
    for (let photo = 0; photo < 27; photo++) expect(count('wang', AT)).toBe('calm')
  })

  test('is calm for whoever writes every two seconds all day', () => {
    const count = createPace()
    for (let time = 0; time < 5000; time++) expect(count('wang', secondsOn(time * 2))).toBe('calm')
  })

  test('stays a flood while it goes on, and nobody pays longer than a minute for it', () => {
    const count = createPace()
    const told = []
    for (let tenth = 0; tenth < 6000; tenth++) told.push(count('wang', secondsOn(tenth / 10)))
    expect(told.filter((one) => one === 'hasty')).toHaveLength(1)
    expect(told.slice(100).every((one) => one === 'flood')).toBe(true)
    expect(count('wang', secondsOn(600 + 40))).toBe('calm')
  })

  test('goes on across the minute in which the oldest are forgotten', () => {
    const count = createPace()
    for (let time = 0; time < 20; time++) count('wang', secondsOn(59))
    for (let time = 0; time < 10; time++) expect(count('wang', secondsOn(60))).toBe('calm')
    expect(count('wang', secondsOn(60))).toBe('hasty')
  })

  test('remembers no more than so many residents', () => {
    const count = createPace()
    const before = bytesHeld()
    for (let one = 0; one < 400_000; one++) count(`official-account:oWang${one}`, AT)
    expect(bytesHeld() - before).toBeLessThan(10 * 1024 * 1024)
    // Still in use, so that nothing of it was garbage.
    expect(count('official-account:oWang0', AT)).toBe('calm')
  })

  test('remembers nothing of what they wrote', () => {
    const count = createPace()
    const before = bytesHeld()
    for (let one = 0; one < 2_000; one++) {
      // As an address is found in what a platform sends: a part of it, which would keep the whole.
      const sent = `oWang${String(one).padStart(23, '0')}${'我想问低保'.repeat(2_000)}`
      count(`official-account:${sent.slice(0, 28)}`, AT)
    }
    expect(bytesHeld() - before).toBeLessThan(10 * 1024 * 1024)
    expect(count(`official-account:oWang${'0'.repeat(23)}`, AT)).toBe('calm')
  })

  test('stands a clock that goes back', () => {
    const count = createPace()
    for (let time = 0; time < 31; time++) count('wang', AT)
    expect(count('wang', secondsOn(-3600))).not.toBe('hasty')
    expect(count('wang', secondsOn(-3600 + 120))).toBe('calm')
  })
})
