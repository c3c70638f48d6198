/** Secrets from files, as containers are given them (docker secrets): `DATA_KEY_FILE=/run/secrets/data_key`. */
import { readFileSync } from 'node:fs'

/** Every variable that is a secret. Each may instead be named with `_FILE` and a path. */
export const SECRETS = [
  'DATABASE_URL',
  'DATA_KEY',
  'METRICS_TOKEN',
  'WECHAT_APP_SECRET',
  'WECHAT_TOKEN',
  'WECHAT_ENCODING_AES_KEY',
  'WECOM_SECRET',
  'WECOM_TOKEN',
  'WECOM_ENCODING_AES_KEY',
  'WECOM_ROBOT_KEY',
  'LLM_API_KEY',
] as const

/** Larger than any secret, in characters; a whole picture named by mistake is refused. */
const LIMIT = 8 * 1024

/** What is wrong with a file, by the code of its fault. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: '没有这个文件',
  EACCES: '没有权限读这个文件',
  EISDIR: '这是一个文件夹',
}

/**
 * Fills in what `_FILE` variables point to.
 *
 * @param env without empty values
 * @param faults gets a line for each file that cannot be used
 */
export function withSecretFiles(
  env: Readonly<Record<string, string>>,
  faults: string[],
): Record<string, string> {
  const filled: Record<string, string> = { ...env }
  for (const name of SECRETS) {
    const variable = `${name}_FILE`
    const file = env[variable]
    if (file === undefined) continue
    delete filled[variable]
    if (name in env) {
      faults.push(`${variable}：${name} 也写了，两项只能写一项`)
      continue
    }
    const read = readSecret(file)
    if ('why' in read) faults.push(`${variable}：${file} 读不出来，${read.why}`)
    else filled[name] = read.secret
  }
  return filled
}

function readSecret(file: string): { secret: string } | { why: string } {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { why: WHY[code] ?? `原因是 ${code}` }
  }
  if (text === '') return { why: '里面是空的' }
  if (text.length > LIMIT) return { why: '里面太长，不像是密钥' }
  return { secret: text }
}
