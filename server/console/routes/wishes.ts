/** What residents wish done with what is kept of them: the list, by the day it must be answered. */
import { placeOf } from '../requests/find.ts'
import { findWishes } from '../residents/find-wishes.ts'
import { wishesInput, wishesOutput } from '../residents/wire.ts'
import { type Route, route } from '../route.ts'

export const wishRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/wishes',
    needs: 'see-residents',
    says: '居民要求删除、导出信息的请求：等答复的，最早到期的在前；答复过的，最近的在前',
    input: wishesInput,
    output: wishesOutput,
    handle: async (wanted, call) => findWishes(await placeOf(call), wanted),
  }),
]
