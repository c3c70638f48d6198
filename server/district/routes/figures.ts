/** Figures of a period, counted where the key may look. */
import { figuresOf } from '../../console/figures/period-figures.ts'
import { type KeyRoute, keyRoute } from '../route.ts'
import { figuresInput, figuresOutput } from '../wire.ts'

export const figureRoutes: readonly KeyRoute[] = [
  keyRoute({
    method: 'GET',
    path: '/figures',
    needs: 'read-figures',
    says: '一段时间的统计，和后台“统计”是同一份数：求助单只算这把密钥的区域；数字最多保留三分钟',
    input: figuresInput,
    output: figuresOutput,
    handle: ({ period }, call) => figuresOf(call, { areas: call.key.areas }, true, period),
  }),
]
