/** 评价: what becomes of a resident's reasons when their request went on while they were asked for them. */
import { expect, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { plainText } from '../bot/message.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { WITNESS, world } from './support/world.ts'

const REQUEST = '我要求助/同意/我自己/住院花光了钱/1/3/东风村/1/王秀英 13812345678/跳过/确认'.split('/')

/** A resident who is asked why a request that was closed did not content them. */
async function asked() {
  const { receive, text, store, clock, parts } = await world()
  const say = async (words: string) =>
    plainText((await receive(text(words))).reply ?? { text: '', choices: [] })
  let number = ''
  for (const words of REQUEST) number = /Q-\d+-\d/.exec(await say(words))?.[0] ?? ''
  const staff = (action: object) =>
    act(store, {
      number,
      action,
      actor: { role: 'staff', id: 'li' },
      witness: WITNESS,
      now: clock(),
      newId: parts.newId,
    })
  await staff({ kind: 'screen', why: '' })
  await staff({ kind: 'close', result: 'helped', why: '办好了' })
  expect(await say('不满意')).toContain('哪里不满意')
  const ticket = async () => readTicket((await store.get('tickets', number))?.ticket)
  const heard = async () => {
    const words: string[] = []
    for await (const row of store.scan('heard')) words.push(row.words)
    return words
  }
  return { say, staff, ticket, heard }
}

test('a reason given when staff took the request up again meanwhile goes to whoever works on it', async () => {
  const { say, staff, ticket, heard } = await asked()
  await staff({ kind: 'reopen', why: '钱没到账' })
  expect(await say('钱没到我卡上')).toContain('已经在重新办了')
  expect(await heard()).toEqual(['钱没到我卡上'])
  expect((await ticket()).stage).toBe('screened')
  // The question is answered: what is said next is about something else.
  expect(await say('谢谢')).toContain('不客气')
})

test('nothing is passed on where the resident had nothing to add', async () => {
  const { say, staff, heard } = await asked()
  await staff({ kind: 'reopen', why: '钱没到账' })
  expect(await say('跳过')).toContain('已经在重新办了')
  expect(await heard()).toEqual([])
})

test('a request that was taken up and stopped meanwhile is not taken up by that', async () => {
  const { say, staff, ticket } = await asked()
  await staff({ kind: 'reopen', why: '钱没到账' })
  await staff({ kind: 'withdraw', why: '本人不要了' })
  expect(await say('钱没到我卡上')).toContain('停办')
  expect((await ticket()).stage).toBe('withdrawn')
})

test('words of danger meanwhile help first, and say what is kept by its own name', async () => {
  const { say } = await asked()
  const told = await say('我不想活了')
  expect(told).toContain('12356')
  expect(told).toContain('评价说到一半')
  expect(told).not.toContain('求助登记')
  expect(await say('继续')).toContain('哪里不满意')
})
