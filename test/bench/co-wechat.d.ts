declare module 'co-wechat' {
  import type { Middleware } from 'koa'

  interface Account {
    middleware(handle: (message: Record<string, string | undefined>) => Promise<string>): Middleware
  }
  export default function wechat(config: { token: string; appid: string; encodingAESKey: string }): Account
}
