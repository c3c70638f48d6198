/** The audit log as staff read it, the newest first. Who reads all of it must be there for all areas. */
import { DEED_WORDS, lineId, readHead } from '../../../bot/audit.ts'
import type { AuditLine, Store } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { readNumber } from '../../../flows/ticket/ticket-number.ts'
import { TRANSITIONS } from '../../../flows/ticket/transitions.ts'
import { allKeys } from '../../district/key.ts'
import { allAccounts } from '../accounts/account.ts'
import { Refusal } from '../refusal.ts'
import { type Route, route } from '../route.ts'
import { newestFirst } from '../walk.ts'
import { auditInput, auditOutput } from '../wire.ts'

const PAGE = 50
const DAY_MS = 24 * 60 * 60 * 1000

interface Wanted {
  number?: string | undefined
  by?: string | undefined
  cursor?: string | undefined
}

async function* linesOf(store: Store, { number, by, cursor }: Wanted, now: Date): AsyncGenerator<AuditLine> {
  if (number !== undefined || by !== undefined) {
    const read = number === undefined ? null : readNumber(number)
    if (number !== undefined && !(read && 'number' in read))
      throw new Refusal('bad-value', '求助编号不对，应当像 Q-0412-6，请核对每一位。')
    const subject = read && 'number' in read ? `ticket:${read.number}` : null
    const [at, id] = cursor?.split('~') ?? []
    const before = at === undefined || id === undefined ? null : { at, id }
    if (before && Number.isNaN(Date.parse(before.at))) throw new Refusal('bad-request', '这一页打不开。')
    const lines = newestFirst(
      (span) =>
        subject === null
          ? store.list('audit', 'ofActor', { equals: [by ?? ''], ...span })
          : store.list('audit', 'ofSubject', { equals: [subject], ...span }),
      (line) => line.at,
      before ?? { at: new Date(now.getTime() + DAY_MS).toISOString(), id: '' },
    )
    for await (const line of lines) if (by === undefined || line.by === by) yield line
    return
  }
  const head = await readHead(store)
  const last = cursor === undefined ? (head?.number ?? 0) : Number(cursor) - 1
  for (let place = last; place >= (head?.from ?? 1); place--) {
    const line = await store.get('audit', lineId(place))
    if (line) yield line
  }
}

const deedWords: Readonly<Record<string, string>> = DEED_WORDS

export const auditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/audit',
    needs: 'read-audit',
    says: '操作记录：谁什么时候看了、改了什么，新的在前；可以只看一张求助单或一个账号的',
    input: auditInput,
    output: auditOutput,
    handle: async (wanted, { desk, roster, who }) => {
      if (who.account.areas.length > 0)
        throw new Refusal('not-allowed', '操作记录只给负责全部区域的账号看，请联系管理员。')
      const { advisors } = await roster()
      const accounts = new Map((await allAccounts(desk.store)).map((one) => [one.id, one]))
      const nameOf = (id: string) => accounts.get(id)?.person.name || '还没有人用的账号'
      const keys = new Map((await allKeys(desk.store)).map(({ id, name }) => [id, name]))
      const keyOf = (id: string) => `接口 ${keys.get(id) ?? id}`
      const today = chinaDay(desk.now())
      const lines: AuditLine[] = []
      for await (const line of linesOf(desk.store, wanted, desk.now())) {
        lines.push(line)
        if (lines.length > PAGE) break
      }
      const last = lines[PAGE - 1]
      const isPlain = wanted.number === undefined && wanted.by === undefined
      return {
        lines: lines.slice(0, PAGE).map(({ id, at, by, deed, subject, detail }) => ({
          id,
          at: sayMoment(new Date(at), today),
          who: by.startsWith('key:')
            ? keyOf(after(by))
            : actorWords(by, nameOf, (advisor) => advisors.get(advisor)?.name ?? advisor),
          what: deedWords[deed] ?? deed,
          subject: subject.startsWith('key:') ? keyOf(after(subject)) : subjectWords(subject, nameOf),
          detail: detailWords(detail),
        })),
        next: lines.length > PAGE && last ? (isPlain ? last.id : `${last.at}~${last.id}`) : null,
      }
    },
  }),
]

const after = (text: string): string => text.slice(text.indexOf(':') + 1)

function actorWords(by: string, account: (id: string) => string, advisor: (id: string) => string): string {
  if (by.startsWith('account:')) return account(after(by))
  if (by.startsWith('advisor:')) return `顾问${advisor(after(by))}`
  if (by.startsWith('command:')) return `命令行 ${after(by)}`
  if (by === 'resident') return '居民'
  return by === 'assistant' ? '助手' : by
}

/** Moves of a request by the words of their buttons, what we note for ourselves in words; anything else as it was noted. */
export function detailWords({ actions, rows, gone, ...others }: Readonly<Record<string, string>>): string {
  const moves = (actions ?? '').split(' ').flatMap((kind) => (kind === '' ? [] : (moveWords[kind] ?? kind)))
  const sheet = [
    ...(rows === undefined ? [] : [`${rows} 行`]),
    ...(gone === undefined || gone === '0' ? [] : [`去掉 ${gone} 行`]),
  ]
  const noted = Object.entries(others).map(([name, value]) => NOTED_WORDS[name]?.[value] ?? value)
  return [...moves, ...sheet, ...noted].join('；')
}
/** What is noted by a word of ours: where an advisor wrote, how much was shown, which fact was put right. */
const NOTED_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  place: { group: '在顾问群里', private: '单独发来' },
  shown: { masked: '隐去姓名、电话', page: '求助单页面' },
  field: { phone: '电话', place: '住址', name: '姓名', registeredAt: '户口所在地' },
}
const moveWords: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(TRANSITIONS).map(([kind, { says }]) => [kind, says])),
  open: '登记求助',
  undo: '撤销上一步',
  visit: '记走访',
  'visit-media': '走访的照片或录音',
  plan: '安排走访',
  'take-over': '人工接管对话',
  'hand-back': '交还对话',
  leave: '请假',
  duty: '值班',
  robot: '群机器人',
  added: '加进名册',
  advisor: '修改',
  removed: '从名册去掉',
}
const TABLE_WORDS: Readonly<Record<string, string>> = {
  tickets: '求助单列表',
  advisors: '顾问名册',
  areas: '区域名册',
  households: '联系对象名单',
}

function subjectWords(subject: string, account: (id: string) => string): string {
  if (subject.startsWith('account:')) return `账号 ${account(after(subject))}`
  if (subject.startsWith('ticket:')) return `求助单 ${after(subject)}`
  if (subject.startsWith('household:')) return `联系对象 ${after(subject)}`
  if (subject.startsWith('advisor:')) return `顾问 ${after(subject)}`
  const table = subject.startsWith('table:') ? TABLE_WORDS[after(subject)] : undefined
  return table ?? subject
}
