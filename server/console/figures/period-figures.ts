/** 统计 of a period as it goes over the wire: counted where somebody works, and kept for a few minutes. */

import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import type { AreaTree } from '../../../flows/roster/areas.ts'
import { type Entitled, isWithin } from '../roles.ts'
import type { Tools } from '../route.ts'
import { countAnswers } from './answers.ts'
import { periodOf } from './period.ts'
import { countRequests } from './requests.ts'
import type { Figures } from './wire.ts'

/**
 * @param counted whether requests may be counted at all
 * @param name the period's, see period.ts
 */
export async function figuresOf(
  { desk, knowledge, roster, figures }: Pick<Tools, 'desk' | 'knowledge' | 'roster' | 'figures'>,
  who: Pick<Entitled, 'areas'>,
  counted: boolean,
  name: string,
): Promise<Figures> {
  const now = desk.now()
  const today = chinaDay(now)
  const period = periodOf(name, today)
  const days = `${period.from}~${period.to}`
  const { areas: tree } = await roster()
  const within = (area: string) => isWithin(who, area, tree)
  const where = {
    holds: within,
    upFrom: (area: string) =>
      tree
        .upFrom(area)
        .map(({ id }) => id)
        .filter(within),
  }
  const scope = [...who.areas].sort().join(',')
  const requests = counted
    ? await figures.requests(`${days} ${scope}`, async () => ({
        at: desk.now(),
        figures: await countRequests(desk.store, period, where, desk.now()),
      }))
    : null
  const answers = await figures.answers(days, async () => ({
    at: desk.now(),
    figures: await countAnswers(
      desk.store,
      period,
      (policy) => knowledge.policies.get(policy)?.title ?? policy,
    ),
  }))
  return {
    period,
    today,
    at: sayMoment((requests ?? answers).at, today),
    requests: requests && {
      ...requests.figures,
      areas: inOrder(tree, requests.figures.areas),
    },
    answers: answers.figures,
  }
}

/** Areas as the tree has them, each under the one it lies in, with how deep it lies among them. */
function inOrder(tree: AreaTree, counts: Readonly<Record<string, number>>) {
  const rows = Object.entries(counts).map(([id, count]) => {
    const way = tree.upFrom(id).reverse()
    const known = way.filter((area) => area.id in counts)
    return {
      id,
      name: tree.get(id)?.name ?? '未分区域',
      count,
      depth: Math.max(0, known.length - 1),
      path: id === 'none' ? '~' : way.map((area) => area.id).join('/'),
    }
  })
  return rows.sort((one, other) => (one.path < other.path ? -1 : 1)).map(({ path: _, ...row }) => row)
}
