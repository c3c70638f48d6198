/**
 * Where a request belongs: the most specific area whose name stands in the words people wrote about where they
 * live. By residence, not by 户籍 (rows 001-03, 003-11).
 *
 * A name counts with or without 街道 or 社区 behind it, or misspelt by ear where the ending makes clear what it is.
 * Whatever fits several areas belongs to the one above them all: a person there places it.
 */
import type { Area, AreaLevel, AreaTree } from './areas.ts'

/** Turns a text into one of sounds, a character for each, so that what sounds alike is alike. */
export type Sounds = (text: string) => string

/** How names of each level end, as people write them; the longest first. */
const ENDINGS: Readonly<Record<AreaLevel, readonly string[]>> = {
  district: ['区', '县', '旗', '市'],
  street: ['街道办事处', '街道办', '街道', '街办', '镇', '乡'],
  community: ['社区居委会', '村委会', '居委会', '社区', '村'],
  grid: ['网格'],
}
/** Shorter names are ordinary words. */
const SHORTEST_NAME = 2
/** From this length on a name is hardly part of another word. */
const LONG_NAME = 3
/** What may stand before a name: who lives, where, and the area around it. */
const BEFORE = /(?:^|[^\u4e00-\u9fa5]|[住在是到于属归回的我们俺咱家区县旗市省州道办镇乡村路街])$/
/** What may stand behind a name without its ending: a house, a grid, nothing. */
const BEHIND = /^(?:$|[^\u4e00-\u9fa5]|第?[一二三四五六七八九十]+[号栋幢组队单网]|的|这|那|里|小区|附近)/

/**
 * The area that words about a residence name, as exactly as they name it.
 *
 * @returns null when they name none that is known
 */
export function placeIn(words: string, areas: AreaTree, sounds: Sounds = (text) => text): Area | null {
  const text = plain(words)
  const spots = named(text, areas, sounds)
  const grids = areas.all().filter((area) => area.level === 'grid' && isGridNamed(text, area, spots, areas))
  const found = areas.all().filter((area) => spots.has(area.id) || grids.includes(area))
  const candidates = found.map((area) => {
    const way = areas.upFrom(area.id)
    // A town and its village of one name are not both meant where the name stands once.
    const fits = new Set(way.flatMap(({ id }) => [...(spots.get(id) ?? [])])).size
    return { way, fits: fits + (grids.includes(area) ? 1 : 0) }
  })
  const most = Math.max(...candidates.map(({ fits }) => fits), 0)
  return common(candidates.filter(({ fits }) => fits === most).map(({ way }) => way))
}

/** A QR code of an area brings residents with this scene, before the area's id. */
const SCENE = 'area:'
export const sceneOf = (area: string): string => `${SCENE}${area}`
/** Whether a scene is of an area's QR code. */
export const isAreaScene = (scene: string | null): boolean => scene?.startsWith(SCENE) ?? false

/** What is known of where somebody lives. */
export interface Home {
  /** As they wrote it; '' when they did not. */
  words: string
  /** The scene of the QR code they came with. */
  scene: string | null
}

/**
 * Where a request of somebody who lives there belongs: by their words, more exactly by the QR code they came with
 * where that lies within what the words say, or by the code alone.
 *
 * @returns the area's id; null is the whole district
 */
export function homeOf({ words, scene }: Home, areas: AreaTree, sounds?: Sounds): string | null {
  const placed = placeIn(words, areas, sounds)
  const scanned = isAreaScene(scene) ? areas.get(scene?.slice(SCENE.length) ?? '') : null
  if (placed && scanned && areas.isWithin(scanned.id, placed.id)) return scanned.id
  return (placed ?? scanned)?.id ?? null
}

const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, '')

/** A name without how its level ends: 幸福 of 幸福社区. */
export function coreOf({ level, name }: Pick<Area, 'level' | 'name'>): string {
  const text = plain(name)
  const ending = ENDINGS[level].find((one) => text.endsWith(one) && text.length > one.length)
  return ending === undefined ? text : text.slice(0, -ending.length)
}

interface Match {
  area: Area
  from: number
  to: number
  /** A whole name hides what else begins or ends within it. */
  whole: boolean
}

/** Where each name stands in a text, by the area's id; grids with mere numbers are left out. */
function named(text: string, areas: AreaTree, sounds: Sounds): Map<string, Set<number>> {
  const sound = sounds(text)
  const matches: Match[] = []
  for (const area of areas.all()) {
    const core = coreOf(area)
    if (core.length < SHORTEST_NAME || /\d/.test(core)) continue
    const heard = sounds(core)
    for (let from = sound.indexOf(heard); from >= 0; from = sound.indexOf(heard, from + 1)) {
      const match = matchAt(text, sound, from, area, core, sounds)
      if (match) matches.push(match)
    }
  }
  const hidden = (one: Match) =>
    matches.some(
      (other) =>
        other !== one &&
        other.from <= one.from &&
        other.to >= one.to &&
        (other.to - other.from > one.to - one.from || (other.whole && !one.whole)),
    )
  const kept = matches.filter((match) => !hidden(match))
  const starts = new Set(kept.map(({ from }) => from))
  const ends = new Set(kept.map(({ to }) => to))
  const stands = ({ area, from, to, whole }: Match) =>
    (BEFORE.test(text.slice(0, from)) || ends.has(from) || coreOf(area).length >= LONG_NAME) &&
    (whole || BEHIND.test(text.slice(to)) || starts.has(to))
  const spots = new Map<string, Set<number>>()
  for (const { area, from } of kept.filter(stands))
    spots.set(area.id, (spots.get(area.id) ?? new Set<number>()).add(from))
  return spots
}

/** A name where it begins in a text; null when what follows says that it is another's. */
function matchAt(
  text: string,
  sound: string,
  from: number,
  area: Area,
  core: string,
  sounds: Sounds,
): Match | null {
  const exact = text.startsWith(core, from)
  const to = from + core.length
  const ending = ENDINGS[area.level].find((one) => sound.startsWith(sounds(one), to))
  const written = plain(area.name)
  // A village is no community of the same name, as long as it is called by its own name.
  const kind = written.slice(core.length)
  if (ending !== undefined) {
    const own = kind === '' || kind === ending || sameKind(kind, ending)
    return own ? { area, from, to: to + ending.length, whole: text.startsWith(written, from) } : null
  }
  // Without its ending only what is written exactly is a name.
  return exact ? { area, from, to, whole: written === core } : null
}

const KINDS = [
  ['街道办事处', '街道办', '街道', '街办'],
  ['社区居委会', '居委会', '社区'],
  ['村委会', '村'],
]
const sameKind = (one: string, other: string): boolean =>
  KINDS.some((kind) => kind.includes(one) && kind.includes(other))

const DIGITS = '零一二三四五六七八九'
/** 3 of 第3网格, 三号网格 or 网格03. */
const GRID =
  /(?:第)?(\d{1,4}|[一二三四五六七八九十]{1,3})号?网格|网格(?:第)?(\d{1,4}|[一二三四五六七八九十]{1,3})/g

function gridNumbers(text: string): number[] {
  return [...text.matchAll(GRID)].map(([, before, after]) => numberOf(before ?? after ?? ''))
}

function numberOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const [tens = '', ones = ''] = text.includes('十') ? text.split('十') : ['', text]
  const ten = text.includes('十') ? (tens === '' ? 1 : DIGITS.indexOf(tens)) : 0
  return ten * 10 + (ones === '' ? 0 : DIGITS.indexOf(ones))
}

/** A grid with a number is named by it where an area it lies in is named too. */
function isGridNamed(
  text: string,
  grid: Area,
  spots: ReadonlyMap<string, unknown>,
  areas: AreaTree,
): boolean {
  const [own] = gridNumbers(plain(grid.name))
  if (own === undefined) return false
  const [, ...above] = areas.upFrom(grid.id)
  return (
    above.some(({ id, level }) => level !== 'district' && spots.has(id)) && gridNumbers(text).includes(own)
  )
}

/** The most specific area that lies on all ways up. */
function common([first = [], ...others]: readonly (readonly Area[])[]): Area | null {
  return first.find((area) => others.every((way) => way.some(({ id }) => id === area.id))) ?? null
}
