/** The console's page: one document for every address below `/console`, and the hashed files it loads. */
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import Router from '@koa/router'
import type { Context } from 'koa'
import { projectFolder } from '../../knowledge/load.ts'

/** No script, style or picture but our own, and nobody may frame the page. */
export const CONSOLE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** Their names change with their content. */
const FOR_GOOD = 'public, max-age=31536000, immutable'
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const NAME = /^[\w-]+(?:\.[\w-]+)*$/
/** Where `npm run build` puts it. */
const BUILT = 'dist/server/console/app'
const NOT_BUILT = '后台的页面还没有构建，请先运行 npm run build'

/** @param folder where the built page is; read when it is first asked for, so that no start waits for it */
export function pageRouter(folder = join(projectFolder(), BUILT)): Router {
  const router = new Router({ prefix: '/console' })
  const files = new Map<string, Promise<Buffer | null>>()
  const read = (name: string): Promise<Buffer | null> => {
    const known = files.get(name)
    if (known) return known
    const bytes = readFile(join(folder, name)).catch(() => null)
    // Names nobody built are not remembered, lest anybody fill the memory with them.
    void bytes.then((found) => found === null && files.delete(name))
    files.set(name, bytes)
    return bytes
  }
  router.get('/assets/:name', async (ctx) => {
    const name = ctx.params['name'] ?? ''
    const type = TYPES[extname(name)]
    const bytes = type !== undefined && NAME.test(name) ? await read(`assets/${name}`) : null
    if (!bytes || type === undefined) {
      ctx.status = 404
      return
    }
    ctx.set('Cache-Control', FOR_GOOD)
    ctx.type = type
    ctx.body = bytes
  })
  const document = async (ctx: Context) => {
    const bytes = await read('index.html')
    ctx.set('Content-Security-Policy', CONSOLE_CSP)
    ctx.set('Cache-Control', 'no-store')
    ctx.status = bytes ? 200 : 503
    ctx.type = bytes ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'
    ctx.body = bytes ?? NOT_BUILT
  }
  router.get('/', document)
  router.get('/{*rest}', document)
  return router
}
