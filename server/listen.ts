/** Taking the port the operator named. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { type Config, ConfigError } from './config.ts'

/**
 * A platform's push is small and near; a slow sender is not the platform. In ms. Node looks only every 30 seconds by
 * itself, so that whoever sends a byte now and then would hold a place for that long.
 */
export const PATIENCE = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const satisfies ServerOptions
/** Connections at once; each costs some ten kilobytes while it waits. */
const MAX_CONNECTIONS = 5_000
/** A browser sends about twenty. */
const MAX_HEADERS = 100

/** The server, which gives up on whoever does not finish asking. */
export function createPatientServer(handler: RequestListener, patience: ServerOptions = PATIENCE): Server {
  const server = createServer(patience, handler)
  server.maxConnections = MAX_CONNECTIONS
  server.maxHeadersCount = MAX_HEADERS
  return server
}

/**
 * Resolves when the server listens.
 *
 * @throws {ConfigError} saying how to mend `PORT` or `HOST` when they cannot be had
 */
export function listen(server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : ''
      const mend: Record<string, string> = {
        EADDRINUSE: `PORT：${port} 已被别的程序占用，请换一个端口或停掉那个程序`,
        EACCES: `PORT：没有权限用端口 ${port}，请换一个 1024 以上的端口`,
        EADDRNOTAVAIL: `HOST：${host} 不是这台机器的地址，一般写 0.0.0.0`,
        ENOTFOUND: `HOST：${host} 不是一个地址，一般写 0.0.0.0`,
      }
      reject(mend[code] ? new ConfigError([mend[code]]) : error)
    })
    server.listen(port, host, resolve)
  })
}
