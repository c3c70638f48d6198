import { describe, expect, test } from 'vitest'
import { type Store, StoreError } from '../bot/store.ts'
import { createAssistant } from '../server/assistant.ts'
import { accountAt, assistantParts } from './support/assistant.ts'
import { eventually } from './support/eventually.ts'
import { leaks } from './support/scan-logs.ts'
import { suiteLog } from './support/suite-log.ts'
import { ACCOUNT, eventFields, sealedPush, textFields } from './support/wechat.ts'
import { clockAt, openStore, serve } from './support/world.ts'

const OPENID = 'oGZUI0egBJY1zhBYw2KhdUfwVJJ-'

/** A log, and what it wrote. */
function listening() {
  const lines: string[] = []
  const log = suiteLog('info', lines)
  return { log, written: () => lines.join('') }
}

describe('an error text', () => {
  test.each([
    ['a phone', '13800138000'],
    ['a phone in groups', '138 0013 8000'],
    ['a phone with hyphens', '138-0013-8000'],
    ['an ID number', '11010119900307123X'],
    ['a bank card', '6222 0212 3456 7890 123'],
    ['an openid', OPENID],
    ['an openid in a row’s id', `official-account:${OPENID}:9007199254740993`],
    ['an openid in a file’s name', `/data/media/.official-account_${OPENID}_12_keep-media-a.amr.part`],
    ['a token', 'https://api/send?access_token=abc_DEF-123'],
    ['a secret', 'appid=wx1&secret=0123abc'],
  ])('does not show %s', (_name, quoted) => {
    const { log, written } = listening()
    const cause = new Error(`inner ${quoted} end`)
    log.error({ error: new Error(`could not write ${quoted} end`, { cause }) }, 'failed')
    expect(written()).toContain('could not write')
    expect(written()).toContain('inner')
    for (const part of quoted.match(/\d{4,}|[0-9A-Za-z_-]{20,}|abc_DEF|0123abc/g) ?? []) {
      expect(written()).not.toContain(part)
    }
  })

  test('keeps what tells the fault', () => {
    const { log, written } = listening()
    log.error({ error: new TypeError('ENOSPC: no space left, write 4096 bytes'), task: 'deliver' }, 'failed')
    const line: unknown = JSON.parse(written())
    expect(line).toMatchObject({
      msg: 'failed',
      task: 'deliver',
      error: { type: 'TypeError', message: 'ENOSPC: no space left, write 4096 bytes' },
    })
  })

  test('is not made of what was thrown when that is no error', () => {
    const { log, written } = listening()
    log.error({ error: { phone: '13800138000' } }, 'failed')
    expect(JSON.parse(written())).toMatchObject({ error: { type: 'object' } })
    expect(written()).not.toContain('138')
  })
})

test('a dozen messages, taken, pushed and failed, leave nothing personal in the log', async () => {
  const { log, written } = listening()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const kept = await openStore()
  let broken = false
  const store: Store = {
    get: (table, id) => kept.get(table, id),
    list: (table, index, query) => kept.list(table, index, query),
    count: (table, index, query) => kept.count(table, index, query),
    transaction: (work) =>
      kept.transaction(async (tx) => {
        const result = await work(tx)
        if (broken) throw new StoreError('unavailable', `cannot write the rows of ${OPENID}`)
        return result
      }),
    scan: (table) => kept.scan(table),
    outlines: (table) => kept.outlines(table),
    onAnnounced: (topic, heard) => kept.onAnnounced(topic, heard),
    health: () => kept.health(),
    close: () => kept.close(),
  }
  const { app, tasks } = createAssistant(
    assistantParts({
      config: { officialAccount: accountAt('http://platform') },
      store,
      log,
      now: clock,
      fetch: async (url) =>
        Response.json(
          String(url).includes('stable_token')
            ? { access_token: 'abc_DEF-123-token', expires_in: 7200 }
            : { errcode: 45015, errmsg: `out of time for ${OPENID}` },
        ),
    }),
  )
  const base = await serve(app.callback())
  const words = [
    '我叫王建国，电话13800138000，身份证11010119900307123X',
    '我爸瘫痪在床，护理补贴怎么申请',
    '家住幸福路12号3单元，我妈叫李秀英',
    '我的微信是wang_jianguo_1975',
    '我不想活了',
    '银行卡6222021234567890123没钱了',
    '低保',
    '谢谢',
    '我要求助',
    '同意',
    '给我妈李秀英',
    '不用人工',
  ]
  const messages = [
    eventFields(OPENID, 'subscribe', clock(), { EventKey: 'qrscene_grid-7' }),
    ...words.map((text, index) => textFields(OPENID, text, String(index), clock())),
    {
      ...textFields(OPENID, '', '98', clock()),
      MsgType: 'location',
      Location_X: '39.9',
      Location_Y: '116.4',
      Label: '幸福路12号',
    },
    { ...textFields(OPENID, '', '99', clock()), MsgType: 'voice', MediaId: 'm', Recognition: '我叫王建国' },
  ]
  const push = async (fields: Record<string, string | number>) => {
    const { path, body } = sealedPush(fields, clock())
    return (await fetch(base + path, { method: 'POST', body })).status
  }
  for (const fields of messages) expect(await push(fields)).toBe(200)
  broken = true
  for (const fields of messages) expect(await push({ ...fields, MsgId: `7${fields.CreateTime}` })).toBe(200)
  broken = false
  // A forged push, a wrong address, and words that have to be pushed but may not be.
  await fetch(`${base}/wechat?openid=${OPENID}`, { method: 'POST', body: words[0] ?? '' })
  await fetch(`${base}/${OPENID}/13800138000`)
  const [row] = await kept.list('outbox', 'ofResident', { equals: [`official-account:${OPENID}`], limit: 1 })
  if (!row) throw new Error('nothing was said')
  await kept.transaction((tx) => tx.put('outbox', { ...row, state: 'pending', dueAt: clock().toISOString() }))
  for (const task of tasks) if (task.name === 'deliver') await task.run()
  await eventually(() => expect(written()).toContain('45015'))

  expect(written()).toContain('a message could not be answered')
  for (const personal of [
    OPENID,
    OPENID.slice(0, 12),
    '13800138000',
    '11010119900307123',
    '6222021234567890123',
    '王建国',
    '李秀英',
    '幸福路',
    'wang_jianguo',
    '瘫痪',
    '不想活',
    'abc_DEF',
    ACCOUNT.secret,
    ACCOUNT.token,
    ACCOUNT.encodingAesKey,
  ]) {
    expect(written()).not.toContain(personal)
  }
})

test('the look through the suite’s log finds words, names, places and numbers, and nothing that was not said', () => {
  const said = ['我叫王建国，住在幸福路12号，电话13800138000', '老公上月住院花了八万', '好']
  expect(leaks('{"msg":"serving","port":3000}', said)).toEqual([])
  for (const line of ['老公上月住院', 'to 13800138000', '王建国 …', '幸福路12号']) {
    expect(leaks(`{"msg":"${line}"}`, said)).not.toEqual([])
  }
})
