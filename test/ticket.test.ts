import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTION_KINDS, type Action } from '../flows/ticket/actions.ts'
import { isAidAwaited } from '../flows/ticket/aid.ts'
import {
  type Actor,
  type Advanced,
  isPartOpen,
  openTicket,
  readTicket,
  STAGES,
  type Ticket,
  wordsOf,
} from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { advance, movesOf, TRANSITIONS } from '../flows/ticket/transitions.ts'
import {
  ACTORS,
  ADVANCE,
  ANY_ACTION,
  ANY_ACTOR,
  advisor,
  anyAction,
  assistant,
  CHARITY,
  charity,
  EDUCATION,
  education,
  FACTS,
  MORNING,
  moved,
  NUMBER,
  OTHER_NUMBER,
  opened,
  opening,
  part,
  resident,
  staff,
  stranger,
  ticketsByStage,
} from './support/tickets.ts'

/** What came of a try: the new ticket, or the error that was said. Anything else thrown fails the test. */
function attempt(ticket: Ticket, action: Action, actor: Actor, now = MORNING): Advanced | TicketError {
  try {
    return advance(ticket, action, actor, now)
  } catch (error) {
    if (error instanceof TicketError) return error
    throw error
  }
}
const codeOf = (ticket: Ticket, action: Action, actor: Actor, now = MORNING) => {
  const came = attempt(ticket, action, actor, now)
  return came instanceof TicketError ? came.code : 'done'
}
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const stageOf = (stage: Ticket['stage']): Ticket => {
  const ticket = ticketsByStage().find((candidate) => candidate.stage === stage)
  if (!ticket) throw new Error(`no ticket in ${stage}`)
  return ticket
}

describe('every stage × action × actor is decided', () => {
  const tickets = ticketsByStage()
  test('there is a ticket in every stage', () => {
    expect(tickets.map(({ stage }) => stage)).toEqual([...STAGES])
  })
  const cases = tickets.flatMap((ticket) =>
    ACTION_KINDS.map((kind) => ({ ticket, kind, stage: ticket.stage })),
  )
  test.each(cases)('$stage × $kind', ({ ticket, kind }) => {
    const before = JSON.stringify(ticket)
    fc.assert(
      fc.property(anyAction(kind), ANY_ACTOR, (action, actor) => {
        const came = attempt(ticket, action, actor)
        const { from, by, to } = TRANSITIONS[kind]
        const named = from.includes(ticket.stage) && by.includes(actor.role)
        if (came instanceof TicketError) {
          expect(came.message).toMatch(/^[^\n]*[\u4e00-\u9fa5]/)
          if (!named) expect(['wrong-stage', 'wrong-actor', 'not-yours', 'bad-value']).toContain(came.code)
        } else {
          expect(named).toBe(true)
          expect(movesOf(ticket, actor)).toContain(kind)
          expect(to.length === 0 ? [ticket.stage] : to).toContain(came.ticket.stage)
          expect(readTicket(stored(came.ticket))).toEqual(came.ticket)
        }
        expect(JSON.stringify(ticket)).toBe(before)
      }),
      { numRuns: 25 },
    )
  })
})

describe('whatever is done in whatever order', () => {
  const steps = fc.array(
    fc.record({ action: ANY_ACTION, actor: ANY_ACTOR, hours: fc.integer({ min: 0, max: 400 }) }),
    { minLength: 1, maxLength: 60, size: 'max' },
  )
  const walk = (check: (before: Ticket, came: Advanced, action: Action, actor: Actor, now: Date) => void) =>
    fc.assert(
      fc.property(steps, fc.constantFrom(...ticketsByStage()), (moves, first) => {
        let ticket = first
        let now = MORNING
        for (const { action, actor, hours } of moves) {
          now = new Date(now.getTime() + hours * 3_600_000)
          const came = attempt(ticket, action, actor, now)
          if (came instanceof TicketError) continue
          check(ticket, came, action, actor, now)
          ticket = came.ticket
        }
      }),
      { numRuns: 80 },
    )

  test('the parent closes last: after every part and every paper', () => {
    walk((_before, { ticket }) => {
      if (!['closed', 'revisited'].includes(ticket.stage)) return
      expect(ticket.parts.filter(isPartOpen)).toEqual([])
      expect(ticket.papers.filter(({ state }) => state === 'outstanding')).toEqual([])
    })
  })

  test('a ticket is at 转办 exactly while a part is open', () => {
    walk((_before, { ticket }) => {
      expect(ticket.parts.some(isPartOpen)).toBe(ticket.stage === 'dispatched')
    })
  })

  test('a due date moves only when somebody promises another or the ticket is opened again', () => {
    walk((before, { ticket, happened }) => {
      const kinds = happened.map(({ kind }) => kind)
      if (!kinds.includes('promised')) {
        if (!kinds.includes('reopened')) expect(ticket.due.whole).toEqual(before.due.whole)
        for (const old of before.parts)
          expect(ticket.parts.find(({ id }) => id === old.id)?.due).toEqual(old.due)
        for (const old of before.papers)
          expect(ticket.papers.find(({ id }) => id === old.id)?.due).toEqual(old.due)
      }
    })
  })

  test('every change is an event with who, when and why, counted without a gap', () => {
    walk((before, { ticket, happened }, _action, actor, now) => {
      expect(happened.length).toBeGreaterThan(0)
      expect(happened.map(({ seq }) => seq)).toEqual(happened.map((_, place) => before.seq + place + 1))
      expect(ticket.seq).toBe(happened.at(-1)?.seq)
      for (const event of happened) {
        expect(event).toMatchObject({ ticket: NUMBER, by: actor, at: now.toISOString() })
        expect(event.why.trim()).not.toBe('')
      }
      expect(happened.at(-1)?.stage).toBe(ticket.stage)
    })
  })

  test('an urgent one keeps its 24 hours until aid has come, and never becomes less urgent', () => {
    walk((before, { ticket, happened }) => {
      const raised = happened.some(({ kind }) => kind === 'raised')
      if (isAidAwaited(before) || !raised) expect(ticket.due.aid).toEqual(before.due.aid)
      if (before.urgency === 'urgent') expect(ticket.urgency).toBe('urgent')
      expect(ticket.due.aid !== null).toBe(ticket.urgency === 'urgent')
      if (ticket.due.aid)
        expect(Date.parse(ticket.due.aid.at) - Date.parse(ticket.due.aid.from)).toBe(24 * 3_600_000)
    })
  })

  test('a partner changes only the parts of its own body', () => {
    walk((before, { ticket }, _action, actor) => {
      if (actor.role !== 'partner') return
      for (const old of before.parts.filter(({ to }) => to.id !== actor.body))
        expect(ticket.parts.find(({ id }) => id === old.id)).toEqual(old)
      expect(before.parts.some(({ to }) => to.id === actor.body)).toBe(true)
    })
  })

  test('nothing people wrote and no fact leaves the personal part', () => {
    walk((_before, { ticket }) => {
      const { personal, ...plain } = ticket
      const text = JSON.stringify(plain)
      for (const secret of ['唐秀英', '13812345678', '13912345678', '尧化', '透析', '情况属实', '打电话问过'])
        expect(text).not.toContain(secret)
      expect(JSON.stringify(personal.facts)).toContain('透析')
    })
  })
})

describe('opening', () => {
  test('begins at 受理 with a due date and its reason', () => {
    const { ticket, happened } = openTicket(opening())
    expect(ticket).toMatchObject({ number: NUMBER, stage: 'received', due: { aid: null, revisit: null } })
    expect(ticket.due.whole.why).toBe(
      '20个工作日内办理，从3月3日（星期二）09:00起，当天不算，3月31日（星期二）前。依据：参照上海长宁惯例；本系统的办理承诺，不是法定期限',
    )
    expect(happened.map(({ kind, why }) => [kind, why])).toEqual([['opened', '居民求助']])
  })

  test('an urgent one has 24 hours from the first word, not from the confirmation', () => {
    const ticket = opened({
      urgency: { level: 'urgent', reason: '断药' },
      askedAt: new Date('2026-03-03T08:20:00+08:00'),
    })
    expect(ticket.due.aid?.at).toBe('2026-03-04T00:20:00.000Z')
    expect(wordsOf(ticket, 'opened')).toBe('断药')
    expect(isAidAwaited(ticket)).toBe(true)
    expect(isAidAwaited(moved(ticket, [ADVANCE, advisor]))).toBe(false)
  })

  test.each<[string, { phone: string } | { idNumber: string }, RegExp]>([
    ['a phone a digit short', { phone: '1381234567' }, /电话号码不对/],
    ['an ID number with a wrong digit', { idNumber: '110105194912310021' }, /身份证号不对/],
  ])('%s is refused with words, and not repeated', (_name, wrong, words) => {
    const value = Object.values(wrong)[0] ?? ''
    const open = () => opened({ facts: { ...FACTS, ...wrong } })
    expect(open).toThrowError(TicketError)
    expect(open).toThrowError(words)
    expect(open).not.toThrowError(new RegExp(value))
  })

  test('what is stored is read back the same, and what is damaged is named', () => {
    for (const ticket of ticketsByStage()) expect(readTicket(stored(ticket))).toEqual(ticket)
    expect(() => readTicket({ ...opened(), stage: 'approved' })).toThrowError(/stage/)
    expect(() => readTicket({ ...opened(), version: 2 })).toThrowError(/version/)
    expect(() => readTicket('Q-0412-7')).toThrowError(TicketError)
  })
})

describe('预审', () => {
  test('a refusal wants a written reason and what else may help, and the resident reads both', () => {
    const refuse = (why: string, elsewhere: string): Action => ({ kind: 'refuse', why, elsewhere })
    expect(codeOf(opened(), refuse('', '请找户籍地街道'), staff)).toBe('bad-value')
    expect(codeOf(opened(), refuse('不归本区管', ' '), staff)).toBe('bad-value')
    const refused = moved(opened(), [refuse('不归本区管', '请找户籍地街道'), staff])
    expect(wordsOf(refused, 'refused')).toBe('理由：不归本区管\n还可以：请找户籍地街道')
  })

  test('the assistant neither accepts, refuses, nor closes', () => {
    for (const kind of ['screen', 'refuse', 'close', 'waive-paper', 'promise', 'reopen'] as const)
      expect(TRANSITIONS[kind].by).not.toContain('assistant')
  })

  test('nothing we say is 批准', () => {
    const said = [
      ...Object.values(TRANSITIONS).map(({ says }) => says),
      ...ticketsByStage().flatMap((ticket) => JSON.stringify(ticket)),
    ]
    expect(said.filter((words) => words.includes('批准'))).toEqual([])
  })
})

describe('分办 and 转办', () => {
  const dispatched = () => stageOf('dispatched')

  test('one request goes to several bodies as parts, and more can be added later', () => {
    const ticket = moved(
      dispatched(),
      [{ kind: 'report', part: 'p1', result: 'done', why: '已减免' }, education],
      [{ kind: 'report', part: 'p2', result: 'partly', why: '约了下周' }, charity],
    )
    expect(ticket.stage).toBe('reported')
    const again = moved(ticket, [{ kind: 'dispatch', parts: [part(CHARITY, '陪诊')], why: '' }, advisor])
    expect(again.stage).toBe('dispatched')
    expect(again.parts.map(({ id, to }) => [id, to.name])).toEqual([
      ['p1', '教育局'],
      ['p2', '申爱社工站'],
      ['p3', '申爱社工站'],
    ])
  })

  test('a part sent on keeps its due date and remembers where it was; the first body may no longer touch it', () => {
    const sentOn = advance(
      dispatched(),
      { kind: 'forward', part: 'p1', to: CHARITY, why: '教育局不管培训' },
      staff,
      new Date('2026-03-10T09:00:00+08:00'),
    ).ticket
    expect(sentOn.parts[0]).toMatchObject({ to: CHARITY, via: [EDUCATION], state: 'sent' })
    expect(sentOn.parts[0]?.due).toEqual(dispatched().parts[0]?.due)
    const report: Action = { kind: 'report', part: 'p1', result: 'done', why: '已办' }
    expect(codeOf(sentOn, report, education)).toBe('not-yours')
    expect(codeOf(sentOn, report, charity)).toBe('done')
  })

  test('a part has its policy’s own limit', () => {
    const screened = stageOf('screened')
    const ticket = moved(screened, [
      { kind: 'dispatch', parts: [part(EDUCATION, '低保', 'dibao'), part()], why: '' },
      staff,
    ])
    expect(ticket.parts.map(({ due }) => due.why.split('，')[0])).toEqual([
      '30个工作日内',
      '20个工作日内办理',
    ])
  })

  test('a part sent back waits for a person: it is neither lost nor enough to close', () => {
    const ticket = moved(
      dispatched(),
      [{ kind: 'decline', part: 'p1', why: '不归我们管' }, education],
      [{ kind: 'report', part: 'p2', result: 'done', why: '已疏导' }, charity],
    )
    expect(ticket.stage).toBe('dispatched')
    const close: Action = { kind: 'close', result: 'partly', why: '已帮到一部分' }
    expect(codeOf(ticket, close, advisor)).toBe('parts-open')
    const dropped = moved(ticket, [{ kind: 'drop', part: 'p1', why: '没有对口单位' }, staff])
    expect(codeOf(dropped, close, advisor)).toBe('done')
  })

  test('who gives up tells whoever is at work to stop', () => {
    const { ticket, happened } = advance(
      dispatched(),
      { kind: 'withdraw', why: '不需要了' },
      resident,
      MORNING,
    )
    expect(happened.map(({ kind, part: of }) => [kind, of])).toEqual([
      ['dropped', 'p1'],
      ['dropped', 'p2'],
      ['withdrawn', null],
    ])
    expect(ticket.stage).toBe('withdrawn')
  })
})

describe('先行救助、后补程序', () => {
  test('aid is recorded at once, even before 预审， and the ticket cannot close while a paper is owed', () => {
    const helped = moved(opened(), [ADVANCE, advisor], [{ kind: 'screen', why: '' }, advisor])
    expect(helped.aid).toMatchObject([{ amount: '2000', source: '社区临时救助备用金', ahead: true }])
    const close: Action = { kind: 'close', result: 'helped', why: '药已买到' }
    const refused = attempt(helped, close, advisor)
    expect(refused).toMatchObject({ code: 'papers-outstanding' })
    expect(refused).toHaveProperty('message', expect.stringContaining('「情况说明」还没有补'))
    const paid = moved(helped, [{ kind: 'hand-in', paper: 'm1', media: 'media-1', why: '' }, resident])
    expect(codeOf(paid, close, advisor)).toBe('done')
    expect(paid.personal.facts.photos).toEqual([{ kind: '情况说明', media: 'media-1' }])
  })

  test('aid ahead of the papers must say which papers', () => {
    expect(codeOf(opened(), { ...ADVANCE, papers: [] }, advisor)).toBe('papers-unnamed')
    expect(codeOf(opened(), { ...ADVANCE, papers: [], ahead: false }, advisor)).toBe('done')
  })

  test('only staff let a paper go, with a reason', () => {
    const helped = moved(opened(), [ADVANCE, advisor])
    const waive: Action = { kind: 'waive-paper', paper: 'm1', why: '核对平台已查到' }
    expect(codeOf(helped, waive, advisor)).toBe('wrong-actor')
    expect(codeOf(helped, { ...waive, why: '' }, staff)).toBe('bad-value')
    expect(codeOf(helped, waive, staff)).toBe('done')
  })

  test('a paper due yesterday cannot be asked for', () => {
    const ask = (day: string): Action => ({ kind: 'ask-paper', name: '诊断证明', day, why: '' })
    expect(codeOf(opened(), ask('2026-03-02'), advisor)).toBe('bad-value')
    expect(codeOf(opened(), ask('2026-03-03'), advisor)).toBe('done')
  })
})

describe('办结， 回访 and back', () => {
  test('closing asks for a revisit within 30 days', () => {
    expect(stageOf('closed').due.revisit?.why).toContain('30天内回访')
    expect(stageOf('closed').due.revisit?.at).toBe('2026-04-02T15:59:59.999Z')
  })

  test('a resident who is not content can have it opened again, and work starts a new clock', () => {
    const later = new Date('2026-04-01T09:00:00+08:00')
    const rated = moved(stageOf('revisited'), [
      { kind: 'rate', rating: 'dissatisfied', why: '钱没到' },
      resident,
    ])
    expect(rated.rating).toBe('dissatisfied')
    const { ticket } = advance(rated, { kind: 'reopen', why: '钱没到' }, resident, later)
    expect(ticket).toMatchObject({ stage: 'screened', closedAt: null, outcome: null, rating: null })
    expect(ticket.due.whole.from).toBe(later.toISOString())
  })

  test('a duplicate is closed as such only after a person has confirmed it', () => {
    const close: Action = { kind: 'close', result: 'duplicate', why: '同一件事' }
    const link: Action = { kind: 'link', number: OTHER_NUMBER, reasons: ['phone'], why: '' }
    const shown = moved(stageOf('screened'), [link, assistant])
    expect(shown.links).toEqual([{ number: OTHER_NUMBER, reasons: ['phone'], state: 'shown' }])
    expect(codeOf(shown, close, staff)).toBe('no-such-link')
    expect(codeOf(moved(shown, [link, staff]), close, staff)).toBe('done')
  })

  test('what a person has dismissed the machine does not show again', () => {
    const link: Action = { kind: 'link', number: OTHER_NUMBER, reasons: ['phone'], why: '' }
    const dismissed = moved(
      opened(),
      [link, assistant],
      [{ kind: 'dismiss-link', number: OTHER_NUMBER, why: '是邻居代问' }, advisor],
    )
    expect(codeOf(dismissed, link, assistant)).toBe('already')
    expect(codeOf(dismissed, link, staff)).toBe('done')
  })
})

describe('who may', () => {
  test('nobody acts on another resident’s ticket', () => {
    for (const ticket of ticketsByStage())
      expect(codeOf(ticket, { kind: 'withdraw', why: '不办了' }, stranger)).toBe('not-yours')
  })

  test('a partner with a part of its own does not touch another’s', () => {
    const moves: Action[] = [
      { kind: 'take', part: 'p1', why: '' },
      { kind: 'report', part: 'p1', result: 'done', why: '已办' },
      { kind: 'decline', part: 'p1', why: '不归我们管' },
      { kind: 'note', part: 'p1', stage: '核对中', why: '' },
      { ...ADVANCE, part: 'p1' },
    ]
    for (const move of moves) {
      expect(codeOf(stageOf('dispatched'), move, charity)).toBe('not-yours')
      expect(codeOf(stageOf('dispatched'), move, education)).toBe('done')
    }
  })

  test('a partner without a part sees no door', () => {
    expect(
      codeOf(stageOf('screened'), { kind: 'contact', channel: '电话', reached: true, why: '' }, charity),
    ).toBe('not-yours')
  })

  test('what is refused says who may, where it stands and what to do', () => {
    const message = (ticket: Ticket, action: Action, actor: Actor) => {
      const came = attempt(ticket, action, actor)
      return came instanceof TicketError ? came.message : ''
    }
    const close: Action = { kind: 'close', result: 'helped', why: '好了' }
    expect(message(opened(), close, resident)).toBe(
      '「办结」要由救助顾问、工作人员来做，居民不能做。请联系他们。',
    )
    expect(message(opened(), close, advisor)).toBe(
      '求助单现在是「受理」，「办结」要在「预审、转办、反馈」时做。请刷新后再看。',
    )
    expect(message(stageOf('dispatched'), close, advisor)).toBe(
      '还不能办结：教育局的「教育救助」、申爱社工站的「心理疏导」还没有反馈。请等反馈，或转办、停办后再办结。',
    )
  })

  test('every actor has something to do somewhere, and the withdrawn ticket rests', () => {
    for (const actor of ACTORS)
      expect(ticketsByStage().some((ticket) => movesOf(ticket, actor).length > 0)).toBe(true)
    expect(movesOf(stageOf('withdrawn'), advisor)).toEqual(['hand-in'])
  })
})

describe('接单 and 转给', () => {
  const claim: Action = { kind: 'claim', name: '王芳', why: '' }

  test('who is first has it; everybody after is told whom to ask, and the owner that it is theirs', () => {
    const { ticket, happened } = advance(opened(), claim, advisor, MORNING)
    expect(ticket.owner).toEqual({ id: 'wang', name: '王芳' })
    expect(happened).toMatchObject([{ kind: 'claimed', why: '由王芳接单', stage: 'received' }])
    const late = attempt(ticket, { ...claim, name: '李强' }, staff)
    expect(late).toMatchObject({
      code: 'already',
      message: '这张求助单已经由王芳接单。要接手，请让王芳转给您。',
    })
    expect(attempt(ticket, claim, advisor)).toMatchObject({
      code: 'already',
      message: '这张求助单已经由您负责，不用再接。',
    })
  })

  test('a colleague it was handed to has it from then on', () => {
    const owner = { id: 'sun', name: '孙顾问' }
    const ticket = moved(opened(), [claim, advisor], [{ kind: 'assign', owner, why: '' }, advisor])
    expect(ticket.owner).toEqual(owner)
    expect(codeOf(ticket, claim, advisor)).toBe('already')
  })

  test('who gives no name is called by their id', () => {
    const ticket = moved(opened(), [{ ...claim, name: '' }, advisor])
    expect(ticket.owner).toEqual({ id: 'wang', name: 'wang' })
  })

  test('only what is still open is claimed, and neither by residents nor by partners', () => {
    for (const stage of ['refused', 'closed', 'revisited', 'withdrawn'] as const)
      expect(codeOf(stageOf(stage), claim, advisor)).toBe('wrong-stage')
    for (const actor of [resident, education, assistant])
      expect(codeOf(stageOf('dispatched'), claim, actor)).toBe('wrong-actor')
  })
})

describe('更正， 加急， 改日期', () => {
  test('a corrected phone is checked, its keyed hash follows, and the old number stays on record', () => {
    const fingerprint = { kind: 'phone' as const, value: 'hash-2' }
    const correct = (value: string): Action => ({
      kind: 'correct',
      field: 'phone',
      value,
      fingerprint,
      why: '',
    })
    expect(codeOf(opened(), correct('138'), resident)).toBe('bad-value')
    expect(codeOf(opened(), correct('13812345678'), resident)).toBe('already')
    const corrected = moved(opened(), [correct('13912345678'), resident])
    expect(corrected.personal.facts.phone).toBe('13912345678')
    expect(corrected.fingerprints).toEqual([fingerprint])
    expect(wordsOf(corrected, 'corrected')).toBe('电话由13812345678改为13912345678')
  })

  test('correcting a name leaves the hash of the phone', () => {
    const corrected = moved(opened(), [
      { kind: 'correct', field: 'name', value: '唐秀莹', fingerprint: null, why: '' },
      resident,
    ])
    expect(corrected.fingerprints).toEqual(opened().fingerprints)
  })

  test('what becomes urgent has 24 hours from then on', () => {
    const now = new Date('2026-03-05T22:00:00+08:00')
    const { ticket } = advance(opened(), { kind: 'raise', why: '断药' }, assistant, now)
    expect(ticket.due.aid?.at).toBe('2026-03-06T14:00:00.000Z')
    expect(ticket.due.whole).toEqual(opened().due.whole)
  })

  test('who is already waiting is not made to wait anew; who is in need again has 24 hours again', () => {
    const raise: Action = { kind: 'raise', why: '又断药了' }
    const urgent = opened({ urgency: { level: 'urgent', reason: '断药' } })
    const later = new Date('2026-03-20T09:00:00+08:00')
    expect(codeOf(urgent, raise, resident, later)).toBe('already')
    const again = advance(moved(urgent, [ADVANCE, advisor]), raise, resident, later).ticket
    expect(again.due.aid?.from).toBe(later.toISOString())
    expect(isAidAwaited(again)).toBe(true)
  })

  test('a nearer date is promised with a reason and as an event', () => {
    const promise: Action = { kind: 'promise', part: null, day: '2026-03-10', why: '加急，一周内办' }
    const { ticket, happened } = advance(opened(), promise, advisor, MORNING)
    expect(ticket.due.whole.at).toBe('2026-03-10T15:59:59.999Z')
    expect(happened).toMatchObject([{ kind: 'promised', why: '加急，一周内办' }])
  })
})
