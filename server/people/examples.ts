/** Sheets to fill in: their columns, and an example in each row. */
import { writeAdvisors } from '../../flows/roster/advisor-sheet.ts'
import { OFFICE_HOURS } from '../../flows/roster/advisors.ts'
import { writeAreas } from '../../flows/roster/area-sheet.ts'
import { writeHouseholds } from '../../flows/roster/household-sheet.ts'
import type { SheetKind } from './sheets.ts'

/** The header, and rows that can be imported as they are. */
export const exampleOf = (what: SheetKind): string[][] => EXAMPLES[what]()

const EXAMPLES: Readonly<Record<SheetKind, () => string[][]>> = {
  areas: () =>
    writeAreas([
      { id: '640104', level: 'district', name: '兴庆区', parent: null },
      { id: '640104001', level: 'street', name: '城关街道', parent: '640104' },
      { id: '640104001001', level: 'community', name: '幸福社区', parent: '640104001' },
      { id: '640104001001-03', level: 'grid', name: '第3网格', parent: '640104001001' },
    ]),
  households: () =>
    writeHouseholds([
      {
        name: '唐秀英',
        phone: '13900139000',
        address: '幸福社区12号楼3单元201',
        area: '640104001001-03',
        category: '低保',
        advisor: 'liqiang',
        note: '独居，听力不好',
      },
    ]),
  advisors: () =>
    writeAdvisors([
      {
        id: 'wangfang',
        name: '王芳',
        phone: '13800138000',
        role: 'backbone',
        areas: ['640104001'],
        duty: OFFICE_HOURS,
        leave: [{ from: '2026-12-01', to: '2026-12-05', standIn: 'liqiang' }],
      },
      {
        id: 'liqiang',
        name: '李强',
        phone: null,
        role: 'community',
        areas: ['640104001001'],
        caseload: ['640104001001-03'],
        duty: [...OFFICE_HOURS, { days: 'every-day', from: '17:30', to: '21:00' }],
        leave: [],
      },
    ]),
}

/** How each sheet is filled in, a line each. */
export const HOW_TO_FILL: Readonly<Record<SheetKind, readonly string[]>> = {
  areas: [
    '下面几行是样子，填自己的时删掉。列名不要改，列的先后可以换。',
    '区域编号：单位自己编的号，用数字、字母和连字符，每个区域一个，以后不要变。',
    '级别：区、街道、社区、网格。上级编号：它在哪个区域里；区的这一格空着。',
    '可以加一列“群机器人”，写企业微信群机器人的地址，导入后不再显示。',
  ],
  advisors: [
    '下面几行是样子，填自己的时删掉。列名不要改，列的先后可以换。',
    '账号：这个人在企业微信通讯录里的账号。角色：骨干、社区工作者、志愿者、社会组织。',
    '区域、包片：写区域编号，几个用顿号隔开；名称只有一个区域叫时也可以写名称。',
    '值班：如“工作日 08:30-17:30；每天 18:00-22:00”，空着就是工作日 08:30-17:30，不值班写“无”。',
    '请假：如“2026-12-01至2026-12-05 代班 liqiang”，没有就空着。',
  ],
  households: [
    '下面几行是样子，填自己的时删掉。列名不要改，列的先后可以换。',
    '电话、地址、身份证号至少写一项，下次导入才认得出是同一户；身份证号不保存。',
    '区域编号：住在哪里。负责顾问账号：空着就给这一片包片的顾问。',
  ],
}
