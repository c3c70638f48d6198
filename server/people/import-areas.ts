/** A sheet of areas, against those that are held. */
import { readRoster, saveRoster } from '../../bot/roster.ts'
import { readAreas } from '../../flows/roster/area-sheet.ts'
import { type Area, AreaTree } from '../../flows/roster/areas.ts'
import { planOf, sayingAreas } from '../../flows/roster/roster-plan.ts'
import { inOrder, type SheetFault } from '../../flows/roster/sheet.ts'
import { basisOf, OUTSIDE, type PlanSheet } from './import-plan.ts'
import { areasInUse } from './in-use.ts'
import { holds, isTop, type Within } from './within.ts'

export const planAreas: PlanSheet = async ({ store }, { sheet, replace, within }) => {
  const { roster, revision } = await readRoster(store)
  const held = roster.areas
  const mayGo = ({ id }: Area) => holds(within, id, held) && !isTop(within, id, held)
  const stays = replace ? new AreaTree(held.all().filter((area) => !mayGo(area))) : held
  const read = readAreas(sheet, stays)
  const after = new AreaTree([...held.all(), ...read.areas])
  const faults = inOrder([
    ...read.faults,
    ...read.areas.flatMap((area) => {
      const words = outside(area, held, after, within)
      const fault: SheetFault = { line: read.lines.get(area.id) ?? 1, column: '区域编号', words: words ?? '' }
      return words === null ? [] : [fault]
    }),
  ])
  const plan = planOf(held.all(), read.areas)
  const missing = plan.missing.filter(mayGo)
  const gone = replace ? missing.map(({ id }) => id) : []
  const saying = sayingAreas([...held.all(), ...read.areas])
  const areas = [...plan.added, ...plan.changed.map((one) => one.after)]
  return {
    plan: {
      faults,
      counts: {
        added: plan.added.length,
        changed: plan.changed.length,
        same: plan.same,
        missing: missing.length,
      },
      added: plan.added.map(saying.one),
      changed: plan.changed.map((one) => ({
        who: saying.one(one.after),
        change: saying.change(one.before, one.after),
      })),
      missing: missing.map(saying.one),
      inUse: await areasInUse(store, [...roster.advisors.values()], gone),
      notes: read.robots.size > 0 ? [`群机器人：设置 ${read.robots.size} 个`] : [],
      unused: read.unused,
      basis: basisOf('areas', revision, replace, areas, [...read.robots], gone),
    },
    write: (noting) =>
      saveRoster(
        store,
        { areas, robots: read.robots, gone: { areas: gone } },
        revision,
        noting({ rows: String(areas.length), gone: String(gone.length) }),
      ),
  }
}

/** Why an area is none of theirs to write; null when it is. */
function outside(area: Area, held: AreaTree, after: AreaTree, within: Within): string | null {
  const before = held.get(area.id)
  if (!holds(within, area.id, after) || (before && !holds(within, area.id, held))) return OUTSIDE
  const moved = before && (before.level !== area.level || before.parent !== area.parent)
  return moved && isTop(within, area.id, held)
    ? '这是您负责的区域本身，只能改名称；级别和上级请负责全区的管理员改'
    : null
}
