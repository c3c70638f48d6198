/** 今天: what is overdue, due and unclaimed, where somebody works; each figure opens the list it counts. */
import { chinaDay, sayDay } from '../../../flows/clocks.ts'
import { countTickets, placeOf, type Wanted } from '../requests/find.ts'
import { countWishes } from '../residents/find-wishes.ts'
import { can } from '../roles.ts'
import { NOTHING, type Route, route } from '../route.ts'
import { todayOutput } from '../wire.ts'

const FIGURES: readonly { name: string; wanted: Wanted }[] = [
  { name: '已超期', wanted: { view: 'open', clock: 'overdue' } },
  { name: '今天到期', wanted: { view: 'open', clock: 'today' } },
  { name: '7天内到期', wanted: { view: 'open', clock: 'week' } },
  { name: '没有人接单', wanted: { view: 'open', owner: 'none' } },
  { name: '我负责的', wanted: { view: 'open', owner: 'mine' } },
  { name: '等预审', wanted: { view: 'open', stage: 'received' } },
  { name: '等回访', wanted: { view: 'closed' } },
]

export const todayRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/today',
    needs: 'see-today',
    says: '今天要办的：超期、到期、没有人接单的各有几张，query 是打开那张列表要带的条件',
    input: NOTHING,
    output: todayOutput,
    handle: async (_, call) => {
      const place = await placeOf(call)
      const day = chinaDay(place.now)
      return {
        today: sayDay(day, day),
        figures: await Promise.all(
          FIGURES.map(async ({ name, wanted }) => ({
            name,
            ...(await countTickets(place, wanted)),
            query: Object.fromEntries(Object.entries(wanted)),
          })),
        ),
        wishes: can(call.who.account, 'see-residents') ? await countWishes(place) : null,
      }
    },
  }),
]
