/** Advisors 救助顾问: who they are, where they work, and when they are there. */
import { z } from 'zod'
import { chinaClock, chinaDay, isDay, isWorkday } from '../clocks.ts'
import type { AreaTree } from './areas.ts'

export const ADVISOR_ROLES = ['backbone', 'community', 'volunteer', 'organisation'] as const
export type AdvisorRole = (typeof ADVISOR_ROLES)[number]
export const ADVISOR_ROLE_WORDS: Readonly<Record<AdvisorRole, string>> = {
  backbone: '骨干',
  community: '社区工作者',
  volunteer: '志愿者',
  organisation: '社会组织',
}

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, '时间要写成 08:30 这样')
const day = z.string().refine(isDay, '日期要写成 2026-12-01 这样')

export const advisorSchema = z.strictObject({
  /** Their userid in WeCom; in the sandbox any name. */
  id: z.string().regex(/^[0-9A-Za-z@._-]{1,64}$/, '成员账号只能用字母、数字和 @ . _ -，最多64位'),
  name: z.string().trim().min(1, '要写姓名').max(30, '姓名最多30字'),
  phone: z.string().nullable(),
  role: z.enum(ADVISOR_ROLES),
  /** Areas they work in; each reaches down to everything within it. */
  areas: z.array(z.string()).min(1, '要写负责的区域'),
  /** Areas whose households they look after by name (包片). */
  caseload: z.array(z.string()).optional(),
  /** When they are on duty, by the clock in China. */
  duty: z.array(z.strictObject({ days: z.enum(['workdays', 'every-day']), from: clock, to: clock })),
  /** Days away, both inclusive, and who acts for them. */
  leave: z.array(z.strictObject({ from: day, to: day, standIn: z.string().nullable() })),
})
export type Advisor = z.infer<typeof advisorSchema>

/** Everybody, and where. */
export interface Roster {
  areas: AreaTree
  advisors: ReadonlyMap<string, Advisor>
}

/** What an office works when nothing else was written. */
export const OFFICE_HOURS: Advisor['duty'] = [{ days: 'workdays', from: '08:30', to: '17:30' }]

/** Their leave that runs now; null when they are here. */
export function leaveOf({ leave }: Advisor, now: Date): Advisor['leave'][number] | null {
  const today = chinaDay(now)
  return leave.find(({ from, to }) => from <= today && today <= to) ?? null
}

/** Whether they are on duty now: within their hours and not away. A shift that ends before it begins runs overnight. */
export function isOnDuty(advisor: Advisor, now: Date): boolean {
  if (leaveOf(advisor, now)) return false
  const at = chinaClock(now)
  return advisor.duty.some(({ days, from, to }) => {
    const overnight = to <= from
    const began = overnight && at < to ? new Date(now.getTime() - DAY_MS) : now
    if (days === 'workdays' && !isWorkday(chinaDay(began))) return false
    return overnight ? at >= from || at < to : at >= from && at < to
  })
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Who acts for somebody now: themselves, or while they are away their stand-in; null when there is nobody. */
export function actingFor(id: string, { advisors }: Roster, now: Date): Advisor | null {
  const asked = new Set<string>()
  let at = advisors.get(id) ?? null
  while (at && !asked.has(at.id)) {
    const leave = leaveOf(at, now)
    if (!leave) return at
    asked.add(at.id)
    at = leave.standIn === null ? null : (advisors.get(leave.standIn) ?? null)
  }
  return null
}

/** Ids of those whose work is an advisor's now: their own, and whoever they stand in for. */
export function actsFor({ id: own }: Advisor, roster: Roster, now: Date): string[] {
  const others = [...roster.advisors.keys()].filter((id) => id !== own)
  return [own, ...others.filter((id) => actingFor(id, roster, now)?.id === own)]
}
