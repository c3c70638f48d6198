/** Requests: found, opened, unmasked, moved, and their residents written to. */
import { auditSubject } from '../../../bot/audit.ts'
import { takeOver } from '../../../bot/holding.ts'
import { StoreError } from '../../../bot/store.ts'
import { undoLast } from '../../../bot/undoing.ts'
import { ADVISOR_ROLE_WORDS } from '../../../flows/roster/advisors.ts'
import { readForm } from '../../../flows/ticket/forms.ts'
import { newsOf } from '../../../flows/ticket/news.ts'
import { badValue } from '../../../flows/ticket/ticket-error.ts'
import { advance } from '../../../flows/ticket/transitions.ts'
import { giveBack, move, say, wordsSchema } from '../../desk/desk.ts'
import { mayUnmask } from '../look.ts'
import { doerOf, noteLook, unmaskedOf } from '../looking.ts'
import { UNMASK_REASONS } from '../reasons.ts'
import { orRefuse, Refusal } from '../refusal.ts'
import { type FoundTicket, findTickets, type Place, placeOf, ticketFor } from '../requests/find.ts'
import { sayPlace } from '../requests/say-place.ts'
import { searchTickets } from '../requests/search.ts'
import { lineOf, requestView } from '../requests/view.ts'
import { covers, isWithin } from '../roles.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import { keepUnmasked, UNMASKED_MS } from '../unmasking.ts'
import {
  aheadOutput,
  doneOutput,
  moveInput,
  placesOutput,
  requestInput,
  requestOutput,
  requestsInput,
  requestsOutput,
  sayInput,
  undoInput,
  unmaskInput,
} from '../wire.ts'

/** As this sign-in may see it now: who it is only after it gave a reason. */
const shown = (found: FoundTicket, place: Place, call: SignedCall) =>
  requestView(found, place, { unmasked: unmaskedOf(found, call), quotaOf: call.quotaOf })

/** @throws {Refusal} unless it is theirs to work on; then as whom */
function workerOf({ look }: FoundTicket) {
  if (!look.actor || look.sight === 'shut')
    throw new Refusal('not-allowed', '这张求助单您不能办理，请联系负责人。')
  return look.actor
}

/** @throws {Refusal} unless they may speak with its resident; then as whom */
function speakerOf(found: FoundTicket) {
  const actor = workerOf(found)
  if (found.look.sight !== 'full' || !found.look.mayWork)
    throw new Refusal('not-allowed', '这张求助单不是您负责的，请先接单。')
  return actor
}

/** @throws {Refusal} unless the form is filled in right, and theirs to hand in */
async function askedFor(
  { form, values }: { form: string; values: Record<string, string> },
  found: FoundTicket,
  place: Place,
) {
  const actor = workerOf(found)
  const action = await orRefuse(Promise.resolve().then(() => readForm(form, values)))
  if (action.kind !== 'claim' && !found.look.mayWork)
    throw new Refusal('not-allowed', '这张求助单不是您负责的，请先接单，或请负责人来办。')
  return { actor, action: named(action, place) }
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
        return { requests: found.map((one) => lineOf(one, place)), next, note: '' }
      }
      const { found, byPhone, note } = await searchTickets(place, words, call.desk.fingerprint)
      if (byPhone) {
        const detail = { how: '按电话搜索', found: String(found.length) }
        const look = { deed: 'listed', subject: 'table:tickets', detail } as const
        await call.desk.store.transaction((tx) => noteLook(tx, call, look))
      }
      return { requests: found.map((one) => lineOf(one, place)), next: null, note }
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
      const unmasked = { until, forMs: UNMASKED_MS }
      return requestView(found, place, { unmasked, quotaOf: call.quotaOf })
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
      const { actor, action } = await askedFor({ form, values }, found, place)
      await orRefuse(move(call.desk, found.ticket.number, action, actor, doerOf(call), seq, true))
      return shown(await ticketFor(place, number), place, call)
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/ahead',
    needs: 'work-on-requests',
    says: '这一步办下去，居民会马上收到什么话；什么都不办',
    input: moveInput,
    output: aheadOutput,
    handle: async ({ number, form, values, seq }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      const { actor, action } = await askedFor({ form, values }, found, place)
      if (found.ticket.seq !== seq) return { tells: null }
      const { ticket, happened } = await orRefuse(
        Promise.resolve().then(() => advance(found.ticket, action, actor, place.now)),
      )
      return { tells: newsOf(ticket, happened, place.now)?.text ?? null }
    },
  }),
  route({
    method: 'POST',
    path: '/requests/:number/undo',
    needs: 'work-on-requests',
    says: '撤销自己刚办的一步：一分钟以内，后面没有别的事，也没有人知道',
    input: undoInput,
    output: requestOutput,
    handle: async ({ number, seq }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      const actor = workerOf(found)
      const witness = { ...doerOf(call), seal: call.desk.fingerprint }
      await orRefuse(
        undoLast(call.desk.store, { number: found.ticket.number, seq, actor, witness, now: place.now }),
      )
      call.desk.onChanged?.(found.ticket.resident)
      return shown(await ticketFor(place, number), place, call)
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
      const actor = speakerOf(found)
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
    path: '/requests/:number/take-over',
    needs: 'write-to-residents',
    says: '人工接管：助手先不说话，居民说的话转给人，最多四小时；告诉居民',
    input: requestInput,
    output: doneOutput,
    handle: async ({ number }, call) => {
      const found = await ticketFor(await placeOf(call), number)
      speakerOf(found)
      const { desk } = call
      const { resident, number: known } = found.ticket
      const witness = { ...doerOf(call), seal: desk.fingerprint }
      const { store, newId } = desk
      if (!(await takeOver(store, { resident, number: known, witness, now: desk.now(), newId })))
        throw new Refusal('changed', '已经有人在和这位居民说话，助手没有插话。')
      desk.onChanged?.(resident)
      return { says: '接管了：助手不再插话，居民说的话会出现在这里。说完请交还。' }
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
      speakerOf(found)
      await orRefuse(giveBack(call.desk, found.ticket, doerOf(call)))
      return { says: '交还了：助手会继续回答这位居民，也会告诉居民。' }
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
