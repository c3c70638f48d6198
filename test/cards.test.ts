import { expect, test } from 'vitest'
import { cardOf, lineOfTap } from '../bot/cards.ts'
import type { Card } from '../bot/channels/advisor-channel.ts'
import { createBoard } from '../server/sandbox/board.ts'
import { createGroup } from '../server/sandbox/group.ts'
import { LI, office, ROSTER, WANG } from './support/advisors.ts'

const ROBOTS = { ...ROSTER, robotKeys: new Map<string, string>() }

/** A sandbox in which a card of a new ticket lies before 王芳. */
async function sandbox() {
  const { store, clock, parts, open, write, ticket } = await office()
  const number = await open(412)
  const { newId } = parts
  const standing = { ticket: await ticket(number), reach: null, heldUntil: null, place: null, owed: null }
  const card = cardOf(
    { kind: 'ticket-opened', ticket: number },
    standing,
    { head: '新求助', more: [] },
    newId,
  )
  if (!card) throw new Error('a new ticket has a card')
  const board = createBoard({ now: clock, newId })
  board.put({ id: 'p1', from: null, to: [WANG.id], text: '新求助', card })
  const group = createGroup({
    board,
    roster: async () => ROBOTS,
    store,
    now: clock,
    newId,
    hear: ({ advisor, words, place }) => write(advisor === WANG.id ? WANG : LI, words, { place }),
    clock: null,
    runDue: async () => {},
  })
  const tap = async (key: string) => {
    await group.act({ do: 'tap', advisor: WANG.id, post: 'p1', key })
    return board.posts().at(-1)?.text ?? ''
  }
  return { number, card, tap, write }
}

test('a button does what is written on it', async () => {
  const { card, number } = await sandbox()
  const lines = ({ buttons }: Card) => buttons.map(({ key }) => lineOfTap(key, number))
  expect(lines(card)).toEqual([`接单 ${number}`, `已联系 ${number}`, `转办 ${number}`, null])
  expect(lineOfTap('__proto__', number)).toBeNull()
})

test('转办 tapped in the sandbox asks which department, as the line does', async () => {
  const { number, tap, write } = await sandbox()
  await tap('claim')
  const tapped = await tap('hand-over')
  expect(tapped).toContain('部门')
  expect((await write(WANG, `转办 ${number}`)).text).toBe(tapped)
})

test('a tap on what does nothing here is refused', async () => {
  const { tap } = await sandbox()
  await expect(tap('view')).rejects.toThrow('这张卡片太旧了')
})
