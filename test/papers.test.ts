/** 容缺后补: photos of papers that were still owed, sent when the request is long registered. */
import { describe, expect, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { plainText } from '../bot/message.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { WITNESS, world } from './support/world.ts'

const REQUEST = [
  '我要求助',
  '同意',
  '我自己',
  '住院花光了钱',
  '1',
  '3',
  '东风村',
  '1',
  '王秀英 13812345678',
  '跳过',
  '确认',
]

/** A request registered, with papers asked for by staff. */
async function registered(...papers: string[]) {
  const { receive, text, message, store, clock, parts } = await world()
  let number = ''
  for (const words of REQUEST) {
    const { reply } = await receive(text(words))
    number = /Q-\d+-\d/.exec(reply?.text ?? '')?.[0] ?? ''
  }
  for (const name of papers) {
    const action = { kind: 'ask-paper', name, day: '2026-12-10', why: '' }
    await act(store, {
      number,
      action,
      actor: { role: 'staff', id: 'li' },
      witness: WITNESS,
      now: clock(),
      newId: parts.newId,
    })
  }
  const say = async (words: string) =>
    plainText((await receive(text(words))).reply ?? { text: '', choices: [] })
  const photo = async (mediaId: string) =>
    plainText((await receive(message({ kind: 'image', mediaId }))).reply ?? { text: '', choices: [] })
  const owed = async () =>
    readTicket((await store.get('tickets', number))?.ticket)
      .papers.filter(({ state }) => state === 'outstanding')
      .map(({ name }) => name)
  return { number, say, photo, owed, store }
}

describe('a photo sent after the request is registered', () => {
  test('is the one paper that is owed', async () => {
    const { number, photo, owed, store } = await registered('诊断证明')
    expect(await photo('MEDIA-1')).toContain('诊断证明')
    expect(await owed()).toEqual([])
    const { photos } = readTicket((await store.get('tickets', number))?.ticket).personal.facts
    expect(photos).toEqual([{ kind: '诊断证明', media: 'MEDIA-1' }])
    expect(await store.get('jobs', 'keep-media:MEDIA-1')).toMatchObject({ state: 'pending' })
  })

  test('is asked about when several are owed, and a number says which it is', async () => {
    const { photo, say, owed } = await registered('诊断证明', '收入证明')
    expect(await photo('MEDIA-1')).toMatch(/哪样材料[\s\S]*1 诊断证明\n2 收入证明/)
    expect(await say('2')).toContain('收入证明')
    expect(await owed()).toEqual(['诊断证明'])
  })

  test('goes to whoever handles the request when nothing is owed', async () => {
    const { number, photo, store } = await registered()
    expect(await photo('MEDIA-1')).toContain(number)
    const heard = await store.list('heard', 'ofResident', {
      equals: ['official-account:openid-of-wang'],
      limit: 9,
    })
    expect(heard).toMatchObject([{ media: 'MEDIA-1' }])
  })

  test.each(['确认删除我的信息', '确认撤回同意'])('goes from the disk after %s', async (wish) => {
    const { photo, say, store } = await registered()
    await photo('MEDIA-1')
    await say(wish)
    expect(await store.get('jobs', 'keep-media:MEDIA-1')).toBeUndefined()
    expect(await store.get('jobs', 'drop-media:MEDIA-1')).toMatchObject({ state: 'pending' })
  })
})

test('a photo from somebody without a request is not kept, and they are told', async () => {
  const { receive, message, store } = await world()
  const { reply } = await receive(message({ kind: 'image', mediaId: 'MEDIA-1' }))
  expect(reply?.text).toContain('没有保存')
  expect(await store.get('jobs', 'keep-media:MEDIA-1')).toBeUndefined()
})
