/** `/api/v1`: where other systems of the district push and pull, each with a key. Its routes are in district/. */
import type Router from '@koa/router'
import type { AddressOf } from './client-address.ts'
import { documentation } from './console/openapi.ts'
import { serviceRouter } from './console/serve.ts'
import { admit } from './district/gate.ts'
import { DISTRICT_API } from './district/paths.ts'
import type { KeyTools } from './district/route.ts'
import { KEY_ROUTES } from './district/routes.ts'

export interface DistrictOptions {
  tools: KeyTools
  /** Where a request comes from. */
  addressOf: AddressOf
}

export function districtRouter({ tools, addressOf }: DistrictOptions): Router {
  return serviceRouter({
    prefix: DISTRICT_API,
    routes: KEY_ROUTES,
    admit: async (ctx, { needs }) => ({ ...tools, key: await admit(ctx, needs, tools, addressOf) }),
    document: () =>
      documentation(KEY_ROUTES, {
        title: '救助顾问：给区里其他系统的接口',
        prefix: DISTRICT_API,
        security: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'jzgw_…' } },
      }),
  })
}
