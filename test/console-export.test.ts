import { inflateRawSync } from 'node:zlib'
import { readSheet } from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { AreaTree } from '../flows/roster/areas.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { readAccount } from '../server/console/accounts/account.ts'
import { requestRows, requestTables } from '../server/console/requests/sheet.ts'
import { makeWorkbook } from '../server/workbook/workbook.ts'
import { consoleOffice } from './support/console.ts'
import { FACTS, MORNING, NUMBER } from './support/tickets.ts'

type Office = Awaited<ReturnType<typeof consoleOffice>>
type Browser = ReturnType<Office['browser']>

async function office(more: object = {}) {
  const made = await consoleOffice()
  await made.account('me', ['street'], more)
  const me = made.browser()
  await me.signIn('me')
  return { ...made, me }
}

/** The workbook as a browser gets it. */
async function exported({ cookies }: Browser, base: string, query = '') {
  const response = await fetch(`${base}/console/api/requests/export${query}`, {
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const note = response.headers.get('x-note')
  return { response, bytes, note: note === null ? null : decodeURIComponent(note) }
}
const rowsOf = (bytes: Buffer, sheet = '求助单') => readSheet(bytes, sheet)

/** A part of a workbook as it stands in the file (APPNOTE.TXT 4.3). */
function partOf(bytes: Buffer, name: string): string {
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'))
  let at = bytes.readUInt32LE(end + 16)
  for (let part = 0; part < bytes.readUInt16LE(end + 10); part++) {
    const length = bytes.readUInt16LE(at + 28)
    const file = bytes.readUInt32LE(at + 42)
    if (bytes.toString('utf8', at + 46, at + 46 + length) === name) {
      const start = file + 30 + bytes.readUInt16LE(file + 26) + bytes.readUInt16LE(file + 28)
      const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20))
      return (bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString()
    }
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return ''
}

test('the workbook holds the rows of the list, masked alike, with numbers as text and moments as dates', async () => {
  const { me, open, base } = await office()
  const other = mintNumber(0, () => 12)
  await open()
  await open({ number: other, area: null, fingerprints: [], urgency: { level: 'urgent', reason: '' } })
  const list = (await me.get('/requests')).body['requests']
  const { response, bytes, note } = await exported(me, base)
  expect([response.status, note]).toEqual([200, null])
  expect(response.headers.get('content-type')).toContain('spreadsheetml')
  expect(response.headers.get('content-disposition')).toContain('attachment')
  const [header, ...rows] = await rowsOf(bytes)
  expect(header?.slice(0, 2)).toEqual(['编号', '阶段'])
  expect(
    rows.map(([number, stage, , about, area, , , left]) => ({ number, stage, about, area, left })),
  ).toEqual(
    Array.isArray(list)
      ? list.map(({ number, stage, about, area, left }) => ({ number, stage, about, area, left }))
      : [],
  )
  expect(rows.map(([number]) => number)).toEqual([other, NUMBER])
  // Moments are those of the clock in China: the file knows no zones.
  const china = new Date(MORNING.getTime() + 8 * 3_600_000)
  expect(rows[0]?.[8]).toEqual(china)
  expect(rows[0]?.[6]).toBeInstanceOf(Date)
  const whole = JSON.stringify([await rowsOf(bytes), await rowsOf(bytes, '说明')])
  for (const hidden of ['唐秀英', '13812345678', '3栋201', '11010519491231002X'])
    expect(whole).not.toContain(hidden)
})

test('what looks like a formula is a text, and what no workbook may hold is left out', async () => {
  const { me, open, base } = await office()
  const names = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', '\u0007张\u0000三<b>&"']
  for (const [place, name] of names.entries())
    await open({
      number: mintNumber(0, () => place + 1),
      facts: { ...FACTS, name },
      fingerprints: [],
    })
  const { bytes } = await exported(me, base)
  const rows = (await rowsOf(bytes)).slice(1)
  expect(rows.map((row) => row[3])).toEqual(expect.arrayContaining([expect.stringMatching(/^=某/)]))
  const sheet = partOf(bytes, 'xl/worksheets/sheet1.xml')
  expect(sheet).toContain('<sheetData>')
  expect(sheet).not.toContain('<f>')
  expect(sheet).toMatch(/ySplit="1"[^>]*state="frozen"/)
  expect(sheet).toMatch(/<col [^>]*width="42"/)
})

test('it is the list as filtered, where somebody works, and each time is noted with what and how much', async () => {
  const { me, open, base, store } = await office({ areas: ['yaohua'] })
  await open()
  await open({ number: mintNumber(0, () => 5), area: 'chang', fingerprints: [] })
  const count = async (query: string) => (await rowsOf((await exported(me, base, query)).bytes)).length - 1
  expect([
    await count(''),
    await count('?view=all&area=yaoxin'),
    await count('?owner=mine'),
    await count('?view=all&from=2026-01-01&to=2026-01-31'),
    await count(`?from=2026-01-01&to=2026-01-31`),
  ]).toEqual([1, 1, 0, 0, 0])
  const lines = await store.list('audit', 'ofActor', { equals: ['account:id-of-me'], limit: 20 })
  expect(
    lines
      .filter(({ deed }) => deed === 'exported')
      .map(({ subject, detail: { filter, count: said } }) => [subject, filter, said]),
  ).toEqual([
    ['table:tickets', '要办的', '1 张'],
    ['table:tickets', '全部，尧化街道尧新社区', '1 张'],
    ['table:tickets', '要办的，我负责的', '0 张'],
    ['table:tickets', '全部，2026-01-01 至 2026-01-31 受理', '0 张'],
    ['table:tickets', '要办的，2026-01-01 至 2026-01-31 受理', '0 张'],
  ])
})

test('who may only see the list takes no file along, and of one that could harm somebody nothing is in it', async () => {
  const { me, open, base, account, browser, store } = await office()
  await open({ facts: { ...FACTS, difficulties: ['家暴'] } })
  const rows = await rowsOf((await exported(me, base)).bytes)
  expect(rows[1]?.[3]).toContain('涉及人身安全')
  await account('li', ['advisor'], { person: { name: '李强', advisor: 'li', body: null } })
  const li = browser()
  await li.signIn('li')
  expect((await exported(li, base)).response.status).toBe(403)
  const lines = await store.list('audit', 'ofActor', { equals: ['account:id-of-li'], limit: 20 })
  expect(lines.some(({ deed }) => deed === 'exported')).toBe(false)
})

test('more than a file takes is cut, and the file, its last row and the answer say so', async () => {
  const { open, store, now } = await office()
  for (let place = 1; place <= 4; place++)
    await open({ number: mintNumber(0, () => place), fingerprints: [] })
  const row = await store.get('accounts', 'id-of-me')
  const account = row && readAccount(row)
  if (!account) throw new Error('nobody')
  const place = { account, roster: { areas: new AreaTree([]), advisors: new Map() }, store, now: now() }
  expect(await requestRows(place, { view: 'open' }, 4)).toMatchObject({ cut: false })
  const found = await requestRows(place, { view: 'open' }, 3)
  const { tables, note } = requestTables(found, '要办的', place)
  const bytes = await makeWorkbook(tables)
  expect([found.cut, note]).toEqual([true, expect.stringContaining('前 3 张')])
  const read = await rowsOf(bytes)
  expect([read.length, read.at(-1)?.[0], (await rowsOf(bytes, '说明')).at(-1)?.[1]]).toEqual([5, note, note])
})
