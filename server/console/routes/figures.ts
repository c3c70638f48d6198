/** 统计: what was asked for and answered in a month or longer, counted where somebody works. */
import type { AreaTree } from '../../../flows/areas.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { countAnswers } from '../figures/answers.ts'
import { periodOf } from '../figures/period.ts'
import { countRequests } from '../figures/requests.ts'
import { figuresInput, figuresOutput } from '../figures-wire.ts'
import { can, isWithin } from '../roles.ts'
import { type Route, route } from '../route.ts'

export const figureRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/figures',
    needs: 'see-figures',
    says: '一段时间里受理的求助单（只算自己负责的区域）和居民问答的统计；数字最多保留三分钟',
    input: figuresInput,
    output: figuresOutput,
    handle: async ({ period: name }, { desk, knowledge, roster, figures, who: { account } }) => {
      const now = desk.now()
      const today = chinaDay(now)
      const period = periodOf(name, today)
      const days = `${period.from}~${period.to}`
      const { areas: tree } = await roster()
      const within = (area: string) => isWithin(account, area, tree)
      const where = {
        holds: within,
        upFrom: (area: string) =>
          tree
            .upFrom(area)
            .map(({ id }) => id)
            .filter(within),
      }
      const scope = [...account.areas].sort().join(',')
      const counted = can(account, 'count-requests')
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
        at: sayMoment((counted ?? answers).at, today),
        requests: counted && {
          ...counted.figures,
          areas: inOrder(tree, counted.figures.areas),
        },
        answers: answers.figures,
      }
    },
  }),
]

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
