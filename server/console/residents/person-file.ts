/** Everything kept of somebody, as a file for themselves (个人信息保护法 第四十五条), in plain Chinese. */
import type { Store } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { CORRECTABLE_WORDS, NEED_WORDS } from '../../../flows/ticket/request.ts'
import { CLOSE_WORDS, STAGE_WORDS, type Ticket } from '../../../flows/ticket/ticket.ts'
import { visitDetailSchema } from '../../../flows/visits.ts'
import { happenedTo, PAPER_STATE_WORDS, WHO_WORDS, whoOf } from '../../desk/view.ts'
import type { Table } from '../../workbook/workbook.ts'

/** Rows of one kind; more than an office writes about one person. */
const ROWS = 2000

interface About {
  store: Store
  /** The resident's id in the store. */
  resident: string
  tickets: readonly Ticket[]
  /** How somebody of the office is called. */
  names: (id: string) => string
  now: Date
}

/** @returns the tables of the workbook */
export async function personTables({ store, resident, tickets, names, now }: About): Promise<Table[]> {
  const numbers = new Set(tickets.map(({ number }) => number))
  const said = await store.list('outbox', 'ofResident', { equals: [resident], limit: ROWS })
  const heard = await store.list('heard', 'ofResident', { equals: [resident], limit: ROWS })
  const talk = [
    ...heard.map(({ at, words, media }) => ({
      at,
      who: '您',
      words: media === null ? words : `${words}（照片或语音）`,
    })),
    ...said
      .filter(({ ticket }) => ticket === null || numbers.has(ticket))
      .map(({ createdAt, text }) => ({ at: createdAt, who: '我们', words: text })),
  ].sort((one, other) => (one.at < other.at ? -1 : 1))
  const happened = await Promise.all(
    tickets.map(async (ticket) =>
      (await happenedTo(store, ticket, { full: true, now })).map(({ at, what, by, why }) => [
        ticket.number,
        at,
        what,
        whoOf(by, names),
        why,
      ]),
    ),
  )
  return [
    table('说明', ['', ''], [14, 90], aboutRows(tickets, now), false),
    table('求助单', ['求助编号', '项目', '内容'], [14, 16, 80], tickets.flatMap(factRows)),
    table('办理经过', ['求助编号', '时间', '做了什么', '谁', '说明'], [14, 20, 14, 20, 70], happened.flat()),
    table('给过的救助和材料', ['求助编号', '是什么', '内容'], [14, 16, 80], tickets.flatMap(givenRows)),
    table(
      '走访',
      ['求助编号', '时间', '怎样走访', '见到本人没有', '记下的话'],
      [14, 20, 12, 14, 70],
      await visitRows(store, tickets),
    ),
    table(
      '对话',
      ['时间', '谁说的', '内容'],
      [20, 10, 90],
      talk.map(({ at, who, words }) => [{ at }, who, words]),
    ),
  ]
}

function table(
  name: string,
  columns: readonly string[],
  widths: readonly number[],
  rows: Table['rows'],
  headed = true,
): Table {
  return {
    name,
    columns: columns.map((one, place) => ({ name: one, width: widths[place] ?? 20 })),
    headed,
    rows: rows.length > 0 ? rows : [['没有']],
  }
}

const aboutRows = (tickets: readonly Ticket[], now: Date): Table['rows'] => [
  ['这是什么', '救助顾问里记着的您的个人信息。依据个人信息保护法第四十五条，应您的请求导出。'],
  ['求助单', tickets.map(({ number }) => number).join('、')],
  ['导出时间', `${chinaDay(now)} ${sayMoment(now, '')}`],
  ['照片', '证件和材料的照片不在这份文件里，要看、要复制，请向经办的街道社区提出。'],
  ['还有哪里', '单位的走访名册、纸质档案和别的系统不在这份文件里，请向单位另外提出。'],
  ['您还可以', '要求更正、补充或者删除。对答复不满意，可以打 12345，也可以依法向人民法院起诉。'],
  ['请收好', '里面有姓名、电话、住址，请不要转发给别人。'],
]

function factRows(ticket: Ticket): Table['rows'] {
  const { facts } = ticket.personal
  const yes: [string, string | null][] = [
    ['办到哪里', STAGE_WORDS[ticket.stage]],
    ['结果', ticket.outcome === null ? null : CLOSE_WORDS[ticket.outcome]],
    ['负责人', ticket.owner?.name ?? null],
    ['给谁求助', facts.relation ?? WHO_WORDS[facts.who]],
    ['姓名', facts.name],
    ['电话', facts.phone],
    [CORRECTABLE_WORDS.idNumber, facts.idNumber],
    ['住址', facts.place],
    [CORRECTABLE_WORDS.registeredAt, facts.registeredAt],
    [CORRECTABLE_WORDS.household, facts.household],
    [CORRECTABLE_WORDS.income, facts.income],
    ['难处', facts.difficulties.join('、')],
    ['经过', facts.story],
    ['需要', facts.needs.map((need) => NEED_WORDS[need]).join('、')],
    ['代办人', facts.proxy && [facts.proxy.name, facts.proxy.phone].filter(Boolean).join(' ')],
    ['照片', facts.photos.length === 0 ? null : `${facts.photos.length} 张`],
    ...ticket.personal.words.map(({ text }): [string, string] => ['办理时记的话', text]),
  ]
  return [
    [ticket.number, '登记时间', { at: ticket.openedAt }],
    ...(ticket.consent ? [[ticket.number, '同意的时间', { at: ticket.consent.at }]] : []),
    ...yes.flatMap(([name, value]) => (value ? [[ticket.number, name, value]] : [])),
  ]
}

const givenRows = ({ number, aid, papers, parts }: Ticket): Table['rows'] => [
  ...parts.map(({ what, to }) => [number, '交给谁办', `${what}：${to.name}`]),
  ...aid.map(({ what, amount, source, givenBy, at }) => [
    number,
    '救助',
    [
      what,
      ...(amount === null ? [] : [`${amount} 元`]),
      `来自${source}`,
      `${givenBy}经手`,
      chinaDay(new Date(at)),
    ].join('，'),
  ]),
  ...papers.map(({ name, state }) => [number, '材料', `${name}：${PAPER_STATE_WORDS[state]}`]),
]

async function visitRows(store: Store, tickets: readonly Ticket[]): Promise<Table['rows']> {
  const all = await Promise.all(
    tickets.map(({ number }) => store.list('visits', 'ofSubject', { equals: [number], limit: ROWS })),
  )
  return all
    .flat()
    .map(({ subject, at, channel, reached, detail }) => [
      subject,
      { at },
      channel,
      reached ? '见到了' : '没有见到',
      visitDetailSchema.parse(detail).words,
    ])
}
