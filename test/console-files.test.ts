/** Files sent to the console: what is read of them, and when, whichever route takes them. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { projectFolder } from '../knowledge/load.ts'
import { ROUTES } from '../server/console/routes.ts'
import { MAX_SHEET_BYTES, type ReadSheet } from '../server/people/sheet-file.ts'
import { peopleOffice, upload } from './support/people.ts'

const PATH = '/roster/import?what=advisors'
const SHEET = '账号,姓名,角色,区域\nnew,新人,骨干,yaohua\n'

async function admin() {
  const office = await peopleOffice()
  return { office, me: await office.as('me', ['admin']) }
}

test('a file is read, under the name it was given', async () => {
  const { me } = await admin()
  const { status, body } = await upload(me, PATH, { name: '名册 2026.csv', bytes: SHEET })
  expect([status, body['file'], body['clear']]).toEqual([200, '名册 2026.csv', true])
})

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\名册\\顾问.csv', '顾问.csv'],
  ['a\u0000b\r\nc\u007f.csv', 'abc.csv'],
  ['/', '顾问表'],
  [`${'长'.repeat(300)}.csv`, '长'.repeat(200)],
])('of the name %j only what a name may hold is kept', async (name, kept) => {
  const { me } = await admin()
  expect((await upload(me, PATH, { name, bytes: SHEET })).body['file']).toBe(kept)
})

test('a name that cannot be read, or none, is none', async () => {
  const { me } = await admin()
  for (const header of ['%E4%B8', ''])
    expect((await upload(me, PATH, { bytes: SHEET, headers: { 'x-name': header } })).body['file']).toBe(
      '顾问表',
    )
})

test('an empty file is said to be empty', async () => {
  const { me } = await admin()
  const { code, body } = await upload(me, PATH, { bytes: '' })
  expect([code, body['message']]).toEqual(['bad-value', '这个文件是空的，请再选一次。'])
})

test.each([
  'application/json',
  'text/csv',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
])('a file sent as %s is not read', async (type) => {
  const { me } = await admin()
  const { code } = await upload(me, PATH, { bytes: SHEET, headers: { 'content-type': type } })
  expect(code).toBe('bad-request')
})

test('a file larger than is taken is refused in words, whether it says so or not', async () => {
  const { me } = await admin()
  const most = Buffer.alloc(MAX_SHEET_BYTES + 1, 'a')
  const said = await upload(me, PATH, { bytes: most })
  expect([said.status, said.code, said.body['message']]).toEqual([413, 'too-large', '文件太大，最多 8 MB。'])
  // In pieces, whose sum nobody told beforehand.
  const pieces = new ReadableStream({
    start(controller) {
      for (let piece = 0; piece < 9; piece++) controller.enqueue(new Uint8Array(1024 * 1024))
      controller.close()
    },
  })
  const headers = { 'content-type': 'application/octet-stream', 'x-console': '1', 'x-name': 'a.csv' }
  const init = { method: 'POST', headers, body: pieces, duplex: 'half' } as const
  expect((await me.api(PATH, init)).code).toBe('too-large')
})

test('nothing is read before it is known who sends it, and that they may', async () => {
  const { office } = await admin()
  const street = await office.as('street', ['street'])
  const { hostname, port } = new URL(office.base)
  /** Announces a whole file and sends none of it. */
  const announced = (cookie: string, own = 'x-console: 1\r\n') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      socket.once('error', reject)
      socket.once('data', (answer) => {
        socket.destroy()
        resolve(answer.toString().split('\r\n')[0] ?? '')
      })
      socket.write(
        `POST /console/api${PATH} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${own}cookie: ${cookie}\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000000\r\n\r\n`,
      )
    })
  const cookie = [...street.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  expect(await announced('')).toContain('401')
  expect(await announced(cookie)).toContain('403')
  expect(await announced(cookie, '')).toContain('403')
})

test('every route that takes a file says how much, and its address alone holds the rest', async () => {
  const taking = ROUTES.filter(({ takes }) => takes !== null)
  expect(taking.length).toBeGreaterThan(0)
  for (const { method, takes, path } of taking)
    expect([path, method, (takes?.most ?? 0) <= 32 * 1024 * 1024]).toEqual([path, 'POST', true])
  const { me } = await admin()
  expect((await upload(me, `${PATH}&more=1`, { bytes: SHEET })).code).toBe('bad-request')
  expect((await upload(me, '/roster/import?what=passwords', { bytes: SHEET })).code).toBe('bad-request')
})

const Built = z.object({ readSheetApart: z.custom<ReadSheet>((it) => typeof it === 'function') })

test('the built program reads a sheet in a thread of its own, and says what is wrong with one', async () => {
  const file = join(projectFolder(), 'dist/server/people/sheet-apart.js')
  const { readSheetApart } = Built.parse(await import(file))
  expect(await readSheetApart(Buffer.from(SHEET), 'a.csv')).toEqual({
    file: 'a.csv',
    rows: [
      { line: 1, cells: ['账号', '姓名', '角色', '区域'] },
      { line: 2, cells: ['new', '新人', '骨干', 'yaohua'] },
    ],
  })
  await expect(readSheetApart(Buffer.from('a,b\n"x,2\n'), 'a.csv')).rejects.toThrow('引号没有成对')
})
