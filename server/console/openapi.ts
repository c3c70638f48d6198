/** The API's documentation (OpenAPI 3.1), made of the schemas that check what comes in and goes out. */
import { z } from 'zod'
import { FILE, NAME_HEADER, NOTE_HEADER } from './paths.ts'
import { REFUSALS } from './refusal.ts'
import type { Gives, Served } from './route.ts'
import { refusalOutput } from './wire.ts'

const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })
const BYTES = { schema: { type: 'string', format: 'binary' } }
const fileAnswer = ({ types }: Gives) => ({
  description: '一份文件',
  headers: { [NOTE_HEADER]: { description: '要说明的话，百分号编码', schema: { type: 'string' } } },
  content: Object.fromEntries(types.map((type) => [type, BYTES])),
})
const header = (name: string, schema: object) => ({ name, in: 'header', required: true, schema })
const namesIn = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? [])

/** What an API is, beside its routes. */
export interface ApiAbout {
  title: string
  /** Where its routes are. */
  prefix: string
  /** How whoever asks shows who they are: one security scheme under its name. */
  security: Readonly<Record<string, object>>
  /** A header that every change must carry. */
  header?: string
}

/** @returns the document, as plain data */
export function documentation<N extends string, C>(
  routes: readonly Served<N, C>[],
  about: ApiAbout,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = `${about.prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, about) }
  }
  return {
    openapi: '3.1.0',
    info: { title: about.title, version: '1' },
    paths,
    components: {
      schemas: { Refusal: z.toJSONSchema(refusalOutput, { io: 'output' }) },
      securitySchemes: about.security,
    },
  }
}

function operation<N extends string, C>(
  { method, path, needs, says, input, output, takes }: Served<N, C>,
  { security, header: own }: ApiAbout,
): Record<string, unknown> {
  const schema = z.toJSONSchema(input, { io: 'input' })
  const properties = schema.properties ?? {}
  const required = schema.required ?? []
  const inPath = namesIn(path)
  const others = Object.keys(properties).filter((name) => !inPath.includes(name))
  const parameter = (place: string) => (name: string) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: properties[name],
  })
  const inAddress = method === 'GET' || takes !== null
  return {
    summary: says,
    'x-needs': needs,
    ...(needs === 'anyone' ? {} : { security: Object.keys(security).map((name) => ({ [name]: [] })) }),
    parameters: [
      ...inPath.map(parameter('path')),
      ...(inAddress ? others.map(parameter('query')) : []),
      ...(method === 'GET' || own === undefined ? [] : [header(own, { type: 'string', const: '1' })]),
      ...(takes ? [header(NAME_HEADER, { type: 'string', description: '文件名，百分号编码' })] : []),
    ],
    ...(takes ? { requestBody: { required: true, content: { [FILE]: BYTES } } } : {}),
    ...(inAddress
      ? {}
      : {
          requestBody: {
            required: true,
            ...json({
              type: 'object',
              properties: Object.fromEntries(others.map((name) => [name, properties[name]])),
              required: required.filter((name) => others.includes(name)),
              additionalProperties: false,
            }),
          },
        }),
    responses: {
      200:
        'types' in output
          ? fileAnswer(output)
          : { description: '办好了', ...json(z.toJSONSchema(output, { io: 'output' })) },
      default: {
        description: `没有办：code 是${Object.keys(REFUSALS).join('、')}之一，message 说明原因`,
        ...json({ $ref: '#/components/schemas/Refusal' }),
      },
    },
  }
}
