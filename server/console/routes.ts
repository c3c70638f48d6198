/** Every route of the console's API, in the order the documentation shows them. */

import type { Route } from './route.ts'
import { accountRoutes } from './routes/accounts.ts'
import { auditRoutes } from './routes/audit.ts'
import { draftRoutes } from './routes/drafts.ts'
import { exportRoutes } from './routes/export.ts'
import { figureRoutes } from './routes/figures.ts'
import { keyRoutes } from './routes/keys.ts'
import { ownRoutes } from './routes/own.ts'
import { peopleRoutes } from './routes/people.ts'
import { policyRoutes } from './routes/policies.ts'
import { policyExportRoutes } from './routes/policy-exports.ts'
import { policyImportRoutes } from './routes/policy-imports.ts'
import { policyWorkRoutes } from './routes/policy-work.ts'
import { questionRoutes } from './routes/questions.ts'
import { requestPaperRoutes } from './routes/request-papers.ts'
import { requestRoutes } from './routes/requests.ts'
import { residentRoutes } from './routes/residents.ts'
import { rosterRoutes } from './routes/roster.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { todayRoutes } from './routes/today.ts'
import { tryRoutes } from './routes/try.ts'
import { wishRoutes } from './routes/wishes.ts'

export const ROUTES: readonly Route[] = [
  ...signInRoutes,
  ...ownRoutes,
  ...draftRoutes,
  ...todayRoutes,
  // Before requests of a number, which would take its address.
  ...exportRoutes,
  ...figureRoutes,
  ...requestRoutes,
  ...requestPaperRoutes,
  ...residentRoutes,
  ...wishRoutes,
  ...policyRoutes,
  ...policyWorkRoutes,
  ...tryRoutes,
  ...policyImportRoutes,
  ...policyExportRoutes,
  ...questionRoutes,
  ...peopleRoutes,
  ...rosterRoutes,
  ...accountRoutes,
  ...keyRoutes,
  ...auditRoutes,
]
