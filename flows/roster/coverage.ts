/** Where nobody is: what the roster lacks to answer for every area and household. */
import { ADVISOR_ROLE_WORDS, type Advisor, actingFor, isOnDuty, leaveOf, type Roster } from './advisors.ts'
import { AREA_LEVELS, type AreaLevel } from './areas.ts'
import { coversOf } from './covers.ts'
import { sayLeave } from './duty.ts'

/** Row 001-10: 各街道配备救助骨干不少于2人，社区配备救助骨干不少于1人. */
const BACKBONE_WANTED: Partial<Record<AreaLevel, number>> = { street: 2, community: 1 }

export const GAP_KINDS = [
  'nobody',
  'too-few-backbone',
  'nobody-on-duty',
  'one-person',
  'no-area-above',
  'advisor-of-unknown-area',
  'unknown-stand-in',
  'away-without-stand-in',
  'household-without-advisor',
] as const
export type GapKind = (typeof GAP_KINDS)[number]
export const GAP_WORDS: Readonly<Record<GapKind, string>> = {
  nobody: '没有人负责',
  'too-few-backbone': '救助骨干不够',
  'nobody-on-duty': '现在没有人值班',
  'one-person': '只有一个人负责',
  'no-area-above': '上面没有区域',
  'advisor-of-unknown-area': '顾问的区域不存在',
  'unknown-stand-in': '代班的人不存在',
  'away-without-stand-in': '请假没有人代班',
  'household-without-advisor': '联系对象没有顾问',
}

export interface Gap {
  kind: GapKind
  /** The area concerned; null where it is somebody, or everybody. */
  area: string | null
  /** Who is concerned; null where it is an area, or everybody. */
  advisor: string | null
  /** What is missing, for people; without anything about residents. */
  words: string
}

/** A household as far as its coverage goes. */
export interface Watched {
  area: string
  advisor: string
}

/** Every gap there is now, the areas from the widest to the smallest. */
export function coverageOf(roster: Roster, households: readonly Watched[], now: Date): Gap[] {
  const gaps = [
    ...lacking(roster, now),
    ...tooFew(roster),
    ...unattended(roster, now),
    ...loose(roster),
    ...[...roster.advisors.values()].flatMap((advisor) => ofAdvisor(advisor, roster, now)),
    ...unwatched(roster, households),
  ]
  return gaps.sort((one, other) => GAP_KINDS.indexOf(one.kind) - GAP_KINDS.indexOf(other.kind))
}

/** Lines shown of each kind; the rest is counted. */
const SHOWN = 20

/** The gaps in words, kind by kind; one line when there is none. */
export function sayCoverage(gaps: readonly Gap[], { areas, advisors }: Roster): string {
  const head = `区域 ${areas.size} 个，顾问 ${advisors.size} 人。`
  if (gaps.length === 0) return `${head}没有发现缺口。`
  const kinds = GAP_KINDS.map((kind) => ({ kind, of: gaps.filter((gap) => gap.kind === kind) }))
  const sections = kinds.flatMap(({ kind, of }) => {
    if (of.length === 0) return []
    const more = of.length > SHOWN ? [`  ……还有 ${of.length - SHOWN} 处`] : []
    const lines = of.slice(0, SHOWN).map(({ words }) => `  ${words}`)
    return ['', `${GAP_WORDS[kind]}（${of.length}处）：`, ...lines, ...more]
  })
  return [`${head}有 ${gaps.length} 处缺口：`, ...sections].join('\n')
}

/** Areas nobody answers for, or one person alone; told once, for the widest area concerned. */
function lacking(roster: Roster, now: Date): Gap[] {
  const { areas } = roster
  const cover = coversOf(roster, now)
  return widestFirst(areas.all()).flatMap(({ id, level, parent }): Gap[] => {
    const { people } = cover(id)
    const [only, ...others] = people
    const wider = parent === null || areas.get(parent)?.level === 'district' ? null : cover(parent).people
    if (level === 'district' || others.length > 0 || (wider && wider.length === people.length)) return []
    return only
      ? [
          {
            kind: 'one-person',
            area: id,
            advisor: null,
            words: `${areas.say(id)}：只有${only.name}一个人，请假就没有人了`,
          },
        ]
      : [{ kind: 'nobody', area: id, advisor: null, words: `${areas.say(id)}：没有人，新求助会直接到区里` }]
  })
}

function tooFew({ areas, advisors }: Roster): Gap[] {
  const backbone = new Map<string, number>()
  for (const { role, areas: theirs } of advisors.values())
    if (role === 'backbone') for (const id of theirs) backbone.set(id, (backbone.get(id) ?? 0) + 1)
  return widestFirst(areas.all()).flatMap(({ id, level }) => {
    const wanted = BACKBONE_WANTED[level] ?? 0
    const have = backbone.get(id) ?? 0
    if (have >= wanted) return []
    const words = `${areas.say(id)}：${ADVISOR_ROLE_WORDS.backbone}${have}人，应不少于${wanted}人`
    return [{ kind: 'too-few-backbone', area: id, advisor: null, words } satisfies Gap]
  })
}

/** An area is attended when somebody of it, or above it below the district, is there. */
function unattended({ areas, advisors }: Roster, now: Date): Gap[] {
  const present = new Set(
    [...advisors.values()].filter((advisor) => isOnDuty(advisor, now)).flatMap(({ areas: theirs }) => theirs),
  )
  const districts = areas.all().filter(({ level }) => level === 'district')
  const empty = districts.filter(
    ({ id }) => !areas.all().some((area) => present.has(area.id) && areas.isWithin(area.id, id)),
  )
  const gaps: Gap[] = empty.map(({ id }) => ({
    kind: 'nobody-on-duty',
    area: id,
    advisor: null,
    words: `${areas.say(id)}：全区现在一个人也没有，只能发到群里`,
  }))
  const attended = (id: string) =>
    areas.upFrom(id).some((area) => area.level !== 'district' && present.has(area.id))
  for (const { id, level } of widestFirst(areas.all())) {
    if (level !== 'street' && level !== 'community') continue
    const [, above] = areas.upFrom(id)
    // Told once, for the widest area concerned.
    if (attended(id) || empty.some((one) => areas.isWithin(id, one.id))) continue
    if (above && above.level !== 'district') continue
    const below = areas
      .all()
      .some((area) => area.id !== id && present.has(area.id) && areas.isWithin(area.id, id))
    const words = `${areas.say(id)}：${below ? '只有部分社区有人，其余的' : ''}新求助会直接到区里`
    gaps.push({ kind: 'nobody-on-duty', area: id, advisor: null, words })
  }
  return gaps
}

function loose({ areas }: Roster): Gap[] {
  return widestFirst(areas.all()).flatMap(({ id, level }) => {
    if (areas.upFrom(id).at(-1)?.level === 'district') return []
    const words = `${areas.say(id)}（${id}）：往上找不到所属的区，求助只能到全区的群里`
    return level === 'district'
      ? []
      : [{ kind: 'no-area-above', area: id, advisor: null, words } satisfies Gap]
  })
}

function ofAdvisor(advisor: Advisor, roster: Roster, now: Date): Gap[] {
  const { id, name, leave } = advisor
  const who = `${name}（${id}）`
  const unknown = advisor.areas.filter((area) => !roster.areas.get(area))
  const strangers = leave.filter(({ standIn }) => standIn !== null && !roster.advisors.has(standIn))
  const away = leaveOf(advisor, now)
  const gaps: Gap[] = []
  if (unknown.length > 0)
    gaps.push({
      kind: 'advisor-of-unknown-area',
      area: null,
      advisor: id,
      words: `${who}：没有区域「${unknown.join('、')}」`,
    })
  if (strangers.length > 0)
    gaps.push({
      kind: 'unknown-stand-in',
      area: null,
      advisor: id,
      words: `${who}：${sayLeave(strangers)}，没有这个账号`,
    })
  if (away && !actingFor(id, roster, now)) {
    const why = away.standIn === null ? '没有写代班' : `代班的「${away.standIn}」也不在`
    gaps.push({
      kind: 'away-without-stand-in',
      area: null,
      advisor: id,
      words: `${who}：${sayLeave([{ ...away, standIn: null }])}请假，${why}`,
    })
  }
  return gaps
}

function unwatched({ areas, advisors }: Roster, households: readonly Watched[]): Gap[] {
  const counts = new Map<string, { nobody: number; gone: number }>()
  for (const { area, advisor } of households) {
    if (advisors.has(advisor)) continue
    const count = counts.get(area) ?? { nobody: 0, gone: 0 }
    counts.set(area, count)
    if (advisor === '') count.nobody++
    else count.gone++
  }
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([area, { nobody, gone }]) => {
      const parts = [
        ...(nobody > 0 ? [`${nobody}户没有人负责`] : []),
        ...(gone > 0 ? [`${gone}户的顾问已经不在名册里`] : []),
      ]
      return {
        kind: 'household-without-advisor',
        area,
        advisor: null,
        words: `${areas.say(area) || '未分区域'}：${parts.join('，')}`,
      }
    })
}

const widestFirst = <T extends { level: AreaLevel; id: string }>(areas: readonly T[]): T[] =>
  [...areas].sort((one, other) => AREA_LEVELS.indexOf(one.level) - AREA_LEVELS.indexOf(other.level))
