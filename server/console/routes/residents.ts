/** Residents: found, looked at, unmasked for a reason; and what they wish done with what is kept of them. */
import { auditSubject, noteBy, type Witness } from '../../../bot/audit.ts'
import { eraseWished } from '../../../bot/erasing.ts'
import { denyWish, enterWish, handOver, type WishDeed } from '../../../bot/wish-deeds.ts'
import { WISH_WORDS, type WishKind } from '../../../bot/wishes.ts'
import { chinaDay, sayDay } from '../../../flows/clocks.ts'
import { allAccounts } from '../accounts/account.ts'
import { doerOf, noteLook } from '../looking.ts'
import { WORKBOOK } from '../paths.ts'
import { UNMASK_REASONS } from '../reasons.ts'
import { orRefuse, Refusal } from '../refusal.ts'
import { type Place, placeOf } from '../requests/find.ts'
import {
  type FoundResident,
  findResidents,
  residentFor,
  searchResidents,
} from '../residents/find-residents.ts'
import { personTables } from '../residents/person-file.ts'
import {
  notTheirs,
  residentLine,
  residentView,
  unmaskable,
  type Waiting,
  whyNot,
  wishesSeen,
} from '../residents/view.ts'
import {
  denyInput,
  enterWishInput,
  eraseInput,
  handOverInput,
  residentInput,
  residentOutput,
  residentsInput,
  residentsOutput,
  unmaskResidentInput,
} from '../residents/wire.ts'
import { FileAnswer, fileRoute, type Route, route, type SignedCall } from '../route.ts'
import { keepUnmasked, UNMASKED_MS, unmaskedUntil } from '../unmasking.ts'
import { doneOutput } from '../wire.ts'

const witnessOf = (call: SignedCall): Witness => ({ ...doerOf(call), seal: call.desk.fingerprint })

/** How a sign-in remembers that it may see who a resident is: by their newest request, which it is not opened by. */
const keyOf = ({ found }: FoundResident): string => `who:${found[0].ticket.number}`

/** As this sign-in may see them now. */
function shown(seen: FoundResident, place: Place, { who, clock, keep }: SignedCall) {
  const unmasked = unmaskedUntil(who.signIn, keyOf(seen), clock())
  return residentView(seen, place, { keep, unmasked })
}

/** A wish of somebody's, as whoever answers it looks at it. */
interface Asked {
  kind: WishKind
  seen: FoundResident
  place: Place
  /** Of this kind. */
  tasks: readonly Waiting[]
  /** Of both kinds. */
  waiting: readonly Waiting[]
}

/**
 * @param numbers the requests as they were seen; null where that does not matter
 * @throws {Refusal} when nothing waits, or not what they saw
 */
async function asked(
  kind: WishKind,
  number: string,
  numbers: readonly string[] | null,
  call: SignedCall,
): Promise<Asked> {
  const place = await placeOf(call)
  const seen = await residentFor(place, number)
  const waiting = await wishesSeen(seen, place)
  const tasks = waiting.filter((one) => one.kind === kind)
  if (tasks.length === 0)
    throw new Refusal('changed', `没有等着答复的${WISH_WORDS[kind]}请求，可能刚才有人办了。请刷新。`)
  if (numbers && numbersOf({ tasks }).join() !== numbers.toSorted().join())
    throw new Refusal('changed', '这位居民的求助单刚才有了变化，请看过最新的情况再办。')
  return { kind, seen, place, tasks, waiting }
}

const numbersOf = ({ tasks }: Pick<Asked, 'tasks'>): string[] => tasks.map(({ ticket }) => ticket).sort()

/** @throws {Refusal} with why, unless it is '' */
function mustBeAble(not: string): void {
  if (not !== '') throw new Refusal('not-allowed', not)
}

/** What the deeds of bot/wish-deeds.ts are given. */
const deedOf = (wish: Asked, call: SignedCall): Omit<WishDeed, 'kind'> => ({
  numbers: numbersOf(wish),
  witness: witnessOf(call),
  now: call.desk.now(),
  newId: call.desk.newId,
})

export const residentRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/residents',
    needs: 'see-residents',
    says: '居民列表，从自己能看的求助单里来，姓名遮住，最近求助的在前；search 可以是求助编号、电话或末四位',
    input: residentsInput,
    output: residentsOutput,
    handle: async ({ search, ...wanted }, call) => {
      const place = await placeOf(call)
      const words = search?.trim() ?? ''
      const lines = (found: readonly FoundResident[]) =>
        Promise.all(found.map((one) => residentLine(one, place)))
      if (words === '') {
        const { found, next } = await findResidents(place, wanted)
        return { residents: await lines(found), next, note: '' }
      }
      const { found, byPhone, note } = await searchResidents(place, words, call.desk.fingerprint)
      if (byPhone) {
        const detail = { how: '按电话搜索', found: String(found.length) }
        const look = { deed: 'listed', subject: 'table:residents', detail } as const
        await call.desk.store.transaction((tx) => noteLook(tx, call, look))
      }
      return { residents: await lines(found), next: null, note }
    },
  }),
  route({
    method: 'GET',
    path: '/residents/:number',
    needs: 'see-residents',
    says: '一位居民，用他随便哪张求助单的编号来找：求助单、记着什么、留到什么时候、要求过什么；没有说明理由以前，姓名、电话、住址都遮住',
    input: residentInput,
    output: residentOutput,
    handle: async ({ number }, call) => {
      const place = await placeOf(call)
      return shown(await residentFor(place, number), place, call)
    },
  }),
  route({
    method: 'POST',
    path: '/residents/:number/unmask',
    needs: 'unmask',
    says: '说明理由，看这位居民的姓名、电话和住址；记入操作记录',
    input: unmaskResidentInput,
    output: residentOutput,
    handle: async ({ number, reason }, call) => {
      const place = await placeOf(call)
      const seen = await residentFor(place, number)
      const tickets = unmaskable(seen, place)
      if (tickets.length === 0) throw new Refusal('not-allowed', '这位居民的个人信息您不能看，请联系负责人。')
      const until = new Date(call.clock().getTime() + UNMASKED_MS).toISOString()
      await call.desk.store.transaction(async (tx) => {
        await keepUnmasked(tx, call.who.signIn.id, { key: keyOf(seen), until, now: call.clock() })
        for (const ticket of tickets)
          await noteLook(tx, call, {
            deed: 'seen',
            subject: auditSubject(ticket.number),
            detail: { why: UNMASK_REASONS[reason], shown: '姓名、电话、住址' },
          })
      })
      return residentView(seen, place, { keep: call.keep, unmasked: { until, forMs: UNMASKED_MS } })
    },
  }),
  route({
    method: 'POST',
    path: '/residents/:number/wishes',
    needs: 'enter-wishes',
    says: '替当面或打电话来的居民登记：要删除或导出自己的信息；微信上也告诉本人',
    input: enterWishInput,
    output: doneOutput,
    handle: async ({ number, kind, way }, call) => {
      const { desk } = call
      const place = await placeOf(call)
      const seen = await residentFor(place, number)
      if (unmaskable(seen, place).length === 0)
        throw new Refusal('not-allowed', '这位居民的求助单不是您能办的，请联系负责人。')
      const { resident } = seen
      const entered = { kind, way, resident, witness: witnessOf(call), now: desk.now(), newId: desk.newId }
      const day = await orRefuse(enterWish(desk.store, entered))
      desk.onChanged?.(resident)
      const next = kind === 'erase' ? '删除要另一位同事核对、确认。' : ''
      return { says: `登记好了，${sayDay(day, chinaDay(desk.now()))}前答复。${next}` }
    },
  }),
  route({
    method: 'POST',
    path: '/residents/:number/erase',
    needs: 'answer-wishes',
    says: '核对以后删除；当面或打电话来的，要登记的人以外的另一位来确认。numbers 是看到的那几张求助单',
    input: eraseInput,
    output: doneOutput,
    handle: async ({ number, numbers }, call) => {
      const { desk, who } = call
      const wish = await asked('erase', number, numbers, call)
      mustBeAble(whyNot('erase', wish.waiting, wish.seen, wish.place))
      const actor = { role: 'staff', id: who.account.name } as const
      const { removed, cleared } = await orRefuse(eraseWished(desk.store, { ...deedOf(wish, call), actor }))
      desk.onChanged?.(wish.seen.resident)
      const says = [
        ...(removed.length === 0 ? [] : [`${removed.join('、')}整张删掉了`]),
        ...(cleared.length === 0 ? [] : [`${cleared.join('、')}里是谁、经过都删掉了，办理记录留着`]),
      ]
      return { says: `${says.join('；')}。能在微信上告诉本人的，会告诉他。` }
    },
  }),
  fileRoute({
    path: '/residents/:number/file',
    needs: 'answer-wishes',
    says: '居民要求导出的信息，一份 Excel，交给本人；记入操作记录',
    input: residentInput,
    gives: [WORKBOOK],
    handle: async ({ number }, call) => {
      const { desk, makeWorkbook } = call
      const wish = await asked('export', number, null, call)
      const { seen, place, tasks } = wish
      mustBeAble(notTheirs(tasks, seen, place))
      const about = numbersOf(wish)
      const tickets = seen.found.flatMap(({ ticket }) => (about.includes(ticket.number) ? [ticket] : []))
      const staff = new Map((await allAccounts(desk.store)).map(({ name, person }) => [name, person.name]))
      const names = (id: string) => place.roster.advisors.get(id)?.name ?? staff.get(id) ?? id
      const tables = await personTables({
        store: desk.store,
        resident: seen.resident,
        tickets,
        names,
        now: place.now,
      })
      await desk.store.transaction(async (tx) => {
        for (const one of about)
          await noteBy(tx, witnessOf(call), {
            at: place.now.toISOString(),
            deed: 'exported',
            subject: auditSubject(one),
            detail: { what: '居民要求导出的信息' },
          })
      })
      const note = '里面有姓名、电话、住址。核对身份证件后只交给本人，交完就把电脑上的删掉。'
      return new FileAnswer({
        name: `个人信息-${number}.xlsx`,
        type: WORKBOOK,
        bytes: await makeWorkbook(tables),
        note,
      })
    },
  }),
  route({
    method: 'POST',
    path: '/residents/:number/handed-over',
    needs: 'answer-wishes',
    says: '导出的文件交给本人了；微信上也告诉本人',
    input: handOverInput,
    output: doneOutput,
    handle: async ({ number, numbers }, call) => {
      const { desk } = call
      const wish = await asked('export', number, numbers, call)
      mustBeAble(notTheirs(wish.tasks, wish.seen, wish.place))
      await orRefuse(handOver(desk.store, deedOf(wish, call)))
      desk.onChanged?.(wish.seen.resident)
      return { says: '记下了：文件已经交给本人。' }
    },
  }),
  route({
    method: 'POST',
    path: '/residents/:number/deny',
    needs: 'answer-wishes',
    says: '这次不删除或不导出，写明理由；微信上告诉本人理由和怎样申诉',
    input: denyInput,
    output: doneOutput,
    handle: async ({ number, kind, why }, call) => {
      const { desk } = call
      const wish = await asked(kind, number, null, call)
      mustBeAble(notTheirs(wish.tasks, wish.seen, wish.place))
      await orRefuse(denyWish(desk.store, { ...deedOf(wish, call), kind }, why))
      desk.onChanged?.(wish.seen.resident)
      return { says: '记下了：这次没有办，理由也告诉本人。没有微信的，请当面或打电话告诉。' }
    },
  }),
]
