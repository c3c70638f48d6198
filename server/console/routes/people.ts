/** The roster: who is where, what each has on their hands, who is away, and where somebody is missing. */
import { type Deed, noteBy } from '../../../bot/audit.ts'
import type { Transaction } from '../../../bot/store.ts'
import { ADVISOR_ROLE_WORDS, type Advisor } from '../../../flows/roster/advisors.ts'
import { coverageOf, GAP_KINDS, GAP_WORDS } from '../../../flows/roster/coverage.ts'
import { markOf } from '../../people/roster-deeds.ts'
import { holds, mayChange, sees } from '../../people/within.ts'
import { householdsOf, watchedHouseholds, workloadOf } from '../../people/workload.ts'
import {
  advisorsSeen,
  areasSeen,
  areasUnder,
  dutyAhead,
  findAdvisors,
  type Lookout,
  leaveAhead,
  lineOf,
  maskPhone,
  pageOf,
  sayAreas,
  standsInFor,
} from '../people/view.ts'
import {
  advisorInput,
  advisorOutput,
  advisorsInput,
  advisorsOutput,
  areasInput,
  areasOutput,
  dutyInput,
  dutyOutput,
  gapsInput,
  gapsOutput,
  phoneOutput,
  rosterChoicesOutput,
} from '../people/wire.ts'
import { Refusal } from '../refusal.ts'
import { can } from '../roles.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'

export async function lookoutOf({ roster, who, desk }: SignedCall): Promise<Lookout> {
  return { roster: await roster(), within: who.account, now: desk.now() }
}

/** @throws {Refusal} `not-found` alike for who is not there and who works elsewhere */
export function advisorFor({ roster, within }: Lookout, id: string): Advisor {
  const advisor = roster.advisors.get(id)
  if (!advisor || !sees(within, advisor, roster.areas))
    throw new Refusal('not-found', '没有找到这位顾问，或者不在您负责的区域。')
  return advisor
}

/** Makes the line of the audit log about somebody or a table of the roster. */
export const noting =
  ({ desk, who }: SignedCall, deed: Deed, subject: string, detail: Record<string, string> = {}) =>
  (tx: Transaction): Promise<void> =>
    noteBy(
      tx,
      { by: `account:${who.account.id}`, seal: desk.fingerprint },
      { at: desk.now().toISOString(), deed, subject, detail },
    )

export const peopleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/advisors',
    needs: 'see-people',
    says: '顾问名单，一页一页给：角色、区域、手上的求助单、在不在班；没有电话',
    input: advisorsInput,
    output: advisorsOutput,
    handle: async (wanted, call) => {
      const from = await lookoutOf(call)
      const found = findAdvisors(from, wanted)
      const { page, next } = pageOf(found, wanted.cursor)
      const { store } = call.desk
      const work = await Promise.all(page.map(({ id }) => workloadOf(store, id, from.now)))
      const none = { open: 0, overdue: 0, more: false }
      return {
        advisors: page.map((advisor, place) => lineOf(advisor, from, work[place] ?? none)),
        count: found.length,
        next,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/advisors/:id',
    needs: 'see-people',
    says: '一位顾问：值班、请假和代班、包片、手上的事；电话遮住',
    input: advisorInput,
    output: advisorOutput,
    handle: async ({ id }, call) => {
      const from = await lookoutOf(call)
      const advisor = advisorFor(from, id)
      const { account } = call.who
      const { areas } = from.roster
      const { caseload = [], phone, role } = advisor
      const mayEdit = can(account, 'manage-people') && mayChange(account, advisor, areas)
      return {
        ...lineOf(advisor, from, await workloadOf(call.desk.store, id, from.now)),
        phone: maskPhone(phone),
        given: mayEdit ? { role, areas: advisor.areas, caseload } : null,
        caseload: sayAreas(caseload, from),
        households: await householdsOf(call.desk.store, id),
        leave: leaveAhead(advisor, from),
        standsInFor: standsInFor(advisor, from),
        mark: markOf(advisor),
        may: {
          change: mayEdit,
          call: can(account, 'call-people') && phone !== null,
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/advisors/:id/phone',
    needs: 'call-people',
    says: '看一位顾问的电话；记入操作记录',
    input: advisorInput,
    output: phoneOutput,
    handle: async ({ id }, call) => {
      const { phone } = advisorFor(await lookoutOf(call), id)
      await call.desk.store.transaction(noting(call, 'seen', `advisor:${id}`, { what: '电话' }))
      return { phone: phone ?? '' }
    },
  }),
  route({
    method: 'GET',
    path: '/roster/choices',
    needs: 'see-people',
    says: '自己负责的区域、可以改的顾问和可以代班的人，供筛选和填表',
    input: NOTHING,
    output: rosterChoicesOutput,
    handle: async (_, call) => {
      const from = await lookoutOf(call)
      const { areas } = from.roster
      const choice = ({ id, name, role }: Advisor) => ({
        value: id,
        label: `${name}（${ADVISOR_ROLE_WORDS[role]}，${id}）`,
      })
      const seen = advisorsSeen(from)
      return {
        areas: areasSeen(from).map(({ id, name }) => ({
          value: id,
          label: name,
          says: areas.say(id),
          depth: areas.upFrom(id).length - 1,
        })),
        changeable: can(call.who.account, 'manage-people')
          ? seen.filter((advisor) => mayChange(from.within, advisor, areas)).map(choice)
          : [],
        standIns: seen.map(choice),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/areas',
    needs: 'see-people',
    says: '一个区域下面的各个区域（不写就是最大的）：谁负责、几个人在班、缺什么',
    input: areasInput,
    output: areasOutput,
    handle: async ({ under, cursor }, call) => {
      const from = await lookoutOf(call)
      const { areas } = from.roster
      if (under !== undefined && !(areas.get(under) && holds(from.within, under, areas)))
        throw new Refusal('not-found', '没有找到这个区域，或者不在您负责的区域。')
      const path = areas.upFrom(under ?? null).filter(({ id }) => holds(from.within, id, areas))
      return {
        path: path.reverse().map(({ id, name }) => ({ id, name })),
        ...(await areasUnder(from, under, cursor)),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/roster/gaps',
    needs: 'see-people',
    says: '哪里缺人：没有人负责、没人值班、只有一个人、骨干不够、请假没人代班、联系对象没有顾问',
    input: gapsInput,
    output: gapsOutput,
    handle: async ({ kind, cursor }, call) => {
      const { roster, within, now } = await lookoutOf(call)
      const { areas, advisors } = roster
      const watched = await watchedHouseholds(call.desk.store)
      const gaps = coverageOf(roster, watched, now).filter(({ area, advisor }) => {
        if (advisor === null) return holds(within, area === '' ? null : area, areas)
        const who = advisors.get(advisor)
        return who !== undefined && sees(within, who, areas)
      })
      const kinds = GAP_KINDS.map((value) => ({
        value,
        label: GAP_WORDS[value],
        count: gaps.filter((gap) => gap.kind === value).length,
      }))
      const { page, next } = pageOf(
        gaps.filter((gap) => kind === undefined || gap.kind === kind),
        cursor,
      )
      return {
        kinds: kinds.filter(({ count }) => count > 0),
        gaps: page.map(({ kind: one, ...gap }) => ({ kind: GAP_WORDS[one], ...gap })),
        next,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/roster/duty',
    needs: 'see-people',
    says: '往后30天：每天谁在班、谁请假谁代班、哪里一整天没有人',
    input: dutyInput,
    output: dutyOutput,
    handle: async ({ area }, call) => dutyAhead(await lookoutOf(call), area),
  }),
]
