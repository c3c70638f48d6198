/** Every route of /api/v1, in the order the documentation shows them. */
import type { KeyRoute } from './route.ts'
import { alertRoutes } from './routes/alerts.ts'
import { figureRoutes } from './routes/figures.ts'
import { policyRoutes } from './routes/policies.ts'
import { ticketRoutes } from './routes/tickets.ts'

export const KEY_ROUTES: readonly KeyRoute[] = [
  ...ticketRoutes,
  ...alertRoutes,
  ...policyRoutes,
  ...figureRoutes,
]
