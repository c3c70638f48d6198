/** Sheets we write are opened in Excel and WPS: nothing in them may be reckoned with, and no number be spoilt. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRoster } from '../bot/roster.ts'
import { tidy, writeCsv } from '../flows/roster/sheet.ts'
import { atPeopleDesk } from '../server/people/people-desk.ts'
import { readSheetFile } from '../server/people/sheet-file.ts'
import { workbook } from './support/workbook.ts'
import { DOER, fingerprint, temporaryFolder, world } from './support/world.ts'

/** At most 30 characters, as long as a name may be. */
const FORMULAS = [
  '=1+1',
  "=cmd|'/c calc'!A0",
  '+cmd|"/c calc"!A0',
  '-2+3+cmd|"/c calc"!A0',
  '@SUM(1)*cmd|"/c calc"!A0',
  '=HYPERLINK("http://x.cn","点")',
  '=IMPORTXML("//x.cn","//a")',
  '=WEBSERVICE("http://x.cn")',
  '=DDE("cmd";"/c calc";"a")',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(1+1)',
  '﹦1+1',
  ' =1+1',
  '\t=1+1',
  '\r=1+1',
  '\u200b=1+1',
  '\ufeff=1+1',
  '";=1+1;"',
  'a;=1+1',
  'a\t=1+1',
  'a\r\n=1+1',
  "'=1+1",
]

/** The cells as any program of tables divides them, whatever it divides by outside quotes. */
function cellsOf(csv: string): string[] {
  const found = csv.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",;\t\r\n]*))(?:[,;\t\r\n]+|$)/g)
  return [...found].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}
/** What Excel, WPS and LibreOffice take for a formula, once they have taken away what cannot be seen. */
const runs = (cell: string) => /^[=+\-@＝＋－＠﹦﹢﹣﹫]/.test(cell.replace(/^[\s\u200b-\u200d\ufeff]+/, ''))

test.each(FORMULAS)('%j is text in whatever place of a row it stands', (formula) => {
  const csv = writeCsv([
    [formula, '王芳', formula],
    ['x', formula],
  ])
  expect(cellsOf(csv).filter(runs)).toEqual([])
})

test('written as they are they would run', () => {
  const bare = FORMULAS.filter((formula) => /^(?:[^'";]|=DDE)/.test(formula)).map(
    (formula) => `"${formula.replaceAll('"', '""')}"`,
  )
  expect(cellsOf(`\ufeff${bare.join(',')}`).filter(runs).length).toBeGreaterThan(15)
})

test.each(FORMULAS)('%j is read again as it was kept', (formula) => {
  const kept = tidy(formula)
  const [cell = ''] = cellsOf(writeCsv([[kept]]))
  expect(tidy(cell)).toBe(kept)
})

test.each([
  '013812345678',
  '0640101',
  '640104001001',
  '110105194912310021',
  '6401E2',
  '3-1',
  '2026-12-01',
  '13812345678',
  '12',
])('the number %s is neither cut nor reckoned with', (number) => {
  const csv = writeCsv([[number]])
  // A tab makes it text where it would be spoilt; Excel shows the others as they are.
  expect(csv).toBe(/^(?:13812345678|12)$/.test(number) ? `\ufeff${number}\r\n` : `\ufeff${number}\t\r\n`)
  expect(tidy(csv)).toBe(number)
})

test('a roster imported with formulas for names is printed without one, and imported again unchanged', async () => {
  const { store, clock, parts } = await world()
  const desk = { store, fingerprint, now: clock, newId: parts.newId }
  const named = FORMULAS.filter((formula) => !/[\r\n;]/.test(formula)).filter(
    (formula, place, all) => all.findIndex((one) => tidy(one) === tidy(formula)) === place,
  )
  const bring = async (what: 'areas' | 'advisors', file: string, content: string | Uint8Array) => {
    const path = join(temporaryFolder(), file)
    await writeFile(path, content)
    const sheet = await readSheetFile(path)
    return atPeopleDesk(desk, { people: 'import', what, sheet, replace: false, apply: true }, DOER)
  }
  const areas = [
    ['区域编号', '级别', '名称', '上级编号'],
    ['064010', '区', '兴庆区', ''],
    ...named.map((name, place) => [`${place + 1}-1`, '街道', name, '064010']),
  ]
  await bring('areas', '区域.xlsx', workbook(areas))
  const advisors = [
    ['账号', '姓名', '电话', '角色', '区域'],
    ...named.map((name, place) => [
      place === 0 ? '@wang' : `-a${place}`,
      name,
      '02585550000',
      '骨干',
      `${place + 1}-1`,
    ]),
  ]
  await bring('advisors', '顾问.xlsx', workbook(advisors))
  for (const what of ['areas', 'advisors'] as const) {
    const current = await atPeopleDesk(desk, { people: 'sheet', what }, DOER)
    expect(cellsOf(current).filter(runs)).toEqual([])
    expect(await bring(what, `${what}.csv`, current)).toContain(
      `新增 0，修改 0，不变 ${named.length + (what === 'areas' ? 1 : 0)}`,
    )
  }
  const { roster } = await readRoster(store)
  expect([...roster.advisors.values()].map(({ name }) => name).sort()).toEqual(named.map(tidy).sort())
  expect(roster.areas.get('064010')?.name).toBe('兴庆区')
  expect(roster.advisors.get('@wang')?.phone).toBe('02585550000')
})
