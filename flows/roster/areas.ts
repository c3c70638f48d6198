/** Areas 区 › 街道 › 社区 › 网格: the tree by which requests find their people. */
import { z } from 'zod'

/** The widest first. */
export const AREA_LEVELS = ['district', 'street', 'community', 'grid'] as const
export type AreaLevel = (typeof AREA_LEVELS)[number]
export const AREA_LEVEL_WORDS: Readonly<Record<AreaLevel, string>> = {
  district: '区',
  street: '街道',
  community: '社区',
  grid: '网格',
}

export const areaSchema = z.strictObject({
  /** As the office numbers it, e.g. a division code; what imports and QR codes name it by. */
  id: z.string().regex(/^[0-9A-Za-z-]{1,40}$/, '区域编号只能用数字、字母和连字符，最多40位'),
  level: z.enum(AREA_LEVELS),
  name: z.string().trim().min(1, '区域要有名称').max(30, '区域名称最多30字'),
  /** The area it lies in; null for a district. */
  parent: z.string().nullable(),
})
export type Area = z.infer<typeof areaSchema>

/** Areas by id, with the way up from each. An area whose parent is missing ends its way there. */
export class AreaTree {
  readonly #areas: ReadonlyMap<string, Area>
  constructor(areas: Iterable<Area>) {
    this.#areas = new Map([...areas].map((area) => [area.id, area]))
  }
  get size(): number {
    return this.#areas.size
  }
  get(id: string): Area | null {
    return this.#areas.get(id) ?? null
  }
  all(): Area[] {
    return [...this.#areas.values()]
  }
  /** The area and those it lies in, the most specific first; empty for null or an unknown id. */
  upFrom(id: string | null): Area[] {
    const way: Area[] = []
    let at = id === null ? null : this.get(id)
    while (at && !way.includes(at)) {
      way.push(at)
      at = at.parent === null ? null : this.get(at.parent)
    }
    return way
  }
  /** Whether an area is `other` or lies in it. */
  isWithin(id: string | null, other: string): boolean {
    return this.upFrom(id).some((area) => area.id === other)
  }
  /** As people say it, from the street on: 城关街道幸福社区第3网格; a district by its own name. */
  say(id: string): string {
    const way = this.upFrom(id).reverse()
    const below = way.filter(({ level }) => level !== 'district')
    return (below.length > 0 ? below : way).map(({ name }) => name).join('')
  }
}

/** Where nobody has set up any. */
export const NO_AREAS = new AreaTree([])
