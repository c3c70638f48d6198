/** 统计: what was asked for and answered in a month or longer, counted where somebody works. */
import { figuresOf } from '../figures/period-figures.ts'
import { figuresInput, figuresOutput } from '../figures/wire.ts'
import { can } from '../roles.ts'
import { type Route, route } from '../route.ts'

export const figureRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/figures',
    needs: 'see-figures',
    says: '一段时间里受理的求助单（只算自己负责的区域）和居民问答的统计；数字最多保留三分钟',
    input: figuresInput,
    output: figuresOutput,
    handle: ({ period }, call) => {
      const { account } = call.who
      return figuresOf(call, account, can(account, 'count-requests'), period)
    },
  }),
]
