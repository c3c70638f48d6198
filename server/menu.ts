/** `npm run menu`: sets the Official Account's menu. Keys are read by bot/conversation.ts. */
import { ChannelError } from '../bot/channels/channel.ts'
import { type Menu, officialAccountApi } from '../bot/channels/official-account-api.ts'
import { ConfigError, readConfig } from './config.ts'
import { loadEnvFile } from './env-file.ts'
import { reach, wechatHosts } from './reach.ts'

export const MENU: Menu = {
  button: [
    { type: 'click', name: '问政策', key: 'policy' },
    { type: 'click', name: '我要求助', key: 'help' },
    { type: 'click', name: '查进度', key: 'progress' },
  ],
}

const HELP = `公众号的菜单：npm run menu

  把菜单设成「${MENU.button.map(({ name }) => name).join('」「')}」。先在 .env 里填好 WECHAT_APP_ID、WECHAT_APP_SECRET 和 WECHAT_TOKEN
`

async function main([doing]: readonly string[]): Promise<void> {
  if (doing !== undefined) {
    process.stdout.write(HELP)
    if (doing !== '--help' && doing !== '帮助') process.exitCode = 1
    return
  }
  loadEnvFile()
  const { officialAccount } = readConfig(process.env)
  if (!officialAccount) {
    throw new ConfigError(['WECHAT_APP_ID、WECHAT_APP_SECRET、WECHAT_TOKEN：没有填公众号，无处设置菜单'])
  }
  const { appId, secret, apiBase: base } = officialAccount
  await officialAccountApi({
    appId,
    secret,
    base,
    fetch: reach(wechatHosts(base)),
    now: () => new Date(),
  }).setMenu(MENU)
  process.stdout.write(
    '公众号菜单已设置：问政策 / 我要求助 / 查进度。手机上几分钟后可见，取消关注再关注可立即看到。\n',
  )
}

if (import.meta.filename === process.argv[1]) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof ConfigError || error instanceof ChannelError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
