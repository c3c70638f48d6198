/** Requests: found, opened, unmasked, moved, and their residents written to. */
import { auditSubject, type Doer, noteBy } from '../../../bot/audit.ts'
import { StoreError, type Transaction } from '../../../bot/store.ts'
import { ADVISOR_ROLE_WORDS } from '../../../flows/advisors.ts'
import { readForm } from '../../../flows/forms.ts'
import { badValue } from '../../../flows/ticket-error.ts'
import { giveBack, move, say, wordsSchema } from '../../desk/desk.ts'
import { type FoundTicket, findTickets, type Place, placeOf, searchTickets, ticketFor } from '../find.ts'
import { mayUnmask } from '../look.ts'
import { UNMASK_REASONS } from '../reasons.ts'
import { orRefuse, Refusal } from '../refusal.ts'
import { lineOf, requestView, sayPlace } from '../request-view.ts'
import { covers, isWithin } from '../roles.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import { keepUnmasked, UNMASKED_MS, unmaskedUntil } from '../unmasking.ts'
import {
  doneOutput,
  moveInput,
  placesOutput,
  requestInput,
  requestOutput,
  requestsInput,
  requestsOutput,
  sayInput,
  unmaskInput,
} from '../wire.ts'

/** As the audit log names whoever asks. */
const doerOf = ({ who }: SignedCall): Doer => ({ by: `account:${who.account.id}` })

/** Notes a look, in the transaction that allows it. */
const noteLook = (
  tx: Transaction,
  call: SignedCall,
  look: { deed: 'seen' | 'listed'; subject: string; detail: Record<string, string> },
): Promise<void> =>
  noteBy(tx, { ...doerOf(call), seal: call.desk.fingerprint }, { at: call.desk.now().toISOString(), ...look })

/** As this sign-in may see it now: who it is only after it gave a reason. */
function shown(found: FoundTicket, place: Place, { who, clock }: SignedCall) {
  return requestView(found, place, unmaskedUntil(who.signIn, found.ticket.number, clock()))
}

/** @throws {Refusal} unless it is theirs to work on; then as whom */
function workerOf({ look }: FoundTicket) {
  if (!look.actor || look.sight === 'shut')
    throw new Refusal('not-allowed', '这张求助单您不能办理，请联系负责人。')
  return look.actor
}

export const requestRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/places',
    needs: 'see-requests',
    says: '自己负责的区域和顾问，供筛选',
    input: NOTHING,
    output: placesOutput,
    handle: async (_, { roster, who: { account } }) => {
      const { areas, advisors } = await roster()
      const everywhere = account.areas.length === 0
      const depth = (id: string) => areas.upFrom(id).length - 1
      const within = areas.all().filter(({ id }) => everywhere || isWithin(account, id, areas))
      return {
        areas: within
          .map(({ id, name }) => ({ id, name, says: sayPlace(id, areas), depth: depth(id) }))
          .sort((one, other) => (pathOf(one.id) < pathOf(other.id) ? -1 : 1)),
        owners: [...advisors.values()]
          .filter((advisor) => everywhere || covers(account, advisor, areas))
          .map(({ id, name, role }) => ({ value: id, label: `${name}（${ADVISOR_ROLE_WORDS[role]}）` })),
      }
      function pathOf(id: string): string {
        return areas
          .upFrom(id)
          .map((area) => area.id)
          .reverse()
          .join('/')
      }
    },
  }),
  route({
    method: 'GET',
    path: '/requests',
    needs: 'see-requests',
    says: '求助单列表，一页一页给，姓名遮住；search 可以是编号、电话或四位数字',
    input: requestsInput,
    output: requestsOutput,
    handle: async ({ search, ...wanted }, call) => {
      const place = await placeOf(call)
      const words = search?.trim() ?? ''
      if (words === '') {
        const { found, next } = await findTickets(place, wanted)
        return { requests: found.map((one) => lineOf(one, place)), next }
      }
      const { found, byPhone } = await searchTickets(place, words, call.desk.fingerprint)
      if (byPhone) {
        const detail = { how: '按电话搜索', found: String(found.length) }
        const look = { deed: 'listed', subject: 'table:tickets', detail } as const
        await call.desk.store.transaction((tx) => noteLook(tx, call, look))
      }
      return { requests: found.map((one) => lineOf(one, place)), next: null }
    },
  }),
  route({
    method: 'GET',
    path: '/requests/:number',
    needs: 'see-requests',
    says: '一张求助单；没有说明理由以前，姓名、电话、住址和经过都遮住',
    input: requestInput,
    output: requestOutput,
    handle: async ({ number }, call) => {
      const place = await placeOf(call)
      return shown(await ticketFor(place, number), place, call)
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/unmask',
    needs: 'unmask',
    says: '说明理由，看姓名、电话、住址和经过；记入操作记录',
    input: unmaskInput,
    output: requestOutput,
    handle: async ({ number, reason }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      if (!mayUnmask(call.who.account, found.look))
        throw new Refusal('not-allowed', '这张求助单的个人信息您不能看，请联系负责人。')
      const now = call.clock()
      const until = new Date(now.getTime() + UNMASKED_MS).toISOString()
      await call.desk.store.transaction(async (tx) => {
        await keepUnmasked(tx, call.who.signIn.id, { key: found.ticket.number, until, now })
        await noteLook(tx, call, {
          deed: 'seen',
          subject: auditSubject(found.ticket.number),
          detail: { why: UNMASK_REASONS[reason] },
        })
      })
      return requestView(found, place, { until, forMs: UNMASKED_MS })
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/moves',
    needs: 'work-on-requests',
    says: '办理一步，如预审通过、分办、办结；seq 是看到的那一刻的，别人改过就不办',
    input: moveInput,
    output: requestOutput,
    handle: async ({ number, form, values, seq }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      const actor = workerOf(found)
      const action = await orRefuse(Promise.resolve().then(() => readForm(form, values)))
      if (action.kind !== 'claim' && !found.look.mayWork)
        throw new Refusal('not-allowed', '这张求助单不是您负责的，请先接单，或请负责人来办。')
      const given = named(action, place)
      await orRefuse(move(call.desk, found.ticket.number, given, actor, doerOf(call), seq))
      const after = await ticketFor(place, number)
      return shown(after, place, call)
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/words',
    needs: 'write-to-residents',
    says: '以人的身份给居民发一段话',
    input: sayInput,
    output: doneOutput,
    handle: async ({ number, words, once }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      const actor = workerOf(found)
      if (found.look.sight !== 'full' || !found.look.mayWork)
        throw new Refusal('not-allowed', '这张求助单不是您负责的，请先接单。')
      const read = wordsSchema.safeParse(words)
      if (!read.success) throw new Refusal('bad-value', badValue('没有发出去', read.error).message)
      const { ticket } = found
      try {
        const desk = { ...call.desk, newId: () => `said:${actor.id}:${once}` }
        await say(desk, ticket.resident, read.data, actor, doerOf(call), ticket.number)
      } catch (error) {
        // The second tap of one form: it was said.
        if (!(error instanceof StoreError) || error.code !== 'duplicate') throw error
      }
      call.desk.onChanged?.(ticket.resident)
      return { says: '记下了，马上发给居民。' }
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/hand-back',
    needs: 'write-to-residents',
    says: '把人工接管的对话交还给助手',
    input: requestInput,
    output: doneOutput,
    handle: async ({ number }, call) => {
      const found = await ticketFor(await placeOf(call), number)
      workerOf(found)
      if (found.look.sight !== 'full' || !found.look.mayWork)
        throw new Refusal('not-allowed', '这张求助单不是您负责的，请先接单。')
      await orRefuse(giveBack(call.desk, found.ticket, doerOf(call)))
      return { says: '交还了：助手会继续回答这位居民，也告诉了居民。' }
    },
  }),
]

/** An action with the names the server knows better than a form. */
function named(action: ReturnType<typeof readForm>, { account, roster }: Place): ReturnType<typeof readForm> {
  if (action.kind === 'claim') return { ...action, name: account.person.name }
  if (action.kind !== 'assign') return action
  const colleague = roster.advisors.get(action.owner.id)
  if (!colleague) throw new Refusal('bad-value', '请从名单里选一位同事。')
  return { ...action, owner: { id: colleague.id, name: colleague.name } }
}
