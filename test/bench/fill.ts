/**
 * Fills a data folder: `node fill.js <folder> <records>`. Each record is a resident with their session, their
 * last turn and its answer. Dated yesterday, so that the first message of the run sets off the daily snapshot.
 */
import type { Transaction } from '../../bot/store.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { openid } from './messages.ts'

const DAY_MS = 86_400_000
const BATCH = 1000
const ANSWER =
  '低保按家庭算：全家人均月收入低于当地低保标准，财产也符合规定，就可以申请。向户口所在地的乡镇政府或街道办事处提出，也可以请村（居）委会代为提交。\n《社会救助暂行办法》国务院令第649号·2014-05-01起施行'

const [folder = '', records = '0'] = process.argv.slice(2)
const yesterday = new Date(Date.now() - DAY_MS)
const at = yesterday.toISOString()
const store = await openLowdbStore(folder, { clock: () => yesterday })
for (let first = 0; first < Number(records); first += BATCH) {
  await store.transaction(async (tx) => {
    for (let n = first; n < Math.min(first + BATCH, Number(records)); n++) await insert(tx, n)
  })
}
await store.close()

async function insert(tx: Transaction, n: number): Promise<void> {
  const address = openid(n)
  const resident = `official-account:${address}`
  const choices = [
    { label: '带什么材料', says: '低保带什么材料' },
    { label: '去哪办', says: '低保去哪办' },
  ]
  const topic = { policy: 'dibao', said: '低保怎么申请', at }
  await tx.put('residents', {
    id: resident,
    channel: 'official-account',
    address,
    following: true,
    scene: null,
    grants: [{ kind: 'message', at, used: 0 }],
    createdAt: at,
    seenAt: at,
  })
  await tx.put('sessions', {
    id: resident,
    revision: 1,
    state: { version: 1, topic, choices, rest: '', area: null },
    flow: null,
    updatedAt: at,
  })
  const turn = `official-account:${address}:23${String(n).padStart(17, '0')}`
  const outgoing = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  await tx.insert('turns', { id: turn, resident, outgoing, at })
  await tx.insert('outbox', {
    id: outgoing,
    resident,
    text: ANSWER,
    choices,
    link: null,
    personal: false,
    pressing: false,
    cause: turn,
    state: 'accepted',
    via: 'reply',
    carrier: null,
    ticket: null,
    announcedAt: null,
    attempts: 0,
    error: null,
    createdAt: at,
    dueAt: at,
    settledAt: at,
  })
}
