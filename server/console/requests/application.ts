/** 救助申请表 of a request: what is known stands in it, everything else is left to be written in by hand. It decides nothing. */
import { chinaDay, sayDay, sayMoment } from '../../../flows/clocks.ts'
import { readIdNumber } from '../../../flows/id-number.ts'
import { NEED_WORDS, NEEDS } from '../../../flows/ticket/request.ts'
import type { Ticket } from '../../../flows/ticket/ticket.ts'
import type { Knowledge } from '../../../knowledge/knowledge.ts'
import type { Policy } from '../../../knowledge/policy.ts'
import { PAPER_STATE_WORDS } from '../../desk/view.ts'
import { Refusal } from '../refusal.ts'
import type { Application } from '../wire.ts'
import type { Place } from './find.ts'
import { papersIn } from './materials.ts'
import { sayPlace } from './say-place.ts'

/** What of a ticket's parts names a policy; the first is what the form is for unless another is chosen. */
const policyOf = ({ parts }: Ticket): string | null =>
  parts.find(({ policy, state }) => policy !== null && state !== 'dropped')?.policy ?? null

/**
 * @param wanted the policy it is for; '' for none, undefined for the one the request names
 * @throws {Refusal} `not-found` when there is no such policy
 */
export function applicationOf(
  ticket: Ticket,
  wanted: string | undefined,
  { account, roster, now }: Place,
  knowledge: Knowledge,
): Application {
  const today = chinaDay(now)
  const inForce = [...knowledge.policies.values()].filter(({ id }) => knowledge.policy(id, today))
  const id = wanted ?? policyOf(ticket) ?? ''
  const policy = inForce.find((one) => one.id === id)
  if (wanted && !policy) throw new Refusal('not-found', '没有这条政策，或者现在没有生效。请另选一条。')
  const { facts } = ticket.personal
  const read = facts.idNumber === null ? null : readIdNumber(facts.idNumber, today)
  return {
    number: ticket.number,
    area: sayPlace(ticket.area, roster.areas),
    opened: sayMoment(new Date(ticket.openedAt), today),
    printed: `${sayDay(today, '')}，${account.person.name}`,
    policy: policy ? policyView(policy) : null,
    policies: inForce.map(({ id: value, title: label }) => ({ value, label })),
    person: {
      name: facts.anonymous ? null : facts.name,
      idNumber: facts.idNumber,
      bornOn: read && 'bornOn' in read ? read.bornOn : null,
      phone: facts.phone,
      registeredAt: facts.registeredAt,
      place: facts.place === '' ? null : facts.place,
      household: facts.household,
      income: facts.income,
    },
    proxy: facts.proxy && {
      name: facts.proxy.name,
      phone: facts.proxy.phone,
      relation: facts.relation,
    },
    needs: NEEDS.map((need) => ({ name: NEED_WORDS[need], asked: facts.needs.includes(need) })),
    reason: [facts.difficulties.join('、'), facts.story].filter((one) => one !== '').join('。'),
    papers: ticket.papers.map(({ name, state }) => ({
      name,
      state: PAPER_STATE_WORDS[state],
      handedIn: state !== 'outstanding',
    })),
  }
}

function policyView({
  id,
  title,
  departments,
  sections,
  sources,
}: Policy): NonNullable<Application['policy']> {
  const { materials } = sections
  const source = materials?.source ?? sources[0]
  return {
    id,
    title,
    departments: departments.join('、'),
    basis: source ? `《${source.document}》${source.number ?? ''}` : '',
    says: materials?.lead ?? '',
    papers: papersIn(materials?.lead ?? ''),
    notes: materials?.details ?? [],
  }
}
