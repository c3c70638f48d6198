/** What an assistant needs, with all filled in that a test does not care about. */
import { PLATFORM_QUOTA } from '../../bot/quota.ts'
import type { AssistantParts } from '../../server/assistant.ts'
import { ACCOUNT } from './wechat.ts'
import { fingerprint, knowledge, sealer, temporaryFolder } from './world.ts'

/** Where nobody answers. */
const NOWHERE = 'http://127.0.0.1:1'

type Config = AssistantParts['config']
type Given = Pick<AssistantParts, 'store' | 'log' | 'now'> &
  Partial<Omit<AssistantParts, 'config'>> & { config?: Partial<Config> }

/** The Official Account, whose platform is at `apiBase`. */
export const accountAt = (apiBase = NOWHERE): NonNullable<Config['officialAccount']> => ({
  ...ACCOUNT,
  apiBase,
  quota: PLATFORM_QUOTA,
})

/** An assistant on an Official Account whose platform cannot be reached, unless `config` says otherwise. */
export function assistantParts({ config, ...parts }: Given): AssistantParts {
  return {
    config: {
      publicUrl: null,
      trustProxy: [],
      metricsToken: null,
      officialAccount: accountAt(),
      wecomApp: null,
      wecomApiBase: NOWHERE,
      wecomRobot: null,
      port: 3000,
      consoleFactor: 'nobody',
      dataDir: temporaryFolder(),
      ...config,
    },
    knowledge: knowledge(),
    fingerprint,
    sealer,
    fetch,
    stop: new AbortController().signal,
    ...parts,
  }
}
