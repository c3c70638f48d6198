/** What the operator decides, read once from the environment. Every fault is reported, each with its mend. */
import { z } from 'zod'
import { AUDIT_KEPT_DAYS_LEAST } from '../bot/audit.ts'
import { ANNOUNCEMENT_FIELD, type AnnouncementTemplate } from '../bot/channels/announcement.ts'
import { PLATFORM_QUOTA, type QuotaRules } from '../bot/quota.ts'
import { isProxy } from './client-address.ts'
import { withSecretFiles } from './secret-files.ts'
import { parseDataKey } from './store/data-key.ts'

export interface OfficialAccountConfig {
  appId: string
  secret: string
  token: string
  /** Null in plain mode, which proves nothing about who sent a message. */
  encodingAesKey: string | null
  apiBase: string
  quota: QuotaRules
  /** What announces news to residents whom no words of ours may reach, where the account has one. */
  template?: AnnouncementTemplate
}

/** The WeCom application: it writes to single advisors, and they to it. */
export interface WecomAppConfig {
  corpId: string
  agentId: number
  secret: string
  /** The callback's Token. */
  token: string
  encodingAesKey: string
  apiBase: string
}

/** The robot of the advisors' WeCom group. */
export interface WecomRobotConfig {
  /** Whoever has it may speak in the group: a secret. */
  key: string
  apiBase: string
}

/** A personal WeChat account; see server/wechaty.ts. */
export interface WechatyConfig {
  /** The puppet's package, e.g. `wechaty-puppet-service`. */
  puppet: string
  /** The advisors' groups, by name or id. */
  advisorRooms: readonly string[]
}

/** Terms the office decides, in days. */
export interface Keep {
  /** A request, from its end. */
  tickets: number
  /** A household nobody looks after any more, from then; and what was noted of visits, from each. */
  households: number
  /** The audit log. */
  audit: number
}
/** Cautious, since what was forgotten too early comes back to nobody. */
export const KEEP_DEFAULT: Keep = { tickets: 1825, households: 1825, audit: 1095 }
/** Who must sign in to the console with a second factor; anybody may. */
export type FactorFor = 'nobody' | 'admin' | 'all'

/** A language model behind an OpenAI-compatible server. */
export interface ModelConfig {
  /** Without a trailing slash, with its version, e.g. `http://127.0.0.1:11434/v1`. */
  baseUrl: string
  model: string
  /** Null for a server that asks for none. */
  apiKey: string | null
}

export interface Config {
  port: number
  host: string
  /** Without a trailing slash; null when the server has no public address. */
  publicUrl: string | null
  /** Proxies that may say for whom they ask: addresses and networks; see client-address.ts. */
  trustProxy: readonly string[]
  /** What /metrics is shown for; null shows it to this machine alone. */
  metricsToken: string | null
  dataDir: string
  /** A PostgreSQL database to keep everything but keys and media in; null keeps it all in `dataDir`. */
  databaseUrl: string | null
  /** What personal data are sealed with, the current key first; none leaves it to the key file in `dataDir`. */
  dataKeys: readonly Uint8Array[]
  logLevel: string
  /** How long what the law leaves to the office is kept, in days; see server/retention/terms.ts. */
  keep: Keep
  /** Null runs the sandbox instead. */
  officialAccount: OfficialAccountConfig | null
  /** Null when advisors are told in groups only. */
  wecomApp: WecomAppConfig | null
  /** Where WeCom is spoken to, by areas' own robots too. */
  wecomApiBase: string
  /** The group of those areas that name none; null when there is none. */
  wecomRobot: WecomRobotConfig | null
  /** Null says every answer in its own plain words. */
  model: ModelConfig | null
  /** Whose account of the console must have a second factor. */
  consoleFactor: FactorFor
  /** A personal WeChat account through wechaty, where an operator wants one. */
  wechaty?: WechatyConfig
}

/** Whether nothing is connected at all: whoever tries it out plays everybody, and may move the time. */
export const isTrial = ({
  officialAccount,
  wechaty,
  wecomApp,
  wecomRobot,
}: Pick<Config, 'officialAccount' | 'wechaty' | 'wecomApp' | 'wecomRobot'>): boolean =>
  !officialAccount && !wechaty && !wecomApp && !wecomRobot

/** The environment cannot be used. `faults` holds a line for each variable: what is wrong, what to write. */
export class ConfigError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(`环境变量有 ${faults.length} 处要改：\n${faults.map((fault) => `  ${fault}`).join('\n')}`, options)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Without any one of these there is no Official Account. */
const ACCOUNT = ['WECHAT_APP_ID', 'WECHAT_APP_SECRET', 'WECHAT_TOKEN'] as const

/** Without any one of these there is no WeCom application; where each is found in the console (企业微信管理后台). */
const APP = {
  WECOM_CORP_ID: '我的企业 → 企业信息 → 企业ID',
  WECOM_AGENT_ID: '应用管理 → 自建应用 → AgentId',
  WECOM_SECRET: '应用管理 → 自建应用 → Secret',
  WECOM_TOKEN: '应用 → 接收消息 → 设置API接收 → Token',
  WECOM_ENCODING_AES_KEY: '应用 → 接收消息 → 设置API接收 → EncodingAESKey',
}

const WINDOW = /^(\d{1,3})\/(\d{1,4})([mh])$/
const quota = (fallback: QuotaRules['message']) =>
  z
    .string()
    .regex(WINDOW, '要写成“条数/时间”，如 5/48h 或 3/1m')
    .transform((text) => {
      const [, count = '0', length = '0', unit] = WINDOW.exec(text) ?? []
      return { count: Number(count), withinMs: Number(length) * (unit === 'h' ? 3_600_000 : 60_000) }
    })
    .default(fallback)

const address = z
  .url({ protocol: /^https?$/, error: '要写完整网址，如 https://help.example.gov.cn' })
  .transform((url) => url.replace(/\/+$/, ''))

const template = z.string().regex(/^[\w-]{20,80}$/, '要写公众平台给的模板 ID，一串字母、数字、- 和 _')
const templateFields = z
  .string()
  .transform((text) => text.split(/[,，]/).map((field) => field.trim()))
  .refine(
    (fields) => fields.length <= 5 && fields.every((field) => ANNOUNCEMENT_FIELD.test(field)),
    '要照模板详情写关键词，最多 5 个，用英文逗号隔开，如 thing1,phrase2,time3；能填的有 thing、phrase、time、date、character_string',
  )

const days = (least: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, '要写天数，如 1825')
    .transform(Number)
    .refine((count) => count >= least, `最少 ${least} 天`)
    .default(fallback)

const dataKeys = z.string().transform((text, ctx) => {
  const parts = text.split(',').map((part) => parseDataKey(part.trim()))
  const keys = parts.filter((key) => key !== null)
  if (keys.length === parts.length) return keys
  const which = parts.length > 1 ? `第 ${parts.indexOf(null) + 1} 把不对；` : ''
  ctx.addIssue(
    `${which}要写 32 字节的密钥，44 位 base64 或 64 位十六进制，用 openssl rand -base64 32 生成；换新密钥时新的写在前面，旧的接在后面，用英文逗号隔开`,
  )
  return z.NEVER
})

const Environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, '要写端口号，如 3000')
    .transform(Number)
    .refine((port) => port <= 65_535, '端口号最大 65535')
    .default(3000),
  HOST: z.string().default('0.0.0.0'),
  PUBLIC_URL: address.optional(),
  TRUST_PROXY: z
    .string()
    .transform((text) => text.split(/[,，]/).flatMap((one) => one.trim() || []))
    .refine(
      (list) => list.every(isProxy),
      '要写反向代理的地址或网段，如 127.0.0.1 或 10.0.0.0/8，几个之间用英文逗号隔开',
    )
    .default([]),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, '要写至少 16 位，中间没有空格，用 openssl rand -hex 24 生成')
    .optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(?:ql)?$/,
      error: '要写 PostgreSQL 的地址，如 postgres://用户:密码@127.0.0.1:5432/jiuzhu',
    })
    .optional(),
  DATA_KEY: dataKeys.default([]),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], '可以写 error、warn、info 或 debug')
    .default('info'),
  KEEP_TICKETS_DAYS: days(30, KEEP_DEFAULT.tickets),
  KEEP_HOUSEHOLDS_DAYS: days(30, KEEP_DEFAULT.households),
  KEEP_AUDIT_DAYS: days(AUDIT_KEPT_DAYS_LEAST, KEEP_DEFAULT.audit),
  WECHAT_APP_ID: z
    .string()
    .regex(/^wx[0-9a-z]{16}$/, '要写公众平台“开发者ID(AppID)”，wx 开头共 18 位')
    .optional(),
  WECHAT_APP_SECRET: z
    .string()
    .regex(/^[0-9a-zA-Z]{16,64}$/, '要写公众平台的“开发者密码(AppSecret)”')
    .optional(),
  WECHAT_TOKEN: z
    .string()
    .regex(/^[0-9a-zA-Z]{3,32}$/, '要与公众平台“服务器配置”的 Token 一样，3 至 32 位字母数字')
    .optional(),
  WECHAT_ENCODING_AES_KEY: z
    .string()
    .regex(/^[0-9a-zA-Z]{43}$/, '要与公众平台“服务器配置”的 EncodingAESKey 一样，43 位字母数字')
    .optional(),
  WECHAT_API_BASE: address.default('https://api.weixin.qq.com'),
  WECHAT_QUOTA_MESSAGE: quota(PLATFORM_QUOTA.message),
  WECHAT_QUOTA_TAP: quota(PLATFORM_QUOTA.tap),
  WECOM_CORP_ID: z
    .string()
    .regex(/^w[wx][0-9a-z]{16}$/, '要写企业微信“企业ID”，ww 开头共 18 位')
    .optional(),
  WECOM_AGENT_ID: z
    .string()
    .regex(/^\d{1,10}$/, '要写自建应用的 AgentId，只有数字')
    .transform(Number)
    .optional(),
  WECOM_SECRET: z
    .string()
    .regex(/^[0-9a-zA-Z_-]{16,128}$/, '要写自建应用的 Secret，不是通讯录的')
    .optional(),
  WECOM_TOKEN: z
    .string()
    .regex(/^[0-9a-zA-Z]{3,32}$/, '要与应用“接收消息”里的 Token 一样，3 至 32 位字母数字')
    .optional(),
  WECOM_ENCODING_AES_KEY: z
    .string()
    .regex(/^[0-9a-zA-Z]{43}$/, '要与应用“接收消息”里的 EncodingAESKey 一样，43 位字母数字')
    .optional(),
  WECHAT_TEMPLATE_PROGRESS: template.optional(),
  WECHAT_SUBSCRIBE_PROGRESS: template.optional(),
  WECHAT_TEMPLATE_FIELDS: templateFields.default(['thing1', 'phrase2', 'time3']),
  WECOM_ROBOT_KEY: z
    .string()
    .regex(/^[0-9a-zA-Z-]{8,128}$/, '只写群机器人 Webhook 地址里 key= 后面的那一段，不要写整个网址')
    .optional(),
  WECOM_API_BASE: address.default('https://qyapi.weixin.qq.com'),
  WECHATY_PUPPET: z
    .string()
    .regex(
      /^(?:@[\w.-]+\/)?wechaty-puppet-(?!official-account$)[\w.-]+$/,
      '要写 wechaty 的 puppet 包名，如 wechaty-puppet-service；公众号用 WECHAT_ 开头的各项接，不用 puppet',
    )
    .optional(),
  WECHATY_ADVISOR_ROOMS: z
    .string()
    .transform((text) => text.split(/[,，]/).flatMap((name) => name.trim() || []))
    .default([]),
  CONSOLE_TOTP: z
    .enum(
      ['nobody', 'admin', 'all'],
      '可以写 nobody（谁都可以不开）、admin（管理员必须开）或 all（人人必须开）',
    )
    .default('nobody'),
  LLM_BASE_URL: address.optional(),
  LLM_MODEL: z.string().optional(),
  LLM_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, '要写大模型服务给的密钥，中间没有空格；不需要密钥就删掉这一行')
    .optional(),
})

/**
 * Reads the configuration.
 *
 * @param env as process.env; empty values count as absent
 * @throws {ConfigError} with every fault at once
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const present = withSecretFiles(
    Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
    ),
    faults,
  )
  const missing = ACCOUNT.filter((name) => !(name in present))
  const wanted = missing.length < ACCOUNT.length || 'WECHAT_ENCODING_AES_KEY' in present
  if (wanted)
    faults.push(...missing.map((name) => `${name}：接公众号时要写这一项，在公众平台“设置与开发”里找`))
  const absent = Object.entries(APP).filter(([name]) => !(name in present))
  if (absent.length < Object.keys(APP).length)
    faults.push(
      ...absent.map(
        ([name, where]) =>
          `${name}：接企业微信应用时五项都要写，这一项在管理后台“${where}”；不接就把五项都删掉`,
      ),
    )
  if ('LLM_BASE_URL' in present && !('LLM_MODEL' in present))
    faults.push('LLM_MODEL：用大模型时要写模型的名字，如 qwen2.5:7b')
  if (!('LLM_BASE_URL' in present) && ('LLM_MODEL' in present || 'LLM_API_KEY' in present))
    faults.push(
      'LLM_BASE_URL：用大模型时要写服务的网址，如 http://127.0.0.1:11434/v1；不用就把 LLM_ 各行删掉',
    )
  if ('WECHAT_TEMPLATE_PROGRESS' in present && 'WECHAT_SUBSCRIBE_PROGRESS' in present)
    faults.push('WECHAT_SUBSCRIBE_PROGRESS：模板消息和订阅通知只能用一种，请删掉其中一行')
  if ('DATABASE_URL' in present && !('DATA_KEY' in present))
    faults.push(
      'DATA_KEY：数据存在 PostgreSQL 里时要写这一项，每台机器写同一把，用 openssl rand -base64 32 生成',
    )
  const parsed = Environment.safeParse(present)
  if (!parsed.success)
    faults.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}：${issue.message}`))
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults)
  const values = parsed.data
  const { WECHAT_APP_ID: appId, WECHAT_APP_SECRET: secret, WECHAT_TOKEN: token } = values
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? null,
    trustProxy: values.TRUST_PROXY,
    metricsToken: values.METRICS_TOKEN ?? null,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    dataKeys: values.DATA_KEY,
    logLevel: values.LOG_LEVEL,
    keep: {
      tickets: values.KEEP_TICKETS_DAYS,
      households: values.KEEP_HOUSEHOLDS_DAYS,
      audit: values.KEEP_AUDIT_DAYS,
    },
    officialAccount:
      appId && secret && token
        ? {
            appId,
            secret,
            token,
            encodingAesKey: values.WECHAT_ENCODING_AES_KEY ?? null,
            apiBase: values.WECHAT_API_BASE,
            quota: { message: values.WECHAT_QUOTA_MESSAGE, tap: values.WECHAT_QUOTA_TAP },
            ...templateOf(values),
          }
        : null,
    wecomApp: appOf(values),
    wecomApiBase: values.WECOM_API_BASE,
    wecomRobot: values.WECOM_ROBOT_KEY
      ? { key: values.WECOM_ROBOT_KEY, apiBase: values.WECOM_API_BASE }
      : null,
    consoleFactor: values.CONSOLE_TOTP,
    model:
      values.LLM_BASE_URL && values.LLM_MODEL
        ? { baseUrl: values.LLM_BASE_URL, model: values.LLM_MODEL, apiKey: values.LLM_API_KEY ?? null }
        : null,
    ...(values.WECHATY_PUPPET && {
      wechaty: { puppet: values.WECHATY_PUPPET, advisorRooms: values.WECHATY_ADVISOR_ROOMS },
    }),
  }
}

function appOf(values: z.infer<typeof Environment>): WecomAppConfig | null {
  const {
    WECOM_CORP_ID: corpId,
    WECOM_AGENT_ID: agentId,
    WECOM_SECRET: secret,
    WECOM_TOKEN: token,
    WECOM_ENCODING_AES_KEY: encodingAesKey,
    WECOM_API_BASE: apiBase,
  } = values
  if (!corpId || agentId === undefined || !secret || !token || !encodingAesKey) return null
  return { corpId, agentId, secret, token, encodingAesKey, apiBase }
}

function templateOf(values: z.infer<typeof Environment>): Pick<OfficialAccountConfig, 'template'> {
  const { WECHAT_TEMPLATE_PROGRESS: template, WECHAT_SUBSCRIBE_PROGRESS: subscription } = values
  const fields = values.WECHAT_TEMPLATE_FIELDS
  if (template) return { template: { kind: 'template', id: template, fields } }
  if (subscription) return { template: { kind: 'subscription', id: subscription, fields } }
  return {}
}
