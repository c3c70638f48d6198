/** What is recognised in documents as offices write them; what is not sure is marked, and nothing is made up. */
import { describe, expect, test } from 'vitest'
import { markdownBlocks, plainBlocks } from '../knowledge/notice/blocks.ts'
import { dayIn, lastDayAfter } from '../knowledge/notice/dates.ts'
import { departmentsIn, documentsIn, numberIn, placeOf } from '../knowledge/notice/issuer.ts'
import { labelOf } from '../knowledge/notice/labels.ts'
import { laidOver } from '../knowledge/notice/merge.ts'
import { idOf, subjectOf } from '../knowledge/notice/naming.ts'
import { readDocument } from '../knowledge/notice/read.ts'
import { COLUMNS, readSheetRows, rowOf } from '../knowledge/notice/sheet.ts'
import type { Recognised } from '../knowledge/notice/taken.ts'
import { worded } from '../knowledge/notice/wording.ts'
import { POLICY_ID } from '../knowledge/policy.ts'
import { fieldsOf } from '../knowledge/policy-text.ts'
import { policyNumbered } from './support/policy-sheets.ts'
import { inventory } from './support/world.ts'

const read = (text: string, file = ''): Recognised => {
  const [first] = readDocument(plainBlocks(text), file)
  if (!first) throw new Error('nothing read')
  return first
}
const lead = (
  { fields }: Recognised,
  aspect: 'overview' | 'eligibility' | 'exclusions' | 'benefit' | 'where' | 'materials' | 'steps' | 'time',
) => fields.sections[aspect]?.lead
const doubted = ({ doubts }: Recognised): string[] => [...new Set(doubts.map(({ field }) => field))].sort()

const REGULATION = `兴庆区民政局文件
兴民发〔2026〕31号
兴庆区民政局 兴庆区财政局关于印发《兴庆区困难群众冬季取暖补助实施办法（试行）》的通知
各街道办事处、各乡镇人民政府，区直有关部门：
为切实保障困难群众温暖过冬，根据《社会救助暂行办法》（国务院令第649号）等规定，现将《兴庆区困难群众冬季取暖补助实施办法（试行）》印发给你们，请认真贯彻执行。
兴庆区民政局
兴庆区财政局
2026年9月10日
兴庆区困难群众冬季取暖补助实施办法（试行）
第一章 总则
第一条 为规范冬季取暖补助发放工作，制定本办法。
第二条 本办法所称冬季取暖补助，是指在采暖期内对困难群众取暖费用给予的一次性补助。
第二章 补助对象和条件
第三条 具有兴庆区户籍，符合下列条件之一的，可以申请冬季取暖补助：
（一）最低生活保障对象；
（二）特困供养人员。
第四条 有下列情形之一的，不予补助：
（一）供暖费由单位全额报销的。
第三章 补助标准
第五条 集中供暖的每户每年补助1200元；自行取暖的每户每年补助800元。
第四章 申请程序
第六条 申请人向户籍所在地街道办事处（乡镇人民政府）提出书面申请，提交下列材料：
（一）身份证、户口簿；
（二）低保证或特困供养证。
第七条 街道办事处应当自受理之日起10个工作日内完成审核，并在社区公示7天。
第五章 附则
第八条 咨询电话：区民政局社会救助科 0951-6720000。
第九条 本办法自2026年11月1日起施行，有效期2年。
（此件公开发布）`

describe('a regulation sent along with a notice', () => {
  const found = read(REGULATION)

  test('names the policy, its document, who made it and where it holds', () => {
    expect(found.fields).toMatchObject({
      title: '困难群众冬季取暖补助',
      departments: ['民政'],
      level: '区县',
      area: '兴庆区',
      effective: '2026-11-01',
      expires: '2028-10-31',
    })
    expect(found.fields.sources).toMatchObject([
      {
        document: '兴庆区困难群众冬季取暖补助实施办法（试行）',
        number: '兴民发〔2026〕31号',
        issued: '2026-09-10',
        effective: '2026-11-01',
      },
      { document: '社会救助暂行办法', number: '国务院令第649号' },
    ])
  })

  test('has its articles under what they are about', () => {
    expect(lead(found, 'eligibility')).toBe(
      '具有兴庆区户籍，符合下列条件之一的，可以申请冬季取暖补助：最低生活保障对象；特困供养人员。',
    )
    expect(lead(found, 'benefit')).toBe('集中供暖的每户每年补助1200元；自行取暖的每户每年补助800元。')
    expect(lead(found, 'exclusions')).toContain('不予补助')
    expect(lead(found, 'materials')).toContain('身份证、户口簿；低保证或特困供养证')
    expect(lead(found, 'steps')).toContain('10个工作日')
    expect(lead(found, 'overview')).toContain('是指在采暖期内')
    expect(found.fields.phones).toEqual([{ name: expect.stringContaining('咨询'), number: '0951-6720000' }])
  })

  test('marks what it is not sure of with the words it came from, and no more', () => {
    expect(doubted(found)).toEqual(
      [
        'exclusions',
        'expires',
        'materials',
        'overview',
        'phones',
        'sources',
        'time',
        'title',
        'where',
      ].sort(),
    )
    expect(found.doubts).toContainEqual({
      field: 'expires',
      words: '有效期2年',
      why: '最后一天是从生效日算出来的，请核对',
    })
    // Under a heading that says so, nothing is in doubt.
    expect(doubted(found)).not.toContain('benefit')
  })

  test('leaves what says nothing of the policy where somebody sees it, and loses no paragraph', () => {
    expect(found.left).toContain('各街道办事处、各乡镇人民政府，区直有关部门：')
    expect(found.left.join('\n')).toContain('为规范冬季取暖补助发放工作')
    const told = JSON.stringify(found)
    for (const words of ['供暖费由单位全额报销', '温暖过冬', '0951-6720000', '社区公示7天'])
      expect(told).toContain(words)
  })

  test('makes up neither questions, nor who it is for, nor when it was checked', () => {
    expect(found.fields).toMatchObject({
      questions: [],
      audience: [],
      checked: '',
      aliases: [],
      cues: [],
      id: '',
    })
  })
})

describe('a service guide', () => {
  const found = read(`孤独症儿童康复救助办事指南
一、办理依据：《关于建立残疾儿童康复救助制度的意见》（国发〔2018〕20号）
二、申请条件
1.具有本市户籍；
2.年龄0—6周岁；
3.经定点医疗机构诊断为孤独症。
三、救助标准：每人每年最高2.4万元。
四、所需材料
1、户口簿；2、身份证；3、诊断证明
五、办理流程
申请→街道初审→区残联审核→定点机构康复
六、办理时限
受理后7个工作日内办结
七、办理地点：各街道（镇）残联窗口
八、联系电话
鼓楼区残联 025-83220000
张老师 13851500000
九、其他
未尽事宜由区残联负责解释。
鼓楼区残疾人联合会
二〇二六年三月一日`)

  test('is read by its headings, and lists become sentences as they stand', () => {
    expect(found.fields).toMatchObject({
      title: '孤独症儿童康复救助',
      departments: ['残联'],
      area: '鼓楼区',
      level: '区县',
    })
    expect(lead(found, 'eligibility')).toBe('具有本市户籍；年龄0—6周岁；经定点医疗机构诊断为孤独症。')
    expect(lead(found, 'benefit')).toBe('每人每年最高2.4万元。')
    expect(lead(found, 'materials')).toBe('户口簿；身份证；诊断证明。')
    expect(lead(found, 'time')).toBe('受理后7个工作日内办结')
    expect(lead(found, 'where')).toBe('各街道（镇）残联窗口')
    expect(found.fields.sources).toMatchObject([
      { document: '关于建立残疾儿童康复救助制度的意见', number: '国发〔2018〕20号' },
    ])
  })

  test('doubts a number that may be somebody’s own, and a day nothing says', () => {
    expect(found.doubts).toContainEqual({
      field: 'phones',
      words: '张老师 13851500000',
      why: '13851500000 像是个人的手机号，请核对能不能公开',
    })
    expect(found.fields.effective).toBe('')
    expect(found.left).toContain('落款：鼓楼区残疾人联合会 2026-03-01')
    expect(found.left).toContain('九、其他\n未尽事宜由区残联负责解释。')
  })
})

test('questions and answers are sections, and the first names the policy', () => {
  const found = read(`问：什么是临时救助？
答：临时救助是国家对遭遇突发事件的家庭给予的应急性、过渡性救助。
问：哪些人可以申请？
答：基本生活暂时出现严重困难的家庭。
问：需要什么材料？
答：身份证、户口本。
问：多久能办下来？
答：20个工作日内办结，紧急情况24小时内先行救助。
问：到哪里申请？
答：户籍所在地或居住地街道办事处。
咨询电话：12345`)
  expect(found.fields.title).toBe('临时救助')
  expect(doubted(found)).toEqual(['title'])
  expect(Object.keys(found.fields.sections)).toEqual([
    'overview',
    'eligibility',
    'materials',
    'time',
    'where',
  ])
  expect(found.fields.phones).toEqual([{ name: '咨询电话', number: '12345' }])
})

test('a notice of one figure keeps the figure as it is said, and the day as it is reckoned', () => {
  const found = read(`关于提高2026年城乡居民最低生活保障标准的通知
宁民规〔2026〕5号
各设区市民政局：
经省政府同意，现将有关事项通知如下：
一、保障标准：城市低保标准提高到每人每月850元，农村低保标准提高到每人每年7200元。
二、实施时间：自印发之日起施行。
省民政厅
2026年6月30日`)
  expect(lead(found, 'benefit')).toBe('城市低保标准提高到每人每月850元，农村低保标准提高到每人每年7200元。')
  expect(found.fields.effective).toBe('2026-06-30')
  expect(found.doubts).toContainEqual(
    expect.objectContaining({ field: 'effective', why: '从印发那天起，用了落款的日子，请核对' }),
  )
})

test('Markdown of several policies is as many policies', () => {
  const found = readDocument(
    markdownBlocks(`# 取暖补助
## 谁能申请
- 低保家庭
- 特困人员
## 给什么
每户每年**1200元**。

# 电费补助
## 补助对象
低保家庭。
## 联系电话
[区民政局](http://x.cn)：025-85550000
`),
    '惠民政策',
  )
  expect(found.map(({ fields }) => fields.title)).toEqual(['取暖补助', '电费补助'])
  expect(found[0]?.fields.sections.eligibility).toMatchObject({ lead: '低保家庭；特困人员。' })
  expect(found[0]?.fields.sections.benefit).toMatchObject({ lead: '每户每年1200元。' })
  expect(found[1]?.fields.phones).toEqual([{ name: '区民政局', number: '025-85550000' }])
})

test('text that is about nothing of ours is kept whole and becomes nothing', () => {
  const found = read('今天天气很好。\n我们去公园。')
  expect(found.fields.sections).toEqual({})
  expect(found.left).toEqual(['今天天气很好。', '我们去公园。'])
})

describe('parts of a document', () => {
  test.each([
    ['申请条件', 'eligibility', true],
    ['（二）救助对象及范围', 'eligibility', true],
    ['需要什么材料？', 'materials', true],
    ['补贴标准和发放方式', 'benefit', true],
    ['申请、审核程序', 'steps', true],
    ['办理时限', 'time', true],
    ['受理部门', 'where', true],
    ['监督投诉电话', 'phones', true],
    ['政策依据', 'document', true],
    ['申请人有关证明材料的规定', 'materials', false],
    ['总则', null, false],
    ['工作要求', null, false],
  ])('%s', (heading, meaning, certain) => {
    expect(labelOf(heading)).toEqual(meaning === null ? null : { meaning, certain })
  })

  test.each([
    ['民发[2021]57号', '民发〔2021〕57号'],
    ['（宁民规〔 2026 〕 第 5 号）', '宁民规〔2026〕5号'],
    ['国务院令第649号', '国务院令第649号'],
    ['第5号', undefined],
  ])('the number %s', (written, number) => {
    expect(numberIn(written)?.number).toBe(number)
  })

  test.each([
    ['2026年7月1日', '2026-07-01'],
    ['二〇二六年十二月三十一日', '2026-12-31'],
    ['2026.2.30', undefined],
    ['2026/07/01', '2026-07-01'],
  ])('the day %s', (written, day) => {
    expect(dayIn(written)?.day).toBe(day)
  })

  test('the last of so many years is the day before', () => {
    expect([lastDayAfter('2026-11-01', 2), lastDayAfter('2024-02-29', 1)]).toEqual([
      '2028-10-31',
      '2025-02-28',
    ])
  })

  test('documents inside others are theirs', () => {
    expect(documentsIn('按照《关于印发〈甲办法〉的通知》（民发〔2020〕1号）和《乙》执行')).toMatchObject([
      { document: '关于印发〈甲办法〉的通知', number: '民发〔2020〕1号' },
      { document: '乙', number: '' },
    ])
  })

  test.each([
    ['南京市鼓楼区民政局', '区县', '鼓楼区'],
    ['宁夏回族自治区民政厅', '省', '宁夏回族自治区'],
    ['民政部', '国家', '全国'],
    ['尧化街道办事处', '街道', '尧化街道'],
    ['社区服务中心', undefined, undefined],
  ])('%s speaks for its place', (issuer, level, area) => {
    expect(placeOf(issuer) ?? {}).toEqual(level === undefined ? {} : { level, area })
  })

  test('departments are called as the inventory calls them, and the money’s office is not one to ask', () => {
    expect(departmentsIn('兴庆区民政局、财政局')).toEqual(['民政'])
    expect(departmentsIn('区人力资源和社会保障局')).toEqual(['人社'])
  })

  test('what a document’s name is about', () => {
    expect(subjectOf('关于印发《兴庆区困难群众冬季取暖补助实施办法（试行）》的通知')).toBe(
      '困难群众冬季取暖补助',
    )
    expect(subjectOf('农村社区居家养老服务管理办法')).toBe('农村社区居家养老服务')
    expect(subjectOf('低保')).toBe('低保')
  })

  test('a long paragraph is cut at sentences, and a list without its own words is told to be worded', () => {
    const long = '甲'.repeat(80)
    expect(worded([`${long}。${long}。`])).toMatchObject({ lead: `${long}。`, details: [`${long}。`] })
    const list = worded([
      '有下列情形之一的：',
      ...Array.from({ length: 9 }, (_, place) => `（${'一二三四五六七八九'[place]}）${'乙'.repeat(20)}；`),
    ])
    expect(list).toMatchObject({ lead: '有下列情形之一的：', why: expect.stringContaining('单独看懂') })
    expect(list.details).toHaveLength(9)
  })
})

describe('an id made of a name', () => {
  test('is spelled, the same each time, and may always be used', () => {
    expect(idOf('冬季取暖补助（2026年）')).toBe('dong-ji-qu-nuan-bu-zhu')
    expect(idOf('12345热线')).toBe('re-xian')
    expect(idOf('。。。')).toBe('')
    for (const name of ['困'.repeat(80), 'A股', '一、二', ...inventory().policies.map(({ title }) => title)])
      expect(idOf(name)).toMatch(POLICY_ID)
  })
})

describe('a sheet of policies', () => {
  const rowsOf = (...rows: string[][]) => rows.map((cells, place) => ({ line: place + 1, cells }))
  const header = COLUMNS.map(({ name }) => name)

  test('of ours reads the same as it was written, for every policy of the inventory', () => {
    const policies = inventory().policies.map(fieldsOf)
    const again = readSheetRows(rowsOf(header, ...policies.map(rowOf)))
    expect(again?.map(({ fields }) => fields)).toEqual(policies)
    expect(again?.flatMap(({ doubts, left }) => [...doubts, ...left])).toEqual([])
  })

  test('keeps names that hold commas, spaces and signs', () => {
    const odd = {
      ...policyNumbered(1),
      aliases: ['取暖补助、采暖补贴'],
      cues: ['甲，乙', '丙'],
      phones: [{ name: '区 民政', number: '0951-1' }],
    }
    expect(readSheetRows(rowsOf(header, rowOf(odd)))?.[0]?.fields).toEqual(odd)
  })

  test('of an office’s own is read by what its columns are called', () => {
    const [first] =
      readSheetRows(
        rowsOf(
          ['鼓楼区2026年惠民政策清单'],
          ['序号', '政策名称', '责任单位', '补助对象', '补助标准（元）', '申请材料', '咨询电话', '备注'],
          [
            '1',
            '高龄津贴',
            '区民政局',
            '80岁以上老人',
            '每人每月100元',
            '1.身份证\n2.户口簿',
            '83220000',
            '按月发',
          ],
        ),
      ) ?? []
    expect(first?.fields).toMatchObject({
      title: '高龄津贴',
      departments: ['民政'],
      phones: [{ name: '咨询电话', number: '83220000' }],
      sections: {
        eligibility: { lead: '80岁以上老人' },
        benefit: { lead: '每人每月100元' },
        materials: { lead: '身份证；户口簿。' },
      },
    })
    expect(first?.left).toEqual(['备注：按月发'])
    expect(first?.line).toBe(3)
  })

  test('without the names of policies is none', () => {
    expect(readSheetRows(rowsOf(['姓名', '电话'], ['王芳', '138']))).toBeNull()
  })
})

test('what a document does not say of a policy we have stays as it is', () => {
  const [known] = inventory().policies.map(fieldsOf)
  if (!known) throw new Error('no policy')
  const { fields } = read('低保\n补助标准：按月补差。')
  const merged = laidOver(known, fields)
  expect(merged).toEqual({
    ...known,
    sections: { ...known.sections, benefit: { lead: '按月补差。', details: [], source: 1 } },
  })
})
