import { describe, expect, test } from 'vitest'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import { ConfigError, readConfig } from '../server/config.ts'
import { ACCOUNT } from './support/wechat.ts'

const WECHAT = {
  WECHAT_APP_ID: ACCOUNT.appId,
  WECHAT_APP_SECRET: ACCOUNT.secret,
  WECHAT_TOKEN: ACCOUNT.token,
  WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
}

/** The faults of an environment, by variable. */
function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.split('：')[0] ?? '')
    throw error
  }
  return []
}

describe('an environment', () => {
  test('with nothing in it runs the sandbox', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '0.0.0.0',
      publicUrl: null,
      dataDir: './data',
      logLevel: 'info',
      officialAccount: null,
    })
  })

  test('with an account serves the account', () => {
    const config = readConfig({ ...WECHAT, WECHAT_QUOTA_MESSAGE: '20/48h', PUBLIC_URL: 'https://a.gov.cn//' })
    expect(config.publicUrl).toBe('https://a.gov.cn')
    expect(config.officialAccount).toEqual({
      appId: ACCOUNT.appId,
      secret: ACCOUNT.secret,
      token: ACCOUNT.token,
      encodingAesKey: ACCOUNT.encodingAesKey,
      apiBase: 'https://api.weixin.qq.com',
      quota: { message: { count: 20, withinMs: 48 * 3_600_000 }, tap: PLATFORM_QUOTA.tap },
    })
  })

  test('without an AES key is plain mode', () => {
    expect(readConfig({ ...WECHAT, WECHAT_ENCODING_AES_KEY: '' }).officialAccount?.encodingAesKey).toBeNull()
  })

  test('may have blanks around values, and empty values, which count as absent', () => {
    expect(readConfig({ PORT: ' 8080 ', HOST: '', WECHAT_APP_ID: ' ', DATABASE_URL: '' })).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
      officialAccount: null,
    })
  })

  test.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PUBLIC_URL', 'help.example.gov.cn'],
    ['LOG_LEVEL', 'loud'],
    ['WECHAT_APP_ID', 'wx123'],
    ['WECHAT_APP_SECRET', 'short'],
    ['WECHAT_TOKEN', 'has blank'],
    ['WECHAT_ENCODING_AES_KEY', `${ACCOUNT.encodingAesKey}=`],
    ['WECHAT_API_BASE', 'ftp://relay'],
    ['WECHAT_QUOTA_MESSAGE', '5 per 48h'],
    ['WECHAT_QUOTA_TAP', '3/1d'],
  ])('with %s=%s is refused by its name', (name, value) => {
    expect(faultsOf({ ...WECHAT, [name]: value })).toEqual([name])
  })

  test.each([
    'DATABASE_URL',
    'DATA_KEY',
    'WECHATY_PUPPET',
    'WECOM_CORP_ID',
    'WECOM_TOKEN',
    'WECOM_ROBOT_KEY',
    'LLM_BASE_URL',
    'LLM_API_KEY',
  ])('with %s, which would do nothing yet, is refused', (name) => {
    expect(faultsOf({ [name]: 'something' })).toEqual([name])
  })

  test('with an account half filled in is told what is missing', () => {
    expect(faultsOf({ WECHAT_TOKEN: ACCOUNT.token })).toEqual(['WECHAT_APP_ID', 'WECHAT_APP_SECRET'])
    expect(faultsOf({ WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey })).toEqual([
      'WECHAT_APP_ID',
      'WECHAT_APP_SECRET',
      'WECHAT_TOKEN',
    ])
  })

  test('is told all its faults at once, each with its mend, and no value', () => {
    const env = { PORT: 'secretvalue', DATA_KEY: 'secretvalue', WECHAT_APP_ID: 'secretvalue' }
    expect(faultsOf(env).sort()).toEqual([
      'DATA_KEY',
      'PORT',
      'WECHAT_APP_ID',
      'WECHAT_APP_SECRET',
      'WECHAT_TOKEN',
    ])
    expect(() => readConfig(env)).toThrow(/^环境变量有 5 处要改：\n {2}DATA_KEY：.+删掉/)
    expect(() => readConfig(env)).not.toThrow(/secretvalue/)
  })
})
