import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardOf } from '../bot/cards.ts'
import { DIFFICULTIES } from '../flows/difficulties.ts'
import { dueOf, sayMorning } from '../flows/nudges/morning.ts'
import {
  apart,
  DANGER_WORDS,
  isMoot,
  type KeptNudge,
  nudgeAfter,
  placeOf,
  type Standing,
  sayAlone,
  sayDigest,
  sayNudge,
  urgencyOf,
} from '../flows/nudges/nudges.ts'
import { laddersOf } from '../flows/nudges/reminders.ts'
import type { Action } from '../flows/ticket/actions.ts'
import { NEEDS, type RequestFacts } from '../flows/ticket/request.ts'
import { type Actor, openTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { DANGER_TYPES } from '../knowledge/danger.ts'
import {
  FACTS,
  MORNING,
  moved,
  NUMBER,
  opened,
  opening,
  part,
  resident,
  staff,
  ticketsByStage,
} from './support/tickets.ts'

const AT = MORNING.toISOString()
const UNTIL = new Date(MORNING.getTime() + 4 * 3_600_000).toISOString()
const nudge = (more: Partial<KeptNudge> = {}): KeptNudge => ({
  kind: 'danger',
  danger: 'self_harm',
  ticket: null,
  at: AT,
  times: 1,
  ...more,
})
const standing = (more: Partial<Standing> = {}): Standing => ({
  ticket: null,
  reach: null,
  heldUntil: null,
  place: null,
  owed: null,
  ...more,
})
const said = (kept: KeptNudge, stands: Partial<Standing> = {}) =>
  sayAlone(sayNudge(kept, standing(stands), MORNING))

describe('a nudge', () => {
  test('of danger says which, when, and how to reach them', () => {
    expect(said(nudge(), { reach: opened() })).toBe(
      `【危急】居民说到：想伤害自己，3月3日（星期二）09:00。电话在求助单 ${NUMBER} 上\n请马上联系，必要时替居民打110、120、119。`,
    )
    expect(said(nudge({ danger: 'domestic_violence', times: 2 }))).toBe(
      '【危急】居民说到：家里有人打人，3月3日（星期二）09:00，说了2次。没留电话，到公众号后台会话里回\n联系时当心，动手的人可能就在旁边。\n请马上联系，必要时替居民打110、120、119。',
    )
    expect(Object.keys(DANGER_WORDS)).toEqual(expect.arrayContaining([...DANGER_TYPES]))
  })

  test('of who asked for a person, and what they went on to say', () => {
    expect(said(nudge({ kind: 'human-asked' }), { heldUntil: UNTIL })).toBe(
      '【找真人】居民在等救助顾问回话，3月3日（星期二）09:00。没留电话，到公众号后台会话里回\n3月3日（星期二）13:00前没人回，助手再接着回答。',
    )
    expect(said(nudge({ kind: 'said-while-held', times: 3 }), { reach: opened() })).toBe(
      `【在等回话】找真人的居民又说了3次话，3月3日（星期二）09:00起。电话在求助单 ${NUMBER} 上`,
    )
  })

  test('of a ticket says its number, urgency, place, limit, kinds of difficulty and need', () => {
    const urgent = opened({ urgency: { level: 'urgent', reason: '今晚没饭吃' } })
    expect(said(nudge({ kind: 'ticket-opened', ticket: NUMBER }), { ticket: urgent })).toBe(
      `【新求助】${NUMBER}，紧急，尧化街道尧新社区，3月4日（星期三）09:00前办\n难处：大病\n需要：资金、服务`,
    )
    const [, screened] = ticketsByStage()
    expect(said(nudge({ kind: 'ticket-reopened', ticket: NUMBER }), { ticket: screened ?? null })).toMatch(
      /^【重新办理】Q-0412-\d，尧化街道尧新社区，3月31日（星期二）前办\n/,
    )
    expect(said(nudge({ kind: 'ticket-opened', ticket: NUMBER }), { ticket: 'unreadable' })).toBe(
      `【新求助】${NUMBER}`,
    )
  })

  test('keeps who is beaten at home, and what people wrote of themselves, out of the group', () => {
    const facts = { ...FACTS, difficulties: ['家暴', '我男人喝酒', '住房'], needs: [] }
    const kept = nudge({ kind: 'ticket-opened', ticket: NUMBER })
    expect(said(kept, { ticket: opened({ facts }) })).toContain('难处：住房\n需要：看求助单')
    const alone = opened({ facts: { ...facts, difficulties: ['家暴'] } })
    expect(said(kept, { ticket: alone })).toContain('难处：看求助单')
  })

  test.each([
    ['尧化街道尧新社区3栋201', '尧化街道尧新社区'],
    ['南京市栖霞区尧化街道金尧花园3栋', '尧化街道'],
    ['栖霞区马群街道', '马群街道'],
    ['溧水区白马镇石头寨村十二组', '白马镇石头寨村'],
    ['唐秀英家，尧化街道3栋', null],
    ['王建国尧化街道尧新社区', null],
    ['尧化街道李雷家', '尧化街道'],
    ['和平路12号', null],
    ['', null],
  ])('of somebody who lives at 「%s」 says %s', (place, shown) => {
    expect(placeOf({ ...FACTS, place })).toBe(shown)
  })

  test('follows opening and reopening, and no other event', () => {
    const { ticket, happened } = openTicket(opening())
    expect(happened.map((event) => nudgeAfter(event, ticket))).toEqual([
      { kind: 'ticket-opened', ticket: NUMBER, urgent: false },
    ])
    const closed = ticketsByStage().find(({ stage }) => stage === 'closed') ?? ticket
    const again = advance(closed, { kind: 'reopen', why: '没办好' }, resident, MORNING)
    expect(again.happened.map((event) => nudgeAfter(event, again.ticket)?.kind)).toEqual(['ticket-reopened'])
    const screened = advance(ticket, { kind: 'screen', why: '' }, staff, MORNING)
    expect(screened.happened.map((event) => nudgeAfter(event, screened.ticket))).toEqual([null])
  })

  test('follows what a resident does to a request somebody works on, not what others do', () => {
    const owned = { ...openTicket(opening()).ticket, owner: { id: 'wang', name: '王芳' } }
    const paper = { kind: 'ask-paper', name: '诊断证明', day: '2026-03-17', why: '' } as const
    const asked = advance(owned, paper, staff, MORNING).ticket
    const handed = { kind: 'hand-in', paper: asked.papers[0]?.id ?? '', media: 'm', why: '' } as const
    const withdrawn = { kind: 'withdraw', why: '不用了' } as const
    const kinds = (ticket: Ticket, action: Action, actor: Actor) => {
      const moved = advance(ticket, action, actor, MORNING)
      return moved.happened.map((event) => nudgeAfter(event, moved.ticket)?.kind)
    }
    expect(kinds(asked, handed, resident)).toEqual(['ticket-supplemented'])
    expect(kinds(asked, withdrawn, resident)).toEqual(['ticket-withdrawn'])
    expect(kinds(asked, handed, staff)).toEqual([undefined])
    expect(kinds(asked, withdrawn, staff)).toEqual([undefined])
    expect(kinds({ ...asked, owner: null }, handed, resident)).toEqual([undefined])
  })

  test('follows 划区 to another area, as long as nobody has it', () => {
    const { ticket } = openTicket(opening({ area: 'jie' }))
    const heard = (from: Ticket, area: string) => {
      const placed = advance(from, { kind: 'place', area: { id: area, name: area }, why: '' }, staff, MORNING)
      return placed.happened.map((event) => nudgeAfter(event, placed.ticket, from.area)?.kind)
    }
    expect(heard(ticket, 'xingfu')).toEqual(['ticket-opened'])
    expect(heard(ticket, 'jie')).toEqual([undefined])
    expect(heard({ ...ticket, owner: { id: 'wang', name: '王芳' } }, 'xingfu')).toEqual([undefined])
  })

  test('comes in order of urgency', () => {
    expect(urgencyOf({ kind: 'danger', danger: 'starvation' })).toBe('danger')
    expect(urgencyOf({ kind: 'human-asked' })).toBe('urgent')
    expect(urgencyOf({ kind: 'ticket-opened', ticket: NUMBER, urgent: true })).toBe('urgent')
    expect(urgencyOf({ kind: 'ticket-opened', ticket: NUMBER, urgent: false })).toBe('normal')
    expect(urgencyOf({ kind: 'said-while-held' })).toBe('normal')
  })

  test('of another danger waits for nothing; the same one and words in hold do', () => {
    const before = { kind: 'danger', danger: 'self_harm' } as const
    expect(apart({ kind: 'danger', danger: 'starvation' }, before)).toBe(0)
    expect(apart({ kind: 'danger', danger: 'self_harm' }, before)).toBe(60_000)
    expect(apart({ kind: 'said-while-held' }, before)).toBe(180_000)
    expect(apart({ kind: 'human-asked' }, before)).toBe(0)
    const photo = { kind: 'ticket-supplemented', danger: null } as const
    expect(apart({ kind: 'ticket-supplemented', ticket: NUMBER }, photo)).toBe(180_000)
    expect(apart({ kind: 'ticket-supplemented', ticket: NUMBER }, before)).toBe(0)
  })

  test('is moot once nobody waits: the hold is over, the ticket taken up, withdrawn or gone', () => {
    const waits = (kept: KeptNudge, stands: Partial<Standing>) => !isMoot(kept, standing(stands))
    for (const kind of ['human-asked', 'said-while-held'] as const) {
      expect(waits(nudge({ kind }), { heldUntil: UNTIL })).toBe(true)
      expect(waits(nudge({ kind }), {})).toBe(false)
    }
    const stagesThatWait = (kind: 'ticket-opened' | 'ticket-reopened' | 'ticket-withdrawn') =>
      ticketsByStage()
        .filter((ticket) => waits(nudge({ kind }), { ticket }))
        .map(({ stage }) => stage)
    expect(stagesThatWait('ticket-opened')).toEqual(['received', 'screened'])
    expect(stagesThatWait('ticket-reopened')).toEqual(['received', 'screened'])
    expect(waits(nudge({ kind: 'ticket-opened' }), {})).toBe(false)
    expect(waits(nudge({ kind: 'ticket-opened' }), { ticket: 'unreadable' })).toBe(true)
    expect(waits(nudge(), {})).toBe(true)
    expect(stagesThatWait('ticket-withdrawn')).toEqual(['withdrawn'])
    for (const kind of ['ticket-supplemented', 'ticket-corrected'] as const) {
      expect(waits(nudge({ kind }), { ticket: opened() })).toBe(true)
      expect(waits(nudge({ kind }), {})).toBe(false)
    }
  })

  test('in a digest is one line; what does not fit is left for the next', () => {
    const each = sayNudge(
      nudge({ kind: 'ticket-opened', ticket: NUMBER }),
      standing({ ticket: opened() }),
      MORNING,
    )
    const { text, count } = sayDigest(Array(100).fill(each), 2048)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048)
    expect(text.split('\n')).toHaveLength(count + 1)
    expect(text).toContain(`\n${count}. ${each.head}`)
    expect(count).toBeGreaterThan(10)
    expect(sayDigest([each, each], 2048)).toEqual({
      text: `同时有几件事，一起说：\n1. ${each.head}\n2. ${each.head}`,
      count: 2,
    })
  })
})

/** Every kind that says something of its own; a reminder is of a ladder, a morning of what is held. */
const KINDS = [
  'danger',
  'human-asked',
  'said-while-held',
  'ticket-opened',
  'ticket-reopened',
  'ticket-raised',
  'ticket-assigned',
  'asked-at-night',
  'ticket-supplemented',
  'ticket-corrected',
  'ticket-withdrawn',
] as const

describe('in a group', () => {
  const NAMES = ['唐秀英', '欧阳小梅', '王建国', '买买提', '李雷']
  const name = fc.constantFrom(...NAMES)
  const digits = (length: number) =>
    fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((all) => all.join(''))
  const phone = digits(9).map((rest) => `13${rest}`)
  const house = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 101, max: 2999 }))
  const CANARIES = ['肾衰竭', '酗酒', '离家出走', '高利贷', '喝农药', '坐过牢']
  const story = fc.constantFrom(...CANARIES)
  const facts = fc
    .record({ name, other: name, phone, proxyPhone: phone, house, story, anonymous: fc.boolean() })
    .chain(({ name, other, phone, proxyPhone, house: [block, room], story, anonymous }) => {
      const door = `${block}栋${room}室`
      const place = fc.constantFrom(
        `尧化街道尧新社区${door}`,
        `${name}家尧化街道尧新社区${door}`,
        `${name}尧化街道尧新社区${door}`,
        `${other}尧化街道尧新社区${door}`,
        `栖霞区尧化街道${other}家隔壁${door}`,
        `栖霞区${other}马群街道${door}`,
        `${phone}尧化街道${story}`,
        `南京市栖霞区尧化街道金尧花园${door}`,
        `${story}的${other}`,
        door,
      )
      return fc.record({
        who: fc.constantFrom<RequestFacts['who']>('self', 'family', 'neighbour'),
        relation: fc.constantFrom(null, `${other}的母亲`),
        difficulties: fc.subarray([...DIFFICULTIES.map((one) => one.name), '其他', `${story}${name}`]),
        story: fc.constant(`我是${name}，${story}，住${door}，打${phone}`),
        needs: fc.subarray([...NEEDS]),
        place,
        registeredAt: fc.constantFrom(null, `${name}老家${door}`),
        name: fc.constant(anonymous ? null : name),
        phone: fc.constant(anonymous ? null : phone),
        idNumber: fc.constantFrom(null, '11010519491231002X'),
        household: fc.constant(`${name}和${other}`),
        income: fc.constant(`${story}`),
        photos: fc.tuple(fc.record({ kind: fc.constant('证'), media: fc.constant(`media-${phone}`) })),
        proxy: fc.constant({ name: other, phone: proxyPhone }),
        anonymous: fc.constant(anonymous),
      })
    })

  test('nothing said of 1,000 people tells who they are', () => {
    const openid = 'oABCdefGHIjklMNOpqrSTUvwxYZ0'
    fc.assert(
      fc.property(
        facts,
        fc.constantFrom(...DANGER_TYPES),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (told, danger, urgent, times) => {
          const ticket = opened({
            facts: told,
            resident: `official-account:${openid}`,
            urgency: { level: urgent ? 'urgent' : 'normal', reason: `${told.story}` },
          })
          const stands = standing({ ticket, reach: ticket, heldUntil: UNTIL })
          const all = KINDS.map((kind) =>
            nudge({ kind, danger: kind === 'danger' ? danger : null, ticket: NUMBER, times }),
          ).map((kept) => sayNudge(kept, stands, MORNING))
          // Words that staff typed on the way are in no reminder either.
          const worked = moved(
            ticket,
            [{ kind: 'screen', why: told.story }, staff],
            [
              {
                kind: 'dispatch',
                parts: [part({ id: 'x', name: told.household ?? '' }, told.story.slice(0, 90))],
                why: '',
              },
              staff,
            ],
            [
              { kind: 'ask-paper', name: `${told.household}的证明`, day: '2026-03-17', why: told.story },
              staff,
            ],
          )
          const reminders = laddersOf(worked).map((ladder) => {
            const owed = { ladder, subject: NUMBER, visit: null }
            return sayNudge(
              nudge({ kind: 'reminder', ticket: NUMBER }),
              { ...stands, ticket: worked, owed },
              MORNING,
            )
          })
          const held = {
            ...dueOf([ticket, worked], new Date('2026-05-05T09:00+08:00')),
            unclaimed: [NUMBER],
            visits: ['H-0412-6'],
            calls: [NUMBER],
            silent: [NUMBER],
          }
          const said = [...all, ...reminders]
          const card = cardOf(
            { kind: 'ticket-opened', ticket: NUMBER },
            stands,
            all[3] ?? { head: '', more: [] },
            () => 'm',
          )
          const texts = [
            ...said.map(sayAlone),
            sayDigest(said, 2048).text,
            sayMorning(held, said, new Set(), MORNING, 2000).text,
            JSON.stringify(card).replace(NUMBER, ''),
          ]
          const leaks = [...NAMES, ...CANARIES, openid, '栋', '室', 'media'].filter((canary) =>
            texts.some((text) => text.includes(canary)),
          )
          expect(leaks).toEqual([])
          expect(said.filter((one) => Buffer.byteLength(sayAlone(one)) > 1000)).toEqual([])
          // Nothing longer than a ticket's body, an hour or a year.
          expect(texts.filter((text) => /\d{5,}/.test(text) || Buffer.byteLength(text) > 2048)).toEqual([])
        },
      ),
      { numRuns: 1000 },
    )
  })
})
