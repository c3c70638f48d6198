/** The roster on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { expect, test } from 'vitest'
import { createRosterReader, readRoster, saveRoster } from '../../bot/roster.ts'
import { addDays, chinaDay } from '../../flows/clocks.ts'
import { consoleOffice } from '../support/console.ts'
import { choose, consoleAt, goWithin } from '../support/console-page.ts'
import { memoryStore } from '../support/memory-store.ts'
import { PEOPLE_AREAS } from '../support/people.ts'
import { workbook } from '../support/workbook.ts'

const HEADER = ['账号', '姓名', '电话', '角色', '区域', '值班', '请假']
/** Forty advisors, as an office lists them; `chang` has nobody unless `whole`. */
const rows = (whole: boolean) => [
  HEADER,
  ...Array.from({ length: 40 }, (_, place) => [
    `a${place}`,
    place === 5 ? '<img src=/x onerror=alert(1)>' : `顾问${place}`,
    { number: 13800000000 + place },
    place < 4 ? '骨干' : '社区工作者',
    place < 4 ? 'yaohua' : place === 9 && whole ? 'maigao' : 'yaoxin',
    '每天 00:00-24:00',
    '',
  ]),
]

test('forty advisors come in by an Excel sheet, its faults mended; a gap disappears, and a leave is entered', async () => {
  const store = memoryStore()
  await saveRoster(store, { areas: PEOPLE_AREAS })
  const office = await consoleOffice({ store, roster: createRosterReader(store) })
  await office.account('me', ['admin'], { person: { name: '李静', advisor: null, body: null } })
  const { page, complaints } = await consoleAt(office.base, 'me', '/people/areas?under=qu')
  const street = page.getByRole('row', { name: /迈皋桥街道/ })
  await street.getByText('没有人负责，新求助直接到区里').waitFor()

  await page.getByRole('link', { name: '导入导出' }).click()
  const bring = (name: string, cells: ReturnType<typeof rows>) =>
    page.setInputFiles('#sheet', {
      name,
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: workbook(cells),
    })
  const faulty = rows(true)
  faulty[3] = ['a2', '顾问2', '12345', '骨干', 'yaohua', '', '']
  faulty[20] = ['a19', '顾问19', '', '主任', 'yaoxin', '', '']
  await bring('名册.xlsx', faulty)
  await page.getByText('有 2 处要改').waitFor()
  expect(await page.locator('.plan tbody tr').allTextContents()).toEqual([
    expect.stringMatching(/^第 4 行电话不像电话号码/),
    expect.stringMatching(/^第 21 行角色「主任」看不懂/),
  ])
  expect(await page.getByRole('button', { name: /确认写入/ }).count()).toBe(0)
  expect((await readRoster(store)).roster.advisors.size).toBe(0)

  await bring('名册.xlsx', rows(true))
  await page.getByRole('button', { name: '确认写入 40 项' }).click()
  await page.getByText('写好了，马上生效').waitFor()
  await page.getByRole('link', { name: '去看看' }).click()
  await page.getByText('共 40 位').waitFor()

  await goWithin(page, '/people/areas?under=qu')
  await street.getByText('只有顾问9一个人，请假就没有人了').waitFor()

  await page.getByRole('link', { name: '值班和请假' }).click()
  const first = chinaDay(office.now())
  await choose(page, '谁请假', /顾问9（/)
  await page.getByLabel('从哪天').fill(addDays(first, 1))
  await page.getByLabel('到哪天').fill(addDays(first, 2))
  await choose(page, '谁代班', /顾问8（/)
  await page.getByRole('button', { name: '记请假' }).click()
  const answer = page.getByText('记下了，顾问9请假').or(page.locator('form .refused'))
  await answer.waitFor()
  expect(await answer.textContent()).toBe('记下了，顾问9请假。')
  const day = page.locator('.days tbody tr').nth(1)
  await day.getByText('顾问8代班').waitFor()
  expect(await day.textContent()).toContain('迈皋桥街道')

  await page.locator('.leaves').getByRole('link', { name: '顾问9' }).click()
  // The page before has leaves, too, that can be taken back.
  await page.getByRole('heading', { name: '手上的事' }).waitFor()
  await page.getByText('顾问8代班').first().waitFor()
  await page.locator('.leaves').getByRole('button', { name: '取消' }).click()
  await page.getByRole('button', { name: '好', exact: true }).click()
  await page.getByText('往后没有请假').waitFor()
  expect((await readRoster(store)).roster.advisors.get('a9')?.leave).toEqual([])
  expect(await page.locator('main img').count()).toBe(0)
  expect(complaints).toEqual([])
}, 60_000)
