import { describe, expect, test } from 'vitest'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import { ConfigError, KEEP_DEFAULT, readConfig } from '../server/config.ts'
import { ACCOUNT } from './support/wechat.ts'

const WECHAT = {
  WECHAT_APP_ID: ACCOUNT.appId,
  WECHAT_APP_SECRET: ACCOUNT.secret,
  WECHAT_TOKEN: ACCOUNT.token,
  WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
}

const WECOM = {
  WECOM_CORP_ID: 'ww0123456789abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: '0123456789abcdef0123456789abcdef0123456789a',
  WECOM_TOKEN: 'wecomtoken',
  WECOM_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
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
      trustProxy: [],
      metricsToken: null,
      dataDir: './data',
      dataKeys: [],
      databaseUrl: null,
      logLevel: 'info',
      keep: KEEP_DEFAULT,
      officialAccount: null,
      wecomApp: null,
      wecomApiBase: 'https://qyapi.weixin.qq.com',
      wecomRobot: null,
      model: null,
      consoleFactor: 'nobody',
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

  test('may name a template that announces news, of either kind', () => {
    const id = 'ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY'
    expect(readConfig({ ...WECHAT, WECHAT_TEMPLATE_PROGRESS: id }).officialAccount?.template).toEqual({
      kind: 'template',
      id,
      fields: ['thing1', 'phrase2', 'time3'],
    })
    const other = { WECHAT_SUBSCRIBE_PROGRESS: id, WECHAT_TEMPLATE_FIELDS: 'phrase1, character_string2' }
    expect(readConfig({ ...WECHAT, ...other }).officialAccount?.template).toEqual({
      kind: 'subscription',
      id,
      fields: ['phrase1', 'character_string2'],
    })
    expect(faultsOf({ ...WECHAT, ...other, WECHAT_TEMPLATE_PROGRESS: id })).toEqual([
      'WECHAT_SUBSCRIBE_PROGRESS',
    ])
  })

  test('without an AES key is plain mode', () => {
    expect(readConfig({ ...WECHAT, WECHAT_ENCODING_AES_KEY: '' }).officialAccount?.encodingAesKey).toBeNull()
  })

  test('may have blanks around values, and empty values, which count as absent', () => {
    expect(readConfig({ PORT: ' 8080 ', HOST: '', WECHAT_APP_ID: ' ', DATABASE_URL: '' })).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
      officialAccount: null,
      wecomRobot: null,
      model: null,
      consoleFactor: 'nobody',
    })
  })

  test.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PUBLIC_URL', 'help.example.gov.cn'],
    ['LOG_LEVEL', 'loud'],
    ['DATA_KEY', 'short'],
    ['DATA_KEY', 'z'.repeat(64)],
    ['DATA_KEY', `${'a'.repeat(64)},`],
    ['DATA_KEY', `${'a'.repeat(43)}==`],
    ['WECHAT_APP_ID', 'wx123'],
    ['WECHAT_APP_SECRET', 'short'],
    ['WECHAT_TOKEN', 'has blank'],
    ['WECHAT_TEMPLATE_PROGRESS', 'short'],
    ['WECHAT_TEMPLATE_FIELDS', 'thing1,name2'],
    ['WECHAT_TEMPLATE_FIELDS', 'thing1;phrase2'],
    ['WECHAT_ENCODING_AES_KEY', `${ACCOUNT.encodingAesKey}=`],
    ['WECHAT_API_BASE', 'ftp://relay'],
    ['WECHAT_QUOTA_MESSAGE', '5 per 48h'],
    ['WECHAT_QUOTA_TAP', '3/1d'],
    ['WECOM_CORP_ID', 'ww123'],
    ['WECOM_AGENT_ID', '1000002a'],
    ['WECOM_SECRET', 'short'],
    ['WECOM_TOKEN', 'has blank'],
    ['WECOM_ENCODING_AES_KEY', `${ACCOUNT.encodingAesKey}=`],
  ])('with %s=%s is refused by its name', (name, value) => {
    expect(faultsOf({ ...WECHAT, ...WECOM, [name]: value })).toEqual([name])
  })

  test('names a database of PostgreSQL, or none', () => {
    expect(readConfig({}).databaseUrl).toBeNull()
    const url = 'postgres://user:word@127.0.0.1:5432/jiuzhu'
    const key = { DATA_KEY: 'a'.repeat(64) }
    expect(readConfig({ DATABASE_URL: url, ...key }).databaseUrl).toBe(url)
    expect(faultsOf({ DATABASE_URL: 'mysql://127.0.0.1/jiuzhu', ...key })).toEqual(['DATABASE_URL'])
    // A key made here would not be there on the next machine.
    expect(faultsOf({ DATABASE_URL: url })).toEqual(['DATA_KEY'])
  })

  test('may name the puppet of a personal account, by its package', () => {
    for (const puppet of ['wechaty-puppet-service', '@juzibot/wechaty-puppet-donut'])
      expect(readConfig({ WECHATY_PUPPET: puppet }).wechaty).toEqual({ puppet, advisorRooms: [] })
    const rooms = {
      WECHATY_PUPPET: 'wechaty-puppet-service',
      WECHATY_ADVISOR_ROOMS: '救助顾问群，栖霞顾问群, ',
    }
    expect(readConfig(rooms).wechaty?.advisorRooms).toEqual(['救助顾问群', '栖霞顾问群'])
    expect(readConfig({}).wechaty).toBeUndefined()
    // This one checks no signature; the Official Account is ours to serve.
    for (const puppet of ['wechaty', 'service', 'wechaty-puppet-official-account'])
      expect(faultsOf({ WECHATY_PUPPET: puppet })).toEqual(['WECHATY_PUPPET'])
  })

  test('with a WeCom application names all of it, or is told what is missing and where it is found', () => {
    expect(readConfig({ ...WECOM, WECOM_API_BASE: 'http://127.0.0.1:9/' }).wecomApp).toEqual({
      corpId: WECOM.WECOM_CORP_ID,
      agentId: 1000002,
      secret: WECOM.WECOM_SECRET,
      token: WECOM.WECOM_TOKEN,
      encodingAesKey: WECOM.WECOM_ENCODING_AES_KEY,
      apiBase: 'http://127.0.0.1:9',
    })
    for (const name of Object.keys(WECOM)) {
      expect(faultsOf({ ...WECOM, [name]: '' })).toEqual([name])
      expect(() => readConfig({ ...WECOM, [name]: '' })).toThrow(/五项都要写.+管理后台“.+ → .+”.+都删掉/)
    }
    expect(faultsOf({ WECOM_TOKEN: 'secretvalue', WECOM_AGENT_ID: 'secretvalue' }).sort()).toEqual([
      'WECOM_AGENT_ID',
      'WECOM_CORP_ID',
      'WECOM_ENCODING_AES_KEY',
      'WECOM_SECRET',
    ])
    expect(() => readConfig({ WECOM_AGENT_ID: 'secretvalue' })).not.toThrow(/secretvalue/)
  })

  test("may name the robot of the advisors' group, by its key alone", () => {
    const WECOM_ROBOT_KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'
    const { wecomRobot } = readConfig({ WECOM_ROBOT_KEY, WECOM_API_BASE: 'http://127.0.0.1:9/' })
    expect(wecomRobot).toEqual({ key: WECOM_ROBOT_KEY, apiBase: 'http://127.0.0.1:9' })
    expect(readConfig({ WECOM_ROBOT_KEY }).wecomRobot?.apiBase).toBe('https://qyapi.weixin.qq.com')
    expect(readConfig({ WECOM_API_BASE: 'http://127.0.0.1:9' }).wecomRobot).toBeNull()
    const address = `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${WECOM_ROBOT_KEY}`
    expect(faultsOf({ WECOM_ROBOT_KEY: address })).toEqual(['WECOM_ROBOT_KEY'])
    expect(() => readConfig({ WECOM_ROBOT_KEY: address })).toThrow('key= 后面')
    expect(() => readConfig({ WECOM_ROBOT_KEY: address })).not.toThrow(WECOM_ROBOT_KEY)
    expect(faultsOf({ WECOM_ROBOT_KEY, WECOM_API_BASE: 'qyapi' })).toEqual(['WECOM_API_BASE'])
  })

  test('may bring data keys, the current one first, in either spelling', () => {
    const [current, old] = [Buffer.alloc(32, 250), Buffer.alloc(32, 7)]
    const DATA_KEY = ` ${current.toString('base64')} , ${old.toString('hex').toUpperCase()}`
    expect(readConfig({ DATA_KEY }).dataKeys).toEqual([current, old])
    expect(readConfig({ DATA_KEY: current.toString('base64').replace('=', '') }).dataKeys).toEqual([current])
    const wrong = () => readConfig({ DATA_KEY: `${DATA_KEY},secretvalue` })
    expect(wrong).toThrow(/DATA_KEY：第 3 把不对；.+openssl rand -base64 32/)
    expect(wrong).not.toThrow(/secretvalue/)
  })

  test('with a language model names its server and itself', () => {
    const LLM_BASE_URL = 'http://127.0.0.1:11434/v1/'
    expect(readConfig({ LLM_BASE_URL, LLM_MODEL: 'qwen2.5:7b' }).model).toEqual({
      baseUrl: 'http://127.0.0.1:11434/v1',
      model: 'qwen2.5:7b',
      apiKey: null,
    })
    expect(faultsOf({ LLM_BASE_URL })).toEqual(['LLM_MODEL'])
    expect(faultsOf({ LLM_MODEL: 'qwen2.5:7b' })).toEqual(['LLM_BASE_URL'])
    expect(faultsOf({ LLM_BASE_URL: 'ftp://x', LLM_MODEL: 'm' })).toEqual(['LLM_BASE_URL'])
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
    const env = {
      PORT: 'secretvalue',
      DATABASE_URL: 'secretvalue',
      WECHAT_APP_ID: 'secretvalue',
      DATA_KEY: 'secretvalue',
    }
    expect(faultsOf(env).sort()).toEqual([
      'DATABASE_URL',
      'DATA_KEY',
      'PORT',
      'WECHAT_APP_ID',
      'WECHAT_APP_SECRET',
      'WECHAT_TOKEN',
    ])
    expect(() => readConfig(env)).toThrow(
      /^环境变量有 6 处要改：\n {2}(?:.*\n)* {2}DATABASE_URL：.+postgres:/,
    )
    expect(() => readConfig(env)).not.toThrow(/secretvalue/)
  })
})
