import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../flows/clocks.ts'
import { likeTickets, type Request, sameRequest } from '../flows/ticket/duplicates.ts'
import type { Fingerprint, Ticket } from '../flows/ticket/ticket.ts'
import {
  ADVANCE,
  advisor,
  FACTS,
  MORNING,
  moved,
  NUMBER,
  OTHER_NUMBER,
  opened,
  resident,
  stranger,
  ticketsByStage,
} from './support/tickets.ts'

const PHONE: Fingerprint = { kind: 'phone', value: 'hash-of-phone' }
const request = (more: Partial<Request> = {}): Request => ({
  resident: stranger.id,
  facts: FACTS,
  fingerprints: [PHONE],
  at: new Date('2026-04-07T09:00:00+08:00'),
  ...more,
})
const inDays = (days: number) => new Date(`${addDays('2026-03-03', days)}T09:00:00+08:00`)
const closed = (): Ticket => ticketsByStage().find(({ stage }) => stage === 'closed') ?? opened()

test('the same phone with a like need is shown with when, where it stands and what was given', () => {
  const helped = moved(opened(), [ADVANCE, advisor])
  expect(likeTickets(request(), [helped])).toEqual([
    {
      number: NUMBER,
      reasons: ['phone'],
      says: '同一电话；35天前求助资金、服务，现在是「受理」；给过救急金2000元（社区临时救助备用金）',
    },
  ])
})

test.each([
  ['id', '同一身份证号'],
  ['phone', '同一电话'],
  ['household', '同一户'],
] as const)('the same %s is enough', (kind, words) => {
  const fingerprints = [{ kind, value: 'v' }]
  const found = likeTickets(request({ fingerprints }), [opened({ fingerprints })])
  expect(found.map(({ reasons, says }) => [reasons, says.split('；')[0]])).toEqual([[[kind], words]])
})

test('one value of another kind, or another value, is nobody we know', () => {
  const fingerprints: Fingerprint[] = [
    { kind: 'household', value: PHONE.value },
    { kind: 'phone', value: 'hash-2' },
  ]
  expect(likeTickets(request({ fingerprints }), [opened()])).toEqual([])
})

test('who writes for several people is shown with that said', () => {
  const found = likeTickets(request({ resident: resident.id, fingerprints: [] }), [opened()])
  expect(found[0]?.says).toMatch(/^同一微信（代别人求助，可能不是同一人）/)
})

test('another need is another matter; a need not named may be any', () => {
  const facts = (needs: typeof FACTS.needs, difficulties: string[]) => ({ ...FACTS, needs, difficulties })
  const food = opened({ facts: facts(['goods'], ['灾害', '其他']) })
  expect(likeTickets(request({ facts: facts(['money'], ['大病', '其他']) }), [food])).toEqual([])
  expect(likeTickets(request({ facts: facts(['money'], ['灾害']) }), [food])).toHaveLength(1)
  expect(likeTickets(request({ facts: facts([], []) }), [food])).toHaveLength(1)
})

test('a closed one counts for 90 days, one still at work however old', () => {
  const at = (days: number, ticket: Ticket) => likeTickets(request({ at: inDays(days) }), [ticket]).length
  expect([at(0, closed()), at(90, closed()), at(91, closed())]).toEqual([1, 1, 0])
  expect(at(400, opened())).toBe(1)
})

test('the surest come first, then the newest', () => {
  const fingerprints: Fingerprint[] = [PHONE, { kind: 'id', value: 'i' }]
  const old = opened({ number: OTHER_NUMBER, fingerprints, at: new Date('2026-02-01T09:00:00+08:00') })
  const found = likeTickets(request({ fingerprints }), [opened(), opened(), old])
  expect(found.map(({ number, reasons }) => [number, reasons])).toEqual([
    [OTHER_NUMBER, ['id', 'phone']],
    [NUMBER, ['phone']],
    [NUMBER, ['phone']],
  ])
})

test('what is shown names nobody', () => {
  const [found] = likeTickets(request(), [moved(opened(), [ADVANCE, advisor])])
  for (const secret of [FACTS.name, FACTS.phone, FACTS.place, FACTS.idNumber, 'hash'])
    expect(JSON.stringify(found)).not.toContain(secret)
})

test('the same answers confirmed twice are one ticket, whatever the order of lists, width or new photo', () => {
  const again = {
    ...FACTS,
    needs: ['service', 'money'] as typeof FACTS.needs,
    story: ' 我妈肾衰竭，透析的钱不够了 ',
  }
  expect(sameRequest({ resident: resident.id, facts: again }, [opened()])?.number).toBe(NUMBER)
})

test.each<[string, Partial<typeof FACTS>]>([
  ['another place', { place: '尧化街道王子楼社区' }],
  ['another name', { name: '唐秀莹' }],
  ['one need more', { needs: ['money', 'service', 'goods'] }],
  ['another photo', { photos: [{ kind: '诊断证明', media: 'm' }] }],
  ['no name', { anonymous: true }],
])('with %s it is another request', (_name, change) => {
  expect(sameRequest({ resident: resident.id, facts: { ...FACTS, ...change } }, [opened()])).toBeNull()
})

test('another resident’s, or one that is over, is not the same', () => {
  expect(sameRequest({ resident: stranger.id, facts: FACTS }, [opened()])).toBeNull()
  expect(sameRequest({ resident: resident.id, facts: FACTS }, [closed()])).toBeNull()
  expect(sameRequest({ resident: resident.id, facts: FACTS }, [closed(), opened()])?.stage).toBe('received')
})

test('however it was stored, equal answers are equal', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Object.keys(FACTS), { minLength: Object.keys(FACTS).length }), (keys) => {
      const facts = Object.fromEntries(keys.map((key) => [key, Reflect.get(FACTS, key)])) as typeof FACTS
      expect(sameRequest({ resident: resident.id, facts }, [opened({ at: MORNING })])).not.toBeNull()
    }),
    { numRuns: 50 },
  )
})
