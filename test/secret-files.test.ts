import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../server/config.ts'
import { SECRETS } from '../server/secret-files.ts'
import { ACCOUNT } from './support/wechat.ts'
import { temporaryFolder } from './support/world.ts'

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

describe('a secret', () => {
  const folder = temporaryFolder
  const file = (name: string, text: string, where = folder()) => {
    writeFileSync(join(where, name), text)
    return join(where, name)
  }

  test('is read from a file, with the line end that an editor leaves', () => {
    const config = readConfig({
      METRICS_TOKEN_FILE: file('token', 'abcdefghijklmnop\n'),
      WECHAT_APP_ID: ACCOUNT.appId,
      WECHAT_APP_SECRET_FILE: file('secret', ACCOUNT.secret),
      WECHAT_TOKEN_FILE: file('wechat', ACCOUNT.token),
      WECHAT_ENCODING_AES_KEY_FILE: file('key', `${ACCOUNT.encodingAesKey}\r\n`),
    })
    expect(config.metricsToken).toBe('abcdefghijklmnop')
    expect(config.officialAccount).toMatchObject({
      secret: ACCOUNT.secret,
      encodingAesKey: ACCOUNT.encodingAesKey,
    })
  })

  test('that cannot be read is told with all other faults, and what is in a file is told nowhere', () => {
    const where = folder()
    const faults = faultsOf({
      PORT: 'x',
      DATA_KEY_FILE: join(where, 'none'),
      METRICS_TOKEN_FILE: where,
      LLM_API_KEY_FILE: file('empty', ' \n', where),
      WECOM_ROBOT_KEY_FILE: file('long', 'a'.repeat(10_000), where),
      DATABASE_URL_FILE: file('url', 'postgre://me:geheim@db/x', where),
    })
    expect(faults.map((fault) => fault.split('：')[0]).sort()).toEqual(
      [
        'PORT',
        'DATA_KEY_FILE',
        'METRICS_TOKEN_FILE',
        'LLM_API_KEY_FILE',
        'WECOM_ROBOT_KEY_FILE',
        'DATABASE_URL',
        'DATA_KEY',
      ].sort(),
    )
    expect(faults.join()).not.toMatch(/geheim|aaaa/)
  })

  test('is written once: in the environment or in a file', () => {
    const both = { METRICS_TOKEN: 'abcdefghijklmnop', METRICS_TOKEN_FILE: '/nowhere' }
    expect(faultsOf(both)).toEqual([expect.stringContaining('METRICS_TOKEN 也写了')])
  })

  test('each is known as one', () => {
    expect(new Set(SECRETS).size).toBe(SECRETS.length)
    expect([...SECRETS].filter((name) => !/KEY|SECRET|TOKEN|URL/.test(name))).toEqual([])
  })
})
