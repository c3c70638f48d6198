/** Taking the port the operator named. */
import type { Server } from 'node:http'
import { type Config, ConfigError } from './config.ts'

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
