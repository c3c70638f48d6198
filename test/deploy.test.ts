import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import yaml from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CODE_ERRCODES, ERRCODES, TOKEN_ERRCODES } from '../bot/channels/official-account-api.ts'
import type { Errcodes } from '../bot/channels/platform-api.ts'
import { WECOM_ERRCODES, WECOM_TOKEN_ERRCODES } from '../bot/channels/wecom-api.ts'
import { ROBOT_ERRCODES } from '../bot/channels/wecom-robot.ts'
import { projectFolder } from '../knowledge/load.ts'
import { readConfig } from '../server/config.ts'

const read = (path: string): string => readFileSync(join(projectFolder(), path), 'utf8')
const deploy = read('DEPLOY.md')
const { scripts } = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(read('package.json')))

describe('DEPLOY.md', () => {
  const NEXT = { retry: '自动再试', waiting: '留着，修好（或居民来信）再发', refused: '不再发' } as const
  const tableOf = (codes: Errcodes): string =>
    [
      '| 代码 | 意思和改法 | 这条消息 |',
      '|---|---|---|',
      ...Object.entries(codes)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([code, [outcome, hint]]) => `| ${code} | ${hint} | ${NEXT[outcome]} |`),
    ].join('\n')

  test.each([
    ['the Official Account', ERRCODES],
    ['its token', TOKEN_ERRCODES],
    ['its QR codes', CODE_ERRCODES],
    ['WeCom', WECOM_ERRCODES],
    ['its token, too', WECOM_TOKEN_ERRCODES],
    ['group robots', ROBOT_ERRCODES],
  ])('tells what each error code of %s means, as the program takes it', (_whose, codes) => {
    expect(deploy).toContain(`${tableOf(codes)}\n\n`)
  })

  test('names no variable that .env.example does not explain, but for those of compose.yaml', () => {
    const explained = read('.env.example')
    const named = [
      ...deploy.matchAll(/\b(?:WECHAT|WECOM|LLM|DATA|DATABASE|POSTGRES|PUBLIC|METRICS|TRUST)_[A-Z_]+\b/g),
    ]
    expect(named.length).toBeGreaterThan(10)
    const unknown = named.map(([name]) => name).filter((name) => !explained.includes(name))
    expect(unknown.filter((name) => !read('compose.yaml').includes(`\${${name}`))).toEqual([])
  })

  test('names no file that is not there', () => {
    const named = [...deploy.matchAll(/`?(server\/deploy\/[\w.-]+|dist\/server\/[\w-]+\.js)/g)].map(
      ([, path]) => path,
    )
    expect(named.length).toBeGreaterThan(5)
    const missing = named.filter((path) => !existsSync(join(projectFolder(), path ?? '')))
    expect(missing.filter((path) => !existsSync(join(projectFolder(), sourceOf(path ?? ''))))).toEqual([])
  })
})

/** A compiled file's source. */
const sourceOf = (path: string): string => path.replace(/^dist\//, '').replace(/\.js$/, '.ts')

describe('ways to run it as a service', () => {
  const command = scripts.start.split(' ').slice(1)

  test('the image and the unit start what npm start does, with its flags', () => {
    const [, image = '[]'] = /^CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? []
    expect(JSON.parse(image)).toEqual(['node', ...command])
    const unit = read('server/deploy/jiuzhu-guwen.service')
    expect(unit).toContain(`\nExecStart=/usr/bin/node ${command.join(' ')}\n`)
  })

  test('the image is made of files there are, runs as nobody special and holds no data', () => {
    const lines = read('Dockerfile').split('\n')
    const copied = lines.flatMap((line) => /^COPY (?!--from)(.+) \S+$/.exec(line)?.[1]?.split(' ') ?? [])
    expect(copied).toContain('knowledge')
    expect(copied.filter((path) => !existsSync(join(projectFolder(), path)))).toEqual([])
    expect(lines.filter((line) => line.startsWith('USER')).at(-1)).toBe('USER node')
    const letIn = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
    expect(letIn.map((line) => line.slice(1)).toSorted()).toEqual([...new Set(copied)].toSorted())
  })

  const Compose = z.object({
    services: z.record(
      z.string(),
      z.object({
        ports: z.array(z.string()).optional(),
        read_only: z.boolean().optional(),
        environment: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })

  test('compose publishes the proxy alone, and gives the assistant settings it accepts', () => {
    const { services } = Compose.parse(yaml.load(read('compose.yaml')))
    expect(Object.keys(services).filter((name) => services[name]?.ports)).toEqual(['proxy'])
    expect(services['app']?.read_only).toBe(true)
    const filled = Object.entries(services['app']?.environment ?? {}).map(([name, value]) => [
      name,
      value
        .replace(/\$\{DOMAIN:[^}]*\}/, 'help.example.gov.cn')
        .replace(/\$\{POSTGRES_PASSWORD:[^}]*\}/, 'f'.repeat(48))
        .replace(/\$\{DATA_KEY:[^}]*\}/, `${'A'.repeat(43)}=`),
    ])
    const config = readConfig(Object.fromEntries(filled))
    expect(config.publicUrl).toBe('https://help.example.gov.cn')
    expect(config.databaseUrl).toContain('@db:5432/jiuzhu')
  })
})
