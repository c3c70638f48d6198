import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Action } from '../flows/ticket/actions.ts'
import { maskName, progressOf, sayProgress, summaryLine } from '../flows/ticket/progress.ts'
import { promisesOf } from '../flows/ticket/promises.ts'
import type { Actor, Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { advance } from '../flows/ticket/transitions.ts'
import {
  ADVANCE,
  ANY_ACTION,
  ANY_ACTOR,
  advisor,
  charity,
  education,
  FACTS,
  MORNING,
  moved,
  NUMBER,
  opened,
  part,
  staff,
  ticketsByStage,
} from './support/tickets.ts'

const stageOf = (stage: Ticket['stage']): Ticket => {
  const ticket = ticketsByStage().find((candidate) => candidate.stage === stage)
  if (!ticket) throw new Error(`no ticket in ${stage}`)
  return ticket
}
const told = (ticket: Ticket, now = MORNING) => sayProgress(ticket, now).split('\n')

describe('what the resident reads', () => {
  test('a new request: the way, what comes next and by when', () => {
    expect(told(opened())).toEqual([
      `求助编号${NUMBER}：【受理】→预审→转办→反馈→办结`,
      '下一步：预审；整件事最晚3月31日（星期二）前。',
    ])
  })

  test('each part has its own lines: whose it is, how far, what next', () => {
    const ticket = moved(
      stageOf('dispatched'),
      [{ kind: 'take', part: 'p1', why: '' }, education],
      [{ kind: 'note', part: 'p1', stage: '区复核', why: '材料齐了' }, staff],
      [{ kind: 'report', part: 'p2', result: 'partly', why: '谈了一次' }, charity],
    )
    expect(progressOf(ticket, MORNING)).toEqual({
      head: [
        `求助编号${NUMBER}：受理→预审→【转办】→反馈→办结`,
        '下一步：等下面的单位反馈；整件事最晚3月31日（星期二）前。',
      ],
      parts: [
        [
          '教育救助（教育局）：办理中',
          '进展：区复核，3月3日（星期二）',
          '下一步：反馈，最晚3月31日（星期二）前',
        ],
        ['心理疏导（申爱社工站）：已反馈，办了一部分', '下一步：等别的单位也反馈'],
      ],
    })
  })

  test('a part sent back is being placed elsewhere', () => {
    const ticket = moved(stageOf('dispatched'), [
      { kind: 'decline', part: 'p1', why: '不归我们管' },
      education,
    ])
    expect(progressOf(ticket, MORNING).parts[0]).toEqual([
      '教育救助（教育局）：退回了',
      '下一步：另找单位，最晚3月31日（星期二）前',
    ])
  })

  test('what was settled before a ticket was opened again is not told as news', () => {
    const again = moved(stageOf('closed'), [{ kind: 'reopen', why: '钱没到' }, advisor])
    expect(progressOf(stageOf('reported'), MORNING).parts).toEqual([
      ['教育救助（教育局）：已反馈，办好了', '下一步：办结'],
    ])
    expect(progressOf(again, MORNING).parts).toEqual([])
  })

  test('papers still owed are named with their date', () => {
    expect(told(moved(opened(), [ADVANCE, advisor])).at(-1)).toBe(
      '还要补：情况说明，最晚3月17日（星期二）前。',
    )
  })

  test('an urgent one says the hour until help has come', () => {
    const urgent = opened({ urgency: { level: 'urgent', reason: '断药' } })
    expect(told(urgent)[1]).toBe('急事先办：最晚3月4日（星期三）09:00前。')
    expect(told(moved(urgent, [ADVANCE, advisor]))[1]).toMatch(/^下一步：预审；整件事/)
  })

  test('a date gone by is not passed over', () => {
    expect(told(opened(), new Date('2026-04-01T09:00:00+08:00'))[1]).toBe(
      '下一步：预审；整件事原定3月31日（星期二）前，已经过了，可以催办。',
    )
  })

  test('a refusal comes with its reason and what else may help', () => {
    expect(told(stageOf('refused'))).toEqual([
      `求助编号${NUMBER}：预审没有通过。`,
      '理由：不归本区管',
      '还可以：请找户籍地街道',
    ])
  })

  test('a closed one tells the outcome and the revisit', () => {
    expect(told(stageOf('closed'))).toEqual([
      `求助编号${NUMBER}：已办结。学费已减免`,
      '下一步：回访，最晚4月2日（星期四）前。',
      '事情没办好，可以要求重新办理。',
    ])
    expect(told(stageOf('revisited'))[0]).toBe(`求助编号${NUMBER}：已办结，也回访过了。`)
    expect(told(stageOf('withdrawn'))).toEqual([`求助编号${NUMBER}：已经撤回，不再办理。`])
  })

  test('people named in what staff wrote are left out', () => {
    const close: Action = {
      kind: 'close',
      result: 'helped',
      why: `唐秀英的钱已打给唐小妹13987654321，身份证11010519491231002X，住${FACTS.place}`,
    }
    expect(told(moved(stageOf('reported'), [close, advisor]))[0]).toBe(
      `求助编号${NUMBER}：已办结。**的钱已打给****，身份证**，住**`,
    )
  })
})

describe('whatever happened to a ticket', () => {
  const anyTicket = fc
    .tuple(
      fc.constantFrom(...ticketsByStage(), opened({ urgency: { level: 'urgent', reason: '断药' } })),
      fc.array(fc.tuple(ANY_ACTION, ANY_ACTOR), { maxLength: 30, size: 'max' }),
    )
    .map(([first, moves]) =>
      moves.reduce<Ticket>((ticket, [action, actor]) => tried(ticket, action, actor), first),
    )
  const tried = (ticket: Ticket, action: Action, actor: Actor): Ticket => {
    try {
      return advance(ticket, action, actor, MORNING).ticket
    } catch (error) {
      if (error instanceof TicketError) return ticket
      throw error
    }
  }
  const later = fc
    .integer({ min: 0, max: 100 * 24 })
    .map((hours) => new Date(MORNING.getTime() + hours * 3_600_000))

  test('no block is longer than three lines, none is empty, nobody is named, nothing is 批准', () => {
    fc.assert(
      fc.property(anyTicket, later, (ticket, now) => {
        const { head, parts } = progressOf(ticket, now)
        for (const block of [head, ...parts]) {
          expect(block.length).toBeGreaterThan(0)
          expect(block.length).toBeLessThanOrEqual(3)
          for (const line of block) expect(line.trim()).not.toBe('')
        }
        const text = `${sayProgress(ticket, now)}\n${summaryLine(ticket, '尧新社区', now)}`
        for (const secret of [
          '唐秀英',
          '唐小妹',
          '13812345678',
          '13987654321',
          FACTS.place,
          '大病',
          '透析',
          '批准',
        ])
          expect(text).not.toContain(secret)
        expect(text).toContain(NUMBER)
        expect(text).not.toMatch(/undefined|null/)
      }),
      { numRuns: 150 },
    )
  })

  test('what is promised runs from the nearest on, and nothing is promised once all is over', () => {
    fc.assert(
      fc.property(anyTicket, (ticket) => {
        const dates = promisesOf(ticket).map(({ due }) => due.at)
        expect(dates).toEqual([...dates].sort())
        if (ticket.stage === 'revisited' || ticket.stage === 'refused')
          expect(promisesOf(ticket).filter(({ what }) => what !== 'paper')).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

describe('one line for staff', () => {
  test('number, urgency, stage, masked name, area, needs and the next date', () => {
    const urgent = opened({ urgency: { level: 'urgent', reason: '断药' } })
    expect(summaryLine(urgent, '尧新社区', MORNING)).toBe(
      `${NUMBER} 紧急 受理 唐某 尧新社区 资金、服务 3月4日（星期三）09:00前`,
    )
    expect(summaryLine(opened(), null, new Date('2026-04-01T09:00:00+08:00'))).toBe(
      `${NUMBER} 受理 唐某 未分区域 资金、服务 已超期（3月31日（星期二）前）`,
    )
    expect(summaryLine(stageOf('revisited'), '尧新社区', MORNING)).toBe(
      `${NUMBER} 回访 唐某 尧新社区 资金、服务`,
    )
  })

  test('the nearest of several dates is named', () => {
    const ticket = moved(stageOf('screened'), [
      { kind: 'dispatch', parts: [part(undefined, '急难救助', 'emergency-assistance')], why: '' },
      staff,
    ])
    expect(summaryLine(ticket, '尧新社区', MORNING)).toMatch(/3月6日（星期五）前$/)
  })

  test.each([
    ['唐秀英', '唐某'],
    ['欧阳修', '欧阳某'],
    ['买买提·吐尔逊', '买某'],
    ['𠮷田', '𠮷某'],
    [' ', '未留名'],
    [null, '未留名'],
  ])('%s is %s', (name, masked) => {
    expect(maskName(name)).toBe(masked)
  })

  test('who asked not to be named is not named at all', () => {
    expect(summaryLine(opened({ facts: { ...FACTS, anonymous: true } }), null, MORNING)).toContain('匿名')
  })
})
