import { describe, expect, test } from 'vitest'
import type { MissedQuestion, Store } from '../bot/store.ts'
import { createTallies } from '../bot/tallies.ts'
import { decide } from '../bot/turn.ts'
import { openStore, world } from './support/world.ts'

async function questions(store: Store): Promise<MissedQuestion[]> {
  const rows: MissedQuestion[] = []
  for await (const row of store.scan('questions')) rows.push(row)
  return rows
}

/** An office with one resident who says all this, one after the other; resolves with the answers' words. */
async function said(...words: string[]) {
  const { receive, text, store } = await world()
  const replies: string[] = []
  for (const one of words) replies.push((await receive(text(one))).reply?.text ?? '')
  return { replies, store, kept: await questions(store) }
}

describe('a question nobody could answer', () => {
  test('is kept for staff, without who asked and without what tells who it is', async () => {
    const { kept, store } = await said('邻居王秀英装修太吵了怎么办')
    expect(kept).toHaveLength(1)
    const [question] = kept
    expect(question).toMatchObject({
      reason: expect.stringMatching(/not-found|elsewhere/),
      state: 'open',
      settled: null,
    })
    expect(question?.words).toContain('装修太吵')
    expect(JSON.stringify(question)).not.toMatch(/王秀英|openid-of-wang/)
    const turns = []
    for await (const turn of store.scan('turns')) turns.push(turn)
    expect(turns.some(({ id }) => question?.id.includes(id))).toBe(false)
  })

  test('is kept as it was asked where no place tells where somebody lives', async () => {
    const { kept } = await said('轮椅爆胎了哪里修')
    expect(kept.map(({ words }) => words)).toEqual(['轮椅爆胎了哪里修'])
    const lives = await said('我住幸福村8号，轮椅爆胎了谁修')
    expect(JSON.stringify(lives.kept)).not.toContain('幸福村')
  })

  test('is not kept when there is nothing in it', async () => {
    const { kept } = await said('啊', '？？？', '哦哦', 'hello', '明天会下雨吗')
    expect(kept).toEqual([])
  })

  test('that was answered leaves nothing', async () => {
    const { kept } = await said('低保怎么申请', '要带什么材料', '谢谢')
    expect(kept).toEqual([])
  })
})

describe('a resident who says that the answer missed the point', () => {
  test.each([
    '没用',
    '答非所问',
    '不是这个意思',
    '你没听懂',
    '我问的不是这个',
    '都不是',
    '说了等于没说！',
    '没答到点上啊',
  ])('“%s” does not hear the same answer again, and staff read what was asked', async (complaint) => {
    const { replies, kept } = await said('低保怎么申请', complaint)
    expect(replies[1]).toMatch(/^对不起，我没答到点上/)
    expect(replies[1]).toContain('人工')
    expect(kept).toMatchObject([{ reason: 'unhelpful', policies: ['dibao'], words: '低保怎么申请' }])
  })

  test('may choose what else was meant by its number', async () => {
    const { receive, text } = await world()
    await receive(text('低保怎么申请'))
    const offered = (await receive(text('不是这个意思'))).reply
    expect(offered?.choices.length).toBeGreaterThan(0)
    const { reply, decision } = await receive(text('1'))
    expect(decision?.kind).toBe('answer')
    expect(reply?.text).not.toContain('【低保】')
    expect(decision?.policies[0]).not.toBe('dibao')
  })

  test.each(['看不懂', '什么意思', '我还是不明白', '太复杂了'])(
    '“%s” hears what can be told one by one',
    async (words) => {
      const { replies, kept } = await said('低保怎么申请', words)
      expect(replies[1]).toMatch(/^对不起，没说明白/)
      expect(kept).toMatchObject([{ reason: 'unhelpful', policies: ['dibao'] }])
    },
  )

  test('is only meant after an answer, and not for long', async () => {
    const { receive, text, clock, store } = await world()
    expect((await receive(text('没用'))).reply?.text).not.toContain('没答到点上')
    await receive(text('低保怎么申请'))
    clock.pass(31 * 60 * 1000)
    expect((await receive(text('没用'))).reply?.text).not.toContain('没答到点上')
    expect((await questions(store)).filter(({ reason }) => reason === 'unhelpful')).toEqual([])
  })

  test('is heard behind danger: words of danger help first', async () => {
    const { replies } = await said('低保怎么申请', '没用，我不想活了')
    expect(replies[1]).toContain('12356')
  })
})

describe('counts of what was answered', () => {
  const at = new Date('2026-11-22T09:00:00+08:00')

  test('add up over flushes and processes, by day, decision and policy', async () => {
    const store = await openStore()
    const [one, other] = [createTallies(store), createTallies(store)]
    one.count(decide('answer', ['dibao', 'tekun']), at)
    one.count(decide('abstain'), at)
    await one.flush()
    other.count(decide('answer', ['dibao']), at)
    other.count(decide('answer', ['dibao']), new Date('2026-11-22T23:59:00+08:00'))
    other.count(decide('answer', ['dibao']), new Date('2026-11-23T00:01:00+08:00'))
    await Promise.all([one.flush(), other.flush()])
    const day = await store.list('tallies', 'byDay', { equals: ['2026-11-22'], limit: 10 })
    expect(day.map(({ decision, policy, count }) => [decision, policy, count])).toEqual([
      ['abstain', '', 1],
      ['answer', 'dibao', 3],
    ])
  })

  test('that could not be written are written the next time, once', async () => {
    const store = await openStore()
    let broken = true
    const tallies = createTallies({
      transaction: (work) => (broken ? Promise.reject(new Error('full')) : store.transaction(work)),
    })
    tallies.count(decide('answer', ['dibao']), at)
    await expect(tallies.flush()).rejects.toThrow('full')
    tallies.count(decide('answer', ['dibao']), at)
    broken = false
    await tallies.flush()
    await tallies.flush()
    expect(await store.list('tallies', 'byDay', { equals: ['2026-11-22'], limit: 10 })).toMatchObject([
      { count: 2 },
    ])
  })
})
